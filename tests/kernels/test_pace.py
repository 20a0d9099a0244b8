"""The future at the seller's own pace: whole weeks, dealt again, with the engine's own scores."""

from __future__ import annotations

import numpy as np
import pytest

from metrics.engine.days import NO_DAY
from metrics.engine.evidence import evidence_of_columns
from metrics.engine.fact_columns import order_columns, review_columns
from metrics.engine.future import Future, future_of
from metrics.engine.kernel import sweep
from metrics.engine.pace import OwnWeeks, TooLittle, deal, own_weeks, pace_band
from metrics.engine.rating import rating_of
from metrics.engine.types import OrderFacts, OrderStatus, ReviewFacts
from tests.kernels.policies import PLAIN

TODAY = 20_000
DAYS = 181


def order(number: int, day: int, late_hours: float = -5.0, gig: int = 0) -> OrderFacts:
    return OrderFacts(
        order=number,
        gig=gig,
        status=OrderStatus.COMPLETED,
        finished_day=day,
        delivered_day=day,
        late_hours=late_hours,
        disputes=0,
        amount_usd=100.0,
    )


def review(number: int, day: int, stars: float = 5.0) -> ReviewFacts:
    return ReviewFacts(order=number, posted_day=day, start_day=day, stars=stars)


def steady(weeks: int) -> tuple[list[OrderFacts], list[ReviewFacts]]:
    """One order a week on the same weekday, reviewed on the day after it finished."""
    orders = [order(week + 1, TODAY - 3 - 7 * week) for week in range(weeks)]
    return orders, [review(o.order, (o.finished_day or 0) + 1, 4.0) for o in orders]


def ground(
    orders: list[OrderFacts], reviews: list[ReviewFacts], gigs: int = 1
) -> tuple[Future, OwnWeeks | TooLittle]:
    columns = order_columns(orders)
    versions = review_columns(reviews, orders)
    evidence = evidence_of_columns(columns, versions, PLAIN)
    future = future_of(evidence, gigs, TODAY, DAYS, PLAIN)
    return future, own_weeks(evidence, versions, TODAY)


def test_a_seller_whose_weeks_are_all_alike_has_a_band_without_width() -> None:
    orders, reviews = steady(20)
    future, own = ground(orders, reviews)
    assert isinstance(own, OwnWeeks)
    assert (own.weeks, own.orders) == (12, 12)
    band = pace_band(
        future, review_columns(reviews, orders), own, deal(future, own, seed=1, draws=5)
    )
    # What really comes when an order finishes every week, as for twenty weeks before.
    coming = [order(100 + week, TODAY + 4 + 7 * week) for week in range(26)]
    words = [review(o.order, (o.finished_day or 0) + 1, 4.0) for o in coming]
    every, said = [*orders, *coming], [*reviews, *words]
    columns = order_columns(every)
    evidence = evidence_of_columns(columns, review_columns(said, every), PLAIN)
    came = sweep(evidence, np.zeros(1, np.int32), TODAY + DAYS - 1, PLAIN).seller(0)
    expected = came.score[TODAY - came.first_day :]
    for quantile in range(3):
        np.testing.assert_allclose(band.score[:, quantile], expected, atol=1e-9, rtol=0)
    for day in (0, 5, 90, 180):
        mean = rating_of([r for r in said if r.posted_day <= TODAY + day], TODAY + day).mean
        assert band.rating[day] == pytest.approx(float(mean or 0), abs=1e-3)
    assert (band.scored_share == 1).all()
    # A review comes 5, 12, 19 … days from today; after the last of them none does.
    posted = [TODAY + 5 + 7 * week for week in range(26)]
    nexts = [next((p for p in posted if p >= TODAY + day), NO_DAY) for day in range(DAYS)]
    assert band.next_review.tolist() == nexts


