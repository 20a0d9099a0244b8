"""Lists of facts and evidence to columns and back, for single sellers and for tests.

Unknown is ``None`` in a list and a mark in a column (see :mod:`metrics.engine.columns`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from metrics.engine.columns import EvidenceColumns, OrderColumns, ReviewColumns
from metrics.engine.days import NO_DAY
from metrics.engine.types import (
    CancelledBy,
    Cause,
    Evidence,
    Factor,
    OrderFacts,
    OrderStatus,
    ReviewFacts,
)


def order_columns(orders: Sequence[OrderFacts]) -> OrderColumns:
    """Columns of a list of orders, in the order of the list."""
    known = {True: 1, False: 0, None: -1}
    return OrderColumns(
        order=np.array([order.order for order in orders], dtype=np.int64),
        gig=np.array([order.gig for order in orders], dtype=np.int32),
        status=np.array([order.status for order in orders], dtype=np.int8),
        finished_day=_days(order.finished_day for order in orders),
        delivered_day=_days(order.delivered_day for order in orders),
        late_hours=_numbers(order.late_hours for order in orders),
        cancelled_by=np.array([order.cancelled_by for order in orders], dtype=np.int8),
        requirements_in=np.array([known[o.requirements_in] for o in orders], dtype=np.int8),
        cancelled_very_late=np.array([o.cancelled_very_late for o in orders], dtype=np.int8),
        disputes=np.array(
            [-1 if order.disputes is None else order.disputes for order in orders],
            dtype=np.int32,
        ),
        amount_usd=_numbers(order.amount_usd for order in orders),
        excluded_day=_days(order.excluded_day for order in orders),
    )


def review_columns(
    reviews: Sequence[ReviewFacts], orders: Sequence[OrderFacts] | OrderColumns
) -> ReviewColumns:
    """Columns of a list of review versions beside the orders they belong to.

    Raises
    ------
    KeyError
        If a review names an order that is not among ``orders``.
    """
    numbers: Iterable[int] = (
        orders.order.tolist()
        if isinstance(orders, OrderColumns)
        else (order.order for order in orders)
    )
    rows = {number: row for row, number in enumerate(numbers)}
    return ReviewColumns(
        row=np.array([rows[review.order] for review in reviews], dtype=np.int64),
        posted_day=_days(review.posted_day for review in reviews),
        start_day=_days(review.start_day for review in reviews),
        end_day=_days(review.end_day for review in reviews),
        edited=np.array([review.edited for review in reviews], dtype=np.int8),
        stars=_numbers(review.stars for review in reviews),
        quality=_numbers(review.quality for review in reviews),
        communication=_numbers(review.communication for review in reviews),
        value=_numbers(review.value for review in reviews),
    )


def order_facts(columns: OrderColumns) -> list[OrderFacts]:
    """The rows of the columns as facts, unknown as ``None``."""
    known = {1: True, 0: False, -1: None}
    fields = zip(
        columns.order.tolist(),
        columns.gig.tolist(),
        columns.status.tolist(),
        _days_or_none(columns.finished_day),
        _days_or_none(columns.delivered_day),
        _numbers_or_none(columns.late_hours),
        columns.cancelled_by.tolist(),
        columns.requirements_in.tolist(),
        columns.cancelled_very_late.tolist(),
        columns.disputes.tolist(),
        _numbers_or_none(columns.amount_usd),
        _days_or_none(columns.excluded_day),
        strict=True,
    )
    return [
        OrderFacts(
            order=order,
            gig=gig,
            status=OrderStatus(status),
            finished_day=finished,
            delivered_day=delivered,
            late_hours=late,
            cancelled_by=CancelledBy(by),
            requirements_in=known[requirements],
            cancelled_very_late=bool(very_late),
            disputes=None if disputes < 0 else disputes,
            amount_usd=amount,
            excluded_day=excluded,
        )
        for (
            order,
            gig,
            status,
            finished,
            delivered,
            late,
            by,
            requirements,
            very_late,
            disputes,
            amount,
            excluded,
        ) in fields
    ]


def review_facts(columns: ReviewColumns, orders: OrderColumns) -> list[ReviewFacts]:
    """The rows of the columns as facts, unknown as ``None``."""
    fields = zip(
        orders.order[columns.row].tolist(),
        columns.posted_day.tolist(),
        columns.start_day.tolist(),
        _days_or_none(columns.end_day),
        columns.edited.astype(bool).tolist(),
        _numbers_or_none(columns.stars),
        _numbers_or_none(columns.quality),
        _numbers_or_none(columns.communication),
        _numbers_or_none(columns.value),
        strict=True,
    )
    return [ReviewFacts(*row) for row in fields]


def evidence_columns(items: Iterable[Evidence]) -> EvidenceColumns:
    """Columns of evidence items, sorted as :class:`EvidenceColumns` documents."""
    listed = sorted(items, key=lambda item: (item.gig, item.start_day, item.order, item.factor))
    return EvidenceColumns(
        order=np.array([item.order for item in listed], dtype=np.int64),
        gig=np.array([item.gig for item in listed], dtype=np.int32),
        factor=np.array([item.factor for item in listed], dtype=np.int8),
        origin_day=np.array([item.origin_day for item in listed], dtype=np.int32),
        start_day=np.array([item.start_day for item in listed], dtype=np.int32),
        end_day=np.array([item.end_day for item in listed], dtype=np.int32),
        x=np.array([item.x for item in listed], dtype=np.float64),
        value_weight=np.array([item.value_weight for item in listed], dtype=np.float64),
        end_cause=np.array([item.end_cause for item in listed], dtype=np.int8),
    )


def evidence_items(columns: EvidenceColumns) -> list[Evidence]:
    """The rows of the columns as evidence items, in the order of the columns."""
    return [
        Evidence(order, gig, Factor(factor), origin, start, end, x, weight, Cause(cause))
        for order, gig, factor, origin, start, end, x, weight, cause in zip(
            columns.order.tolist(),
            columns.gig.tolist(),
            columns.factor.tolist(),
            columns.origin_day.tolist(),
            columns.start_day.tolist(),
            columns.end_day.tolist(),
            columns.x.tolist(),
            columns.value_weight.tolist(),
            columns.end_cause.tolist(),
            strict=True,
        )
    ]


def _days(values: Iterable[int | None]) -> NDArray[np.int32]:
    return np.array([NO_DAY if day is None else day for day in values], dtype=np.int32)


def _numbers(values: Iterable[float | None]) -> NDArray[np.float64]:
    return np.array([np.nan if value is None else value for value in values], dtype=np.float64)


def _days_or_none(values: NDArray[np.int32]) -> list[int | None]:
    return [None if day == NO_DAY else day for day in values.tolist()]


def _numbers_or_none(values: NDArray[np.float64]) -> list[float | None]:
    return [None if value != value else value for value in values.tolist()]
