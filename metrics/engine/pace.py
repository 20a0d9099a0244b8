"""The future at the seller's own pace: their last weeks, drawn again and again.

What began to count in each of the last twelve whole weeks – orders that finished, reviews that
came – is one card. A draw deals a card to every coming week, moves its items there, and lets
the engine score what comes of it; the band says between which scores most draws lie. It shows
how uneven the seller's own weeks are and nothing else: no season, no trend, no new buyers.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from metrics.engine.columns import EvidenceColumns, Float64, Int64, ReviewColumns
from metrics.engine.days import NO_DAY
from metrics.engine.future import Future
from metrics.engine.rating import WINDOW_DAYS
from metrics.engine.types import Factor

WEEK = 7
#: Whole weeks in the last 90 days (A).
WEEKS = 12
#: With less than this the draws would say more about chance than about the seller (A).
LEAST_WEEKS, LEAST_ORDERS = 4, 5
DRAWS = 200
#: The band holds four draws of five; the middle line is the median (A).
QUANTILES = (0.1, 0.5, 0.9)


@dataclass(frozen=True, slots=True)
class OwnWeeks:
    """What came in each of the seller's last weeks.

    Attributes
    ----------
    weeks : how many; week 0 ends on ``today``, week 1 seven days before
    orders : finished orders in all of them
    items : what counts today of what came then, sorted by week
    item_start : shape (weeks + 1,), where each week's items begin
    posted, hundredths : of the reviews that count today, with stars, sorted by week
    review_start : shape (weeks + 1,)
    """

    today: int
    weeks: int
    orders: int
    items: EvidenceColumns
    item_start: Int64
    posted: Int64
    hundredths: Int64
    review_start: Int64


@dataclass(frozen=True, slots=True)
class TooLittle:
    """Why there is no forecast at the seller's own pace: fewer weeks or orders than needed."""

    weeks: int
    orders: int


@dataclass(frozen=True, slots=True)
class Draws:
    """What was dealt, and the scores that come of it.

    Attributes
    ----------
    cards : shape (draws, coming weeks), the number of the week whose card each got
    weeks : the coming weeks that got their card; those of a break stay empty
    score : shape (draws, days) from ``first_day`` on, NaN where not scored
    """

    first_day: int
    cards: Int64
    weeks: Int64
    score: Float64


@dataclass(frozen=True, slots=True)
class PaceBand:
    """Days from today on; the columns of a band follow :data:`QUANTILES`.

    Attributes
    ----------
    score : shape (days, 3); NaN on days on which fewer than half of the draws are scored
    scored_share : shape (days,), the part of the draws that is scored
    rating : shape (days, 3), stars; NaN where there is no review
    next_review : shape (days,), the day number by which half of the draws have a new review of
        that day or later; NO_DAY where fewer have one
    """

    first_day: int
    weeks: int
    orders: int
    draws: int
    score: Float64
    scored_share: Float64
    rating: Float64
    next_review: Int64


