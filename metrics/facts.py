"""Facts of many sellers from the tables to the engine's columns, in three reads.

What a fact means when a part of it is unknown is decided here, once:

- The day an order finished is the day of its completion or cancellation. Where that time
  is unknown it is the day of its first delivery, and where that is unknown too the day
  it was ordered (grade A; the order page says "day assumed").
- The due time is the extended one where there is one.
- Versions of one review replace each other in the order of their times; for two of the
  very same time the order is arbitrary but always the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from metrics.binary_copy import (
    POSTGRES_EPOCH_DAYS,
    POSTGRES_EPOCH_US,
    UNKNOWN_DATE,
    UNKNOWN_TIME,
    Columns,
    read_columns,
)
from metrics.engine.columns import Int32, Int64, OrderColumns, ReviewColumns
from metrics.engine.days import NO_DAY
from metrics.engine.types import OrderStatus
from metrics.zones import local_days
from sellers.importing.known import orders_as_known, reviews_as_known
from sellers.models import Gig, Seller
from sellers.money import RateTable

_HOUR_US = 3_600_000_000
_VERY_LATE_US = 24 * _HOUR_US

ORDERS_QUERY = """
    SELECT o.id, o.seller_id, o.gig_id, o.status, coalesce(o.cancelled_by, 0)::int2,
           coalesce(o.requirements_in::int, -1)::int2, coalesce(o.disputes, -1)::int2,
           o.ordered_at,
           coalesce(o.extended_due_at, o.due_at, '-infinity'),
           coalesce(o.delivered_at, '-infinity'),
           coalesce(o.completed_at, o.cancelled_at, '-infinity'),
           coalesce(o.excluded_on, '-infinity'),
           coalesce(o.amount::float8, 'NaN'), o.currency
    FROM sellers_order o WHERE o.seller_id = ANY(%s)
"""
_ORDER_COLUMNS = {
    "order_id": "int8",
    "seller": "int8",
    "gig": "int8",
    "status": "int2",
    "cancelled_by": "int2",
    "requirements_in": "int2",
    "disputes": "int2",
    "ordered": "timestamptz",
    "due": "timestamptz",
    "delivered": "timestamptz",
    "finished": "timestamptz",
    "excluded": "date",
    "amount": "float8",
    "currency": "char3",
}
# By order numbers, not by a join: right after a large import the planner takes the tables for
# empty, and a join that it plans for a handful of rows is quadratic.
REVIEWS_QUERY = """
    SELECT r.order_id, r.posted_at, coalesce(r.removed_at, '-infinity'),
           CASE WHEN r.ref = '' THEN 0
                ELSE ('x' || left(md5(r.ref), 15))::bit(60)::int8 END,
           coalesce(r.stars::float8, 'NaN'),
           coalesce(r.quality_of_delivery, r.service_as_described, 'NaN')::float8,
           coalesce(r.working_with, r.communication, 'NaN')::float8,
           coalesce(r.value_for_money, r.buy_again, 'NaN')::float8
    FROM sellers_review r WHERE r.order_id = ANY(%s::int8[])
"""
_REVIEW_COLUMNS = {
    "order_id": "int8",
    "posted": "timestamptz",
    "removed": "timestamptz",
    "tie": "int8",
    "stars": "float8",
    "quality": "float8",
    "communication": "float8",
    "value": "float8",
}


@dataclass(frozen=True, slots=True)
class FactColumns:
    """Facts of a batch of sellers.

    Attributes
    ----------
    seller_ids : (sellers,) ascending database ids
    gig_ids : (gigs,) database ids, sorted by seller, then id; the index is the gig number
    gig_seller : (gigs,) index into ``seller_ids``
    orders, reviews : the engine's columns
    ordered_day : (orders,) for lists and pages
    day_assumed : (orders,) True where the finishing day is an assumption
    """

    seller_ids: Int64
    gig_ids: Int64
    gig_seller: Int32
    orders: OrderColumns
    reviews: ReviewColumns
    ordered_day: Int32
    day_assumed: NDArray[np.bool_]


def read_facts(seller_ids: Sequence[int], known_at: datetime | None = None) -> FactColumns:
    """Read every fact of these sellers that the score can depend on.

    Parameters
    ----------
    known_at : read what was known at this moment; None: what is known now. Gigs are those of
        now in both cases, so that their numbers mean the same.
    """
    ids = sorted(seller_ids)
    zones = dict(Seller.objects.filter(pk__in=ids).values_list("pk", "time_zone"))
    gigs = np.array(
        Gig.objects.filter(seller__in=ids).order_by("seller_id", "id").values_list("seller", "id"),
        np.int64,
    ).reshape(-1, 2)
    orders_query, reviews_query = _queries(known_at)
    raw = read_columns(orders_query, [ids], _ORDER_COLUMNS)
    raw = _rows(raw, np.argsort(raw["order_id"]))
    seller_of_row = np.searchsorted(ids, raw["seller"])
    days = DayColumns([zones[pk] for pk in ids], seller_of_row)
    orders, ordered_day, assumed = _order_columns(raw, gigs[:, 1], days)
    reviews = _review_columns(
        read_columns(reviews_query, [_array_literal(raw["order_id"])], _REVIEW_COLUMNS),
        raw["order_id"],
        days,
    )
    return FactColumns(
        seller_ids=np.array(ids, np.int64),
        gig_ids=gigs[:, 1],
        gig_seller=np.searchsorted(ids, gigs[:, 0]).astype(np.int32),
        orders=orders,
        reviews=reviews,
        ordered_day=ordered_day,
        day_assumed=assumed,
    )


def _queries(known_at: datetime | None) -> tuple[str, str]:
    """The same questions, to the tables or to what was known of them."""
    if known_at is None:
        return ORDERS_QUERY, REVIEWS_QUERY
    return (
        ORDERS_QUERY.replace("sellers_order o", f"{orders_as_known(known_at)} o"),
        REVIEWS_QUERY.replace("sellers_review r", f"{reviews_as_known(known_at)} r"),
    )


def _array_literal(numbers: Int64) -> str:
    """An array as PostgreSQL writes it: the driver would quote each number on its own."""
    return f"{{{','.join(map(str, numbers.tolist()))}}}"


def _rows(columns: Columns, order: NDArray[np.intp]) -> Columns:
    return {name: column[order] for name, column in columns.items()}


class DayColumns:
    """Turns times of rows into days, each row in its own seller's zone."""

    def __init__(self, zones: Sequence[str], seller_of_row: NDArray[np.int64]) -> None:
        names = sorted(set(zones))
        zone_of_seller = np.array([names.index(zone) for zone in zones], np.int64)
        self._names = names
        self._zone_of_row = zone_of_seller[seller_of_row]

    def of(self, times: Int64, rows: NDArray[np.int64] | None = None) -> Int32:
        """Day numbers, NO_DAY where the time is unknown; ``rows`` picks the orders."""
        zone_of = self._zone_of_row if rows is None else self._zone_of_row[rows]
        days = np.full(len(times), NO_DAY, np.int32)
        known = times != UNKNOWN_TIME
        for number, name in enumerate(self._names):
            here = known & (zone_of == number)
            days[here] = local_days(times[here] + POSTGRES_EPOCH_US, name)
        return days


