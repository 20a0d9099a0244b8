"""Imagined orders count for the rules as real ones do when they come, and the own pace by hand."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import numpy as np
import pytest

from eligibility.coming.judging import Clients, course_of, judge_courses, known_of
from eligibility.coming.moves import standing_moves
from eligibility.coming.pace import DRAWS, PaceStanding, pace_standing
from eligibility.coming.page import outlook_of
from eligibility.coming.scenario import judge_scenario
from eligibility.models import LevelSpan, RuleSpan
from metrics.engine.days import day_number
from metrics.engine.hypothetical import Hypothetical, Scenario
from metrics.forecasting.ground import Ground, ground_of
from metrics.forecasting.quiet import quiet_forecast
from metrics.forecasting.simulation import imagined
from metrics.services import recompute_sellers
from sellers.models import Inquiry, OrderStatus, Seller
from tests.builders import NOW, a_gig, a_review, a_seller, an_order
from tests.eligibility.coming.grounds import judge_grounds

pytestmark = [pytest.mark.django_db, pytest.mark.servers]

TODAY = NOW.date()
#: The response rate's window of 90 days does not empty before.
LAST = TODAY + timedelta(days=60)
CLIENT = "{:032x}".format


@pytest.fixture
def seller() -> Seller:
    """Four good orders of $150 from three clients: 4 of 5 orders, $480 net of 400, rating 5.

    Net of a fifth: 4 · 150 · 0.8 = 480. Every first message is answered within an hour.
    """
    seller = a_seller()
    gig = a_gig(seller, category="Book Editing")
    for number in range(4):
        ordered = NOW - timedelta(days=22 + 10 * number)
        order = an_order(gig, ordered, amount=Decimal(150), buyer_key=CLIENT(number % 3))
        a_review(order)
    for number in range(10):
        sent = NOW - timedelta(days=3 * number)
        Inquiry.objects.create(
            seller=seller,
            ref=f"m{number}",
            first_message_at=sent,
            first_reply_at=sent + timedelta(hours=1),
        )
    recompute_sellers(seller_ids=[seller.pk], now=NOW)
    return seller


def clean(ground: Ground, days: int) -> Hypothetical:
    return Hypothetical(
        0, ground.today_number + days, amount_usd=150.0, stars=5.0, rates_areas=False
    )


def test_an_imagined_order_grants_the_level_on_the_day_on_which_the_real_one_does(
    seller: Seller,
) -> None:
    ground = ground_of(seller, TODAY)
    coming = judge_scenario(ground, known_of(ground), Scenario(added=(clean(ground, 10),)), LAST)
    held = coming.level("held")
    assert held is not None
    # The fifth order makes 5 of 5; without it the count stays at 4.
    assert held[0].max() == 0
    assert held[1, :10].max() == 0
    assert held[1, 10:].min() == 1
    outlook = outlook_of(ground, coming.found).other(1)
    [level, gig] = standing_moves(outlook, outlook.refs())
    assert (level.day, level.turn) == (TODAY + timedelta(days=10), "New seller → Level 1")
    assert level.cause.endswith("order 1 that you entered begins to count")
    assert gig.turn == "not met → met"
    # Now it comes.
    finished = NOW + timedelta(days=10)
    order = an_order(
        seller.gigs.get(),
        NOW,
        amount=Decimal(150),
        buyer_key=CLIENT(9),
        due_at=finished,
        delivered_at=finished,
        completed_at=finished,
    )
    a_review(order, posted_at=finished)
    recompute_sellers(seller_ids=[seller.pk], now=NOW + timedelta(days=60), from_scratch=True)
    came = LevelSpan.objects.get(seller=seller, start=TODAY + timedelta(days=10))
    assert came.held == 1
    promoted = RuleSpan.objects.filter(seller=seller, rule_set="promoted-2024", rule="")
    assert promoted.get(verdict=1).start == TODAY + timedelta(days=10)


def test_who_buys_is_told_and_counts(seller: Seller) -> None:
    ground = ground_of(seller, TODAY)
    there = imagined(ground, Scenario(added=(clean(ground, 5), clean(ground, 6))))
    known = known_of(ground)
    score = quiet_forecast(there, LAST).overall
    rule = next(
        rule
        for rule_set in known.rule_sets
        for rule in rule_set.all_rules
        if rule_set.end_day is None and rule.id == "level-1/unique-clients"
    )
    courses = [course_of(known, there.facts, score, clients) for clients in Clients]
    coming = judge_courses(known, courses, LAST)
    clients = coming.found.metrics[rule.spec]
    day = day_number(LAST)
    bounds = [clients.on(number, day) for number in range(3)]
    # Three clients are known; two new ones, one of the three again, or nobody knows who.
    assert [(one.low_num, one.high_num) for one in bounds] == [(5, 5), (3, 3), (3, 5)]


def test_many_courses_are_judged_as_each_alone(seller: Seller) -> None:
    ground = ground_of(seller, TODAY)
    grounds = [
        imagined(ground, Scenario(added=tuple(clean(ground, 3 + n) for n in range(count))))
        for count in range(4)
    ]
    together = judge_grounds(grounds, LAST)
    for number, one in enumerate(grounds):
        alone = judge_grounds([one], LAST)
        for name in ("held", "most", "phase", "grace_start", "supported"):
            found, expected = together.level(name), alone.level(name)
            assert found is not None
            assert expected is not None
            np.testing.assert_array_equal(found[number], expected[0])
        ruling = next(r for r in together.found.rule_sets if r.id == "promoted-2024")
        np.testing.assert_array_equal(together.verdicts(ruling)[number], alone.verdicts(ruling)[0])


def test_no_course_and_a_day_that_is_past_are_refused(seller: Seller) -> None:
    ground = ground_of(seller, TODAY)
    with pytest.raises(ValueError, match="0 courses"):
        judge_courses(known_of(ground), [], LAST)
    course = course_of(known_of(ground), ground.facts, ground.future(LAST).now())
    with pytest.raises(ValueError, match="1 courses to judge from 2024-06-12 to 2024-06-11"):
        judge_courses(known_of(ground), [course], TODAY - timedelta(days=1))


def test_at_the_own_pace_more_orders_of_known_clients_come_and_a_break_waits(
    seller: Seller,
) -> None:
    """Two weeks of the last twelve hold what a draw can deal; a fifth order makes the level."""
    for number in range(2):
        order = an_order(
            seller.gigs.get(),
            NOW - timedelta(days=70 + 5 * number),
            amount=Decimal(150),
            buyer_key=CLIENT(number),
            status=OrderStatus.CANCELLED,
            cancelled_at=NOW - timedelta(days=68 + 5 * number),
        )
        assert order.pk
    ground = ground_of(seller, TODAY)
    known = known_of(ground)
    found = pace_standing(ground, known, LAST)
    assert isinstance(found, PaceStanding)
    assert (found.draws, found.holds.shape) == (DRAWS, (3, 61))
    assert found.holds[0, 0] == 0
    # Orders are dealt, so the share that holds Level 1 only grows while nothing is lost.
    assert found.holds[0, -1] > 0.5
    assert (found.may_hold >= found.holds).all()
    again = pace_standing(ground, known, LAST)
    assert isinstance(again, PaceStanding)
    np.testing.assert_array_equal(found.holds, again.holds)
    paused = pace_standing(ground, known, LAST, break_weeks=8)
    assert isinstance(paused, PaceStanding)
    # Eight empty weeks: 56 days without an order.
    assert paused.holds[0, :57].max() == 0
    assert paused.promoted[0, 0] == found.promoted[0, 0]
