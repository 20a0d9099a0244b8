"""The loops of the sweep: items to daily scores, a block of days at a time.

For each gig the items are dropped on the days on which they enter and leave, the drops are
added up from day to day while they fade, and each day is scored; the gigs of a seller are then
combined. Plain Python that numba compiles; without numba it runs as it is.

A block is 128 days. It holds, one after another, 14 lanes of a number a day: Σw of the six
areas, Σw·x of the six areas, the finished orders (the activity) and the score. So a loop over
the days of a block runs over neighbours in memory, and the distances between lanes are
constants, which is what lets a compiler work on several days at once; and the block stays in
the processor's nearest cache.
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np

from metrics.engine.columns import Float64, Int8, Int32, Int64
from metrics.engine.compiled import compiled
from metrics.engine.days import FOREVER
from metrics.engine.sweep import DayState
from metrics.engine.types import AREA_COUNT, Factor

Items: TypeAlias = tuple[Int8, Int32, Int32, Int32, Float64, Float64]
Range: TypeAlias = tuple[int, int]
#: First day and first cell of gigs, first day and first cell of sellers.
Spans: TypeAlias = tuple[Int32, Int64, Int32, Int64]
#: Score and state of gigs, score and state of sellers.
Outs: TypeAlias = tuple[Float64, Int8, Float64, Int8]
#: Segment starts, μ, and b·β/σ; the last two of shape (gigs or 1, segments, 6).
Benchmarks: TypeAlias = tuple[Int32, Float64, Float64]
#: Finished orders that a gig needs; what a gig below weighs, and scores, in the overall score.
Gate: TypeAlias = tuple[float, float, float]

BLOCK_BITS = 7
BLOCK = 1 << BLOCK_BITS
#: Cells of a lane. Not a power of two: lanes 4 kB apart would wait for each other's stores.
LANE = BLOCK + 8
LANES = 14
BLOCK_CELLS = LANES * LANE

#: First cell of each lane in a block.
SUMS = AREA_COUNT * LANE
VOLUME = int(Factor.CANCELLATIONS) * LANE
ACTIVITY = 2 * AREA_COUNT * LANE
SCORE = ACTIVITY + LANE
TO_SUMS, TO_ACTIVITY = np.uint64(SUMS), np.uint64(ACTIVITY)

#: Sums are taken afresh from the items when less than this share of their faded peak is left.
#: What leaves takes digits along: above this share at most 6 bits of 53.
KEPT_SHARE = 1.0 / 64.0
#: The same as a difference between the bits of two floats: 6 off the exponent.
KEPT_BITS = 6 << 52

#: e^(−u) beyond ±40 moves no score by more than 4e-17.
STEEPEST = 40.0

CANCELLATIONS = int(Factor.CANCELLATIONS)
SCORED, TOO_LITTLE, NOTHING = (int(state) for state in DayState)


@compiled
def _sort_leaves(
    leaving: Int32,
    leave_range: Int64,
    first_leave: Int64,
    own: Range,
    span: Range,
    items: Items,
) -> None:
    """Items of a gig by the block in which they leave, for the days of ``span``.

    ``leaving`` receives the items, ``leave_range`` where those of each block begin, and
    ``first_leave``, by area, the first day on which one leaves.
    """
    factor, end_day = items[0], items[3]
    first_leave[:] = FOREVER
    leave_range[:] = 0
    for i in range(own[0], own[1]):
        end = int(end_day[i])
        if end < span[1]:
            leave_range[((end - span[0]) >> BLOCK_BITS) + 2] += 1
            area = int(factor[i])
            first_leave[area] = min(first_leave[area], end)
    for block in range(2, len(leave_range)):
        leave_range[block] += leave_range[block - 1]
    for i in range(own[0], own[1]):
        end = int(end_day[i])
        if end < span[1]:
            block = ((end - span[0]) >> BLOCK_BITS) + 1
            leaving[leave_range[block]] = i - own[0]
            leave_range[block] += 1


@compiled
def _drop_entering(
    cells: Float64, at: int, own_end: int, span: Range, items: Items, fade: Float64
) -> int:
    """Add the items that enter in one block, from item ``at`` on; returns the next one."""
    factor, origin_day, start_day, _, x, value_weight = items
    while at < own_end and start_day[at] < span[1]:
        start, area = int(start_day[at]), int(factor[at])
        weight = value_weight[at] * fade[start - origin_day[at]]
        # Unsigned: an index that cannot be negative needs no look at its sign.
        day = np.uint64(start - span[0])
        cell = np.uint64(area * LANE) + day
        cells[cell] += weight
        cells[cell + TO_SUMS] += weight * x[at]
        cells[day + TO_ACTIVITY] += 1.0 if area == CANCELLATIONS else 0.0
        at += 1
    return at


@compiled
def _drop_leaving(
    cells: Float64, leaving: Int32, own_start: int, span: Range, items: Items, fade: Float64
) -> None:
    """Take off the items that leave in one block."""
    factor, origin_day, _, end_day, x, value_weight = items
    for position in range(len(leaving)):
        i = own_start + leaving[position]
        end, area = int(end_day[i]), int(factor[i])
        weight = value_weight[i] * fade[end - origin_day[i]]
        day = np.uint64(end - span[0])
        cell = np.uint64(area * LANE) + day
        cells[cell] -= weight
        cells[cell + TO_SUMS] -= weight * x[i]
        cells[day + TO_ACTIVITY] -= 1.0 if area == CANCELLATIONS else 0.0


@compiled
def _two_days(cells: Float64, i: int, before: float, step: float) -> float:
    """Running sums of one lane on two days; returns the second."""
    first: float = before * step + cells[i]
    second: float = first * step + cells[i + 1]
    cells[i] = first
    cells[i + 1] = second
    return second


@compiled
def _running_sums(cells: Float64, carry: Float64, step: float) -> None:
    """Drops to running sums in one block; ``carry``, shape (13,), goes in and comes out.

    All lanes side by side: each day has to wait for the day before, the lanes need not
    wait for each other.
    """
    w0, w1, w2, w3, w4, w5 = carry[0], carry[1], carry[2], carry[3], carry[4], carry[5]
    x0, x1, x2, x3, x4, x5 = carry[6], carry[7], carry[8], carry[9], carry[10], carry[11]
    orders = carry[12]
    for i in range(0, BLOCK, 2):
        w0 = _two_days(cells, i, w0, step)
        w1 = _two_days(cells, i + LANE, w1, step)
        w2 = _two_days(cells, i + 2 * LANE, w2, step)
        w3 = _two_days(cells, i + 3 * LANE, w3, step)
        w4 = _two_days(cells, i + 4 * LANE, w4, step)
        w5 = _two_days(cells, i + 5 * LANE, w5, step)
        x0 = _two_days(cells, i + 6 * LANE, x0, step)
        x1 = _two_days(cells, i + 7 * LANE, x1, step)
        x2 = _two_days(cells, i + 8 * LANE, x2, step)
        x3 = _two_days(cells, i + 9 * LANE, x3, step)
        x4 = _two_days(cells, i + 10 * LANE, x4, step)
        x5 = _two_days(cells, i + 11 * LANE, x5, step)
        orders = _two_days(cells, i + 12 * LANE, orders, 1.0)
    carry[0], carry[1], carry[2], carry[3], carry[4], carry[5] = w0, w1, w2, w3, w4, w5
    carry[6], carry[7], carry[8], carry[9], carry[10], carry[11] = x0, x1, x2, x3, x4, x5
    carry[12] = orders


@compiled
def _lost_digits(lane: Int64, first_leave: int, largest: int) -> tuple[bool, int]:
    """Whether Σw, on a day on which items may have left, fell far below an earlier value.

    ``lane`` holds the bits of the floats, whose order is that of the floats down to 0 and
    which have quick minima; ``largest``, of the days before, comes back for later ones.
    Cautious, so that the loops stay simple: earlier values are compared without fading.
    """
    for i in range(len(lane)):
        largest = max(largest, lane[i])
    smallest = largest
    after = lane[first_leave:]
    for i in range(len(after)):
        smallest = min(smallest, after[i])
    return smallest < largest - KEPT_BITS, largest


@compiled
def _sum_afresh(
    area: int, day: int, own: Range, items: Items, fade: Float64
) -> tuple[float, float]:
    """Σw and Σw·x of one area from the items that count on a day, and nothing else."""
    factor, origin_day, start_day, end_day, x, value_weight = items
    total, total_x = 0.0, 0.0
    for i in range(own[0], own[1]):
        if start_day[i] > day:
            break
        if factor[i] == area and day < end_day[i]:
            weight = value_weight[i] * fade[day - origin_day[i]]
            total += weight
            total_x += weight * x[i]
    return total, total_x


@compiled
def _redo_lane(
    cells: Float64,
    area: int,
    span: Range,
    state: tuple[float, float, float],
    own: Range,
    items: Items,
    fade: Float64,
) -> tuple[float, float, float]:
    """One area of one block again, afresh on days when leaving ate the digits.

    ``cells`` begins with the area's lane, ``span`` is the block's first day and the day
    after its last, and ``state`` is Σw, Σw·x and the peak before the block, and comes back
    as they are after it.
    """
    factor, origin_day, start_day, end_day, x, value_weight = items
    cells[:BLOCK] = 0.0
    cells[SUMS : SUMS + BLOCK] = 0.0
    for i in range(own[0], own[1]):
        if factor[i] == area:
            for day, sign in ((int(start_day[i]), 1.0), (int(end_day[i]), -1.0)):
                if span[0] <= day < span[1]:
                    weight = sign * value_weight[i] * fade[day - origin_day[i]]
                    cells[day - span[0]] += weight
                    cells[day - span[0] + SUMS] += weight * x[i]
    total, total_x, peak = state
    for row in range(span[1] - span[0]):
        total = total * fade[1] + cells[row]
        total_x = total_x * fade[1] + cells[row + SUMS]
        peak = max(peak * fade[1], total)
        if total < peak * KEPT_SHARE:
            total, total_x = _sum_afresh(area, span[0] + row, own, items, fade)
            peak = total
        cells[row] = total
        cells[row + SUMS] = total_x
    return total, total_x, peak


@compiled
def _steepness(
    cells: Float64, days: int, mean: Float64, gain: Float64, strength: Float64, a: float
) -> None:
    """u = a + b·Σβ·(q − μ)/σ on the first days of ``cells``, a view into a block.

    (q − μ) = (Σw·x − μ·Σw)/(k + Σw), and ``gain`` is b·β/σ. The six fractions are brought
    to one denominator: a division costs as much as a dozen products.
    """
    m0, m1, m2, m3, m4, m5 = mean[0], mean[1], mean[2], mean[3], mean[4], mean[5]
    g0, g1, g2, g3, g4, g5 = gain[0], gain[1], gain[2], gain[3], gain[4], gain[5]
    k0, k1, k2 = strength[0], strength[1], strength[2]
    k3, k4, k5 = strength[3], strength[4], strength[5]
    for i in range(days):
        w0, w1, w2 = cells[i], cells[i + LANE], cells[i + 2 * LANE]
        w3, w4, w5 = cells[i + 3 * LANE], cells[i + 4 * LANE], cells[i + 5 * LANE]
        j = i + SUMS
        n0 = g0 * (cells[j] - m0 * w0)
        n1 = g1 * (cells[j + LANE] - m1 * w1)
        n2 = g2 * (cells[j + 2 * LANE] - m2 * w2)
        n3 = g3 * (cells[j + 3 * LANE] - m3 * w3)
        n4 = g4 * (cells[j + 4 * LANE] - m4 * w4)
        n5 = g5 * (cells[j + 5 * LANE] - m5 * w5)
        w0, w1, w2, w3, w4, w5 = w0 + k0, w1 + k1, w2 + k2, w3 + k3, w4 + k4, w5 + k5
        d01, d23, d45 = w0 * w1, w2 * w3, w4 * w5
        n01, n23, n45 = n0 * w1 + n1 * w0, n2 * w3 + n3 * w2, n4 * w5 + n5 * w4
        d0123 = d01 * d23
        n0123 = n01 * d23 + n23 * d01
        cells[i + SCORE] = a + (n0123 * d45 + n45 * d0123) / (d0123 * d45)


@compiled
def _logistic_scores(cells: Float64) -> None:
    """1 + 9/(1 + e^(−u)) in place, e^y as (e^(y/256))^256 with eleven terms of the series.

    The series is cut at (40/256)^11/11! < 4e-17, and eight squarings turn rounding errors of
    together two units in the last place into less than 1e-13 of e^y, so less than 3e-13 in
    the score.
    """
    for i in range(BLOCK):
        y = min(max(-cells[i], -STEEPEST), STEEPEST) * (1.0 / 256.0)
        power = 1.0 + y * (1.0 / 10.0)
        power = 1.0 + y * power * (1.0 / 9.0)
        power = 1.0 + y * power * (1.0 / 8.0)
        power = 1.0 + y * power * (1.0 / 7.0)
        power = 1.0 + y * power * (1.0 / 6.0)
        power = 1.0 + y * power * (1.0 / 5.0)
        power = 1.0 + y * power * (1.0 / 4.0)
        power = 1.0 + y * power * (1.0 / 3.0)
        power = 1.0 + y * power * (1.0 / 2.0)
        power = 1.0 + y * power
        power = power * power
        power = power * power
        power = power * power
        power = power * power
        power = power * power
        power = power * power
        power = power * power
        power = power * power
        cells[i] = 1.0 + 9.0 / (1.0 + power)


@compiled
def _give_out(score: Float64, status: Int8, cells: Float64, min_activity: float) -> None:
    """Scores and states of a gig's days; no score without a finished order in the window."""
    for day in range(len(score)):
        orders = cells[ACTIVITY + day]
        score[day] = cells[SCORE + day] if orders > 0.0 else np.nan
    for day in range(len(status)):
        orders = cells[ACTIVITY + day]
        status[day] = SCORED if orders >= min_activity else TOO_LITTLE if orders > 0.0 else NOTHING


