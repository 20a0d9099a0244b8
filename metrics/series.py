"""Daily series as they are stored (one packed row a subject and year) and as they are used."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from metrics.engine.days import date_of, day_number
from metrics.models import DayStatus, Series
from sellers.models import Seller

_STORED = np.dtype("<f8")


@dataclass(frozen=True, slots=True)
class DailySeries:
    """One subject's days from ``first_day`` on, without gaps.

    Attributes
    ----------
    first_day : day number of the first entry
    statuses : (days,) of :class:`~metrics.models.DayStatus`
    values : (days,) scores; NaN where the day has none (in memory only, never stored)
    """

    first_day: int
    statuses: NDArray[np.uint8]
    values: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.statuses)

    @property
    def last_day(self) -> int:
        return self.first_day + len(self.statuses) - 1

    def value_on(self, day: date) -> float | None:
        """The score on a day; None where the day is outside or has no score."""
        index = day_number(day) - self.first_day
        if not 0 <= index < len(self.values) or np.isnan(self.values[index]):
            return None
        return float(self.values[index])

    def status_on(self, day: date) -> DayStatus:
        """What is known of a day; days outside hold nothing."""
        index = day_number(day) - self.first_day
        if not 0 <= index < len(self.statuses):
            return DayStatus.NOTHING
        return DayStatus(int(self.statuses[index]))

    def between(self, start: date, end: date) -> DailySeries:
        """The days start <= day < end that the series has."""
        low = max(day_number(start) - self.first_day, 0)
        high = max(day_number(end) - self.first_day, low)
        return DailySeries(self.first_day + low, self.statuses[low:high], self.values[low:high])

    def dates(self) -> list[date]:
        return [date_of(self.first_day + offset) for offset in range(len(self))]


@dataclass(frozen=True, slots=True)
class PackedYear:
    """One row of :class:`~metrics.models.Series`."""

    year: int
    first_day: date
    statuses: bytes
    values: bytes


@lru_cache(maxsize=256)
def _first_day_of(year: int) -> int:
    return day_number(date(year, 1, 1))


def pack(series: DailySeries) -> Iterator[PackedYear]:
    """Cut a series into years; days without a value store a status and nothing else."""
    start, end = series.first_day, series.first_day + len(series)
    day = start
    while day < end:
        year = date_of(day).year
        following = min(_first_day_of(year + 1), end)
        here = slice(day - start, following - start)
        values = series.values[here]
        yield PackedYear(
            year,
            date_of(day),
            series.statuses[here].tobytes(),
            values[~np.isnan(values)].astype(_STORED).tobytes(),
        )
        day = following


#: Statuses whose days carry a value, by whether the subject is a gig: a gig below the
#: minimum of activity has a score of its own that does not count.
VALUED = {
    False: (DayStatus.SCORED,),
    True: (DayStatus.SCORED, DayStatus.TOO_LITTLE),
}


def unpack(rows: Iterable[Series]) -> DailySeries:
    """Join the years of one subject, oldest first.

    Raises
    ------
    ValueError
        The rows are not consecutive, or hold more or fewer values than scored days.
    """
    first: int | None = None
    statuses: list[NDArray[np.uint8]] = []
    values: list[NDArray[np.float64]] = []
    following = None
    for row in sorted(rows, key=lambda r: r.year):
        start = day_number(row.first_day)
        if following is not None and start != following:
            raise ValueError(f"{row}: starts on {row.first_day}, not where the year before ended")
        status = np.frombuffer(row.statuses, np.uint8)
        scored = np.isin(status, VALUED[row.gig_id is not None])
        stored = np.frombuffer(row.values, _STORED)
        if scored.sum() != len(stored):
            raise ValueError(f"{row}: {scored.sum()} scored days but {len(stored)} values")
        value = np.full(len(status), np.nan)
        value[scored] = stored
        statuses.append(status)
        values.append(value)
        first = start if first is None else first
        following = start + len(status)
    if first is None:
        return DailySeries(0, np.empty(0, np.uint8), np.empty(0))
    return DailySeries(first, np.concatenate(statuses), np.concatenate(values))


def seller_series(seller: Seller, metric: str = Series.Metric.SUCCESS_SCORE) -> DailySeries:
    """The overall score of a seller, all years."""
    return unpack(Series.objects.filter(seller=seller, gig=None, metric=metric))
