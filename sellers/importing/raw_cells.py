"""The cells of a file as it gave them, kept in compressed blocks of rows.

A block is text: the names of the columns, then the rows, each beginning with its place in the
file. Names of buyers are never kept here, what they wrote only where reviews keep it.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.db.models import Q

from sellers.importing.reading import Block
from sellers.models import ImportBatch, ImportFile, ImportRawBlock

_CELL, _ROW = "\x1f", "\x1e"
_SIGNS = str.maketrans({_CELL: " ", _ROW: " "})
#: The fastest: blocks of generated orders shrink to a third.
_LEVEL = 1


@dataclass(frozen=True, slots=True)
class RawRow:
    """One row as the file gave it, under the names of its columns."""

    line: int
    names: Sequence[str]
    cells: Sequence[str]

    @property
    def pairs(self) -> list[tuple[str, str]]:
        return list(zip(self.names, self.cells, strict=False))


def keep_cells(file: ImportFile, block: Block, *, keeps_words: bool) -> None:
    """Store the cells of a block, those of torn rows too."""
    raw = block.raw
    lines = [*block.lines, *(problem.row for problem in block.torn)]
    rows = [*raw.rows, *raw.torn]
    if not rows:
        return
    blank = raw.personal if keeps_words else raw.personal | raw.words
    ImportRawBlock.objects.create(
        file=file,
        first_line=min(lines),
        last_line=max(lines),
        rows=len(rows),
        data=_packed(raw.names, lines, rows, blank),
    )


def _packed(
    names: Sequence[str], lines: Sequence[int], rows: Sequence[list[str]], blank: frozenset[int]
) -> bytes:
    if blank:
        rows = [_blanked(row, blank) for row in rows]
    text = _joined(names, lines, rows)
    if text.count(_ROW) != len(rows) or text.count(_CELL) != sum(map(len, rows)) + len(names):
        text = _joined(_clean(names), lines, [_clean(row) for row in rows])
    return zlib.compress(text.encode("utf-8", "surrogateescape"), _LEVEL)


def _joined(names: Sequence[str], lines: Sequence[int], rows: Sequence[list[str]]) -> str:
    parts = [_CELL.join(["", *names])]
    parts += [f"{line}{_CELL}{_CELL.join(row)}" for line, row in zip(lines, rows, strict=True)]
    return _ROW.join(parts)


def _blanked(row: list[str], places: frozenset[int]) -> list[str]:
    row = row.copy()
    for place in places:
        if place < len(row):
            row[place] = ""
    return row


def _clean(cells: Sequence[str]) -> list[str]:
    """Cells without the signs that part them in a block."""
    return [cell.translate(_SIGNS) for cell in cells]


def unpacked(block: ImportRawBlock) -> Iterator[RawRow]:
    """The rows of a block."""
    text = zlib.decompress(bytes(block.data)).decode("utf-8", "replace")
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
