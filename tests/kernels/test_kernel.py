"""The sweep equals the plain reference to 1e-9 on every day, over random histories."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from hypothesis import given, settings

from metrics.engine.columns import BenchmarkColumns
from metrics.engine.fact_columns import evidence_columns
from metrics.engine.kernel import sweep
from metrics.engine.reference import evidence_of, seller_state
from metrics.engine.sweep import DayState, Sweep
from metrics.engine.types import (
    Benchmark,
    Evidence,
    OrderFacts,
    Policy,
    ReviewFacts,
)
from tests.kernels.strategies import benchmark_columns, benchmarks_on, histories

History = tuple[list[OrderFacts], list[ReviewFacts], Policy]
GIGS = 3
#: Days past the last entry: far enough to see a window of 730 days empty in most histories.
AHEAD = 800
TOLERANCE = 1e-9


def swept(
    items: list[Evidence],
    last_day: int,
    policy: Policy,
    benchmarks: BenchmarkColumns | None = None,
    gigs: int = GIGS,
) -> Sweep:
    """The sweep of one seller with the number 0."""
    gig_seller = np.zeros(gigs, dtype=np.int32)
    return sweep(evidence_columns(items), gig_seller, last_day, policy, benchmarks)


def telling_days(items: list[Evidence], last_day: int) -> list[int]:
    """Every day on which something enters or leaves, its neighbours, and a few between."""
    events = {day for item in items for day in (item.start_day, item.end_day)}
    near = {event + shift for event in events for shift in (-1, 0, 1)}
    first = min(item.start_day for item in items)
    between = range(first, last_day + 1, 211)
    return sorted(day for day in {*near, *between, last_day} if first <= day <= last_day)


def assert_day(
    result: Sweep,
    items: list[Evidence],
    day: int,
    policy: Policy,
    benchmarks: Mapping[int, Benchmark] | None = None,
) -> None:
    """Scores and states of the seller and of all gigs on one day are the reference's."""
    expected = seller_state(items, day, policy, benchmarks)
    seller = result.seller(0)
    here = day - seller.first_day
    activity = [gig.activity for gig in expected.gigs.values()]
    if expected.score is None:
        assert np.isnan(seller.score[here])
        assert seller.status[here] == (DayState.TOO_LITTLE if any(activity) else DayState.NOTHING)
    else:
        assert seller.status[here] == DayState.SCORED
        assert abs(seller.score[here] - expected.score) <= TOLERANCE
    for number, gig in expected.gigs.items():
        days = result.gig(number)
        if day < days.first_day:
            assert gig.activity == 0
            continue
        there = day - days.first_day
        if gig.activity == 0:
            assert days.status[there] == DayState.NOTHING
            assert np.isnan(days.score[there])
            continue
        assert days.status[there] == (DayState.SCORED if gig.counts else DayState.TOO_LITTLE)
        assert abs(days.score[there] - gig.score) <= TOLERANCE


@settings(max_examples=500, deadline=None)
@given(histories())
def test_every_telling_day_equals_the_reference(history: History) -> None:
    orders, reviews, policy = history
    items = evidence_of(orders, reviews, policy)
    if not items:
        assert len(swept(items, 20_000, policy).seller(0)) == 0
        return
    last_day = max(item.start_day for item in items) + AHEAD
    result = swept(items, last_day, policy)
    assert result.seller(0).first_day == min(item.start_day for item in items)
    for day in telling_days(items, last_day):
        assert_day(result, items, day, policy)


@settings(max_examples=150, deadline=None)
@given(histories(max_orders=8), benchmark_columns(GIGS))
def test_a_day_uses_the_benchmark_in_force(history: History, benchmarks: BenchmarkColumns) -> None:
    orders, reviews, policy = history
    items = evidence_of(orders, reviews, policy)
    if not items:
        return
    last_day = max(item.start_day for item in items) + AHEAD
    result = swept(items, last_day, policy, benchmarks)
    changes = {int(day) + shift for day in benchmarks.start_day for shift in (-1, 0, 1)}
    first_day = min(item.start_day for item in items)
    days = {day for day in changes if first_day <= day <= last_day}
    for day in sorted(days.union(telling_days(items, last_day)[::4])):
        assert_day(result, items, day, policy, benchmarks_on(benchmarks, day))
