"""The smallest plan to a target, and the budget of errors."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

import numpy as np

from metrics.engine.budget import GigBudget, budgets, own_budget
from metrics.engine.columns import EvidenceColumns, OrderColumns
from metrics.engine.days import day_number
from metrics.engine.fact_columns import evidence_columns
from metrics.engine.hypothetical import Hypothetical, Scenario, applied
from metrics.engine.pace import OwnWeeks, own_weeks
from metrics.engine.plan import Allowed, NoPlan, Plan, fewest_orders, fewest_orders_on_gig
from metrics.engine.state import State, displayed_score, gig_scores, seller_score, state_of
from metrics.engine.types import (
    AREAS,
    CancelledBy,
    Evidence,
    OrderStatus,
)
from metrics.engine.what_orders_do import (
    Grid,
    Kind,
    even_days,
    grid_of,
    kind_of,
    weights_of_even,
)
from metrics.forecasting.ground import Ground

#: Plans look no further than this, budgets no further than that (A).
MOST_ORDERS, MOST_ERRORS = 60, 30
#: Hours of a late order, inside the first day (A).
LATE_HOURS = 12.0


class Quality(StrEnum):
    """What the orders of a plan are like."""

    CLEAN = "clean"
    OWN_AVERAGE = "own"


class ErrorKind(StrEnum):
    """What can go wrong with an order."""

    FOUR_STARS = "four-stars"
    LATE = "late"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Target:
    """A displayed number to reach, overall or on one gig (its engine number)."""

    displayed: int
    gig: int | None = None

    @property
    def score(self) -> float:
        """The score from which on this number is displayed."""
        return self.displayed - 0.5


@dataclass(frozen=True, slots=True)
class PlanAnswer:
    """A plan or the proof that there is none.

    Attributes
    ----------
    found : numbers by gig
    verified : the score on the last day in the simulator with these orders, None if unscored
    lowering : gigs on which one such order lowers the overall score, and by how much
    """

    target: Target
    by: date
    quality: Quality
    found: Plan | NoPlan
    verified: float | None
    lowering: tuple[tuple[int, float], ...]


def clean_order(ground: Ground, gig: int, day: int) -> Hypothetical:
    """On time, no dispute, five stars, and of the seller's usual amount."""
    return Hypothetical(
        gig=gig,
        day=day,
        amount_usd=usual_amount(ground.facts.orders),
        rates_areas=rates_areas(ground),
    )


def usual_amount(orders: OrderColumns) -> float | None:
    """The median amount of completed orders in USD; None where none is known."""
    known = orders.amount_usd[
        (orders.status == OrderStatus.COMPLETED) & ~np.isnan(orders.amount_usd)
    ]
    return float(np.median(known)) if len(known) else None


def rates_areas(ground: Ground) -> bool:
    """Whether the seller's newest reviews rate the areas, or stars alone."""
    reviews = ground.facts.reviews
    newest = np.argsort(reviews.posted_day, kind="stable")[-10:]
    return not len(newest) or bool((~np.isnan(reviews.communication[newest])).any())


def smallest_plan(
    ground: Ground, target: Target, by: date, quality: Quality = Quality.CLEAN
) -> PlanAnswer | None:
    """The fewest orders, finished evenly until ``by``, that display the target on that day.

    Returns
    -------
    None where own-average orders are asked for and the last weeks hold too little.

    Raises
    ------
    ValueError
        If the day is not after today or beyond the window.
    """
    today, last = ground.today_number, day_number(by)
    check_day(ground, by)
    kind = kind_of_quality(ground, quality)
    if kind is None:
        return None
    grid = grid_by(ground, kind, by)
    if target.gig is None:
        found = fewest_orders(grid, target.score, only_active(ground))
    else:
        found = fewest_orders_on_gig(grid, target.gig, target.score)
    items = plan_items(found.numbers, kind, today, last, ground.policy.window_days)
    simulated = ground.future(by).simulate(items)
    if target.gig is None:
        verified = simulated.score_on(last)
    else:
        verified = simulated.gig_score_on(target.gig, last)
    return PlanAnswer(target, by, quality, found, verified, lowering_gigs(ground, grid))


def only_active(ground: Ground) -> Allowed:
    """How plans share out: no order comes on a gig that is paused."""
    none = np.arange(MOST_ORDERS + 1) == 0
    return {number: none for number, gig in enumerate(ground.gigs) if not gig.is_active}


def check_day(ground: Ground, by: date) -> None:
    """A plan's day lies after today, and before everything known today has left the window.

    Raises
    ------
    ValueError
        If it does not.
    """
    if not 0 < day_number(by) - ground.today_number < ground.policy.window_days:
        raise ValueError("the day of a plan lies after today and inside the window")


