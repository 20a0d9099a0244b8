"""How many reviews with four stars a public rating absorbs today."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from metrics.engine.rating_plan import RatedOrders, rating_ground, rating_with
from metrics.forecasting.ground import Ground
from metrics.forecasting.planning import MOST_ERRORS
from metrics.forecasting.rating_planning import RatingTarget, reviews_of

FOUR_STARS = RatedOrders(Fraction(1), 400)


@dataclass(frozen=True, slots=True)
class RatingBudget:
    """A rating to keep.

    Attributes
    ----------
    now : the rating of today; None without a review
    absorbed : reviews with four stars that leave the target; None where
        :data:`~metrics.forecasting.planning.MOST_ERRORS` do, or where it is not reached today
    """

    target: RatingTarget
    now: Fraction | None
    absorbed: int | None

    @property
    def is_reached(self) -> bool:
        return self.now is not None and self.now >= self.target.stars


def rating_budget(ground: Ground, target: RatingTarget) -> RatingBudget:
    """Every number is looked at: the first new review moves the window, up or down."""
    known = rating_ground(reviews_of(ground, target.gig), ground.today_number)
    found = RatingBudget(target, known.still.mean, None)
    if not found.is_reached:
        return found
    for number in range(1, MOST_ERRORS + 1):
        rating = rating_with(known, FOUR_STARS, number)
        if rating is None or rating < target.stars:
            return RatingBudget(target, found.now, number - 1)
    return found
