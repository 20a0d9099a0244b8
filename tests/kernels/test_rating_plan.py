"""The fewest reviewed orders to a rating, against trying every number with the specification."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metrics.engine.fact_columns import order_columns, review_columns
from metrics.engine.rating import WINDOW_DAYS, rating_of
from metrics.engine.rating_plan import (
    NoRatingPlan,
    RatedOrders,
    RatingGround,
    RatingPlan,
    Stars,
    fewest_rated_orders,
    rating_ground,
    rating_with,
)
from metrics.engine.types import OrderFacts, OrderStatus, ReviewFacts
from metrics.engine.what_orders_do import even_days

TODAY, BY = 10_000, 10_060
FIVE = RatedOrders(Fraction(1), 500)


def a_review(number: int, day: int, stars: float, end_day: int | None = None) -> ReviewFacts:
    return ReviewFacts(order=number, posted_day=day, start_day=day, end_day=end_day, stars=stars)


def ground_of(reviews: list[ReviewFacts]) -> RatingGround:
    orders = [
        OrderFacts(order=review.order, gig=0, status=OrderStatus.COMPLETED, finished_day=1)
        for review in reviews
    ]
    return rating_ground(review_columns(reviews, order_columns(orders)), BY)


def with_orders(reviews: list[ReviewFacts], number: int, stars: float) -> Fraction | None:
    """By the specification, each order reviewed on its own day."""
    days = even_days(TODAY, BY, number) if number else []
    new = [a_review(1_000 + index, day, stars) for index, day in enumerate(days)]
    found = rating_of([*reviews, *new], BY)
    return Fraction(found.hundredths, 100 * found.count) if found.count else None


past = st.lists(
    st.tuples(
        st.integers(TODAY - WINDOW_DAYS - 200, TODAY),
        st.sampled_from([1.0, 2.0, 3.0, 4.0, 4.67, 5.0]),
        st.sampled_from([None, None, None, TODAY - 3]),
    ),
    max_size=12,
)


@settings(max_examples=150, deadline=None)
@given(past, st.sampled_from([4.0, 4.33, 5.0]), st.sampled_from([44, 46, 47, 49, 50]))
def test_no_smaller_number_reaches_it_and_the_plan_does(
    rows: list[tuple[int, float, int | None]], stars: float, tenths: int
) -> None:
    reviews = [
        a_review(number, day, given, end if end is not None and end > day else None)
        for number, (day, given, end) in enumerate(rows)
    ]
    target, kind = Fraction(tenths, 10), RatedOrders(Fraction(1), round(stars * 100))
    ground = ground_of(reviews)
    tried = [with_orders(reviews, number, stars) for number in range(13)]
    assert tried == [rating_with(ground, kind, number) for number in range(13)]
    reaching = [number for number, rating in enumerate(tried) if rating is not None]
    reaching = [number for number in reaching if (tried[number] or 0) >= target]
    found = fewest_rated_orders(ground, kind, target, 12)
    if reaching:
        assert found == RatingPlan(reaching[0], tried[reaching[0]] or Fraction(0))
        return
    assert isinstance(found, NoRatingPlan)
    assert found.rating == max((r for r in tried if r is not None), default=None)
    if found.needed is None:
        assert kind.hundredths <= 100 * target
    else:
        assert found.needed > 12
        after = [with_orders(reviews, number, stars) for number in (found.needed - 1, found.needed)]
        assert [(rating or 0) >= target for rating in after] == [False, True]


def test_a_frozen_window_moves_with_the_first_new_review() -> None:
    # Two reviews of two years ago and one of three months later: the window ends with the last.
    old = TODAY - WINDOW_DAYS
    reviews = [a_review(1, old, 5.0), a_review(2, old + 5, 5.0), a_review(3, old + 90, 2.0)]
    ground = ground_of(reviews)
    assert ground.still == Stars(1200, 3)  # mean 4.00 while nothing comes
    assert ground.moved == Stars(200, 1)  # the two good ones drop out
    found = fewest_rated_orders(ground, FIVE, Fraction(4), 60)
    assert found == RatingPlan(0, Fraction(4))  # and one good review would make it 3.50
    assert rating_with(ground, FIVE, 1) == Fraction(7, 2)
    # (2 + 5 r)/(1 + r) >= 4.7: r >= 9.
    assert fewest_rated_orders(ground, FIVE, Fraction(47, 10), 60) == RatingPlan(
        9, Fraction(47, 10)
    )


def test_a_number_beyond_the_search_is_named_exactly() -> None:
    # 40 reviews of three stars: (120 + 5 r)/(40 + r) >= 4.9 takes r >= 760.
    ground = RatingGround(Stars(12_000, 40), Stars(12_000, 40))
    found = fewest_rated_orders(ground, FIVE, Fraction(49, 10), 60)
    # 60 of them: 420 stars over 100 reviews.
    assert found == NoRatingPlan(60, 60, Fraction(42, 10), 760)
    half = RatedOrders(Fraction(1, 2), 500)
    assert fewest_rated_orders(ground, half, Fraction(49, 10), 60) == NoRatingPlan(
        60, 60, Fraction(270, 70), 1520
    )
    never = fewest_rated_orders(ground, RatedOrders(Fraction(1), 480), Fraction(49, 10), 60)
    assert isinstance(never, NoRatingPlan)
    assert never.needed is None


@pytest.mark.parametrize("reviews", [Fraction(0), Fraction(1, 100)])
def test_orders_that_bring_no_review_change_nothing(reviews: Fraction) -> None:
    empty = RatingGround(Stars(), Stars())
    found = fewest_rated_orders(empty, RatedOrders(reviews, 500), Fraction(4), 60)
    assert found == NoRatingPlan(60, 0, None, None if not reviews else 100)
