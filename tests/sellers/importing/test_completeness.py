"""What is known of a seller beside what the platform counts, and spans without orders."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from sellers.importing.completeness import Gap, completeness_of, gaps_between
from sellers.models import Observation, OrderStatus, Seller
from tests.builders import a_gig, a_seller, an_order

TODAY = dt.date(2024, 6, 12)


def day(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(f"{text}T12:00:00+00:00")


def noted(seller: Seller, kind: str, value: str, on: str) -> None:
    Observation.objects.create(seller=seller, kind=kind, value=Decimal(value), day=on)


@pytest.mark.django_db
def test_known_totals_stand_beside_the_platforms_counters_of_the_same_day() -> None:
    seller = a_seller()
    gig = a_gig(seller)
    # Completed seven days after they were ordered: 8, 9 and 10 May, and 8 June.
    for ordered, buyer, amount in (
        ("2024-05-01", "anna", "100.00"),
        ("2024-05-02", "anna", "50.00"),
        ("2024-05-03", None, None),
        ("2024-06-01", "ben", "30.00"),
    ):
        an_order(gig, day(ordered), buyer_key=buyer, amount=amount and Decimal(amount))
    an_order(gig, day("2024-05-04"), status=OrderStatus.CANCELLED, buyer_key="carl")
    noted(seller, "completed_orders", "2", "2024-05-09")
    noted(seller, "completed_orders", "4", "2024-05-31")
    noted(seller, "unique_clients", "2", "2024-06-10")
    found = completeness_of(seller=seller, today=TODAY)
    orders, clients, earnings = found.counters
    # The latest number counts, and only what was completed up to that day: 3 of 4.
    assert (orders.known, orders.shown) == (Decimal(3), Decimal(4))
    assert orders.day == dt.date(2024, 5, 31)
    assert orders.share == pytest.approx(0.75)
    # Anna and Ben; one order does not say who bought.
    assert (clients.known, clients.unknown, clients.share) == (Decimal(2), 1, 1.0)
    # 100 + 50 + 30 dollars; never noted down.
    assert (earnings.known, earnings.unknown) == (Decimal(180), 1)
    assert (earnings.shown, earnings.share) == (None, None)
    assert (found.first, found.last) == (dt.date(2024, 5, 1), dt.date(2024, 6, 1))


@pytest.mark.django_db
def test_a_seller_without_orders_has_no_gap_and_no_first_day() -> None:
    found = completeness_of(seller=a_seller(), today=TODAY)
    assert (found.first, found.last, found.gaps) == (None, None, ())
    assert [counter.known for counter in found.counters] == [0, 0, 0]
    assert [counter.share for counter in found.counters] == [None, None, None]


@pytest.mark.django_db
def test_a_noted_nothing_has_no_share() -> None:
    seller = a_seller()
    noted(seller, "earnings", "0", "2024-05-01")
    assert completeness_of(seller=seller, today=TODAY).counters[2].share is None


def test_a_gap_is_long_and_unusual_for_the_seller() -> None:
    start = dt.date(2024, 1, 1)
    weekly = [start + dt.timedelta(weeks=week) for week in range(10)]
    # From 4 March (week 9) to 1 July is 119 days; six times seven is 42, at least 45.
    assert weekly[-1] == dt.date(2024, 3, 4)
    days = [*weekly, dt.date(2024, 7, 1), dt.date(2024, 7, 8)]
    assert gaps_between(days[::-1]) == [Gap(dt.date(2024, 3, 5), dt.date(2024, 6, 30))]
    assert gaps_between(days)[0].days == 118
    # Forty-five days are not yet a gap, forty-six are.
    for distance, found in ((45, 0), (46, 1)):
        assert len(gaps_between([*weekly, weekly[-1] + dt.timedelta(days=distance)])) == found


def test_who_sells_rarely_has_no_gaps() -> None:
    start = dt.date(2023, 1, 1)
    assert gaps_between([start + dt.timedelta(days=60 * n) for n in range(8)]) == []
    assert gaps_between([start]) == gaps_between([]) == []
