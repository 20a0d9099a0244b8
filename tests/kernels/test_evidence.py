"""Evidence by columns is the plain reference's evidence, bit for bit."""

from __future__ import annotations

import random
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metrics.engine.columns import EvidenceColumns
from metrics.engine.evidence import evidence_of_columns, star_outcomes, value_weights
from metrics.engine.fact_columns import (
    evidence_columns,
    evidence_items,
    order_columns,
    order_facts,
    review_columns,
    review_facts,
)
from metrics.engine.reference import evidence_of, star_outcome, value_weight
from metrics.engine.types import (
    CancelledBy,
    Cause,
    Factor,
    OrderFacts,
    OrderStatus,
    Policy,
    ReviewFacts,
)
from tests.kernels.policies import PLAIN
from tests.kernels.strategies import BASE_DAY, histories

History = tuple[list[OrderFacts], list[ReviewFacts], Policy]


def assert_same(left: EvidenceColumns, right: EvidenceColumns) -> None:
    """Every column has the same type and the same values, floats bit for bit."""
    for name in EvidenceColumns.__slots__:
        mine, other = getattr(left, name), getattr(right, name)
        assert mine.dtype == other.dtype, name
        np.testing.assert_array_equal(mine, other, err_msg=name)


def by_columns(
    orders: list[OrderFacts], reviews: list[ReviewFacts], policy: Policy
) -> EvidenceColumns:
    columns = order_columns(orders)
    return evidence_of_columns(columns, review_columns(reviews, columns), policy)


@settings(max_examples=500, deadline=None)
@given(histories())
def test_columns_give_exactly_the_evidence_of_the_reference(history: History) -> None:
    orders, reviews, policy = history
    expected = evidence_columns(evidence_of(orders, reviews, policy))
    assert_same(by_columns(orders, reviews, policy), expected)


@settings(max_examples=100, deadline=None)
@given(histories(), st.integers(0, 2**32 - 1))
def test_the_order_in_which_facts_are_read_changes_nothing(history: History, seed: int) -> None:
    orders, reviews, policy = history
    expected = by_columns(orders, reviews, policy)
    shuffler = random.Random(seed)
    shuffled_orders, shuffled_reviews = list(orders), list(reviews)
    shuffler.shuffle(shuffled_orders)
    shuffler.shuffle(shuffled_reviews)
    assert_same(by_columns(shuffled_orders, shuffled_reviews, policy), expected)


@settings(max_examples=100, deadline=None)
@given(histories())
def test_facts_survive_the_way_to_columns_and_back(history: History) -> None:
    orders, reviews, policy = history
    columns = order_columns(orders)
    assert order_facts(columns) == orders
    assert review_facts(review_columns(reviews, orders), columns) == reviews
    items = evidence_items(by_columns(orders, reviews, policy))
    assert_same(evidence_columns(items), by_columns(orders, reviews, policy))


@given(st.lists(st.none() | st.floats(-10.0, 1e7), max_size=50), st.floats(0.0, 3.0))
def test_value_weights_are_those_of_the_reference(
    amounts: list[float | None], exponent: float
) -> None:
    policy = replace(PLAIN, value_exponent=exponent)
    column = np.array([np.nan if a is None else a for a in amounts], dtype=np.float64)
    assert value_weights(column, policy).tolist() == [value_weight(a, policy) for a in amounts]


@given(st.lists(st.floats(1.0, 5.0), max_size=50))
def test_star_outcomes_are_those_of_the_reference(stars: list[float]) -> None:
    outcomes = star_outcomes(np.array(stars, dtype=np.float64), PLAIN)
    assert outcomes.tolist() == [star_outcome(rating, PLAIN) for rating in stars]


