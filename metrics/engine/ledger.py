"""The lines of a move: columns, merged by key, and their totals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from metrics.engine.columns import Float64, Int8, Int32, Int64
from metrics.engine.types import Cause, Factor

#: Stands for "no gig", "no order" and "no factor" in the columns.
NONE = -1

Kind = TypeVar("Kind", bound=np.integer[Any])
Index = NDArray[np.integer[Any]] | int

_FACTORS = len(Factor) + 1
_CAUSES = len(Cause)
_LEGS = 4


@dataclass(frozen=True, slots=True)
class Lines:
    """Signed contributions in score points, shape (lines,); −1 stands for "none".

    Sorted by order, gig, factor, cause and leg, each such key once, none of amount 0.
    ``leg`` is a :class:`~metrics.engine.changes.Leg`.
    """

    gig: Int32
    order: Int64
    factor: Int8
    cause: Int8
    leg: Int8
    amount: Float64

    def __len__(self) -> int:
        return len(self.amount)

    def total(self) -> float:
        """The sum of all lines, in extended precision."""
        return float(self.amount.sum(dtype=np.longdouble))


COLUMNS = tuple(field.name for field in fields(Lines))


def lines_of(
    *,
    amount: Float64,
    gig: Index,
    order: Index,
    factor: Index,
    cause: Index,
    leg: int,
) -> Lines:
    """Columns from arrays and constants; a constant holds for every line."""
    count = len(amount)
    return Lines(
        gig=_column(gig, np.int32, count),
        order=_column(order, np.int64, count),
        factor=_column(factor, np.int8, count),
        cause=_column(cause, np.int8, count),
        leg=_column(leg, np.int8, count),
        amount=amount,
    )


def _column(value: Index, kind: type[Kind], count: int) -> NDArray[Kind]:
    if isinstance(value, int):
        return np.full(count, value, dtype=kind)
    return value.astype(kind, copy=False)


NO_LINES = lines_of(amount=np.empty(0), gig=NONE, order=NONE, factor=NONE, cause=0, leg=0)


def merged(parts: Sequence[Lines]) -> Lines:
    """One ledger: lines of equal key added up, lines of amount 0 dropped."""
    if not any(len(part) for part in parts):
        return NO_LINES
    every = Lines(*(np.concatenate([getattr(part, name) for part in parts]) for name in COLUMNS))
    key = _packed_key(every)
    rows = np.argsort(key)
    key = key.take(rows)
    first = np.flatnonzero(np.concatenate(([True], key[1:] != key[:-1])))
    amount = every.amount.take(rows)
    if len(first) < len(rows):
        amount, rows = np.add.reduceat(amount, first), rows.take(first)
    left = np.flatnonzero(amount != 0.0)
    amount, rows = amount.take(left), rows.take(left)
    columns = {name: getattr(every, name).take(rows) for name in COLUMNS}
    return Lines(**(columns | {"amount": amount}))


def _packed_key(lines: Lines) -> Int64:
    """Order, gig, factor, cause and leg in one number each, so that one sort will do."""
    gigs = int(lines.gig.max()) + 2
    small = (lines.gig + np.int32(1)) * np.int32(_FACTORS) + (lines.factor + np.int8(1))
    small = (small * np.int32(_CAUSES) + lines.cause) * np.int32(_LEGS) + lines.leg
    size = gigs * _FACTORS * _CAUSES * _LEGS
    low, high = int(lines.order.min()), int(lines.order.max())
    rank = lines.order - low
    if (high - low + 1) * size >= 2**62:
        rank = np.unique(lines.order, return_inverse=True)[1].astype(np.int64)
    return rank * size + small


def totals(key: NDArray[np.integer[Any]], amount: Float64) -> dict[int, float]:
    """Sums of ``amount`` per value of ``key``, ascending by key, in extended precision."""
    if len(key) == 0:
        return {}
    by_key = np.argsort(key, kind="stable")
    ordered = key[by_key]
    first = np.flatnonzero(np.concatenate(([True], ordered[1:] != ordered[:-1])))
    sums = np.add.reduceat(amount[by_key].astype(np.longdouble), first)
    return dict(zip(ordered[first].tolist(), sums.astype(np.float64).tolist(), strict=True))
