"""Days in a seller's time zone, for whole columns of times at once.

The offsets come from Python's own zone data, here and everywhere else, so that no two
parts of the product can put an order on different days.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

_DAY_US = 86_400_000_000
_FIRST_YEAR, _LAST_YEAR = 1970, 2100


def _offset_us(zone: ZoneInfo, at: datetime) -> int:
    offset = at.astimezone(zone).utcoffset() or timedelta(0)
    return round(offset.total_seconds() * 1_000_000)


def _change_between(zone: ZoneInfo, early: datetime, late: datetime) -> datetime:
    """The first second in (early, late] with the offset of ``late``."""
    after = _offset_us(zone, late)
    while late - early > timedelta(seconds=1):
        middle = early + timedelta(seconds=int((late - early).total_seconds()) // 2)
        if _offset_us(zone, middle) == after:
            late = middle
        else:
            early = middle
    return late


@lru_cache(maxsize=256)
def _offsets(time_zone: str) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """When the zone's offset changes (µs since 1970) and what it is from then on (µs)."""
    zone, step = ZoneInfo(time_zone), timedelta(days=7)
    at = datetime(_FIRST_YEAR, 1, 1, tzinfo=UTC)
    starts, offsets = [np.iinfo(np.int64).min], [_offset_us(zone, at)]
    while at.year < _LAST_YEAR:
        following = at + step
        if _offset_us(zone, following) != offsets[-1]:
            change = _change_between(zone, at, following)
            starts.append(round(change.timestamp()) * 1_000_000)
            offsets.append(_offset_us(zone, following))
        at = following
    return np.array(starts, np.int64), np.array(offsets, np.int64)


def local_days(times_us: NDArray[np.int64], time_zone: str) -> NDArray[np.int32]:
    """Day numbers of UTC times (µs since 1970-01-01) in a zone.

    Unknown times have to be masked by the caller.
    """
    starts, offsets = _offsets(time_zone)
    shift = offsets[np.searchsorted(starts, times_us, side="right") - 1]
    days: NDArray[np.int32] = np.floor_divide(times_us + shift, _DAY_US).astype(np.int32)
    return days
