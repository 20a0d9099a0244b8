"""Whatever a person can get hold of → blocks of rows in our own columns.

:func:`open_source` is the one door: it looks at what a file is, reads it as a table, and lays
the file's mapping over it. A file in our own columns needs none.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from sellers.importing.context import Context
from sellers.importing.formats import Header, match_header
from sellers.importing.reading import Block, Chunk, Raw
from sellers.importing.sniffing import sniff_file
from sellers.importing.sources.delimited import DelimitedTable
from sellers.models import FileRole, ImportFile


class Table(Protocol):
    """Rows under column names, whatever the file is."""

    names: list[str]
    #: How many rows there are, or about how many.
    rows: int
    #: What was assumed while reading, in sentences; it may grow while rows are read.
    notes: list[str]
    #: What one counts to find a row again: line, row, message.
    place_word: str

    def chunks(self) -> Iterator[Chunk]: ...


class Source(Protocol):
    """One file of an import, read as blocks. ``blocks`` may be asked for more than once."""

    roles: tuple[FileRole, ...]
    #: Our columns that it fills.
    columns: Collection[str]
    rows: int
    notes: list[str]

    def blocks(self) -> Iterator[Block]: ...


def open_source(file: ImportFile, path: Path, context: Context) -> Source:
    """How to read a file of a batch.

    Raises
    ------
    FileProblemError
        When it cannot be read, or holds nothing that was expected.
    """
    return CanonicalSource(open_table(path), FileRole(file.role))


def open_table(path: Path) -> Table:
    """A file as rows under column names."""
    return DelimitedTable(path, sniff_file(path))


@dataclass
class CanonicalSource:
    """A table that has our own columns."""

    table: Table
    role: FileRole
    header: Header = field(init=False)
    roles: tuple[FileRole, ...] = field(init=False)
    columns: Collection[str] = field(init=False)

    def __post_init__(self) -> None:
        self.header = match_header(self.table.names, self.role)
        self.roles, self.columns = (self.role,), self.header.places.keys()
        self.rows, self.notes = self.table.rows, self.table.notes
        if self.header.unknown:
            unknown = ", ".join(f"“{name}”" for name in self.header.unknown)
            self.notes.append(f"Columns that are not known were passed over: {unknown}.")

    def blocks(self) -> Iterator[Block]:
        places = self.header.places
        personal = frozenset(places[name] for name in ("buyer",) if name in places)
        words = frozenset(places[name] for name in ("text",) if name in places)
        for chunk in self.table.chunks():
            columns = list(zip(*chunk.rows, strict=False)) or [()] * self.header.width
            yield Block(
                chunk.lines,
                {name: list(columns[place]) for name, place in places.items()},
                chunk.torn,
                self.role,
                Raw(self.table.names, chunk.rows, chunk.torn_rows, personal, words),
                {},
            )
