"""The value of every metric on every day, as runs of days with equal bounds.

Whole numbers throughout, so exact: a bound is a numerator and a denominator, and comparing
with a threshold multiplies instead of dividing. Equal to
:func:`eligibility.rules.reference.metric_value` on every day.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from eligibility.rules import states
from eligibility.rules.axis import Axis
from eligibility.rules.daily import Axes, DailyMetric, Sums, run_starts
from eligibility.rules.facts import EligibilityFacts
from eligibility.rules.items import SUMS, ItemColumns, items_of
from eligibility.rules.ratings import rating_runs
from eligibility.rules.types import Empty, Metric, MetricSpec, WindowKind
from metrics.engine.columns import Int64

#: Entries on which items begin to count and end.
Places = tuple[Int64, Int64]
_Change = Callable[[Int64, Int64], tuple[Int64, Int64]]

#: The best that a rating can be, shown where a window is empty.
FULL_STARS = 5


def daily_metric(
    facts: EligibilityFacts,
    spec: MetricSpec,
    axes: Axes,
    summed: tuple[ItemColumns, Places] | None = None,
) -> DailyMetric:
    """The bounds of a metric on every day.

    Parameters
    ----------
    summed : items of ``spec`` and their places, where the caller has them already

    Raises
    ------
    ValueError
        For the level held, which :mod:`eligibility.rules.levels` computes from the others.
    """
    axis = axes.scope(spec.scope)
    if spec.metric in SUMS:
        if summed is None:
            items = items_of(facts, spec)
            summed = items, item_places(items, axis)
        if spec.window.kind is WindowKind.FROM_LATEST_REVIEW:
            return _anchored_rating(facts, spec, summed[0], axis)
        return _sum(facts, spec, summed, axis)
    match spec.metric:
        case Metric.SUCCESS_SCORE:
            return states.score(facts, axis)
        case Metric.DAYS_ACTIVE:
            return states.days_active(facts, axis)
        case Metric.GIG_ACTIVE:
            return states.gig_active(facts, axis)
        case Metric.CATEGORY:
            return states.category(facts, axis)
        case Metric.HUMAN_REVIEW:
            return states.human_review(facts, axis)
        case Metric.PRIVATE_FEEDBACK:
            return states.nothing(axis)
    raise ValueError(f"{spec.metric} is not computed from facts")


def _channel(values: Int64, where: tuple[Int64, Int64], size: int) -> Sums:
    """The sum of the items that count, on every entry."""
    small = int(np.abs(values).sum()) < 2**31
    change = np.zeros(size + 1, np.int32 if small else np.int64)
    some = np.flatnonzero(values)
    amounts = values[some].astype(change.dtype)
    np.add.at(change, where[0][some], amounts)
    np.subtract.at(change, where[1][some], amounts)
    return np.asarray(np.cumsum(change[:size], dtype=change.dtype))


def item_places(items: ItemColumns, axis: Axis) -> Places:
    """The entries on which each item begins to count and ends; equal where it never does."""
    start = axis.places(items.subject, items.start_day)
    end = axis.places(items.subject, items.end_day)
    return start, np.where(items.end_day > items.start_day, end, start)


def _sum(
    facts: EligibilityFacts,
    spec: MetricSpec,
    summed: tuple[ItemColumns, Places],
    axis: Axis,
) -> DailyMetric:
    """Add up items over days."""
    items, where = summed

    def channel(values: Int64) -> Sums:
        return _channel(values, where, axis.size)

    counted = spec.metric in COUNTS
    low_num, low_den = channel(items.low_num), None if counted else channel(items.low_den)
    if items.certain:
        daily = [low_num] if low_den is None else [low_num, low_den]
        start = run_starts(axis, daily)
        num, den = _at(low_num, start), _at(low_den, start)
        return _finish(facts, spec, DailyMetric(axis, start, num, den, num, den))
    high_num, high_den = channel(items.high_num), low_den
    if not counted and not np.array_equal(items.low_den, items.high_den):
        high_den = channel(items.high_den)
    daily = [c for c in (low_num, low_den, high_num, high_den) if c is not None]
    unbounded = channel(items.unbounded.astype(np.int64)) if items.unbounded.any() else None
    start = run_starts(axis, daily if unbounded is None else [*daily, unbounded])
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
        return states.response(facts, spec, found)
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
