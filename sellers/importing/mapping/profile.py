"""What the cells of each column look like: the ground of guesses, proofs and questions."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sellers.importing.mapping.dates import is_midnight, looks_like_date, orders_of
from sellers.importing.mapping.numbers import bare, currency_of, is_number, marks_of
from sellers.importing.mapping.readers import BLANKS
from sellers.importing.problems import shown
from sellers.importing.reading import Table, columns_of

#: Distinct cells of a column that are looked at closely, and words that are counted.
_LOOKED_AT, _WORDS = 1_000, 40
SAMPLES = 3
#: A number that somebody gave: six characters or more, a digit among them, few letters before.
_CODE = re.compile(r"#?[A-Za-z]{0,6}[-_]?(?=[0-9A-Fa-f-]*[0-9])[0-9A-Fa-f-]{6,60}")
_SAMPLE_CHARS = 80


@dataclass
class Proof:
    """The first cell that can be read in one way only, for each way, with its line."""

    ways: dict[str, tuple[int, str]] = field(default_factory=dict)
    #: The first cell that can be read in several ways.
    doubt: tuple[int, str] | None = None

    def add(self, ways: set[str], line: int, cell: str) -> None:
        if len(ways) == 1:
            self.ways.setdefault(next(iter(ways)), (line, cell))
        elif ways and self.doubt is None:
            self.doubt = (line, cell)

    @property
    def proved(self) -> str:
        """The one way that the column shows; "" where it shows none, or two."""
        return next(iter(self.ways)) if len(self.ways) == 1 else ""


@dataclass
class ColumnProfile:
    """One column of a table. Shares are of the distinct cells that were looked at."""

    name: str
    filled: int = 0
    rows: int = 0
    samples: list[str] = field(default_factory=list)
    #: How often each word stands there; None once there are too many to be words.
    words: Counter[str] | None = field(default_factory=Counter)
    dates: Proof = field(default_factory=Proof)
    marks: Proof = field(default_factory=Proof)
    currencies: Counter[tuple[str, ...]] = field(default_factory=Counter)
    #: Cells that were looked at, and how many of them are what.
    looked: int = 0
    date_like: int = 0
    number_like: int = 0
    midnights: int = 0
    decimals: int = 0
    stars: int = 0
    #: Cells like ``FO61B2C3D4E6`` and ``2024-0815``, which are no dates.
    codes: int = 0
    #: No cell was met twice.
    distinct: bool = True
    _seen: set[str] = field(default_factory=set, repr=False)

    def add(self, lines: Sequence[int], cells: Sequence[str], today: dt.date) -> None:
        """Look at the next cells of the column, stripped, with the lines on which they stand."""
        self.rows += len(cells)
        counts = Counter(cells)
        for blank in [cell for cell in counts if cell.casefold() in BLANKS]:
            del counts[blank]
        filled = counts.total()
        self.filled += filled
        if len(counts) < filled or not self._seen.isdisjoint(counts):
            self.distinct = False
        if self.words is not None:
            self.words.update(counts)
            if len(self.words) > _WORDS:
                self.words = None
        fresh = [cell for cell in counts if cell not in self._seen]
        if fresh:
            # Turned round, so that of several lines the first is what stays.
            first = dict(zip(reversed(cells), reversed(lines), strict=True))
            self._add_fresh(fresh, first, today)

    def _add_fresh(self, fresh: Sequence[str], first: Mapping[str, int], today: dt.date) -> None:
        left = max(_LOOKED_AT - len(self._seen), 0)
        for cell in fresh[:left]:
            self._seen.add(cell)
            self._look(first[cell], cell, today)
        for cell in fresh[left:]:
            if self.date_share > 0 and not self.dates.ways:
                self.dates.add(orders_of(cell), first[cell], cell)
            elif self.number_share > 0 and not self.marks.ways:
                self._add_mark(first[cell], cell)

    def forget(self) -> None:
        """Let go of the cells that were compared with: the column was looked through."""
        self._seen = set()

    def _look(self, line: int, cell: str, today: dt.date) -> None:
        self.looked += 1
        if len(self.samples) < SAMPLES:
            self.samples.append(shown(cell)[:_SAMPLE_CHARS])
        if looks_like_date(cell, today):
            self.date_like += 1
            self.midnights += is_midnight(cell, today)
            self.dates.add(orders_of(cell), line, cell)
            return
        self.codes += _CODE.fullmatch(cell) is not None
        if is_number(cell):
            self.number_like += 1
            self._add_mark(line, cell)
            number = bare(cell).replace(",", ".")
            self.decimals += "." in number
            self.stars += number.count(".") <= 1 and 0 <= float(number) <= 5
            self.currencies[currency_of(cell)] += 1

    def _add_mark(self, line: int, cell: str) -> None:
        if "." not in cell and "," not in cell:
            return
        digits = bare(cell).removeprefix("-")
        if "." in digits or "," in digits:
            self.marks.add(marks_of(digits), line, cell)

    @property
    def date_share(self) -> float:
        return self.date_like / self.looked if self.looked else 0.0

    @property
    def number_share(self) -> float:
        return self.number_like / self.looked if self.looked else 0.0

    @property
    def code_share(self) -> float:
        return self.codes / self.looked if self.looked else 0.0

    @property
    def star_share(self) -> float:
        return self.stars / self.looked if self.looked else 0.0


@dataclass(frozen=True)
class Profile:
    """All columns of a table, in its order."""

    columns: list[ColumnProfile]
    rows: int

    def of(self, name: str) -> ColumnProfile | None:
        return next((column for column in self.columns if column.name == name), None)


def profile_table(table: Table, today: dt.date) -> Profile:
    """Look through a table once; a doubt is looked for until a row settles it."""
    columns = [ColumnProfile(name) for name in table.names]
    rows = 0
    for chunk in table.chunks():
        rows += len(chunk.rows)
        for column, cells in zip(columns, columns_of(chunk.rows, len(columns)), strict=False):
            column.add(chunk.lines, [cell.strip() for cell in cells], today)
    for column in columns:
        column.forget()
    return Profile(columns, rows)
