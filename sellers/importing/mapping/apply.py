"""A table and a mapping → blocks in our own columns, with what could not be read."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from sellers.importing.formats import COLUMNS, Column, Kind, plain_name
from sellers.importing.mapping.gather import gathered
from sellers.importing.mapping.model import ColumnMap
from sellers.importing.mapping.model import Mapping as FileMapping
from sellers.importing.mapping.readers import (
    Reading,
    Unreadable,
    needs_more_days,
    plus_days,
    read_cell,
)
from sellers.importing.problems import FileProblemError, Problem, shown
from sellers.importing.reading import (
    Block,
    Chunk,
    Raw,
    Table,
    columns_of,
    rows_at,
    stripped,
)
from sellers.models import FileRole
from sellers.models.orders import RATING_FIELDS

#: Distinct cells of a column that are remembered from block to block.
_REMEMBERED = 50_000
#: Words of rows that were passed over, named in the note.
_NAMED_WORDS = 5


@dataclass
class MappedSource:
    """A table in somebody else's columns."""

    table: Table
    mapping: FileMapping
    today: dt.date
    roles: tuple[FileRole, ...] = field(init=False)
    columns: Collection[str] = field(init=False)
    _readers: dict[FileRole, list[_ColumnReader]] = field(init=False)
    _passed: Counter[str] = field(init=False, default_factory=Counter)
    _gathered: tuple[int, int] = (0, 0)

    def __post_init__(self) -> None:
        self.roles = self.mapping.roles
        self.rows = self.table.rows
        places = places_of(self.table.names)
        self._readers = {
            role: _readers(role, self.mapping.of(role), places, self.today) for role in self.roles
        }
        self.columns = {reader.column.name for of in self._readers.values() for reader in of}
        if self.mapping.keep is not None:
            _place(self.mapping.keep.column, places, "the rows to keep")

    @property
    def notes(self) -> list[str]:
        """What was assumed; complete once all blocks were read."""
        notes = [*self.table.notes, *self.mapping.assumed]
        if self._passed:
            words = ", ".join(
                f"“{shown(word)[:40]}” {n:,}" for word, n in self._passed.most_common(_NAMED_WORDS)
            )
            more = ", …" if len(self._passed) > _NAMED_WORDS else ""
            count = self._passed.total()
            notes.append(
                f"{count:,} row{'s are' if count != 1 else ' is'} not about orders and "
                f"{'were' if count != 1 else 'was'} passed over: {words}{more}."
            )
        rows, groups = self._gathered
        if rows > groups:
            notes.append(
                f"{rows:,} rows were brought together into {groups:,}, one for each "
                f"{'order' if FileRole.ORDERS in self.roles else 'review'} and seller."
            )
        return notes

    def blocks(self) -> Iterator[Block]:
        self._passed.clear()
        self._gathered = (0, 0)
        for chunk in self.table.chunks():
            block = self._block(self._kept(chunk))
            if self.mapping.gathers:
                rows = len(block.lines)
                block = gathered(block)
                read, groups = self._gathered
                self._gathered = (read + rows, groups + len(block.lines))
            yield block

    def _kept(self, chunk: Chunk) -> Chunk:
        """The rows that are about orders; the others are counted by their word."""
        keep = self.mapping.keep
        if keep is None:
            return chunk
        place = places_of(self.table.names)[plain_name(keep.column)]
        words = columns_of(chunk.rows, len(self.table.names))[place]
        kept = {word for word in set(words) if _word(word) in keep.words}
        good = [row for row, word in enumerate(words) if word in kept]
        if len(good) == len(words):
            return chunk
        self._passed.update(word.strip() for word in words if word not in kept)
        lines = [chunk.lines[row] for row in good]
        rows = rows_at(chunk.rows, good)
        return Chunk(lines, rows, chunk.torn, chunk.torn_rows, chunk.is_plain)

    def _block(self, chunk: Chunk) -> Block:
        width = len(self.table.names)
        columns = columns_of(chunk.rows, width)
        if not chunk.is_plain:
            columns = [stripped(column) for column in columns]
        first, *others = [self._of_role(role, chunk, columns) for role in self.roles]
        if not others:
            return first
        return Block(
            first.lines,
            first.cells,
            first.torn,
            first.role,
            first.raw,
            first.places,
            first.faults,
            first.fills_only,
            _rated(others[0]),
        )

    def _of_role(self, role: FileRole, chunk: Chunk, columns: Sequence[list[str]]) -> Block:
        readers = self._readers[role]
        cells: dict[str, list[str]] = {}
        faults: list[Problem] = []
        for reader in readers:
            found, wrong = reader.read(columns, len(chunk.lines), cells.get("status"))
            cells[reader.column.name] = found
            faults += wrong
        # What the lines say beside an order is no row of its own.
        leading = role is self.roles[0]
        return Block(
            chunk.lines,
            cells,
            chunk.torn if leading else [],
            role,
            self._raw(chunk),
            {r.column.name: r.places[0] for r in readers if r.places},
            faults,
            self.mapping.fills_only,
        )

    def _raw(self, chunk: Chunk) -> Raw:
        """The cells as given; what is personal in one kind of facts is so in all of them."""
        readers = [reader for of in self._readers.values() for reader in of]

        def places(column: str) -> frozenset[int]:
            return frozenset(p for r in readers if r.column.name == column for p in r.places)

        names = self.table.names
        return Raw(names, chunk.rows, chunk.torn_rows, places("buyer"), places("text"))


