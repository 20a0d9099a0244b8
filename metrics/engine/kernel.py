"""The sweep: daily scores of every gig and seller from packed evidence, in one pass.

For each gig the items are dropped into rows of days (they enter on one day and leave on
another), the rows are added up from day to day while they fade, and each day is scored; the
gigs of a seller are then combined. Equal to :mod:`metrics.engine.reference` to 1e-9 on every
day. Plain Python that numba compiles; without numba it runs as it is.

A row holds 16 numbers: in lanes 0–7 the weights Σw of the areas, in lanes 8–15 their Σw·x.
Six areas are laid out as three, a gap, three, a gap, so that one division serves two areas
and a processor works on four lanes at a time. The first gap counts finished orders: the
activity, which does not fade.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from metrics.engine.columns import BenchmarkColumns, EvidenceColumns, Float64, Int32, Int64
from metrics.engine.compiled import compiled
from metrics.engine.days import NO_DAY
from metrics.engine.reference import logistic
from metrics.engine.sweep import DayState, Sweep
from metrics.engine.types import Factor, Policy, Unscored

LANES = 8
#: Lane of each area among the weights; Σw·x of the area is 8 lanes further.
AREA_LANES = (0, 1, 2, 4, 5, 6)
ACTIVITY_LANE = 3
VOLUME_LANE = AREA_LANES[Factor.CANCELLATIONS]

#: Sums are taken afresh from the items when less than this share of their faded peak is left.
#: What leaves takes digits along: above this share at most 6 bits of 53.
KEPT_SHARE = 1.0 / 64.0

#: e^(−u) beyond ±40 moves no score by more than 4e-17.
STEEPEST = 40.0

SCORED, TOO_LITTLE, NOTHING = (np.int8(state) for state in DayState)


@compiled
def _drop_items(rows, left, item_range, first_day, last_day, items, fade):  # type: ignore[no-untyped-def]
    """Add every item in the row of its first day and take it off in the row of its end."""
    factor, origin_day, start_day, end_day, x, value_weight = items
    for i in range(item_range[0], item_range[1]):
        start = start_day[i]
        if start > last_day:
            break
        lane = factor[i] + (factor[i] > 2)
        outcome = x[i]
        weight = value_weight[i] * fade[start - origin_day[i]]
        row = start - first_day
        rows[row, lane] += weight
        rows[row, lane + LANES] += weight * outcome
        if lane == VOLUME_LANE:
            rows[row, ACTIVITY_LANE] += 1.0
        end = end_day[i]
        if end <= last_day:
            weight = value_weight[i] * fade[end - origin_day[i]]
            row = end - first_day
            rows[row, lane] -= weight
            rows[row, lane + LANES] -= weight * outcome
            left[row] = True
            if lane == VOLUME_LANE:
                rows[row, ACTIVITY_LANE] -= 1.0


@compiled
def _take_afresh(row, item_range, day, items, fade):  # type: ignore[no-untyped-def]
    """The exact row of one day: the items that count on it, and nothing that has left."""
    factor, origin_day, start_day, end_day, x, value_weight = items
    row[:] = 0.0
    for i in range(item_range[0], item_range[1]):
        if start_day[i] > day:
            break
        if day < end_day[i]:
            lane = factor[i] + (factor[i] > 2)
            weight = value_weight[i] * fade[day - origin_day[i]]
            row[lane] += weight
            row[lane + LANES] += weight * x[i]
            if lane == VOLUME_LANE:
                row[ACTIVITY_LANE] += 1.0


@compiled
def _add_up(rows, left, peak, step, item_range, first_day, items, fade):  # type: ignore[no-untyped-def]
    """Running sums from day to day; afresh from the items where leaving ate the digits.

    ``peak`` follows the largest sum of each lane, faded. Sums only fall below their faded
    peak when items leave, so it is brought up to date on those days alone.
    """
    peak[:] = 0.0
    peak_row = 0
    for row in range(1, len(rows)):
        for lane in range(2 * LANES):
            rows[row, lane] += rows[row - 1, lane] * step[lane]
        if left[row]:
            stale = False
            for lane in range(LANES):
                before = rows[row - 1, lane] * step[lane]
                peak[lane] = max(peak[lane] * fade[row - peak_row], before)
                if lane != ACTIVITY_LANE and rows[row, lane] < peak[lane] * KEPT_SHARE:
                    stale = True
            peak_row = row
            if stale:
                _take_afresh(rows[row], item_range, first_day + row, items, fade)
                for lane in range(LANES):
                    peak[lane] = rows[row, lane]


@compiled
def _steepness(u, rows, mean, gain, strength, intercept):  # type: ignore[no-untyped-def]
    """u = a + b·Σβ·(q − μ)/σ of every day, where (q − μ) = (Σw·x − μ·Σw)/(k + Σw).

    ``gain`` is b·β/σ. Lanes are taken in pairs, so that one division serves two areas.
    """
    half = LANES // 2
    for row in range(len(rows)):
        total = 0.0
        for lane in range(half):
            weight_a = rows[row, lane]
            weight_b = rows[row, lane + half]
            below_a = strength[lane] + weight_a
            below_b = strength[lane + half] + weight_b
            above_a = gain[lane] * (rows[row, lane + LANES] - mean[lane] * weight_a)
            above_b = gain[lane + half] * (
                rows[row, lane + LANES + half] - mean[lane + half] * weight_b
            )
            total += (above_a * below_b + above_b * below_a) / (below_a * below_b)
        u[row] = intercept + total


@compiled
def _logistic_scores(score, u):  # type: ignore[no-untyped-def]
    """1 + 9/(1 + e^(−u)); e^y as (e^(y/256))^256 with ten terms of the series.

    The series is cut at (40/256)^11/11! < 4e-17, and 8 squarings turn a rounding error of at
    most 1.5 bits into less than 1e-13: relative to e^y, so less than 3e-13 in the score.
    """
    for i in range(len(u)):
        y = min(max(-u[i], -STEEPEST), STEEPEST) * (1.0 / 256.0)
        power = 1.0 + y / 10.0
        power = 1.0 + y * power * (1.0 / 9.0)
        power = 1.0 + y * power * (1.0 / 8.0)
        power = 1.0 + y * power * (1.0 / 7.0)
        power = 1.0 + y * power * (1.0 / 6.0)
        power = 1.0 + y * power * (1.0 / 5.0)
        power = 1.0 + y * power * (1.0 / 4.0)
        power = 1.0 + y * power * (1.0 / 3.0)
        power = 1.0 + y * power * (1.0 / 2.0)
        power = 1.0 + y * power
        power *= power
        power *= power
        power *= power
        power *= power
        power *= power
        power *= power
        power *= power
        power *= power
        score[i] = 1.0 + 9.0 / (1.0 + power)


@compiled
def _join_seller(score, rows, min_activity, unscored_share, neutral, sums):  # type: ignore[no-untyped-def]
    """Add one gig's days to the sums of its seller: Σ V·s, Σ V, gigs that count, activity."""
    weighted, volume, counting, activity = sums[0], sums[1], sums[2], sums[3]
    for row in range(len(rows)):
        orders = rows[row, ACTIVITY_LANE]
        counts = 1.0 if orders >= min_activity else 0.0
        share = rows[row, VOLUME_LANE] * (counts + (1.0 - counts) * unscored_share)
        weighted[row] += share * (counts * score[row] + (1.0 - counts) * neutral)
        volume[row] += share
        counting[row] += counts
        activity[row] += orders


