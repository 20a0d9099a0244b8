"""The top of the seller's page: the state, one sentence of cause, and how sure it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.urls import reverse

from metrics.explanation import day_before
from metrics.headline import Headline
from metrics.models import GigStanding, Move, Standing
from metrics.policy_files import PolicyFile
from metrics.range_of_estimate import EstimateRange
from metrics.roster_rows import why_url
from metrics.standing_words import (
    RatingWords,
    immature_words,
    is_stale,
    range_words,
    rating_words,
    shown_words,
    unscored_words,
)
from metrics.words import counted, display_sentence, score_words, turn_sentence, whole
from sellers.models import Observation, Seller
from sellers.notes import observation_words


@dataclass(frozen=True, slots=True)
class Shown:
    """Something that the platform displayed, and since when that is known."""

    what: str
    words: str


@dataclass(frozen=True, slots=True)
class Hero:
    """``turn`` is what moved last, ``cause`` why, ``size`` how score and display went together."""

    display: int | None
    exact: str
    reason: str
    marks: dict[str, Any]
    shown: str
    range: str
    immature: str
    turn: str
    cause: str
    size: str
    why_url: str
    as_of: date
    stale: bool
    rating: RatingWords | None
    finished: int
    open: int
    others: list[Shown]
    needed: str


def hero_of(
    seller: Seller,
    standing: Standing,
    *,
    last_move: Move | None,
    headline: Headline | None,
    observed: Sequence[Observation],
    gigs: Sequence[GigStanding],
    estimate: EstimateRange | None,
    policy_file: PolicyFile,
) -> Hero:
    """Put a standing into words.

    Parameters
    ----------
    observed : the latest observation of each kind about the seller as a whole
    """
    score = standing.score
    seen = next((one for one in observed if one.kind == Observation.Kind.SCORE), None)
    reason = ""
    if score is None:
        most = max((gig.activity for gig in gigs), default=0)
        reason = unscored_words(standing.status, most, standing.finished_orders, policy_file)
    return Hero(
        display=standing.displayed,
        exact="" if score is None else score_words(score),
        reason=reason,
        marks={
            "estimate": score,
            "observed": None if seen is None else float(seen.value or 0),
            "thresholds": [threshold.score for threshold in policy_file.thresholds],
        },
        shown="" if seen is None else _shown(seller, seen),
        range=range_words(estimate),
        immature=immature_words(standing, policy_file),
        turn="" if last_move is None else _turn(last_move),
        cause="" if headline is None else headline["text"],
        size="" if last_move is None else _size(last_move),
        why_url=_why(seller, last_move),
        as_of=standing.as_of,
        stale=is_stale(seller, standing),
        rating=rating_words(standing),
        finished=standing.finished_orders,
        open=standing.open_orders,
        others=[
            Shown(observation_words(one), _when(seller, one)) for one in observed if one is not seen
        ],
        needed=counted(policy_file.policy().min_activity, "finished order", "finished orders"),
    )


def _when(seller: Seller, observation: Observation) -> str:
    return shown_words(seller.get_platform_display(), observation.day)


def _shown(seller: Seller, observation: Observation) -> str:
    return f"{whole(float(observation.value or 0))} {_when(seller, observation)}"


def _turn(move: Move) -> str:
    start = day_before(move.day)
    return turn_sentence(move.displayed_before, move.displayed_after, start, move.day)


def _size(move: Move) -> str:
    if move.score_before is None or move.score_after is None:
        return ""
    return display_sentence(move.score_before, move.score_after)


def _why(seller: Seller, last_move: Move | None) -> str:
    if last_move is None:
        return reverse("metrics:why", args=[seller.pk])
    return why_url(seller.pk, day_before(last_move.day), last_move.day)
