"""The days of many subjects, one after the other in flat arrays."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from metrics.engine.columns import Int64


@dataclass(frozen=True, slots=True, eq=False)
class Axis:
    """Subject ``s`` (a seller or a gig) owns the entries ``offset[s]:offset[s + 1]``.

    Attributes
    ----------
    first_day : (subjects,) the day of each subject's first entry
    offset : (subjects + 1,)
    """

    first_day: Int64
    offset: Int64

    @classmethod
    def of(cls, first_day: Int64, last_day: Int64) -> Axis:
        """From the first to the last day of each subject, both included."""
        days = np.maximum(last_day - first_day + 1, 0)
        offset = np.concatenate((np.zeros(1, np.int64), np.cumsum(days)))
        return cls(np.asarray(first_day, np.int64), offset.astype(np.int64))

    @property
    def size(self) -> int:
        """Entries of all subjects together."""
        return int(self.offset[-1])

    @property
    def subjects(self) -> int:
        return len(self.first_day)

    @property
    def end_day(self) -> Int64:
        """The day after each subject's last entry, shape (subjects,)."""
        return self.first_day + np.diff(self.offset)

    def index(self, subject: int, day: int) -> int:
        """Where a day of a subject lies.

        Raises
        ------
        IndexError
            The day is not among the subject's.
        """
        at = int(self.offset[subject]) + day - int(self.first_day[subject])
        if not self.offset[subject] <= at < self.offset[subject + 1]:
            raise IndexError(f"day {day} is not among the days of subject {subject}")
        return at

    def places(self, subject: NDArray[np.integer], day: NDArray[np.integer]) -> Int64:
        """Flat index of many (subject, day) pairs, days outside moved to the nearest border.

        A day after the last gives the index behind the subject's last entry.
        """
        start = self.offset[subject]
        at = start + (day - self.first_day[subject])
        inside: Int64 = np.clip(at, start, self.offset[subject + 1])
        return inside

    def subject_of_entry(self) -> Int64:
        """The subject of every entry, shape (size,)."""
        return np.repeat(np.arange(self.subjects), np.diff(self.offset))

    def days(self) -> Int64:
        """The day of every entry, shape (size,)."""
        return np.arange(self.size) + np.repeat(
            self.first_day - self.offset[:-1], np.diff(self.offset)
        )
