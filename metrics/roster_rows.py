"""The roster's numbers as words: one row a seller."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.urls import reverse

from metrics.charts.small_multiples import Sparkline, sparkline, window_around
from metrics.headline import Headline
from metrics.models import Move
from metrics.policy_files import PolicyFile
from metrics.selectors import ROSTER_DAYS, RosterNumbers
from metrics.standing_words import (
    ChangeWords,
    RatingWords,
    change_words,
    direction_of,
    is_stale,
    rating_words,
    turn_words_of,
    unscored_words,
)
from metrics.words import score_words
from sellers.models import Seller
from sellers.selectors import NOISE

#: The box of a roster's line is at least this many score points high.
_LEAST_HEIGHT = 1.0


@dataclass(frozen=True, slots=True)
class MoveWords:
    """The last move of a seller: "fell from 10 to 9", its day, and why.

    ``reason`` is empty until somebody asked for it; then ``reason_url`` finds it.
    """

    words: str
    day: date
    direction: str
    reason: str
    reason_url: str
    url: str


@dataclass(frozen=True, slots=True)
class RosterRow:
    """One seller; ``reason`` says why there is no score, where there is none."""

    seller: Seller
    url: str
    displayed: int | None
    estimate: str
    reason: str
    move: MoveWords | None
    spark: Sparkline | None
    week: ChangeWords | None
    month: ChangeWords | None
    rating: RatingWords | None
    as_of: date | None
    stale: bool


def roster_rows(numbers: Iterable[RosterNumbers], policy_file: PolicyFile) -> list[RosterRow]:
    """Rows in the order given."""
    return [_row(found, policy_file) for found in numbers]


def _row(found: RosterNumbers, policy_file: PolicyFile) -> RosterRow:
    seller, standing = found.seller, found.standing
    url = reverse("metrics:seller", args=[seller.pk])
    if standing is None:
        reason = "being computed for the first time" if seller.revision else "no orders yet"
        return RosterRow(
            seller=seller,
            url=url,
            displayed=None,
            estimate="",
            reason=reason,
            move=None,
            spark=None,
            week=None,
            month=None,
            rating=None,
            as_of=None,
            stale=False,
        )
    month = change_words(standing.score, standing.score_30_days_ago, 30, NOISE)
    reason = ""
    if standing.score is None:
        reason = unscored_words(
            standing.status, found.most_activity, standing.finished_orders, policy_file
        )
    return RosterRow(
        seller=seller,
        url=url,
        displayed=standing.displayed,
        estimate="" if standing.score is None else score_words(standing.score),
        reason=reason,
        move=None if found.last_move is None else move_words(found.last_move),
        spark=_spark(found.days),
        week=change_words(standing.score, standing.score_7_days_ago, 7, NOISE),
        month=month,
        rating=rating_words(standing),
        as_of=standing.as_of,
        stale=is_stale(seller, standing),
    )


def why_url(seller_id: int, start: date, end: date) -> str:
    """The page that says why the score moved between two days."""
    return f"{reverse('metrics:why', args=[seller_id])}?from={start}&to={end}"


def move_words(move: Move) -> MoveWords:
    """A stored move as the roster says it."""
    headline: Headline | None = move.headline
    return MoveWords(
        words=turn_words_of(move),
        day=move.day,
        direction=direction_of(move),
        reason=headline["text"] if headline else "",
        reason_url=""
        if headline
        else reverse("metrics:move_reason", args=[move.seller_id, move.pk]),
        url=why_url(move.seller_id, move.day - timedelta(days=1), move.day),
    )


def _spark(days: list[float | None]) -> Sparkline | None:
    known = [value for value in days if value is not None]
    if not known:
        return None
    low, high = window_around(days, least=_LEAST_HEIGHT)
    label = f"from {score_words(known[0])} to {score_words(known[-1])} over {ROSTER_DAYS} days"
    quiet = max(known) - min(known) < NOISE
    return sparkline(days, low=low, high=high, label=label, noise=quiet)
