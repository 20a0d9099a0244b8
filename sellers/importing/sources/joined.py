"""Several files of one import as one table: rows of one laid beside those of another.

The rows go through a temporary database that SQLite keeps on disk and that has no name: it
ends with the process, whatever ends that. So memory stays flat, and rows of one order come
side by side whatever their order in the file.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sellers.importing import reading
from sellers.importing.formats import plain_name
from sellers.importing.mapping.model import Join
from sellers.importing.problems import FileProblemError, Problem
from sellers.importing.reading import (
    BLOCK_CHARS,
    MAX_COLUMNS,
    ByColumn,
    Chunk,
    Row,
    Table,
    columns_of,
    stripped,
)

_CACHE_KIB = 16_000
#: Rows that a row may become on average, beyond which a join has the wrong key.
MAX_GROWTH, FREE_ROWS = 20, 10_000
#: Up to so many rows, of other files only what they refer to is copied.
FEW_ROWS = 20_000


@dataclass
class JoinedTable:
    """A table with rows of others beside its own, in the order of some of its columns.

    Parameters
    ----------
    base : the table whose rows are read; ``line`` of a row is its line there
    others : the tables that joins name, by file name in plain form
    sorted_by : columns by which the rows come, so that those of one order stand together
    """

    base: Table
    joins: Sequence[Join]
    others: Mapping[str, Table]
    sorted_by: Sequence[str] = ()
    names: list[str] = field(init=False)
    _database: sqlite3.Connection | None = None
    _torn: list[tuple[Problem, Row]] = field(init=False, default_factory=list)

    def __post_init__(self) -> None:
        self.place_word, self.rows = self.base.place_word, self.base.rows
        self.notes = list(self.base.notes)
        self.names = list(self.base.names)
        self._on: list[tuple[int, int]] = []
        for join in self.joins:
            other = self._other(join)
            on = _place(join.on, self.names, "this file")
            self._on.append((on, _place(join.key, other.names, f"the file “{join.file}”")))
            self.names += [f"{join.file}.{name}" for name in other.names]
        if len(self.names) > MAX_COLUMNS:
            raise FileProblemError("The joined files have too many columns together.")
        self._order = [_place(name, self.names, "this file") for name in self.sorted_by]

    def _other(self, join: Join) -> Table:
        other = self.others.get(plain_name(join.file))
        if other is None:
            raise FileProblemError(
                f"The mapping looks rows up in a file “{join.file}”, which is not part of this "
                "import. Add the file to the import."
            )
        return other

    def chunks(self) -> Iterator[Chunk]:
        if self._database is None:
            self._database = self._filled()
        torn = [problem for problem, _ in self._torn]
        if torn:
            yield Chunk([], [], torn, [row for _, row in self._torn])
        found = self._database.execute(self._query())
        limit = MAX_GROWTH * max(self._count, 1) + FREE_ROWS
        held: list[tuple[Any, ...]] = []
        chars = 0
        for seen, row in enumerate(found, start=1):
            if seen > limit:
                raise FileProblemError(
                    "Looking up rows in the other files multiplies the rows of this one more than "
                    f"{MAX_GROWTH}-fold: the columns by which they are matched cannot be right."
                )
            full = len(held) >= reading.BLOCK_ROWS or chars > BLOCK_CHARS
            if full and self._key(held[-1]) != self._key(row):
                yield _chunk(held)
                held, chars = [], 0
            held.append(row)
            chars += sum(map(len, row[1:]))
        if held:
            yield _chunk(held)

    def _key(self, row: tuple[Any, ...]) -> object:
        return [row[place + 1] for place in self._order] if self._order else row[0]

    def _filled(self) -> sqlite3.Connection:
        database = sqlite3.connect("")
        database.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
        database.execute("PRAGMA journal_mode = OFF")
        self._count = _fill(database, "t0", self.base, self._torn)
        flat = self._flat()
        for number, (join, (on, key)) in enumerate(zip(self.joins, self._on, strict=True), start=1):
            wanted: set[str] | None = None
            if self._count <= FEW_ROWS:
                table, _, column = flat[on].partition(".")
                found = database.execute(f"SELECT DISTINCT {column} FROM {table}")  # noqa: S608
                wanted = {cell for (cell,) in found}
            _fill(database, f"t{number}", self._other(join), [], key, wanted)
            database.execute(f"CREATE INDEX i{number} ON t{number} (c{key})")
        return database

    def _flat(self) -> list[str]:
        """Every column of the joined table as the database knows it."""
        widths = [len(self.base.names), *(len(self._other(join).names) for join in self.joins)]
        return [
            f"t{table}.c{place}" for table, width in enumerate(widths) for place in range(width)
        ]

    def _query(self) -> str:
        """Every row of the base with what matches; names of tables and columns are ours."""
        flat = self._flat()
        joins = "".join(
            f" LEFT JOIN t{number} ON t{number}.c{key} = {flat[on]} AND {flat[on]} <> ''"
            for number, (on, key) in enumerate(self._on, start=1)
        )
        order = [flat[place] for place in self._order]
        order += [f"t{number}.line" for number in range(len(self.joins) + 1)]
        cells = ", ".join(f"coalesce({name}, '')" for name in flat)
        return f"SELECT t0.line, {cells} FROM t0{joins} ORDER BY {', '.join(order)}"  # noqa: S608


def _fill(
    database: sqlite3.Connection,
    name: str,
    table: Table,
    torn: list[tuple[Problem, Row]],
    key: int = 0,
    wanted: Collection[str] | None = None,
) -> int:
    """Copy a table and count its rows; only those with a ``wanted`` key, where that is given."""
    width = len(table.names)
    columns = ", ".join(f"c{place} TEXT" for place in range(width))
    database.execute(f"CREATE TABLE {name} (line INTEGER, {columns})")
    marks = ", ".join("?" * (width + 1))
    count = 0
    for chunk in table.chunks():
        torn += zip(chunk.torn, chunk.torn_rows, strict=True)
        count += len(chunk.lines)
        cells = [_storable(column) for column in columns_of(chunk.rows, width)]
        rows: Iterable[tuple[Any, ...]] = zip(chunk.lines, *cells, strict=True)
        if wanted is not None:
            rows = (row for row in rows if row[key + 1] in wanted)
        database.executemany(f"INSERT INTO {name} VALUES ({marks})", rows)  # noqa: S608 - our own
    database.commit()
    return count


def _storable(column: list[str]) -> list[str]:
    """Text that the database takes: half of a pair of surrogates is no character."""
    cells = stripped(column)
    if "".join(cells).isascii():
        return cells
    return [cell.encode("utf-8", "replace").decode() for cell in cells]


def _place(name: str, names: Sequence[str], where: str) -> int:
    plain = plain_name(name)
    for place, known in enumerate(names):
        if plain_name(known) == plain:
            return place
    raise FileProblemError(
        f"The mapping matches rows by a column “{name}”, which {where} does not have."
    )


def _chunk(held: list[tuple[Any, ...]]) -> Chunk:
    lines, *columns = map(list, zip(*held, strict=True))
    return Chunk(lines, ByColumn(columns))