@compiled
def _join_seller(
    weighted: Float64,
    volume: Float64,
    activity: Float64,
    cells: Float64,
    gate: Gate,
) -> None:
    """Add a gig's days to its seller's Σ V·s and Σ V, and keep the largest activity."""
    min_activity, unscored_share, neutral = gate
    for day in range(len(volume)):
        orders = cells[ACTIVITY + day]
        counts = orders >= min_activity
        share = cells[VOLUME + day] * (1.0 if counts else unscored_share)
        weighted[day] += share * (cells[SCORE + day] if counts else neutral)
        volume[day] += share
        activity[day] = max(activity[day], orders)


@compiled
def _finish_seller(
    score: Float64,
    status: Int8,
    weighted: Float64,
    volume: Float64,
    activity: Float64,
    min_activity: float,
) -> None:
    """The overall score and the state of a seller's days."""
    for day in range(len(score)):
        scored = activity[day] >= min_activity and volume[day] > 0.0
        score[day] = weighted[day] / volume[day] if scored else np.nan
        status[day] = SCORED if scored else TOO_LITTLE if activity[day] > 0.0 else NOTHING


@compiled
def _add_up(
    cells: Float64,
    span: Range,
    carry: Float64,
    before: Float64,
    peaks: Float64,
    first_leave: Int64,
    own: Range,
    items: Items,
    fade: Float64,
) -> None:
    """Drops to running sums in one block.

    ``carry``, shape (13,), and ``peaks``, shape (6,), go from block to block: Σw and Σw·x of
    the areas, the finished orders; and the largest Σw of each area. ``before`` is scratch.
    """
    for i in range(len(carry)):
        before[i] = carry[i]
    _running_sums(cells, carry, fade[1])
    bits, peak_bits = cells.view(np.int64), peaks.view(np.int64)
    days = span[1] - span[0]
    for area in range(AREA_COUNT):
        if first_leave[area] >= span[1]:
            continue
        low = area * LANE
        leave = max(first_leave[area] - span[0], 0)
        peaks[area] = max(peaks[area], before[area])
        lost, largest = _lost_digits(bits[low : low + days], leave, peak_bits[area])
        if lost:
            state = (before[area], before[area + AREA_COUNT], peaks[area])
            state = _redo_lane(cells[low:], area, span, state, own, items, fade)
            carry[area], carry[area + AREA_COUNT], peaks[area] = state
        else:
            peak_bits[area] = largest


