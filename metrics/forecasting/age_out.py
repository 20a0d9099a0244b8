"""The age-out calendar: each order that still hurts, and when it stops."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from metrics.engine.age_out import Harms, harms_on
from metrics.engine.days import NO_DAY, date_of, day_number
from metrics.engine.rating import WINDOW_DAYS
from metrics.engine.state import state_of
from metrics.engine.types import Cause
from metrics.explanation import HARDLY
from metrics.forecasting.faults import faults_of
from metrics.forecasting.ground import Ground
from metrics.forecasting.quiet import QuietForecast
from metrics.line_words import LineWords
from sellers.models import Order

#: Days from today on which the harm is told, today being the first.
AHEAD_DAYS = (0, 30, 90, 180)


@dataclass(frozen=True, slots=True)
class RatingHold:
    """A review that lowers the public rating, and what it takes for it to leave.

    Attributes
    ----------
    harm : stars that the rating would gain without it
    leaves_from : it leaves with the first review posted on this day or later, never by itself
    is_frozen : that day has come, and the review stays because no newer one was posted
    """

    harm: float
    leaves_from: date
    is_frozen: bool


@dataclass(frozen=True, slots=True)
class AgeOutRow:
    """One order that still hurts.

    Attributes
    ----------
    harms : score points that the score would gain without it, on the days of
        :data:`AHEAD_DAYS`; 0 once it has left, None where there is no score to compare
    ends_on : the first day on which nothing of it counts for the score; None where nothing
        does today, and it is its review alone that counts, for the rating
    score_then : the score on that day if nothing else happens, None while not scored
    """

    order: int
    ref: str
    gig: str
    finished_on: date | None
    faults: tuple[str, ...]
    harms: tuple[float | None, ...]
    ends_on: date | None
    end_cause: Cause
    score_then: float | None
    rating: RatingHold | None

    @property
    def harm_now(self) -> float:
        return self.harms[0] or 0.0


def age_out_rows(ground: Ground, quiet: QuietForecast) -> list[AgeOutRow]:
    """Every order that lowers the score today or soon, or the rating; the most harmful first."""
    days = [harms_after(ground, ahead) for ahead in AHEAD_DAYS]
    ratings = rating_holds(ground)
    hurting = {
        int(order) for harms in days for order in harms.order[np.nan_to_num(harms.harm) >= HARDLY]
    }
    numbers = sorted(hurting | set(ratings))
    refs = dict(Order.objects.filter(pk__in=numbers).values_list("pk", "ref"))
    today = ground.explainer.explain(start=ground.today, end=ground.today)
    words = LineWords(today)
    rows = []
    for order in numbers:
        ends = _ending(days, order)
        ends_on = None if ends is None else date_of(ends[0])
        gig = int(ground.facts.orders.gig[today.order_row(order)])
        rows.append(
            AgeOutRow(
                order=order,
                ref=refs.get(order, ""),
                gig=ground.gigs[gig].title,
                finished_on=today.finished_on(order),
                faults=faults_of(words, order, ground.today_number),
                harms=tuple(harms.of(order) for harms in days),
                ends_on=ends_on,
                end_cause=Cause.AGED_OUT if ends is None else Cause(ends[1]),
                score_then=None if ends_on is None else quiet.overall.value_on(ends_on),
                rating=ratings.get(order),
            )
        )
    return sorted(rows, key=lambda row: (-row.harm_now, row.ends_on or date.max, row.order))


def harms_after(ground: Ground, days: int) -> Harms:
    """What every order does to the score so many days from today, if nothing new happens."""
    day = ground.today_number + days
    state = state_of(ground.evidence, day, ground.policy, len(ground.gigs), ground.benchmarks)
    return harms_on(ground.evidence, state)


def _ending(days: list[Harms], order: int) -> tuple[int, int] | None:
    """When and why the last of an order stops, as seen from the last day on which it counts."""
    for harms in reversed(days):
        at = int(np.searchsorted(harms.order, order))
        if at < len(harms.order) and harms.order[at] == order:
            return int(harms.end_day[at]), int(harms.end_cause[at])
    return None


def rating_holds(ground: Ground) -> dict[int, RatingHold]:
    """Reviews below the public rating that count in it today, by order."""
    reviews, today = ground.facts.reviews, ground.today_number
    in_force = (
        ~np.isnan(reviews.stars)
        & (reviews.start_day <= today)
        & ((reviews.end_day == NO_DAY) | (today < reviews.end_day))
    )
    if not in_force.any():
        return {}
    posted = reviews.posted_day.astype(np.int64)
    latest = int(posted[in_force].max())
    inside = np.flatnonzero(in_force & (posted > latest - WINDOW_DAYS))
    stars = reviews.stars[inside]
    if len(stars) < 2:
        return {}
    mean, total = float(stars.mean()), float(stars.sum())
    found = {}
    for row, given in zip(inside.tolist(), stars.tolist(), strict=True):
        without = (total - given) / (len(stars) - 1)
        if without - mean < HARDLY:
            continue
        leaves = date_of(int(posted[row])) + timedelta(days=WINDOW_DAYS)
        order = int(ground.facts.orders.order[reviews.row[row]])
        found[order] = RatingHold(without - mean, leaves, day_number(leaves) <= today)
    return found
