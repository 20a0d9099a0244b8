"""Random sellers, small enough to shrink and rich in edges.

Built on the order histories of the engine's tests, with clients, amounts, inquiries, scores
and shown values added; days crowd around the same few.
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from hypothesis import strategies as st

from eligibility.rules.records import GigRecord, InquiryRecord, OrderRecord, SellerRecord
from metrics.engine.types import OrderFacts, OrderStatus
from tests.kernels.strategies import BASE_DAY, Picker, order_of, review_versions

CATEGORIES = ("Logo Design", "", "Tax  consulting", "accounting and bookkeeping")
WINDOW = 60


def _order(raw: bytes, facts: OrderFacts) -> OrderRecord:
    pick = Picker(raw)
    last = facts.finished_day if facts.finished_day is not None else BASE_DAY + pick.below(60)
    ordered = min(last, last if facts.delivered_day is None else facts.delivered_day)
    return OrderRecord(
        facts,
        ordered - pick.one_of((0, 1, 5, 30)),
        pick.one_of((1, 2, 3, 4, 5, None)),
        pick.one_of((10_000, 5_000, 1, 0, 50_001, None)),
    )


def _inquiry(raw: bytes, number: int) -> InquiryRecord:
    pick = Picker(raw)
    day = pick.day(WINDOW)
    minutes = pick.one_of((0, 60, 1440, 1441, 5000, None))
    after = None if minutes is None else minutes // 1440 + pick.one_of((0, 1))
    return InquiryRecord(number, day, None if after is None else day + after, minutes)


@st.composite
def sellers(
    draw: st.DrawFn, max_orders: int = 12, max_gigs: int = 3, numbers_from: int = 0
) -> SellerRecord:
    """A seller with up to ``max_orders`` orders; order numbers are not ascending."""
    gigs = draw(st.integers(1, max_gigs))
    raws = draw(st.lists(st.binary(min_size=64, max_size=64), max_size=max_orders))
    orders, reviews = [], []
    for index, raw in enumerate(raws):
        number = numbers_from + (7_919 * (index + 1)) % 10_007
        facts = order_of(raw[:24], number, gigs, WINDOW)
        orders.append(_order(raw[48:], facts))
        reviews += review_versions(raw[24:48], facts)
    pick = Picker(draw(st.binary(min_size=400, max_size=400)))
    inquiries = draw(st.lists(st.binary(min_size=16, max_size=16), max_size=4))
    scores = draw(st.lists(st.tuples(st.integers(-5, 900), st.integers(1, 10)), max_size=6))
    first = BASE_DAY + pick.one_of((-3, -40, 0, 5, 300))
    return SellerRecord(
        first_day=first,
        last_day=first + pick.one_of((0, 30, 400, 1200, -1)),
        gigs=tuple(
            GigRecord(pick.one_of((True, True, False)), pick.one_of(CATEGORIES))
            for _ in range(gigs)
        ),
        orders=tuple(orders),
        reviews=tuple(reviews),
        inquiries=tuple(_inquiry(raw, index) for index, raw in enumerate(inquiries)),
        is_pro=pick.one_of((False, True)),
        joined_day=pick.one_of((None, BASE_DAY - 100, BASE_DAY + 10)),
        scores={BASE_DAY + day: score for day, score in scores},
        shown_levels={pick.day(WINDOW): pick.one_of((0, 1, 2, 3)) for _ in range(pick.below(3))},
        shown_response={
            pick.day(WINDOW): Fraction(pick.one_of((100, 85, 90)), 100)
            for _ in range(pick.below(3))
        },
    )


def a_good_order(seller: SellerRecord, day: int, number: int = 99_999) -> SellerRecord:
    """The same seller with one more completed order on the first gig, from a new client."""
    facts = OrderFacts(number, 0, OrderStatus.COMPLETED, day, day, -5.0)
    return replace(seller, orders=(*seller.orders, OrderRecord(facts, day, 777, 10_000)))
