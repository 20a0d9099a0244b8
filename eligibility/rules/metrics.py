"""The value of every metric on every day, as runs of days with equal bounds.

Whole numbers throughout, so exact: a bound is a numerator and a denominator, and comparing
with a threshold multiplies instead of dividing. Equal to
:func:`eligibility.rules.reference.metric_value` on every day.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from eligibility.rules.axis import Axis
from eligibility.rules.facts import EligibilityFacts, ShownColumns
from eligibility.rules.items import SUMS, ItemColumns, items_of
from eligibility.rules.ratings import rating_runs
from eligibility.rules.types import Bounds, Empty, Metric, MetricSpec, Scope, WindowKind
from metrics.engine.columns import Int64
from metrics.engine.days import FOREVER, NO_DAY

#: Sums of many entries; 32 bits where that is surely enough, as there are many.
Sums = NDArray[np.int32] | NDArray[np.int64]
_Change = Callable[[Int64, Int64], tuple[Int64, Int64]]

#: The best that a rating can be, shown where a window is empty.
FULL_STARS = 5


@dataclass(frozen=True, slots=True, eq=False)
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
        """A value of every run to one of every entry, shape (axis.size,)."""
        return np.repeat(of_run, np.diff(np.append(self.start, self.axis.size)))


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


def daily_metric(
    facts: EligibilityFacts, spec: MetricSpec, axes: Axes, items: ItemColumns | None = None
) -> DailyMetric:
    """The bounds of a metric on every day.

    Parameters
    ----------
    items : those of ``spec``, where the caller has them already

    Raises
    ------
    ValueError
        For the level held, which :mod:`eligibility.rules.levels` computes from the others.
    """
    axis = axes.scope(spec.scope)
    if spec.metric in SUMS:
        if items is None:
            items = items_of(facts, spec)
        if spec.window.kind is WindowKind.FROM_LATEST_REVIEW:
            return _anchored_rating(facts, spec, items, axis)
        return _sum(facts, spec, items, axis)
    match spec.metric:
        case Metric.SUCCESS_SCORE:
            return _score(facts, axis)
        case Metric.DAYS_ACTIVE:
            return _days_active(facts, axis)
        case Metric.GIG_ACTIVE:
            return _gig_active(facts, axis)
        case Metric.CATEGORY:
            known = np.array([bool(name.strip()) for name in facts.gig_category], np.int64)
            return _constant(axis, known, known)
        case Metric.HUMAN_REVIEW:
            return _human_review(facts, axis)
        case Metric.PRIVATE_FEEDBACK:
            nothing = np.zeros(axis.subjects, np.int64)
            return _constant(axis, nothing, nothing)
    raise ValueError(f"{spec.metric} is not computed from facts")


def _constant(axis: Axis, num: Int64, den: Int64) -> DailyMetric:
    """One run for each subject."""
    some = axis.offset[1:] > axis.offset[:-1]
    num, den = num[some], den[some]
    return DailyMetric(axis, axis.offset[:-1][some], num, den, num, den)


def _channel(values: Int64, where: tuple[Int64, Int64], size: int) -> Sums:
    """The sum of the items that count, on every entry."""
    small = int(np.abs(values).sum()) < 2**31
    change = np.zeros(size + 1, np.int32 if small else np.int64)
    some = np.flatnonzero(values)
    amounts = values[some].astype(change.dtype)
    np.add.at(change, where[0][some], amounts)
    np.subtract.at(change, where[1][some], amounts)
    return np.asarray(np.cumsum(change[:size], dtype=change.dtype))


def _run_starts(axis: Axis, channels: Sequence[Sums]) -> Int64:
    """Where a subject begins or one of the daily arrays changes."""
    fresh = np.zeros(axis.size + 1, bool)
    fresh[axis.offset] = True
    for channel in channels:
        fresh[1:-1] |= channel[1:] != channel[:-1]
    return np.flatnonzero(fresh[:-1])


def _sum(facts: EligibilityFacts, spec: MetricSpec, items: ItemColumns, axis: Axis) -> DailyMetric:
    """Add up items over days."""
    where = (axis.places(items.subject, items.start_day), axis.places(items.subject, items.end_day))
    lasting = items.end_day > items.start_day
    where = (where[0], np.where(lasting, where[1], where[0]))

    def channel(values: Int64) -> Sums:
        return _channel(values, where, axis.size)

    counted = spec.metric in COUNTS
    low_num, low_den = channel(items.low_num), None if counted else channel(items.low_den)
    if items.certain:
        daily = [low_num] if low_den is None else [low_num, low_den]
        start = _run_starts(axis, daily)
        num, den = _at(low_num, start), _at(low_den, start)
        return _finish(facts, spec, DailyMetric(axis, start, num, den, num, den))
    high_num, high_den = channel(items.high_num), None if counted else channel(items.high_den)
    daily = [c for c in (low_num, low_den, high_num, high_den) if c is not None]
    unbounded = channel(items.unbounded.astype(np.int64)) if items.unbounded.any() else None
    start = _run_starts(axis, daily if unbounded is None else [*daily, unbounded])
    top = _at(high_den, start)
    if unbounded is not None:
        top = np.where(unbounded[start] > 0, 0, top)
    found = DailyMetric(
        axis, start, _at(low_num, start), _at(low_den, start), _at(high_num, start), top
    )
    return _finish(facts, spec, found)


def _at(channel: Sums | None, start: Int64) -> Int64:
    """The sums where runs start; a count has 1 below the line."""
    if channel is None:
        return np.ones(len(start), np.int64)
    return channel[start].astype(np.int64)


COUNTS = frozenset(
    {
        Metric.COMPLETED_ORDERS,
        Metric.UNIQUE_CLIENTS,
        Metric.EARNINGS_USD,
        Metric.CANCELLATIONS,
        Metric.REVIEW_COUNT,
    }
)


def _finish(facts: EligibilityFacts, spec: MetricSpec, found: DailyMetric) -> DailyMetric:
    """Dollars from cents; empty windows; values that the platform showed."""
    if spec.metric is Metric.EARNINGS_USD:
        share = spec.earnings_share
        return _each_side(
            found,
            lambda num, den: (num * share.numerator, np.where(den > 0, 100 * share.denominator, 0)),
        )
    if spec.metric is Metric.RESPONSE_RATE:
        return _response(facts, spec, found)
    if spec.empty is Empty.FULL and spec.metric not in COUNTS:
        full = full_value(spec.metric)
        return _each_side(
            found,
            lambda num, den: (np.where(den > 0, num, full), np.where(den > 0, den, 1)),
        )
    return found


def full_value(metric: Metric) -> int:
    """What an empty window shows: all stars, no cancellation, everything else 100%."""
    if metric is Metric.RATING:
        return FULL_STARS
    return 0 if metric is Metric.CANCELLATION_RATE else 1


def _each_side(found: DailyMetric, change: _Change) -> DailyMetric:
    low = change(found.low_num, found.low_den)
    high = low if found.exact else change(found.high_num, found.high_den)
    return DailyMetric(found.axis, found.start, *low, *high)


def _anchored_rating(
    facts: EligibilityFacts, spec: MetricSpec, items: ItemColumns, axis: Axis
) -> DailyMetric:
    columns = facts.reviews
    posted = columns.posted_day[~np.isnan(columns.stars)].astype(np.int64)
    start, hundredths, count = rating_runs(items, posted, axis, spec.window.days or 0)
    den = count * 100
    return _finish(facts, spec, DailyMetric(axis, start, hundredths, den, hundredths, den))


def _score(facts: EligibilityFacts, axis: Axis) -> DailyMetric:
    """The displayed score; unknown where there is none."""
    scores = facts.scores
    own = Axis(scores.first_day.astype(np.int64), scores.offset)
    entries = np.arange(own.size)
    subject = own.subject_of_entry()
    at = axis.offset[subject] + own.days() - axis.first_day[subject]
    inside = (at >= axis.offset[subject]) & (at < axis.offset[subject + 1])
    daily = np.zeros(axis.size, np.int8)
    daily[at[inside]] = scores.displayed[entries[inside]]
    fresh = np.zeros(axis.size + 1, bool)
    fresh[axis.offset] = True
    fresh[1:-1] |= daily[1:] != daily[:-1]
    start = np.flatnonzero(fresh[:-1])
    num = daily[start].astype(np.int64)
    den = (num > 0).astype(np.int64)
    return DailyMetric(axis, start, num, den, num, den)


def _days_active(facts: EligibilityFacts, axis: Axis) -> DailyMetric:
    """Days since joining; at least those since the first order where joining is unknown."""
    joined = facts.joined_day.astype(np.int64)
    ordered = np.full(facts.sellers, np.iinfo(np.int64).max)
    known = facts.ordered_day != NO_DAY
    np.minimum.at(
        ordered,
        facts.gig_seller[facts.orders.gig[known]],
        facts.ordered_day[known].astype(np.int64),
    )
    certain = joined != NO_DAY
    from_day = np.where(certain, joined, ordered)
    some = from_day != np.iinfo(np.int64).max
    per_day = np.diff(axis.offset)
    since = np.repeat(np.where(some, from_day, FOREVER), per_day)
    num = np.maximum(axis.days() - since, 0)
    low_den = np.repeat(some.astype(np.int64), per_day)
    start = np.arange(axis.size)
    if certain.all():
        return DailyMetric(axis, start, num, low_den, num, low_den)
    high_den = np.repeat(certain.astype(np.int64), per_day)
    return DailyMetric(axis, start, num, low_den, num * high_den, high_den)


def _gig_active(facts: EligibilityFacts, axis: Axis) -> DailyMetric:
    """Active now: always. Paused now: up to the day of its last order, which proves it."""
    last = np.full(facts.gigs, NO_DAY, np.int64)
    np.maximum.at(last, facts.orders.gig, facts.ordered_day.astype(np.int64))
    gigs = np.arange(facts.gigs)
    until = np.where(facts.gig_active, axis.end_day, last + 1)
    place = axis.places(gigs, until)
    begins, ends = axis.offset[:-1], axis.offset[1:]
    active = np.flatnonzero(place > begins)
    paused = np.flatnonzero((place < ends) & (ends > begins))
    start = np.concatenate((begins[active], place[paused]))
    num = np.repeat(np.array([1, 0], np.int64), (len(active), len(paused)))
    order = np.argsort(start, kind="stable")
    num, den = num[order], np.ones(len(order), np.int64)
    return DailyMetric(axis, start[order], num, den, num, den)


def shown_runs(shown: ShownColumns, axis: Axis, lasts: int | None) -> tuple[Int64, Int64, Int64]:
    """The value shown last, on every day, as runs: where they start, numerator, denominator.

    A denominator of 0: nothing was shown, or too long ago. ``lasts`` is for how many days a
    value stands; None is until the next one.
    """
    order = np.lexsort((shown.day, shown.seller))
    subject, day = shown.seller[order].astype(np.int64), shown.day[order].astype(np.int64)
    begins = np.flatnonzero(axis.offset[1:] > axis.offset[:-1])
    owners, days = [begins, subject], [np.full(len(begins), NO_DAY, np.int64), day]
    values, bases = (
        [np.zeros(len(begins), np.int64), shown.num[order]],
        [
            np.zeros(len(begins), np.int64),
            shown.den[order],
        ],
    )
    if lasts is not None and len(day):
        following = np.append(day[1:], 0)
        replaced = np.append(subject[1:] == subject[:-1], False) & (following <= day + lasts)
        ends = np.flatnonzero(~replaced)
        owners.append(subject[ends])
        days.append(day[ends] + lasts)
        values.append(np.zeros(len(ends), np.int64))
        bases.append(np.zeros(len(ends), np.int64))
    owner, time = np.concatenate(owners), np.concatenate(days)
    place = axis.places(owner, time)
    inside = np.flatnonzero(place < axis.offset[1:][owner])
    # Of several changes on one entry the latest in time counts.
    order = inside[np.lexsort((time[inside], place[inside]))]
    place = place[order]
    last = np.append(place[1:] != place[:-1], True) if len(place) else np.zeros(0, bool)
    kept = order[last]
    return place[last], np.concatenate(values)[kept], np.concatenate(bases)[kept]


def _human_review(facts: EligibilityFacts, axis: Axis) -> DailyMetric:
    """At least the level that the platform showed last; more may have been granted since."""
    start, num, den = shown_runs(facts.shown_levels, axis, None)
    none = np.zeros(len(den), np.int64)
    return DailyMetric(axis, start, num, den, none, none)


def _response(facts: EligibilityFacts, spec: MetricSpec, found: DailyMetric) -> DailyMetric:
    """Unknown before the first known inquiry; then what was shown stands in for what lacks."""
    axis = found.axis
    first = axis.end_day.copy()
    np.minimum.at(first, facts.inquiries.seller, facts.inquiries.message_day.astype(np.int64))
    known = axis.places(np.arange(axis.subjects), first)
    shown_start, shown_num, shown_den = shown_runs(facts.shown_response, axis, spec.shown_days)
    start = np.sort(np.concatenate((found.start, known[known < axis.size], shown_start)))
    start = start[np.append(start[1:] != start[:-1], True)] if len(start) else start
    run = found.run_of(start)
    num, den = found.low_num[run], found.low_den[run]
    if spec.empty is Empty.FULL:
        num, den = np.where(den > 0, num, 1), np.where(den > 0, den, 1)
    subject = np.searchsorted(axis.offset, start, side="right") - 1
    den = np.where(start >= known[subject], den, 0)
    if spec.shown_days and len(shown_start):
        at = np.searchsorted(shown_start, start, side="right") - 1
        num = np.where(den > 0, num, shown_num[at])
        den = np.where(den > 0, den, shown_den[at])
    num = np.where(den > 0, num, 0)
    return DailyMetric(axis, start, num, den, num, den)
