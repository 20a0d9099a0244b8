"""The lines against an independent oracle: Shapley values of ever smaller clones.

Cut every part of a move (an item, a gate) into n equal crumbs and let the m·n crumbs arrive
in every order: the Shapley value of a part's crumbs together is a discrete fair share that
knows no calculus. As n grows it converges to the Aumann–Shapley value, with an error that
halves when n doubles. It is exact here, not sampled: with all crumbs of a part alike, the
crumbs that came before a given one of part i are described by their counts t, and

    P(t) = C(n − 1, tᵢ)·∏ C(n, tₖ) / (m·n·C(m·n − 1, Σt))

(any number of predecessors is equally likely; given the number, the draw is hypergeometric).
"""

from __future__ import annotations

import itertools
import math
from dataclasses import replace

import numpy as np
import pytest

from metrics.engine.attribution import Attribution, Form, Moment, attribute
from metrics.engine.columns import Float64
from metrics.engine.fact_columns import evidence_columns
from metrics.engine.types import Cause, Evidence, Factor, Policy, Unscored
from tests.kernels.policies import PLAIN

GIGS = 2
#: A and B: what starts at 10 enters between them, what ends at 15 leaves.
BEFORE, AFTER = 5, 20

AREAS_USED = (Factor.CANCELLATIONS, Factor.CLIENT_SATISFACTION, Factor.DELIVERY_TIME)


def random_case(seed: int, unscored: Unscored) -> tuple[list[Evidence], Policy]:
    """A base of orders that stay, and three that come or go; the gate of gig 1 opens."""
    rng = np.random.default_rng(seed)
    staying = [
        Evidence(order, 0, area, 0, 0, 99, rng.random(), rng.uniform(0.5, 3.0))
        for order in range(3)
        for area in AREAS_USED
    ]
    waiting = Evidence(3, 1, Factor.CANCELLATIONS, 0, 0, 99, rng.random(), rng.uniform(0.5, 3))
    came = [
        Evidence(4, 1, Factor.CANCELLATIONS, 10, 10, 99, rng.random(), rng.uniform(0.5, 3)),
        Evidence(5, 0, Factor.CLIENT_SATISFACTION, 10, 10, 99, rng.random(), rng.uniform(0.5, 3)),
    ]
    left = Evidence(6, 0, Factor.CANCELLATIONS, 0, 0, 15, rng.random(), rng.uniform(0.5, 3))
    policy = replace(
        PLAIN,
        half_life_days=None,
        min_activity=2,
        unscored=unscored,
        benchmark_spread=(0.3,) * 6,
        intercept=float(rng.uniform(-1, 1)),
        slope=float(rng.uniform(0.5, 2)),
    )
    return [*staying, waiting, *came, left], policy


def score_with(items: list[Evidence], share: list[Float64], gate: Float64, p: Policy) -> Float64:
    """S where each item is there in part and gig 1 counts in part; plain sums, no engine."""
    earned: Float64 = np.zeros_like(gate)
    total: Float64 = np.zeros_like(gate)
    neutral = 1 + 9 / (1 + math.exp(-p.intercept))
    for gig in range(GIGS):
        linear: Float64 = np.zeros_like(gate)
        volume: Float64 = np.zeros_like(gate)
        for area in range(6):
            chosen = [(i, s) for i, s in zip(items, share, strict=True) if i.gig == gig]
            parts = [(i.value_weight * s, i.x) for i, s in chosen if i.factor == area]
            weight = sum((w for w, _ in parts), np.zeros_like(gate))
            k, mean = p.prior_strength[area], p.benchmark_mean[area]
            q = (k * mean + sum((w * x for w, x in parts), np.zeros_like(gate))) / (k + weight)
            linear = linear + p.area_weight[area] * (q - mean) / p.benchmark_spread[area]
            volume = weight if area == Factor.CANCELLATIONS else volume
        score = 1 + 9 / (1 + np.exp(-p.intercept - p.slope * linear))
        open_ = gate if gig == 1 else np.ones_like(gate)
        earned, total = earned + volume * open_ * score, total + volume * open_
        if p.unscored is Unscored.NEUTRAL:
            earned = earned + volume * (1 - open_) * neutral
            total = total + volume * (1 - open_)
    return earned / total


