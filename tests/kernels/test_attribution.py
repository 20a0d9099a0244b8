"""Properties of attribution: lines add up, and say nothing about what did not move."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from metrics.engine import reference
from metrics.engine.attribution import Attribution, Form, Moment, attribute
from metrics.engine.changes import Leg
from metrics.engine.columns import EvidenceColumns, Float64
from metrics.engine.fact_columns import evidence_items
from metrics.engine.path import Path, integrate
from metrics.engine.state import gig_scores, seller_score, state_of
from metrics.engine.surface import coordinates, point_of, surface
from metrics.engine.types import Cause, Unscored
from tests.kernels.moments import (
    GIGS,
    Key,
    Move,
    data_moves,
    full_moves,
    lines_by_key,
    policy_moves,
    time_moves,
)
from tests.kernels.strategies import benchmarks_on

thorough = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
brief = settings(thorough, max_examples=25)

#: How exactly all lines add up to the change, in score points.
PROMISE = 1e-10


def assert_adds_up(answer: Attribution) -> None:
    """Every total of the lines is the change, and the rounding line closes the display."""
    assert abs(answer.sum_error) <= PROMISE
    assert answer.quadrature_error <= PROMISE
    if answer.change is None:
        assert len(answer.lines) == 0
        return
    for sums in (answer.by_cause(), answer.by_gig(), answer.by_order(), answer.by_factor()):
        assert math.fsum(sums.values()) == pytest.approx(answer.change, abs=PROMISE)
    shown = answer.displayed_before if answer.form is Form.MOVE else answer.base
    assert shown is not None
    closed = shown + answer.lines.total() + answer.rounding
    assert closed == pytest.approx(answer.displayed_after, abs=PROMISE)


def reference_score(moment: Moment) -> float | None:
    groups = None if moment.benchmarks is None else benchmarks_on(moment.benchmarks, moment.day)
    items = evidence_items(moment.evidence)
    return reference.seller_state(items, moment.day, moment.policy, groups).score


@thorough
@given(time_moves())
def test_lines_add_up_between_any_two_days(move: Move) -> None:
    assert_adds_up(move.attribution())


@thorough
@given(time_moves(scored=False))
def test_lines_add_up_from_any_day_scored_or_not(move: Move) -> None:
    assert_adds_up(move.attribution())


@thorough
@given(data_moves())
def test_lines_add_up_between_any_two_sets_of_facts(move: Move) -> None:
    answer = move.attribution()
    assert_adds_up(answer)
    if answer.form is Form.MOVE:
        assert set(answer.by_cause()) <= {Cause.LEARNED_LATE}


@thorough
@given(policy_moves())
def test_lines_add_up_between_any_two_policies(move: Move) -> None:
    answer = move.attribution()
    assert_adds_up(answer)
    if answer.form is Form.MOVE:
        assert set(answer.by_cause()) <= {Cause.POLICY}


@thorough
@given(full_moves())
def test_lines_add_up_when_facts_day_policy_and_benchmarks_all_differ(move: Move) -> None:
    answer = move.attribution()
    assert_adds_up(answer)
    for score, moment in ((answer.before, move.before), (answer.after, move.after)):
        assert score == pytest.approx(reference_score(moment), abs=1e-12)


def reversed_lines(answer: Attribution) -> dict[Key, float]:
    return {key: -amount for key, amount in lines_by_key(answer).items()}


@pytest.mark.parametrize("moves", [time_moves, data_moves, policy_moves])
def test_the_way_back_is_the_same_ledger_with_the_signs_changed(
    moves: Callable[[], st.SearchStrategy[Move]],
) -> None:
    @brief
    @given(moves())
    def holds(move: Move) -> None:
        there, back = attribute(move.before, move.after), attribute(move.after, move.before)
        if there.form is not Form.MOVE:
            return
        mine, mirrored = lines_by_key(there), reversed_lines(back)
        for key in mine.keys() | mirrored.keys():
            assert mine.get(key, 0.0) == pytest.approx(mirrored.get(key, 0.0), abs=1e-11)

    holds()


@brief
@given(time_moves())
def test_what_did_not_change_has_no_line(move: Move) -> None:
    """Nothing fades here, so most areas and some gigs do not move between two days."""
    policy = replace(move.before.policy, half_life_days=None)
    before = replace(move.before, policy=policy)
    after = replace(move.after, policy=policy)
    answer = attribute(before, after)
    if answer.form is not Form.MOVE:
        return
    start, end = (coordinates(point_of(state), GIGS) for state in answer.states)
    moved = np.flatnonzero(answer.states[0].item_weight != answer.states[1].item_weight)
    same_areas = np.ones((GIGS, 6), dtype=bool)
    same_areas[before.evidence.gig[moved], before.evidence.factor[moved]] = False
    same_areas &= (start.mean == end.mean) & (start.spread == end.spread)
    never = ~answer.states[0].counts & ~answer.states[1].counts
    for _, gig, factor, _, _ in lines_by_key(answer):
        if factor < 6:
            assert not same_areas[gig, factor]
            assert not never[gig]
        elif policy.unscored is Unscored.EXCLUDED:
            assert not never[gig]


@brief
@given(full_moves(), st.integers(0, 2**32 - 1))
def test_names_of_orders_and_gigs_and_the_order_of_rows_change_nothing(
    move: Move, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    new_gig = rng.permutation(GIGS)
    numbers = np.unique(np.concatenate((move.bridge.order, move.before.evidence.order)))
    new_number = dict(zip(numbers.tolist(), rng.permutation(len(numbers)).tolist(), strict=True))

    def renamed(evidence: EvidenceColumns) -> EvidenceColumns:
        rows = rng.permutation(len(evidence))
        columns = {name: getattr(evidence, name)[rows] for name in EvidenceColumns.__slots__}
        columns["gig"] = new_gig[columns["gig"]].astype(np.int32)
        columns["order"] = np.array(
            [new_number[number] for number in columns["order"].tolist()], dtype=np.int64
        )
        return EvidenceColumns(**columns)

    def renamed_moment(moment: Moment) -> Moment:
        groups = moment.benchmarks
        if groups is not None:
            back = np.argsort(new_gig)
            groups = replace(groups, mean=groups.mean[back], spread=groups.spread[back])
        return replace(moment, evidence=renamed(moment.evidence), benchmarks=groups)

    plain = move.attribution()
    other = attribute(
        renamed_moment(move.before), renamed_moment(move.after), bridge=renamed(move.bridge)
    )
    assert other.form is plain.form
    # Sums are taken in another order, so a line may be a rounding error instead of nothing.
    expected = {
        (new_number.get(order, -1), -1 if gig < 0 else int(new_gig[gig]), *rest): amount
        for (order, gig, *rest), amount in lines_by_key(plain).items()
    }
    found = lines_by_key(other)
    for key in expected.keys() | found.keys():
        assert found.get(key, 0.0) == pytest.approx(expected.get(key, 0.0), abs=1e-10)


@brief
@given(full_moves())
def test_a_move_is_the_sum_of_its_legs(move: Move) -> None:
    """Facts, then days, then the policy, each asked for alone."""
    before, after = move.before, replace(move.after, benchmarks=move.before.benchmarks)
    learned = replace(before, evidence=move.bridge)
    later = replace(learned, day=after.day)
    whole = attribute(before, after, bridge=move.bridge)
    legs = [attribute(before, learned), attribute(learned, later), attribute(later, after)]
    if any(leg.form is not Form.MOVE for leg in legs):
        return
    expected: dict[Key, float] = {}
    for leg in legs:
        expected.update(lines_by_key(leg))
    found = lines_by_key(whole)
    assert found.keys() == expected.keys()
    assert all(found[key] == pytest.approx(expected[key], abs=1e-12) for key in found)
    changes = whole.by_leg()
    for name, part in zip((Leg.DATA, Leg.TIME, Leg.POLICY), legs, strict=True):
        assert part.change == pytest.approx(changes.get(name, 0.0), abs=PROMISE)


@brief
@given(time_moves(), st.floats(0.05, 0.95))
def test_a_stop_on_the_way_changes_no_price(move: Move, where: float) -> None:
    """∫ from A to B is ∫ from A to M plus ∫ from M to B for any M on the straight path."""
    answer = move.attribution()
    if answer.form is not Form.MOVE:
        return
    start, end = (point_of(state) for state in answer.states)
    middle = (1 - where) * start + where * end

    def paid(one: Float64, other: Float64) -> Float64:
        ends = surface(np.stack((one, other)), GIGS).score[:, 0]
        path = Path(one, other, GIGS, float(ends[1] - ends[0]), np.abs(other - one))
        return (other - one) * integrate(path).gradient

    whole, parts = paid(start, end), paid(start, middle) + paid(middle, end)
    np.testing.assert_allclose(parts, whole, rtol=0, atol=1e-10)


@brief
@given(time_moves(scored=False))
def test_a_first_score_starts_at_the_score_of_nothing_known(move: Move) -> None:
    answer = move.attribution()
    if answer.form is not Form.FIRST_SCORE:
        return
    policy = move.after.policy
    assert answer.before is None
    assert answer.displayed_before is None
    # s0 = 1 + 9·logistic(a)
    assert answer.base == pytest.approx(1 + 9 / (1 + math.exp(-policy.intercept)), abs=1e-12)
    assert set(answer.by_cause()) <= {Cause.ENTERED}
    assert set(answer.by_leg()) <= {Leg.FIRST}
    assert_adds_up(answer)


@brief
@given(time_moves())
def test_a_score_of_one_gig_owes_nothing_to_its_weight(move: Move) -> None:
    """Alone in the overall score, a gig has a share of 1 whatever its volume."""
    only = np.flatnonzero(move.bridge.gig == 0)
    columns = {name: getattr(move.bridge, name)[only] for name in EvidenceColumns.__slots__}
    evidence = EvidenceColumns(**columns)
    policy = replace(move.before.policy, unscored=Unscored.EXCLUDED)
    state = state_of(evidence, move.after.day, policy, 1)
    answer = attribute(
        Moment(evidence, move.before.day, policy, 1), Moment(evidence, move.after.day, policy, 1)
    )
    if answer.form is Form.MOVE:
        assert seller_score(state) == pytest.approx(float(gig_scores(state)[0]), abs=1e-12)
        weight_lines = [amount for key, amount in lines_by_key(answer).items() if key[2] == 6]
        assert weight_lines == []
