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
from functools import cache, lru_cache
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

#: Longest text that can be a time.
_CHARS = 40
_DAY_CHARS, _MINUTE_CHARS, _SECOND_CHARS = 10, 16, 19
_DAY_DIGITS = [0, 1, 2, 3, 5, 6, 8, 9]
_TAIL = re.compile(
    r"(?::(?P<second>[0-5]\d)(?:[.,](?P<fraction>\d{1,9}))?)?"
    r"\s?(?:(?P<utc>[Zz])|(?P<sign>[+-])(?P<hours>\d\d):?(?P<minutes>[0-5]\d)?)?"
)
_MICROS_PER_SECOND = 1_000_000
MICROS_PER_MINUTE = 60 * _MICROS_PER_SECOND
_MICROS_PER_DAY = 1440 * MICROS_PER_MINUTE
LAST_OF_DAY = _MICROS_PER_DAY - 1
#: Largest offset from UTC that ISO 8601 texts may carry, hours.
_MAX_OFFSET_HOURS = 15
#: Years that the calendar below holds; other years are taken for the nearest of them, which no
#: check lets pass.
_FIRST_YEAR, _LAST_YEAR = 1800, 2400
#: The first day of every month, days since 1970; one month more than these years have.
_MONTHS = np.arange(f"{_FIRST_YEAR}-01", f"{_LAST_YEAR + 1}-02", dtype="datetime64[M]")
_FIRST_DAYS = _MONTHS.astype("datetime64[D]").astype(np.int64)


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
    size = np.fromiter(map(len, cells), np.int64, len(cells))
    codes = _codes("".join(cells), size)
    digits = codes - np.uint8(ord("0"))  # what is no digit wraps round to 10 and more
    blank, day_only = size == 0, size == _DAY_CHARS
    days, good = _days(codes, digits)
    minutes, good_minutes = _minutes(codes, digits)
    rest = _rests(cells, size, codes, digits)
    timed = good_minutes & rest.good & (size >= _MINUTE_CHARS) & (size <= _CHARS)
    wrong = ~blank & ~(good & (day_only | timed))
    since_midnight = np.where(day_only, 0, minutes * MICROS_PER_MINUTE + rest.micros)
    local = np.where(blank | wrong, 0, days * _MICROS_PER_DAY + since_midnight)
    return ParsedTimes(local, rest.offset, rest.zoned, day_only & ~wrong, blank, wrong)


def _codes(joined: str, size: NDArray[np.int64]) -> NDArray[np.uint8]:
    """The first characters of every cell as numbers, shape (19, n); 0 beyond its end."""
    # A character beyond ASCII stays one, and is none that a time can hold.
    text = np.frombuffer(joined.encode("ascii", "replace"), np.uint8)
    if len(size) and (size == size[0]).all() and size[0] >= _SECOND_CHARS:
        every = text.reshape(len(size), int(size[0]))
        return np.ascontiguousarray(every[:, :_SECOND_CHARS].T)
    padded = np.concatenate([text, np.zeros(_SECOND_CHARS, np.uint8)])
    place = np.arange(_SECOND_CHARS)[:, None]
    return np.where(place < size, padded[np.cumsum(size) - size + place], np.uint8(0))


def _days(
    codes: NDArray[np.uint8], digits: NDArray[np.uint8]
) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Days since 1970 of the first ten characters, and which of them are a day."""
    good = (codes[4] == ord("-")) & (codes[7] == ord("-"))
    good &= (digits[_DAY_DIGITS] <= 9).all(axis=0)
    number = np.where(good, digits[:_DAY_CHARS], np.uint8(0)).astype(np.int64)
    year = np.clip(
        number[0] * 1000 + number[1] * 100 + number[2] * 10 + number[3], _FIRST_YEAR, _LAST_YEAR
    )
    month, day = number[5] * 10 + number[6], number[8] * 10 + number[9]
    good &= (month >= 1) & (month <= 12) & (day >= 1)
    place = (year - _FIRST_YEAR) * 12 + np.where(good, month, 1) - 1
    first = _FIRST_DAYS[place]
    good &= day <= _FIRST_DAYS[place + 1] - first
    return first + day - 1, good


def _minutes(
    codes: NDArray[np.uint8], digits: NDArray[np.uint8]
) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Minutes since midnight of the characters 11 to 15, and which of them are a time."""
    good = (digits[[11, 12, 14, 15]] <= 9).all(axis=0) & (codes[13] == ord(":"))
    good &= (codes[10] == ord("T")) | (codes[10] == ord("t")) | (codes[10] == ord(" "))
    number = np.where(good, digits[11:_MINUTE_CHARS], np.uint8(0)).astype(np.int64)
    hour, minute = number[0] * 10 + number[1], number[3] * 10 + number[4]
    good &= (hour < 24) & (minute < 60)
    return np.where(good, hour * 60 + minute, 0), good


@dataclass(frozen=True, slots=True)
class _Rests:
    """What follows the minutes, shape (n,): microseconds, minutes east of UTC, "has a zone"."""

    micros: NDArray[np.int64]
    offset: NDArray[np.int64]
    zoned: NDArray[np.bool_]
    good: NDArray[np.bool_]


