"""A scenario over a seller's facts: scores by sums at once, and everything else as for real.

:func:`simulate` answers as one types. :func:`imagined` gives a whole :class:`Ground` in which the
scenario is fact, so that whatever reads a ground – moves with their causes, ledgers, the rating,
and the rules of levels, which stand above this app – reads an imagined one just as well.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from metrics.engine.attribution import Attribution, attribute
from metrics.engine.days import day_number
from metrics.engine.future import Trajectory
from metrics.engine.hypothetical import Applied, Scenario, applied, with_facts
from metrics.engine.rating import DailyRatings, daily_ratings
from metrics.explain import Explainer
from metrics.facts import FactColumns
from metrics.forecasting.ground import Ground


@dataclass(frozen=True, slots=True)
class Simulated:
    """What comes as things are, and what would come; from today on, by gig number."""

    now: Trajectory
    then: Trajectory
    rating_now: DailyRatings
    rating_then: DailyRatings


def simulate(ground: Ground, scenario: Scenario, last_day: date) -> Simulated:
    """Both trajectories up to ``last_day``.

    Raises
    ------
    KeyError
        If the scenario changes or removes an order that the seller does not have, or changes
        one that is not finished.
    ValueError
        If the last day lies before today, or a new order is on a gig that there is not.
    """
    future = ground.future(last_day)
    change = applied(scenario, ground.facts.orders, ground.facts.reviews)
    entering = change.evidence(ground.policy)
    last = day_number(last_day)
    _, reviews, _ = with_facts(ground.facts.orders, ground.facts.reviews, change)
    return Simulated(
        now=future.now(),
        then=future.simulate(entering, change.without),
        rating_now=daily_ratings(ground.facts.reviews, ground.today_number, last),
        rating_then=daily_ratings(reviews, ground.today_number, last),
    )


def imagined(ground: Ground, scenario: Scenario) -> Ground:
    """The ground as it would be. Hypothetical orders have negative numbers.

    Raises
    ------
    KeyError
        As in :func:`simulate`.
    """
    facts = imagined_facts(
        ground.facts, applied(scenario, ground.facts.orders, ground.facts.reviews)
    )
    explainer = Explainer(ground.seller, facts)
    moment = explainer.moment(ground.today, ground.policy_file)
    return replace(ground, explainer=explainer, evidence=moment.evidence)


def imagined_facts(facts: FactColumns, change: Applied) -> FactColumns:
    """The columns as they would be; a hypothetical order is ordered on the day it finishes."""
    orders, reviews, was = with_facts(facts.orders, facts.reviews, change)
    known = was >= 0
    ordered_day, assumed = orders.finished_day.copy(), np.zeros(len(was), np.bool_)
    ordered_day[known] = facts.ordered_day[was[known]]
    assumed[known] = facts.day_assumed[was[known]]
    return replace(
        facts, orders=orders, reviews=reviews, ordered_day=ordered_day, day_assumed=assumed
    )


def difference(ground: Ground, other: Ground, day: date) -> Attribution:
    """What the scenario does to the score of one day, order by order."""
    policy_file = ground.policy_file
    return attribute(
        ground.explainer.moment(day, policy_file), other.explainer.moment(day, policy_file)
    )
