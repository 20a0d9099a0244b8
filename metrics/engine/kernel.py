"""The sweep: daily scores of every gig and seller from packed evidence, in one pass.

Equal to :mod:`metrics.engine.reference` to 1e-9 on every day; the loops themselves are in
:mod:`metrics.engine.blocks`.
"""

from __future__ import annotations

import numpy as np

from metrics.engine.blocks import Benchmarks, Gate, sweep_sellers
from metrics.engine.columns import BenchmarkColumns, EvidenceColumns, Float64, Int32, Int64
from metrics.engine.days import NO_DAY
from metrics.engine.reference import logistic
from metrics.engine.sweep import Sweep
from metrics.engine.types import Policy, Unscored


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
    items = (
        evidence.factor,
        evidence.origin_day,
        evidence.start_day,
        evidence.end_day,
        evidence.x,
        evidence.value_weight,
    )
    sweep_sellers(
        gig_range,
        item_range,
        items,
        (gig_first, gig_offset, seller_first, seller_offset),
        outs,
        _benchmarks(benchmarks, policy, gigs),
        np.array(policy.prior_strength, dtype=np.float64),
        _fading(evidence, policy, int(ends.max(initial=0))),
        float(policy.intercept),
        _gate(policy),
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


def _gig_spans(evidence: EvidenceColumns, item_range: Int64, ends: Int64) -> tuple[Int32, Int64]:
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


def _benchmarks(benchmarks: BenchmarkColumns | None, policy: Policy, gigs: int) -> Benchmarks:
    """The policy's own for all gigs together, or one for each gig."""
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
    return start_day, mean, gain


def _fading(evidence: EvidenceColumns, policy: Policy, last_day: int) -> Float64:
    """2^(−age/half-life) for every age that an item can reach."""
    oldest = int(evidence.origin_day.min(initial=last_day))
    age = np.arange(max(last_day - oldest, 0) + 2)
    half_life = policy.half_life_days
    return np.ones(len(age)) if half_life is None else np.exp2(age / -half_life)


def _gate(policy: Policy) -> Gate:
    """The gate, and what a gig below it does to the overall score."""
    unscored_share = 1.0 if policy.unscored is Unscored.NEUTRAL else 0.0
    return float(policy.min_activity), unscored_share, 1.0 + 9.0 * logistic(policy.intercept)
