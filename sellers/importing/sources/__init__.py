"""Whatever a person can get hold of → blocks of rows in our own columns.

:func:`open_source` is the one door: it looks at what a file is, reads it as a table, and lays
the file's mapping over it. A file in our own columns needs none.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from sellers.importing.context import Context
from sellers.importing.formats import COLUMNS, Header, match_header, plain_name
from sellers.importing.mapping.apply import MappedSource
from sellers.importing.mapping.gather import KEYS
from sellers.importing.mapping.model import Mapping as FileMapping
from sellers.importing.problems import FileProblemError
from sellers.importing.reading import Block, Raw, Table, columns_of
from sellers.importing.sources.joined import JoinedTable
from sellers.importing.sources.mail import MailTable
from sellers.importing.sources.opening import open_table
from sellers.models import FileRole, ImportFile

_ENDINGS = re.compile(r"(?:\.(?:csv|tsv|txt|xlsx|gz))+$", re.IGNORECASE)


class Source(Protocol):
    """One file of an import, read as blocks. ``blocks`` may be asked for more than once."""

    #: Kinds of facts that it yields.
    roles: tuple[FileRole, ...]
    #: Our columns that it fills.
    columns: Collection[str]
    #: How many rows there are, or about how many.
    rows: int

    @property
    def notes(self) -> list[str]:
        """What was assumed, in sentences; complete once all blocks were read."""

    def blocks(self) -> Iterator[Block]: ...


def open_source(file: ImportFile, path: Path, context: Context) -> Source:
    """How to read a file of a batch.

    Raises
    ------
    FileProblemError
        When it cannot be read, or holds nothing that was expected.
    """
    role = FileRole(file.role)
    if role is FileRole.TABLE:
        return LookedUpSource(open_table(path, file.sheet))
    if file.mapping is None:
        table = open_table(path, file.sheet)
        if isinstance(table, MailTable):
            return CanonicalSource(table, FileRole.ORDERS, fills_only=True)
        return canonical_source(table, role)
    mapping = FileMapping.from_json(file.mapping)
    table = open_table(path, file.sheet or mapping.sheet)
    if mapping.joins or mapping.gathers:
        others = looked_up(file, context)
        table = JoinedTable(table, mapping.joins, others, _key_columns(mapping))
    return MappedSource(table, mapping, context.as_of)


def looked_up(file: ImportFile, context: Context) -> dict[str, Table]:
    """The other tables of the same import, by the plain names of their files."""
    return {
        plain_name(file_stem(other.name)): open_table(context.path_of(other), other.sheet)
        for other in context.batch.files.all()
        if other.pk != file.pk and other.role == FileRole.TABLE
    }


def _key_columns(mapping: FileMapping) -> list[str]:
    """Their columns that say which order, and of whom, a row is about."""
    if not mapping.gathers:
        return []
    role = mapping.roles[0]
    if role not in KEYS or len(mapping.roles) > 1:
        raise FileProblemError(
            "Rows can be brought together where they are orders alone, or reviews alone."
        )
    maps = mapping.of(role)
    return [theirs for name in KEYS[role] if name in maps for theirs in maps[name].theirs]


def file_stem(name: str) -> str:
    """The name by which mappings know a file: without folders and endings."""
    return _ENDINGS.sub("", Path(name).name)


def canonical_source(table: Table, role: FileRole) -> CanonicalSource:
    """A table that must have our own columns."""
    if role not in COLUMNS:
        raise FileProblemError(
            "Nobody has said yet what the columns of this file are. Choose them, or a preset."
        )
    return CanonicalSource(table, role)


@dataclass
class LookedUpSource:
    """A table that yields nothing itself: mappings of other files look rows up in it."""

    table: Table
    roles: tuple[FileRole, ...] = ()
    columns: Collection[str] = frozenset({"seller"})
    rows: int = 0

    @property
    def notes(self) -> list[str]:
        return self.table.notes

    def blocks(self) -> Iterator[Block]:
        return iter(())


@dataclass
class CanonicalSource:
    """A table that has our own columns."""

    table: Table
    role: FileRole
    fills_only: bool = False
    header: Header = field(init=False)
    roles: tuple[FileRole, ...] = field(init=False)
    columns: Collection[str] = field(init=False)

    def __post_init__(self) -> None:
        self.header = match_header(self.table.names, self.role)
        self.roles, self.columns = (self.role,), self.header.places.keys()
        self.rows = self.table.rows

    @property
    def notes(self) -> list[str]:
        if not self.header.unknown:
            return self.table.notes
        unknown = ", ".join(f"“{name}”" for name in self.header.unknown)
        return [*self.table.notes, f"Columns that are not known were passed over: {unknown}."]

    def blocks(self) -> Iterator[Block]:
        places = self.header.places
        personal = frozenset(places[name] for name in ("buyer",) if name in places)
        words = frozenset(places[name] for name in ("text",) if name in places)
        for chunk in self.table.chunks():
            columns = columns_of(chunk.rows, self.header.width)
            yield Block(
                chunk.lines,
                {name: columns[place] for name, place in places.items()},
                chunk.torn,
                self.role,
                Raw(self.table.names, chunk.rows, chunk.torn_rows, personal, words),
                {},
                fills_only=self.fills_only,
                is_plain=chunk.is_plain,
            )
