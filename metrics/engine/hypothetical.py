"""Orders that have not happened, and real ones as they would be: facts like any others.

They go through the same step from facts to evidence as real orders (FORMULAS.md, step 1), so a
simulated order counts as a real one would. Their numbers are negative, below the −1 that stands
for "no order" in a ledger.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from metrics.engine.columns import (
    EvidenceColumns,
    Int64,
    OrderColumns,
    ReviewColumns,
    joined_columns,
    taken_rows,
)
from metrics.engine.fact_columns import (
    evidence_columns,
    order_columns,
    order_facts,
    review_columns,
    review_facts,
)
from metrics.engine.reference import evidence_of
from metrics.engine.types import CancelledBy, OrderFacts, OrderStatus, Policy, ReviewFacts

#: The number of the first hypothetical order; the next ones count down.
FIRST_NUMBER = -2


@dataclass(frozen=True, slots=True)
class Hypothetical:
    """One order that finishes on ``day``: delivered, completed or cancelled, and reviewed then.

    Attributes
    ----------
    amount_usd : None for an unknown amount, which weighs 1
    stars : None for no review
    late_hours : first delivery minus due; 0 and less is on time
    cancelled_by : None for a completed order; a cancelled one has its requirements in and no
        delivery, and says nothing about conflicts
    rates_areas : whether its review rates the three areas too, each with its stars
    """

    gig: int
    day: int
    amount_usd: float | None = None
    stars: float | None = 5.0
    late_hours: float = 0.0
    cancelled_by: CancelledBy | None = None
    rates_areas: bool = True


@dataclass(frozen=True, slots=True)
class Change:
    """A real order as it would be. ``None`` keeps what is known.

    Attributes
    ----------
    stars : the newest review says this in every area it rates; 0 for no review at all
    late_hours : first delivery minus due; it counts from the same day on
    cancelled_by : cancelled on the day it finished
    completed : completed on the day it was cancelled
    """

    order: int
    stars: float | None = None
    late_hours: float | None = None
    cancelled_by: CancelledBy | None = None
    completed: bool = False


@dataclass(frozen=True, slots=True)
class Scenario:
    """What would be different: new orders, changed ones, and ones that never were."""

    added: tuple[Hypothetical, ...] = ()
    changed: tuple[Change, ...] = ()
    removed: tuple[int, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.added or self.changed or self.removed)


@dataclass(frozen=True, slots=True)
class Applied:
    """A scenario as facts.

    Attributes
    ----------
    orders, reviews : the hypothetical orders and the changed ones, as they would be
    without : numbers of the real orders that do not count as they are
    """

    orders: tuple[OrderFacts, ...]
    reviews: tuple[ReviewFacts, ...]
    without: Int64

    def evidence(self, policy: Policy) -> EvidenceColumns:
        """What enters in place of what is left out."""
        return evidence_columns(evidence_of(self.orders, self.reviews, policy))


def applied(scenario: Scenario, orders: OrderColumns, reviews: ReviewColumns) -> Applied:
    """The facts of a scenario over one seller's facts.

    Raises
    ------
    KeyError
        If it changes or removes an order that is not among ``orders``, or changes one that is
        not finished.
    """
    row_of = _rows(orders, [change.order for change in scenario.changed])
    _rows(orders, scenario.removed)
    facts: list[OrderFacts] = []
    versions: list[ReviewFacts] = []
    for index, hypothetical in enumerate(scenario.added):
        order, review = hypothetical_facts(hypothetical, FIRST_NUMBER - index)
        facts.append(order)
        versions.extend(review)
    for change in scenario.changed:
        row = row_of[change.order]
        real = order_facts(taken_rows(orders, np.array([row])))[0]
        own = review_facts(taken_rows(reviews, np.flatnonzero(reviews.row == row)), orders)
        order, review = changed_facts(real, own, change)
        facts.append(order)
        versions.extend(review)
    without = (*scenario.removed, *row_of)
    return Applied(tuple(facts), tuple(versions), np.array(sorted(without), np.int64))


def _rows(orders: OrderColumns, numbers: Iterable[int]) -> dict[int, int]:
    found = {}
    for number in numbers:
        rows = np.flatnonzero(orders.order == number)
        if not len(rows):
            raise KeyError(number)
        found[number] = int(rows[0])
    return found


def hypothetical_facts(
    hypothetical: Hypothetical, number: int
) -> tuple[OrderFacts, list[ReviewFacts]]:
    """The facts of a hypothetical order under this number."""
    day, cancelled = hypothetical.day, hypothetical.cancelled_by is not None
    order = OrderFacts(
        order=number,
        gig=hypothetical.gig,
        status=OrderStatus.CANCELLED if cancelled else OrderStatus.COMPLETED,
        finished_day=day,
        delivered_day=None if cancelled else day,
        late_hours=None if cancelled else hypothetical.late_hours,
        cancelled_by=hypothetical.cancelled_by or CancelledBy.UNKNOWN,
        requirements_in=True,
        disputes=None if cancelled else 0,
        amount_usd=hypothetical.amount_usd,
    )
    if hypothetical.stars is None:
        return order, []
    areas = hypothetical.stars if hypothetical.rates_areas else None
    return order, [_review(number, day, hypothetical.stars, areas)]


def _review(order: int, day: int, stars: float, areas: float | None) -> ReviewFacts:
    return ReviewFacts(
        order=order,
        posted_day=day,
        start_day=day,
        stars=stars,
        quality=areas,
        communication=areas,
        value=areas,
    )


def changed_facts(
    order: OrderFacts, reviews: Sequence[ReviewFacts], change: Change
) -> tuple[OrderFacts, list[ReviewFacts]]:
    """A finished order and its review versions with a change made.

    Raises
    ------
    KeyError
        If the order is not finished.
    """
    day = order.finished_day
    if day is None:
        raise KeyError(order.order)
    if change.completed:
        order = replace(
            order, status=OrderStatus.COMPLETED, cancelled_by=CancelledBy.UNKNOWN, excluded_day=None
        )
    if change.cancelled_by is not None:
        order = replace(
            order,
            status=OrderStatus.CANCELLED,
            cancelled_by=change.cancelled_by,
            cancelled_very_late=False,
            requirements_in=True,
        )
    if change.late_hours is not None:
        delivered = day if order.delivered_day is None else order.delivered_day
        order = replace(order, late_hours=change.late_hours, delivered_day=delivered)
    return order, _changed_reviews(day, order.order, list(reviews), change.stars)


def _changed_reviews(
    day: int, order: int, reviews: list[ReviewFacts], stars: float | None
) -> list[ReviewFacts]:
    if stars is None:
        return reviews
    if stars == 0:
        return []
    if not reviews:
        return [_review(order, day, stars, None)]
    newest = reviews[-1]
    return [
        *reviews[:-1],
        replace(
            newest,
            stars=stars,
            quality=None if newest.quality is None else stars,
            communication=None if newest.communication is None else stars,
            value=None if newest.value is None else stars,
        ),
    ]


def with_facts(
    orders: OrderColumns, reviews: ReviewColumns, change: Applied
) -> tuple[OrderColumns, ReviewColumns, Int64]:
    """All facts as they would be, ascending by order number; reviews go by their order's row.

    Returns
    -------
    The columns, and for each order the row it had in ``orders``, −1 for hypothetical ones.
    """
    stays = ~np.isin(orders.order, change.without)
    kept = taken_rows(orders, np.flatnonzero(stays))
    new = order_columns(change.orders)
    together = joined_columns((kept, new))
    was = np.full(len(together.order), -1, np.int64)
    was[: len(kept.order)] = np.flatnonzero(stays)
    was[len(kept.order) :] = _old_rows(orders, new.order)
    rank = np.argsort(together.order, kind="stable")
    place = np.empty(len(rank), np.int64)
    place[rank] = np.arange(len(rank))
    old_place = np.full(len(orders.order), -1, np.int64)
    old_place[stays] = place[: len(kept.order)]
    versions = taken_rows(reviews, np.flatnonzero(stays[reviews.row]))
    versions = replace(versions, row=old_place[versions.row])
    more = review_columns(change.reviews, new)
    more = replace(more, row=place[len(kept.order) + more.row])
    said = joined_columns((versions, more))
    return (
        taken_rows(together, rank),
        taken_rows(said, np.argsort(said.row, kind="stable")),
        was[rank],
    )


def _old_rows(orders: OrderColumns, numbers: Int64) -> Int64:
    found = [np.flatnonzero(orders.order == number) for number in numbers.tolist()]
    return np.array([int(rows[0]) if len(rows) else -1 for rows in found], np.int64)
