"""What an order does by being there, against the score without it computed from scratch."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metrics.engine import reference
from metrics.engine.age_out import harms_on
from metrics.engine.columns import BenchmarkColumns
from metrics.engine.evidence import evidence_of_columns
from metrics.engine.fact_columns import evidence_columns, order_columns, review_columns
from metrics.engine.state import state_of
from metrics.engine.types import Cause, Evidence, Factor, OrderFacts, Policy, ReviewFacts
from tests.kernels.policies import PLAIN
from tests.kernels.strategies import BASE_DAY, benchmark_columns, benchmarks_on, histories

GIGS = 3
History = tuple[list[OrderFacts], list[ReviewFacts], Policy]


@settings(max_examples=200, deadline=None)
@given(histories(), st.integers(0, 1600), st.none() | benchmark_columns(GIGS))
def test_the_harm_is_the_score_without_the_order_less_the_score(
    history: History, passed: int, groups: BenchmarkColumns | None
) -> None:
    orders, reviews, policy = history
    day = BASE_DAY + passed
    columns = order_columns(orders)
    evidence = evidence_of_columns(columns, review_columns(reviews, columns), policy)
    found = harms_on(evidence, state_of(evidence, day, policy, GIGS, groups))
    items = reference.evidence_of(orders, reviews, policy)
    marks = None if groups is None else benchmarks_on(groups, day)
    now = reference.seller_state(items, day, policy, marks).score
    alive = {item.order for item in items if item.start_day <= day < item.end_day}
    assert found.order.tolist() == sorted(alive)
    for order, harm, end in zip(
        found.order.tolist(), found.harm.tolist(), found.end_day.tolist(), strict=True
    ):
        rest = [item for item in items if item.order != order]
        without = reference.seller_state(rest, day, policy, marks).score
        if now is None or without is None:
            assert np.isnan(harm)
            assert found.of(order) is None
        else:
            assert harm == pytest.approx(without - now, abs=1e-9)
            assert found.of(order) == harm
        mine = [i for i in items if i.order == order and i.start_day <= day < i.end_day]
        assert end == max(item.end_day for item in mine)
    assert found.of(-99) == 0.0


def finished(order: int, gig: int, day: int, x: float) -> Evidence:
    return Evidence(order, gig, Factor.CANCELLATIONS, day, day, day + 730, x, 1.0)


def test_a_good_order_can_hurt_by_the_weight_it_gives_a_weak_gig() -> None:
    # Gig 0 is spotless; gig 1 has three cancelled orders and a good one, which carries weight.
    items = [finished(n, 0, 990, 1.0) for n in range(4)]
    items += [finished(n, 1, 990, 0.0) for n in (10, 11, 12)] + [finished(13, 1, 995, 1.0)]
    evidence = evidence_columns(items)
    found = harms_on(evidence, state_of(evidence, 1000, PLAIN, 2))
    good, bad = found.of(13), found.of(10)
    assert good is not None
    assert bad is not None
    assert bad > 0
    scores = reference.seller_state(items, 1000, PLAIN)
    without = reference.seller_state([i for i in items if i.order != 13], 1000, PLAIN)
    assert good == pytest.approx((without.score or 0) - (scores.score or 0), abs=1e-12)
    assert found.end_cause.tolist() == [Cause.AGED_OUT] * 8


def test_a_day_without_orders_has_no_harm() -> None:
    evidence = evidence_columns([finished(1, 0, 100, 0.0)])
    assert len(harms_on(evidence, state_of(evidence, 5000, PLAIN, 1)).order) == 0


def test_an_old_order_keeps_its_little_weight_beside_a_new_one() -> None:
    # With a half-life of five days the old order weighs 2 ** -73: the others' sum less the new
    # order's weight would be nothing, and the score without it unknown.
    policy = replace(PLAIN, half_life_days=5.0, min_activity=1)
    items = [finished(1, 0, 635, 0.0), finished(2, 0, 1000, 1.0)]
    evidence = evidence_columns(items)
    found = harms_on(evidence, state_of(evidence, 1000, policy, 1))
    now = reference.seller_state(items, 1000, policy).score
    without = reference.seller_state(items[:1], 1000, policy).score
    assert now is not None
    assert without is not None
    assert found.of(2) == pytest.approx(without - now, abs=1e-12)
