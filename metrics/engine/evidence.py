"""Step 1, column-wise: facts to evidence, one function per area.

Equal to :func:`metrics.engine.reference.evidence_of` to the last bit, for a batch of any
number of sellers at once.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import repeat

import numpy as np
from numpy.typing import NDArray

from metrics.engine.columns import (
    EvidenceColumns,
    Float64,
    Int8,
    Int32,
    Int64,
    OrderColumns,
    ReviewColumns,
)
from metrics.engine.days import NO_DAY
from metrics.engine.types import CancelledBy, Cause, Factor, OrderStatus, Policy

Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class _AreaItems:
    """Items of one area before sorting; ``row`` is the index of the item's order."""

    factor: Factor
    row: Int64
    origin_day: Int32
    start_day: Int32
    end_day: Int32
    x: Float64
    end_cause: Int8


def evidence_of_columns(
    orders: OrderColumns, reviews: ReviewColumns, policy: Policy
) -> EvidenceColumns:
    """All evidence of the facts under a policy. No fact, no evidence.

    Parameters
    ----------
    orders : shape (orders,), unique order numbers, in any order
    reviews : shape (versions,), in any order

    Returns
    -------
    EvidenceColumns
        Sorted by gig, start day, order and factor.
    """
    parts = (
        client_satisfaction(reviews, policy),
        communication(reviews, policy),
        value_for_money(reviews, policy),
        conflict_free(orders, policy),
        cancellations(orders, policy),
        delivery_time(orders, policy),
    )
    row = np.concatenate([part.row for part in parts])
    factor = np.repeat(
        np.array([part.factor for part in parts], dtype=np.int8),
        [len(part.row) for part in parts],
    )
    start_day = np.concatenate([part.start_day for part in parts])
    rank = _sorting(orders, row, factor, start_day)
    row = row[rank]
    return EvidenceColumns(
        order=orders.order[row],
        gig=orders.gig[row],
        factor=factor[rank],
        origin_day=np.concatenate([part.origin_day for part in parts])[rank],
        start_day=start_day[rank],
        end_day=np.concatenate([part.end_day for part in parts])[rank],
        x=np.concatenate([part.x for part in parts])[rank],
        value_weight=value_weights(orders.amount_usd, policy)[row],
        end_cause=np.concatenate([part.end_cause for part in parts])[rank],
    )


def value_weights(amount_usd: Float64, policy: Policy) -> Float64:
    """v = clip((amount / reference)^γ, low, high); 1 where the amount is unknown (NaN).

    The power is the C library's, as in the reference: numpy's own differs in the last bit.
    Prices repeat, so it is taken once for each amount.
    """
    amounts, of_order = np.unique(amount_usd, return_inverse=True)
    ratio = np.maximum(amounts, 0.0) / policy.value_reference_usd
    power = map(math.pow, ratio.tolist(), repeat(policy.value_exponent))
    raised = np.fromiter(power, dtype=np.float64, count=len(ratio))
    weights = np.minimum(np.maximum(raised, policy.value_low), policy.value_high)
    weights[np.isnan(amounts)] = 1.0
    return weights[of_order]


def star_outcomes(stars: Float64, policy: Policy) -> Float64:
    """x of ratings of 1 to 5, straight lines between whole stars. No NaN."""
    below = np.minimum(np.floor(stars), 4.0)
    share = stars - below
    curve = np.array(policy.star_curve, dtype=np.float64)
    step = below.astype(np.int64)
    outcome: Float64 = (1 - share) * curve[step - 1] + share * curve[step]
    return outcome


def client_satisfaction(reviews: ReviewColumns, policy: Policy) -> _AreaItems:
    """Quality sub-rating, else stars."""
    rating = np.where(np.isnan(reviews.quality), reviews.stars, reviews.quality)
    return _review_items(Factor.CLIENT_SATISFACTION, rating, reviews, policy)


def communication(reviews: ReviewColumns, policy: Policy) -> _AreaItems:
    """Sub-rating of working with the freelancer."""
    return _review_items(Factor.COMMUNICATION, reviews.communication, reviews, policy)


def value_for_money(reviews: ReviewColumns, policy: Policy) -> _AreaItems:
    """Sub-rating of value for money."""
    return _review_items(Factor.VALUE_FOR_MONEY, reviews.value, reviews, policy)


def conflict_free(orders: OrderColumns, policy: Policy) -> _AreaItems:
    """Finished orders whose number of disputes is known."""
    row = np.flatnonzero(_finished(orders) & (orders.disputes >= 0))
    x = np.where(orders.disputes[row] > 0, policy.dispute_x, policy.no_dispute_x)
    return _order_items(Factor.CONFLICT_FREE, row, orders.finished_day[row], x, policy)


