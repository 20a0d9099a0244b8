"""The public rating: two years back from the most recent review, exactly (docs/FORMULAS.md)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

import numpy as np
from numpy.typing import NDArray

from metrics.engine.columns import ReviewColumns
from metrics.engine.days import NO_DAY
from metrics.engine.types import ReviewFacts

#: Two years (P). As long as the success score's window, but anchored on the latest review.
WINDOW_DAYS = 730
_THOUSANDTH = Decimal("0.001")


@dataclass(frozen=True, slots=True)
class PublicRating:
    """The rating on a day. Without a review everything but the counts is None.

    ``hundredths`` is the sum of the stars of ``count`` reviews, in hundredths of a star; the
    window is ``start_day <= posted < end_day`` and ends on the day after the latest review.
    """

    hundredths: int
    count: int
    lifetime_count: int
    start_day: int | None
    end_day: int | None

    @property
    def mean(self) -> Decimal | None:
        """Rounded to thousandths, halves up: thirds such as 4.667 stay distinguishable."""
        return mean_stars(self.hundredths, self.count)

    @property
    def exact(self) -> float | None:
        """The mean in stars, not rounded."""
        return self.hundredths / (100 * self.count) if self.count else None


def mean_stars(hundredths: int, count: int) -> Decimal | None:
    """The mean of ``count`` reviews in thousandths of a star, halves up; None without one."""
    if not count:
        return None
    return (Decimal(hundredths) / (100 * count)).quantize(_THOUSANDTH, ROUND_HALF_UP)


def rating_of(reviews: Sequence[ReviewFacts], day: int) -> PublicRating:
    """The specification: plain Python over review versions."""
    in_force = [
        review
        for review in reviews
        if review.stars is not None
        and review.start_day <= day
        and (review.end_day is None or day < review.end_day)
    ]
    if not in_force:
        return PublicRating(0, 0, 0, None, None)
    end = max(review.posted_day for review in in_force) + 1
    start = end - WINDOW_DAYS
    inside = [review for review in in_force if review.posted_day >= start]
    total = sum(round((review.stars or 0) * 100) for review in inside)
    return PublicRating(total, len(inside), len(in_force), start, end)


def ratings_of_groups(
    reviews: ReviewColumns, group: np.ndarray, groups: int, days: np.ndarray
) -> list[PublicRating]:
    """Ratings of many sellers (or gigs), each on its own day.

    Parameters
    ----------
    group : (versions,) seller number of each version
    days : (groups,) day number for each seller
    """
    day = days[group]
    in_force = (
        ~np.isnan(reviews.stars)
        & (reviews.start_day <= day)
        & ((reviews.end_day == NO_DAY) | (day < reviews.end_day))
    )
    owner, posted = group[in_force], reviews.posted_day[in_force].astype(np.int64)
    hundredths = np.rint(reviews.stars[in_force] * 100).astype(np.int64)
    latest = np.full(groups, NO_DAY, np.int64)
    np.maximum.at(latest, owner, posted)
    inside = posted > latest[owner] - WINDOW_DAYS
    lifetime = np.bincount(owner, minlength=groups)
    count = np.bincount(owner[inside], minlength=groups)
    total = np.zeros(groups, np.int64)
    np.add.at(total, owner[inside], hundredths[inside])
    return [
        PublicRating(int(t), int(c), int(n), int(last) + 1 - WINDOW_DAYS, int(last) + 1)
        if n
        else PublicRating(0, 0, 0, None, None)
        for t, c, n, last in zip(total, count, lifetime, latest, strict=True)
    ]


@dataclass(frozen=True, slots=True)
class DailyRatings:
    """The public rating of one seller (or gig) on every day from ``first_day`` on.

    Attributes
    ----------
    hundredths, count, lifetime_count : shape (days,), as in :class:`PublicRating`
    latest_day : shape (days,), when the latest review in force was posted, NO_DAY for none
    """

    first_day: int
    hundredths: NDArray[np.int64]
    count: NDArray[np.int64]
    lifetime_count: NDArray[np.int64]
    latest_day: NDArray[np.int64]

    def on(self, day: int) -> PublicRating:
        """The rating of one day among the days asked for."""
        at = day - self.first_day
        if not 0 <= at < len(self.count):
            raise IndexError(f"day {day} is not among the {len(self.count)} days of this series")
        if not self.lifetime_count[at]:
            return PublicRating(0, 0, 0, None, None)
        end = int(self.latest_day[at]) + 1
        return PublicRating(
            int(self.hundredths[at]),
            int(self.count[at]),
            int(self.lifetime_count[at]),
            end - WINDOW_DAYS,
            end,
        )


def daily_ratings(reviews: ReviewColumns, first_day: int, last_day: int) -> DailyRatings:
    """The rating of one subject on every day; whole numbers throughout, so exact.

    Between two days on which a version begins or ends nothing changes: the window hangs on
    the latest review, not on the day. So only those days are computed, the rest repeat them.
    """
    rated = ~np.isnan(reviews.stars) & (reviews.start_day <= last_day)
    begins = reviews.start_day[rated].astype(np.int64)
    posted = reviews.posted_day[rated].astype(np.int64)
    ends = np.where(reviews.end_day == NO_DAY, last_day + 1, reviews.end_day)[rated]
    hundredths = np.rint(reviews.stars[rated] * 100).astype(np.int64)
    changes = np.unique(np.clip(np.concatenate(([first_day], begins, ends)), first_day, None))
    changes = changes[changes <= last_day]
    found = np.zeros((4, len(changes)), np.int64)
    for column, day in enumerate(changes.tolist()):
        here = (begins <= day) & (day < ends)
        latest = int(posted[here].max(initial=NO_DAY))
        inside = here & (posted > latest - WINDOW_DAYS)
        found[:, column] = hundredths[inside].sum(), inside.sum(), here.sum(), latest
    spans = np.diff(np.append(changes, last_day + 1))
    return DailyRatings(first_day, *np.repeat(found, spans, axis=1))
