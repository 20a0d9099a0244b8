"""What differs between two states, item by item and gate by gate, and why.

A move is read in up to three steps (:class:`Leg`): what is known about the earlier facts,
then the passing of days, then the policy. Each step says by how much it moves every
coordinate of the path and names a cause; :mod:`metrics.engine.attribution` prices it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from metrics.engine.columns import EvidenceColumns, Float64, Int8, Int32, Int64
from metrics.engine.state import State
from metrics.engine.types import AREA_COUNT, Cause, Factor

Mask = NDArray[np.bool_]


class Leg(IntEnum):
    """The part of the path a line belongs to."""

    DATA = 0
    TIME = 1
    POLICY = 2
    #: From "nothing known" to the first score.
    FIRST = 3


@dataclass(frozen=True, slots=True)
class ItemChanges:
    """Change of w and of w·x per item and cause, shape (changes,)."""

    gig: Int32
    order: Int64
    factor: Int8
    cause: Int8
    weight: Float64
    weighted_x: Float64

    def cells(self) -> Int64:
        """Index of each change's gig and area in a flattened (gigs, 6) array."""
        return self.gig.astype(np.int64) * AREA_COUNT + self.factor


@dataclass(frozen=True, slots=True)
class GateFlip:
    """A gig that began or ceased to count.

    ``opened`` is read from before to after. ``trigger_order`` is the order that made the
    difference; None where a policy did. In the leg of time the cause says what happened
    in the calendar, also when the later day is asked about first.
    """

    gig: int
    opened: bool
    cause: Cause
    leg: Leg
    trigger_order: int | None


@dataclass(frozen=True, slots=True)
class Step:
    """One leg: its two states and everything that moves between them."""

    leg: Leg
    before: State
    after: State
    items: ItemChanges
    flips: tuple[GateFlip, ...]
    benchmark_cause: Cause


def same_evidence(one: EvidenceColumns, other: EvidenceColumns) -> bool:
    """Whether two sets of evidence hold the same items in the same order."""
    if one is other:
        return True
    names = EvidenceColumns.__slots__
    return all(np.array_equal(getattr(one, name), getattr(other, name)) for name in names)


# --- The passing of days -----------------------------------------------------------------


def time_step(evidence: EvidenceColumns, before: State, after: State) -> Step:
    """Days pass; what is known and the policy stay."""
    early, late = sorted((before, after), key=lambda state: state.day)
    change = after.item_weight - before.item_weight
    moved = np.flatnonzero(change)
    cause = _time_causes(evidence, early, late)
    items = ItemChanges(
        evidence.gig[moved],
        evidence.order[moved],
        evidence.factor[moved],
        cause[moved],
        change[moved],
        change[moved] * evidence.x[moved],
    )
    flips = []
    for gig in _flipped(before, after):
        opened = bool(after.counts[gig])
        began = opened == (before.day < after.day)
        need = after.policy.min_activity
        trigger = _gate_trigger(_finished(evidence, gig), early.day, late.day, need, began)
        cause_of_flip = Cause.GIG_BEGAN if began else Cause.GIG_CEASED
        flips.append(GateFlip(gig, opened, cause_of_flip, Leg.TIME, trigger))
    return Step(Leg.TIME, before, after, items, tuple(flips), Cause.BENCHMARK)


def _time_causes(evidence: EvidenceColumns, early: State, late: State) -> Int8:
    """The cause of every item between two days, shape (items,)."""
    then, now = early.alive, late.alive
    cause = np.where(then, evidence.end_cause, np.int8(Cause.ENTERED)).astype(np.int8)
    cause[then & now] = Cause.FADED
    edited = then & ~now & (evidence.end_cause == Cause.EDITED)
    if edited.any():
        _pair_versions(evidence, cause, edited, now & ~then, early.day, late.day)
    return cause


def _pair_versions(
    evidence: EvidenceColumns, cause: Int8, edited: Mask, entered: Mask, early: int, late: int
) -> None:
    """Call both halves of an edit EDITED; a review edited and then gone is gone, not edited."""
    out, into = np.flatnonzero(edited), np.flatnonzero(entered)
    out_key, into_key = _review_key(evidence, out), _review_key(evidence, into)
    cause[into[np.isin(into_key, out_key)]] = Cause.EDITED
    alone = ~np.isin(out_key, into_key)
    if not alone.any():
        return
    passed = np.flatnonzero((evidence.start_day > early) & (evidence.end_day <= late))
    passed = passed[np.isin(_review_key(evidence, passed), out_key[alone])]
    passed = passed[np.argsort(evidence.end_day[passed], kind="stable")]
    ended = zip(
        _review_key(evidence, passed).tolist(), evidence.end_cause[passed].tolist(), strict=True
    )
    last = dict(ended)
    for row, key in zip(out[alone].tolist(), out_key[alone].tolist(), strict=True):
        cause[row] = last.get(key, Cause.EDITED)


def _review_key(evidence: EvidenceColumns, rows: NDArray[np.intp]) -> Int64:
    """One number per order and factor: the versions of one rating share it."""
    return evidence.order[rows] * len(Factor) + evidence.factor[rows]


# --- Another set of evidence on the same day ---------------------------------------------