def test_one_order_gives_three_items_and_its_review_three_more() -> None:
    # Completed on day 10 for $400: v = (400 / 100)^0.5 = 2. Delivered on day 9, 5 h late: 0.5.
    # Quality 4.5 lies half way between 0.6 and 1.0: 0.8. Window 730: day 10 ends on day 740.
    order = OrderFacts(
        order=7,
        gig=0,
        status=OrderStatus.COMPLETED,
        finished_day=10,
        delivered_day=9,
        late_hours=5.0,
        disputes=0,
        amount_usd=400.0,
    )
    review = ReviewFacts(
        order=7, posted_day=12, start_day=12, stars=5.0, quality=4.5, communication=5.0, value=3.0
    )
    items = by_columns([order], [review], PLAIN)
    assert [
        (Factor(f).name, start, end, x, v)
        for f, start, end, x, v in zip(
            items.factor, items.start_day, items.end_day, items.x, items.value_weight, strict=True
        )
    ] == [
        ("DELIVERY_TIME", 9, 739, 0.5, 2.0),
        ("CONFLICT_FREE", 10, 740, 1.0, 2.0),
        ("CANCELLATIONS", 10, 740, 1.0, 2.0),
        ("CLIENT_SATISFACTION", 12, 742, 0.8, 2.0),
        ("COMMUNICATION", 12, 742, 1.0, 2.0),
        ("VALUE_FOR_MONEY", 12, 742, 0.25, 2.0),
    ]


def test_an_edit_ends_one_version_and_the_next_still_fades_from_the_first_day() -> None:
    order = OrderFacts(order=1, gig=0, status=OrderStatus.OPEN)
    reviews = [
        ReviewFacts(order=1, posted_day=5, start_day=5, end_day=20, edited=True, stars=1.0),
        ReviewFacts(order=1, posted_day=5, start_day=20, end_day=30, stars=5.0),
    ]
    items = by_columns([order], reviews, PLAIN)
    assert items.origin_day.tolist() == [5, 5]
    assert items.start_day.tolist() == [5, 20]
    assert items.end_day.tolist() == [20, 30]
    assert items.x.tolist() == [0.0, 1.0]
    assert items.end_cause.tolist() == [Cause.EDITED, Cause.REMOVED]


@pytest.mark.parametrize(
    ("order", "outcomes"),
    [
        (OrderFacts(1, 0, OrderStatus.CANCELLED, 3, cancelled_by=CancelledBy.SELLER), [0.0]),
        (OrderFacts(1, 0, OrderStatus.CANCELLED, 3, cancelled_by=CancelledBy.MUTUAL), [0.5]),
        (
            OrderFacts(
                1, 0, OrderStatus.CANCELLED, 3, cancelled_by=CancelledBy.CLIENT,
                requirements_in=False,
            ),
            [],
        ),
        (OrderFacts(1, 0, OrderStatus.COMPLETED, 3, excluded_day=3), []),
        (OrderFacts(1, 0, OrderStatus.OPEN, None), []),
    ],
    ids=["by the seller", "mutual", "before requirements", "excluded at once", "open"],
)  # fmt: skip
def test_cancellations_follow_who_cancelled_and_when(
    order: OrderFacts, outcomes: list[float]
) -> None:
    assert by_columns([order], [], PLAIN).x.tolist() == outcomes


def test_a_ruling_takes_only_the_cancellation_out() -> None:
    order = OrderFacts(
        1, 0, OrderStatus.CANCELLED, 3, cancelled_by=CancelledBy.SELLER, disputes=0, excluded_day=9
    )
    items = by_columns([order], [], PLAIN)
    assert items.factor.tolist() == [Factor.CONFLICT_FREE, Factor.CANCELLATIONS]
    assert items.end_day.tolist() == [3 + 730, 9]
    assert items.end_cause.tolist() == [Cause.AGED_OUT, Cause.REMOVED]


def test_numbers_that_cannot_be_packed_sort_the_same() -> None:
    # Three orders are far from filling 63 bits; a negative gig number forces the general sort.
    orders = [
        OrderFacts(5, -1, OrderStatus.COMPLETED, 100, disputes=0),
        OrderFacts(4, -2, OrderStatus.COMPLETED, 90, disputes=0),
        OrderFacts(3, -1, OrderStatus.COMPLETED, 100, disputes=0),
    ]
    items = by_columns(orders, [], PLAIN)
    assert items.order.tolist() == [4, 4, 3, 3, 5, 5]


def test_no_facts_give_empty_columns_of_the_same_types() -> None:
    assert_same(by_columns([], [], PLAIN), evidence_columns([]))


def test_a_review_of_an_unknown_order_is_refused() -> None:
    with pytest.raises(KeyError):
        review_columns([ReviewFacts(order=9, posted_day=BASE_DAY, start_day=BASE_DAY)], [])
