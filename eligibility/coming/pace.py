"""Levels and promotion at the seller's own pace: the weeks that the score's band deals, as facts.

A draw of :mod:`metrics.engine.pace` deals the seller's last weeks to the coming ones. Here the
same cards are dealt with everything that the rules read: orders that finished, reviews that
came, first messages of clients. A dealt order comes from a new client where the real one did.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

import numpy as np
from numpy.typing import NDArray

from eligibility.coming.by_day import ruled_days
from eligibility.coming.judging import (
    FIRST_IMAGINED_CLIENT,
    Coming,
    Course,
    Known,
    course_of,
    judge_courses,
)
from eligibility.computing import rules_key
from eligibility.rules import RULES_VERSION
from eligibility.rules.facts import InquiryColumns
from eligibility.rules.types import OUT_OF_FORCE, Kind, Verdict
from metrics.engine.columns import (
    Float64,
    Int32,
    Int64,
    OrderColumns,
    ReviewColumns,
    joined_columns,
    taken_rows,
)
from metrics.engine.days import NO_DAY, day_number
from metrics.engine.hypothetical import FIRST_NUMBER
from metrics.engine.pace import QUANTILES, WEEK, Draws, OwnWeeks, TooLittle, dealt_rows
from metrics.engine.types import OrderStatus
from metrics.forecasting.ground import Ground
from metrics.forecasting.own_pace import ground_key, own_draws, remembered
from metrics.series import DailySeries

#: So many futures are judged: a share is good to about one part in ten (A).
DRAWS = 60
#: Draws in one pass: their orders are arrays in memory.
_AT_ONCE = 20


@dataclass(frozen=True, slots=True, eq=False)
class PaceStanding:
    """Shares of the draws, day by day from ``first_day`` on.

    Attributes
    ----------
    weeks, orders : what the draws rest on
    holds, may_hold : shape (ranks, days), draws in which the level held is certainly, or
        possibly, of rank 1, 2, … or higher
    promoted, may_promote : shape (gigs, days), draws in which every published rule is met, or
        none is certainly not met; NaN on days without rules or before the gig's first order
    gigs_met : shape (days, 3), how many gigs meet every published rule: what nine draws of ten
        reach for certain, the median, and what one of ten may exceed; NaN on days without rules
    """

    first_day: int
    weeks: int
    orders: int
    draws: int
    holds: Float64
    may_hold: Float64
    promoted: Float64
    may_promote: Float64
    gigs_met: Float64

    def level_band(self) -> tuple[Int64, Int64, Int64, Int64]:
        """Ranks by day: low, the median held for certain, the most it may be, and high.

        As :attr:`gigs_met`: more than nine draws of ten hold ``low`` or higher for certain, and
        not more than one of ten may hold more than ``high``.
        """
        return (
            (self.holds > 0.9).sum(axis=0),
            (self.holds > 0.5).sum(axis=0),
            (self.may_hold > 0.5).sum(axis=0),
            (self.may_hold > 0.1).sum(axis=0),
        )


def pace_standing(
    ground: Ground, known: Known, last_day: date, *, break_weeks: int = 0, afresh: bool = False
) -> PaceStanding | TooLittle:
    """Levels and promoted gigs at the own pace, or why there is no answer; remembered for a day.

    Parameters
    ----------
    ground : of one seller, real or imagined
    known : what the rules know of that seller
    break_weeks : so many coming weeks stay empty first
    afresh : worked out whatever is remembered
    """
    if afresh:
        return _pace_standing(ground, known, last_day, break_weeks)
    own = known.read.columns
    texts = (rules_key(known.rule_sets), RULES_VERSION, own.gig_category, own.is_pro.tolist())
    columns = (own.buyer, own.amount_cents, own.inquiries.reply_minutes, own.inquiries.message_day)
    shown = (own.shown_levels, own.shown_response)
    facts = [column.tobytes() for column in (*columns, own.gig_active, own.joined_day)]
    facts += [getattr(one, name).tobytes() for one in shown for name in ("day", "num", "den")]
    facts += [getattr(ground.facts.orders, name).tobytes() for name in OrderColumns.__slots__]
    asked = (PaceStanding.__slots__, DRAWS, day_number(last_day), break_weeks)
    key = ground_key(ground, *texts, *facts, *asked)
    return remembered(key, lambda: _pace_standing(ground, known, last_day, break_weeks))


def _pace_standing(
    ground: Ground, known: Known, last_day: date, break_weeks: int
) -> PaceStanding | TooLittle:
    found = own_draws(ground, last_day, DRAWS, break_weeks=break_weeks)
    if isinstance(found, TooLittle):
        return found
    own, draws = found
    nothing = DailySeries(own.today, np.empty(0, np.uint8), np.empty(0))
    base = course_of(known, ground.facts, nothing)
    hand = _Hand(own, draws, base)
    parts = []
    for start in range(0, DRAWS, _AT_ONCE):
        courses = [hand.course(draw) for draw in range(start, min(start + _AT_ONCE, DRAWS))]
        parts.append(_flags(judge_courses(known, courses, last_day)))
    holds, may_hold, met, maybe = (np.concatenate(flags) for flags in zip(*parts, strict=True))
    return PaceStanding(
        first_day=own.today,
        weeks=own.weeks,
        orders=own.orders,
        draws=DRAWS,
        holds=holds.mean(axis=0),
        may_hold=may_hold.mean(axis=0),
        promoted=met.mean(axis=0),
        may_promote=maybe.mean(axis=0),
        gigs_met=_gigs_met(met, maybe),
    )


def _gigs_met(met: Float64, maybe: Float64) -> Float64:
    """Quantiles over the draws of how many gigs meet every rule, shape (days, 3)."""
    sure, most = np.nansum(met, axis=1), np.nansum(maybe, axis=1)
    found = np.stack(
        [
            np.quantile(counts, part, axis=0, method="inverted_cdf")
            for counts, part in zip((sure, sure, most), QUANTILES, strict=True)
        ],
        axis=1,
    )
    found[np.isnan(met).all(axis=(0, 1))] = np.nan
    return found


def _flags(coming: Coming) -> tuple[Float64, Float64, Float64, Float64]:
    """1 where something holds, 0 where not, NaN where nothing rules; draws come first."""
    ranks = max((len(r.levels) for r in coming.found.rule_sets if r.levels), default=0)
    rank = np.arange(1, ranks + 1)[None, :, None]
    holds, may_hold = (_reaches(coming, name, rank) for name in ("held", "most"))
    verdicts = np.full((coming.courses, coming.known.gigs, coming.days), OUT_OF_FORCE, np.int8)
    sets, today = coming.found.rule_sets, coming.known.today
    for ruling, days in ruled_days(sets, Kind.PROMOTION, today, coming.days):
        verdicts[:, :, days] = coming.verdicts(ruling)[:, :, days]
    unruled = verdicts == OUT_OF_FORCE
    met = np.where(unruled, np.nan, verdicts == Verdict.MET)
    maybe = np.where(unruled, np.nan, verdicts != Verdict.NOT_MET)
    return holds, may_hold, met, maybe


def _reaches(coming: Coming, name: str, rank: NDArray[np.int64]) -> Float64:
    level = coming.level(name)
    if level is None:
        return np.empty((coming.courses, 0, coming.days))
    return (level[:, None, :] >= rank).astype(np.float64)


class _Hand:
    """The cards of a seller's last weeks, ready to be dealt."""

    def __init__(self, own: OwnWeeks, draws: Draws, base: Course) -> None:
        self._today, self._draws, self._base = own.today, draws, base
        orders, reviews = base.orders, base.reviews
        in_force = (
            (reviews.start_day <= own.today)
            & ((reviews.end_day == NO_DAY) | (own.today < reviews.end_day))
            & ~np.isnan(reviews.stars)
        )
        edge = np.arange(own.weeks + 1)
        self._orders, self._order_starts = _by_week(orders.finished_day, own.today, edge)
        posted = np.where(in_force, reviews.posted_day, NO_DAY)
        self._reviews, self._review_starts = _by_week(posted, own.today, edge)
        self._asked, self._asked_starts = _by_week(base.inquiries.message_day, own.today, edge)
        self._new = _first_of_client(base)

    def course(self, draw: int) -> Course:
        """What is known, and after it what one draw deals."""
        base, cards, weeks = self._base, self._draws.cards[draw], self._draws.weeks
        at, shift = dealt_rows(self._order_starts, cards, weeks)
        rows = self._orders[at]
        orders = taken_rows(base.orders, rows)
        number = FIRST_NUMBER - len(base.orders.order) - np.arange(len(rows))
        buyer = np.where(self._new[rows], FIRST_IMAGINED_CLIENT - number, base.buyer[rows])
        finished = _moved(orders.finished_day, shift)
        dealt = replace(
            orders,
            order=number,
            finished_day=finished,
            delivered_day=np.where(
                orders.delivered_day == NO_DAY,
                NO_DAY,
                np.maximum(_moved(orders.delivered_day, shift), self._today + 1),
            ).astype(np.int32),
            # What a ruling has taken out by today does not count in the future either.
            excluded_day=np.where(
                (orders.excluded_day != NO_DAY) & (orders.excluded_day <= self._today),
                finished,
                NO_DAY,
            ).astype(np.int32),
        )
        ordered = np.maximum(_moved(base.ordered_day[rows], shift), self._today)
        return Course(
            orders=joined_columns((base.orders, dealt)),
            reviews=joined_columns((base.reviews, self._dealt_reviews(cards, weeks))),
            ordered_day=np.concatenate((base.ordered_day, ordered.astype(np.int32))),
            buyer=np.concatenate((base.buyer, buyer)),
            amount_cents=np.concatenate((base.amount_cents, base.amount_cents[rows])),
            inquiries=joined_columns((base.inquiries, self._dealt_inquiries(cards, weeks))),
            score=self._score(draw),
        )

    def _dealt_reviews(self, cards: Int64, weeks: Int64) -> ReviewColumns:
        """Reviews posted again later; each stays with the order it was written about."""
        at, shift = dealt_rows(self._review_starts, cards, weeks)
        reviews = taken_rows(self._base.reviews, self._reviews[at])
        day = _moved(reviews.posted_day, shift)
        never, first = np.full(len(at), NO_DAY, np.int32), np.zeros(len(at), np.int8)
        return replace(reviews, posted_day=day, start_day=day, end_day=never, edited=first)

    def _dealt_inquiries(self, cards: Int64, weeks: Int64) -> InquiryColumns:
        at, shift = dealt_rows(self._asked_starts, cards, weeks)
        asked = taken_rows(self._base.inquiries, self._asked[at])
        reply = np.where(asked.reply_day == NO_DAY, NO_DAY, _moved(asked.reply_day, shift))
        message = _moved(asked.message_day, shift)
        return replace(asked, message_day=message, reply_day=reply.astype(np.int32))

    def _score(self, draw: int) -> DailySeries:
        values = self._draws.score[draw]
        return DailySeries(self._today, (~np.isnan(values)).astype(np.uint8), values)


def _by_week(day: Int32, today: int, edge: Int64) -> tuple[Int64, Int64]:
    """Rows of the last weeks sorted by week, week 0 ending today; where each week begins."""
    week = (today - day.astype(np.int64)) // WEEK
    recent = np.flatnonzero((day != NO_DAY) & (week >= 0) & (week < len(edge) - 1))
    rank = recent[np.argsort(week[recent], kind="stable")]
    return rank, np.searchsorted(week[rank], edge)


def _first_of_client(base: Course) -> NDArray[np.bool_]:
    """Whether an order is the first completed one of a known client, shape (orders,)."""
    done = (base.orders.status == OrderStatus.COMPLETED) & (base.buyer >= 0)
    rows = np.flatnonzero(done)
    rows = rows[np.lexsort((base.orders.finished_day[rows], base.buyer[rows]))]
    first = np.zeros(len(base.buyer), np.bool_)
    buyer = base.buyer[rows]
    first[rows[np.append(True, buyer[1:] != buyer[:-1])[: len(rows)]]] = True
    return first


def _moved(day: Int32, shift: Int64) -> Int32:
    moved: Int32 = (day + shift).astype(np.int32)
    return moved
