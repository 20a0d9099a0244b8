"""What sources hand on: rows in blocks, each with its place in the file and its cells as given.

A *chunk* holds rows as the file has them, a *block* the same rows in our own columns. Whatever
the file is, everything after it — checks, staging, merge — sees blocks.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Protocol, overload

from sellers.importing.problems import COLUMN_CHARS, Problem, shown
from sellers.models import FileRole

#: Rows checked and staged together.
BLOCK_ROWS = 10_000
#: Characters of a block; fewer rows are taken where they are long.
BLOCK_CHARS = 8_000_000
#: Longest line, and longest cell, that is accepted: what has no end never fills the memory.
LINE_CHARS = 1_000_000
#: Columns that a table may have: more are no export of orders.
MAX_COLUMNS = 1_000


Row = Sequence[str]


class ByColumn(Sequence[list[str]]):
    """Rows that are kept as columns of equal length; a row is put together when asked for."""

    def __init__(self, columns: list[list[str]]) -> None:
        self.columns = columns

    def __len__(self) -> int:
        return len(self.columns[0])

    @overload
    def __getitem__(self, row: int) -> list[str]: ...

    @overload
    def __getitem__(self, row: slice) -> ByColumn: ...

    def __getitem__(self, row: int | slice) -> list[str] | ByColumn:
        if isinstance(row, slice):
            return ByColumn([column[row] for column in self.columns])
        return [column[row] for column in self.columns]

    def __iter__(self) -> Iterator[list[str]]:
        return map(list, zip(*self.columns, strict=True))


def columns_of(rows: Sequence[Row], width: int) -> list[list[str]]:
    """Rows of at least ``width`` cells as columns; what they hold beyond is left out."""
    if isinstance(rows, ByColumn):
        return rows.columns[:width]
    if not rows:
        return [[] for _ in range(width)]
    return [list(column) for column in islice(zip(*rows, strict=False), width)]


def rows_at(rows: Sequence[Row], places: Sequence[int]) -> Sequence[Row]:
    """Some of the rows."""
    if isinstance(rows, ByColumn):
        return ByColumn([[column[place] for place in places] for column in rows.columns])
    return [rows[place] for place in places]


def stripped(column: list[str]) -> list[str]:
    """The cells without blanks around them; most columns hold no blank at all."""
    joined = "".join(column)
    if not joined or joined.split(None, 1) == [joined]:
        return column
    return [cell.strip() for cell in column]


@dataclass(frozen=True, slots=True)
class Chunk:
    """Rows as the file has them, each as wide as its header.

    ``lines`` says where each row begins (line of a text, row of a sheet, message of a
    mailbox). ``torn`` are rows whose cells cannot be told apart; their ``row`` is such a
    place, and ``torn_rows`` holds what could be read of them. In a chunk that ``is_plain`` no
    cell has blanks around it, and none is damaged.
    """

    lines: list[int]
    rows: Sequence[Row]
    torn: list[Problem] = field(default_factory=list)
    torn_rows: Sequence[Row] = field(default_factory=list)
    is_plain: bool = False


class Table(Protocol):
    """Rows under column names; ``chunks`` may be asked for more than once."""

    names: list[str]
    #: How many rows there are, or about how many.
    rows: int
    #: What was assumed while reading, in sentences; it may grow while rows are read.
    notes: list[str]
    #: What one counts to find a row again: line, row, message.
    place_word: str

    def chunks(self) -> Iterator[Chunk]: ...


@dataclass
class FirstRows:
    """The beginning of a table as a table of its own."""

    table: Table
    limit: int
    names: list[str] = field(init=False)

    def __post_init__(self) -> None:
        self.names, self.place_word = self.table.names, self.table.place_word
        self.rows, self.notes = self.table.rows, self.table.notes

    def chunks(self) -> Iterator[Chunk]:
        left = self.limit
        for chunk in self.table.chunks():
            yield Chunk(
                chunk.lines[:left], chunk.rows[:left], chunk.torn, chunk.torn_rows, chunk.is_plain
            )
            left -= len(chunk.rows)
            if left <= 0:
                return


@dataclass(frozen=True, slots=True)
class Raw:
    """The cells of a block as the file has them: for the report and for provenance.

    ``rows`` stand beside :attr:`Block.lines`, ``torn`` beside :attr:`Block.torn`. ``personal``
    are the places of columns that hold names of buyers, ``words`` those of what they wrote.
    """

    names: Sequence[str]
    rows: Sequence[Row]
    torn: Sequence[Row]
    personal: frozenset[int] = frozenset()
    words: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Block:
    """Rows that stand together. ``cells`` holds one list per known column, of equal length.

    ``faults`` are cells that could not be turned into ours; their ``row`` counts within the
    block. ``places`` says from which column of the file each of ours came. Rows that
    ``fills_only`` never replace what is known. ``companion`` holds what the same lines say
    beside (the review of an order); it is left out for lines that are refused. ``is_plain`` is
    as in :class:`Chunk`.
    """

    lines: list[int]
    cells: dict[str, list[str]]
    torn: list[Problem]
    role: FileRole = FileRole.ORDERS
    raw: Raw = Raw((), [], [])
    places: Mapping[str, int] = field(default_factory=dict)
    faults: list[Problem] = field(default_factory=list)
    fills_only: bool = False
    companion: Block | None = None
    is_plain: bool = False

    @property
    def rows(self) -> int:
        return len(self.lines) + len(self.torn)

    def as_given(self, problem: Problem, row: int) -> Problem:
        """The problem with the column and the value that the file has, for row ``row``."""
        place = self.places.get(problem.column)
        if place is None:
            return problem
        value = problem.value and shown(self.raw.rows[row][place].strip())
        name = str(self.raw.names[place])
        return Problem(problem.row, shown(name)[:COLUMN_CHARS], value, problem.reason, problem.fix)

    def without(self, lines: set[int]) -> Block:
        """The same block without the rows of some lines."""
        kept = [row for row, line in enumerate(self.lines) if line not in lines]
        if len(kept) == len(self.lines):
            return self
        place = {row: i for i, row in enumerate(kept)}
        return Block(
            [self.lines[row] for row in kept],
            {name: [column[row] for row in kept] for name, column in self.cells.items()},
            self.torn,
            self.role,
            Raw(
                self.raw.names,
                rows_at(self.raw.rows, kept),
                self.raw.torn,
                self.raw.personal,
                self.raw.words,
            ),
            self.places,
            [
                Problem(place[p.row], p.column, p.value, p.reason, p.fix)
                for p in self.faults
                if p.row in place
            ],
            self.fills_only,
        )
