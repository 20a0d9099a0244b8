"""The page before an undo: what would go, what stays because later imports brought it too."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.dateformat import format as format_date

from sellers.import_pages.moves import Moves
from sellers.import_pages.preview import stored_moves


@dataclass(frozen=True, slots=True)
class UndoLine:
    """What would happen to one kind of fact."""

    words: str
    meaning: str
    rows: int


@dataclass(frozen=True, slots=True)
class LaterImport:
    """An import that came after and said something about the same rows."""

    words: str
    url: str
    rows: int


@dataclass(frozen=True, slots=True)
class Undo:
    """Everything that the page says."""

    lines: tuple[UndoLine, ...]
    later: tuple[LaterImport, ...]
    moves: Moves
    notes: tuple[str, ...] = ()


def undo_of(effect: Mapping[str, Any], linked: Mapping[int, str]) -> Undo:
    """The page of a stored preview; ``linked`` are addresses of imports that may be opened."""
    return Undo(
        lines=tuple(line for table in effect["tables"] for line in _lines(table))
        + _sellers_gone(effect),
        later=tuple(
            LaterImport(f"Import {batch_id}", linked.get(int(batch_id), ""), rows)
            for batch_id, rows in effect["later"].items()
        ),
        moves=stored_moves(effect),
        notes=tuple(_notes(effect)),
    )


def outdated_words(at: dt.datetime, reason: str) -> str:
    """Why what was worked out is not shown; ``reason`` is what happened since."""
    day = format_date(at.astimezone(dt.UTC), "j F Y, H:i")
    return f"It was worked out on {day}. Since then {reason}. Nothing has been undone."


def _lines(table: Mapping[str, Any]) -> list[UndoLine]:
    words = table["words"]
    found = [
        UndoLine(f"{words} that go", "brought by this import alone", table["removed"]),
        UndoLine(f"{words} that change back", "say again what they said before", table["restored"]),
        UndoLine(f"{words} that stay", "later imports brought them too", table["kept"]),
    ]
    return [line for line in found if line.rows]


def _sellers_gone(effect: Mapping[str, Any]) -> tuple[UndoLine, ...]:
    if not effect["sellers_removed"]:
        return ()
    meaning = "nothing but this import had brought them"
    return (UndoLine("sellers that go", meaning, effect["sellers_removed"]),)


def _notes(effect: Mapping[str, Any]) -> Iterator[str]:
    if count := effect["waiting_again"]:
        yield (
            f"{count:,} review{'s' * (count != 1)} of other imports would wait for "
            f"{'their orders' if count != 1 else 'its order'} again."
        )
    if count := effect["hand_edited"]:
        yield (
            f"{count:,} of these orders {'were' if count != 1 else 'was'} corrected by hand since. "
            "Where an order goes, its correction goes too."
        )
