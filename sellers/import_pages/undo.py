"""The page before an undo: what would go, what stays because later imports brought it too."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sellers.import_pages.moves import Moves, moves_of
from sellers.importing.undo import TableUndo, UndoEffect


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


def undo_of(effect: UndoEffect, linked: Mapping[int, str]) -> Undo:
    """The page of a preview; ``linked`` are addresses of imports that may be opened, by id."""
    return Undo(
        lines=tuple(line for table in effect.tables for line in _lines(table))
        + _sellers_gone(effect),
        later=tuple(
            LaterImport(f"Import {batch_id}", linked.get(batch_id, ""), rows)
            for batch_id, rows in effect.later.items()
        ),
        moves=moves_of(
            sellers=len(effect.sellers),
            worked_out=len(effect.shifts),
            moving=sum(shift.moves for shift in effect.shifts),
            displayed=sum(shift.moves_display for shift in effect.shifts),
            shifts=effect.shifts,
        ),
        notes=tuple(_notes(effect)),
    )


def _lines(table: TableUndo) -> list[UndoLine]:
    found = [
        UndoLine(f"{table.words} that go", "brought by this import alone", table.removed),
        UndoLine(
            f"{table.words} that change back", "say again what they said before", table.restored
        ),
        UndoLine(f"{table.words} that stay", "later imports brought them too", table.kept),
    ]
    return [line for line in found if line.rows]


def _sellers_gone(effect: UndoEffect) -> tuple[UndoLine, ...]:
    if not effect.sellers_removed:
        return ()
    meaning = "nothing but this import had brought them"
    return (UndoLine("sellers that go", meaning, effect.sellers_removed),)


def _notes(effect: UndoEffect) -> Iterator[str]:
    if effect.waiting_again:
        count = effect.waiting_again
        yield (
            f"{count:,} review{'s' * (count != 1)} of other imports would wait for "
            f"{'their orders' if count != 1 else 'its order'} again."
        )
    if effect.hand_edited:
        count = effect.hand_edited
        yield (
            f"{count:,} of these orders {'were' if count != 1 else 'was'} corrected by hand since. "
            "Where an order goes, its correction goes too."
        )
