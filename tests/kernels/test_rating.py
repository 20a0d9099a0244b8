"""The public rating hangs on the latest review, and its sums are exact."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given, settings

from metrics.engine.fact_columns import review_columns
from metrics.engine.rating import (
    WINDOW_DAYS,
    PublicRating,
    daily_ratings,
    rating_of,
    ratings_of_groups,
)
from metrics.engine.types import OrderFacts, OrderStatus, Policy, ReviewFacts
from tests.kernels.strategies import histories

History = tuple[list[OrderFacts], list[ReviewFacts], Policy]


def review(order: int, day: int, stars: float | None, end_day: int | None = None) -> ReviewFacts:
    return ReviewFacts(order=order, posted_day=day, start_day=day, end_day=end_day, stars=stars)


def orders_of(reviews: list[ReviewFacts]) -> list[OrderFacts]:
    return [OrderFacts(number, 0, OrderStatus.OPEN) for number in {r.order for r in reviews}]


def telling_days(reviews: list[ReviewFacts]) -> list[int]:
    ends = {r.end_day for r in reviews if r.end_day is not None}
    days = {r.start_day for r in reviews} | ends
    return sorted({day + shift for day in days for shift in (-1, 0, 1, WINDOW_DAYS)})


@settings(max_examples=200, deadline=None)
@given(histories())
def test_every_day_equals_the_plain_rating(history: History) -> None:
    orders, reviews, _policy = history
    if not reviews:
        return
    days = telling_days(reviews)
    columns = review_columns(reviews, orders)
    daily = daily_ratings(columns, days[0], days[-1])
    assert len(daily.count) == days[-1] - days[0] + 1
    everyone = np.zeros(len(reviews), dtype=np.int64)
    for day in days:
        expected = rating_of(reviews, day)
        assert daily.on(day) == expected
        assert ratings_of_groups(columns, everyone, 1, np.array([day])) == [expected]


@settings(max_examples=100, deadline=None)
@given(histories())
def test_sellers_of_one_batch_do_not_mix(history: History) -> None:
    orders, reviews, _policy = history
    gig_of = {order.order: order.gig for order in orders}
    group = np.array([gig_of[r.order] for r in reviews], dtype=np.int64)
    days = np.array([19_400, 19_900, 20_400])
    found = ratings_of_groups(review_columns(reviews, orders), group, 3, days)
    for gig in range(3):
        own = [r for r in reviews if gig_of[r.order] == gig]
        assert found[gig] == rating_of(own, int(days[gig]))


def test_the_window_ends_with_the_latest_review_and_not_with_today() -> None:
    # Latest on day 1000: window 271 … 1000. The 1 star of day 270 is out, that of 271 is in,
    # and ten idle years later still: (1 + 5)/2 = 3, with 3 reviews in a lifetime.
    reviews = [review(1, 270, 1.0), review(2, 271, 1.0), review(3, 1000, 5.0)]
    for today in (1000, 1000 + 3650):
        rating = rating_of(reviews, today)
        assert rating == PublicRating(600, 2, 3, 271, 1001)
        assert rating.mean == Decimal("3.000")


def test_a_new_review_moves_the_frozen_window() -> None:
    # Day 2000 opens a window of 1271 … 2000: the two older reviews leave at once.
    reviews = [review(1, 271, 1.0), review(2, 1000, 5.0), review(3, 2000, 4.0)]
    assert rating_of(reviews, 1999).mean == Decimal("3.000")
    assert rating_of(reviews, 2000) == PublicRating(400, 1, 3, 1271, 2001)


def test_when_the_latest_review_is_removed_the_window_moves_back() -> None:
    # Removed on day 1005: the latest is day 100 again, window −629 … 100.
    reviews = [review(1, 100, 4.0), review(2, 1000, 1.0, end_day=1005)]
    assert rating_of(reviews, 1004) == PublicRating(100, 1, 2, 271, 1001)
    assert rating_of(reviews, 1005) == PublicRating(400, 1, 1, 101 - 730, 101)


def test_thirds_are_rounded_to_thousandths_only_in_the_end() -> None:
    # (4.67 + 4.67 + 4.33)/3 = 13.67/3 = 4.55666…
    reviews = [review(1, 1, 4.67), review(2, 2, 4.67), review(3, 3, 4.33)]
    rating = rating_of(reviews, 3)
    assert rating.hundredths == 1367
    assert rating.mean == Decimal("4.557")


def test_without_stars_there_is_no_rating() -> None:
    assert rating_of([review(1, 5, None)], 10) == PublicRating(0, 0, 0, None, None)
    assert rating_of([], 10).mean is None


def test_a_day_outside_the_series_is_refused() -> None:
    reviews = [review(1, 5, 5.0)]
    daily = daily_ratings(review_columns(reviews, orders_of(reviews)), 5, 8)
    with pytest.raises(IndexError):
        daily.on(9)
