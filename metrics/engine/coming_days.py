"""Coming days of a few gigs: items to sums to scores. Plain Python that numba compiles.

The sweep of :mod:`metrics.engine.blocks` runs over all days of all items; here the sums of the
days that matter are kept, so that a question costs the gigs it touches. Nothing is ever
subtracted, so no digits are lost when large orders leave: items that are there from the first
day on are added up from the last day backwards, those that come later and stay from the first
day forwards. Held equal to the sweep to 1e-9 in property tests.
"""

from __future__ import annotations

import math
from typing import TypeAlias

import numpy as np

from metrics.engine.columns import Float64, Int8, Int32, Int64
from metrics.engine.compiled import compiled
from metrics.engine.types import AREA_COUNT, Factor

#: Index of the gig in the result, then factor, origin, start, end, x and v.
PlacedItems: TypeAlias = tuple[Int64, Int8, Int32, Int32, Int32, Float64, Float64]
#: Σw and Σw·x, shape (6, gigs, days), and the finished orders, shape (gigs, days): days are
#: neighbours in memory, because everything that follows runs over them.
SumArrays: TypeAlias = tuple[Float64, Float64, Int64]

CANCELLATIONS = int(Factor.CANCELLATIONS)


@compiled
def _drop(into: SumArrays, gig: int, day: int, factor: int, weight: float, x: float) -> None:
    """One item on one day."""
    into[0][factor, gig, day] += weight
    into[1][factor, gig, day] += weight * x
    if factor == CANCELLATIONS:
        into[2][gig, day] += 1


@compiled
def _drop_items(
    items: PlacedItems, first_day: int, fade: Float64, present: SumArrays, coming: SumArrays
) -> tuple[bool, bool, bool]:
    """Each item that stays where its kind begins to be added up; which kinds there are.

    ``present`` takes what is there on the first day, on its last day and with its weight on the
    first; ``coming`` what comes later and stays, on its first day. What comes and goes again is
    left for :func:`_add_passing`.
    """
    gig, factor, origin_day, start_day, end_day, x, value_weight = items
    days = present[2].shape[1]
    some_present, some_coming, some_passing = False, False, False
    for i in range(len(gig)):
        begin = max(int(start_day[i]) - first_day, 0)
        end = min(int(end_day[i]) - first_day, days)
        if begin >= end:
            continue
        age = first_day - int(origin_day[i])
        place, area = int(gig[i]), int(factor[i])
        if begin == 0 and age >= 0:
            _drop(present, place, end - 1, area, value_weight[i] * fade[age], x[i])
            some_present = True
        elif end == days:
            _drop(coming, place, begin, area, value_weight[i] * fade[begin + age], x[i])
            some_coming = True
        else:
            some_passing = True
    return some_present, some_coming, some_passing


@compiled
def _add_passing(items: PlacedItems, first_day: int, fade: Float64, into: SumArrays) -> None:
    """Items that come after the first day and go before the last, day by day."""
    gig, factor, origin_day, start_day, end_day, x, value_weight = items
    days = into[2].shape[1]
    for i in range(len(gig)):
        begin = max(int(start_day[i]) - first_day, 0)
        end = min(int(end_day[i]) - first_day, days)
        age = first_day - int(origin_day[i])
        if begin >= end or end == days or (begin == 0 and age >= 0):
            continue
        for day in range(begin, end):
            weight = value_weight[i] * fade[day + age]
            _drop(into, int(gig[i]), day, int(factor[i]), weight, x[i])


@compiled
def _run_back(weight: Float64, fade: Float64) -> None:
    """From the last day backwards, shape (6, gigs, days), then faded from the first day on."""
    areas, gigs, days = weight.shape
    for area in range(areas):
        for gig in range(gigs):
            lane = weight[area, gig]
            for day in range(days - 2, -1, -1):
                lane[day] += lane[day + 1]
            for day in range(days):
                lane[day] *= fade[day]


@compiled
def _run_on(weight: Float64, coming: Float64, step: float) -> None:
    """Adds what comes, from the first day forwards, fading by ``step`` a day."""
    areas, gigs, days = weight.shape
    for area in range(areas):
        for gig in range(gigs):
            lane, drops = weight[area, gig], coming[area, gig]
            total = 0.0
            for day in range(days):
                total = total * step + drops[day]
                lane[day] += total


@compiled
def _run_orders(present: Int64, coming: Int64) -> None:
    """The same for the finished orders, shape (gigs, days), which do not fade."""
    gigs, days = present.shape
    for gig in range(gigs):
        for day in range(days - 2, -1, -1):
            present[gig, day] += present[gig, day + 1]
        total = 0
        for day in range(days):
            total += coming[gig, day]
            present[gig, day] += total


@compiled
def add_up_items(
    items: PlacedItems, gigs: int, days: int, first_day: int, fade: Float64
) -> SumArrays:
    """Sums of every gig on the days ``first_day`` … ``first_day + days − 1``.

    ``fade`` is 2^(−age/half-life) by age, for every age that an item can reach and for every
    number of days.
    """
    shape = (AREA_COUNT, gigs, days)
    present = (np.zeros(shape), np.zeros(shape), np.zeros((gigs, days), np.int64))
    coming = (np.zeros(shape), np.zeros(shape), np.zeros((gigs, days), np.int64))
    kinds = _drop_items(items, first_day, fade, present, coming)
    _run_orders(present[2], coming[2])
    if kinds[0]:
        _run_back(present[0], fade)
        _run_back(present[1], fade)
    if kinds[1]:
        _run_on(present[0], coming[0], fade[1])
        _run_on(present[1], coming[1], fade[1])
    if kinds[2]:
        _add_passing(items, first_day, fade, present)
    return present


@compiled
def score_gigs(
    sums: SumArrays, mean: Float64, gain: Float64, strength: Float64, intercept: float
) -> Float64:
    """Step 4 of every gig and day, counting or not, shape (gigs, days).

    ``mean`` and ``gain``, b·β/σ, have the shape (gigs, 1 or days, 6).
    """
    weight, weighted_x, activity = sums
    gigs, days = activity.shape
    score = np.empty((gigs, days))
    per_day = mean.shape[1] > 1
    for gig in range(gigs):
        for day in range(days):
            at = day if per_day else 0
            u = intercept
            for area in range(AREA_COUNT):
                w = weight[area, gig, day]
                above = weighted_x[area, gig, day] - mean[gig, at, area] * w
                u += gain[gig, at, area] * above / (strength[area] + w)
            small = math.exp(-abs(u))
            share = 1.0 / (1.0 + small)
            score[gig, day] = 1.0 + 9.0 * (share if u >= 0.0 else 1.0 - share)
    return score


@compiled
def join_gigs(
    volume: Float64, activity: Int64, score: Float64, gate: tuple[float, float, float]
) -> Float64:
    """Steps 5 and 6: S of every day, NaN where no gig counts.

    ``volume``, ``activity`` and ``score`` have the shape (gigs, days); ``gate`` is the finished
    orders that a gig needs, and what a gig below weighs, and scores, in the overall score.
    """
    gigs, days = activity.shape
    overall = np.empty(days)
    for day in range(days):
        weighted, total, open_gates = 0.0, 0.0, 0
        for gig in range(gigs):
            counts = activity[gig, day] >= gate[0]
            share = volume[gig, day] * (1.0 if counts else gate[1])
            weighted += share * (score[gig, day] if counts else gate[2])
            total += share
            open_gates += 1 if counts else 0
        scored = open_gates > 0 and total > 0.0
        overall[day] = weighted / total if scored else np.nan
    return overall