def score_of_counts(items: list[Evidence], policy: Policy, counts: Float64, n: int) -> Float64:
    """S after so many crumbs of each part; parts are orders 4, 5, 6 and the gate."""
    ones = np.ones(counts.shape[1:])
    part = {4: counts[0] / n, 5: counts[1] / n, 6: 1 - counts[2] / n}
    return score_with(items, [part.get(i.order, ones) for i in items], counts[3] / n, policy)


def clone_shapley(items: list[Evidence], policy: Policy, n: int, parts: int = 4) -> Float64:
    """The exact Shapley value of every part cut into n clones, shape (parts,)."""
    grid = np.indices((n + 1,) * parts).astype(float)
    value = score_of_counts(items, policy, grid, n)
    ways = np.array([math.comb(n, t) for t in range(n + 1)], dtype=float)
    fewer = np.array([math.comb(n - 1, t) for t in range(n)], dtype=float)
    draws = np.array([float(math.comb(parts * n - 1, j)) for j in range(parts * n)])
    shares = []
    for part in range(parts):
        before = np.moveaxis(grid, part + 1, 1)[:, :n].astype(int)
        gain = np.diff(np.moveaxis(value, part, 0), axis=0)
        chance = fewer[before[part]] / (parts * n * draws[before.sum(axis=0)])
        for other in set(range(parts)) - {part}:
            chance = chance * ways[before[other]]
        assert float(chance.sum()) == pytest.approx(1.0, abs=1e-12)
        shares.append(n * float((chance * gain).sum()))
    return np.array(shares)


def attributed(items: list[Evidence], policy: Policy) -> Attribution:
    evidence = evidence_columns(items)
    return attribute(Moment(evidence, BEFORE, policy, GIGS), Moment(evidence, AFTER, policy, GIGS))


def parts_of(answer: Attribution) -> Float64:
    """What the lines give to orders 4, 5 and 6, and to the gate of gig 1."""
    orders = answer.by_order()
    return np.array([orders.get(order, 0.0) for order in (4, 5, 6, None)])


CASES = [(seed, unscored) for seed in range(6) for unscored in Unscored]


@pytest.mark.parametrize(("seed", "unscored"), CASES)
def test_the_oracle_itself_is_shapley_over_all_orders_of_arrival(
    seed: int, unscored: Unscored
) -> None:
    """With one clone each, the formula equals the mean over all 4! = 24 orders."""
    items, policy = random_case(seed, unscored)
    totals = np.zeros(4)
    for arrival in itertools.permutations(range(4)):
        counts = np.zeros(4)
        for part in arrival:
            before = float(score_of_counts(items, policy, counts[:, None], 1)[0])
            counts[part] = 1
            totals[part] += float(score_of_counts(items, policy, counts[:, None], 1)[0]) - before
    np.testing.assert_allclose(clone_shapley(items, policy, 1), totals / 24, atol=1e-12)


@pytest.mark.parametrize(("seed", "unscored"), CASES)
def test_shapley_over_smaller_and_smaller_clones_converges_to_the_lines(
    seed: int, unscored: Unscored
) -> None:
    items, policy = random_case(seed, unscored)
    answer = attributed(items, policy)
    assert answer.form is Form.MOVE
    assert set(answer.by_cause()) == {Cause.ENTERED, Cause.AGED_OUT, Cause.GIG_BEGAN}
    lines = parts_of(answer)
    shares = {n: clone_shapley(items, policy, n) for n in (2, 4, 8, 16)}
    error = {n: float(np.abs(share - lines).max()) for n, share in shares.items()}
    # Both add up to the change, so only the split can differ.
    assert shares[16].sum() == pytest.approx(lines.sum(), abs=1e-10)
    # The error halves with the size of the clones …
    assert error[4] / error[8] == pytest.approx(2.0, abs=0.25)
    assert error[8] / error[16] == pytest.approx(2.0, abs=0.15)
    # … so 2·φ(2n) − φ(n) leaves an error of 1/n², and its own extrapolation one of 1/n³.
    once = {n: 2 * shares[2 * n] - shares[n] for n in (4, 8)}
    twice = (4 * once[8] - once[4]) / 3
    assert np.abs(once[8] - lines).max() < 0.1 * error[16]
    assert np.abs(twice - lines).max() < 0.01 * error[16]
