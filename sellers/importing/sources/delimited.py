"""Text in rows: commas, semicolons, tabs or vertical bars between the cells.

Most blocks of most files hold no quotation mark and rows of one width: those are cut at once,
column by column. The csv module reads the others. pandas' parser fills cells that are missing
with blanks, drops cells of rows that are too wide, and cannot say on which line a row stands:
docs/IMPORTING.md has the figures.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple, TextIO

import numpy as np

from sellers.importing import reading
from sellers.importing.cells import is_damaged
from sellers.importing.content import open_text
from sellers.importing.problems import FileProblemError, Problem, shown
from sellers.importing.reading import LINE_CHARS, MAX_COLUMNS, ByColumn, Chunk
from sellers.importing.sniffing import Sniffed
from sellers.importing.sources.lines import Lines

#: A line that no file holds: where it is a row of its own, no quotation is open before it.
_END = "\x00end of file"
_BREAK, _BLANK, _LAST_ASCII = ord("\n"), ord(" "), 0x7E
_SIGN_WORDS = {",": "a comma", ";": "a semicolon", "\t": "a tab", "|": "a vertical bar"}


class _Row(NamedTuple):
    """A row with the first and the last line on which it stands."""

    line: int
    last_line: int
    cells: list[str]


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
            header = self._header(Lines(file))
        self.names, self._begins_after = header.cells, header.last_line
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
            lines = Lines(file)
            lines.pass_over(self._begins_after)
            first = lines.number + 1
            while text := lines.take(reading.BLOCK_ROWS):
                chunk = self._even(text, first, lines.number) or self._uneven(
                    self._rows(text, first, lines)
                )
                first = lines.number + 1
                if chunk.lines or chunk.torn:
                    yield chunk

    def _open(self) -> TextIO:
        return open_text(self.path, self.sniffed.encoding, self.sniffed.errors)

    def _header(self, lines: Lines) -> _Row:
        """The row of column names."""
        skip = self.sniffed.skip
        while text := lines.take(1):
            for row in self._rows(text, lines.number, lines):
                if not skip:
                    return row
                skip -= 1
        raise FileProblemError("The file is empty. Export it again, or choose another file.")

    def _even(self, text: str, first: int, last: int) -> Chunk | None:
        """Lines ``first`` to ``last`` where all are as wide as the header and nothing is quoted.

        Cut at once, column by column. None where they are not such lines, or might be blank.
        """
        if '"' in text:
            return None
        sign, width, count = self.sniffed.delimiter, len(self.names), last + 1 - first
        codes = np.frombuffer(text.encode("utf-8", "surrogatepass"), np.uint8)
        is_mark = (codes == _BREAK) | (codes == ord(sign))
        marks = np.flatnonzero(is_mark)
        ends = marks[width - 1 :: width]
        if len(marks) != count * width or (codes[ends] != _BREAK).any():
            return None
        is_odd = (codes <= _BLANK) | (codes > _LAST_ASCII)
        if (is_mark | is_odd)[np.append(0, ends[:-1] + 1)].any():
            return None
        # What stands beside the marks tells whether cells have blanks around them.
        beside = np.concatenate([marks - 1, marks[:-1] + 1])
        is_plain = not (is_odd[beside] & ~is_mark[beside]).any()
        cells = text.replace("\n", sign).split(sign)
        columns = [cells[place : count * width : width] for place in range(width)]
        is_plain = is_plain and not is_damaged(text)
        return Chunk(list(range(first, last + 1)), ByColumn(columns), is_plain=is_plain)

    def _rows(self, text: str, first: int, lines: Lines) -> list[_Row]:
        """The rows of a text that begins with line ``first``, but for those that hold nothing.

        A quotation that is open at its end takes further lines in, or leaves its row to the
        next text.
        """
        if '"' not in text:
            cut = enumerate(text[:-1].split("\n"), start=first)
            rows = [_Row(line, line, row.split(self.sniffed.delimiter)) for line, row in cut]
            return [row for row in rows if _holds_something(row.cells)]
        rows, is_open = self._quoted(text, first)
        while is_open and rows[-1].line == first:
            more = lines.take(reading.BLOCK_ROWS)
            if not more:
                raise _never_closed(first)
            text += more
            rows, is_open = self._quoted(text, first)
        if is_open:
            unfinished = rows.pop()
            lines.give_back(text, unfinished.line - first)
        return [row for row in rows if _holds_something(row.cells)]

    def _quoted(self, text: str, first: int) -> tuple[list[_Row], bool]:
        """Rows by the csv module, and whether the last of them has a quotation left open."""
        csv.field_size_limit(LINE_CHARS)
        reader = csv.reader(io.StringIO(text + _END), delimiter=self.sniffed.delimiter)
        rows: list[_Row] = []
        begin = first
        try:
            for cells in reader:
                rows.append(_Row(begin, first + reader.line_num - 1, cells))
                begin = first + reader.line_num
        except csv.Error as error:
            raise _never_closed(begin) from error
        is_open = rows[-1].cells != [_END]
        return (rows if is_open else rows[:-1]), is_open

    def _uneven(self, rows: list[_Row]) -> Chunk:
        width = len(self.names)
        good = [row for row in rows if _fits(row.cells, width)]
        if len(good) == len(rows):
            return Chunk([row.line for row in rows], [row.cells for row in rows])
        torn = [row for row in rows if not _fits(row.cells, width)]
        return Chunk(
            [row.line for row in good],
            [row.cells for row in good],
            [_torn(row.cells, row.line, width, self.sniffed.delimiter) for row in torn],
            [row.cells for row in torn],
        )


def _holds_something(cells: list[str]) -> bool:
    return any(cells) and not "".join(cells).isspace()


def _fits(cells: list[str], width: int) -> bool:
    """Whether every column has its cell; empty cells beyond the last column do no harm."""
    return len(cells) == width or (len(cells) > width and not any(cells[width:]))


def _never_closed(line: int) -> FileProblemError:
    return FileProblemError(
        f"A quotation mark opens in the row of line {line} and is not closed, so that the rows "
        "after it cannot be told apart. Close it, or double it if it belongs to the text."
    )


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
