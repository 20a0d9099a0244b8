"""Sums and scores of one day by columns, against the plain reference, and their gradient."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metrics.engine import reference
from metrics.engine.columns import BenchmarkColumns
from metrics.engine.evidence import evidence_of_columns
from metrics.engine.fact_columns import evidence_columns, order_columns, review_columns
from metrics.engine.state import (
    area_distances,
    displayed_score,
    gig_scores,
    gig_shares,
    seller_score,
    state_of,
)
from metrics.engine.surface import coordinate_count, gradient, point_of, surface
from metrics.engine.types import (
    AREA_COUNT,
    AREAS,
    Evidence,
    Factor,
    OrderFacts,
    Policy,
    ReviewFacts,
    Unscored,
)
from tests.kernels.policies import PLAIN
from tests.kernels.strategies import BASE_DAY, benchmark_columns, benchmarks_on, histories

GIGS = 3

History = tuple[list[OrderFacts], list[ReviewFacts], Policy]


@settings(max_examples=200, deadline=None)
@given(histories(), st.integers(0, 1800), st.none() | benchmark_columns(GIGS))
def test_a_state_is_the_state_of_the_reference(
    history: History, offset: int, groups: BenchmarkColumns | None
) -> None:
    orders, reviews, policy = history
    columns = order_columns(orders)
    evidence = evidence_of_columns(columns, review_columns(reviews, columns), policy)
    day = BASE_DAY + offset % (40 if len(orders) % 2 else 1800)
    state = state_of(evidence, day, policy, GIGS, groups)
    expected = reference.seller_state(
        reference.evidence_of(orders, reviews, policy),
        day,
        policy,
        None if groups is None else benchmarks_on(groups, day),
    )
    assert seller_score(state) == pytest.approx(expected.score, abs=1e-12)
    assert displayed_score(seller_score(state)) == expected.displayed
    scores, distances = gig_scores(state), area_distances(state)
    for gig, other in expected.gigs.items():
        assert scores[gig] == pytest.approx(other.score, abs=1e-12)
        assert state.volume[gig] == pytest.approx(other.volume, abs=1e-12)
        assert (state.activity[gig], state.counts[gig]) == (other.activity, other.counts)
        for area in AREAS:
            assert state.weight[gig, area] == pytest.approx(other.areas[area].weight, abs=1e-12)
            assert distances[gig, area] == pytest.approx(other.areas[area].z, abs=1e-11)
            assert state.live[gig, area] == other.areas[area].items
    total = gig_shares(state).sum()
    assert total == pytest.approx(0.0 if expected.score is None else 1.0, abs=1e-12)


def finished(order: int, gig: int, day: int, x: float = 1.0) -> Evidence:
    return Evidence(order, gig, Factor.CANCELLATIONS, day, day, day + 730, x, 1.0)


def test_a_gig_that_does_not_count_has_a_share_only_where_the_policy_says_neutral() -> None:
    # Gig 0 has two orders and counts; gig 1 has one, below the minimum of two.
    evidence = evidence_columns([finished(1, 0, 100), finished(2, 0, 100), finished(3, 1, 100)])
    excluded = state_of(evidence, 100, PLAIN, 2)
    neutral = state_of(evidence, 100, replace(PLAIN, unscored=Unscored.NEUTRAL), 2)
    assert gig_shares(excluded).tolist() == [1.0, 0.0]
    # Volumes 2 and 1.
    assert gig_shares(neutral) == pytest.approx([2 / 3, 1 / 3])


def test_without_a_gig_that_counts_there_is_no_score() -> None:
    state = state_of(evidence_columns([finished(1, 0, 100)]), 100, PLAIN, 2)
    assert seller_score(state) is None
    assert displayed_score(None) is None
    assert gig_shares(state).tolist() == [0.0, 0.0]


def test_nothing_at_all_is_a_state_too() -> None:
    state = state_of(evidence_columns([]), 100, PLAIN, 2)
    assert seller_score(state) is None
    assert state.weight.shape == (2, AREA_COUNT)


@pytest.mark.parametrize("gig", [2, -1])
def test_an_item_of_a_gig_that_is_not_there_is_refused(gig: int) -> None:
    with pytest.raises(ValueError, match="0 to 1"):
        state_of(evidence_columns([finished(1, gig, 100)]), 100, PLAIN, 2)


def test_gigs_beyond_the_benchmarks_are_compared_with_the_policys() -> None:
    groups = BenchmarkColumns(
        start_day=np.array([0, 50], dtype=np.int32),
        mean=np.full((1, 2, 6), 0.5),
        spread=np.stack((np.full((1, 6), 0.2), np.full((1, 6), 0.3)), axis=1),
    )
    state = state_of(evidence_columns([]), 60, PLAIN, 2, groups)
    assert state.mean[0].tolist() == [0.5] * 6
    assert state.spread[0].tolist() == [0.3] * 6
    assert state.mean[1].tolist() == list(PLAIN.benchmark_mean)


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 4), st.integers(0, 2**32 - 1))
def test_the_gradient_is_the_slope_of_the_score(gigs: int, seed: int) -> None:
    """Central differences: (S(θ + h) − S(θ − h)) / 2h, with an error of the order of h²."""
    theta = np.random.default_rng(seed).uniform(0.2, 0.9, coordinate_count(gigs))
    step = 1e-5
    nearby = theta + step * np.concatenate((np.eye(len(theta)), -np.eye(len(theta))))
    up, down = surface(nearby, gigs).score[:, 0].reshape(2, -1)
    np.testing.assert_allclose(gradient(theta, gigs), (up - down) / (2 * step), atol=1e-7)


@settings(max_examples=60, deadline=None)
@given(histories(max_orders=20), st.integers(0, 60))
def test_the_smooth_function_passes_through_the_score(history: History, offset: int) -> None:
    orders, reviews, policy = history
    columns = order_columns(orders)
    evidence = evidence_of_columns(columns, review_columns(reviews, columns), policy)
    state = state_of(evidence, BASE_DAY + offset, policy, GIGS)
    score = seller_score(state)
    if score is not None:
        assert float(surface(point_of(state), GIGS).score[0]) == pytest.approx(score, abs=1e-12)