@compiled
def _mark_gig_days(score, status, rows, min_activity):  # type: ignore[no-untyped-def]
    """States of a gig's days; no score where no finished order is in the window."""
    for row in range(len(rows)):
        orders = rows[row, ACTIVITY_LANE]
        if orders >= min_activity:
            status[row] = SCORED
        elif orders > 0.0:
            status[row] = TOO_LITTLE
        else:
            status[row] = NOTHING
            score[row] = np.nan


@compiled
def _mark_seller_days(score, status, sums):  # type: ignore[no-untyped-def]
    """The overall score and the state of a seller's days; empties the sums."""
    weighted, volume, counting, activity = sums[0], sums[1], sums[2], sums[3]
    for day in range(len(score)):
        if counting[day] > 0.0 and volume[day] > 0.0:
            score[day] = weighted[day] / volume[day]
            status[day] = SCORED
        else:
            score[day] = np.nan
            status[day] = TOO_LITTLE if activity[day] > 0.0 else NOTHING


@compiled
def _sweep(  # type: ignore[no-untyped-def]
    gig_range, item_range, items, spans, outs, scratch, benchmarks, formula
):
    """Every seller, gig by gig. See :func:`sweep` for what the packed arguments hold."""
    gig_first, gig_offset, seller_first, seller_offset = spans
    gig_score, gig_status, seller_score, seller_status = outs
    rows_of, left_of, u_of, peak, sums_of = scratch
    segment_start, mean, gain = benchmarks
    strength, step, fade, intercept, min_activity, unscored_share, neutral = formula
    for seller in range(len(seller_first)):
        days = seller_offset[seller + 1] - seller_offset[seller]
        if days == 0:
            continue
        last_day = seller_first[seller] + days - 1
        sums = sums_of[:, :days]
        sums[:] = 0.0
        for gig in range(gig_range[seller], gig_range[seller + 1]):
            count = gig_offset[gig + 1] - gig_offset[gig]
            if count == 0:
                continue
            first_day = gig_first[gig]
            rows = rows_of[:count]
            left = left_of[:count]
            u = u_of[:count]
            rows[:] = 0.0
            left[:] = False
            own = (item_range[gig], item_range[gig + 1])
            _drop_items(rows, left, own, first_day, last_day, items, fade)
            _add_up(rows, left, peak, step, own, first_day, items, fade)
            low = 0
            own_benchmark = gig % len(mean)
            for segment in range(len(segment_start)):
                high = count
                if segment + 1 < len(segment_start):
                    high = min(max(segment_start[segment + 1] - first_day, low), count)
                _steepness(
                    u[low:high],
                    rows[low:high],
                    mean[own_benchmark, segment],
                    gain[own_benchmark, segment],
                    strength,
                    intercept,
                )
                low = high
            score = gig_score[gig_offset[gig] : gig_offset[gig + 1]]
            status = gig_status[gig_offset[gig] : gig_offset[gig + 1]]
            _logistic_scores(score, u)
            own_sums = sums[:, first_day - seller_first[seller] :]
            _join_seller(score, rows, min_activity, unscored_share, neutral, own_sums)
            _mark_gig_days(score, status, rows, min_activity)
        here = slice(seller_offset[seller], seller_offset[seller + 1])
        _mark_seller_days(seller_score[here], seller_status[here], sums)


