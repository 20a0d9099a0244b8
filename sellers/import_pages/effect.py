"""The page of the effect: what an import would do, before anything is saved."""

from __future__ import annotations

from dataclasses import dataclass

from sellers.import_pages.moves import Moves


@dataclass(frozen=True, slots=True)
class Tally:
    """Rows of one outcome: ``words`` "new", what that means, and where they can be seen."""

    words: str
    meaning: str
    rows: int
    url: str = ""


@dataclass(frozen=True, slots=True)
class FieldTurn:
    """One field of a known row: what it says, and what it would say. "" is unknown."""

    name: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class ChangedRow:
    """A known row that would change."""

    kind: str
    ref: str
    seller: str
    url: str
    where: str
    fields: tuple[FieldTurn, ...]


@dataclass(frozen=True, slots=True)
class TwinRow:
    """One of several rows about the same thing; ``value`` names it in the form."""

    value: str
    where: str
    #: What the row says where the others say something else: "amount 120.00".
    says: str
    left_out: bool


@dataclass(frozen=True, slots=True)
class Duplicate:
    """Rows of the files that are about one and the same thing, and how that is read."""

    kind: str
    ref: str
    seller: str
    verdict: str
    rows: tuple[TwinRow, ...]


@dataclass(frozen=True, slots=True)
class Effect:
    """Everything that the page says."""

    rows: int
    tallies: tuple[Tally, ...]
    moves: Moves
    changed: tuple[ChangedRow, ...]
    changed_count: int
    duplicates: tuple[Duplicate, ...]
    duplicates_count: int
    notes: tuple[str, ...]
    #: Rows that would be new or would change something.
    news: int