def own_weeks(
    evidence: EvidenceColumns, reviews: ReviewColumns, today: int
) -> OwnWeeks | TooLittle:
    """The last :data:`WEEKS` whole weeks, or as many as there are since the first item.

    Items are taken as they count today: an edited review with its newest words, a removed one
    not at all. A week without orders is a week like any other.
    """
    first = int(evidence.origin_day.min(initial=today + 1))
    weeks = min(WEEKS, (today - first + 1) // WEEK)
    alive = (evidence.start_day <= today) & (today < evidence.end_day)
    rows = np.flatnonzero(alive & (evidence.origin_day > today - WEEK * weeks))
    week = (today - evidence.origin_day[rows].astype(np.int64)) // WEEK
    rank = np.argsort(week, kind="stable")
    items = EvidenceColumns(
        **{name: getattr(evidence, name)[rows[rank]] for name in EvidenceColumns.__slots__}
    )
    orders = int((items.factor == Factor.CANCELLATIONS).sum())
    if weeks < LEAST_WEEKS or orders < LEAST_ORDERS:
        return TooLittle(max(weeks, 0), orders)
    posted, hundredths = _in_force(reviews, today)
    recent = posted > today - WEEK * weeks
    posted, hundredths = posted[recent], hundredths[recent]
    review_week = (today - posted) // WEEK
    by_week = np.argsort(review_week, kind="stable")
    cards = np.arange(weeks + 1)
    return OwnWeeks(
        today=today,
        weeks=weeks,
        orders=orders,
        items=items,
        item_start=np.searchsorted(week[rank], cards),
        posted=posted[by_week],
        hundredths=hundredths[by_week],
        review_start=np.searchsorted(review_week[by_week], cards),
    )


def _in_force(reviews: ReviewColumns, today: int) -> tuple[Int64, Int64]:
    """Day of posting and stars, in hundredths, of the versions that count today."""
    counts = (
        ~np.isnan(reviews.stars)
        & (reviews.start_day <= today)
        & ((reviews.end_day == NO_DAY) | (today < reviews.end_day))
    )
    posted = reviews.posted_day[counts].astype(np.int64)
    rank = np.argsort(posted, kind="stable")
    return posted[rank], np.rint(reviews.stars[counts] * 100).astype(np.int64)[rank]


def deal(
    future: Future, own: OwnWeeks, *, seed: int, draws: int = DRAWS, break_weeks: int = 0
) -> Draws:
    """Deal cards to the coming weeks, and score what comes of them.

    Parameters
    ----------
    future : from ``own.today`` on
    seed : the same seed gives the same draws, and more of them begin with the same ones
    break_weeks : so many coming weeks stay empty first

    Raises
    ------
    ValueError
        If ``break_weeks`` is negative or there is no draw.
    """
    if break_weeks < 0 or draws < 1:
        raise ValueError("a break has 0 weeks or more, and there is at least one draw")
    rng = np.random.default_rng(seed)
    coming = -(-(future.days - 1) // WEEK)
    weeks = np.arange(break_weeks, coming)
    cards, scores = np.empty((draws, coming), np.int64), np.empty((draws, future.days))
    for draw in range(draws):
        cards[draw] = rng.integers(0, own.weeks, coming)
        entering = _dealt_items(own, cards[draw], weeks, future.policy.window_days)
        scores[draw] = future.simulate(entering).score
    return Draws(own.today, cards, weeks, scores)


def pace_band(future: Future, reviews: ReviewColumns, own: OwnWeeks, dealt: Draws) -> PaceBand:
    """Scores and ratings that most draws lie between, day by day.

    Parameters
    ----------
    future, own : those of the draws
    reviews : what is known of the seller
    """
    base, scores = _in_force(reviews, own.today), dealt.score
    ratings = np.array(
        [_ratings(own, cards, dealt.weeks, base, future.days) for cards in dealt.cards]
    )
    scored = ~np.isnan(scores)
    score = _quantiles(scores)
    score[scored.mean(axis=0) < 0.5] = np.nan
    return PaceBand(
        first_day=own.today,
        weeks=own.weeks,
        orders=own.orders,
        draws=len(scores),
        score=score,
        scored_share=scored.mean(axis=0),
        rating=_quantiles(ratings),
        next_review=_next_reviews(own, dealt, future.days),
    )


def _next_reviews(own: OwnWeeks, dealt: Draws, days: int) -> Int64:
    """For each day: when half of the draws have had a review of that day or later."""
    shown = own.today + np.arange(days)
    never = own.today + days
    found = np.empty((len(dealt.cards), days), np.int64)
    for draw, cards in enumerate(dealt.cards):
        rows, shift = dealt_rows(own.review_start, cards, dealt.weeks)
        posted = np.append(np.sort(np.minimum(own.posted[rows] + shift, never)), never)
        found[draw] = posted[np.searchsorted(posted, shown)]
    half = np.sort(found, axis=0)[(len(found) - 1) // 2]
    return np.where(half < never, half, NO_DAY)


def _quantiles(values: Float64) -> Float64:
    """Quantiles over the draws, shape (days, 3), of those that have a value."""
    found = np.full((values.shape[1], len(QUANTILES)), np.nan)
    some = ~np.isnan(values).all(axis=0)
    if some.any():  # of no days at all numpy's answer has another shape
        found[some] = np.nanquantile(values[:, some], QUANTILES, axis=0).T
    return found


def dealt_rows(starts: Int64, cards: Int64, dealt: Int64) -> tuple[Int64, Int64]:
    """Rows of the cards that the coming weeks ``dealt`` got, and by how many days each moves.

    ``starts``, shape (weeks + 1,), is where the rows of each card begin; ``cards`` the card of
    every coming week.
    """
    card = cards[dealt]
    sizes = starts[card + 1] - starts[card]
    ends = np.cumsum(sizes)
    within = np.arange(int(sizes.sum())) - np.repeat(ends - sizes, sizes)
    rows = np.repeat(starts[card], sizes) + within
    return rows, np.repeat(WEEK * (dealt + card + 1), sizes)


def _dealt_items(own: OwnWeeks, cards: Int64, dealt: Int64, window_days: int) -> EvidenceColumns:
    """The items of one draw: each counts afresh from its new day on, for a whole window."""
    rows, shift = dealt_rows(own.item_start, cards, dealt)
    items = own.items
    origin = (items.origin_day[rows] + shift).astype(np.int32)
    return EvidenceColumns(
        order=items.order[rows],
        gig=items.gig[rows],
        factor=items.factor[rows],
        origin_day=origin,
        start_day=origin,
        end_day=origin + np.int32(window_days),
        x=items.x[rows],
        value_weight=items.value_weight[rows],
        end_cause=items.end_cause[rows],
    )


def _ratings(
    own: OwnWeeks, cards: Int64, dealt: Int64, base: tuple[Int64, Int64], days: int
) -> Float64:
    """The public rating on every day of one draw: its window moves with the newest review."""
    posted, hundredths = base
    rows, shift = dealt_rows(own.review_start, cards, dealt)
    day = own.posted[rows] + shift
    rank = np.argsort(day, kind="stable")
    all_days = np.concatenate((posted, day[rank]))
    total = np.concatenate(
        ([0], np.cumsum(np.concatenate((hundredths, own.hundredths[rows[rank]]))))
    )
    shown = own.today + np.arange(days)
    end = np.searchsorted(all_days, shown, side="right")
    latest = np.where(end > 0, all_days[np.maximum(end, 1) - 1], 0) if len(all_days) else shown
    start = np.searchsorted(all_days, latest - WINDOW_DAYS, side="right")
    count = end - start
    mean = np.full(days, np.nan)
    np.divide(total[end] - total[start], 100.0 * count, out=mean, where=count > 0)
    return mean
