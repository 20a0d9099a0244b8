"""What the orders say of a promise: facts for who decides, never a verdict.

The days of a promise run from ``made_on`` to ``due``, both included, in the seller's zone; only
what lies before ``now`` is counted. An order belongs to the day on which it was due (the
extended due time where there is one); one without a due time cannot be counted, and is told.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import F, Max, Q
from django.db.models.functions import Coalesce
from django.utils.dateformat import format as format_date

from sellers.models import CancelledBy, Order, OrderStatus, Promise, Seller

Measure = Promise.Measure


@dataclass(frozen=True, slots=True)
class Due:
    """An order that was not cancelled. ``due`` is the time that counts, None where unknown;
    ``delivered`` the first delivery; ``placed`` dates the order where it has no due time."""

    due: datetime | None
    delivered: datetime | None
    placed: datetime
    is_open: bool


@dataclass(frozen=True, slots=True)
class Cancelled:
    """A cancelled order. ``at`` is the day it was ordered where that of the end is unknown."""

    at: datetime
    is_dated: bool
    by: int | None


@dataclass(frozen=True, slots=True)
class Span:
    """The time that is counted, ``start <= t < end``."""

    start: datetime
    end: datetime

    def __contains__(self, at: datetime) -> bool:
        return self.start <= at < self.end


def span_of(promise: Promise, seller: Seller, now: datetime) -> Span:
    """The days of a promise that have come, as times."""
    first, last = (
        datetime.combine(day, time.min, tzinfo=seller.zone)
        for day in (promise.made_on, promise.due + timedelta(days=1))
    )
    return Span(first, min(last, now))


def facts_beside(
    promises: Iterable[Promise], seller: Seller, *, now: datetime
) -> Mapping[int, str]:
    """A sentence of facts for each promise that is measured, by its id, in at most three queries.

    Promises that people judge alone are not in the answer.
    """
    spans = {p: span_of(p, seller, now) for p in promises if p.measure}
    late = {p: span for p, span in spans.items() if p.measure == Measure.LATE}
    cancelled = {p: span for p, span in spans.items() if p.measure == Measure.CANCELLED}
    if not spans:
        return {}
    reach = _reach_words(seller)
    found: dict[int, str] = {}
    if late:
        orders = _due_orders(seller, min(span.start for span in late.values()), now)
        found |= {p.pk: f"{late_sentence(orders, span)} {reach}" for p, span in late.items()}
    if cancelled:
        ended = _cancelled_orders(seller, min(span.start for span in cancelled.values()), now)
        found |= {
            p.pk: f"{cancelled_sentence(ended, span)} {reach}" for p, span in cancelled.items()
        }
    return found


def _due_orders(seller: Seller, start: datetime, now: datetime) -> list[Due]:
    rows = (
        Order.objects.filter(seller=seller)
        .exclude(status=OrderStatus.CANCELLED)
        .annotate(due=Coalesce("extended_due_at", "due_at"))
        .filter(Q(due__gte=start, due__lt=now) | Q(due=None, ordered_at__gte=start))
        .order_by()
        .values_list("due", "delivered_at", "ordered_at", "status")
    )
    return [
        Due(due, done, placed, status == OrderStatus.OPEN) for due, done, placed, status in rows
    ]


def _cancelled_orders(seller: Seller, start: datetime, now: datetime) -> list[Cancelled]:
    rows = (
        Order.objects.filter(seller=seller, status=OrderStatus.CANCELLED)
        .annotate(at=Coalesce("cancelled_at", "ordered_at"))
        .filter(at__gte=start, at__lt=now)
        .order_by()
        .values_list("at", "cancelled_by", F("cancelled_at"))
    )
    return [Cancelled(at, ended is not None, by) for at, by, ended in rows]


def _reach_words(seller: Seller) -> str:
    """How far the data reach: what came later is not in them."""
    newest = Order.objects.filter(seller=seller).aggregate(newest=Max("ordered_at"))["newest"]
    if newest is None:
        return "No order is in the data yet."
    return f"The newest order in the data is of {_day(newest.astimezone(seller.zone).date())}."


def _day(day: date) -> str:
    return format_date(day, "j M Y")


def late_sentence(orders: Iterable[Due], span: Span) -> str:
    """ "Of 12 orders due since then 1 was late, 1 is not delivered in your data." """
    kinds: Counter[str] = Counter()
    for order in orders:
        if order.due is None:
            kinds["undated"] += order.placed in span
        elif order.due in span:
            kinds[_kind(order, order.due)] += 1
    due = kinds["on time"] + kinds["late"] + kinds["missing"] + kinds["unknown"]
    parts = [f"{kinds['late']} delivered late"]
    if kinds["missing"]:
        parts.append(f"{kinds['missing']} not delivered")
    if kinds["unknown"]:
        parts.append(f"{kinds['unknown']} without a time of delivery")
    said = f"Of {_orders(due)} due in that time: {', '.join(parts)}." if due else _NONE_DUE
    undated = kinds["undated"]
    return f"{said} {_orders(undated)} without a due time cannot be counted." if undated else said


_NONE_DUE = "No order in the data was due in that time."


def _kind(order: Due, due: datetime) -> str:
    if order.delivered is None:
        return "missing" if order.is_open else "unknown"
    return "late" if order.delivered > due else "on time"


def cancelled_sentence(orders: Iterable[Cancelled], span: Span) -> str:
    """ "1 order was cancelled by the seller in that time; 2 by whom is not known." """
    inside = [order for order in orders if order.at in span]
    mine = sum(order.is_dated and order.by == CancelledBy.SELLER for order in inside)
    open_ones = sum(order.by is None for order in inside)
    undated = sum(not order.is_dated and order.by == CancelledBy.SELLER for order in inside)
    said = f"{_orders(mine) if mine else 'No order'} cancelled by the seller in that time."
    if open_ones:
        said += f" {_orders(open_ones)} cancelled, by whom is not in the data."
    if undated:
        said += f" {_orders(undated)} cancelled by the seller on a day that is not in the data."
    return said


def _orders(number: int) -> str:
    return "1 order" if number == 1 else f"{number:,} orders"