@compiled
def _score_days(
    cells: Float64,
    span: Range,
    benchmark: Benchmarks,
    strength: Float64,
    intercept: float,
) -> None:
    """The score of every day of one block, each against the benchmark in force."""
    segment_start, mean, gain = benchmark
    day = span[0]
    for segment in range(len(segment_start)):
        stop = span[1]
        if segment + 1 < len(segment_start):
            stop = min(max(segment_start[segment + 1], day), span[1])
        _steepness(
            cells[day - span[0] :], stop - day, mean[segment], gain[segment], strength, intercept
        )
        day = stop
    _logistic_scores(cells[SCORE:])


@compiled
def sweep_sellers(
    gig_range: Int64,
    item_range: Int64,
    items: Items,
    spans: Spans,
    outs: Outs,
    benchmarks: Benchmarks,
    strength: Float64,
    fade: Float64,
    intercept: float,
    gate: Gate,
) -> None:
    """Every seller, gig by gig, block by block; fills ``outs``.

    ``gig_range`` says where each seller's gigs begin, ``item_range`` where each gig's items
    do; ``fade`` is 2^(−age/half-life) by age.
    """
    gig_first, gig_offset, seller_first, seller_offset = spans
    gig_score, gig_status, seller_score, seller_status = outs
    segment_start, mean, gain = benchmarks
    longest, most = 0, 0
    for seller in range(len(seller_first)):
        longest = max(longest, seller_offset[seller + 1] - seller_offset[seller])
    for gig in range(len(gig_first)):
        most = max(most, item_range[gig + 1] - item_range[gig])
    cells = np.zeros(BLOCK_CELLS)
    all_weighted, all_volume = np.zeros(longest), np.zeros(longest)
    all_activity = np.zeros(longest)
    carry = np.zeros(2 * AREA_COUNT + 1)
    before, peaks = np.zeros_like(carry), np.zeros(AREA_COUNT)
    first_leave = np.zeros(AREA_COUNT, dtype=np.int64)
    leaving = np.zeros(most, dtype=np.int32)
    leave_range = np.zeros((longest >> BLOCK_BITS) + 3, dtype=np.int64)
    for seller in range(len(seller_first)):
        days = seller_offset[seller + 1] - seller_offset[seller]
        weighted, volume, activity = all_weighted[:days], all_volume[:days], all_activity[:days]
        weighted[:], volume[:], activity[:] = 0.0, 0.0, 0.0
        for gig in range(gig_range[seller], gig_range[seller + 1]):
            count = gig_offset[gig + 1] - gig_offset[gig]
            first_day = int(gig_first[gig])
            own = (item_range[gig], item_range[gig + 1])
            carry[:] = 0.0
            peaks[:] = 0.0
            life = (first_day, first_day + count)
            _sort_leaves(leaving, leave_range, first_leave, own, life, items)
            # One benchmark for all gigs, or one for each.
            compared = gig if len(mean) > 1 else 0
            benchmark = (segment_start, mean[compared], gain[compared])
            ahead = first_day - int(seller_first[seller])
            next_item = own[0]
            for low in range(0, count, BLOCK):
                high = min(low + BLOCK, count)
                span = (first_day + low, first_day + high)
                cells[:SCORE] = 0.0
                next_item = _drop_entering(cells, next_item, own[1], span, items, fade)
                block = low >> BLOCK_BITS
                gone = leaving[leave_range[block] : leave_range[block + 1]]
                _drop_leaving(cells, gone, own[0], span, items, fade)
                _add_up(cells, span, carry, before, peaks, first_leave, own, items, fade)
                _score_days(cells, span, benchmark, strength, intercept)
                out = slice(gig_offset[gig] + low, gig_offset[gig] + high)
                _give_out(gig_score[out], gig_status[out], cells, gate[0])
                here = slice(ahead + low, ahead + high)
                _join_seller(weighted[here], volume[here], activity[here], cells, gate)
        out = slice(seller_offset[seller], seller_offset[seller + 1])
        _finish_seller(seller_score[out], seller_status[out], weighted, volume, activity, gate[0])
