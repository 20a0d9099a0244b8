"""Checks that orders and reviews share: whose row it is, when it was, what is staged."""

from __future__ import annotations

import datetime as dt
import zoneinfo
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from sellers.importing import cells
from sellers.importing.cells import Texts
from sellers.importing.context import EARLIEST, Context, SellerKey
from sellers.importing.problems import Problem, Problems
from sellers.importing.reading import Block, stripped
from sellers.importing.times import parse_times, to_utc, utc_texts
from sellers.models import Platform

T = TypeVar("T")

HANDLE_CHARS = REF_CHARS = 100
PLATFORMS = {value: value for value in Platform.values}
_MICROS_PER_DAY = 86_400_000_000
#: Seconds may be missing in one export and present in another.
UNKNOWN_TIME = np.iinfo(np.int64).min


@dataclass(frozen=True)
class Checked:
    """What was checked of one block: columns of text ready for COPY, and what is wrong.

    ``rows`` says which row of the block each is; None: they are the same.
    """

    columns: Mapping[str, Texts]
    lines: list[int]
    problems: Problems
    rows: list[int] | None = None
    no_review: int = 0

    def good(self) -> tuple[list[int], Mapping[str, Texts]]:
        """Lines and columns of the rows that passed."""
        if not self.problems.bad.any():
            return self.lines, self.columns
        rows = np.flatnonzero(~self.problems.bad).tolist()
        columns = {name: [cells[row] for row in rows] for name, cells in self.columns.items()}
        return [self.lines[row] for row in rows], columns

    def found(self, block: Block) -> list[tuple[int, Problem]]:
        """Every problem, as the file has it, with the line of its row."""
        places = self.rows or range(len(self.lines))
        return [(self.lines[p.row], block.as_given(p, places[p.row])) for p in self.problems.found]


class BlockCells:
    """The stripped cells of a block by column name; a column that is not there is blank.

    ``damaged`` are the columns in which some cell holds what no text does.
    """

    def __init__(self, block: Block) -> None:
        self.rows = len(block.lines)
        self._blank = [""] * self.rows
        self.damaged: dict[str, list[str]] = {}
        if block.is_plain:
            self.given = block.cells
            return
        self.given = {}
        for name, column in block.cells.items():
            self.given[name] = stripped(column)
            if cells.is_damaged("".join(column)):
                self.damaged[name] = self.given[name]

    def __getitem__(self, name: str) -> list[str]:
        return self.given.get(name, self._blank)


@dataclass(frozen=True)
class Owners:
    """Whose row each of a block is."""

    platforms: list[str]
    handles: list[str]
    distinct: frozenset[SellerKey]

    def keys(self) -> Iterable[SellerKey]:
        """The seller of every row."""
        return zip(self.platforms, self.handles, strict=True)

    def spread(self, values: Mapping[SellerKey, T]) -> list[T]:
        """What every seller has, row by row."""
        if len(set(values.values())) == 1:
            return [next(iter(values.values()))] * len(self.handles)
        if len({platform for platform, _ in self.distinct}) == 1:
            of_handle = {handle: value for (_, handle), value in values.items()}
            return [of_handle[handle] for handle in self.handles]
        return [values[key] for key in self.keys()]

    def among(self, sellers: frozenset[SellerKey] | set[SellerKey]) -> NDArray[np.bool_]:
        """Which rows are of one of some sellers."""
        if sellers.isdisjoint(self.distinct):
            return np.zeros(len(self.handles), bool)
        return np.fromiter((key in sellers for key in self.keys()), bool, len(self.handles))


def sellers_of(given: BlockCells, context: Context, problems: Problems) -> Owners:
    """Whose row each is; refuses rows without a seller, and those of a seller not allowed."""
    default_platform, default_handle = context.only or (context.batch.platform, "")
    platforms = filled(
        cells.choice(given["platform"], "platform", PLATFORMS, problems), default_platform
    )
    owners = _owners(platforms, filled(given["seller"], default_handle))
    if context.only is None:
        cells.required(
            given["seller"], "seller", problems, "Name the seller, or choose one for the import."
        )
    else:
        owners = _only(context.only, owners, given, problems)
    cells.text(owners.handles, "seller", HANDLE_CHARS, problems)
    context.look_up(key for key in owners.distinct if key[1])
    return owners


def filled(given: list[str], default: str) -> list[str]:
    """The cells, the blank ones with a value that goes without saying."""
    if not default or "" not in given:
        return given
    return [cell or default for cell in given]


def _owners(platforms: list[str], handles: list[str]) -> Owners:
    if len(set(platforms)) == 1:
        distinct = {(platforms[0], handle) for handle in set(handles)}
    else:
        distinct = set(zip(platforms, handles, strict=True))
    return Owners(platforms, handles, frozenset(distinct))


