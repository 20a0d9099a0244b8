"""Text → blocks of cells, each row with the line on which it begins.

The csv module reads row by row. pandas' parser takes about 0.6 of its time, but fills cells
that are missing with blanks, drops cells of rows that are too wide, and cannot say on which
line a row stands: docs/IMPORTING.md has the figures.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from sellers.importing.formats import Header, match_header
from sellers.importing.problems import FileProblemError, Problem, shown
from sellers.importing.sniffing import Sniffed
from sellers.models import FileRole

#: Rows checked and staged together.
BLOCK_ROWS = 10_000
#: Characters of a block; fewer rows are taken where they are long.
BLOCK_CHARS = 8_000_000
#: Longest line, and longest cell, that is accepted: what has no end never fills the memory.
LINE_CHARS = 1_000_000

_END = "\x00end of file"


@dataclass(frozen=True, slots=True)
class Block:
    """Rows that stand together. ``cells`` holds one list per known column, of equal length.

    ``torn`` are rows whose cells cannot be told apart; their ``row`` is the line of the file.
    """

    lines: list[int]
    cells: dict[str, list[str]]
    torn: list[Problem]

    @property
    def rows(self) -> int:
        return len(self.lines) + len(self.torn)


def read_header(path: Path, sniffed: Sniffed, role: FileRole) -> Header:
    """The columns of a file, from the first line that holds something."""
    with path.open(encoding=sniffed.encoding, errors=sniffed.errors) as file:
        for _, cells in _rows(_Lines(file)):
            return match_header(cells, role)
    raise FileProblemError("The file is empty. Export it again, or choose another file.")


def read_blocks(path: Path, sniffed: Sniffed, header: Header) -> Iterator[Block]:
    """All rows after the header. Lines that hold nothing are passed over.

    Raises
    ------
    FileProblemError
        For a line that is too long or a quotation mark that is never closed.
    """
    with path.open(encoding=sniffed.encoding, errors=sniffed.errors) as file:
        text = _Lines(file)
        rows = _rows(text)
        next(rows, None)
        while taken := _take(rows, text):
            yield _block(taken, header)


def _take(rows: Iterator[tuple[int, list[str]]], text: _Lines) -> list[tuple[int, list[str]]]:
    """The next rows, no more than a block holds."""
    taken, limit = [], text.chars + BLOCK_CHARS
    for row in rows:
        taken.append(row)
        if len(taken) == BLOCK_ROWS or text.chars > limit:
            break
    return taken


def _block(taken: list[tuple[int, list[str]]], header: Header) -> Block:
    width = header.width
    good = [(line, row) for line, row in taken if _fits(row, width)]
    torn = [_torn(row, line, width) for line, row in taken if not _fits(row, width)]
    columns = list(zip(*(row for _, row in good), strict=False)) or [()] * width
    cells = {name: list(columns[place]) for name, place in header.places.items()}
    return Block([line for line, _ in good], cells, torn)


class _Lines:
    """The lines of a file, then one that no file holds: it shows whether a quotation is open."""

    def __init__(self, file: TextIO) -> None:
        self.file, self.number, self.chars, self.ended = file, 0, 0, False

    def __iter__(self) -> Iterator[str]:
        while line := self.file.readline(LINE_CHARS + 1):
            self.number += 1
            self.chars += len(line)
            if len(line) > LINE_CHARS:
                raise FileProblemError(
                    f"Line {self.number} is longer than {LINE_CHARS:,} characters, which no order "
                    "or review is. Is a line break or a quotation mark missing there?"
                )
            yield line
        self.ended = True
        yield _END


def _rows(text: _Lines) -> Iterator[tuple[int, list[str]]]:
    """Every row that holds something, with the line on which it begins."""
    csv.field_size_limit(LINE_CHARS)
    reader = csv.reader(text)
    begin = 1
    try:
        for row in reader:
            if text.ended and row != [_END]:
                raise _never_closed(begin)  # the quotation swallowed the last line
            if any(row) and not text.ended and not "".join(row).isspace():
                yield begin, row
            begin = reader.line_num + 1
    except csv.Error as error:
        raise _never_closed(begin) from error


def _never_closed(line: int) -> FileProblemError:
    return FileProblemError(
        f"A quotation mark opens in the row of line {line} and is not closed, so that the rows "
        "after it cannot be told apart. Close it, or double it if it belongs to the text."
    )


def _fits(row: list[str], width: int) -> bool:
    """Whether every column has its cell; empty cells beyond the last column do no harm."""
    return len(row) == width or (len(row) > width and not any(row[width:]))


def _torn(row: list[str], line: int, width: int) -> Problem:
    count = len(row)
    return Problem(
        row=line,
        column="",
        value=shown(",".join(row)),
        reason=f"The row has {count} cell{'s' * (count != 1)}, the first line names {width}.",
        fix="Put text that holds a comma or a line break into quotation marks."
        if count > width
        else "Add the missing cells; perhaps the file was cut off here.",
    )