def data_step(old: EvidenceColumns, new: EvidenceColumns, before: State, after: State) -> Step:
    """What is known changes; the day and the policy stay. Everything is LEARNED_LATE."""
    flips = []
    for gig in _flipped(before, after):
        opened = bool(after.counts[gig])
        trigger = _learned_trigger(_finished(old, gig), _finished(new, gig), after, opened)
        flips.append(GateFlip(gig, opened, Cause.LEARNED_LATE, Leg.DATA, trigger))
    items = _exchange(old, new, before, after, Cause.LEARNED_LATE)
    return Step(Leg.DATA, before, after, items, tuple(flips), Cause.BENCHMARK)


def policy_step(old: EvidenceColumns, new: EvidenceColumns, before: State, after: State) -> Step:
    """The same facts under another policy on the same day. Everything is POLICY."""
    flips = tuple(
        GateFlip(gig, bool(after.counts[gig]), Cause.POLICY, Leg.POLICY, None)
        for gig in _flipped(before, after)
    )
    items = _exchange(old, new, before, after, Cause.POLICY)
    return Step(Leg.POLICY, before, after, items, flips, Cause.POLICY)


def first_step(evidence: EvidenceColumns, before: State, after: State) -> Step:
    """Everything that counts enters at once, from a state in which nothing is known."""
    live = np.flatnonzero(after.item_weight)
    weight = after.item_weight[live]
    cause = np.full(len(live), Cause.ENTERED, dtype=np.int8)
    columns = (evidence.gig[live], evidence.order[live], evidence.factor[live], cause)
    items = ItemChanges(*columns, weight, weight * evidence.x[live])
    return Step(Leg.FIRST, before, after, items, (), Cause.BENCHMARK)


def _exchange(
    old: EvidenceColumns, new: EvidenceColumns, before: State, after: State, cause: Cause
) -> ItemChanges:
    """All old items leave and all new ones enter; equal ones cancel in the merged lines."""
    gone, came = np.flatnonzero(before.item_weight), np.flatnonzero(after.item_weight)
    weight = np.concatenate((-before.item_weight[gone], after.item_weight[came]))
    outcome = np.concatenate((old.x[gone], new.x[came]))
    return ItemChanges(
        np.concatenate((old.gig[gone], new.gig[came])),
        np.concatenate((old.order[gone], new.order[came])),
        np.concatenate((old.factor[gone], new.factor[came])),
        np.full(len(weight), cause, dtype=np.int8),
        weight,
        weight * outcome,
    )


# --- Gates -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Finished:
    """The finished orders of one gig as its gate sees them, ascending by order number."""

    order: Int64
    start_day: Int32
    end_day: Int32


def _flipped(before: State, after: State) -> list[int]:
    flipped: list[int] = np.flatnonzero(before.counts != after.counts).tolist()
    return flipped


def _finished(evidence: EvidenceColumns, gig: int) -> _Finished:
    chosen = np.flatnonzero((evidence.gig == gig) & (evidence.factor == Factor.CANCELLATIONS))
    chosen = chosen[np.argsort(evidence.order[chosen], kind="stable")]
    return _Finished(evidence.order[chosen], evidence.start_day[chosen], evidence.end_day[chosen])


def _gate_trigger(orders: _Finished, early: int, late: int, need: int, began: bool) -> int:
    """The order that flipped the gate for the last time on the days early < t <= late.

    On the day itself: of the orders that entered, the one that reached ``need`` (after all
    that left that day); of those that left, the one that took the count below ``need``
    (after all that entered that day). Ties go by order number.
    """
    day = np.concatenate((orders.start_day, orders.end_day))
    change = np.repeat((1, -1), len(orders.order))
    inside = (early < day) & (day <= late)
    days, slot = np.unique(day[inside], return_inverse=True)
    alive = int(((orders.start_day <= early) & (early < orders.end_day)).sum())
    net = np.bincount(slot, weights=change[inside], minlength=len(days)).astype(np.int64)
    count = alive + np.cumsum(net)
    previous = count - net
    crossed = (previous < need) & (count >= need) if began else (previous >= need) & (count < need)
    at = int(np.flatnonzero(crossed)[-1])
    entering = orders.order[orders.start_day == days[at]]
    leaving = orders.order[orders.end_day == days[at]]
    if began:
        return int(entering[need - int(previous[at]) + len(leaving) - 1])
    return int(leaving[int(previous[at]) + len(entering) - need])


def _learned_trigger(old: _Finished, new: _Finished, after: State, opened: bool) -> int:
    """The order among those learned of (or lost) that carried the count across the gate.

    They are read by day, then by order number; a gate closes after all new ones are in.
    """
    was, now = _alive_orders(old, after.day), _alive_orders(new, after.day)
    came, gone = now[~np.isin(now, was)], was[~np.isin(was, now)]
    need, kept = after.policy.min_activity, len(now) - len(came)
    return int(came[need - kept - 1] if opened else gone[len(was) + len(came) - need])


def _alive_orders(orders: _Finished, day: int) -> Int64:
    alive = (orders.start_day <= day) & (day < orders.end_day)
    by_day = np.argsort(orders.start_day[alive], kind="stable")
    return orders.order[alive][by_day]