def sweep(
    evidence: EvidenceColumns,
    gig_seller: Int32,
    last_day: int | Int32,
    policy: Policy,
    benchmarks: BenchmarkColumns | None = None,
) -> Sweep:
    """Daily scores from each gig's and seller's first day with evidence to the last day.

    Parameters
    ----------
    evidence : items under ``policy``, sorted as :class:`EvidenceColumns` documents
    gig_seller : shape (gigs,), the seller number of every gig, ascending from 0
    last_day : day number, one for all or one for each seller, shape (sellers,); it may lie
        in the future, where what is known only fades and leaves
    benchmarks : None for the policy's own; gigs beyond those of ``benchmarks`` use the
        policy's own as well

    Raises
    ------
    ValueError
        If the evidence names a gig outside ``gig_seller``, or is not sorted by gig.
    """
    gigs = len(gig_seller)
    _check(evidence, gigs)
    item_range = np.searchsorted(evidence.gig, np.arange(gigs + 1, dtype=np.int32))
    sellers = np.size(last_day) if np.ndim(last_day) else (int(gig_seller[-1]) + 1 if gigs else 0)
    ends = np.broadcast_to(np.asarray(last_day, dtype=np.int64), sellers)
    gig_range = np.searchsorted(gig_seller, np.arange(sellers + 1))
    gig_first, gig_days = _gig_spans(evidence, item_range, ends[gig_seller])
    seller_first, seller_days = _seller_spans(gig_first, gig_days, gig_seller, ends)
    gig_offset, seller_offset = _offsets(gig_days), _offsets(seller_days)
    outs = (
        np.empty(gig_offset[-1]),
        np.empty(gig_offset[-1], dtype=np.int8),
        np.empty(seller_offset[-1]),
        np.empty(seller_offset[-1], dtype=np.int8),
    )
    longest = int(seller_days.max(initial=0))
    scratch = (
        np.zeros((longest, 2 * LANES)),
        np.zeros(longest, dtype=np.bool_),
        np.zeros(longest),
        np.zeros(LANES),
        np.zeros((4, longest)),
    )
    items = (
        evidence.factor,
        evidence.origin_day,
        evidence.start_day,
        evidence.end_day,
        evidence.x,
        evidence.value_weight,
    )
    _sweep(
        gig_range,
        item_range,
        items,
        (gig_first, gig_offset, seller_first, seller_offset),
        outs,
        scratch,
        _benchmark_lanes(benchmarks, policy, gigs),
        _formula(evidence, policy, int(ends.max(initial=0))),
    )
    return Sweep(
        gig_seller=gig_seller,
        gig_first_day=gig_first,
        gig_offset=gig_offset,
        gig_score=outs[0],
        gig_status=outs[1],
        seller_first_day=seller_first,
        seller_offset=seller_offset,
        seller_score=outs[2],
        seller_status=outs[3],
    )


