"""Which column is what, guessed from names and values, with how sure that is and why.

A name that is known and cells that fit it are *high*; a name that only contains a known one,
or a name that could be two things, is *likely*; cells alone are *unsure*. A name whose cells
do not fit is not taken.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from sellers.importing.formats import COLUMNS, Column, Kind, plain_name
from sellers.importing.mapping.profile import ColumnProfile, Profile
from sellers.importing.mapping.synonyms import names_of, words_of
from sellers.models import FileRole

#: Share of cells that must be what a column holds.
_MOST = 0.9
#: Names that say less than others: what they are depends on the file.
_VAGUE = frozenset(
    {"date", "id", "title", "description", "team", "order", "ref", "timestamp", "product", "value"}
)

#: Texts that are never numbers alone.
_WORDS = frozenset({"gig_title", "category", "text", "excluded_reason", "label"})


class Confidence(StrEnum):
    HIGH = "high"
    LIKELY = "likely"
    UNSURE = "unsure"


_RANK = {Confidence.HIGH: 0, Confidence.LIKELY: 1, Confidence.UNSURE: 2}


@dataclass(frozen=True, slots=True)
class Guess:
    """That one of our columns is one of theirs, how sure, and why in words."""

    role: FileRole
    ours: str
    theirs: str
    confidence: Confidence
    why: str


def guess_columns(profile: Profile, roles: Sequence[FileRole]) -> list[Guess]:
    """The best column for each of ours; a column of theirs serves one of ours in each role."""
    guesses: list[Guess] = []
    for role in roles:
        found = [
            (rank, place, guess)
            for column in profile.columns
            for ours in COLUMNS[role]
            if (scored := _score(role, ours, column)) is not None
            for rank, place, guess in [scored]
        ]
        found.sort(key=lambda each: each[:2])
        taken: set[str] = set()
        filled: set[str] = set()
        for _, _, guess in found:
            if guess.ours not in filled and guess.theirs not in taken:
                filled.add(guess.ours)
                taken.add(guess.theirs)
                guesses.append(guess)
    return guesses


def _score(role: FileRole, ours: Column, column: ColumnProfile) -> tuple[int, int, Guess] | None:
    """How good a column is for one of ours (less is better), or None."""
    names = names_of(role).get(ours.name, [])
    # Columns of a file that is looked up are called file.column.
    plain = plain_name(column.name.rpartition(".")[2] or column.name)
    fits, what = _fits(ours, column)
    if not fits:
        return None
    if plain in names:
        vague = plain in _VAGUE or not column.filled
        confidence = Confidence.LIKELY if vague else Confidence.HIGH
        why = f"The name says so{what}."
        place = names.index(plain)
    else:
        place = next((i for i, name in enumerate(names) if _inside(name, plain)), -1)
        if place < 0:
            return None
        confidence = Confidence.LIKELY if column.filled and what else Confidence.UNSURE
        why = f"The name contains “{names[place]}”{what}."
    return _RANK[confidence], place, Guess(role, ours.name, column.name, confidence, why)


def _inside(name: str, plain: str) -> bool:
    """Whether a known name is a telling part of theirs."""
    return len(name) > 3 and name not in _VAGUE and name in plain


def _fits(ours: Column, column: ColumnProfile) -> tuple[bool, str]:
    """Whether the cells can be what the column holds, and what they show, as part of a sentence."""
    if not column.filled:
        return True, ""
    if ours.kind in (Kind.TIME, Kind.DAY):
        return column.date_share >= _MOST, " and the cells are dates"
    if ours.kind in (Kind.AMOUNT, Kind.NUMBER, Kind.COUNT):
        return column.number_share >= _MOST, " and the cells are numbers"
    if ours.kind is Kind.RATING:
        stars = column.star_share >= _MOST
        return stars, " and the cells lie between 0 and 5"
    if ours.kind is Kind.CHOICE and ours.name != "currency":
        known = words_of(ours.name)
        words = list(column.words or ())
        if not words:
            return False, ""
        share = sum(word.casefold() in known for word in words) / len(words)
        return True, " and the words are known" if share >= _MOST else ""
    if ours.name == "order_ref":
        different = " and no two cells are alike" if column.distinct else ""
        return column.date_share < _MOST, different
    if ours.kind is Kind.TEXT:
        numbers = ours.name in _WORDS and column.number_share >= _MOST
        return column.date_share < _MOST and not numbers, ""
    return True, ""
