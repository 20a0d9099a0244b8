"""What moves the public rating on days to come: versions that begin or end, and the window.

The window reaches back from the latest review in force. While no review is posted it stands
still; the first one that comes takes everything out that lies two years or more before it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from metrics.engine.columns import Int64, ReviewColumns
from metrics.engine.days import NO_DAY
from metrics.engine.rating import WINDOW_DAYS, DailyRatings, PublicRating
from metrics.engine.rating_plan import Stars


@dataclass(frozen=True, slots=True)
class RatingTurn:
    """A day on which the rating differs from that of the day before.

    Attributes
    ----------
    before, after : the ratings of both days
    began, ended : rows of the versions with stars that begin or end on the day
    left : rows of those that stay in force and that the window no longer reaches
    """

    day: int
    before: PublicRating
    after: PublicRating
    began: Int64
    ended: Int64
    left: Int64


@dataclass(frozen=True, slots=True)
class Departure:
    """Reviews that the window loses to the first new review of a day or later.

    Attributes
    ----------
    day : a review posted on this day or later takes them out, and none before it does
    rows : of the review columns
    before, after : what counts just before and without them, new reviews left aside
    """

    day: int
    rows: Int64
    before: Stars
    after: Stars


def rating_turns(reviews: ReviewColumns, ratings: DailyRatings) -> Iterator[RatingTurn]:
    """The days after the first one of ``ratings`` on which what counts is not what did.

    ``ratings`` are those of the same reviews (:func:`metrics.engine.rating.daily_ratings`).
    """
    counted = np.stack((ratings.hundredths, ratings.count))
    changed = np.flatnonzero((counted[:, 1:] != counted[:, :-1]).any(axis=0)) + 1
    rated = ~np.isnan(reviews.stars)
    for at in changed.tolist():
        day = ratings.first_day + at
        before, after = ratings.on(day - 1), ratings.on(day)
        began = rated & (reviews.start_day == day)
        ended = rated & (reviews.end_day == day)
        stays = rated & (reviews.start_day < day) & _lasts(reviews, day)
        left = stays & _inside(reviews, before) & ~_inside(reviews, after)
        yield RatingTurn(day, before, after, *map(np.flatnonzero, (began, ended, left)))


def departures(reviews: ReviewColumns, today: int, last_day: int) -> list[Departure]:
    """What leaves with a new review of a coming day, the next day first; none after the last.

    What lies two years back already waits for any review, and so has tomorrow as its day.
    """
    rows = np.flatnonzero(
        ~np.isnan(reviews.stars) & (reviews.start_day <= today) & _lasts(reviews, today)
    )
    posted = reviews.posted_day[rows].astype(np.int64)
    inside = posted > posted.max(initial=NO_DAY) - WINDOW_DAYS
    rows, posted = rows[inside], posted[inside]
    hundredths = np.rint(reviews.stars[rows] * 100).astype(np.int64)
    leaves = np.maximum(posted + WINDOW_DAYS, today + 1)
    found, before = [], Stars(int(hundredths.sum()), len(rows))
    for day in np.unique(leaves[leaves <= last_day]).tolist():
        going = leaves == day
        gone = int(hundredths[going].sum())
        after = Stars(before.hundredths - gone, before.count - int(going.sum()))
        found.append(Departure(day, rows[going], before, after))
        before = after
    return found


def _lasts(reviews: ReviewColumns, day: int) -> np.ndarray:
    """Versions that have not ended by a day."""
    lasts: np.ndarray = (reviews.end_day == NO_DAY) | (reviews.end_day > day)
    return lasts


def _inside(reviews: ReviewColumns, rating: PublicRating) -> np.ndarray:
    """Versions posted in the window of a rating."""
    if rating.start_day is None:
        return np.zeros(len(reviews.stars), np.bool_)
    inside: np.ndarray = reviews.posted_day >= rating.start_day
    return inside
