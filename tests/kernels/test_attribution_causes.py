"""What each line is called, which order flips a gate, and the forms without a plain move."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from metrics.engine.attribution import Attribution, Form, Moment, attribute
from metrics.engine.changes import Leg
from metrics.engine.columns import BenchmarkColumns, EvidenceColumns
from metrics.engine.fact_columns import evidence_columns
from metrics.engine.types import Cause, Evidence, Factor, Policy, Unscored
from tests.kernels.moments import lines_by_key
from tests.kernels.policies import PLAIN

#: Nothing fades, so that only what happens has a line.
STILL = replace(PLAIN, half_life_days=None)


def finished(order: int, start: int, *, gig: int = 0, end: int = 999, x: float = 1.0) -> Evidence:
    return Evidence(order, gig, Factor.CANCELLATIONS, start, start, end, x, 1.0)


def review(
    order: int, start: int, end: int, x: float, cause: Cause = Cause.AGED_OUT, posted: int = 0
) -> Evidence:
    area = Factor.CLIENT_SATISFACTION
    return Evidence(order, 0, area, posted, start, end, x, 1.0, cause)


#: Two orders that count throughout, so that gig 0 is scored.
BASE = (finished(1, 0, x=0.5), finished(2, 0))


def between(
    items: Sequence[Evidence], first: int, last: int, policy: Policy = STILL, gigs: int = 2
) -> Attribution:
    evidence = evidence_columns(items)
    return attribute(Moment(evidence, first, policy, gigs), Moment(evidence, last, policy, gigs))


def causes_of(answer: Attribution) -> dict[tuple[int, int], set[Cause]]:
    """Causes by (order, factor), of lines that move anything."""
    found: dict[tuple[int, int], set[Cause]] = {}
    for (order, _, factor, cause, _), amount in lines_by_key(answer).items():
        if abs(amount) > 1e-14:
            found.setdefault((order, factor), set()).add(Cause(cause))
    return found


SATISFACTION = Factor.CLIENT_SATISFACTION


def test_an_order_that_entered_left_or_stayed_is_called_so() -> None:
    answer = between([*BASE, review(1, 0, 50, 0.2), review(2, 60, 990, 1.0, posted=60)], 10, 70)
    assert causes_of(answer) == {
        (1, SATISFACTION): {Cause.AGED_OUT},
        (2, SATISFACTION): {Cause.ENTERED},
    }


def test_what_only_fades_is_called_faded() -> None:
    answer = between([*BASE, review(1, 0, 990, 0.2)], 10, 70, PLAIN)
    assert set(answer.by_cause()) == {Cause.FADED}
    assert (1, SATISFACTION) in causes_of(answer)


def test_what_came_and_went_between_the_days_has_no_line() -> None:
    answer = between([*BASE, review(1, 20, 50, 0.0, Cause.REMOVED, posted=20)], 10, 70)
    assert answer.form is Form.MOVE
    assert len(answer.lines) == 0


def test_a_removed_review_is_called_removed() -> None:
    answer = between([*BASE, review(1, 0, 50, 0.2, Cause.REMOVED)], 10, 70)
    assert causes_of(answer) == {(1, SATISFACTION): {Cause.REMOVED}}


def test_both_halves_of_an_edit_are_one_line() -> None:
    items = [*BASE, review(1, 0, 50, 0.2, Cause.EDITED), review(1, 50, 990, 1.0)]
    answer = between(items, 10, 70)
    assert causes_of(answer) == {(1, SATISFACTION): {Cause.EDITED}}
    assert len(answer.lines) == 1
    # From 0.2 to 1.0: it lifts.
    assert answer.lines.amount[0] > 0


def test_a_review_edited_twice_is_still_one_edit() -> None:
    items = [
        *BASE,
        review(1, 0, 30, 0.2, Cause.EDITED),
        review(1, 30, 50, 0.5, Cause.EDITED),
        review(1, 50, 990, 1.0),
    ]
    assert causes_of(between(items, 10, 70)) == {(1, SATISFACTION): {Cause.EDITED}}


@pytest.mark.parametrize("end", [Cause.REMOVED, Cause.AGED_OUT])
def test_a_review_edited_and_then_gone_is_gone(end: Cause) -> None:
    items = [*BASE, review(1, 0, 30, 0.2, Cause.EDITED), review(1, 30, 50, 0.5, end)]
    assert causes_of(between(items, 10, 70)) == {(1, SATISFACTION): {end}}


def test_an_edit_that_drops_a_rating_is_an_edit() -> None:
    answer = between([*BASE, review(1, 0, 50, 0.2, Cause.EDITED)], 10, 70)
    assert causes_of(answer) == {(1, SATISFACTION): {Cause.EDITED}}


def test_a_review_posted_and_edited_since_has_entered() -> None:
    items = [
        *BASE,
        review(1, 20, 50, 0.2, Cause.EDITED, posted=20),
        review(1, 50, 990, 1.0, posted=20),
    ]
    assert causes_of(between(items, 10, 70)) == {(1, SATISFACTION): {Cause.ENTERED}}


def test_causes_follow_the_calendar_also_when_asked_backwards() -> None:
    answer = between([*BASE, review(1, 0, 50, 0.2)], 70, 10)
    assert causes_of(answer) == {(1, SATISFACTION): {Cause.AGED_OUT}}


def test_a_new_benchmark_is_a_line_of_its_own_per_gig_and_area() -> None:
    groups = BenchmarkColumns(
        start_day=np.array([0, 50], dtype=np.int32),
        mean=np.full((2, 2, 6), 0.8),
        spread=np.full((2, 2, 6), 0.1),
    )
    groups.mean[0, 1, Factor.CANCELLATIONS] = 0.9
    evidence = evidence_columns(BASE)
    answer = attribute(
        Moment(evidence, 49, STILL, 2, groups), Moment(evidence, 50, STILL, 2, groups)
    )
    (key,) = lines_by_key(answer)
    assert key == (-1, 0, Factor.CANCELLATIONS, Cause.BENCHMARK, Leg.TIME)
    # Compared with better gigs, the same record is worth less.
    assert answer.lines.amount[0] < 0


def test_a_new_benchmark_of_the_same_day_is_a_benchmark_line_too() -> None:
    evidence = evidence_columns(BASE)
    groups = BenchmarkColumns(
        start_day=np.array([0], dtype=np.int32),
        mean=np.full((1, 1, 6), 0.7),
        spread=np.full((1, 1, 6), 0.1),
    )
    answer = attribute(Moment(evidence, 49, STILL, 1), Moment(evidence, 49, STILL, 1, groups))
    assert set(answer.by_cause()) == {Cause.BENCHMARK}


def test_a_gig_that_only_the_later_benchmarks_know_has_no_benchmark_line() -> None:
    known, more = (
        BenchmarkColumns(
            start_day=np.array([0], dtype=np.int32),
            mean=np.full((gigs, 1, 6), 0.7),
            spread=np.full((gigs, 1, 6), 0.1),
        )
        for gigs in (1, 2)
    )
    both = [*BASE, finished(3, 60, gig=1), finished(4, 60, gig=1)]
    answer = attribute(
        Moment(evidence_columns(BASE), 10, STILL, 1, known),
        Moment(evidence_columns(both), 70, STILL, 2, more),
    )
    assert Cause.BENCHMARK not in answer.by_cause()


# --- Gates ---------------------------------------------------------------------------------


def test_the_order_that_reached_the_minimum_opened_the_gate() -> None:
    # Gig 1 has orders on days 20, 30 and 40; two are enough, so order 12 made it count.
    items = [*BASE, *(finished(11 + n, 20 + 10 * n, gig=1) for n in range(3))]
    answer = between(items, 10, 70)
    (flip,) = answer.gates
    assert (flip.gig, flip.opened, flip.cause, flip.leg) == (1, True, Cause.GIG_BEGAN, Leg.TIME)
    assert flip.trigger_order == 12
    assert (-1, 1, Factor.GIG_WEIGHT, Cause.GIG_BEGAN, Leg.TIME) in lines_by_key(answer)


def test_of_orders_of_one_day_the_lower_number_counts_first() -> None:
    items = [*BASE, *(finished(order, 20, gig=1) for order in (13, 11, 12))]
    assert between(items, 10, 70).gates[0].trigger_order == 12


def test_the_last_time_a_gate_opened_is_what_counts() -> None:
    # Open on day 20, closed on day 30, open again on day 40 by order 14.
    items = [
        *BASE,
        finished(11, 20, gig=1),
        finished(12, 20, gig=1, end=30),
        finished(14, 40, gig=1),
    ]
    assert between(items, 10, 70).gates[0].trigger_order == 14


def test_an_order_that_replaces_another_on_the_same_day_opens_nothing() -> None:
    # Order 11 leaves on day 40, the day order 13 enters: the gig counts since order 12.
    items = [
        *BASE,
        finished(11, 20, gig=1, end=40),
        finished(12, 30, gig=1),
        finished(13, 40, gig=1),
    ]
    assert between(items, 10, 70).gates[0].trigger_order == 12


def test_the_order_whose_leaving_went_below_the_minimum_closed_the_gate() -> None:
    items = [
        *BASE,
        finished(11, 0, gig=1, end=20),
        finished(12, 0, gig=1, end=30),
        finished(13, 0, gig=1, end=40),
    ]
    answer = between(items, 10, 70)
    (flip,) = answer.gates
    # Three, two after order 11 left, one after order 12 left: below two.
    assert (flip.opened, flip.cause, flip.trigger_order) == (False, Cause.GIG_CEASED, 12)
    backwards = between(items, 70, 10)
    assert backwards.gates[0].opened
    assert backwards.gates[0].cause is Cause.GIG_CEASED
    assert backwards.gates[0].trigger_order == 12


def test_an_order_learned_late_opens_a_gate_as_learned_late() -> None:
    known = evidence_columns([*BASE, finished(11, 5, gig=1)])
    more = evidence_columns([*BASE, finished(11, 5, gig=1), finished(12, 3, gig=1)])
    answer = attribute(Moment(known, 50, STILL, 2), Moment(more, 50, STILL, 2))
    (flip,) = answer.gates
    assert (flip.cause, flip.leg, flip.trigger_order) == (Cause.LEARNED_LATE, Leg.DATA, 12)
    assert set(answer.by_cause()) == {Cause.LEARNED_LATE}
    back = attribute(Moment(more, 50, STILL, 2), Moment(known, 50, STILL, 2))
    assert (back.gates[0].opened, back.gates[0].trigger_order) == (False, 12)


def test_a_gate_that_a_policy_opened_has_no_order() -> None:
    evidence = evidence_columns([*BASE, finished(11, 5, gig=1)])
    looser = replace(STILL, id="looser", min_activity=1)
    answer = attribute(Moment(evidence, 50, STILL, 2), Moment(evidence, 50, looser, 2))
    (flip,) = answer.gates
    assert (flip.cause, flip.trigger_order) == (Cause.POLICY, None)
    assert answer.trigger_order(1, Leg.POLICY) is None
    assert answer.trigger_order(0, Leg.TIME) is None


def test_gates_of_gigs_that_never_count_move_nothing() -> None:
    answer = between([*BASE, finished(11, 20, gig=1)], 10, 70)
    assert answer.gates == ()
    assert len(answer.lines) == 0


def test_where_uncounted_gigs_are_neutral_their_orders_weigh() -> None:
    neutral = replace(STILL, unscored=Unscored.NEUTRAL)
    answer = between([*BASE, finished(11, 20, gig=1)], 10, 70, neutral)
    assert set(causes_of(answer)) == {(11, Factor.GIG_WEIGHT)}


# --- Policies ------------------------------------------------------------------------------


def test_a_policys_own_numbers_have_lines_without_a_gig() -> None:
    evidence = evidence_columns(BASE)
    harder = replace(STILL, id="harder", intercept=0.5, prior_strength=(4, 4, 4, 4, 9, 4))
    answer = attribute(Moment(evidence, 50, STILL, 1), Moment(evidence, 50, harder, 1))
    assert set(lines_by_key(answer)) == {
        (-1, -1, -1, Cause.POLICY, Leg.POLICY),
        (-1, -1, Factor.CANCELLATIONS, Cause.POLICY, Leg.POLICY),
    }


def test_another_treatment_of_uncounted_gigs_is_the_policys() -> None:
    evidence = evidence_columns([*BASE, finished(11, 5, gig=1)])
    neutral = replace(STILL, unscored=Unscored.NEUTRAL)
    answer = attribute(Moment(evidence, 50, STILL, 2), Moment(evidence, 50, neutral, 2))
    assert set(lines_by_key(answer)) == {(-1, -1, -1, Cause.POLICY, Leg.POLICY)}
    assert abs(answer.sum_error) < 1e-12


def test_a_policy_that_differs_in_name_alone_moves_nothing() -> None:
    evidence = evidence_columns(BASE)
    renamed = replace(STILL, id="renamed", version=2)
    answer = attribute(Moment(evidence, 50, STILL, 1), Moment(evidence, 50, renamed, 1))
    assert len(answer.lines) == 0


# --- Forms ---------------------------------------------------------------------------------


def test_a_lost_score_has_no_lines_but_names_what_closed() -> None:
    answer = between([finished(1, 0), finished(2, 0, end=40)], 10, 70)
    assert answer.form is Form.LOST_SCORE
    assert (answer.after, answer.change, answer.sum_error) == (None, None, 0.0)
    assert len(answer.lines) == 0
    assert [flip.trigger_order for flip in answer.gates] == [2]
    assert answer.residual(7) is None


def test_two_unscored_ends_have_nothing_to_explain() -> None:
    answer = between([finished(1, 0)], 10, 70)
    assert answer.form is Form.UNSCORED
    assert len(answer.lines) == 0
    assert answer.rounding == 0.0
    assert answer.by_cause() == {}


def test_the_same_moment_twice_is_a_move_of_nothing() -> None:
    answer = between(BASE, 10, 10)
    assert (answer.form, answer.change, len(answer.lines)) == (Form.MOVE, 0.0, 0)
    assert answer.rounding == 0.0


def joint_move() -> tuple[EvidenceColumns, EvidenceColumns, Attribution]:
    """Order 2 turns out never to have counted; order 3 came later.

    As known then, gig 0 had orders 1 and 2 and was scored on day 10. As known now it had
    order 1 alone, below the minimum of two, until order 3 on day 60.
    """
    then = evidence_columns([finished(1, 0), finished(2, 0, x=0.0)])
    now = evidence_columns([finished(1, 0), finished(3, 60)])
    return then, now, attribute(Moment(then, 10, STILL, 1), Moment(now, 70, STILL, 1))


def test_a_leg_that_ends_unscored_is_walked_together_with_the_next() -> None:
    _, _, answer = joint_move()
    assert answer.form is Form.MOVE
    assert abs(answer.sum_error) < 1e-12
    # Each order keeps its own cause and leg; the gig counted at both ends, so no gate line.
    area = Factor.CANCELLATIONS
    assert {key[:1] + key[3:] for key in lines_by_key(answer) if key[2] == area} == {
        (2, Cause.LEARNED_LATE, Leg.DATA),
        (3, Cause.ENTERED, Leg.TIME),
    }
    assert answer.gates == ()


def test_on_a_joint_path_both_legs_have_one_price() -> None:
    """Losing a bad order and gaining a good one both lift, and order 1 did not move."""
    _, _, answer = joint_move()
    by_order = answer.by_order()
    assert by_order.keys() == {2, 3}
    assert all(amount > 0 for amount in by_order.values())


def test_without_a_bridge_all_difference_of_evidence_is_the_policys() -> None:
    then, now, _ = joint_move()
    renamed = replace(STILL, id="renamed", intercept=0.4)
    before, after = Moment(then, 70, STILL, 1), Moment(now, 70, renamed, 1)
    assert set(attribute(before, after).by_cause()) == {Cause.POLICY}
    told = attribute(before, after, bridge=now)
    assert set(told.by_cause()) == {Cause.POLICY, Cause.LEARNED_LATE}
    assert abs(told.sum_error) < 1e-12


def test_an_order_that_changed_its_gig_is_learned_late_on_both() -> None:
    then = evidence_columns([*BASE, finished(3, 0), finished(4, 0, gig=1), finished(5, 0, gig=1)])
    now = evidence_columns(
        [*BASE, finished(3, 0, gig=1), finished(4, 0, gig=1), finished(5, 0, gig=1)]
    )
    answer = attribute(Moment(then, 50, STILL, 2), Moment(now, 50, STILL, 2))
    assert {key[:2] for key in lines_by_key(answer)} == {(3, 0), (3, 1)}


def test_a_gig_number_out_of_range_is_refused() -> None:
    evidence = evidence_columns([finished(1, 0, gig=5)])
    with pytest.raises(ValueError, match="gig numbers are 0 to 1"):
        attribute(Moment(evidence, 0, STILL, 2), Moment(evidence, 1, STILL, 2))