def cancellations(orders: OrderColumns, policy: Policy) -> _AreaItems:
    """Finished orders; a client's cancellation before requirements is no evidence."""
    completed = orders.status == OrderStatus.COMPLETED
    by_client = ~completed & (orders.cancelled_by == CancelledBy.CLIENT)
    very_late = by_client & (orders.cancelled_very_late != 0)
    too_early = by_client & ~very_late & (orders.requirements_in == 0)
    by_seller = ~completed & (orders.cancelled_by == CancelledBy.SELLER)
    x = np.full(len(orders.order), policy.cancelled_other_x, dtype=np.float64)
    x[completed] = policy.completed_x
    x[by_seller] = policy.cancelled_by_seller_x
    x[very_late] = policy.cancelled_very_late_x
    row = np.flatnonzero(_finished(orders) & ~too_early)
    day = orders.finished_day[row]
    return _order_items(
        Factor.CANCELLATIONS, row, day, x[row], policy, until=orders.excluded_day[row]
    )


def delivery_time(orders: OrderColumns, policy: Policy) -> _AreaItems:
    """Orders with a first delivery and a due time to hold it against."""
    row = np.flatnonzero((orders.delivered_day != NO_DAY) & ~np.isnan(orders.late_hours))
    hours = orders.late_hours[row]
    late = np.where(hours <= policy.late_limit_hours, policy.late_x, policy.very_late_x)
    x = np.where(hours <= 0, policy.on_time_x, late)
    return _order_items(Factor.DELIVERY_TIME, row, orders.delivered_day[row], x, policy)


def _finished(orders: OrderColumns) -> Mask:
    finished: Mask = (orders.status != OrderStatus.OPEN) & (orders.finished_day != NO_DAY)
    return finished


def _order_items(
    factor: Factor,
    row: Int64,
    day: Int32,
    x: Float64,
    policy: Policy,
    until: Int32 | None = None,
) -> _AreaItems:
    """Items that start on ``day`` and end with the window, or on ``until`` if that is earlier."""
    aged_out = day + np.int32(policy.window_days)
    end, cause = aged_out, np.full(len(row), Cause.AGED_OUT, dtype=np.int8)
    if until is not None:
        end, cause = _ended(aged_out, until, np.full(len(row), Cause.REMOVED, dtype=np.int8))
    keep = end > day
    if keep.all():
        return _AreaItems(factor, row, day, day, end, x, cause)
    return _AreaItems(factor, row[keep], day[keep], day[keep], end[keep], x[keep], cause[keep])


def _review_items(
    factor: Factor, rating: Float64, reviews: ReviewColumns, policy: Policy
) -> _AreaItems:
    """Items of the versions with a rating; weights fade from the day of the first version."""
    aged_out = reviews.posted_day + np.int32(policy.window_days)
    early = np.where(reviews.edited != 0, Cause.EDITED, Cause.REMOVED).astype(np.int8)
    end, cause = _ended(aged_out, reviews.end_day, early)
    keep = ~np.isnan(rating) & (end > reviews.start_day)
    return _AreaItems(
        factor,
        reviews.row[keep],
        reviews.posted_day[keep],
        reviews.start_day[keep],
        end[keep],
        star_outcomes(rating[keep], policy),
        cause[keep],
    )


def _ended(aged_out: Int32, until: Int32, early_cause: Int8) -> tuple[Int32, Int8]:
    """The earlier of the window's end and ``until`` (NO_DAY: never), and its cause."""
    early = (until != NO_DAY) & (until < aged_out)
    cause = np.where(early, early_cause, np.int8(Cause.AGED_OUT))
    return np.where(early, until, aged_out), cause


def _sorting(orders: OrderColumns, row: Int64, factor: Int8, start_day: Int32) -> Int64:
    """The permutation that sorts items by gig, start day, order and factor.

    One packed key where its parts fit into 63 bits, as those of any real batch do.
    """
    if len(row) == 0:
        return np.zeros(0, dtype=np.int64)
    place = np.empty(len(orders.order), dtype=np.int64)
    ascending = bool((orders.order[1:] > orders.order[:-1]).all())
    rank = slice(None) if ascending else np.argsort(orders.order, kind="stable")
    place[rank] = np.arange(len(orders.order))
    gig, day = orders.gig[row].astype(np.int64), start_day.astype(np.int64)
    day -= day.min()
    widths = [int(part.max()).bit_length() for part in (gig, day, place)]
    if int(gig.min()) < 0 or sum(widths) + 3 > 63:
        return np.lexsort((factor, place[row], day, gig))
    key = ((gig << widths[1] | day) << widths[2] | place[row]) << 3 | factor
    rank = np.argsort(key)  # three times as fast as a stable sort; the same where no two are equal
    ordered = key[rank]
    return rank if (ordered[1:] != ordered[:-1]).all() else np.argsort(key, kind="stable")