def _rests(
    cells: Sequence[str],
    size: NDArray[np.int64],
    codes: NDArray[np.uint8],
    digits: NDArray[np.uint8],
) -> _Rests:
    """Seconds at once; fractions and zones by a look at every distinct ending."""
    has_seconds = (codes[16] == ord(":")) & (digits[17] <= 5) & (digits[18] <= 9)
    seconds = digits[17].astype(np.int64) * 10 + digits[18]
    micros = np.where(has_seconds, seconds * _MICROS_PER_SECOND, 0)
    good = has_seconds | (size == _MINUTE_CHARS)
    rests = _Rests(micros, np.zeros_like(size), np.zeros(len(size), bool), good)
    ended = np.where(has_seconds, _SECOND_CHARS, _MINUTE_CHARS)
    longer = np.flatnonzero((size > ended) & (size <= _CHARS))
    if len(longer):
        _read_endings(cells, longer, has_seconds, rests)
    return rests


def _read_endings(
    cells: Sequence[str],
    rows: NDArray[np.int64],
    has_seconds: NDArray[np.bool_],
    rests: _Rests,
) -> None:
    """Fill in what some cells hold behind their seconds, or behind their minutes."""
    endings = [
        # The seconds are read already: any will do before what follows them.
        f":00{cells[row][_SECOND_CHARS:]}" if has else cells[row][_MINUTE_CHARS:]
        for row, has in zip(rows.tolist(), has_seconds[rows].tolist(), strict=True)
    ]
    place = {ending: at for at, ending in enumerate(dict.fromkeys(endings))}
    table = np.array([_ending(ending) for ending in place], np.int64)
    read = table[np.fromiter(map(place.__getitem__, endings), np.int64, len(endings))]
    rests.micros[rows] += read[:, 0]
    rests.offset[rows] = read[:, 1]
    rests.zoned[rows] = read[:, 2] == 1
    rests.good[rows] = read[:, 3] == 1


def _ending(text: str) -> tuple[int, int, int, int]:
    """Microseconds, offset, "has a zone" and "is well formed"."""
    found = _TAIL.fullmatch(text)
    if found is None:
        return 0, 0, 0, 0
    micros = int(found["second"] or 0) * _MICROS_PER_SECOND
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
    number = {name: place for place, name in enumerate(dict.fromkeys(zones))}
    if len(number) > 1:
        zone_of = np.fromiter(map(number.__getitem__, zones), np.int64, len(zones))
    for name, place in number.items():
        here = naive if len(number) == 1 else naive & (zone_of == place)
        for fold in (False, True):
            rows = here & (last == fold)
            if rows.any():
                offset[rows] = _offsets(local[rows], name, int(fold))
    return np.asarray(local - offset * MICROS_PER_MINUTE)


def _offsets(local: NDArray[np.int64], zone: str, fold: int) -> NDArray[np.int64]:
    """Minutes east of UTC of wall-clock times, one look-up a day except where clocks change."""
    if zone == "UTC":
        return np.zeros_like(local)
    days = local // _MICROS_PER_DAY
    first = days.min()
    place = days - first
    is_met = np.zeros(place.max() + 1, bool)
    is_met[place] = True
    by_day = np.zeros(len(is_met), np.int64)
    changes = np.zeros(len(is_met), bool)
    for at in np.flatnonzero(is_met).tolist():
        minutes = _offset_of_day(zone, at + int(first))
        by_day[at], changes[at] = minutes or 0, minutes is None
    offsets = by_day[place]
    for row in np.flatnonzero(changes[place]).tolist():
        offsets[row] = _offset_at(zone, int(local[row]), fold)
    return np.asarray(offsets)


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


#: What is written at once: these days, and every second of a day.
_WRITTEN_DAYS = (np.datetime64("2000-01-01"), np.datetime64("2100-01-01"))


def utc_texts(utc: NDArray[np.int64]) -> list[str]:
    """Microseconds since 1970 as ``2024-03-01T09:30:15Z``, with six decimals where any has some."""
    first, end = (int(day.astype(np.int64)) for day in _WRITTEN_DAYS)
    days, clock = np.divmod(utc, _MICROS_PER_DAY)
    if not len(utc) or days.min() < first or days.max() >= end:
        return [f"{stamp}Z" for stamp in np.datetime_as_string(utc.astype("datetime64[us]"))]
    seconds, fraction = np.divmod(clock, _MICROS_PER_SECOND)
    parts = [_day_codes()[days - first], _clock_codes()[seconds]]
    if fraction.any():
        decimals = fraction[:, None] // 10 ** np.arange(5, -1, -1) % 10 + ord("0")
        parts += [np.full((len(utc), 1), ord("."), np.uint8), decimals.astype(np.uint8)]
    parts.append(np.full((len(utc), 1), ord("Z"), np.uint8))
    parts.append(np.full((len(utc), 1), ord("\n"), np.uint8))
    return np.hstack(parts).tobytes().decode("ascii").split("\n")[:-1]


@cache
def _day_codes() -> NDArray[np.uint8]:
    """The days that are written at once as the codes of their ten characters, shape (n, 10)."""
    texts = np.datetime_as_string(np.arange(*_WRITTEN_DAYS)).astype("S10")
    return np.asarray(texts.view(np.uint8).reshape(-1, _DAY_CHARS))


@cache
def _clock_codes() -> NDArray[np.uint8]:
    """``T00:00:00`` to ``T23:59:59`` as the codes of their nine characters, shape (86400, 9)."""
    seconds = np.arange(86_400)
    codes = np.full((86_400, 9), ord(":"), np.uint8)
    codes[:, 0] = ord("T")
    for place, number in ((1, seconds // 3600), (4, seconds // 60 % 60), (7, seconds % 60)):
        codes[:, place], codes[:, place + 1] = number // 10 + ord("0"), number % 10 + ord("0")
    return codes
