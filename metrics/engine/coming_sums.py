"""Step 3's sums of coming days, item by item. Plain Python that numba compiles.

Nothing is ever subtracted, so no digits are lost when large orders leave: items that are there
from the first day on are added up from the last day backwards, those that come later and stay
from the first day forwards.
"""

from __future__ import annotations

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
    items: PlacedItems,
    first_day: int,
    fade: Float64,
    present: SumArrays,
    coming: SumArrays,
    passing: SumArrays,
) -> None:
    """Each item where its kind begins to be added up.

    ``present`` takes what is there on the first day, on its last day and with its weight on the
    first; ``coming`` what comes later and stays, on its first day; ``passing`` what comes and
    goes, on every day.
    """
    gig, factor, origin_day, start_day, end_day, x, value_weight = items
    days = present[2].shape[1]
    for i in range(len(gig)):
        begin = max(int(start_day[i]) - first_day, 0)
        end = min(int(end_day[i]) - first_day, days)
        if begin >= end:
            continue
        age = first_day - int(origin_day[i])
        place, area = int(gig[i]), int(factor[i])
        if begin == 0 and age >= 0:
            _drop(present, place, end - 1, area, value_weight[i] * fade[age], x[i])
        elif end == days:
            _drop(coming, place, begin, area, value_weight[i] * fade[begin + age], x[i])
        else:
            for day in range(begin, end):
                _drop(passing, place, day, area, value_weight[i] * fade[day + age], x[i])


@compiled
def _run_weights(present: Float64, coming: Float64, passing: Float64, fade: Float64) -> None:
    """Running sums of all three kinds together, into ``present``, shape (6, gigs, days)."""
    areas, gigs, days = present.shape
    for area in range(areas):
        for gig in range(gigs):
            there, come = present[area, gig], coming[area, gig]
            gone = passing[area, gig]
            for day in range(days - 2, -1, -1):
                there[day] += there[day + 1]
            for day in range(1, days):
                come[day] += come[day - 1] * fade[1]
            for day in range(days):
                there[day] = there[day] * fade[day] + (come[day] + gone[day])


@compiled
def _run_orders(present: Int64, coming: Int64, passing: Int64) -> None:
    """The same for the finished orders, shape (gigs, days), which do not fade."""
    gigs, days = present.shape
    for gig in range(gigs):
        for day in range(days - 2, -1, -1):
            present[gig, day] += present[gig, day + 1]
        for day in range(1, days):
            coming[gig, day] += coming[gig, day - 1]
        for day in range(days):
            present[gig, day] += coming[gig, day] + passing[gig, day]


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
    passing = (np.zeros(shape), np.zeros(shape), np.zeros((gigs, days), np.int64))
    _drop_items(items, first_day, fade, present, coming, passing)
    _run_weights(present[0], coming[0], passing[0], fade)
    _run_weights(present[1], coming[1], passing[1], fade)
    _run_orders(present[2], coming[2], passing[2])
    return present
