"""Orders in words."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from sellers.models import Order, OrderStatus
from sellers.order_words import amount_words, assumed_day, delivery_words, span_words

DUE = datetime(2024, 6, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("span", "words"),
    [
        (timedelta(0), "less than a minute"),
        (timedelta(seconds=29), "less than a minute"),
        (timedelta(minutes=35), "35 min"),
        (timedelta(hours=3), "3 h"),
        (timedelta(hours=3, minutes=5), "3 h 5 min"),
        (timedelta(hours=24), "1 day"),
        (timedelta(hours=28, minutes=59), "1 day 4 h"),
        (timedelta(days=2, hours=1), "2 days 1 h"),
        (timedelta(days=-1, hours=-2), "1 day 2 h"),
        (timedelta(days=1200), "1,200 days"),
    ],
)
def test_a_span_is_said_by_its_two_largest_units(span: timedelta, words: str) -> None:
    assert span_words(span) == words


def an_unsaved(**fields: object) -> Order:
    return Order(**{"status": OrderStatus.COMPLETED, "ordered_at": DUE, "currency": "USD"} | fields)


def test_the_extended_due_time_is_the_one_that_counts() -> None:
    order = an_unsaved(
        due_at=DUE, extended_due_at=DUE + timedelta(days=2), delivered_at=DUE + timedelta(days=1)
    )
    assert delivery_words(order) == "1 day early"


@pytest.mark.parametrize(
    ("delivered", "words"),
    [
        (None, ""),
        (DUE, "on the minute"),
        (DUE + timedelta(seconds=1), "late by less than a minute"),
        (DUE - timedelta(hours=3), "3 h early"),
        (DUE + timedelta(hours=28), "late by 1 day 4 h"),
    ],
)
def test_a_delivery_is_held_against_its_due_time(delivered: datetime | None, words: str) -> None:
    assert delivery_words(an_unsaved(due_at=DUE, delivered_at=delivered)) == words


def test_without_a_due_time_nothing_is_said_of_a_delivery() -> None:
    assert delivery_words(an_unsaved(delivered_at=DUE)) == ""


def test_a_day_is_assumed_from_the_delivery_else_from_the_order() -> None:
    zone = ZoneInfo("Pacific/Auckland")
    # 12:00 UTC is midnight in Auckland: the next day
    assert assumed_day(an_unsaved(), zone) == (date(2024, 6, 2), "the day it was ordered")
    delivered = an_unsaved(delivered_at=DUE + timedelta(days=3))
    assert assumed_day(delivered, zone) == (date(2024, 6, 5), "its delivery")
    assert assumed_day(an_unsaved(completed_at=DUE), zone) is None
    assert assumed_day(an_unsaved(status=OrderStatus.OPEN), zone) is None


def test_money_keeps_its_currency_and_nothing_is_not_zero() -> None:
    assert amount_words(an_unsaved(amount=Decimal("1234.5"))) == "$1,234.50"
    assert amount_words(an_unsaved(amount=Decimal(0), currency="EUR")) == "0.00 EUR"
    assert amount_words(an_unsaved(amount=None)) == ""
