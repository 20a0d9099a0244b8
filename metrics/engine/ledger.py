"""The lines of a move: columns, merged by key, and their totals."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from metrics.engine.columns import Float64, Int8, Int32, Int64
from metrics.engine.types import Cause, Factor

#: Stands for "no gig", "no order", "no factor" and "no trigger" in the columns.
NONE = -1

Index = NDArray[np.integer[Any]] | int

_FACTORS = len(Factor) + 1
_CAUSES = len(Cause)
_LEGS = 4


@dataclass(frozen=True, slots=True)
class Lines:
    """Signed contributions in score points, shape (lines,); −1 stands for "none".

    Sorted by order, gig, factor, cause and leg, each such key once, none of amount 0.
    ``leg`` is a :class:`~metrics.engine.changes.Leg`; ``trigger`` is the order that
    opened or closed a gate, on the lines of gates only.
    """

    gig: Int32
    order: Int64
    factor: Int8
    cause: Int8
    leg: Int8
    trigger: Int64
    amount: Float64

    def __len__(self) -> int:
        return len(self.amount)

    def total(self) -> float:
        """The sum of all lines, exactly rounded."""
        return math.fsum(self.amount.tolist())


COLUMNS = tuple(field.name for field in fields(Lines))


def lines_of(
    *,
    amount: Float64,
    gig: Index,
    order: Index,
    factor: Index,
    cause: Index,
    leg: int,
    trigger: Index = NONE,
) -> Lines:
    """Columns from arrays and constants; a constant holds for every line."""
    count = len(amount)
    return Lines(
        gig=np.broadcast_to(np.asarray(gig, dtype=np.int32), count),
        order=np.broadcast_to(np.asarray(order, dtype=np.int64), count),
        factor=np.broadcast_to(np.asarray(factor, dtype=np.int8), count),
        cause=np.broadcast_to(np.asarray(cause, dtype=np.int8), count),
        leg=np.broadcast_to(np.asarray(leg, dtype=np.int8), count),
        trigger=np.broadcast_to(np.asarray(trigger, dtype=np.int64), count),
        amount=amount,
    )


NO_LINES = lines_of(amount=np.empty(0), gig=NONE, order=NONE, factor=NONE, cause=0, leg=0)


def merged(parts: Sequence[Lines]) -> Lines:
    """One ledger: lines of equal key added up, lines of amount 0 dropped."""
    if not parts:
        return NO_LINES
    every = Lines(*(np.concatenate([getattr(part, name) for part in parts]) for name in COLUMNS))
    every = _rows(every, np.flatnonzero(every.amount))
    if len(every) == 0:
        return NO_LINES
    key = _packed_key(every)
    by_key = np.argsort(key, kind="stable")
    key = key[by_key]
    first = np.flatnonzero(np.concatenate(([True], key[1:] != key[:-1])))
    one_each = replace(
        _rows(every, by_key[first]),
        amount=np.add.reduceat(every.amount[by_key], first),
        trigger=np.maximum.reduceat(every.trigger[by_key], first),
    )
    return _rows(one_each, np.flatnonzero(one_each.amount))


def _rows(lines: Lines, rows: NDArray[np.intp]) -> Lines:
    return Lines(*(getattr(lines, name)[rows] for name in COLUMNS))


def _packed_key(lines: Lines) -> Int64:
    """Order, gig, factor, cause and leg in one number each, so that one sort will do."""
    gig = lines.gig.astype(np.int64) + 1
    small = (gig * _FACTORS + lines.factor + 1) * _CAUSES + lines.cause
    small = small * _LEGS + lines.leg
    sizes = (int(gig.max()) + 1) * _FACTORS * _CAUSES * _LEGS
    low, high = int(lines.order.min()), int(lines.order.max())
    rank = lines.order - low
    if (high - low + 1) * sizes >= 2**62:
        rank = np.unique(lines.order, return_inverse=True)[1].astype(np.int64)
    return rank * sizes + small


def totals(key: NDArray[np.integer[Any]], amount: Float64) -> dict[int, float]:
    """Exactly rounded sums of ``amount`` per value of ``key``, ascending by key."""
    by_key = np.argsort(key, kind="stable")
    values, first = np.unique(key[by_key], return_index=True)
    amounts = amount[by_key].tolist()
    ends = [*first[1:].tolist(), len(amounts)]
    spans = zip(values.tolist(), first.tolist(), ends, strict=True)
    return {value: math.fsum(amounts[start:end]) for value, start, end in spans}
