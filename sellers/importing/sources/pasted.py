"""Tables copied from a page: as HTML, with tabs, or as text in aligned columns."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path

from sellers.importing import reading
from sellers.importing.content import open_bytes, open_text
from sellers.importing.problems import FileProblemError, Problem, shown
from sellers.importing.reading import LINE_CHARS, MAX_COLUMNS, Chunk
from sellers.importing.sniffing import Sniffed, rows_above

#: A page that somebody saves or copies is small; an export is none.
PAGE_BYTES = 32 << 20
_TABLE = re.compile(rb"<t(?:able|r|body|head)[\s>]", re.IGNORECASE)
_GAP = re.compile(r"(?:\s{2,}|\t)")
_LINES = 50
_ORDER_LINK = re.compile(r"/orders/|/users/[^/]+/manage_orders", re.IGNORECASE)
#: Name of the column for addresses of orders that stand behind words of a table.
LINK_NAME = "order_link"


def is_page(head: bytes) -> bool:
    """Whether a file is HTML with a table in it."""
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")[:1]
    return start == b"<" and bool(_TABLE.search(head))


@dataclass
class PageTable:
    """The largest table of a page; a row's place is its number in the table."""

    path: Path
    names: list[str] = field(init=False)
    rows: int = field(init=False)
    notes: list[str] = field(default_factory=list)
    place_word: str = "row"

    def __post_init__(self) -> None:
        with open_bytes(self.path) as file:
            data = file.read(PAGE_BYTES + 1)
        if len(data) > PAGE_BYTES:
            raise FileProblemError(
                "The page is too large. Copy the table alone, or save it as CSV."
            )
        reader = _TableReader()
        reader.feed(data.decode("utf-8", "replace"))
        reader.close()
        tables = [table for table in reader.tables if table]
        if not tables:
            raise FileProblemError(
                "This is a web page without a table: perhaps the download asked for a log-in."
            )
        table = max(tables, key=lambda rows: sum(map(len, rows)))
        if len(tables) > 1:
            self.notes.append(f"The page holds {len(tables)} tables; the largest was read.")
        skip = rows_above(table)
        self.names = table[skip]
        self._begin = skip + 2
        self._rows = table[skip + 1 :]
        self.rows = len(self._rows)
        if len(self.names) > MAX_COLUMNS:
            raise FileProblemError(f"The table has more than {MAX_COLUMNS:,} columns.")

    def chunks(self) -> Iterator[Chunk]:
        width = len(self.names)
        for begin in range(0, len(self._rows), reading.BLOCK_ROWS):
            part = self._rows[begin : begin + reading.BLOCK_ROWS]
            lines = list(range(self._begin + begin, self._begin + begin + len(part)))
            yield Chunk(lines, [(row + [""] * (width - len(row)))[:width] for row in part])


class _TableReader(HTMLParser):
    """Collects the rows of all tables of a page, with the addresses of orders behind words."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tables: list[list[list[str]]] = [[]]
        self._row: list[str] | None = None
        self._cell: list[str] | None = None
        self._link = ""
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "table":
            self.tables.append([])
        elif tag == "tr":
            self._end_row()
            self._row, self._link = [], ""
        elif tag in ("td", "th") and self._row is not None:
            self._end_cell()
            self._cell = []
        elif tag == "a":
            link = next((value or "" for name, value in attrs if name == "href"), "")
            self._link = self._link or (link if _ORDER_LINK.search(link) else "")
        elif tag in ("style", "script"):
            self._silent += 1
        elif tag in ("br", "p", "div") and self._cell is not None:
            self._cell.append(" ")

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th"):
            self._end_cell()
        elif tag in ("tr", "table"):
            self._end_row()
        elif tag in ("style", "script"):
            self._silent = max(self._silent - 1, 0)

    def handle_data(self, data: str) -> None:
        if self._cell is not None and not self._silent:
            self._cell.append(data)

    def close(self) -> None:
        super().close()
        self._end_row()
        self.tables = [_with_links(table) for table in self.tables]

    def _end_cell(self) -> None:
        if self._cell is not None and self._row is not None:
            self._row.append(" ".join("".join(self._cell).split())[:LINE_CHARS])
        self._cell = None

    def _end_row(self) -> None:
        self._end_cell()
        if self._row is not None and any(self._row):
            self.tables[-1].append([self._link, *self._row])
        self._row = None


def _with_links(table: list[list[str]]) -> list[list[str]]:
    """The rows with a last column for the addresses of orders, where there are any."""
    if not any(row[0] for row in table[1:]):
        return [row[1:] for row in table]
    width = max(len(row) for row in table) - 1
    filled = [[*row[1:], *[""] * (width - len(row) + 1), row[0]] for row in table]
    filled[0][-1] = LINK_NAME
    return filled


def aligned_table(path: Path, sniffed: Sniffed) -> AlignedTable | None:
    """Text in columns that blanks keep apart; None where it is no such text."""
    if sniffed.delimiter != "," or path.stat().st_size > PAGE_BYTES:
        return None
    with open_text(path, sniffed.encoding, sniffed.errors) as file:
        lines = [line.rstrip("\n") for line, _ in zip(file, range(_LINES), strict=False)]
    rows = [_GAP.split(line.strip()) for line in lines if line.strip()]
    if len(rows) < 2 or "," in lines[0]:
        return None
    width = len(rows[0])
    even = sum(len(row) == width for row in rows)
    return AlignedTable(path, sniffed) if width > 1 and even >= 0.8 * len(rows) else None


@dataclass
class AlignedTable:
    """Lines whose cells stand apart by two blanks or more."""

    path: Path
    sniffed: Sniffed
    names: list[str] = field(init=False)
    place_word: str = "line"

    def __post_init__(self) -> None:
        self.rows, self.notes = self.sniffed.rows, list(self.sniffed.notes)
        self.notes.append("Columns were told apart by the blanks between them.")
        self.names = next(self._lines())[1]

    def chunks(self) -> Iterator[Chunk]:
        rows = self._lines()
        next(rows, None)
        held: list[tuple[int, list[str]]] = []
        for row in rows:
            held.append(row)
            if len(held) >= reading.BLOCK_ROWS:
                yield self._chunk(held)
                held = []
        if held:
            yield self._chunk(held)

    def _lines(self) -> Iterator[tuple[int, list[str]]]:
        with open_text(self.path, self.sniffed.encoding, self.sniffed.errors) as file:
            for number, line in enumerate(file, start=1):
                if line.strip():
                    yield number, _GAP.split(line.strip())

    def _chunk(self, held: list[tuple[int, list[str]]]) -> Chunk:
        width = len(self.names)
        good = [row for row in held if len(row[1]) == width]
        torn = [row for row in held if len(row[1]) != width]
        return Chunk(
            [line for line, _ in good],
            [cells for _, cells in good],
            [
                Problem(
                    line,
                    "",
                    shown("  ".join(cells)),
                    f"The row has {len(cells)} cell{'s' * (len(cells) != 1)}, the first line names "
                    f"{width}.",
                    "Copy the table with tabs between its columns, or save it as CSV.",
                )
                for line, cells in torn
            ],
            [cells for _, cells in torn],
        )
