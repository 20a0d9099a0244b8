"""Scores before and after, as the pages of the effect and of the undo show them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from django.urls import reverse

from sellers.importing.standings import SellerShift

Direction = Literal["up", "down", "flat"]
#: Sellers that a page shows, those that move most first.
SHOWN_SELLERS = 50
#: Score points; a smaller change is shown in grey.
_NOISE = 0.1
_OURS = frozenset({"score", "displayed"})


@dataclass(frozen=True, slots=True)
class ScoreMove:
    """What would happen to one seller. Scores are words ("9", "9.47"); "" is not scored."""

    seller: str
    url: str
    is_new: bool
    shown_before: str
    shown_after: str
    score_before: str
    score_after: str
    change: str
    direction: Direction
    is_noise: bool
    #: Levels and promoted gigs that would change, each a sentence.
    standings: tuple[str, ...] = ()

    @property
    def shown_moves(self) -> bool:
        return self.shown_before != self.shown_after

    @property
    def score_moves(self) -> bool:
        return self.score_before != self.score_after


@dataclass(frozen=True, slots=True)
class Moves:
    """What would happen to the numbers of the sellers that an import touches.

    ``worked_out`` of the ``sellers`` have had their numbers worked out. ``moving`` counts those
    of whom anything would move, ``displayed`` those whose displayed score would; ``shown`` are
    the first of the former.
    """

    sellers: int
    worked_out: int
    moving: int
    displayed: int
    shown: tuple[ScoreMove, ...]

    @property
    def left(self) -> int:
        """Sellers that are touched and of whom nothing has been worked out."""
        return self.sellers - self.worked_out

    @property
    def sentence(self) -> str:
        """ "2 of 14 sellers’ displayed scores would move", in words that fit the numbers."""
        if not self.sellers:
            return "No seller’s numbers would move"
        if self.left:
            those = f"the {self.worked_out:,} sellers with most rows"
            if not self.displayed:
                return f"The displayed scores of {those} would stay"
            return f"{self.displayed:,} of {those} would have another displayed score"
        if not self.displayed:
            one = "The seller’s displayed score" if self.sellers == 1 else "All displayed scores"
            return f"{one} would stay"
        whose = "seller’s displayed score" if self.sellers == 1 else "sellers’ displayed scores"
        return f"{self.displayed:,} of {self.sellers:,} {whose} would move"


def moves_of(
    *, sellers: int, worked_out: int, moving: int, displayed: int, shifts: Sequence[SellerShift]
) -> Moves:
    """``shifts`` are at least the first that would move; they are shown by their rank."""
    ranked = sorted((shift for shift in shifts if shift.moves), key=lambda shift: shift.rank)
    shown = tuple(map(_move, ranked[:SHOWN_SELLERS]))
    return Moves(sellers, worked_out, moving, displayed, shown)


def _move(shift: SellerShift) -> ScoreMove:
    before, after = shift.before.get("score"), shift.after.get("score")
    change = after - before if before is not None and after is not None else None
    return ScoreMove(
        seller=shift.handle,
        url="" if shift.is_new else reverse("metrics:seller", args=[shift.seller_id]),
        is_new=shift.is_new,
        shown_before=_number(shift.before.get("displayed"), ""),
        shown_after=_number(shift.after.get("displayed"), ""),
        score_before=_number(before, ".2f"),
        score_after=_number(after, ".2f"),
        change="" if change is None else f"{change:+.2f}".replace("-", "−"),
        direction=_direction(change),
        is_noise=change is not None and abs(change) < _NOISE and not shift.moves_display,
        standings=tuple(_others(shift)),
    )


def _number(value: Any, form: str) -> str:
    return "" if value is None else format(value, form)


def _direction(change: float | None) -> Direction:
    if change is None or round(change, 2) == 0:
        return "flat"
    return "up" if change > 0 else "down"


def _others(shift: SellerShift) -> list[str]:
    """Other measures that would change: "level: Level 2 → Level 1"."""
    if not shift.after:
        return ["The seller goes, too"]
    names = sorted({*shift.before, *shift.after} - _OURS)
    return [
        f"{name}: {shift.before.get(name) or 'unknown'} → {shift.after.get(name) or 'unknown'}"
        for name in names
        if shift.before.get(name) != shift.after.get(name)
    ]
