"""Times in ISO 8601 → UTC, column-wise.

A time without a zone is local to the seller. Where clocks change, the rule is that of
PEP 495 with ``fold=0``: an hour that comes twice is the first of the two, a time that is
skipped is read as if the clocks had not changed yet. A day alone is its first instant, or,
for due times, its last microsecond.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

#: Longest text that can be a time.
_CHARS = 40
_DAY_CHARS, _MINUTE_CHARS = 10, 16
_DAY_DIGITS = (0, 1, 2, 3, 5, 6, 8, 9)
_TAIL = re.compile(
    r"(?::(?P<second>[0-5]\d)(?:[.,](?P<fraction>\d{1,9}))?)?"
    r"\s?(?:(?P<utc>[Zz])|(?P<sign>[+-])(?P<hours>\d\d):?(?P<minutes>[0-5]\d)?)?"
)
MICROS_PER_MINUTE = 60_000_000
_MICROS_PER_DAY = 1440 * MICROS_PER_MINUTE
LAST_OF_DAY = _MICROS_PER_DAY - 1
#: Largest offset from UTC that ISO 8601 texts may carry, hours.
_MAX_OFFSET_HOURS = 15


@dataclass(frozen=True, slots=True)
class ParsedTimes:
    """Times as written, shape (n,).

    ``local`` is the wall clock in microseconds since 1970, ``offset`` minutes east of UTC
    where ``zoned``; ``blank`` cells are unknown, ``wrong`` ones no times at all.
    """

    local: NDArray[np.int64]
    offset: NDArray[np.int64]
    zoned: NDArray[np.bool_]
    day_only: NDArray[np.bool_]
    blank: NDArray[np.bool_]
    wrong: NDArray[np.bool_]


def parse_times(cells: Sequence[str]) -> ParsedTimes:
    """Read ``2024-03-01``, ``2024-03-01T09:30``, ``…:15.25``, ``…Z``, ``…+02:00``."""
    n = len(cells)
    size = np.fromiter(map(len, cells), np.int64, n)
    codes = np.zeros((n, _MINUTE_CHARS), np.int64)
    if n:
        wide = np.array([cell[:_MINUTE_CHARS] for cell in cells], f"U{_MINUTE_CHARS}")
        codes = wide.view(np.uint32).reshape(n, _MINUTE_CHARS).astype(np.int64)
    blank, day_only = size == 0, size == _DAY_CHARS
    days, good = _days(codes)
    minutes, good_minutes = _minutes(codes)
    micros, offset, zoned, good_tail = _tails(cells, size)
    timed = good_minutes & good_tail & (size >= _MINUTE_CHARS) & (size <= _CHARS)
    wrong = ~blank & ~(good & (day_only | timed))
    since_midnight = np.where(day_only, 0, minutes * MICROS_PER_MINUTE + micros)
    local = np.where(blank | wrong, 0, days * _MICROS_PER_DAY + since_midnight)
    return ParsedTimes(local, offset, zoned, day_only & ~wrong, blank, wrong)


def _days(codes: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Days since 1970 of the first ten characters, and which of them are a day."""
    digits = codes - ord("0")
    good = (codes[:, 4] == ord("-")) & (codes[:, 7] == ord("-"))
    good &= ((digits[:, _DAY_DIGITS] >= 0) & (digits[:, _DAY_DIGITS] <= 9)).all(axis=1)
    # Far years stay far, but within what the calendar arithmetic can hold.
    year = np.clip(np.where(good, digits[:, :4] @ [1000, 100, 10, 1], 1970), 1800, 2400)
    month = np.where(good, digits[:, 5] * 10 + digits[:, 6], 1)
    day = np.where(good, digits[:, 8] * 10 + digits[:, 9], 1)
    good &= (month >= 1) & (month <= 12) & (day >= 1)
    months = (year - 1970) * 12 + np.where(good, month, 1) - 1
    first = months.astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)
    next_first = (months + 1).astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)
    good &= day <= next_first - first
    return first + day - 1, good


