"""Two days of a seller become a ledger."""

from __future__ import annotations

import math
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext, override_settings

from metrics.engine.attribution import Form
from metrics.engine.types import Cause, Factor
from metrics.explain import Explainer, explain, fill_headline, fill_headlines
from metrics.explanation import Explanation, day_before
from metrics.headline import headline_of
from metrics.ledger_view import Filter, matching, rows_of
from metrics.models import BenchmarkSnapshot, Move
from metrics.policy_files import current_policy_file
from sellers.models import CancelledBy, Observation, OrderStatus, Seller
from tests.builders import NOW, a_gig, a_history, a_seller
from tests.metrics.why_story import (
    DAY_BEFORE,
    TURN,
    finished_order,
    note_moves,
    reviewed,
    the_perfect_order,
)

pytestmark = [pytest.mark.django_db, pytest.mark.servers]


def explained(seller: Seller, start: date = DAY_BEFORE, end: date = TURN) -> Explanation:
    return explain(seller=seller, start=start, end=end)


def test_a_perfect_order_that_lowers_the_score_is_told_as_the_gig_that_it_opened() -> None:
    story = the_perfect_order()
    found = explained(story.seller)
    assert found.form is Form.MOVE
    assert (found.before.displayed, found.after.displayed) == (10, 9)
    headline = headline_of(found)
    # the sketch of the page in words; the amount is the gate's own line
    assert headline["text"] == (
        "Mostly: “Query letters” began to count (−0.11), after a perfect order on it."
    )
    assert headline["causes"] == ["gig_began"]
    assert headline["change"] == found.change


def test_the_lines_add_up_to_the_change_and_the_tick_is_computed() -> None:
    found = explained(the_perfect_order().seller)
    assert found.before.score is not None
    assert found.after.score is not None
    change = found.after.score - found.before.score
    assert abs(math.fsum(found.lines.amount.tolist()) - change) <= 1e-10
    assert found.adds_up
    assert found.rounding == 9 - found.after.score


def test_the_line_of_a_gate_is_about_the_order_that_opened_it() -> None:
    story = the_perfect_order()
    found = explained(story.seller)
    (gate,) = [i for i, cause in enumerate(found.lines.cause) if cause == Cause.GIG_BEGAN]
    assert found.lines.order[gate] == -1
    assert found.about[gate] == story.opener.pk


def test_any_two_days_add_up() -> None:
    explainer = Explainer(the_perfect_order().seller)
    for days in (1, 30, 200, 700):
        found = explainer.explain(start=TURN - timedelta(days=days), end=TURN)
        assert found.adds_up, days


def test_before_the_first_order_there_is_no_score_and_the_reason_is_a_day() -> None:
    story = the_perfect_order()
    found = explained(story.seller, date(2019, 1, 1), date(2019, 2, 1))
    assert found.form is Form.UNSCORED
    assert found.change is None
    assert not found.adds_up
    # the first of 18 orders finished 2 + 7·17 = 121 days before 5 Jun and began 6 days earlier
    assert found.before.reason == "before the first known order (30 Jan 2024)"


def test_one_order_is_not_enough_and_the_reason_counts() -> None:
    seller = a_seller()
    finished_order(a_gig(seller, title="Logos"), DAY_BEFORE)
    found = explained(seller)
    assert found.after.reason == "1 of 2 orders"
    assert headline_of(found)["text"] == "On the later day: 1 of 2 orders."


def test_a_first_score_starts_where_a_gig_without_history_stands() -> None:
    seller = a_seller()
    gig = a_gig(seller, title="Logos")
    reviewed(finished_order(gig, TURN - timedelta(days=9)))
    reviewed(finished_order(gig, TURN))
    found = explained(seller)
    assert found.form is Form.FIRST_SCORE
    assert found.before.score is None
    assert found.start is not None
    assert math.isclose(found.start, 7.0137, abs_tol=1e-3)  # s0 of FORMULAS.md, step 4
    assert found.adds_up
    assert headline_of(found)["text"] == (
        "Why: “Logos” began to count, after a perfect order on it."
    )
    assert headline_of(found)["change"] is None