def places_of(names: Sequence[str]) -> dict[str, int]:
    """Where each column stands, by its plain name; the first of two that are alike."""
    places: dict[str, int] = {}
    for place, name in enumerate(names):
        places.setdefault(plain_name(name), place)
    return places


def _place(name: str, places: Mapping[str, int], what: str) -> int:
    place = places.get(plain_name(name))
    if place is None:
        raise FileProblemError(
            f"The file has no column “{shown(name)[:100]}”, from which {what} would be read. "
            "Choose the columns anew."
        )
    return place


def _word(cell: str) -> str:
    return cell.strip().casefold()


def _rated(block: Block) -> Block:
    """The rows of a list of orders that hold a review."""
    none_left = {"", "0", "0.0", "0.00"}
    given = [block.cells[name] for name in RATING_FIELDS if name in block.cells]
    rated = [any(c not in none_left for c in row) for row in zip(*given, strict=True)]
    faulty = {fault.row for fault in block.faults if fault.column in RATING_FIELDS}
    silent = {
        line
        for row, (line, is_rated) in enumerate(zip(block.lines, rated, strict=True))
        if not is_rated and row not in faulty
    }
    return block.without(silent)


@dataclass
class _ColumnReader:
    """Reads one of our columns from the columns of a chunk."""

    column: Column
    how: ColumnMap
    places: tuple[int, ...]
    days: tuple[int, ...]
    reading: Reading
    _known: dict[str, str] = field(default_factory=dict)
    _unreadable: dict[str, Unreadable] = field(default_factory=dict)

    def read(
        self, columns: Sequence[Sequence[str]], rows: int, statuses: Sequence[str] | None
    ) -> tuple[list[str], list[Problem]]:
        """Our cells, "" where unknown or unreadable, and the unreadable ones."""
        given = self._given(columns, rows)
        found, wrong = self._read_all(given)
        if self.days:
            self._add_days(found, columns, wrong)
        if self.how.constant:
            found = [cell or self.how.constant for cell in found]
        if self.how.where and statuses is not None:
            counts = [status in self.how.where for status in statuses]
            found = [cell if here else "" for cell, here in zip(found, counts, strict=True)]
            wrong = {row: problem for row, problem in wrong.items() if counts[row]}
        return found, [
            Problem(row, self.column.name, shown(given[row]), shown(problem.reason), problem.fix)
            for row, problem in sorted(wrong.items())
        ]

    def _given(self, columns: Sequence[Sequence[str]], rows: int) -> Sequence[str]:
        if not self.places:
            return [""] * rows
        if len(self.places) == 1:
            return columns[self.places[0]]
        parts = (columns[place] for place in self.places)
        return [" ".join(filter(None, row)) for row in zip(*parts, strict=True)]

    def _read_all(self, given: Sequence[str]) -> tuple[list[str], dict[int, Unreadable]]:
        """Every cell by itself, and what is wrong with it by row."""
        if self.column.kind is Kind.TEXT and not self.how.words and self.how.other is None:
            return list(given), {}
        distinct = set(given)
        self._look_at(distinct)
        found = [self._known[cell] for cell in given]
        if self._unreadable.keys().isdisjoint(distinct):
            return found, {}
        return found, {
            row: self._unreadable[cell]
            for row, cell in enumerate(given)
            if cell in self._unreadable
        }

    def _look_at(self, cells: set[str]) -> None:
        """Read the cells that were not met before."""
        if len(self._known) > _REMEMBERED:
            self._known.clear()
            self._unreadable.clear()
        for cell in cells.difference(self._known):
            try:
                self._known[cell] = read_cell(cell, self.column, self.how, self.reading)
            except Unreadable as problem:
                self._known[cell] = ""
                self._unreadable[cell] = problem

    def _add_days(
        self,
        found: list[str],
        columns: Sequence[Sequence[str]],
        wrong: dict[int, Unreadable],
    ) -> None:
        for row, days in enumerate(zip(*(columns[place] for place in self.days), strict=True)):
            if not found[row]:
                continue
            try:
                found[row] = self._later(found[row], days)
            except Unreadable as unreadable:
                found[row], wrong[row] = "", unreadable

    def _later(self, text: str, days: tuple[str, ...]) -> str:
        if self.column.name == "extended_due_at" and not needs_more_days(days):
            return ""
        return plus_days(text, days)


def _readers(
    role: FileRole, maps: Mapping[str, ColumnMap], places: Mapping[str, int], today: dt.date
) -> list[_ColumnReader]:
    """The readers of a kind of facts; the status first, others depend on it."""
    currency = maps.get("currency", ColumnMap())
    reading = Reading(today, "" if currency.theirs else currency.constant.upper())
    known = {column.name: column for column in COLUMNS[role]}
    names = sorted(maps, key=lambda name: name != "status")
    return [
        _ColumnReader(
            known[name],
            maps[name],
            tuple(_place(theirs, places, f"“{name}”") for theirs in maps[name].theirs),
            tuple(_place(theirs, places, f"“{name}”") for theirs in maps[name].plus_days)
            if known[name].kind is Kind.TIME
            else (),
            reading,
        )
        for name in names
    ]