def _check(evidence: EvidenceColumns, gigs: int) -> None:
    if len(evidence) == 0:
        return
    if int(evidence.gig[0]) < 0 or int(evidence.gig[-1]) >= gigs:
        raise ValueError(f"evidence names a gig outside 0 … {gigs - 1}")
    if bool((evidence.gig[1:] < evidence.gig[:-1]).any()):
        raise ValueError("evidence is not sorted by gig")


def _gig_spans(
    evidence: EvidenceColumns, item_range: Int64, ends: Int64
) -> tuple[Int32, Int64]:
    """First day and number of days of every gig."""
    first = np.full(len(ends), NO_DAY, dtype=np.int32)
    some = item_range[1:] > item_range[:-1]
    first[some] = evidence.start_day[item_range[:-1][some]]
    days = np.where(some, np.maximum(ends - first + 1, 0), 0)
    first[days == 0] = NO_DAY
    return first, days


def _seller_spans(
    gig_first: Int32, gig_days: Int64, gig_seller: Int32, ends: Int64
) -> tuple[Int32, Int64]:
    """First day and number of days of every seller: those of its longest gig."""
    days = np.zeros(len(ends), dtype=np.int64)
    np.maximum.at(days, gig_seller, gig_days)
    first = np.where(days > 0, ends - days + 1, NO_DAY)
    return first.astype(np.int32), days


def _offsets(days: Int64) -> Int64:
    return np.concatenate((np.zeros(1, dtype=np.int64), np.cumsum(days)))


def _in_lanes(values: Float64, empty: float) -> Float64:
    """The last axis, six areas, spread over eight lanes."""
    lanes = np.full((*values.shape[:-1], LANES), empty)
    lanes[..., list(AREA_LANES)] = values
    return lanes


def _benchmark_lanes(
    benchmarks: BenchmarkColumns | None, policy: Policy, gigs: int
) -> tuple[Int32, Float64, Float64]:
    """Segment starts, and μ and b·β/σ in lanes; of one gig where all gigs share them."""
    start_day = np.zeros(1, dtype=np.int32)
    mean = np.array(policy.benchmark_mean, dtype=np.float64).reshape(1, 1, -1)
    spread = np.array(policy.benchmark_spread, dtype=np.float64).reshape(1, 1, -1)
    if benchmarks is not None and len(benchmarks.start_day):
        shape = (gigs, len(benchmarks.start_day), mean.shape[-1])
        known = min(gigs, len(benchmarks.mean))
        start_day = benchmarks.start_day
        mean, spread = np.broadcast_to(mean, shape).copy(), np.broadcast_to(spread, shape).copy()
        mean[:known], spread[:known] = benchmarks.mean[:known], benchmarks.spread[:known]
    gain = policy.slope * np.array(policy.area_weight) / spread
    return start_day, _in_lanes(mean, 0.0), _in_lanes(gain, 0.0)


def _formula(evidence: EvidenceColumns, policy: Policy, last_day: int) -> tuple[Any, ...]:
    """What else the formula needs: strengths, fading for a day and for any age, gate, s0."""
    oldest = int(evidence.origin_day.min(initial=last_day))
    age = np.arange(max(last_day - oldest, 0) + 2)
    half_life = policy.half_life_days
    fade = np.ones(len(age)) if half_life is None else np.exp2(age / -half_life)
    step = np.full(2 * LANES, fade[1])
    step[ACTIVITY_LANE] = 1.0
    return (
        _in_lanes(np.array(policy.prior_strength, dtype=np.float64), 1.0),
        step,
        fade,
        float(policy.intercept),
        float(policy.min_activity),
        1.0 if policy.unscored is Unscored.NEUTRAL else 0.0,
        1.0 + 9.0 * logistic(policy.intercept),
    )