def test_a_lost_score_has_a_reason_and_no_ledger() -> None:
    seller = a_seller()
    gig = a_gig(seller, title="Logos")
    first = date(2022, 5, 1)
    finished_order(gig, first)
    finished_order(gig, first + timedelta(days=100))
    last_day = first + timedelta(days=730)  # on this day the first order counts no more
    found = explained(seller, day_before(last_day), last_day)
    assert found.form is Form.LOST_SCORE
    assert found.change is None
    assert found.after.reason == "1 of 2 orders"
    assert headline_of(found)["text"] == (
        "Why: “Logos” ceased to count, as an order of it left the two-year window."
    )


def test_a_seller_without_orders_is_said_to_have_none() -> None:
    found = explained(a_seller())
    assert found.form is Form.UNSCORED
    assert found.known_orders == 0
    assert found.after.reason == "no order is known yet"


def test_old_orders_that_leave_are_counted_in_the_sentence() -> None:
    seller = a_seller()
    gig = a_gig(seller, title="Logos")
    for number in range(4):
        reviewed(finished_order(gig, date(2022, 5, 1)))
        reviewed(finished_order(gig, date(2022, 8, 1) + timedelta(days=number)), 4)
    gone = date(2022, 5, 1) + timedelta(days=730)
    text = headline_of(explained(seller, day_before(gone), gone))["text"]
    assert text.startswith("Mostly: 4 orders left the two-year window (−")


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        (
            {
                "status": OrderStatus.CANCELLED,
                "cancelled_by": CancelledBy.SELLER,
                "completed_at": None,
                "delivered_at": None,
                "cancelled_at": NOW.replace(day=5),
            },
            "Mostly: an order on “Book editing” cancelled by the seller (−",
        ),
        (
            # due at noon on 3 Jun, delivered at noon on 5 Jun
            {"due_at": NOW.replace(day=3), "delivered_at": NOW.replace(day=5)},
            "Mostly: a delivery late by 2 days on “Book editing” (−",
        ),
        ({"disputes": 1}, "Mostly: an order with a dispute on “Book editing” (−"),
    ],
)
def test_the_fault_of_a_single_order_is_named(fields: dict[str, object], expected: str) -> None:
    seller = a_seller()
    gig = a_gig(seller, title="Book editing")
    for number in range(12):
        finished_order(gig, TURN - timedelta(days=20 + number))
    finished_order(gig, TURN, **fields)
    assert headline_of(explained(seller))["text"].startswith(expected)


def test_a_bad_review_is_told_by_its_stars() -> None:
    seller = a_seller()
    gig = a_gig(seller, title="Book editing")
    for number in range(12):
        finished_order(gig, TURN - timedelta(days=20 + number))
    late_review = finished_order(gig, DAY_BEFORE)
    late_review.completed_at = NOW.replace(day=5)
    reviewed(late_review, 2)
    assert headline_of(explained(seller))["text"].startswith(
        "Mostly: a review with 2 stars on “Book editing” (−"
    )


def test_what_the_platform_showed_is_held_against_ours_and_the_rest_is_named() -> None:
    story = the_perfect_order()
    for day, value in ((DAY_BEFORE, 10), (TURN, 8)):
        Observation.objects.create(
            seller=story.seller, kind=Observation.Kind.SCORE, day=day, value=value
        )
    found = explained(story.seller)
    assert found.before.residual == 0
    # 8 shown − 9 ours
    assert found.after.residual == -1


def test_the_observation_of_another_day_says_nothing_about_these() -> None:
    story = the_perfect_order()
    Observation.objects.create(
        seller=story.seller, kind=Observation.Kind.SCORE, day=TURN + timedelta(days=1), value=3
    )
    found = explained(story.seller)
    assert found.before.observed is None
    assert found.after.observed is None


def test_causes_and_areas_without_a_line_played_no_part() -> None:
    seller = a_seller()
    gig = a_gig(seller)
    for number in range(6):
        finished_order(gig, TURN - timedelta(days=10 * number), due_at=None)
    parts = explained(seller).parts()
    # no review was written and no due time is known: four areas have no evidence at all
    assert parts.absent_areas == (
        Factor.CLIENT_SATISFACTION,
        Factor.COMMUNICATION,
        Factor.VALUE_FOR_MONEY,
        Factor.DELIVERY_TIME,
    )
    assert Cause.BENCHMARK in parts.absent
    assert Cause.ENTERED not in parts.absent


