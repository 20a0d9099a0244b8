"""What comes if nothing new happens: the past's own sweep, held to the plain reference."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metrics.engine import reference
from metrics.engine.columns import BenchmarkColumns
from metrics.engine.evidence import evidence_of_columns
from metrics.engine.fact_columns import evidence_columns, order_columns, review_columns
from metrics.engine.forecast import forecast
from metrics.engine.kernel import sweep
from metrics.engine.rating import rating_of
from metrics.engine.sweep import DayState
from metrics.engine.types import (
    Evidence,
    Factor,
    OrderFacts,
    OrderStatus,
    Policy,
    ReviewFacts,
)
from tests.kernels.policies import PLAIN
from tests.kernels.strategies import BASE_DAY, benchmark_columns, benchmarks_on, histories

GIGS = 3
HORIZON = 800

History = tuple[list[OrderFacts], list[ReviewFacts], Policy]


@settings(max_examples=100, deadline=None)
@given(
    histories(),
    st.integers(0, 1600),
    st.integers(0, HORIZON),
    st.none() | benchmark_columns(GIGS),
)
def test_a_forecast_is_what_a_later_recompute_finds(
    history: History, passed: int, ahead: int, groups: BenchmarkColumns | None
) -> None:
    orders, reviews, policy = history
    columns = order_columns(orders)
    versions = review_columns(reviews, columns)
    evidence = evidence_of_columns(columns, versions, policy)
    today = BASE_DAY + passed
    found = forecast(evidence, versions, GIGS, today, today + HORIZON, policy, groups)
    # A recompute on the later day, and the specification on that day.
    day = today + ahead
    later = sweep(evidence, np.zeros(GIGS, np.int32), day, policy, groups)
    expected = reference.seller_state(
        reference.evidence_of(orders, reviews, policy),
        day,
        policy,
        None if groups is None else benchmarks_on(groups, day),
    )
    subjects = [(found.overall, later.seller(0))]
    subjects += [(found.gigs[gig], later.gig(gig)) for gig in range(GIGS)]
    for coming, came in subjects:
        if not len(came):
            continue
        at = day - coming.first_day
        assert coming.score[at] == pytest.approx(came.score[-1], abs=1e-9, nan_ok=True)
        assert coming.status[at] == came.status[-1]
    if expected.score is not None:
        at = day - found.overall.first_day
        assert found.overall.score[at] == pytest.approx(expected.score, abs=1e-9)
    assert found.rating.on(day) == rating_of(reviews, day)


def finished(order: int, day: int) -> Evidence:
    return Evidence(order, 0, Factor.CANCELLATIONS, day, day, day + 730, 1.0, 1.0)


NO_REVIEWS = review_columns([], [])


def test_a_forecast_begins_today_and_knows_when_the_score_ends() -> None:
    # Two orders open the gate of two; the older one leaves on day 100 + 730 = 830.
    evidence = evidence_columns([finished(1, 100), finished(2, 200)])
    found = forecast(evidence, NO_REVIEWS, 1, 800, 1000, PLAIN)
    assert (found.overall.first_day, len(found.overall)) == (800, 201)
    assert found.overall.status[829 - 800] == DayState.SCORED
    assert found.overall.status[830 - 800] == DayState.TOO_LITTLE
    # The younger one leaves on day 200 + 730 = 930.
    assert found.overall.status[930 - 800] == DayState.NOTHING


def test_a_seller_without_gigs_has_a_forecast_without_days() -> None:
    found = forecast(evidence_columns([]), NO_REVIEWS, 0, 800, 1000, PLAIN)
    assert len(found.overall) == 0
    assert found.gigs == ()


def test_a_last_day_before_today_is_refused() -> None:
    with pytest.raises(ValueError, match="before today"):
        forecast(evidence_columns([]), NO_REVIEWS, 1, 800, 799, PLAIN)


def test_the_rating_of_a_seller_on_a_break_stands_still_in_its_frozen_window() -> None:
    # One star on day 0, five on day 700: the window ends on day 701 and stays there.
    order = OrderFacts(order=1, gig=0, status=OrderStatus.COMPLETED, finished_day=0)
    reviews = [
        ReviewFacts(order=1, posted_day=0, start_day=0, stars=1.0),
        ReviewFacts(order=1, posted_day=700, start_day=700, stars=5.0),
    ]
    found = forecast(evidence_columns([]), review_columns(reviews, [order]), 1, 701, 3000, PLAIN)
    for day in (701, 731, 3000):
        assert found.rating.on(day).mean == 3
