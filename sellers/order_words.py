"""What an order says, in words: how late, how it ended, what is not known."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sellers.models import CancelledBy, Order, OrderStatus

_MINUTE = timedelta(minutes=1)


def span_words(span: timedelta) -> str:
    """A length of time by its two largest units: "1 day 4 h", "35 min"."""
    minutes = round(abs(span) / _MINUTE)
    if minutes < 1:
        return "less than a minute"
    days, rest = divmod(minutes, 24 * 60)
    hours, minutes = divmod(rest, 60)
    if days:
        whole = "1 day" if days == 1 else f"{days:,} days"
        return f"{whole} {hours} h" if hours else whole
    if hours:
        return f"{hours} h {minutes} min" if minutes else f"{hours} h"
    return f"{minutes} min"


def due_of(order: Order) -> datetime | None:
    """The due time that counts: the extended one where there is one."""
    return order.extended_due_at or order.due_at


def lateness(order: Order) -> timedelta | None:
    """First delivery minus the due time that counts; None while either is unknown."""
    due = due_of(order)
    if due is None or order.delivered_at is None:
        return None
    return order.delivered_at - due


def late_words(late: timedelta) -> str:
    """``late by 1 day 4 h``."""
    return f"late by {span_words(late)}"


def delivery_words(order: Order) -> str:
    """How the first delivery lies against its due time; "" where nothing can be said."""
    late = lateness(order)
    if late is None:
        return ""
    if late > timedelta(0):
        return late_words(late)
    return "on the minute" if late > -_MINUTE else f"{span_words(late)} early"


def ending_words(order: Order) -> str:
    """How the order ended: "completed", "cancelled by the client", "open"."""
    if order.status != OrderStatus.CANCELLED:
        return OrderStatus(order.status).label
    if order.cancelled_by is None:
        return "cancelled, by whom is not known"
    return f"cancelled by {CancelledBy(order.cancelled_by).label}"


def finished_at(order: Order) -> datetime | None:
    """When the order was completed or cancelled, where that is known."""
    return order.completed_at or order.cancelled_at


def assumed_day(order: Order, zone: ZoneInfo) -> tuple[date, str] | None:
    """The day a finished order counts from where its end has no time, and what it rests on.

    The same rule as in metrics/facts.py: first delivery, else the order itself (grade A).
    """
    if order.status == OrderStatus.OPEN or finished_at(order) is not None:
        return None
    if order.delivered_at is not None:
        return order.delivered_at.astimezone(zone).date(), "its delivery"
    return order.ordered_at.astimezone(zone).date(), "the day it was ordered"


def amount_words(order: Order) -> str:
    """ "$120.00", "120.00 EUR", or "" where the amount is unknown."""
    if order.amount is None:
        return ""
    if order.currency == "USD":
        return f"${order.amount:,.2f}"
    return f"{order.amount:,.2f} {order.currency}"


def buyer_words(order: Order) -> str:
    """The buyer's label; "" where the data name no buyer."""
    return order.buyer_label or (f"buyer {order.buyer_key[:6]}" if order.buyer_key else "")
