"""The session sheet: one page about a seller for two people who talk.

Everything on it may be read at the scope "standing only": moves with their causes, the level,
promises, what comes next and a plan. It names no order, and no note that is private: the sheet
is laid on a table.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Generic, TypeVar

from django.db.models import Q
from django.db.models.functions import Coalesce

from eligibility.models import EligibilityStanding
from eligibility.pages.level_words import level_titles
from eligibility.planning.any_target import any_plan_context
from eligibility.session_sheet.changes import Change, changes_between
from eligibility.standing_words import CompactVerdict, compact_verdict
from metrics.charts.small_multiples import Sparkline
from metrics.charts.trajectory import turn_words
from metrics.dates import end_of_day
from metrics.explain import fill_headlines
from metrics.explanation import day_before
from metrics.forecasting.ground import Ground, ground_of
from metrics.forecasting.quiet import explained_moves, quiet_forecast
from metrics.models import Move, Standing
from metrics.selectors import moves_of
from metrics.seller_parts import spark_of_days
from metrics.seller_query import Days
from metrics.series import seller_series
from metrics.standing_words import RatingWords, direction_of, rating_words
from metrics.words import score_words
from sellers.access import Sight
from sellers.models import Promise, User, WrittenAs
from sellers.notes import notes_for
from sellers.promises.page import PromiseRow, promise_rows

T = TypeVar("T")

#: Days of the period where none is chosen, and of the future that is told.
PERIOD_DAYS, AHEAD_DAYS = 30, 180
#: What fits on one sheet of paper; the rest is told by its number.
_MOVES, _CHANGES, _NOTES, _PROMISES, _COMING = 6, 4, 4, 6, 3


@dataclass(frozen=True, slots=True)
class MoveLine:
    """A move of the displayed number, past or coming; ``direction`` "up", "down", "flat"."""

    day: date
    turn: str
    text: str
    direction: str


@dataclass(frozen=True, slots=True)
class NoteLine:
    """A shared note; ``writer`` is "the seller", "a coach": on paper nobody is "you"."""

    day: date
    text: str
    writer: str


@dataclass(frozen=True, slots=True)
class Part(Generic[T]):
    """The lines that fit, and how many do not."""

    lines: Sequence[T]
    more: int


def fitting(lines: Sequence[T], most: int) -> Part[T]:
    """The first lines of a part."""
    return Part(lines[:most], max(len(lines) - most, 0))


@dataclass(frozen=True, slots=True)
class Sheet:
    """What the page prints. ``score_then`` is the score on the first day, "" if there is none."""

    start: date
    end: date
    displayed: int | None
    score: str
    score_then: str
    spark: Sparkline | None
    verdict: CompactVerdict | None
    rating: RatingWords | None
    moves: Part[MoveLine]
    changes: Part[Change]
    notes: Part[NoteLine]
    promises: Part[PromiseRow]
    coming: Part[MoveLine]
    plan: dict[str, Any]


def sheet_of(
    sight: Sight,
    reader: User,
    standing: Standing,
    days: tuple[date, date],
    asked: Mapping[str, Any],
    *,
    now: datetime,
) -> Sheet:
    """The sheet of a period, both days included, as this reader may see it.

    Parameters
    ----------
    asked : what the plan is to reach (:class:`~eligibility.planning.any_target.AnyTargetForm`)
    """
    start, end = days
    seller = sight.seller
    ground = ground_of(seller, standing.as_of)
    series = seller_series(seller)
    then = series.value_on(start)
    eligibility = EligibilityStanding.objects.filter(seller=seller).first()
    return Sheet(
        start=start,
        end=end,
        displayed=standing.displayed,
        score="" if standing.score is None else score_words(standing.score),
        score_then="" if then is None else score_words(then),
        spark=spark_of_days("score", series, Days(start, end + timedelta(days=1))),
        verdict=_verdict(eligibility),
        rating=rating_words(standing),
        moves=fitting(_past_moves(sight, start, end), _MOVES),
        changes=fitting(changes_between(seller, day_before(start), end), _CHANGES),
        notes=fitting(_notes(sight, reader, start, end), _NOTES),
        promises=fitting(_promises(sight, reader, start, end, now), _PROMISES),
        coming=fitting(_coming_moves(ground), _COMING),
        plan=any_plan_context(
            ground, standing, asked, eligibility=eligibility, hides_orders=sight.hides_orders
        ),
    )


def _verdict(standing: EligibilityStanding | None) -> CompactVerdict | None:
    if standing is None:
        return None
    return compact_verdict(standing, level_titles(standing.level_rules))


def _past_moves(sight: Sight, start: date, end: date) -> list[MoveLine]:
    moves = list(moves_of(sight.seller).filter(day__gte=start, day__lte=end))
    said = fill_headlines(seller=sight.seller, moves=moves[:_MOVES])
    return [
        MoveLine(
            day=move.day,
            turn=turn_words(move.displayed_before, move.displayed_after),
            text=said[move.pk]["text"] if move.pk in said else "",
            direction=direction_of(move),
        )
        for move in moves
    ]


def _coming_moves(ground: Ground) -> list[MoveLine]:
    quiet = quiet_forecast(ground, ground.today + timedelta(days=AHEAD_DAYS))
    return [
        MoveLine(
            day=move.day,
            turn=turn_words(move.before, move.after),
            text=move.headline["text"],
            direction=direction_of(Move(displayed_before=move.before, displayed_after=move.after)),
        )
        for move in explained_moves(ground, quiet)
    ]


def _notes(sight: Sight, reader: User, start: date, end: date) -> list[NoteLine]:
    """Shared notes on days of the period, the newest first."""
    rows = notes_for(sight, reader).filter(is_private=False)
    rows = rows.annotate(last=Coalesce("until", "day")).filter(day__lte=end, last__gte=start)
    return [
        NoteLine(note.day, note.text, WrittenAs(note.written_as).label if note.written_as else "")
        for note in rows.order_by("-day", "-pk")
    ]


def _promises(
    sight: Sight, reader: User, start: date, end: date, now: datetime
) -> list[PromiseRow]:
    """Open ones, and those that were decided or ran out in the period; the next one due first."""
    seller = sight.seller
    first, last = end_of_day(seller, day_before(start)), end_of_day(seller, end)
    lately = Q(decided_at__gte=first, decided_at__lt=last) | Q(due__gte=start, due__lte=end)
    rows = Promise.objects.filter(Q(state=Promise.State.OPEN) | lately, seller=seller)
    rows = rows.exclude(state=Promise.State.WITHDRAWN).select_related("author", "decided_by")
    return promise_rows(list(rows.order_by("due", "pk")), sight, reader, now=now)
