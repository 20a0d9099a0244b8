"""Excel workbooks (XLSX) as tables: streamed, with dates as dates and formulas as their results.

Memory holds the shared texts and one block of rows. Libraries were measured on 100,000 rows of
8 columns: docs/IMPORTING.md has the figures.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from sellers.importing import reading
from sellers.importing.problems import FileProblemError
from sellers.importing.reading import BLOCK_CHARS, LINE_CHARS, MAX_COLUMNS, Chunk
from sellers.importing.sniffing import MAX_ABOVE, rows_above
from sellers.importing.sources.workbook_parts import Workbook, number_of

_PLACE = re.compile(r"([A-Z]{1,3})(\d{1,9})")
#: Day 0 of a workbook, by whether it counts from 1904. Cells have no zone.
_DAY_ZERO = {
    False: dt.datetime(1899, 12, 30),  # noqa: DTZ001
    True: dt.datetime(1904, 1, 1),  # noqa: DTZ001
}
_LAST_DAY = 2_958_465  # 31 Dec 9999


@dataclass
class WorkbookTable:
    """One sheet of a workbook."""

    path: Path
    sheet: str = ""
    names: list[str] = field(init=False)
    rows: int = field(init=False, default=0)
    notes: list[str] = field(init=False, default_factory=list)
    place_word: str = "row"

    def __post_init__(self) -> None:
        self._book = Workbook(self.path)
        self._part = self._chosen()
        head = self._head()
        self._skip = rows_above([cells for _, cells in head])
        self._header, self.names = head[self._skip]
        if len(self.names) > MAX_COLUMNS:
            raise FileProblemError(f"The sheet has more than {MAX_COLUMNS:,} columns.")

    def _chosen(self) -> str:
        sheets = self._book.sheets
        if self.sheet:
            found = [part for name, part in sheets if name == self.sheet]
            if not found:
                names = ", ".join(f"“{name[:60]}”" for name, _ in sheets[:10])
                raise FileProblemError(
                    f"The workbook has no sheet “{self.sheet[:60]}”; it has {names or 'none'}."
                )
            self._note(self.sheet)
            return found[0]
        for name, part in sheets:
            if next(self._sheet_rows(part), None) is not None:
                self._note(name)
                return part
        raise FileProblemError("The workbook holds no table. Export it again.")

    def _note(self, name: str) -> None:
        """Say which sheet was read, where there are several."""
        others = len(self._book.sheets) - 1
        if others:
            were = "s were" if others > 1 else " was"
            self.notes.append(f"The sheet “{name[:60]}” was read; {others} other{were} not.")

    def _head(self) -> list[tuple[int, list[str]]]:
        head = []
        for row in self._sheet_rows(self._part):
            head.append(row)
            if len(head) > MAX_ABOVE:
                break
        if not head:
            raise FileProblemError("The sheet is empty. Choose another one.")
        return head

    def chunks(self) -> Iterator[Chunk]:
        width = len(self.names)
        held: list[tuple[int, list[str]]] = []
        chars = 0
        for line, cells in self._sheet_rows(self._part):
            if line <= self._header:
                continue
            held.append((line, (cells + [""] * (width - len(cells)))[:width]))
            chars += sum(map(len, cells))
            if len(held) >= reading.BLOCK_ROWS or chars > BLOCK_CHARS:
                yield _chunk(held)
                held, chars = [], 0
        if held:
            yield _chunk(held)

    def _sheet_rows(self, part: str) -> Iterator[tuple[int, list[str]]]:
        """Every row that holds something, with its number in the sheet."""
        reader = _RowReader(self._book)
        for _ in self._book.stream(part, reader.start, reader.end, reader.text):
            if reader.declared and not self.rows:
                self.rows = reader.declared
            yield from reader.taken()
        yield from reader.taken()


def _chunk(held: list[tuple[int, list[str]]]) -> Chunk:
    return Chunk([line for line, _ in held], [cells for _, cells in held])


class _RowReader:
    """Turns the elements of a sheet into rows of text."""

    def __init__(self, book: Workbook) -> None:
        self.book = book
        self.declared = 0
        self._rows: list[tuple[int, list[str]]] = []
        self._line = 0
        self._cells: list[str] = []
        self._column = 0
        self._type, self._style = "n", 0
        self._parts: list[str] = []
        self._chars = 0
        self._listens = False

    def taken(self) -> list[tuple[int, list[str]]]:
        rows, self._rows = self._rows, []
        return rows

    def start(self, name: str, given: dict[str, str]) -> None:
        if name == "c":
            self._begin_cell(given)
        elif name in ("v", "t"):
            self._listens = True
        elif name == "row":
            self._line = number_of(given.get("r", ""), self._line + 1)
            self._cells, self._column = [], 0
        elif name == "dimension":
            last = given.get("ref", "").rpartition(":")[2]
            found = _PLACE.fullmatch(last)
            self.declared = min(int(found[2]) - 1, 1 << 20) if found else 0

    def _begin_cell(self, given: dict[str, str]) -> None:
        found = _PLACE.fullmatch(given.get("r", ""))
        if found:
            self._column = 0
            for letter in found[1]:
                self._column = self._column * 26 + ord(letter) - 64
        else:
            self._column += 1
        self._type, self._style = given.get("t", "n"), number_of(given.get("s", ""), 0)
        self._parts, self._chars = [], 0

    def text(self, data: str) -> None:
        if self._listens:
            self._parts.append(data)
            self._chars += len(data)
            if self._chars > LINE_CHARS:
                raise FileProblemError(
                    f"A cell of row {self._line} is longer than {LINE_CHARS:,} characters."
                )

    def end(self, name: str) -> None:
        if name in ("v", "t"):
            self._listens = False
        elif name == "c":
            cell = self._cell("".join(self._parts))
            if cell and self._column <= MAX_COLUMNS + 1:
                self._cells += [""] * (self._column - len(self._cells) - 1)
                self._cells.append(cell)
        elif name == "row" and any(self._cells):
            self._rows.append((self._line, self._cells))

    def _cell(self, value: str) -> str:
        """The cell as text: dates as ISO 8601, numbers without a needless fraction."""
        if self._type == "s":
            place = number_of(value, len(self.book.texts))
            return self.book.texts[place] if place < len(self.book.texts) else ""
        if self._type == "b":
            return "yes" if value == "1" else "no"
        if self._type != "n" or not value:
            return "" if self._type == "e" else value
        dates = self.book.dates
        if self._style < len(dates) and dates[self._style]:
            return _date(value, self.book.epoch_1904)
        return _number(value)


def _date(value: str, epoch_1904: bool) -> str:
    """A serial number of days as a date, with its time of day if it has one."""
    try:
        days = float(value)
    except ValueError:
        return value
    if not 1 <= days <= _LAST_DAY:
        return value
    at = _DAY_ZERO[epoch_1904] + dt.timedelta(seconds=round(days * 86_400))
    return at.date().isoformat() if days == int(days) else at.isoformat(sep=" ")


def _number(value: str) -> str:
    """A number as digits: what the file rounds to fifteen places is read so."""
    try:
        number = float(value)
    except ValueError:
        return value
    if number == int(number) and abs(number) < 1e15:
        return str(int(number))
    return f"{number:.15g}" if "e" not in f"{number:.15g}" else value
