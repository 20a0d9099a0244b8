"""What open orders put at stake: as the rules say of imagined facts, ranked, said, and bounded."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from eligibility.coming.judging import Known, course_of, judge_courses, known_of
from eligibility.computing import in_force
from eligibility.planning.stake_words import StakeReader
from eligibility.planning.stakes import (
    OpenStake,
    RatingStake,
    RuleStake,
    WayStakes,
    Weight,
    open_stakes,
)
from eligibility.rules.types import Kind, Verdict
from metrics.engine.days import date_of
from metrics.engine.hypothetical import Scenario, applied
from metrics.forecasting.ground import Ground, ground_of
from metrics.forecasting.open_orders import Due, Endings, Way, endings_of_open
from metrics.forecasting.simulation import imagined_facts
from metrics.services import recompute_sellers
from sellers.models import Observation, Order, OrderStatus, Seller
from tests.builders import NOW, a_gig, a_review, a_seller, a_user, an_order
from tests.eligibility.planning.stories import TODAY, answered, bought

pytestmark = [pytest.mark.django_db, pytest.mark.servers]


def still_open(gig: Any, days: int | None, **fields: Any) -> Order:
    """An open order that is due in so many days, of $100 unless told."""
    due = None if days is None else NOW + timedelta(days=days)
    placed = NOW - timedelta(days=3)
    return an_order(gig, placed, status=OrderStatus.OPEN, due_at=due, **fields)


@pytest.fixture
def seller() -> Seller:
    """Level 1 on two gigs: 19 orders of 9 clients, $1,520 net; Level 2 asks 20, 10 and $2,000.

    Sixteen reviews with five stars and three with two: 86/19 = 4.53; Level 1 asks 4.4.
    """
    seller = a_seller(owner=a_user())
    good, weak = a_gig(seller, title="Book editing"), a_gig(seller, title="Logo design")
    for number in range(19):
        gig = weak if number % 6 == 5 else good
        a_review(bought(gig, f"client-{number % 9}", 20 + 3 * number), 2 if gig == weak else 5)
    # Six cancellations keep the score below 6.
    for number in range(6):
        an_order(
            good if number % 2 else weak,
            NOW - timedelta(days=30 + number),
            status=OrderStatus.CANCELLED,
            cancelled_by=1,
            requirements_in=True,
            cancelled_at=NOW - timedelta(days=20 + number),
        )
    answered(seller, 4, days_ago=1)
    Observation.objects.create(
        seller=seller, day=TODAY - timedelta(days=1), kind="level", label="Level 1"
    )
    recompute_sellers(seller_ids=[seller.pk], now=NOW)
    return seller


def due_days(orders: list[Order]) -> dict[int, Due]:
    return {
        order.pk: Due(order.due_at.date(), (NOW - order.due_at).total_seconds() / 3600)
        for order in orders
        if order.due_at is not None
    }


def asked(seller: Seller, orders: list[Order]) -> tuple[Ground, Known, list[OpenStake]]:
    ground = ground_of(seller, TODAY)
    known = known_of(ground)
    return ground, known, open_stakes(ground, known, due_days(orders))


def told(way: WayStakes | None, weight: Weight) -> set[str]:
    """Titles of the rules of one weight."""
    assert way is not None
    return {
        one.rule.title for one in way.stakes if isinstance(one, RuleStake) and one.weight is weight
    }


def judged_rules(ground: Ground, known: Known, ending: Endings) -> dict[Way, dict[str, Verdict]]:
    """Every rule of levels on the day, by the evaluator, on the whole facts as they would be."""
    last = date_of(ending.day)
    future = ground.future(last)
    rules = in_force(known.rule_sets, Kind.LEVELS, ending.day)
    assert rules is not None
    buyer = known.read.columns.buyer[ending.row]
    found = {}
    for way, order in ending.ways().items():
        scenario = Scenario(added=(order,), removed=(ending.order,))
        change = applied(scenario, ground.facts.orders, ground.facts.reviews)
        score = future.simulate(change.evidence(ground.policy), change.without)
        course = course_of(known, imagined_facts(ground.facts, change), score)
        course.buyer[course.orders.order < 0] = buyer
        part = judge_courses(known, [course], last)
        found[way] = {
            rule.id: Verdict(int(part.found.verdicts[rules.id, rule.id][-1]))
            for rule in rules.all_rules
        }
    return found


def test_what_is_at_stake_is_what_the_rules_say_of_facts_as_they_would_be(seller: Seller) -> None:
    good, weak = seller.gigs.order_by("pk")
    orders = [
        still_open(good, 3, buyer_key="client-3"),
        still_open(good, 5, buyer_key="somebody new"),
        still_open(weak, 9, amount=Decimal(900), buyer_key=None),
        still_open(good, -2, buyer_key="late one"),
        still_open(good, None, amount=Decimal(1_000_000), buyer_key="client-1"),
        still_open(good, 2, delivered_at=NOW - timedelta(days=1), buyer_key="client-2"),
    ]
    ground, known, stakes = asked(seller, orders)
    by_order = {stake.order: stake for stake in stakes}
    endings = endings_of_open(ground, due_days(orders))
    assert len(endings) == len(by_order) == 6
    compared = 0
    for ending in endings:
        verdicts = judged_rules(ground, known, ending)
        stake = by_order[ending.order]
        assert (stake.late is None) == (ending.late is None)
        for way, of_way in ((Way.LATE, stake.late), (Way.CANCELLED, stake.cancelled)):
            if of_way is None:
                continue
            # Level 1 is held and Level 2 comes next; Top Rated is nobody's next level.
            expected = {
                rule
                for rule, verdict in verdicts[Way.WELL].items()
                if not rule.startswith("top-rated")
                and verdict is Verdict.MET
                and verdicts[way][rule] is Verdict.NOT_MET
            }
            found = {
                one.rule.id
                for one in of_way.stakes
                if isinstance(one, RuleStake) and one.level is not None
            }
            assert found == expected
            compared += len(expected)
    assert compared >= 6


def test_the_list_begins_with_what_is_gravest_and_says_each_stake(seller: Seller) -> None:
    good, weak = seller.gigs.order_by("pk")
    huge = still_open(good, 4, amount=Decimal(1_000_000), buyer_key="client-1")
    tenth = still_open(good, 6, buyer_key="somebody new")
    tiny = still_open(weak, 5, amount=Decimal(1), buyer_key="client-2")
    ground, known, stakes = asked(seller, [huge, tenth, tiny])
    assert [one.order for one in stakes[:1]] == [huge.pk]
    assert [one.rank for one in stakes] == sorted(one.rank for one in stakes)
    first, by_order = stakes[0], {one.order: one for one in stakes}
    assert first.cancelled.gravest is Weight.LEVEL
    assert told(first.cancelled, Weight.LEVEL) == {"Success score"}
    reader = StakeReader(ground, known)
    lines = reader.lines(first, first.cancelled)
    assert lines[0].startswith("Level 1: success score ")
    assert lines[0].endswith(" on 16 Jun 2024, 5 or more is asked.")
    # It begins on 16 June and lasts thirty days.
    assert lines[1] == (
        "A grace period of Level 1 begins, until 15 Jul 2024; promotion of your gigs goes with it."
    )
    # The twentieth order counts for Level 2 whoever buys; a tenth client counts only if new.
    assert told(by_order[tenth.pk].cancelled, Weight.NEXT_LEVEL) >= {
        "Completed orders",
        "Different clients",
    }
    assert "Different clients" not in told(by_order[tiny.pk].cancelled, Weight.NEXT_LEVEL)
    lines = reader.lines(by_order[tenth.pk], by_order[tenth.pk].cancelled)
    assert (
        "Level 2: completed orders 19 instead of 20 on 18 Jun 2024, 20 or more is asked." in lines
    )
    # A late order is completed all the same, so neither is lost; a poor review may follow.
    late = by_order[tenth.pk].late
    assert late is not None
    assert told(late, Weight.NEXT_LEVEL) <= {"Success score"}
    (rating,) = [one for one in late.stakes if isinstance(one, RatingStake)]
    # 16 · 5 + 3 · 2 = 86 stars over 19 reviews; with one star more 87 over 20.
    assert (rating.now, rating.then) == (Fraction(86, 19), Fraction(87, 20))
    assert [level.title for level, _ in rating.lost] == ["Level 1"]
    words = reader.lines(by_order[tenth.pk], late)[-1]
    assert words == (
        "A review with one star after it would make the rating 4.35 instead of 4.53 on"
        " 18 Jun 2024; Level 1 asks for 4.4 or more."
    )


def test_nobody_has_anything_at_stake_without_open_orders_or_a_score() -> None:
    nobody = a_seller()
    assert asked(nobody, [])[2] == []
    order = still_open(a_gig(nobody), 3)
    ground, known, (stake,) = asked(nobody, [order])
    assert stake.cancelled.gravest is Weight.NOTHING
    assert StakeReader(ground, known).lines(stake, stake.cancelled) == [
        "There is no score on that day, either way."
    ]


# --- the page ---------------------------------------------------------------------------------


def url_of(seller: Seller, query: str = "") -> str:
    return reverse("eligibility:open_orders", args=[seller.pk]) + query


@pytest.fixture
def owner(client: Client, seller: Seller, time_machine: Any) -> Client:
    time_machine.move_to(NOW, tick=False)
    assert seller.owner is not None
    client.force_login(seller.owner)
    return client


def test_the_page_lists_filters_and_tells_the_time_that_is_left(
    owner: Client, seller: Seller
) -> None:
    assert "No order is open." in owner.get(url_of(seller)).content.decode()
    good, weak = seller.gigs.order_by("pk")
    still_open(good, 2, ref="FOGOOD000001")
    still_open(weak, -1, ref="FOWEAK000001")
    still_open(good, None, ref="FONODUE00001", delivered_at=NOW - timedelta(days=1))
    text = owner.get(url_of(seller)).content.decode()
    for words in ("3 open orders", "due 14 Jun 2024, 12:00", "in 2 days", "1 day over"):
        assert words in text
    for words in ("late already", "delivered", "due day not known", "If you cancel it"):
        assert words in text
    only = owner.get(url_of(seller, f"?gig={weak.pk}")).content.decode()
    assert ("FOWEAK000001" in only, "FOGOOD000001" in only) == (True, False)
    wrong = owner.get(url_of(seller, "?gig=999999"))
    assert wrong.status_code == 422
    assert "This gig is not one of this seller’s." in wrong.content.decode()
    headers = {"HX-Request": "true", "HX-Target": "open-orders-few"}
    few = owner.get(url_of(seller), headers=headers).content.decode()
    assert few.lstrip().startswith('<section class="card" id="open-orders-few"')
    next_page = owner.get(reverse("metrics:next", args=[seller.pk])).content.decode()
    assert f'hx-get="{url_of(seller)}"' in next_page
    owner.force_login(a_user())
    assert owner.get(url_of(seller)).status_code == 404


def test_more_open_orders_need_no_more_queries_and_fill_pages(
    owner: Client, seller: Seller
) -> None:
    gig = seller.gigs.order_by("pk")[0]
    still_open(gig, 2)
    owner.get(url_of(seller))
    with CaptureQueriesContext(connection) as one:
        owner.get(url_of(seller))
    for number in range(30):
        still_open(gig, number % 9, amount=Decimal(40 + number))
    with CaptureQueriesContext(connection) as many:
        text = owner.get(url_of(seller)).content.decode()
    assert len(many) == len(one)
    assert "1–25 of 31 open orders" in text
    assert text.count('class="open-head"') == 25
    assert owner.get(url_of(seller, "?page=2")).content.decode().count('class="open-head"') == 6
