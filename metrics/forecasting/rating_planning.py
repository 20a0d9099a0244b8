"""The smallest plan to a public rating, of the seller or of one gig."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction

import numpy as np

from metrics.engine.columns import ReviewColumns
from metrics.engine.days import day_number
from metrics.engine.pace import OwnWeeks, own_weeks
from metrics.engine.rating_plan import (
    NoRatingPlan,
    RatedOrders,
    RatingPlan,
    fewest_rated_orders,
    rating_ground,
    rating_with,
)
from metrics.forecasting.ground import Ground
from metrics.forecasting.planning import (
    MOST_ORDERS,
    Quality,
    check_day,
    grid_by,
    kind_of_quality,
    lowering_gigs,
)

#: Every clean order is reviewed with five stars.
CLEAN = RatedOrders(Fraction(1), 500)


@dataclass(frozen=True, slots=True)
class RatingTarget:
    """Stars to reach, over all gigs or on one (its engine number)."""

    stars: Fraction
    gig: int | None = None


@dataclass(frozen=True, slots=True)
class RatingAnswer:
    """A plan or the proof that there is none.

    Attributes
    ----------
    one_fewer : the rating with one order fewer; None without a plan, or without a rating then
    gig : the gig that the orders are on; where any does, the one that is best for the score
    lowering : gigs on which one such order lowers the overall score, and by how much
    """

    target: RatingTarget
    by: date
    quality: Quality
    kind: RatedOrders
    found: RatingPlan | NoRatingPlan
    one_fewer: Fraction | None
    gig: int
    lowering: tuple[tuple[int, float], ...]


def rated_orders(ground: Ground, quality: Quality) -> RatedOrders | None:
    """How the orders of a plan are reviewed; None where the last weeks hold too little to say."""
    if quality is Quality.CLEAN:
        return CLEAN
    own = own_weeks(ground.evidence, ground.facts.reviews, ground.today_number)
    return rated_of_weeks(own) if isinstance(own, OwnWeeks) else None


def rated_of_weeks(own: OwnWeeks) -> RatedOrders:
    """Reviews that came in the last weeks, over the orders that finished then."""
    count = len(own.hundredths)
    mean = round(Fraction(int(own.hundredths.sum()), count)) if count else 0
    return RatedOrders(Fraction(count, own.orders), mean)


def smallest_rating_plan(
    ground: Ground, target: RatingTarget, by: date, quality: Quality = Quality.CLEAN
) -> RatingAnswer | None:
    """The fewest orders, finished and reviewed evenly until ``by``, with this rating on that day.

    Returns
    -------
    None where own-average orders are asked for and the last weeks hold too little.

    Raises
    ------
    ValueError
        If the day is not after today or beyond the window.
    """
    check_day(ground, by)
    kind, said = rated_orders(ground, quality), kind_of_quality(ground, quality)
    if kind is None or said is None:
        return None
    known = rating_ground(reviews_of(ground, target.gig), day_number(by))
    found = fewest_rated_orders(known, kind, target.stars, MOST_ORDERS)
    grid = grid_by(ground, said, by)
    gig = target.gig
    if gig is None:
        some = [number for number, one in enumerate(ground.gigs) if one.is_active]
        among = some or list(range(len(ground.gigs)))
        scores = [grid.alone(number)[found.orders] for number in among]
        gig = among[int(np.nan_to_num(np.array(scores), nan=-np.inf).argmax())]
    one_fewer = None
    if isinstance(found, RatingPlan) and found.orders:
        one_fewer = rating_with(known, kind, found.orders - 1)
    return RatingAnswer(
        target, by, quality, kind, found, one_fewer, gig, lowering_gigs(ground, grid)
    )


def reviews_of(ground: Ground, gig: int | None) -> ReviewColumns:
    """The versions of reviews of one gig, or of all; their rows stay those of all orders."""
    reviews = ground.facts.reviews
    if gig is None:
        return reviews
    mine = ground.facts.orders.gig[reviews.row] == gig
    return replace(reviews, **{name: getattr(reviews, name)[mine] for name in reviews.__slots__})
