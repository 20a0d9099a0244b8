"""The cells of a file as it gave them, kept in compressed blocks of rows.

A block is text: the names of the columns, the lines on which its rows begin, then one column
after the other, then rows of another width than the others, each behind its line. Columns shrink
further than rows do, and in less time. Blocks without the sign at the beginning hold row by row.
Names of buyers are never kept here, what they wrote only where reviews keep it.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from psycopg import Connection, Cursor

from sellers.importing.reading import Block, Row, columns_of
from sellers.models import ImportBatch, ImportRawBlock

_CELL, _ROW, _BY_COLUMN = "\x1f", "\x1e", "\x1d"
_SIGNS = str.maketrans({_CELL: " ", _ROW: " "})
#: The fastest.
_LEVEL = 1
_KEEP = """
INSERT INTO sellers_importrawblock (file_id, first_line, last_line, rows, data)
VALUES (%s, %s, %s, %s, %s)
"""


@dataclass(frozen=True, slots=True)
class RawRow:
    """One row as the file gave it, under the names of its columns."""

    line: int
    names: Sequence[str]
    cells: Sequence[str]

    @property
    def pairs(self) -> list[tuple[str, str]]:
        return list(zip(self.names, self.cells, strict=False))


def keep_cells(server: Connection[Any], *, file_id: int, block: Block, keeps_words: bool) -> None:
    """Store the cells of a block, those of torn rows too."""
    lines = [*block.lines, *(problem.row for problem in block.torn)]
    if lines:
        packed = _packed(block, keeps_words=keeps_words)
        # Bytes as they are: a statement with its values inside holds them twice as long.
        with Cursor(server) as cursor:
            cursor.execute(_KEEP, (file_id, min(lines), max(lines), len(lines), packed))


def _packed(block: Block, *, keeps_words: bool) -> bytes:
    raw = block.raw
    hidden = raw.personal if keeps_words else raw.personal | raw.words
    nothing = [""] * len(raw.rows)
    columns: list[Row] = [
        nothing if place in hidden else column
        for place, column in enumerate(columns_of(raw.rows, len(raw.names)))
    ]
    columns += [nothing] * (len(raw.names) - len(columns))
    torn = [
        [str(problem.row), *("" if place in hidden else cell for place, cell in enumerate(row))]
        for problem, row in zip(block.torn, raw.torn, strict=True)
    ]
    parts = [raw.names, list(map(str, block.lines)), *columns, *torn]
    text = _joined(parts)
    if text.count(_ROW) != len(parts) - 1 or text.count(_CELL) != sum(
        max(len(part) - 1, 0) for part in parts
    ):
        text = _joined([[cell.translate(_SIGNS) for cell in part] for part in parts])
    return zlib.compress(text.encode("utf-8", "surrogateescape"), _LEVEL)


def _joined(parts: Sequence[Row]) -> str:
    """Parts of a block, each ``"a␟b␟c"``, one behind the other."""
    return _BY_COLUMN + _ROW.join(map(_CELL.join, parts))


def unpacked(block: ImportRawBlock) -> Iterator[RawRow]:
    """The rows of a block."""
    text = zlib.decompress(bytes(block.data)).decode("utf-8", "replace")
    if not text.startswith(_BY_COLUMN):
        yield from _by_row(text)
        return
    parts = [part.split(_CELL) for part in text.removeprefix(_BY_COLUMN).split(_ROW)]
    names, lines = parts[0], parts[1]
    if any(lines):
        columns = parts[2 : 2 + len(names)]
        for line, *cells in zip(lines, *columns, strict=True):
            yield RawRow(int(line), names, cells)
    for line, *cells in parts[2 + len(names) :]:
        yield RawRow(int(line), names, cells)


def _by_row(text: str) -> Iterator[RawRow]:
    head, *rows = text.split(_ROW)
    names = head.split(_CELL)[1:]
    for row in rows:
        line, *cells = row.split(_CELL)
        yield RawRow(int(line), names, cells)


def raw_row(file_id: int, line: int) -> RawRow | None:
    """One row of a file; None where its cells are no longer kept."""
    blocks = ImportRawBlock.objects.filter(
        file=file_id, first_line__lte=line, last_line__gte=line
    ).order_by("first_line")
    for block in blocks:
        for row in unpacked(block):
            if row.line == line:
                return row
    return None


def raw_rows(batch: ImportBatch, lines: dict[int, set[int]]) -> Iterator[tuple[int, RawRow]]:
    """Rows of the files of a batch, by file id and line, in the order of the files."""
    for file_id, wanted in sorted(lines.items()):
        if not wanted:
            continue
        blocks = ImportRawBlock.objects.filter(
            Q(first_line__lte=max(wanted), last_line__gte=min(wanted)),
            file=file_id,
            file__batch=batch,
        )
        for block in blocks.order_by("first_line").iterator(chunk_size=1):
            for row in unpacked(block):
                if row.line in wanted:
                    yield file_id, row