def grid_by(ground: Ground, kind: Kind, by: date) -> Grid:
    """The scores of a coming day for 0 … MOST_ORDERS orders on every gig, finished evenly."""
    last = day_number(by)
    weights = weights_of_even(ground.today_number, last, MOST_ORDERS, ground.policy)
    state = state_of(ground.evidence, last, ground.policy, len(ground.gigs), ground.benchmarks)
    return grid_of(state, kind, weights)


def kind_of_quality(ground: Ground, quality: Quality) -> Kind | None:
    """What one order of a plan says; None where the last weeks hold too little to say."""
    if quality is Quality.CLEAN:
        return kind_of_order(ground, clean_order(ground, 0, ground.today_number))
    own = own_weeks(ground.evidence, ground.facts.reviews, ground.today_number)
    return average_kind(own) if isinstance(own, OwnWeeks) else None


def kind_of_order(ground: Ground, order: Hypothetical) -> Kind:
    """What one hypothetical order says, by area."""
    change = applied(Scenario(added=(order,)), ground.facts.orders, ground.facts.reviews)
    return kind_of(change.evidence(ground.policy))


def average_kind(own: OwnWeeks) -> Kind:
    """What an order of the last weeks said on average: one reviewed in two weighs half there."""
    weight, x = np.zeros(len(AREAS)), np.zeros(len(AREAS))
    items = own.items
    for area in AREAS:
        here = items.factor == area
        total = float(items.value_weight[here].sum())
        weight[area] = total / own.orders
        if total > 0:
            x[area] = float((items.value_weight[here] * items.x[here]).sum()) / total
    return Kind(weight, x, counts=1)


def plan_items(
    numbers: tuple[int, ...], kind: Kind, today: int, by_day: int, window_days: int
) -> EvidenceColumns:
    """The evidence of a plan's orders, finished evenly on each gig."""
    days = [
        (gig, day)
        for gig, number in enumerate(numbers)
        for day in (even_days(today, by_day, number) if number else ())
    ]
    return evidence_columns(
        Evidence(
            order=-2 - index,
            gig=gig,
            factor=area,
            origin_day=day,
            start_day=day,
            end_day=day + window_days,
            x=float(kind.x[area]),
            value_weight=float(kind.value_weight[area]),
        )
        for index, (gig, day) in enumerate(days)
        for area in AREAS
        if kind.value_weight[area] > 0
    )


def lowering_gigs(ground: Ground, grid: Grid) -> tuple[tuple[int, float], ...]:
    """Active gigs on which one order more lowers the overall score."""
    found = []
    for gig in range(len(grid.score)):
        if not ground.gigs[gig].is_active:
            continue
        before, after = grid.alone(gig)[:2]
        if after < before:
            found.append((gig, float(before - after)))
    return tuple(sorted(found, key=lambda pair: -pair[1]))


# --- what can go wrong --------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ErrorBudget:
    """How many orders of one kind each gig absorbs today; the kindest gig first."""

    kind: ErrorKind
    keep: int
    gigs: tuple[GigBudget, ...]


def wrong_order(ground: Ground, kind: ErrorKind, gig: int, day: int) -> Hypothetical:
    """An order with one fault: a review of four stars, or late or cancelled without a review."""
    usual = clean_order(ground, gig, day)
    match kind:
        case ErrorKind.FOUR_STARS:
            return replace(usual, stars=4.0)
        case ErrorKind.LATE:
            return replace(usual, stars=None, late_hours=LATE_HOURS)
        case ErrorKind.CANCELLED:
            return replace(usual, stars=None, cancelled_by=CancelledBy.SELLER)


def error_budgets(
    ground: Ground, keep: int | None = None, gig: int | None = None
) -> list[ErrorBudget]:
    """Errors that all happen today, until less than ``keep`` is displayed (today's number if None).

    Overall, by the gig that they are on; or of one gig's own score. An empty list while that is
    not scored, or already below ``keep``.
    """
    state = state_of(
        ground.evidence, ground.today_number, ground.policy, len(ground.gigs), ground.benchmarks
    )
    score = seller_score(state) if gig is None else _own_score(state, gig)
    now = displayed_score(score)
    if now is None or (keep is not None and now < keep):
        return []
    kept = now if keep is None else keep
    found = []
    for kind in ErrorKind:
        order = kind_of_order(ground, wrong_order(ground, kind, 0, ground.today_number))
        grid = grid_of(state, order, np.arange(MOST_ERRORS + 1.0))
        each = budgets(grid, kept - 0.5) if gig is None else [own_budget(grid, gig, kept - 0.5)]
        found.append(ErrorBudget(kind, kept, tuple(each)))
    return found


def _own_score(state: State, gig: int) -> float | None:
    """Of a gig that counts."""
    return float(gig_scores(state)[gig]) if state.counts[gig] else None
