"""How open orders may end, and the scores of the day on which each does.

Every open order ends in each of its ways on one day, alone, while all others stay open. What it
adds is one more order of some kind on its gig, so all orders that are due on one day share a grid
like those that plans and budgets are read from (:mod:`metrics.engine.what_orders_do`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

import numpy as np

from metrics.engine.columns import EvidenceColumns, Float64
from metrics.engine.days import NO_DAY, day_number
from metrics.engine.hypothetical import Hypothetical
from metrics.engine.state import state_of
from metrics.engine.types import CancelledBy, OrderStatus
from metrics.engine.what_orders_do import Kind, grid_of_kinds
from metrics.forecasting.ground import Ground
from metrics.forecasting.planning import LATE_HOURS, kind_of_order


class Way(StrEnum):
    """How an open order ends."""

    WELL = "well"
    LATE = "late"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Endings:
    """How an open order may end, all on one day: the day it is due, or today where that is past.

    Attributes
    ----------
    row : of the order in the ground's columns
    well : completed, on time where that can still be
    late : None where it is delivered already, or late already
    overdue : not delivered, and over its time: however it ends, it is late
    """

    order: int
    row: int
    well: Hypothetical
    late: Hypothetical | None
    cancelled: Hypothetical
    overdue: bool

    @property
    def day(self) -> int:
        return self.well.day

    @property
    def gig(self) -> int:
        return self.well.gig

    def ways(self) -> dict[Way, Hypothetical]:
        """Those that are still open."""
        found = {Way.WELL: self.well, Way.LATE: self.late, Way.CANCELLED: self.cancelled}
        return {way: order for way, order in found.items() if order is not None}


@dataclass(frozen=True, slots=True)
class EndScore:
    """The overall score of the day, and that of the order's gig; None while not scored."""

    overall: float | None
    gig: float | None


@dataclass(frozen=True, slots=True)
class Due:
    """The day an order is due, None where it is not known, and the hours it is over by now."""

    day: date | None = None
    hours_over: float = 0.0


def endings_of_open(ground: Ground, due: Mapping[int, Due]) -> list[Endings]:
    """Every open order with its endings, without a review.

    Parameters
    ----------
    due : by number; absent where nothing is known
    """
    orders = ground.facts.orders
    rows = np.flatnonzero(orders.status == OrderStatus.OPEN).tolist()
    return [_endings(ground, row, due.get(int(orders.order[row]), Due())) for row in rows]


def _endings(ground: Ground, row: int, due: Due) -> Endings:
    orders, today = ground.facts.orders, ground.today_number
    amount, late_hours = float(orders.amount_usd[row]), float(orders.late_hours[row])
    delivered = int(orders.delivered_day[row]) != NO_DAY
    over = 0.0 if delivered else max(due.hours_over, 0.0)
    known = delivered and not np.isnan(late_hours)
    well = Hypothetical(
        gig=int(orders.gig[row]),
        day=max(today if due.day is None else day_number(due.day), today),
        amount_usd=None if np.isnan(amount) else amount,
        stars=None,
        late_hours=late_hours if known else over,
    )
    return Endings(
        order=int(orders.order[row]),
        row=row,
        well=well,
        late=None if delivered or over else replace(well, late_hours=LATE_HOURS),
        cancelled=replace(well, cancelled_by=CancelledBy.SELLER),
        overdue=over > 0,
    )


#: What tells one kind of ending from another: amount, lateness, and who cancelled.
_Said = tuple[float | None, float, CancelledBy | None]


def scores_of_endings(ground: Ground, endings: Sequence[Endings]) -> list[dict[Way, EndScore]]:
    """The scores of each order's day by the way in which it ends, alone."""
    with_items = set(np.unique(ground.evidence.order).tolist())
    # What an open order says already – its delivery – gives way to how it ends.
    places = [(one.day, one.order if one.order in with_items else None) for one in endings]
    kinds: dict[_Said, Kind] = {}
    wanted: dict[tuple[int, int | None], list[_Said]] = {place: [] for place in places}
    for place, ending in zip(places, endings, strict=True):
        for order in ending.ways().values():
            if _said(order) not in kinds:
                kinds[_said(order)] = kind_of_order(ground, order)
            wanted[place].append(_said(order))
    grids = {place: _DayGrid(ground, place, kinds, asked) for place, asked in wanted.items()}
    return [
        {way: grids[place].score(order) for way, order in ending.ways().items()}
        for place, ending in zip(places, endings, strict=True)
    ]


def _said(order: Hypothetical) -> _Said:
    return order.amount_usd, order.late_hours, order.cancelled_by


class _DayGrid:
    """One day with one order more of each kind that is asked for, on every gig."""

    def __init__(
        self,
        ground: Ground,
        place: tuple[int, int | None],
        kinds: Mapping[_Said, Kind],
        asked: Sequence[_Said],
    ) -> None:
        day, own = place
        evidence = ground.evidence if own is None else _without(ground.evidence, own)
        state = state_of(evidence, day, ground.policy, len(ground.gigs), ground.benchmarks)
        columns = list(dict.fromkeys(asked))
        self._column = {said: number for number, said in enumerate(columns, start=1)}
        self._grid = grid_of_kinds(state, [kinds[said] for said in columns])
        self._overall: dict[int, Float64] = {}

    def score(self, order: Hypothetical) -> EndScore:
        grid, gig, column = self._grid, order.gig, self._column[_said(order)]
        if gig not in self._overall:
            self._overall[gig] = grid.alone(gig)
        overall = float(self._overall[gig][column])
        return EndScore(
            overall=None if np.isnan(overall) else overall,
            gig=float(grid.score[gig, column]) if grid.counts[gig, column] else None,
        )


def _without(evidence: EvidenceColumns, order: int) -> EvidenceColumns:
    """The items of one order never count."""
    end_day = np.where(evidence.order == order, evidence.start_day, evidence.end_day)
    return replace(evidence, end_day=end_day.astype(evidence.end_day.dtype))