def _order_columns(
    raw: Columns, gig_ids: Int64, days: DayColumns
) -> tuple[OrderColumns, Int32, NDArray[np.bool_]]:
    due, delivered = raw["due"], raw["delivered"]
    finished = raw["finished"]
    status = raw["status"].astype(np.int8)
    ordered_day, delivered_day = (
        days.of(raw["ordered"]),
        days.of(delivered),
    )
    done = status != OrderStatus.OPEN
    assumed = done & (finished == UNKNOWN_TIME)
    fallback = np.where(delivered_day == NO_DAY, ordered_day, delivered_day)
    finished_day = np.where(assumed, fallback, np.where(done, days.of(finished), NO_DAY))
    has_due = due != UNKNOWN_TIME
    timed = has_due & (delivered != UNKNOWN_TIME)
    late_hours = np.where(timed, (delivered - np.where(timed, due, delivered)) / _HOUR_US, np.nan)
    late_cancel = (status == OrderStatus.CANCELLED) & has_due & (finished != UNKNOWN_TIME)
    very_late = late_cancel & (finished - np.where(has_due, due, 0) >= _VERY_LATE_US)
    very_late &= (delivered == UNKNOWN_TIME) | (delivered > finished)
    excluded = raw["excluded"].astype(np.int64)
    orders = OrderColumns(
        order=raw["order_id"],
        gig=_positions(gig_ids, raw["gig"]),
        status=status,
        finished_day=finished_day.astype(np.int32),
        delivered_day=delivered_day,
        late_hours=late_hours,
        cancelled_by=raw["cancelled_by"].astype(np.int8),
        requirements_in=raw["requirements_in"].astype(np.int8),
        cancelled_very_late=very_late.astype(np.int8),
        disputes=raw["disputes"].astype(np.int32),
        amount_usd=RateTable.load().to_usd(
            raw["amount"], raw["currency"], ordered_day.astype("datetime64[D]")
        ),
        excluded_day=np.where(
            excluded == UNKNOWN_DATE, NO_DAY, excluded + POSTGRES_EPOCH_DAYS
        ).astype(np.int32),
    )
    return orders, ordered_day, assumed


def _positions(sorted_by_seller: Int64, wanted: Int64) -> Int32:
    """Index of each wanted id; the ids are unique but not ascending over sellers."""
    order = np.argsort(sorted_by_seller)
    return order[np.searchsorted(sorted_by_seller, wanted, sorter=order)].astype(np.int32)


def _review_columns(raw: Columns, order_ids: Int64, days: DayColumns) -> ReviewColumns:
    row = np.searchsorted(order_ids, raw["order_id"])
    raw_order = np.lexsort((raw["tie"], raw["posted"], row))
    raw, row = _rows(raw, raw_order), row[raw_order]
    posted = days.of(raw["posted"], row)
    removed = days.of(raw["removed"], row)
    first = np.ones(len(row), bool)
    first[1:] = row[1:] != row[:-1]
    last = np.append(first[1:], True) if len(row) else first
    following = np.append(posted[1:], NO_DAY)[: len(row)]
    replaced = np.where(last, NO_DAY, following)
    edited = (replaced != NO_DAY) & ((removed == NO_DAY) | (replaced <= removed))
    group = np.cumsum(first) - 1
    return ReviewColumns(
        row=row.astype(np.int64),
        posted_day=posted[np.flatnonzero(first)][group] if len(row) else posted,
        start_day=posted,
        end_day=np.where(edited, replaced, removed).astype(np.int32),
        edited=edited.astype(np.int8),
        stars=raw["stars"],
        quality=raw["quality"],
        communication=raw["communication"],
        value=raw["value"],
    )
