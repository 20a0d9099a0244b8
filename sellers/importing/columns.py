"""Checks that orders and reviews share: whose row it is, when it was, what is staged."""

from __future__ import annotations

import datetime as dt
import zoneinfo
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from sellers.importing import cells
from sellers.importing.cells import Texts
from sellers.importing.context import EARLIEST, Context, SellerKey
from sellers.importing.problems import Problem, Problems
from sellers.importing.reading import Block
from sellers.importing.times import parse_times, to_utc
from sellers.models import Platform

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

    def found(self, block: Block) -> list[tuple[int, Problem]]:
        """Every problem, as the file has it, with the line of its row."""
        places = self.rows or range(len(self.lines))
        return [(self.lines[p.row], block.as_given(p, places[p.row])) for p in self.problems.found]


class BlockCells:
    """The stripped cells of a block by column name; a column that is not there is blank."""

    def __init__(self, block: Block) -> None:
        self.rows = len(block.lines)
        self._blank = [""] * self.rows
        self.given = {name: [c.strip() for c in column] for name, column in block.cells.items()}

    def __getitem__(self, name: str) -> list[str]:
        return self.given.get(name, self._blank)


def sellers_of(given: BlockCells, context: Context, problems: Problems) -> list[SellerKey]:
    """Whose row each is; refuses rows without a seller, and those of a seller not allowed."""
    platforms = cells.choice(given["platform"], "platform", PLATFORMS, problems)
    default_platform, default_handle = context.only or (context.batch.platform, "")
    keys = [
        (platform or default_platform, handle or default_handle)
        for platform, handle in zip(platforms, given["seller"], strict=True)
    ]
    if context.only is None:
        cells.required(
            given["seller"], "seller", problems, "Name the seller, or choose one for the import."
        )
    else:
        only, (platform, handle) = context.only, context.only
        other = {k for k in set(keys) if k[0] != platform or k[1].casefold() != handle.casefold()}
        problems.add(
            np.fromiter((key in other for key in keys), bool, len(keys)),
            "seller",
            given["seller"],
            f"This import is for {handle} only, the row names another seller.",
            "Remove the row; an administrator can import it.",
        )
        keys = [only if key not in other else key for key in keys]
    cells.text([handle for _, handle in keys], "seller", HANDLE_CHARS, problems)
    context.look_up(key for key in set(keys) if key[1])
    return keys


def zones_of(
    given: BlockCells, keys: Sequence[SellerKey], context: Context, problems: Problems
) -> list[str]:
    """The time zone in which each row's times without a zone are read."""
    table: dict[SellerKey, str] = {}
    torn: set[SellerKey] = set()
    for key in set(keys):
        table[key] = context.zone(key)
        if context.sellers.get(key) is None and len(context.new_zones.get(key, ())) > 1:
            torn.add(key)
    if torn:
        problems.add(
            np.fromiter((key in torn for key in keys), bool, len(keys)),
            "time_zone",
            given["time_zone"],
            "The files name different time zones for this seller, who is not known yet.",
            "Keep one of them, or leave the column out.",
        )
    unknown = {zone for zone in set(given["time_zone"]) if zone and not is_zone(zone)}
    if unknown:
        problems.add(
            np.fromiter((z in unknown for z in given["time_zone"]), bool, given.rows),
            "time_zone",
            given["time_zone"],
            "“{value}” is not a time zone.",
            "Use a name such as Europe/Berlin or UTC.",
        )
    return [table[key] for key in keys]


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
        return [None] * len(utc)
    stamps = np.datetime_as_string(np.where(known, utc, 0).astype("datetime64[us]"), unit="us")
    if known.all():
        return [f"{stamp}Z" for stamp in stamps.tolist()]
    return [f"{s}Z" if k else None for s, k in zip(stamps.tolist(), known.tolist(), strict=True)]


def days(given: Sequence[str], name: str, context: Context, problems: Problems) -> Texts:
    """A column of calendar days; a time of day in it is refused."""
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
    return [s[:10] if s else None for s in as_text(found)]
