"""Excel workbooks (XLSX) as tables: streamed, with dates as dates and formulas as their results.

The parts that matter are three small files of XML and one large one in a ZIP archive. They are
read by the standard library's parser as a stream, so that memory holds the shared texts and
one block of rows. Libraries were measured on 100,000 rows of 8 columns: docs/IMPORTING.md has
the figures.
"""

from __future__ import annotations

import datetime as dt
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import IO
from xml.parsers import expat

from sellers.importing import reading
from sellers.importing.problems import FileProblemError
from sellers.importing.reading import BLOCK_CHARS, LINE_CHARS, MAX_COLUMNS, Chunk
from sellers.importing.sniffing import MAX_ABOVE, rows_above

_PIECE = 1 << 16
#: Unpacked bytes that a part may have, and how many times its packed size beyond the first.
FREE_BYTES, MAX_BYTES, MAX_RATIO = 16 << 20, 2 << 30, 200
#: Characters of shared texts that are held in memory.
MAX_TEXTS = 128 << 20
_DATE_FORMATS = frozenset({*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)})
_QUOTED = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]')
_DATE_SIGNS = re.compile(r"[ymdhs]", re.IGNORECASE)
_PLACE = re.compile(r"([A-Z]{1,3})(\d+)")
#: Day 0 of a workbook, by whether it counts from 1904. Cells have no zone.
_DAY_ZERO = {
    False: dt.datetime(1899, 12, 30),  # noqa: DTZ001
    True: dt.datetime(1904, 1, 1),  # noqa: DTZ001
}
_LAST_DAY = 2_958_465  # 31 Dec 9999

_Start = Callable[[str, dict[str, str]], None]
_End = Callable[[str], None]


class _Workbook:
    """The archive and what its small parts say: sheets, shared texts, which styles are dates."""

    def __init__(self, path: Path) -> None:
        try:
            self.archive = zipfile.ZipFile(path)
        except (zipfile.BadZipFile, OSError, ValueError):
            raise _damaged() from None
        self.sheets: list[tuple[str, str]] = []
        self.epoch_1904 = False
        self.texts: list[str] = []
        self.dates: list[bool] = []
        self._read_sheets()
        if "xl/sharedStrings.xml" in self.archive.NameToInfo:
            self._read_texts()
        if "xl/styles.xml" in self.archive.NameToInfo:
            self._read_styles()

    def _read_sheets(self) -> None:
        targets: dict[str, str] = {}
        found: list[tuple[str, str]] = []

        def relation(name: str, given: dict[str, str]) -> None:
            if name == "Relationship":
                targets[given.get("Id", "")] = given.get("Target", "")

        def sheet(name: str, given: dict[str, str]) -> None:
            if name == "sheet" and given.get("state", "visible") == "visible":
                found.append((given.get("name", ""), given.get("r:id", given.get("id", ""))))
            elif name == "workbookPr":
                self.epoch_1904 = given.get("date1904", "0") in ("1", "true")

        self.parse("xl/_rels/workbook.xml.rels", relation)
        self.parse("xl/workbook.xml", sheet)
        for name, identifier in found:
            target = targets.get(identifier, "")
            part = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
            if str(PurePosixPath(part)) in self.archive.NameToInfo:
                self.sheets.append((name, part))

    def _read_texts(self) -> None:
        parts: list[str] = []
        state = {"in_text": False, "phonetic": False, "chars": 0}

        def start(name: str, given: dict[str, str]) -> None:
            if name == "si":
                parts.clear()
            elif name == "rPh":
                state["phonetic"] = True
            elif name == "t":
                state["in_text"] = not state["phonetic"]

        def end(name: str) -> None:
            if name == "t":
                state["in_text"] = False
            elif name == "rPh":
                state["phonetic"] = False
            elif name == "si":
                self.texts.append("".join(parts))
                state["chars"] += len(self.texts[-1])
                if state["chars"] > MAX_TEXTS:
                    raise _too_large()

        def text(data: str) -> None:
            if state["in_text"]:
                parts.append(data)

        self.parse("xl/sharedStrings.xml", start, end, text)

    def _read_styles(self) -> None:
        formats: dict[str, bool] = {}
        state = {"cells": False}

        def start(name: str, given: dict[str, str]) -> None:
            if name == "numFmt":
                code = _QUOTED.sub("", given.get("formatCode", ""))
                formats[given.get("numFmtId", "")] = bool(_DATE_SIGNS.search(code))
            elif name == "cellXfs":
                state["cells"] = True
            elif name == "xf" and state["cells"]:
                number = given.get("numFmtId", "0")
                builtin = number.isdecimal() and int(number) in _DATE_FORMATS
                self.dates.append(formats.get(number, builtin))

        def end(name: str) -> None:
            if name == "cellXfs":
                state["cells"] = False

        self.parse("xl/styles.xml", start, end)

    def parse(
        self,
        part: str,
        start: _Start,
        end: _End | None = None,
        text: Callable[[str], None] | None = None,
    ) -> None:
        """Run through one part of the archive."""
        for _ in self.stream(part, start, end, text):
            pass

    def stream(
        self,
        part: str,
        start: _Start,
        end: _End | None = None,
        text: Callable[[str], None] | None = None,
    ) -> Iterator[None]:
        """Run through one part, pausing after each piece of it."""
        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartElementHandler = lambda name, given: start(_local(name), given)
        if end is not None:
            parser.EndElementHandler = lambda name: end(_local(name))
        if text is not None:
            parser.CharacterDataHandler = text
        parser.EntityDeclHandler = _refuse_entities
        try:
            info = self.archive.getinfo(part)
            left = min(MAX_BYTES, FREE_BYTES + MAX_RATIO * info.compress_size)
            with self.archive.open(info) as file:
                for piece in _pieces(file, left):
                    parser.Parse(piece, False)
                    yield
            parser.Parse(b"", True)
        except (KeyError, expat.ExpatError, zipfile.BadZipFile, zlib.error, EOFError):
            raise _damaged() from None
        except (NotImplementedError, RuntimeError):  # an unknown packing, a password
            raise FileProblemError(
                "The workbook is protected or packed in a way that cannot be read. Save it "
                "without a password, or as CSV."
            ) from None


