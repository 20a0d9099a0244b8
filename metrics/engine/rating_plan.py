"""The fewest orders that bring the public rating to a target, in whole numbers throughout.

Without a new review the window stays where the latest one holds it. With one or more, the last
of them on the target day, it reaches two years back from that day: what was posted before drops
out, good and bad alike. From the first new review on the mean moves in a straight line towards
the stars of the new ones; the first one can be a step down or up, so it is looked at by itself.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from metrics.engine.columns import ReviewColumns
from metrics.engine.days import NO_DAY
from metrics.engine.rating import WINDOW_DAYS, daily_ratings


@dataclass(frozen=True, slots=True)
class Stars:
    """So many reviews with so many hundredths of a star in all."""

    hundredths: int = 0
    count: int = 0

    @property
    def mean(self) -> Fraction | None:
        """Stars; None without a review."""
        return Fraction(self.hundredths, 100 * self.count) if self.count else None

    def plus(self, reviews: int, hundredths: int) -> Stars:
        """With ``reviews`` more, each of so many hundredths of a star."""
        return Stars(self.hundredths + reviews * hundredths, self.count + reviews)


@dataclass(frozen=True, slots=True)
class RatingGround:
    """The reviews that count on a day: if none comes, and if the latest one is of that day."""

    still: Stars
    moved: Stars


@dataclass(frozen=True, slots=True)
class RatedOrders:
    """Orders of one kind: reviews that each brings, and the hundredths of a star of a review.

    Of ``n`` orders ``floor(n · reviews)`` are reviewed.
    """

    reviews: Fraction
    hundredths: int

    def of(self, orders: int) -> int:
        return math.floor(orders * self.reviews)


@dataclass(frozen=True, slots=True)
class RatingPlan:
    """So many orders reach the target, and no smaller number does."""

    orders: int
    rating: Fraction


@dataclass(frozen=True, slots=True)
class NoRatingPlan:
    """No number up to ``most`` reaches it; ``orders`` come nearest.

    ``rating`` is None where there is no review with any of them. ``needed`` is the smallest
    number that would reach it, however large; None where none would.
    """

    most: int
    orders: int
    rating: Fraction | None
    needed: int | None


def rating_ground(reviews: ReviewColumns, by_day: int) -> RatingGround:
    """What is known of one subject on a day, which may lie ahead."""
    here = (
        ~np.isnan(reviews.stars)
        & (reviews.start_day <= by_day)
        & ((reviews.end_day == NO_DAY) | (by_day < reviews.end_day))
        & (reviews.posted_day > by_day - WINDOW_DAYS)
    )
    hundredths = np.rint(reviews.stars[here] * 100).astype(np.int64)
    now = daily_ratings(reviews, by_day, by_day).on(by_day)
    return RatingGround(
        still=Stars(now.hundredths, now.count),
        moved=Stars(int(hundredths.sum()), len(hundredths)),
    )


def rating_with(ground: RatingGround, kind: RatedOrders, orders: int) -> Fraction | None:
    """The exact rating on the day with so many orders, the last review on that day."""
    reviews = kind.of(orders)
    if not reviews:
        return ground.still.mean
    return ground.moved.plus(reviews, kind.hundredths).mean


def fewest_rated_orders(
    ground: RatingGround, kind: RatedOrders, target: Fraction, most: int
) -> RatingPlan | NoRatingPlan:
    """The fewest orders with a rating of at least ``target`` stars."""
    found = [(orders, rating_with(ground, kind, orders)) for orders in range(most + 1)]
    rated = [(orders, rating) for orders, rating in found if rating is not None]
    for orders, rating in rated:
        if rating >= target:
            return RatingPlan(orders, rating)
    needed = _needed(ground.moved, kind, target)
    if not rated:
        return NoRatingPlan(most, 0, None, needed)
    orders, rating = max(rated, key=lambda pair: (pair[1], -pair[0]))
    return NoRatingPlan(most, orders, rating, needed)


def _needed(moved: Stars, kind: RatedOrders, target: Fraction) -> int | None:
    """The smallest number of orders whose reviews carry the mean to the target."""
    wanted = next(_reviews(moved, kind, target), None)
    if wanted is None or not kind.reviews:
        return None
    return math.ceil(wanted / kind.reviews)


def _reviews(moved: Stars, kind: RatedOrders, target: Fraction) -> Iterator[int]:
    first = moved.plus(1, kind.hundredths).mean
    if first is not None and first >= target:
        yield 1
    # H + r·h ≥ 100·T·(C + r), solved for r.
    above = kind.hundredths - 100 * target
    if above > 0:
        missing = 100 * target * moved.count - moved.hundredths
        yield max(math.ceil(missing / above), 1)
