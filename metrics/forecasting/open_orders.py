"""How open orders may end, and the scores of the day on which each does.

Every open order ends in each of its ways on one day, alone, while all others stay open. What it
adds is one more order of some kind on its gig, so its scores are the second column of the grid
that plans and budgets are read from (:mod:`metrics.engine.what_orders_do`): no simulation, and
orders that say the same on the same day share one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

import numpy as np

from metrics.engine.columns import EvidenceColumns
from metrics.engine.days import NO_DAY, day_number
from metrics.engine.hypothetical import Hypothetical
from metrics.engine.state import State, state_of
from metrics.engine.types import CancelledBy, OrderStatus
from metrics.engine.what_orders_do import Grid, Kind, grid_of
from metrics.forecasting.ground import Ground
from metrics.forecasting.planning import LATE_HOURS, kind_of_order

#: No order more, and one more on its own day.
_NONE_OR_ONE = np.array([0.0, 1.0])


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
    overdue : not delivered, and due before today: however it ends, it is late
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


def endings_of_open(ground: Ground, due: Mapping[int, date | None]) -> list[Endings]:
    """Every open order with its endings, without a review.

    Parameters
    ----------
    due : the day each open order is due, by number; None or absent where it is not known
    """
    orders = ground.facts.orders
    rows = np.flatnonzero(orders.status == OrderStatus.OPEN).tolist()
    return [_endings(ground, row, due.get(int(orders.order[row]))) for row in rows]


def _endings(ground: Ground, row: int, due: date | None) -> Endings:
    orders, today = ground.facts.orders, ground.today_number
    amount, late_hours = float(orders.amount_usd[row]), float(orders.late_hours[row])
    delivered = int(orders.delivered_day[row]) != NO_DAY
    over = 0 if due is None or delivered else max(today - day_number(due), 0)
    known = delivered and not np.isnan(late_hours)
    well = Hypothetical(
        gig=int(orders.gig[row]),
        day=max(today if due is None else day_number(due), today),
        amount_usd=None if np.isnan(amount) else amount,
        stars=None,
        late_hours=late_hours if known else 24.0 * over,
    )
    return Endings(
        order=int(orders.order[row]),
        row=row,
        well=well,
        late=None if delivered or over else replace(well, late_hours=LATE_HOURS),
        cancelled=replace(well, cancelled_by=CancelledBy.SELLER),
        overdue=over > 0,
    )


def scores_of_endings(ground: Ground, endings: Sequence[Endings]) -> list[dict[Way, EndScore]]:
    """The scores of each order's day by the way in which it ends, alone."""
    asked = _Asked(ground)
    return [
        {way: asked.score(ending, order) for way, order in ending.ways().items()}
        for ending in endings
    ]


#: What tells one kind of ending from another: amount, lateness, and who cancelled.
_Said = tuple[float | None, float, CancelledBy | None]


class _Asked:
    """States of days, kinds of orders and grids, each worked out once."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        self._with_items = set(np.unique(ground.evidence.order).tolist())
        self._states: dict[tuple[int, int | None], State] = {}
        self._kinds: dict[_Said, Kind] = {}
        self._grids: dict[tuple[int, int | None, _Said], Grid] = {}

    def score(self, ending: Endings, order: Hypothetical) -> EndScore:
        # What an open order says already – its delivery – gives way to how it ends.
        own = ending.order if ending.order in self._with_items else None
        said = order.amount_usd, order.late_hours, order.cancelled_by
        key = order.day, own, said
        if key not in self._grids:
            if said not in self._kinds:
                self._kinds[said] = kind_of_order(self._ground, order)
            state = self._state(order.day, own)
            self._grids[key] = grid_of(state, self._kinds[said], _NONE_OR_ONE)
        grid, gig = self._grids[key], order.gig
        overall = float(grid.alone(gig)[1])
        return EndScore(
            overall=None if np.isnan(overall) else overall,
            gig=float(grid.score[gig, 1]) if grid.counts[gig, 1] else None,
        )

    def _state(self, day: int, own: int | None) -> State:
        if (day, own) not in self._states:
            ground = self._ground
            evidence = ground.evidence if own is None else _without(ground.evidence, own)
            self._states[day, own] = state_of(
                evidence, day, ground.policy, len(ground.gigs), ground.benchmarks
            )
        return self._states[day, own]


def _without(evidence: EvidenceColumns, order: int) -> EvidenceColumns:
    """The items of one order never count."""
    end_day = np.where(evidence.order == order, evidence.start_day, evidence.end_day)
    return replace(evidence, end_day=end_day.astype(evidence.end_day.dtype))