def _pieces(file: IO[bytes], left: int) -> Iterator[bytes]:
    while piece := file.read(_PIECE):
        left -= len(piece)
        if left < 0:
            raise _too_large()
        yield piece


def _local(name: str) -> str:
    return name.rpartition(":")[2]


def _refuse_entities(*_: object) -> None:
    raise FileProblemError("The workbook defines entities, which no export does. Save it anew.")


def _damaged() -> FileProblemError:
    return FileProblemError(
        "The workbook is damaged or was cut off. Open it, save it again, and upload that."
    )


def _too_large() -> FileProblemError:
    return FileProblemError(
        "The workbook unpacks to more than any export of orders holds. Save the sheet as CSV."
    )


def sheet_names(path: Path) -> list[str]:
    """The visible sheets of a workbook."""
    return [name for name, _ in _Workbook(path).sheets]


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
        self._book = _Workbook(self.path)
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
                raise FileProblemError(f"The workbook has no sheet “{self.sheet[:100]}”.")
            return found[0]
        for name, part in sheets:
            if next(self._sheet_rows(part), None) is not None:
                if len(sheets) > 1:
                    others = len(sheets) - 1
                    self.notes.append(
                        f"The sheet “{name[:60]}” was read; {others} other"
                        f"{'s were' if others > 1 else ' was'} not."
                    )
                return part
        raise FileProblemError("The workbook holds no table. Export it again.")

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

    def __init__(self, book: _Workbook) -> None:
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
            number = given.get("r", "")
            self._line = int(number) if number.isdecimal() else self._line + 1
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
        style = given.get("s", "0")
        self._type, self._style = given.get("t", "n"), int(style) if style.isdecimal() else 0
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
            known = value.isdecimal() and int(value) < len(self.book.texts)
            return self.book.texts[int(value)] if known else ""
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
