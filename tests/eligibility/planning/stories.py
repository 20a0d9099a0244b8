"""Small sellers for plans, and the rules put to every way of sharing orders out."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

from eligibility.coming.judging import Coming
from metrics.engine.days import day_number
from metrics.engine.hypothetical import Hypothetical, Scenario
from metrics.engine.what_orders_do import even_days
from metrics.forecasting.ground import Ground
from metrics.forecasting.planning import clean_order
from metrics.forecasting.simulation import imagined
from sellers.models import Gig, Inquiry, Order, Seller
from tests.builders import NOW, a_gig, a_review, a_seller, an_order
from tests.eligibility.coming.grounds import judge_grounds

TODAY = NOW.date()
BY = TODAY + timedelta(days=60)


def bought(gig: Gig, buyer: str, days_ago: int, now: datetime = NOW, **fields: Any) -> Order:
    """A completed order of $100 that finished so many days ago."""
    return an_order(gig, now - timedelta(days=days_ago + 7), buyer_key=buyer, **fields)


def answered(seller: Seller, number: int, days_ago: int = 5, now: datetime = NOW) -> None:
    """First messages, each answered within an hour."""
    at = now - timedelta(days=days_ago)
    for index in range(number):
        ref = f"message-{days_ago}-{index}"
        Inquiry.objects.create(
            seller=seller, ref=ref, first_message_at=at, first_reply_at=at + timedelta(hours=1)
        )


def a_beginner(**fields: Any) -> Seller:
    """Three orders of one client on a good gig, two of another with bad reviews on a weak one."""
    seller = a_seller(**fields)
    good, weak = a_gig(seller, title="Book editing"), a_gig(seller, title="Logo design")
    for days in (80, 60, 40):
        a_review(bought(good, "anna", days), 5)
    a_review(bought(weak, "ben", 50), 2)
    a_review(bought(weak, "ben", 30), 1)
    answered(seller, 4)
    return seller


def sharings(orders: int, gigs: int) -> Iterator[tuple[int, ...]]:
    """Every way of sharing out so many orders."""
    for numbers in itertools.product(range(orders + 1), repeat=gigs):
        if sum(numbers) == orders:
            yield numbers


def on_days(ground: Ground, numbers: tuple[int, ...], by: date) -> tuple[Hypothetical, ...]:
    """Clean orders, finished evenly on each gig."""
    last = day_number(by)
    return tuple(
        clean_order(ground, gig, day)
        for gig, number in enumerate(numbers)
        for day in (even_days(ground.today_number, last, number) if number else ())
    )


def judged(ground: Ground, ways: list[tuple[int, ...]], by: date = BY) -> Coming:
    """The rules on grounds in which the orders are fact, swept by the kernel of the past."""
    return judge_grounds(
        [imagined(ground, Scenario(added=on_days(ground, each, by))) for each in ways], by
    )