def _minutes(codes: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Minutes since midnight of the characters 11 to 15, and which of them are a time."""
    digits = codes[:, (11, 12, 14, 15)] - ord("0")
    good = ((digits >= 0) & (digits <= 9)).all(axis=1) & (codes[:, 13] == ord(":"))
    good &= np.isin(codes[:, 10], [ord("T"), ord("t"), ord(" ")])
    hour, minute = digits[:, 0] * 10 + digits[:, 1], digits[:, 2] * 10 + digits[:, 3]
    good &= (hour < 24) & (minute < 60)
    return np.where(good, hour * 60 + minute, 0), good


def _tails(
    cells: Sequence[str], size: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.bool_], NDArray[np.bool_]]:
    """Microseconds, offset, "has a zone" and "is well formed" of what follows the minutes."""
    tails = [cell[_MINUTE_CHARS:_CHARS] for cell in cells]
    place = {tail: at for at, tail in enumerate(set(tails))}
    table = np.array([_tail(tail) for tail in place], np.int64).reshape(len(place), 4)
    read = table[np.fromiter(map(place.__getitem__, tails), np.int64, len(tails))]
    good = (read[:, 3] == 1) & (size >= _DAY_CHARS)
    return read[:, 0], read[:, 1], read[:, 2] == 1, good


def _tail(tail: str) -> tuple[int, int, int, int]:
    found = _TAIL.fullmatch(tail)
    if found is None:
        return 0, 0, 0, 0
    micros = int(found["second"] or 0) * 1_000_000
    micros += int(((found["fraction"] or "") + "000000")[:6])
    if found["utc"]:
        return micros, 0, 1, 1
    if not found["sign"]:
        return micros, 0, 0, 1
    hours, minutes = int(found["hours"]), int(found["minutes"] or 0)
    offset = (hours * 60 + minutes) * (-1 if found["sign"] == "-" else 1)
    return micros, offset, 1, int(hours <= _MAX_OFFSET_HOURS)


def to_utc(
    times: ParsedTimes, zones: Sequence[str], *, end_of_day: bool = False
) -> NDArray[np.int64]:
    """Microseconds since 1970 in UTC, shape (n,); meaningless where blank or wrong.

    Parameters
    ----------
    zones : the seller's time zone of every row, a name of the IANA database
    end_of_day : read a day alone as its last microsecond instead of its first
    """
    last = times.day_only & end_of_day
    local = times.local + np.where(last, LAST_OF_DAY, 0)
    offset = times.offset.copy()
    naive = ~(times.zoned | times.blank | times.wrong)
    every = set(zones)
    names = np.array(zones, dtype=object) if len(every) > 1 else None
    for name in every:
        here = naive if names is None else naive & (names == name)
        for fold in (False, True):
            rows = here & (last == fold)
            if rows.any():
                offset[rows] = _offsets(local[rows], name, int(fold))
    return np.asarray(local - offset * MICROS_PER_MINUTE)


def _offsets(local: NDArray[np.int64], zone: str, fold: int) -> NDArray[np.int64]:
    """Minutes east of UTC of wall-clock times, one look-up a day except where clocks change."""
    days, place = np.unique(local // _MICROS_PER_DAY, return_inverse=True)
    by_day = [_offset_of_day(zone, day) for day in days.tolist()]
    changes = np.array([minutes is None for minutes in by_day], bool)
    offsets = np.array([minutes or 0 for minutes in by_day], np.int64)[place]
    for row in np.flatnonzero(changes[place]).tolist():
        offsets[row] = _offset_at(zone, int(local[row]), fold)
    return offsets


@lru_cache(maxsize=100_000)
def _offset_of_day(zone: str, day: int) -> int | None:
    """The offset of a whole day, or None where it changes within it."""
    begin = day * _MICROS_PER_DAY
    noon = begin + _MICROS_PER_DAY // 2
    found = {
        _offset_at(zone, at, fold) for at in (begin, noon, begin + LAST_OF_DAY) for fold in (0, 1)
    }
    return found.pop() if len(found) == 1 else None


def _offset_at(zone: str, local: int, fold: int) -> int:
    """Minutes east of UTC, rounded down, of one wall-clock time."""
    begin = dt.datetime(1970, 1, 1, tzinfo=ZoneInfo(zone))
    offset = (begin + dt.timedelta(microseconds=local)).replace(fold=fold).utcoffset()
    return 0 if offset is None else int(offset.total_seconds() // 60)