def test_orders_younger_than_60_days_may_still_get_a_private_rating() -> None:
    seller = a_seller()
    gig = a_gig(seller)
    for age in (0, 59, 60, 61):
        finished_order(gig, TURN - timedelta(days=age))
    finished_order(gig, TURN + timedelta(days=1))  # not yet on the day that is asked about
    # 0 and 59 days old; on the 60th day it is too late
    assert explained(seller).immature_orders == 2


def test_the_number_of_queries_does_not_depend_on_the_number_of_orders() -> None:
    counts = []
    for orders in (1, 50):
        seller = a_seller()
        a_history(seller, gigs=2, orders=orders)
        with CaptureQueriesContext(connection) as captured:
            explained(seller)
        counts.append(len(captured))
    assert counts[0] == counts[1]


def test_a_headline_is_found_once_and_then_stored() -> None:
    story = the_perfect_order()
    note_moves(story.seller)
    move = Move.objects.get(seller=story.seller, day=TURN)
    assert move.headline is None
    headline = fill_headline(move)
    move = Move.objects.select_related("seller").get(pk=move.pk)
    assert move.headline == headline
    assert "began to count" in headline["text"]
    with CaptureQueriesContext(connection) as captured:
        assert fill_headline(move) == headline
    assert len(captured) == 0


def test_a_move_that_was_replaced_meanwhile_keeps_its_own_headline() -> None:
    story = the_perfect_order()
    note_moves(story.seller)
    stale = Move.objects.get(seller=story.seller, day=TURN)
    Move.objects.filter(pk=stale.pk).update(revision=stale.revision + 1)
    fill_headline(stale)
    assert Move.objects.get(pk=stale.pk).headline is None


def test_many_headlines_read_the_facts_once() -> None:
    story = the_perfect_order()
    note_moves(story.seller)
    moves = list(Move.objects.filter(seller=story.seller))
    assert len(moves) > 1
    with CaptureQueriesContext(connection) as captured:
        found = fill_headlines(seller=story.seller, moves=moves)
    assert set(found) == {move.pk for move in moves}
    reads = [query for query in captured if "sellers_order" in query["sql"]]
    assert len(reads) <= 2  # the orders, and the reviews beside them


def test_a_change_of_policy_is_a_cause_of_its_own_and_everything_adds_up() -> None:
    story = the_perfect_order()
    now = current_policy_file()
    steeper = now.parameters.slope.model_copy(update={"value": 2.0})
    then = now.model_copy(
        update={
            "id": "another-policy",
            "parameters": now.parameters.model_copy(update={"slope": steeper}),
        }
    )
    found = explain(
        seller=story.seller, start=DAY_BEFORE, end=TURN, policy_before=then, policy_after=now
    )
    assert found.policy_keys == ("another-policy/1", now.key)
    assert found.adds_up
    causes = {Cause(int(number)) for number in found.lines.cause}
    assert {Cause.GIG_BEGAN, Cause.ENTERED, Cause.POLICY} <= causes
    rows = rows_of(found, matching(found, Filter(cause=Cause.POLICY)))
    # slope, of no gig and no order
    assert ("the formula as a whole", "rules changed", "") in {
        (row.area, row.cause, row.gig) for row in rows if row.order is None
    }


@override_settings(STANDING_BENCHMARKS="cohort")
def test_a_benchmark_that_moved_is_said_to_be_no_order_of_the_seller() -> None:
    seller = a_seller()
    gig = a_gig(seller, title="Logos", category="Design", price_band="$50 to $150")
    for number in range(6):
        reviewed(finished_order(gig, TURN - timedelta(days=10 + number)), 4)
    BenchmarkSnapshot.objects.create(
        start=TURN,
        category="Design",
        price_band="$50 to $150",
        factor=Factor.CLIENT_SATISFACTION,
        mean=0.7,
        spread=0.1,
        gigs=40,
        policy=current_policy_file().key,
    )
    found = explained(seller)
    assert found.adds_up
    assert found.policy_keys[1].endswith("+cohort")
    (row,) = rows_of(found, matching(found, Filter(cause=Cause.BENCHMARK)))
    # four stars are 0.6: far below the policy's 0.93, near the cohort's 0.7
    assert row.amount > 0.5
    assert (row.order, row.gig, row.area) == (None, "Logos", "client satisfaction")
    assert headline_of(found)["text"].startswith(
        "Mostly: the benchmark of comparable gigs moved (+"
    )
