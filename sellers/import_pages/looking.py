"""A first look at a file: its columns and first rows, and how these would be read."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from sellers.import_pages.column_words import Key
from sellers.import_pages.columns import ReadCell
from sellers.importing.mapping.apply import MappedSource
from sellers.importing.mapping.model import Mapping
from sellers.importing.problems import FileProblemError
from sellers.importing.reading import Block, Chunk, Table

#: Rows that are shown.
SHOWN_ROWS = 3


@dataclass(frozen=True, slots=True)
class Look:
    """The beginning of a table."""

    names: tuple[str, ...]
    shown: tuple[tuple[str, ...], ...]
    count: int
    notes: tuple[str, ...]

    def as_table(self) -> Table:
        """The shown rows as a table of their own."""
        rows = [list(row) for row in self.shown]
        return _Sample(list(self.names), [Chunk(list(range(len(rows))), rows)])


def look_at(table: Table) -> Look:
    """The beginning of a table, as wide as its header."""
    rows: list[tuple[str, ...]] = []
    for chunk in table.chunks():
        rows += [tuple(row[: len(table.names)]) for row in chunk.rows[: SHOWN_ROWS - len(rows)]]
        if len(rows) >= SHOWN_ROWS:
            break
    return Look(tuple(table.names), tuple(rows), table.rows, tuple(table.notes))


def read_first(look: Look, mapping: Mapping, today: dt.date) -> dict[Key, tuple[ReadCell, ...]]:
    """What the shown rows would become, by column of ours; none where the mapping cannot be."""
    if not mapping.roles:
        return {}
    rows = len(look.shown)
    try:
        blocks = list(MappedSource(look.as_table(), mapping, today).blocks())
    except FileProblemError:
        return {}
    found: dict[Key, tuple[ReadCell, ...]] = {}
    for block in blocks:
        found |= _cells(block, rows)
        if block.companion is not None:
            found |= _cells(block.companion, rows)
    return found


def _cells(block: Block, rows: int) -> dict[Key, tuple[ReadCell, ...]]:
    at = {line: row for row, line in enumerate(block.lines)}
    wrong = {(fault.row, fault.column) for fault in block.faults}

    def cell(name: str, line: int) -> ReadCell:
        row = at.get(line)
        if row is None:
            return ReadCell("")
        return ReadCell(block.cells[name][row], (row, name) in wrong)

    return {
        (block.role.value, name): tuple(cell(name, line) for line in range(rows))
        for name in block.cells
    }


@dataclass
class _Sample:
    """A few rows as a table."""

    names: list[str]
    parts: Sequence[Chunk]
    rows: int = 0
    notes: list[str] = field(default_factory=list)
    place_word: str = "line"

    def chunks(self) -> Iterator[Chunk]:
        return iter(self.parts)
