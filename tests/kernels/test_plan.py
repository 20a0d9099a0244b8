"""The fewest orders to a target, against trying every way of sharing them out."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metrics.engine.budget import budgets
from metrics.engine.columns import EvidenceColumns
from metrics.engine.evidence import evidence_of_columns
from metrics.engine.fact_columns import evidence_columns, order_columns, review_columns
from metrics.engine.future import future_of
from metrics.engine.hypothetical import Hypothetical, Scenario, applied
from metrics.engine.plan import NoPlan, Plan, fewest_orders, fewest_orders_on_gig
from metrics.engine.state import seller_score, state_of
from metrics.engine.types import (
    CancelledBy,
    Evidence,
    Factor,
    OrderFacts,
    Policy,
    ReviewFacts,
    Unscored,
)
from metrics.engine.what_orders_do import Grid, even_days, grid_of, kind_of, weights_of_even
from tests.kernels.policies import PLAIN
from tests.kernels.strategies import BASE_DAY, histories

GIGS, MOST, AHEAD = 3, 4, 20
NO_FACTS = (order_columns([]), review_columns([], []))
History = tuple[list[OrderFacts], list[ReviewFacts], Policy]


def scenario(numbers: tuple[int, ...], today: int, wrong: CancelledBy | None = None) -> Scenario:
    return Scenario(
        added=tuple(
            Hypothetical(gig, day, 100.0, None if wrong else 5.0, cancelled_by=wrong)
            for gig, number in enumerate(numbers)
            for day in (even_days(today, today + AHEAD, number) if number else ())
        )
    )


def items_of(one: Scenario, policy: Policy) -> EvidenceColumns:
    return applied(one, *NO_FACTS).evidence(policy)


def grid_ahead(evidence: EvidenceColumns, today: int, policy: Policy, most: int = MOST) -> Grid:
    kind = kind_of(items_of(Scenario(added=(Hypothetical(0, 0, 100.0),)), policy))
    weights = weights_of_even(today, today + AHEAD, most, policy)
    return grid_of(state_of(evidence, today + AHEAD, policy, GIGS), kind, weights)


@settings(max_examples=80, deadline=None)
@given(histories(), st.integers(0, 1600), st.floats(1.0, 10.0))
def test_a_plan_holds_in_the_simulator_and_no_way_with_one_order_fewer_does(
    history: History, passed: int, target: float
) -> None:
    orders, reviews, policy = history
    policy = replace(policy, window_days=max(policy.window_days, AHEAD + 1))
    columns = order_columns(orders)
    evidence = evidence_of_columns(columns, review_columns(reviews, columns), policy)
    today = BASE_DAY + passed
    grid = grid_ahead(evidence, today, policy)
    future = future_of(evidence, GIGS, today, AHEAD + 1, policy)

    def score_with(numbers: tuple[int, ...]) -> float | None:
        return future.simulate(items_of(scenario(numbers, today), policy)).score_on(today + AHEAD)

    found = fewest_orders(grid, target)
    # Brute force: every way of sharing out up to MOST orders.
    ways = [n for n in itertools.product(range(MOST + 1), repeat=GIGS) if sum(n) <= MOST]
    scores = {numbers: score_with(numbers) for numbers in ways}
    if isinstance(found, Plan):
        reached = scores[found.numbers]
        assert reached is not None
        assert reached == pytest.approx(found.score, abs=1e-9)
        assert reached >= target - 1e-9
        fewer = [scores[n] for n in ways if sum(n) < found.orders]
        assert all(score is None or score < target + 1e-9 for score in fewer)
    else:
        known = [score for score in scores.values() if score is not None]
        assert all(score < target + 1e-9 for score in known)
        assert (found.score is None) == (not known)
        if found.score is not None:
            assert found.score == pytest.approx(max(known), abs=1e-6)
            assert scores[found.numbers] == pytest.approx(found.score, abs=1e-9)


def finished(order: int, gig: int, day: int, x: float) -> Evidence:
    return Evidence(order, gig, Factor.CANCELLATIONS, day, day, day + 730, x, 1.0)


def a_strong_and_a_weak_gig() -> EvidenceColumns:
    strong = [finished(n, 0, 990, 1.0) for n in range(1, 6)]
    return evidence_columns(strong + [finished(n, 1, 990, 0.0) for n in range(6, 12)])


def test_a_good_order_on_a_weak_gig_lowers_the_overall_score_and_is_never_planned() -> None:
    # Steep: the weak gig stays near 1 after one good order, and weighs more.
    grid = grid_ahead(a_strong_and_a_weak_gig(), 1000, replace(PLAIN, slope=8.0))
    assert grid.alone(1)[1] < grid.alone(1)[0]
    now = grid.overall([0, 0, 0])
    assert now is not None
    found = fewest_orders(grid, now + 0.2)
    assert isinstance(found, Plan)
    assert found.numbers[1] == 0


def test_what_is_reached_already_takes_no_order() -> None:
    grid = grid_ahead(a_strong_and_a_weak_gig(), 1000, PLAIN)
    found = fewest_orders(grid, 1.5)
    assert isinstance(found, Plan)
    assert found.orders == 0


def test_what_cannot_be_reached_says_how_near_one_comes() -> None:
    grid = grid_ahead(a_strong_and_a_weak_gig(), 1000, PLAIN)
    found = fewest_orders(grid, 9.9)
    assert isinstance(found, NoPlan)
    assert found.most == MOST
    assert found.score == grid.overall(list(found.numbers))
    assert found.score is not None
    assert found.score < 9.9


def test_a_seller_with_nothing_needs_the_orders_that_open_a_gate() -> None:
    nothing = evidence_columns([])
    found = fewest_orders(grid_ahead(nothing, 1000, PLAIN), 5.0)
    assert isinstance(found, Plan)
    assert sorted(found.numbers) == [0, 0, 2]
    never = fewest_orders(grid_ahead(nothing, 1000, replace(PLAIN, min_activity=9)), 5.0)
    assert never == NoPlan(MOST, (0, 0, 0), None)


def test_a_target_of_one_gig_needs_orders_on_it_alone() -> None:
    grid = grid_ahead(a_strong_and_a_weak_gig(), 1000, PLAIN)
    now = float(grid.score[1, 0])
    found = fewest_orders_on_gig(grid, 1, now + 0.3)
    assert isinstance(found, Plan)
    assert (found.numbers[0], found.numbers[2]) == (0, 0)
    assert grid.score[1, found.orders - 1] < now + 0.3 <= found.score
    assert isinstance(fewest_orders_on_gig(grid, 1, 9.9), NoPlan)
    closed = fewest_orders_on_gig(grid_ahead(evidence_columns([]), 1000, PLAIN, most=1), 1, 2.0)
    assert closed == NoPlan(1, (0, 0, 0), None)


@pytest.mark.parametrize("unscored", list(Unscored))
def test_a_budget_is_what_the_simulator_still_holds(unscored: Unscored) -> None:
    policy = replace(PLAIN, unscored=unscored)
    evidence = a_strong_and_a_weak_gig()
    state = state_of(evidence, 1000, policy, GIGS)
    wrong = Hypothetical(0, 1000, 100.0, None, cancelled_by=CancelledBy.SELLER)
    kind = kind_of(items_of(Scenario(added=(wrong,)), policy))
    now = seller_score(state)
    assert now is not None
    found = {b.gig: b for b in budgets(grid_of(state, kind, np.arange(9.0)), now - 0.5)}
    future = future_of(evidence, GIGS, 1000, 1, policy)
    for gig, budget in found.items():
        scores = []
        for number in range(9):
            added = tuple(replace(wrong, gig=gig) for _ in range(number))
            entering = items_of(Scenario(added=added), policy)
            scores.append(future.simulate(entering).score_on(1000))
        kept = [score is not None and score >= now - 0.5 for score in scores]
        expected = None if all(kept) else kept.index(False) - 1
        assert budget.absorbed == expected
        first, second = scores[:2]
        assert first is not None
        assert second is not None
        assert budget.one_costs == pytest.approx(first - second, abs=1e-9)


def test_orders_are_spread_evenly_and_never_on_today() -> None:
    assert even_days(100, 110, 2) == [105, 110]
    assert even_days(100, 102, 4) == [101, 101, 102, 102]
    # Without fading each order weighs the same on the last day.
    same = weights_of_even(100, 110, 3, replace(PLAIN, half_life_days=None))
    assert same.tolist() == [0, 1, 2, 3]
