"""Plans hold in the simulator, budgets are what it still holds, and both are said plainly."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from metrics.engine.days import day_number
from metrics.engine.hypothetical import Scenario
from metrics.engine.plan import NoPlan, Plan
from metrics.engine.reference import display
from metrics.engine.what_orders_do import even_days
from metrics.forecasting.ground import Ground, ground_of
from metrics.forecasting.open_orders import Due, endings_of_open, scores_of_endings
from metrics.forecasting.plan_words import (
    budget_sentence,
    lowering_sentence,
    plan_sentence,
    proof_sentence,
)
from metrics.forecasting.planning import (
    MOST_ERRORS,
    MOST_ORDERS,
    ErrorKind,
    Quality,
    Target,
    clean_order,
    error_budgets,
    smallest_plan,
    wrong_order,
)
from metrics.forecasting.simulation import simulate
from sellers.models import OrderStatus, Seller
from tests.builders import NOW, a_gig, a_history, a_review, a_seller, an_order

pytestmark = [pytest.mark.django_db, pytest.mark.servers]

TODAY = NOW.date()
BY = TODAY + timedelta(days=60)


def a_dented_seller() -> Seller:
    """A good gig, and one that two bad reviews have dented."""
    seller = a_seller()
    a_history(seller, orders=6)
    weak = a_gig(seller, title="Logo design")
    for days in (50, 40, 30):
        order = an_order(weak, NOW - timedelta(days=days))
        a_review(order, 5 if days == 30 else 2)
    seller.gigs.exclude(pk=weak.pk).update(title="Book editing")
    return seller


def scenario_of(ground: Ground, numbers: tuple[int, ...]) -> Scenario:
    return Scenario(
        added=tuple(
            clean_order(ground, gig, day)
            for gig, number in enumerate(numbers)
            for day in (even_days(ground.today_number, day_number(BY), number) if number else ())
        )
    )


def score_with(ground: Ground, numbers: tuple[int, ...]) -> float:
    found = simulate(ground, scenario_of(ground, numbers), BY).then.score_on(day_number(BY))
    assert found is not None
    return found


def test_a_plan_reaches_its_target_in_the_simulator_and_one_order_fewer_does_not() -> None:
    ground = ground_of(a_dented_seller(), TODAY)
    start = display(score_with(ground, (0, 0)))
    answer = smallest_plan(ground, Target(start + 1), BY)
    assert answer is not None
    assert isinstance(answer.found, Plan)
    numbers = answer.found.numbers
    assert score_with(ground, numbers) == pytest.approx(answer.found.score, abs=1e-9)
    assert answer.verified == pytest.approx(answer.found.score, abs=1e-9)
    assert display(score_with(ground, numbers)) == start + 1
    fewer = answer.found.orders - 1
    for on_first in range(fewer + 1):
        assert display(score_with(ground, (on_first, fewer - on_first))) <= start
    sentence = plan_sentence(ground, answer)
    assert sentence.endswith(f"{start + 1} overall ({answer.found.score:.2f}).")
    assert "by 11 Aug 2024" in sentence
    assert "however shared out, it is not reached" in proof_sentence(answer)


def test_a_plan_puts_no_order_on_a_paused_gig() -> None:
    seller = a_dented_seller()
    ground = ground_of(seller, TODAY)
    free = smallest_plan(ground, Target(9), BY)
    assert free is not None
    assert isinstance(free.found, Plan)
    used = max(range(2), key=lambda gig: free.found.numbers[gig])
    assert free.found.numbers[used]
    seller.gigs.filter(pk=ground.gigs[used].pk).update(is_active=False)
    ground = ground_of(seller, TODAY)
    answer = smallest_plan(ground, Target(9), BY)
    assert answer is not None
    assert not answer.found.numbers[used]
    assert used not in [gig for gig, _ in answer.lowering]
    # Every number on the other gig, brute force: the first that holds, or none does.
    other = 1 - used
    holding = [
        count
        for count in range(MOST_ORDERS + 1)
        if score_with(ground, tuple(count * (gig == other) for gig in range(2))) >= 8.5
    ]
    if isinstance(answer.found, Plan):
        assert answer.found.orders == holding[0]
    else:
        assert not holding


def test_a_target_of_a_gig_is_reached_by_orders_on_that_gig() -> None:
    ground = ground_of(a_dented_seller(), TODAY)
    gig = next(n for n, name in enumerate(ground.gigs) if name.title == "Logo design")
    answer = smallest_plan(ground, Target(7, gig), BY)
    assert answer is not None
    assert isinstance(answer.found, Plan)
    found = simulate(ground, scenario_of(ground, answer.found.numbers), BY).then
    score = found.gig_score_on(gig, day_number(BY))
    assert score == pytest.approx(answer.verified, abs=1e-9)
    assert display(score or 0) == 7
    fewer = tuple(max(n - 1, 0) for n in answer.found.numbers)
    less = simulate(ground, scenario_of(ground, fewer), BY).then
    assert (less.gig_score_on(gig, day_number(BY)) or 0) < 6.5
    assert "7 on “Logo design”" in plan_sentence(ground, answer)


def test_a_target_out_of_reach_says_how_near_one_comes_and_that_every_way_was_weighed() -> None:
    ground = ground_of(a_dented_seller(), TODAY)
    answer = smallest_plan(ground, Target(10), BY, Quality.OWN_AVERAGE)
    assert answer is not None
    assert isinstance(answer.found, NoPlan)
    assert answer.found.score == pytest.approx(answer.verified, abs=1e-9)
    sentence = plan_sentence(ground, answer)
    assert sentence.startswith("Not by 11 Aug 2024: of all numbers up to 60 orders of your usual")
    assert proof_sentence(answer) == "Every way of sharing them out was weighed, not a sample."


def test_what_comes_by_itself_needs_no_order() -> None:
    ground = ground_of(a_dented_seller(), TODAY)
    answer = smallest_plan(ground, Target(2), BY)
    assert answer is not None
    assert plan_sentence(ground, answer).startswith("Nothing is needed: if nothing new happens, 2")
    assert proof_sentence(answer) == ""


def test_a_gig_on_which_a_good_order_lowers_the_score_is_named() -> None:
    seller = a_seller()
    a_history(seller, orders=12)
    weak = a_gig(seller, title="Logo design")
    for days in range(20, 32):
        a_review(an_order(weak, NOW - timedelta(days=days), delivered_at=NOW), 1)
    ground = ground_of(seller, TODAY)
    answer = smallest_plan(ground, Target(9), BY)
    assert answer is not None
    gig = next(n for n, name in enumerate(ground.gigs) if name.title == "Logo design")
    assert [number for number, _ in answer.lowering] == [gig]
    one = tuple(int(n == gig) for n in range(2))
    # The plan's own schedule: a single order finishes on the last day.
    loss = score_with(ground, (0, 0)) - score_with(ground, one)
    assert answer.lowering[0][1] == pytest.approx(loss, abs=1e-9)
    assert "do not always help" in lowering_sentence(ground, answer.quality, answer.lowering)


@pytest.mark.parametrize("days", [0, -1, 730])
def test_a_day_outside_the_window_is_refused(days: int) -> None:
    ground = ground_of(a_dented_seller(), TODAY)
    with pytest.raises(ValueError, match="after today"):
        smallest_plan(ground, Target(9), TODAY + timedelta(days=days))


def test_own_average_orders_need_enough_weeks() -> None:
    seller = a_seller()
    an_order(a_gig(seller), NOW - timedelta(days=10))
    ground = ground_of(seller, TODAY)
    assert smallest_plan(ground, Target(9), BY, Quality.OWN_AVERAGE) is None
    clean = smallest_plan(ground, Target(7), BY)
    assert clean is not None
    assert isinstance(clean.found, Plan)
    assert clean.found.orders == 1  # the second order opens the gate


def test_a_budget_holds_in_the_simulator() -> None:
    ground = ground_of(a_dented_seller(), TODAY)
    today = ground.today_number
    now = display(simulate(ground, Scenario(), TODAY).now.score_on(today) or 0)
    compared = 0
    for budget in error_budgets(ground):
        assert budget.keep == now
        for gig in budget.gigs:
            assert gig.absorbed is not None
            wrong = wrong_order(ground, budget.kind, gig.gig, today)
            for number, kept in ((gig.absorbed, True), (gig.absorbed + 1, False)):
                found = simulate(ground, Scenario(added=(wrong,) * number), TODAY).then
                assert (display(found.score_on(today) or 0) >= now) is kept
        kindest, harshest = budget.gigs[0], budget.gigs[-1]
        if kindest.absorbed and harshest.absorbed != kindest.absorbed:
            worst = f"only {harshest.absorbed}" if harshest.absorbed else "none"
            assert budget_sentence(ground, budget).endswith(f"{worst} would.")
            compared += 1
    assert compared
    assert error_budgets(ground, keep=10) == []
    assert error_budgets(ground_of(a_seller(), TODAY)) == []


def test_a_gig_of_its_own_and_a_number_that_is_not_there_have_budgets_of_their_own() -> None:
    ground = ground_of(a_dented_seller(), TODAY)
    gig = next(n for n, name in enumerate(ground.gigs) if name.title == "Logo design")
    now = simulate(ground, Scenario(), TODAY).now.gig_score_on(gig, ground.today_number)
    shown = display(now or 0)
    for budget in error_budgets(ground, shown - 1, gig):
        (one,) = budget.gigs
        assert (budget.keep, one.gig) == (shown - 1, gig)
        wrong = wrong_order(ground, budget.kind, gig, ground.today_number)
        tried = [(MOST_ERRORS, True)]
        if one.absorbed is not None:
            tried = [(one.absorbed, True), (one.absorbed + 1, False)]
        for number, kept in tried:
            found = simulate(ground, Scenario(added=(wrong,) * number), TODAY).then
            score = display(found.gig_score_on(gig, ground.today_number) or 0)
            assert (score >= shown - 1) is kept
    assert error_budgets(ground, shown + 1, gig) == []


def test_the_scores_of_every_ending_are_what_the_simulator_says() -> None:
    seller = a_dented_seller()
    gigs = list(seller.gigs.order_by("pk"))
    status = OrderStatus.OPEN
    big = an_order(gigs[0], NOW - timedelta(days=2), status=status, amount=900)
    small = an_order(gigs[1], NOW - timedelta(days=2), status=status, amount=10)
    delivered = an_order(
        gigs[0],
        NOW - timedelta(days=5),
        status=status,
        due_at=NOW - timedelta(days=1),
        delivered_at=NOW - timedelta(days=2),
        amount=50,
    )
    ground = ground_of(seller, TODAY)
    due = {
        big.pk: Due(TODAY + timedelta(days=4)),
        small.pk: Due(TODAY - timedelta(days=2), hours_over=48),
        delivered.pk: Due(TODAY, hours_over=2),
    }
    endings = endings_of_open(ground, due)
    assert [one.order for one in endings] == [big.pk, small.pk, delivered.pk]
    ahead, over, done = endings
    assert (ahead.day, over.day) == (day_number(TODAY) + 4, day_number(TODAY))
    # Two days over the due day it is late however it ends; delivered on time it stays on time.
    assert (over.overdue, over.well.late_hours, over.late) == (True, 48.0, None)
    assert (done.overdue, done.well.late_hours, done.late) == (False, -24.0, None)
    for ending, scores in zip(endings, scores_of_endings(ground, endings), strict=True):
        assert list(scores) == list(ending.ways())
        for way, order in ending.ways().items():
            scenario = Scenario(added=(order,), removed=(ending.order,))
            then = simulate(ground, scenario, TODAY + timedelta(days=4)).then
            assert scores[way].overall == pytest.approx(then.score_on(ending.day), abs=1e-9)
            assert scores[way].gig == pytest.approx(
                then.gig_score_on(ending.gig, ending.day), abs=1e-9
            )
    assert endings_of_open(ground_of(a_seller(), TODAY), {}) == []


def test_a_wrong_order_has_one_fault() -> None:
    ground = ground_of(a_dented_seller(), TODAY)
    right = clean_order(ground, 0, 1)
    assert (right.amount_usd, right.rates_areas) == (100.0, False)
    assert wrong_order(ground, ErrorKind.FOUR_STARS, 0, 1) == replace(right, stars=4.0)
    assert wrong_order(ground, ErrorKind.LATE, 0, 1).late_hours == 12
    assert wrong_order(ground, ErrorKind.CANCELLED, 0, 1).cancelled_by is not None
