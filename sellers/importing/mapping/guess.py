"""Which column is what, guessed from names and values, with how sure that is and why.

A name that is known and cells that fit it are *high*; a name that only contains a known one,
or a name that could be two things, is *likely*; cells alone are *unsure*, and are taken only
where a person looks at it. A name whose cells do not fit is not taken.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
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

#: A currency.
_CODE = re.compile("[A-Z]{3}")
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


def guess_columns(
    profile: Profile, roles: Sequence[FileRole], *, by_cells: bool = False
) -> list[Guess]:
    """The best column for each of ours; a column of theirs serves one of ours in each role.

    Parameters
    ----------
    by_cells : also take what the cells alone speak for, in a file whose names are unknown words;
        for a person to look at
    """
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
    # What a line of several kinds of facts holds cannot be told by its cells.
    if by_cells and len(roles) == 1:
        guesses += _by_cells(profile, roles[0], guesses)
    return guesses


def _by_cells(profile: Profile, role: FileRole, named: Sequence[Guess]) -> list[Guess]:
    """Columns that can be one thing only, and that no other column can be."""
    taken = {guess.theirs for guess in named}
    free = [column for column in profile.columns if column.filled and column.name not in taken]
    open_ = {column.name for column in COLUMNS[role]} - {guess.ours for guess in named}
    found: list[Guess] = []
    for names, is_such, why in _SIGNS:
        ours = next((name for name in names if name in open_), None)
        such = [column for column in free if is_such(column)]
        if ours is None or len(such) != 1:
            continue
        free.remove(such[0])
        found.append(Guess(role, ours, such[0].name, Confidence.UNSURE, why))
    return found


def _are_words(column: ColumnProfile, test: Callable[[str], bool]) -> bool:
    return bool(column.words) and all(map(test, column.words or ()))


def _are_statuses(column: ColumnProfile) -> bool:
    known = words_of("status")
    return _are_words(column, lambda word: word.casefold() in known)


def _are_stars(column: ColumnProfile) -> bool:
    return column.star_share >= _MOST and column.words is not None


def _are_amounts(column: ColumnProfile) -> bool:
    is_number = column.number_share >= _MOST and bool(column.decimals)
    return is_number and column.star_share < _MOST


#: Which of ours, what shows it, and why in words; the first of ours that the role knows.
_SIGNS: tuple[tuple[tuple[str, ...], Callable[[ColumnProfile], bool], str], ...] = (
    (("status",), _are_statuses, "The words are known, the name is not."),
    (
        ("ordered_at", "posted_at", "first_message_at"),
        lambda column: column.date_share >= _MOST,
        "It is the only column of dates that is left.",
    ),
    (
        ("currency",),
        lambda column: _are_words(column, lambda word: _CODE.fullmatch(word) is not None),
        "The cells are codes of three letters.",
    ),
    (("amount",), _are_amounts, "It is the only column of amounts that is left."),
    (("stars",), _are_stars, "The cells lie between 0 and 5."),
    (
        ("order_ref",),
        lambda column: column.distinct and column.code_share >= _MOST,
        "The cells look like order numbers, and no two are alike.",
    ),
)


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
