"""Text in rows: commas, semicolons, tabs or vertical bars between the cells.

The csv module reads row by row. pandas' parser takes about 0.6 of its time, but fills cells
that are missing with blanks, drops cells of rows that are too wide, and cannot say on which
line a row stands: docs/IMPORTING.md has the figures.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TextIO

from sellers.importing import reading
from sellers.importing.content import open_text
from sellers.importing.problems import FileProblemError, Problem, shown
from sellers.importing.reading import BLOCK_CHARS, LINE_CHARS, MAX_COLUMNS, Chunk
from sellers.importing.sniffing import Sniffed

_END = "\x00end of file"
_SIGN_WORDS = {",": "a comma", ";": "a semicolon", "\t": "a tab", "|": "a vertical bar"}


@dataclass
class DelimitedTable:
    """A text file with a line of column names."""

    path: Path
    sniffed: Sniffed
    names: list[str] = field(init=False)
    #: What one counts to find a row again.
    place_word: str = "line"

    def __post_init__(self) -> None:
        self.rows = self.sniffed.rows
        self.notes = list(self.sniffed.notes)
        with self._open() as file:
            for _, cells in _rows(_Lines(file), self.sniffed.delimiter, self.sniffed.skip):
                self.names = cells
                break
            else:
                raise FileProblemError(
                    "The file is empty. Export it again, or choose another file."
                )
        if len(self.names) > MAX_COLUMNS:
            raise FileProblemError(
                f"The first line names {len(self.names):,} columns, which no export of orders "
                "does. Choose another file."
            )

    def chunks(self) -> Iterator[Chunk]:
        """All rows after the header. Lines that hold nothing are passed over.

        Raises
        ------
        FileProblemError
            For a line that is too long or a quotation mark that is never closed.
        """
        with self._open() as file:
            text = _Lines(file)
            rows = _rows(text, self.sniffed.delimiter, self.sniffed.skip)
            next(rows, None)
            while taken := _take(rows, text):
                yield self._chunk(taken)

    def _open(self) -> TextIO:
        return open_text(self.path, self.sniffed.encoding, self.sniffed.errors)

    def _chunk(self, taken: list[tuple[int, list[str]]]) -> Chunk:
        width = len(self.names)
        good = [(line, row) for line, row in taken if _fits(row, width)]
        if len(good) == len(taken):
            return Chunk([line for line, _ in taken], [row for _, row in taken])
        torn = [(line, row) for line, row in taken if not _fits(row, width)]
        return Chunk(
            [line for line, _ in good],
            [row for _, row in good],
            [_torn(row, line, width, self.sniffed.delimiter) for line, row in torn],
            [row for _, row in torn],
        )


def _take(rows: Iterator[tuple[int, list[str]]], text: _Lines) -> list[tuple[int, list[str]]]:
    """The next rows, no more than a block holds."""
    taken, limit = [], text.chars + BLOCK_CHARS
    for row in rows:
        taken.append(row)
        if len(taken) == reading.BLOCK_ROWS or text.chars > limit:
            break
    return taken


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


def _rows(text: _Lines, delimiter: str, skip: int) -> Iterator[tuple[int, list[str]]]:
    """Every row that holds something, with its line; the first ``skip`` of them are left out."""
    csv.field_size_limit(LINE_CHARS)
    reader = csv.reader(text, delimiter=delimiter)
    begin = 1
    try:
        for row in reader:
            if text.ended and row != [_END]:
                raise _never_closed(begin)  # the quotation swallowed the last line
            if any(row) and not text.ended and not "".join(row).isspace():
                if skip:
                    skip -= 1
                else:
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


def _torn(row: list[str], line: int, width: int, delimiter: str) -> Problem:
    count = len(row)
    return Problem(
        row=line,
        column="",
        value=shown(delimiter.join(row)),
        reason=f"The row has {count} cell{'s' * (count != 1)}, the first line names {width}.",
        fix=f"Put text that holds {_SIGN_WORDS[delimiter]} or a line break into quotation marks."
        if count > width
        else "Add the missing cells; perhaps the file was cut off here.",
    )