def test_a_seller_whom_nobody_reviews_has_a_band_of_scores_and_no_rating() -> None:
    orders, _ = steady(20)
    future, own = ground(orders, [])
    assert isinstance(own, OwnWeeks)
    band = pace_band(future, review_columns([], orders), own, deal(future, own, seed=1, draws=3))
    assert not np.isnan(band.score).any()
    assert np.isnan(band.rating).all()
    assert (band.next_review == NO_DAY).all()


def uneven() -> tuple[list[OrderFacts], list[ReviewFacts]]:
    """A good and a bad week in turn, on two gigs."""
    orders = [
        order(n + 1, TODAY - 2 - 7 * n, late_hours=-5.0 if n % 2 else 50.0, gig=n % 2)
        for n in range(12)
    ]
    return orders, [
        review(o.order, o.finished_day or 0, 5.0 if o.order % 2 else 2.0) for o in orders
    ]


def test_the_same_seed_gives_the_same_band_and_another_seed_another() -> None:
    orders, reviews = uneven()
    future, own = ground(orders, reviews, gigs=2)
    assert isinstance(own, OwnWeeks)
    versions = review_columns(reviews, orders)
    bands = [
        pace_band(future, versions, own, deal(future, own, seed=seed, draws=20))
        for seed in (7, 7, 8)
    ]
    np.testing.assert_array_equal(bands[0].score, bands[1].score)
    np.testing.assert_array_equal(bands[0].rating, bands[1].rating)
    assert not np.array_equal(bands[0].score, bands[2].score)
    low, middle, high = bands[0].score[-1]
    assert low < middle < high
    # Today is not a matter of chance.
    assert bands[0].score[0] == pytest.approx(future.now().score[0], abs=1e-12)


def test_a_break_leaves_the_first_weeks_as_if_nothing_happened() -> None:
    orders, reviews = uneven()
    future, own = ground(orders, reviews, gigs=2)
    assert isinstance(own, OwnWeeks)
    versions = review_columns(reviews, orders)
    band = pace_band(future, versions, own, deal(future, own, seed=7, draws=10, break_weeks=4))
    quiet = future.now().score
    # Four weeks of seven days, and today.
    for quantile in range(3):
        np.testing.assert_allclose(band.score[:29, quantile], quiet[:29], atol=1e-12, rtol=0)
    assert not np.allclose(band.score[40, 1], quiet[40], atol=1e-6)
    with pytest.raises(ValueError, match="0 weeks or more"):
        deal(future, own, seed=7, break_weeks=-1)


@pytest.mark.parametrize(
    ("orders", "refused"),
    [
        ([], TooLittle(0, 0)),
        # 21 days are known, three weeks, one fewer than needed.
        ([order(n, TODAY - n) for n in range(1, 21)], TooLittle(3, 20)),
        # 81 days are eleven weeks; three of the orders lie in their 77 days, five are needed.
        ([order(n, TODAY - 20 * n) for n in range(1, 5)], TooLittle(11, 3)),
    ],
)
def test_too_little_is_refused_with_what_there_is(
    orders: list[OrderFacts], refused: TooLittle
) -> None:
    _, own = ground(orders, [])
    assert own == refused


def test_weeks_are_counted_as_their_facts_stand_today() -> None:
    orders, reviews = steady(12)
    # The newest review was edited from 4 to 1 star and the one before it removed.
    edited = ReviewFacts(1, TODAY - 2, TODAY - 2, TODAY - 1, edited=True, stars=4.0)
    again = ReviewFacts(1, TODAY - 2, TODAY - 1, stars=1.0)
    removed = ReviewFacts(2, TODAY - 9, TODAY - 9, TODAY - 5, stars=4.0)
    _, own = ground(orders, [edited, again, removed, *reviews[2:]])
    assert isinstance(own, OwnWeeks)
    assert own.review_start.tolist()[:4] == [0, 1, 1, 2]
    assert own.hundredths[:2].tolist() == [100, 400]
