"""Simulation by sums, against a sweep over all items from scratch."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metrics.engine.columns import BenchmarkColumns, EvidenceColumns
from metrics.engine.evidence import evidence_of_columns
from metrics.engine.fact_columns import (
    evidence_columns,
    evidence_items,
    order_columns,
    review_columns,
)
from metrics.engine.future import Trajectory, future_of
from metrics.engine.kernel import sweep
from metrics.engine.state import gig_scores, seller_score, state_of
from metrics.engine.sweep import DailyScores, DayState
from metrics.engine.types import Evidence, Factor, OrderFacts, Policy, ReviewFacts
from tests.kernels.policies import PLAIN
from tests.kernels.strategies import BASE_DAY, benchmark_columns, histories

GIGS = 3
DAYS = 400

History = tuple[list[OrderFacts], list[ReviewFacts], Policy]


def evidence_of(facts: History, policy: Policy) -> EvidenceColumns:
    orders, reviews, _ = facts
    columns = order_columns(orders)
    return evidence_of_columns(columns, review_columns(reviews, columns), policy)


def merged(one: EvidenceColumns, other: EvidenceColumns) -> EvidenceColumns:
    return evidence_columns([*evidence_items(one), *evidence_items(other)])


def assert_same_days(coming: np.ndarray, status: np.ndarray, came: DailyScores, day: int) -> None:
    """Equal from ``day`` on; days before a subject's first evidence have no score."""
    before = max(came.first_day - day, 0) if len(came) else len(coming)
    assert np.isnan(coming[:before]).all()
    assert (status[:before] == DayState.NOTHING).all()
    passed = max(day - came.first_day, 0) if len(came) else 0
    np.testing.assert_allclose(coming[before:], came.score[passed:], atol=1e-9, rtol=0)
    np.testing.assert_array_equal(status[before:], came.status[passed:])


def assert_is_the_sweep(
    found: Trajectory, evidence: EvidenceColumns, policy: Policy, groups: BenchmarkColumns | None
) -> None:
    last = found.first_day + len(found.score) - 1
    swept = sweep(evidence, np.zeros(GIGS, np.int32), last, policy, groups)
    assert_same_days(found.score, found.status, swept.seller(0), found.first_day)
    for gig in range(GIGS):
        activity = found.activity[gig]
        below = np.where(activity > 0, DayState.TOO_LITTLE, DayState.NOTHING)
        status = np.where(activity >= policy.min_activity, DayState.SCORED, below)
        assert_same_days(found.gig_score[gig], status, swept.gig(gig), found.first_day)


@settings(max_examples=150, deadline=None)
@given(histories(), st.integers(0, 1600), st.none() | benchmark_columns(GIGS))
def test_simulating_nothing_is_the_sweep(
    history: History, passed: int, groups: BenchmarkColumns | None
) -> None:
    policy = history[2]
    evidence = evidence_of(history, policy)
    today = BASE_DAY + passed
    future = future_of(evidence, GIGS, today, DAYS, policy, groups)
    assert_is_the_sweep(future.now(), evidence, policy, groups)
    nothing = future.simulate(evidence_columns([]), np.empty(0, np.int64))
    np.testing.assert_array_equal(nothing.score, future.now().score)
    state = state_of(evidence, today, policy, GIGS, groups)
    assert future.now().score_on(today) == pytest.approx(seller_score(state), abs=1e-9)
    np.testing.assert_allclose(future.own_score[:, 0], gig_scores(state), atol=1e-9, rtol=0)


@settings(max_examples=150, deadline=None)
@given(
    histories(),
    histories(max_orders=5),
    st.integers(0, 1600),
    st.integers(0, 2**14),
    st.none() | benchmark_columns(GIGS),
)
def test_a_simulation_is_the_sweep_of_the_facts_as_they_would_be(
    history: History,
    more: History,
    passed: int,
    bits: int,
    groups: BenchmarkColumns | None,
) -> None:
    policy = history[2]
    evidence = evidence_of(history, policy)
    numbers = [order.order for index, order in enumerate(history[0]) if bits >> index & 1]
    hypothetical = replace_numbers(evidence_of(more, policy))
    future = future_of(evidence, GIGS, BASE_DAY + passed, DAYS, policy, groups)
    found = future.simulate(hypothetical, np.array(numbers, np.int64))
    kept = evidence_columns(
        [item for item in evidence_items(evidence) if item.order not in numbers]
    )
    assert_is_the_sweep(found, merged(kept, hypothetical), policy, groups)
    # The base is as it was: simulations do not see each other.
    assert_is_the_sweep(future.now(), evidence, policy, groups)


def replace_numbers(items: EvidenceColumns) -> EvidenceColumns:
    return replace(items, order=-2 - items.order)


def finished(order: int, gig: int, day: int, x: float = 1.0) -> Evidence:
    return Evidence(order, gig, Factor.CANCELLATIONS, day, day, day + 730, x, 1.0)


def test_a_hypothetical_order_can_open_a_gate() -> None:
    # One order is below the minimum of two; a second one on day 1010 opens the gate.
    future = future_of(evidence_columns([finished(1, 0, 900)]), 1, 1000, 20, PLAIN)
    found = future.simulate(evidence_columns([finished(-2, 0, 1010)]))
    assert found.score_on(1009) is None
    assert found.score_on(1010) is not None
    assert found.status[9] == DayState.TOO_LITTLE
    assert found.displayed_on(1010) == round(found.score_on(1010) or 0)
    assert found.gig_score_on(0, 1009) is not None


def test_without_its_only_order_a_seller_is_not_scored() -> None:
    evidence = evidence_columns([finished(1, 0, 900), finished(2, 0, 900)])
    future = future_of(evidence, 1, 1000, 5, PLAIN)
    assert future.simulate(without=np.array([2])).score_on(1000) is None
    assert future.simulate(without=np.array([1, 2])).gig_score_on(0, 1000) is None


def test_a_day_outside_and_a_gig_outside_are_refused() -> None:
    future = future_of(evidence_columns([finished(1, 0, 900)]), 1, 1000, 20, PLAIN)
    with pytest.raises(IndexError, match="not among 1000"):
        future.now().score_on(1020)
    with pytest.raises(ValueError, match="gig numbers are 0 to 0"):
        future.simulate(evidence_columns([finished(-2, 1, 1010)]))
    with pytest.raises(ValueError, match="at least one day"):
        future_of(evidence_columns([]), 1, 1000, 0, PLAIN)
    with pytest.raises(ValueError, match="the evidence names another"):
        future_of(evidence_columns([finished(1, 3, 900)]), 1, 1000, 20, PLAIN)
