"""Facts and evidence as columns: what the fast code reads.

All arrays of one class have the same length. Gig numbers run over the whole batch
(0 … G−1, the gigs of one seller side by side), so that a batch may hold one seller or
five thousand. Days are day numbers; :data:`~metrics.engine.days.NO_DAY` marks an unknown
day and NaN an unknown number, inside these arrays only: neither is ever stored.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

Int8 = NDArray[np.int8]
Int32 = NDArray[np.int32]
Int64 = NDArray[np.int64]
Float64 = NDArray[np.float64]
Columns = TypeVar("Columns", bound="DataclassInstance")


@dataclass(frozen=True, slots=True)
class OrderColumns:
    """Columns of :class:`~metrics.engine.types.OrderFacts`, shape (orders,)."""

    order: Int64
    gig: Int32
    status: Int8
    finished_day: Int32
    delivered_day: Int32
    late_hours: Float64
    cancelled_by: Int8
    #: 1 in, 0 not in, −1 unknown.
    requirements_in: Int8
    cancelled_very_late: Int8
    #: Count of disputes, −1 unknown.
    disputes: Int32
    amount_usd: Float64
    excluded_day: Int32


@dataclass(frozen=True, slots=True)
class ReviewColumns:
    """Columns of :class:`~metrics.engine.types.ReviewFacts`, shape (versions,).

    ``row`` is the index of the version's order in the :class:`OrderColumns` beside it.
    """

    row: Int64
    posted_day: Int32
    start_day: Int32
    end_day: Int32
    edited: Int8
    stars: Float64
    quality: Float64
    communication: Float64
    value: Float64


@dataclass(frozen=True, slots=True)
class EvidenceColumns:
    """Columns of :class:`~metrics.engine.types.Evidence`, shape (items,).

    Sorted by gig, then start day, then order and factor, so that the same facts give the
    same arrays whatever order they were read in.
    """

    order: Int64
    gig: Int32
    factor: Int8
    origin_day: Int32
    start_day: Int32
    end_day: Int32
    x: Float64
    value_weight: Float64
    end_cause: Int8

    def __len__(self) -> int:
        return len(self.order)


@dataclass(frozen=True, slots=True)
class BenchmarkColumns:
    """The comparison group of every gig over time.

    Segment ``j`` is in force on the days ``start_day[j] <= t < start_day[j + 1]``; the
    first segment also covers all days before it, the last all days after.

    Attributes
    ----------
    start_day : shape (segments,), ascending
    mean, spread : shape (gigs, segments, 6)
    """

    start_day: Int32
    mean: Float64
    spread: Float64


def taken_rows(columns: Columns, rows: NDArray[np.integer[Any]]) -> Columns:
    """The same columns with these rows, in this order; ``rows`` are indices."""
    return replace(
        columns, **{one.name: getattr(columns, one.name)[rows] for one in fields(columns)}
    )


def joined_columns(parts: Sequence[Columns]) -> Columns:
    """Columns of one class under each other; at least one part."""
    names = [one.name for one in fields(parts[0])]
    whole = {name: np.concatenate([getattr(part, name) for part in parts]) for name in names}
    return replace(parts[0], **whole)
