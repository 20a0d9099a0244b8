"""Values of a metric on all days of all subjects, and the days themselves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from eligibility.rules.axis import Axis
from eligibility.rules.facts import EligibilityFacts
from eligibility.rules.types import Bounds, Scope
from metrics.engine.columns import Int64
from metrics.engine.days import NO_DAY

#: Sums of many entries; 32 bits where that is surely enough, as there are many.
Sums = NDArray[np.int32] | NDArray[np.int64]
#: Values of days that are whole numbers of any size.
DailyColumns = Sequence[NDArray[np.integer]]


@dataclass(frozen=True, eq=False)
class DailyMetric:
    """Bounds of a metric on all days of all subjects.

    Run ``i`` covers the flat entries ``start[i] <= e < start[i + 1]`` of the axis; each
    subject with days begins a run. A denominator of 0: unknown on that side. Where the metric
    is certain, the arrays of both sides are the same objects.

    Attributes
    ----------
    start, low_num, low_den, high_num, high_den : shape (runs,)
    """

    axis: Axis
    start: Int64
    low_num: Int64
    low_den: Int64
    high_num: Int64
    high_den: Int64

    @property
    def exact(self) -> bool:
        """Both sides are the same on every day."""
        return self.low_num is self.high_num and self.low_den is self.high_den

    def run_of(self, entry: NDArray[np.integer] | int) -> NDArray[np.intp]:
        """The run that covers each flat entry."""
        return np.asarray(np.searchsorted(self.start, entry, side="right") - 1)

    def on(self, subject: int, day: int) -> Bounds:
        """The bounds of one day.

        Raises
        ------
        IndexError
            The day is not among the subject's.
        """
        run = int(self.run_of(self.axis.index(subject, day)))
        columns = (self.low_num, self.low_den, self.high_num, self.high_den)
        return Bounds(*(int(column[run]) for column in columns))

    def expand(self, of_run: NDArray[np.int8]) -> NDArray[np.int8]:
        """A value of every run to one of every entry, a new array of shape (axis.size,)."""
        if len(self.start) == self.axis.size:
            return of_run.copy()
        return np.repeat(of_run, self._lengths)

    @cached_property
    def _lengths(self) -> Int64:
        return np.diff(self.start, append=self.axis.size)


@dataclass(frozen=True, eq=False)
class Axes:
    """The days of sellers and of gigs.

    A gig's days begin with its first order, or with the seller's where it has none.
    """

    seller: Axis
    gig: Axis
    gig_seller: Int64

    @classmethod
    def of(cls, facts: EligibilityFacts) -> Axes:
        gig_seller = facts.gig_seller.astype(np.int64)
        first, last = facts.first_day[gig_seller], facts.last_day[gig_seller]
        ordered = np.full(facts.gigs, np.iinfo(np.int64).max)
        known = facts.ordered_day != NO_DAY
        np.minimum.at(ordered, facts.orders.gig[known], facts.ordered_day[known].astype(np.int64))
        began = np.where(ordered == np.iinfo(np.int64).max, first, np.maximum(ordered, first))
        # A gig whose first order lies beyond the last day has no days.
        gig = Axis.of(began, np.maximum(last, began - 1))
        return cls(Axis.of(facts.first_day, facts.last_day), gig, gig_seller)

    def scope(self, scope: Scope) -> Axis:
        return self.gig if scope is Scope.GIG else self.seller

    @cached_property
    def seller_entries(self) -> Int64:
        """For every entry of the gigs' days the same day's entry of the seller, (gig.size,)."""
        shift = (
            self.seller.offset[self.gig_seller]
            - self.seller.first_day[self.gig_seller]
            + self.gig.first_day
            - self.gig.offset[:-1]
        )
        return np.arange(self.gig.size) + np.repeat(shift, np.diff(self.gig.offset))


def run_starts(axis: Axis, channels: DailyColumns) -> Int64:
    """Where a subject begins or one of the daily arrays changes."""
    fresh = np.zeros(axis.size + 1, bool)
    fresh[axis.offset] = True
    for channel in channels:
        fresh[1:-1] |= channel[1:] != channel[:-1]
    return np.flatnonzero(fresh[:-1])


def constant(axis: Axis, num: Int64, den: Int64) -> DailyMetric:
    """One run for each subject."""
    some = axis.offset[1:] > axis.offset[:-1]
    num, den = num[some], den[some]
    return DailyMetric(axis, axis.offset[:-1][some], num, den, num, den)
