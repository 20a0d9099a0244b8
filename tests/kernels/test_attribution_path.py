"""The integral where it is hard: hardly any volume at an end, gates that swap, steep scores."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from metrics.engine import path as path_module
from metrics.engine.attribution import Attribution, Form, Moment, attribute
from metrics.engine.changes import Leg
from metrics.engine.fact_columns import evidence_columns
from metrics.engine.path import Path, PathNotConverged, integrate, pole_distances
from metrics.engine.state import State, state_of
from metrics.engine.surface import point_of
from metrics.engine.types import Cause, Evidence, Factor, Policy
from tests.kernels.moments import lines_by_key
from tests.kernels.policies import PLAIN

STILL = replace(PLAIN, half_life_days=None, min_activity=1)


def finished(order: int, gig: int, start: int, end: int, x: float, weight: float) -> Evidence:
    return Evidence(order, gig, Factor.CANCELLATIONS, start, start, end, x, weight)


def swap(old_weight: float, new_weight: float, policy: Policy = STILL) -> Attribution:
    """The only gig that counts loses its only order on the day another gig gets its first.

    Both gates and both volumes go the whole way, so D = w·(1 − τ)² + w'·τ².
    """
    evidence = evidence_columns(
        [finished(1, 0, 0, 10, 1.0, old_weight), finished(2, 1, 10, 99, 0.0, new_weight)]
    )
    return attribute(Moment(evidence, 9, policy, 2), Moment(evidence, 10, policy, 2))


@pytest.mark.parametrize("old", [1.0, 1e-3, 1e-9, 1e-100, 1e-200])
@pytest.mark.parametrize("new", [1.0, 1e-6, 1e-150])
def test_a_swap_of_gates_converges_however_small_a_volume(old: float, new: float) -> None:
    answer = swap(old, new)
    assert answer.form is Form.MOVE
    assert abs(answer.sum_error) < 1e-10
    assert answer.quadrature_error < 1e-10
    # Gig 0 was above gig 1, unless both have next to no evidence and sit at s0.
    assert answer.change is not None
    assert answer.change < 0 or max(old, new) < 1e-50
    assert {flip.gig: flip.opened for flip in answer.gates} == {0: False, 1: True}


def parts_of_the_gap(old: float, new: float) -> tuple[float, float]:
    """What closing the old gig and opening the new one take of the gap between their scores.

    Where both scores stand still, S = s' + (s − s')·A/D with A = w·(1 − τ)², B = w'·τ² and
    D = A + B. The old gate (c = 1 − τ, V = w·(1 − τ)) is paid ∫ V·B/D² dτ of the gap s' − s,
    and its volume the same; the new gate and its volume are each paid ∫ V'·A/D² dτ. With
    y = τ/(1 − τ) and r = w'/w these are ∫ r·y²/((1 + y)(1 + r·y²)²) dy and the same with y
    for y²; here by the trapezoidal rule in log y, which is exact to rounding for such decay.
    """
    ratio = new / old
    log_y = np.linspace(-80.0, 80.0, 64_001) - 0.5 * np.log(ratio)
    y = np.exp(log_y)
    opening = ratio * y * y / ((1 + y) * (1 + ratio * y * y) ** 2)
    step = log_y[1] - log_y[0]
    return float((opening * y).sum() * step), float(opening.sum() * step)


@pytest.mark.parametrize(("old", "new"), [(1.0, 1.0), (1e-3, 1.0), (1e-12, 1.0), (1.0, 1e-12)])
def test_the_lines_of_a_near_singular_swap_are_right_one_by_one(old: float, new: float) -> None:
    # The score of a gig is that of its one review, and the reviews stay.
    area = Factor.CLIENT_SATISFACTION
    evidence = evidence_columns(
        [
            finished(1, 0, 0, 10, 1.0, old),
            finished(2, 1, 10, 99, 0.0, new),
            Evidence(1, 0, area, 0, 0, 99, 1.0, 1.0),
            Evidence(2, 1, area, 0, 0, 99, 0.0, 1.0),
        ]
    )
    policy = replace(STILL, area_weight=(1.0, 0.0, 0.0, 0.0, 0.0, 0.0))
    answer = attribute(Moment(evidence, 9, policy, 2), Moment(evidence, 10, policy, 2))
    assert answer.change is not None
    closing, opening = parts_of_the_gap(old, new)
    assert 2 * (closing + opening) == pytest.approx(1.0, abs=1e-12)
    found = lines_by_key(answer)
    expected = {
        (-1, 0, Cause.GIG_CEASED): closing,
        (1, 0, Cause.AGED_OUT): closing,
        (-1, 1, Cause.GIG_BEGAN): opening,
        (2, 1, Cause.ENTERED): opening,
    }
    for (order, gig, cause), part in expected.items():
        key = (order, gig, Factor.GIG_WEIGHT, cause, Leg.TIME)
        assert found.pop(key) == pytest.approx(part * answer.change, abs=1e-11)
    assert sum(map(abs, found.values())) < 1e-12


def states_of_swap() -> tuple[State, State]:
    evidence = evidence_columns(
        [finished(1, 0, 0, 10, 1.0, 1e-100), finished(2, 1, 10, 99, 0.0, 1.0)]
    )
    return state_of(evidence, 9, STILL, 2), state_of(evidence, 10, STILL, 2)


def test_the_distance_to_the_pole_is_a_lower_bound() -> None:
    # D = 1e-100·(1 − τ)² + τ² has its roots at about ±1e-50·i.
    start, end = (point_of(state) for state in states_of_swap())
    near_start, near_end = pole_distances(start, end, 2)
    assert 1e-51 < near_start <= 1e-50
    assert near_end > 0.1


def test_a_budget_that_is_spent_is_said_with_what_is_missing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(path_module, "NODE_BUDGET", 3000)
    with pytest.raises(PathNotConverged, match=r"after \d+ nodes") as caught:
        swap(1e-100, 1.0)
    assert caught.value.nodes > 3000


def test_a_score_that_turns_within_a_thousandth_of_the_path_is_found() -> None:
    # slope 2,000: the logistic turns while z moves by about 0.001.
    answer = swap(1.0, 1.0, replace(STILL, slope=2000.0, intercept=300.0))
    assert abs(answer.sum_error) < 1e-10


def test_an_easy_path_takes_few_nodes() -> None:
    assert swap(1.0, 1.0).nodes == 8 + 16 + 32 + 64


def test_a_path_that_goes_nowhere_is_worth_nothing() -> None:
    start, _ = (point_of(state) for state in states_of_swap())
    still = integrate(Path(start, start, 2, 0.0, np.zeros_like(start)))
    assert (still.error, still.nodes) == (0.0, 8 + 16)
