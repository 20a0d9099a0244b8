"""The sweep equals the plain reference to 1e-9 on every day, over random histories."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metrics.engine.columns import BenchmarkColumns
from metrics.engine.days import NO_DAY
from metrics.engine.fact_columns import evidence_columns
from metrics.engine.kernel import sweep
from metrics.engine.reference import evidence_of, seller_state
from metrics.engine.sweep import DayState, Sweep
from metrics.engine.types import (
    Benchmark,
    Cause,
    Evidence,
    Factor,
    OrderFacts,
    Policy,
    ReviewFacts,
    Unscored,
)
from tests.kernels.policies import PLAIN
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


def item(
    order: int,
    start: int,
    end: int,
    *,
    gig: int = 0,
    x: float = 1.0,
    weight: float = 1.0,
    factor: Factor = Factor.CANCELLATIONS,
    cause: Cause = Cause.AGED_OUT,
) -> Evidence:
    return Evidence(order, gig, factor, start, start, end, x, weight, cause)


def test_a_young_item_that_is_taken_away_leaves_old_remainders_exact() -> None:
    # Half-life 1 day: on day 700 the orders of day 0 weigh 2^-700. The order of day 699 weighs
    # 1/2 there, and is gone on day 701 by a ruling: 1/2 − 1/2 must not leave 1e-17 behind,
    # which would outweigh the true 2^-701 of both gigs and decide their shares.
    policy = replace(PLAIN, half_life_days=1.0, min_activity=1)
    items = [
        item(1, 0, 730, gig=0, x=1.0),
        item(2, 0, 730, gig=1, x=0.0),
        item(3, 699, 701, gig=0, x=0.0, cause=Cause.REMOVED),
    ]
    result = swept(items, 740, policy)
    for day in (698, 699, 700, 701, 702, 729, 730):
        assert_day(result, items, day, policy)
    # Two gigs of the same volume: 2^-701 against 2^-701, so the plain mean of their scores.
    gigs = [result.gig(gig).score[701] for gig in (0, 1)]
    assert result.seller(0).score[701] == pytest.approx(sum(gigs) / 2, abs=1e-12)


def test_many_removals_in_small_steps_do_not_add_up_to_a_loss_of_digits() -> None:
    # Weights fall from 4^14 to 1, one removal a day, each leaving about a quarter: no single
    # step is a great loss, together they are 28 bits, twice over two blocks of days.
    items = []
    for wave in (0, 300):
        for step in range(15):
            end = wave + 100 + 2 * (15 - step) if step else wave + 730
            items.append(
                item(wave + step, wave + step, end, weight=4.0**step / 3, x=step % 2, gig=wave % 7)
            )
    policy = replace(PLAIN, half_life_days=None, min_activity=1, prior_strength=(1e-3,) * 6)
    result = swept(items, 1100, policy, gigs=7)
    for day in telling_days(items, 1100):
        assert_day(result, items, day, policy)


def test_days_without_evidence_between_two_lives_of_a_gig_hold_nothing() -> None:
    # Two orders, four years apart; the window of 730 days is empty on days 730 … 1459.
    items = [item(1, 0, 730), item(2, 1460, 2190)]
    policy = replace(PLAIN, min_activity=1)
    result = swept(items, 2300, policy)
    status = result.seller(0).status
    assert (status[:730] == DayState.SCORED).all()
    assert (status[730:1460] == DayState.NOTHING).all()
    assert (status[1460:2190] == DayState.SCORED).all()
    assert (status[2190:] == DayState.NOTHING).all()
    assert np.isnan(result.seller(0).score[730:1460]).all()
    # The second life is the first one again, to the last bit: nothing is left over.
    np.testing.assert_array_equal(result.gig(0).score[1460:2190], result.gig(0).score[:730])


def test_a_score_lives_from_the_gate_to_the_end_of_the_window() -> None:
    # min_activity 2: one order from day 10, a second from day 20; the first leaves on day 740.
    items = [item(1, 10, 740), item(2, 20, 750)]
    days = swept(items, 760, PLAIN).gig(0)
    assert days.first_day == 10
    assert days.status[:10].tolist() == [DayState.TOO_LITTLE] * 10
    assert (days.status[10:730] == DayState.SCORED).all()
    assert days.status[730:740].tolist() == [DayState.TOO_LITTLE] * 10
    assert days.status[740:].tolist() == [DayState.NOTHING] * 11
    assert np.isnan(days.score[740:]).all()
    assert not np.isnan(days.score[:740]).any()


def test_sellers_have_their_own_last_days_and_do_not_touch_each_other() -> None:
    mine = [item(1, 100, 830), item(2, 101, 831, x=0.0)]
    theirs = [replace(entry, gig=2, order=entry.order + 5) for entry in mine]
    gig_seller = np.array([0, 0, 1], dtype=np.int32)
    both = sweep(evidence_columns(mine + theirs), gig_seller, np.array([300, 120], np.int32), PLAIN)
    assert (len(both.seller(0)), len(both.seller(1))) == (201, 21)
    np.testing.assert_array_equal(both.seller(0).score[:21], both.seller(1).score)
    np.testing.assert_array_equal(both.seller(0).score, swept(mine, 300, PLAIN).seller(0).score)


def test_a_gig_or_a_seller_without_evidence_has_no_days() -> None:
    gig_seller = np.array([0, 0, 1], dtype=np.int32)
    result = sweep(evidence_columns([item(1, 5, 735)]), gig_seller, 10, PLAIN)
    assert [len(result.gig(gig)) for gig in range(3)] == [6, 0, 0]
    assert (result.gig(1).first_day, result.seller(1).first_day) == (NO_DAY, NO_DAY)


def test_evidence_after_the_last_day_is_not_there_yet() -> None:
    result = swept([item(1, 50, 780)], 49, PLAIN)
    assert len(result.gig(0)) == len(result.seller(0)) == 0


def test_neutral_gigs_pull_towards_the_neutral_score_while_some_gig_counts() -> None:
    policy = replace(PLAIN, unscored=Unscored.NEUTRAL)
    items = [item(1, 0, 730), item(2, 0, 730, x=0.0), item(3, 1, 731, gig=1)]
    result = swept(items, 740, policy)
    for day in (0, 1, 2, 400, 729, 730, 731):
        assert_day(result, items, day, policy)


def test_an_unknown_gig_is_refused() -> None:
    with pytest.raises(ValueError, match="gig outside"):
        swept([item(1, 0, 730, gig=3)], 10, PLAIN)


def test_evidence_in_the_wrong_order_is_refused() -> None:
    columns = evidence_columns([item(1, 0, 730, gig=0), item(2, 0, 730, gig=2)])
    with pytest.raises(ValueError, match="not sorted"):
        sweep(replace(columns, gig=np.array([2, 0], np.int32)), np.zeros(3, np.int32), 9, PLAIN)


@settings(max_examples=60, deadline=None)
@given(histories(), st.integers(0, 900))
def test_a_longer_sweep_says_the_same_of_the_days_both_have(history: History, cut: int) -> None:
    items = evidence_of(*history[:2], history[2])
    if not items:
        return
    last_day = min(item.start_day for item in items) + cut
    short, long = swept(items, last_day, history[2]), swept(items, last_day + 400, history[2])
    days = len(short.seller(0))
    np.testing.assert_array_equal(short.seller(0).status, long.seller(0).status[:days])
    np.testing.assert_allclose(
        short.seller(0).score, long.seller(0).score[:days], rtol=0, atol=TOLERANCE
    )


UNCOMPILED = """
from hypothesis import given, settings
from metrics.engine import blocks
from tests.kernels import test_kernel
from tests.kernels.strategies import histories

assert not hasattr(blocks.sweep_sellers, "py_func"), "this run is not to compile anything"

@settings(max_examples=12, deadline=None, database=None)
@given(histories(max_orders=6))
def check(history):
    test_kernel.test_every_telling_day_equals_the_reference.hypothesis.inner_test(history)

check()
test_kernel.test_a_young_item_that_is_taken_away_leaves_old_remainders_exact()
"""


def test_the_kernel_runs_as_plain_python_where_numba_is_missing() -> None:
    hidden = "import sys; sys.modules['numba'] = None\n"  # importing it now fails
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", hidden + UNCOMPILED],
        cwd=Path(__file__).parents[2],
        env={**os.environ, "PYTHONPATH": "."},
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.returncode == 0, done.stderr
