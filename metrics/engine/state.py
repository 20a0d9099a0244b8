"""One seller on one day as arrays: weights, sums and scores (FORMULAS.md, steps 2 to 7).

The same numbers as :func:`metrics.engine.reference.seller_state`, for every gig at once.
Attribution starts and ends every leg of its path at two such states.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from metrics.engine.columns import BenchmarkColumns, EvidenceColumns, Float64, Int64
from metrics.engine.reference import display, logistic
from metrics.engine.types import AREA_COUNT, Factor, Policy, Unscored


@dataclass(frozen=True, slots=True)
class State:
    """The sums that the score of one seller on one day is a function of.

    Attributes
    ----------
    day : day number
    alive : shape (items,), which items count on ``day``
    item_weight : shape (items,), w of every item; 0 where it does not count
    weight, weighted_x : shape (gigs, 6), Σw and Σw·x
    live : shape (gigs, 6), number of items that count
    counts : shape (gigs,), whether the gate of each gig is open (step 5)
    mean, spread : shape (gigs, 6), the benchmark in force
    """

    day: int
    policy: Policy
    alive: NDArray[np.bool_]
    item_weight: Float64
    weight: Float64
    weighted_x: Float64
    live: Int64
    counts: NDArray[np.bool_]
    mean: Float64
    spread: Float64

    @property
    def gigs(self) -> int:
        return len(self.weight)

    @property
    def volume(self) -> Float64:
        """V: decayed weight of the finished orders, shape (gigs,)."""
        return self.weight[:, Factor.CANCELLATIONS]

    @property
    def activity(self) -> Int64:
        """Finished orders that count, shape (gigs,)."""
        return self.live[:, Factor.CANCELLATIONS]


def alive_on(evidence: EvidenceColumns, day: int) -> NDArray[np.bool_]:
    """Which items count on a day: ``start_day <= day < end_day``."""
    return (evidence.start_day <= day) & (day < evidence.end_day)


def _weights(
    evidence: EvidenceColumns, alive: NDArray[np.bool_], day: int, policy: Policy
) -> Float64:
    """Step 2: w = v · 2^(−(day − origin)/half-life) while an item counts, else 0."""
    if policy.half_life_days is None:
        return evidence.value_weight * alive
    age = np.maximum(np.int64(day) - evidence.origin_day, 0)
    fading: Float64 = np.exp2(age * (-1.0 / policy.half_life_days))
    return evidence.value_weight * alive * fading


def benchmark_on(
    benchmarks: BenchmarkColumns | None, day: int, policy: Policy, gigs: int
) -> tuple[Float64, Float64]:
    """Mean and spread in force on a day, each of shape (gigs, 6).

    Gigs beyond those of ``benchmarks``, and all gigs where it is None, are compared with
    the policy's own benchmark.
    """
    mean = np.tile(np.array(policy.benchmark_mean, dtype=np.float64), (gigs, 1))
    spread = np.tile(np.array(policy.benchmark_spread, dtype=np.float64), (gigs, 1))
    if benchmarks is not None and len(benchmarks.start_day):
        known = min(gigs, len(benchmarks.mean))
        segment = max(int(np.searchsorted(benchmarks.start_day, day, side="right")) - 1, 0)
        mean[:known] = benchmarks.mean[:known, segment]
        spread[:known] = benchmarks.spread[:known, segment]
    return mean, spread


def state_under(
    evidence: EvidenceColumns, day: int, policy: Policy, mean: Float64, spread: Float64
) -> State:
    """Step 3's sums of every gig and area, against a benchmark of shape (gigs, 6)."""
    gigs = len(mean)
    if len(evidence) and not 0 <= int(evidence.gig.min()) <= int(evidence.gig.max()) < gigs:
        raise ValueError(f"gig numbers are 0 to {gigs - 1}, the evidence names another")
    alive = alive_on(evidence, day)
    weight = _weights(evidence, alive, day, policy)
    cell = evidence.gig.astype(np.int64) * AREA_COUNT + evidence.factor

    def per_area(values: Float64 | None, cells: Int64) -> NDArray[Any]:
        return np.bincount(cells, values, gigs * AREA_COUNT).reshape(gigs, AREA_COUNT)

    live = per_area(None, cell[alive]).astype(np.int64)
    return State(
        day=day,
        policy=policy,
        alive=alive,
        item_weight=weight,
        weight=per_area(weight, cell).astype(np.float64),
        weighted_x=per_area(weight * evidence.x, cell).astype(np.float64),
        live=live,
        counts=live[:, Factor.CANCELLATIONS] >= policy.min_activity,
        mean=mean,
        spread=spread,
    )


