"""Hypothetical orders and changed ones are facts like any others."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metrics.engine.evidence import evidence_of_columns
from metrics.engine.fact_columns import order_columns, order_facts, review_columns, review_facts
from metrics.engine.future import future_of
from metrics.engine.hypothetical import (
    Change,
    Hypothetical,
    Scenario,
    applied,
    changed_facts,
    hypothetical_facts,
    with_facts,
)
from metrics.engine.types import (
    CancelledBy,
    Factor,
    OrderFacts,
    OrderStatus,
    Policy,
    ReviewFacts,
)
from tests.kernels.policies import PLAIN
from tests.kernels.strategies import BASE_DAY, histories
from tests.kernels.test_future import assert_is_the_sweep

GIGS = 3
History = tuple[list[OrderFacts], list[ReviewFacts], Policy]


@st.composite
def scenarios(draw: st.DrawFn, orders: list[OrderFacts], today: int) -> Scenario:
    """New orders, and some of the finished real ones changed or removed."""
    finished = [order.order for order in orders if order.finished_day is not None]
    touched = draw(st.lists(st.sampled_from(finished), unique=True, max_size=4)) if finished else []
    cut = draw(st.integers(0, len(touched)))
    by = st.none() | st.sampled_from(tuple(CancelledBy))
    stars = st.none() | st.sampled_from((1.0, 4.0, 5.0))
    late = st.sampled_from((0.0, 12.0, 48.0))
    added = st.builds(
        Hypothetical,
        gig=st.integers(0, GIGS - 1),
        day=st.integers(today, today + 300),
        amount_usd=st.none() | st.sampled_from((5.0, 100.0)),
        stars=stars,
        late_hours=late,
        cancelled_by=by,
        rates_areas=st.booleans(),
    )
    changes = [
        draw(
            st.builds(
                Change,
                order=st.just(number),
                stars=st.none() | st.sampled_from((0.0, 1.0, 5.0)),
                late_hours=st.none() | late,
                cancelled_by=by,
                completed=st.booleans(),
            )
        )
        for number in touched[:cut]
    ]
    return Scenario(
        added=tuple(draw(st.lists(added, max_size=4))),
        changed=tuple(changes),
        removed=tuple(touched[cut:]),
    )


@settings(max_examples=150, deadline=None)
@given(histories(), st.integers(0, 1600), st.data())
def test_a_scenario_by_sums_is_the_sweep_of_all_facts_as_they_would_be(
    history: History, passed: int, data: st.DataObject
) -> None:
    facts, versions, policy = history
    today = BASE_DAY + passed
    orders = order_columns(facts)
    reviews = review_columns(versions, orders)
    scenario = data.draw(scenarios(facts, today))
    change = applied(scenario, orders, reviews)
    future = future_of(evidence_of_columns(orders, reviews, policy), GIGS, today, 400, policy)
    found = future.simulate(change.evidence(policy), change.without)
    together, said, was = with_facts(orders, reviews, change)
    evidence = evidence_of_columns(together, said, policy)
    assert_is_the_sweep(found, evidence, policy, None)
    # Every real order that was not touched is as it was, hypothetical ones come first.
    numbers = together.order.tolist()
    assert numbers == sorted(numbers)
    assert (np.diff(said.row) >= 0).all()
    assert len(numbers) == len(facts) - len(scenario.removed) + len(scenario.added)
    untouched = {*numbers} - {c.order for c in scenario.changed} - {n for n in numbers if n < 0}
    before = {order.order: order for order in order_facts(orders)}
    for order in order_facts(together):
        if order.order in untouched:
            assert order == before[order.order]
    real = [(row, number) for row, number in zip(was.tolist(), numbers, strict=True) if row >= 0]
    assert all(orders.order[row] == number for row, number in real)
    kept = [v for v in review_facts(reviews, orders) if v.order in untouched]
    assert sorted(map(repr, kept)) == sorted(
        repr(v) for v in review_facts(said, together) if v.order in untouched
    )


def test_a_clean_order_says_something_good_about_every_area() -> None:
    order, reviews = hypothetical_facts(Hypothetical(gig=1, day=100, amount_usd=50.0), -2)
    items = applied(Scenario(added=(Hypothetical(1, 100, 50.0),)), *NOTHING).evidence(PLAIN)
    assert sorted(items.factor.tolist()) == [int(f) for f in Factor if f is not Factor.GIG_WEIGHT]
    assert (items.x == 1).all()
    assert (order.order, order.finished_day, order.disputes) == (-2, 100, 0)
    assert [review.posted_day for review in reviews] == [100]


NOTHING = (order_columns([]), review_columns([], []))


def test_a_cancelled_order_speaks_of_cancellations_alone() -> None:
    wrong = Hypothetical(0, 100, 50.0, stars=None, cancelled_by=CancelledBy.SELLER)
    items = applied(Scenario(added=(wrong,)), *NOTHING).evidence(PLAIN)
    assert items.factor.tolist() == [Factor.CANCELLATIONS]
    assert items.x.tolist() == [PLAIN.cancelled_by_seller_x]


REAL = OrderFacts(
    order=5,
    gig=0,
    status=OrderStatus.COMPLETED,
    finished_day=900,
    delivered_day=898,
    late_hours=30.0,
    disputes=1,
    amount_usd=80.0,
)
WORDS = ReviewFacts(order=5, posted_day=901, start_day=901, stars=2.0, quality=1.0)


def test_a_change_touches_what_it_names_and_nothing_else() -> None:
    assert changed_facts(REAL, [WORDS], Change(5)) == (REAL, [WORDS])
    order, reviews = changed_facts(REAL, [WORDS], Change(5, stars=5.0))
    assert (order, reviews) == (REAL, [replace(WORDS, stars=5.0, quality=5.0)])
    order, _ = changed_facts(REAL, [WORDS], Change(5, late_hours=0.0))
    assert order == replace(REAL, late_hours=0.0)
    assert changed_facts(REAL, [WORDS], Change(5, stars=0.0))[1] == []
    order, reviews = changed_facts(REAL, [], Change(5, stars=4.0))
    assert [(r.stars, r.posted_day, r.quality) for r in reviews] == [(4.0, 900, None)]


def test_a_cancelled_order_can_be_completed_and_the_other_way() -> None:
    cancelled, _ = changed_facts(REAL, [], Change(5, cancelled_by=CancelledBy.SELLER))
    assert (cancelled.status, cancelled.cancelled_by) == (
        OrderStatus.CANCELLED,
        CancelledBy.SELLER,
    )
    again, _ = changed_facts(cancelled, [], Change(5, completed=True))
    assert again.status is OrderStatus.COMPLETED


@pytest.mark.parametrize("scenario", [Scenario(removed=(9,)), Scenario(changed=(Change(9),))])
def test_an_order_that_is_not_there_is_refused(scenario: Scenario) -> None:
    with pytest.raises(KeyError, match="9"):
        applied(scenario, order_columns([REAL]), review_columns([WORDS], [REAL]))


def test_an_open_order_cannot_be_changed() -> None:
    open_order = replace(REAL, status=OrderStatus.OPEN, finished_day=None)
    with pytest.raises(KeyError, match="5"):
        applied(Scenario(changed=(Change(5),)), order_columns([open_order]), NOTHING[1])


def test_an_empty_scenario_is_false_and_changes_nothing() -> None:
    assert not Scenario()
    orders = order_columns([REAL])
    together, _, was = with_facts(orders, NOTHING[1], applied(Scenario(), orders, NOTHING[1]))
    assert order_facts(together) == [REAL]
    np.testing.assert_array_equal(was, [0])
