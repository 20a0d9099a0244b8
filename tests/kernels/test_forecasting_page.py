"""The worked table of docs/FORECASTING.md, recomputed."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from metrics.engine.fact_columns import evidence_columns
from metrics.engine.hypothetical import Hypothetical, Scenario, applied
from metrics.engine.plan import NoPlan, Plan, fewest_orders
from metrics.engine.reference import display
from metrics.engine.state import state_of
from metrics.engine.types import Evidence, Factor, Policy
from metrics.engine.what_orders_do import Grid, grid_of, kind_of
from tests.kernels.policies import PLAIN
from tests.kernels.test_hypothetical import NOTHING

BY_HAND: Policy = replace(
    PLAIN,
    half_life_days=None,
    benchmark_mean=(0.5,) * 6,
    benchmark_spread=(0.5,) * 6,
    prior_strength=(1.0,) * 6,
    area_weight=(0.0, 0.0, 0.0, 0.0, 1.0, 0.0),
    intercept=0.0,
    slope=1.0,
    min_activity=1,
)


def grid(most: int) -> Grid:
    items = [
        Evidence(number, 0, Factor.CANCELLATIONS, 0, 0, 730, x, 1.0)
        for number, x in ((1, 1.0), (2, 0.0))
    ]
    clean = Scenario(added=(Hypothetical(0, 0, 100.0),))
    kind = kind_of(applied(clean, *NOTHING).evidence(BY_HAND))
    state = state_of(evidence_columns(items), 10, BY_HAND, 1)
    return grid_of(state, kind, np.arange(most + 1.0))


@pytest.mark.parametrize(
    ("orders", "score", "displayed"), [(0, 5.5, 6), (1, 6.0596, 6), (2, 6.3882, 6), (3, 6.6021, 7)]
)
def test_the_table_of_the_small_case(orders: int, score: float, displayed: int) -> None:
    found = grid(3).overall([orders])
    assert found == pytest.approx(score, abs=5e-5)
    assert display(found or 0) == displayed


def test_seven_takes_three_orders_and_nine_none_of_any_number() -> None:
    found = fewest_orders(grid(60), 6.5)
    assert isinstance(found, Plan)
    assert found.numbers == (3,)
    nearest = fewest_orders(grid(300), 8.5)
    assert isinstance(nearest, NoPlan)
    # z = 300/303 with 300 orders; 1 + 9·logistic(1) = 7.5795 is never quite reached.
    assert nearest.score == pytest.approx(7.5620, abs=5e-4)