def state_of(
    evidence: EvidenceColumns,
    day: int,
    policy: Policy,
    gigs: int,
    benchmarks: BenchmarkColumns | None = None,
) -> State:
    """The state of one seller on one day.

    Parameters
    ----------
    evidence : items of one seller under ``policy``, gig numbers 0 … ``gigs`` − 1
    day : day number
    benchmarks : None for the policy's own benchmark

    Raises
    ------
    ValueError
        If an item names a gig outside 0 … ``gigs`` − 1.
    """
    mean, spread = benchmark_on(benchmarks, day, policy, gigs)
    return state_under(evidence, day, policy, mean, spread)


def distances_of_sums(
    weight: Float64, weighted_x: Float64, mean: Float64, spread: Float64, policy: Policy
) -> Float64:
    """Step 3: z = (q − μ)/σ from Σw and Σw·x; all of shape (…, 6)."""
    strength = np.array(policy.prior_strength)
    shrunken = (strength * mean + weighted_x) / (strength + weight)
    return (shrunken - mean) / spread


def area_distances(state: State) -> Float64:
    """Step 3: z = (q − μ)/σ, shape (gigs, 6); the input of the impact labels."""
    return distances_of_sums(state.weight, state.weighted_x, state.mean, state.spread, state.policy)


def neutral_score(policy: Policy) -> float:
    """s0, the score of a gig about which nothing is known."""
    return 1.0 + 9.0 * logistic(policy.intercept)


def logistics(u: Float64) -> Float64:
    """1/(1 + e^(−u)) without overflow, elementwise."""
    small = np.exp(-np.abs(u))
    return np.where(u >= 0, 1.0, small) / (1.0 + small)


def scores_of_distances(distances: Float64, policy: Policy) -> Float64:
    """Step 4: s from z of shape (…, 6)."""
    u = policy.intercept + policy.slope * distances @ np.array(policy.area_weight)
    return 1.0 + 9.0 * logistics(u)


def gig_scores(state: State) -> Float64:
    """Step 4: s of every gig, whether it counts or not, shape (gigs,)."""
    return scores_of_distances(area_distances(state), state.policy)


def gig_shares(state: State) -> Float64:
    """Step 6: the share of each gig in the overall score, shape (gigs,).

    They add up to 1, or are all 0 while the seller is not scored. With the treatment
    "neutral" the share of a gig that does not count is the share at which s0 enters.
    """
    if not state.counts.any():
        return np.zeros(state.gigs)
    neutral = state.policy.unscored is Unscored.NEUTRAL
    volume = state.volume if neutral else np.where(state.counts, state.volume, 0.0)
    total = volume.sum()
    return volume / total if total > 0 else np.zeros(state.gigs)


def seller_score(state: State) -> float | None:
    """Step 6: S, or None while no gig counts (or the gigs have no weight at all)."""
    shares = gig_shares(state)
    if not shares.any():
        return None
    scores = np.where(state.counts, gig_scores(state), neutral_score(state.policy))
    return float(shares @ scores)


def displayed_score(score: float | None) -> int | None:
    """Step 7: the whole number shown, halves up."""
    return None if score is None else display(score)