def _only(only: SellerKey, owners: Owners, given: BlockCells, problems: Problems) -> Owners:
    """Rows of one seller, whatever the case of its handle; rows of others are refused."""
    platform, handle = only
    plain = handle.casefold()
    other = {key for key in owners.distinct if key[0] != platform or key[1].casefold() != plain}
    problems.add(
        owners.among(other),
        "seller",
        given["seller"],
        f"This import is for {handle} only, the row names another seller.",
        "Remove the row; an administrator can import it.",
    )
    as_known = {key: key if key in other else only for key in owners.distinct}
    found = owners.spread(as_known)
    return Owners(
        [key[0] for key in found], [key[1] for key in found], frozenset(as_known.values())
    )


def zones_of(given: BlockCells, owners: Owners, context: Context, problems: Problems) -> list[str]:
    """The time zone in which each row's times without a zone are read."""
    problems.add(
        owners.among(
            {
                key
                for key in owners.distinct
                if context.sellers.get(key) is None and len(context.new_zones.get(key, ())) > 1
            }
        ),
        "time_zone",
        given["time_zone"],
        "The files name different time zones for this seller, who is not known yet.",
        "Keep one of them, or leave the column out.",
    )
    problems.add(
        cells.mark(given["time_zone"], lambda zone: bool(zone) and not is_zone(zone)),
        "time_zone",
        given["time_zone"],
        "“{value}” is not a time zone.",
        "Use a name such as Europe/Berlin or UTC.",
    )
    return owners.spread({key: context.zone(key) for key in owners.distinct})


def is_zone(name: str) -> bool:
    return name in _zone_names()


@cache
def _zone_names() -> frozenset[str]:
    """Looked up once: the standard library walks the whole database each time it is asked."""
    return frozenset(zoneinfo.available_timezones())


def times(
    given: Sequence[str],
    name: str,
    zones: Sequence[str],
    context: Context,
    problems: Problems,
    *,
    end_of_day: bool = False,
) -> NDArray[np.int64]:
    """One column of times in UTC microseconds; UNKNOWN_TIME where blank or refused."""
    if not any(given):
        return np.full(len(given), UNKNOWN_TIME)
    parsed = parse_times(given)
    problems.add(
        parsed.wrong,
        name,
        given,
        "“{value}” is not a time.",
        "Write it like 2024-03-31 or 2024-03-31T18:05:00+02:00.",
    )
    utc = to_utc(parsed, zones, end_of_day=end_of_day)
    known = ~(parsed.wrong | parsed.blank)
    early = known & (utc < _micros(EARLIEST) - _MICROS_PER_DAY)
    late = known & (utc >= _micros(context.latest) + 2 * _MICROS_PER_DAY)
    problems.add(
        early,
        name,
        given,
        "“{value}” lies before 2005, when there was no such marketplace.",
        "Check the year.",
    )
    problems.add(
        late,
        name,
        given,
        f"“{{value}}” lies more than a year ahead, after {in_words(context.latest)}.",
        "Check the year.",
    )
    return np.where(known & ~early & ~late, utc, UNKNOWN_TIME)


def in_words(day: dt.date) -> str:
    return f"{day.day} {day:%b %Y}"


def _micros(day: dt.date) -> int:
    return (day - dt.date(1970, 1, 1)).days * _MICROS_PER_DAY


def before(later: NDArray[np.int64], earlier: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Where both are known and the wrong way round."""
    return np.asarray((later != UNKNOWN_TIME) & (earlier != UNKNOWN_TIME) & (later < earlier))


def as_text(utc: NDArray[np.int64]) -> Texts:
    """Times as PostgreSQL reads them, in UTC."""
    known = utc != UNKNOWN_TIME
    if not known.any():
        return [""] * len(utc)
    if known.all():
        return utc_texts(utc)
    stamps = iter(utc_texts(utc[known]))
    return [next(stamps) if is_known else "" for is_known in known.tolist()]


def days(given: Sequence[str], name: str, context: Context, problems: Problems) -> Texts:
    """A column of calendar days; a time of day in it is refused."""
    if not any(given):
        return [""] * len(given)
    zones = ["UTC"] * len(given)
    found = times(given, name, zones, context, problems)
    with_time = np.fromiter((len(cell) > len("2024-03-31") for cell in given), bool, len(given))
    problems.add(
        with_time & (found != UNKNOWN_TIME),
        name,
        given,
        "“{value}” is a time; this column holds a day.",
        "Write it like 2024-03-31.",
    )
    return [text[:10] for text in as_text(found)]
