"""Plans to levels and promoted gigs: they hold, fewer orders do not, and reasons are true."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from fractions import Fraction

import pytest

from eligibility.coming.judging import known_of
from eligibility.planning.courses import Courses, Usual, as_usual, courses_by
from eligibility.planning.plans import (
    EntitlementPlan,
    plan_to_level,
    plan_to_promotion,
    rules_by,
)
from eligibility.planning.words import entitlement_sentence, proof_sentences, reason_sentences
from eligibility.rules.types import Kind, Level, RuleSet, Verdict
from metrics.engine.hypothetical import Hypothetical
from metrics.engine.types import CancelledBy
from metrics.forecasting.ground import Ground, ground_of
from metrics.forecasting.planning import Quality
from sellers.models import Observation
from tests.builders import a_gig, a_review, a_seller
from tests.eligibility.planning.stories import (
    BY,
    TODAY,
    a_beginner,
    answered,
    bought,
    judged,
    sharings,
)

pytestmark = [pytest.mark.django_db, pytest.mark.servers]

#: Under the rules of 2018 to 2024.
BEFORE = datetime(2023, 6, 12, 12, tzinfo=UTC)


def courses_of(ground: Ground, by: date = BY, quality: Quality = Quality.CLEAN) -> Courses:
    found = courses_by(ground, known_of(ground), by, quality)
    assert found is not None
    return found


def rules_of(courses: Courses, kind: Kind) -> RuleSet:
    found = rules_by(courses, kind)
    assert found is not None
    return found


def level_of(courses: Courses, title: str) -> tuple[RuleSet, Level]:
    rules = rules_of(courses, Kind.LEVELS)
    return rules, next(level for level in rules.levels if level.title == title)


def reasons_of(ground: Ground, plan: EntitlementPlan) -> list[str]:
    return reason_sentences(ground, plan, is_pro=False, levels={1: "Level 1"})


def test_a_plan_to_a_level_reaches_it_and_no_way_with_one_order_fewer_does() -> None:
    ground = ground_of(a_beginner(), TODAY)
    courses = courses_of(ground)
    plan = plan_to_level(courses, *level_of(courses, "Level 1"))
    assert plan.numbers is not None
    # 2 clients are known and 3 are asked for; 18 stars over five reviews are 3.6, and
    # (18 + 5 n)/(5 + n) >= 4.4 takes n >= 6.67.
    assert plan.orders >= 7
    supported = judged(ground, [plan.numbers]).level("supported")
    assert supported is not None
    assert supported[0, -1] >= 1
    ways = [way for n in (plan.orders - 1, plan.orders - 2) for way in sharings(n, 2)]
    fewer = judged(ground, ways).level("supported")
    assert fewer is not None
    assert not fewer[:, -1].any()
    assert plan.held_then == 1
    sentence = entitlement_sentence(ground, plan)
    assert sentence.startswith(f"{plan.orders} clean orders on “Book editing” by 11 Aug 2024")
    assert sentence.endswith("meet every rule of Level 1.")
    proofs = proof_sentences(plan)
    assert proofs[0].startswith(f"With {plan.orders - 1}, however shared out,")
    assert proofs[0].endswith("not met.")
    assert "At least 1 of them has to come from clients who never bought" in proofs[1]


def test_a_level_out_of_reach_is_refused_rule_by_rule() -> None:
    seller = a_beginner()
    ground = ground_of(seller, TODAY)
    courses = courses_of(ground)
    rated = plan_to_level(courses, *level_of(courses, "Top Rated"))
    assert rated.numbers is None
    assert rated.by_people
    # $500 of five orders and $6,000 of sixty, of which 80% count.
    assert "Earnings: $5,200 with 60 clean orders, $10,000 or more is asked." in reasons_of(
        ground, rated
    )
    assert entitlement_sentence(ground, rated) == (
        "Not by 11 Aug 2024: no number of clean orders up to 60 brings Top Rated."
    )
    seller.inquiries.all().delete()
    blind = courses_of(ground_of(seller, TODAY))
    plan = plan_to_level(blind, *level_of(blind, "Level 1"))
    assert plan.numbers is None
    assert [one.rule.title for one in plan.blocking] == ["Response rate"]
    assert reasons_of(ground, plan)[0].startswith("Response rate: cannot be checked from your data")


def test_what_only_time_brings_is_named_with_its_day() -> None:
    seller = a_seller(joined_on=BEFORE.date() - timedelta(days=31))
    gig = a_gig(seller, title="Book editing")
    for number in range(12):
        a_review(bought(gig, f"client-{number}", 20 - number, BEFORE), 5)
    answered(seller, 2, now=BEFORE)
    by = BEFORE.date() + timedelta(days=20)
    ground = ground_of(seller, BEFORE.date())
    courses = courses_of(ground, by)
    plan = plan_to_level(courses, *level_of(courses, "Level 1"))
    # Joined on 12 May 2023: 60 days old on 11 Jul 2023.
    (reason,) = reasons_of(ground, plan)
    assert reason == (
        "Days as a seller: the account is 31 days old, the rule wants 60. No number of orders"
        " changes that before 11 Jul 2023."
    )
    later = courses_of(ground, BEFORE.date() + timedelta(days=29))
    plan = plan_to_level(later, *level_of(later, "Level 1"))
    assert plan.numbers == (0,)
    assert entitlement_sentence(ground, plan) == (
        "Nothing is needed: if nothing new happens, every rule of Level 1 is met on 11 Jul 2023."
    )


def test_a_promotion_takes_the_orders_that_the_gig_lacks() -> None:
    seller = a_seller(joined_on=date(2022, 1, 1))
    gig, other = a_gig(seller, title="Book editing"), a_gig(seller, title="Logo design")
    for number in range(17):
        a_review(bought(gig, f"client-{number}", 100 + number, BEFORE), 4 if number < 3 else 5)
    a_review(bought(other, "client-0", 40, BEFORE), 5)
    Observation.objects.create(
        seller=seller, day=BEFORE.date() - timedelta(days=1), kind="level", label="Level 1"
    )
    by = BEFORE.date() + timedelta(days=40)
    ground = ground_of(seller, BEFORE.date())
    courses = courses_of(ground, by)
    rules = rules_of(courses, Kind.PROMOTION)
    plan = plan_to_promotion(courses, rules, 0)
    # 17 of 20 reviews; 82 stars over 17 are 4.82 already.
    assert plan.numbers == (3, 0)
    tried = [way for n in range(4) for way in sharings(n, 2)]
    verdicts = judged(ground, tried, by).verdicts(rules)[:, 0, -1]
    promoted = [way for way, verdict in zip(tried, verdicts, strict=True) if verdict == Verdict.MET]
    assert promoted == [(3, 0)]
    assert entitlement_sentence(ground, plan) == (
        "3 clean orders on “Book editing” by 22 Jul 2023, about one every 13 days, meet every rule"
        " of promotion of “Book editing”."
    )
    assert proof_sentences(plan)[0] == (
        "With 2, however shared out, reviews of the gig is not met."
    )
    gig.is_active = False
    gig.save()
    # The rules of 2024 ask for an active gig.
    paused = courses_of(ground_of(seller, TODAY))
    refused = plan_to_promotion(paused, rules_of(paused, Kind.PROMOTION), 0)
    assert refused.numbers is None
    assert "Gig is active: the gig is paused, and no order comes while it is." in reasons_of(
        ground, refused
    )


def test_a_promotion_without_a_level_is_the_plan_to_the_level() -> None:
    seller = a_beginner()
    seller.gigs.update(category="Writing")
    ground = ground_of(seller, TODAY)
    courses = courses_of(ground)
    level = plan_to_level(courses, *level_of(courses, "Level 1"))
    rules = rules_of(courses, Kind.PROMOTION)
    weak = next(n for n, gig in enumerate(ground.gigs) if gig.title == "Logo design")
    plan = plan_to_promotion(courses, rules, weak)
    assert plan.level is not None
    assert plan.level.title == "Level 1"
    assert plan.numbers is not None
    assert plan.orders == level.orders
    ways = [*sharings(plan.orders - 1, 2), plan.numbers]
    verdicts = judged(ground, ways).verdicts(rules)[:, weak, -1]
    assert [verdict == Verdict.MET for verdict in verdicts] == [False] * (len(ways) - 1) + [True]


def test_usual_orders_are_whole_orders_in_their_usual_parts() -> None:
    usual = Usual(Fraction(3, 4), Fraction(1, 2), Fraction(1, 10), stars=4.8)
    found = as_usual([Hypothetical(0, day) for day in range(9)], usual)
    # Of nine: 6.75 completed, 4.5 reviewed, 0.9 late.
    assert [order.cancelled_by for order in found] == [CancelledBy.SELLER] * 3 + [None] * 6
    assert [order.stars for order in found] == [None] * 5 + [4.8] * 4
    assert [order.late_hours for order in found] == [0] * 3 + [12] + [0] * 5


def test_a_plan_of_usual_orders_is_judged_with_what_is_usual() -> None:
    seller = a_beginner()
    gig = seller.gigs.get(title="Book editing")
    for week in range(6):
        bought(gig, f"client-{week}", 7 * week + 1)
    ground = ground_of(seller, TODAY)
    courses = courses_of(ground, quality=Quality.OWN_AVERAGE)
    assert courses.usual is not None
    plan = plan_to_level(courses, *level_of(courses, "Level 1"))
    # Few of these orders are reviewed, and what is said of them lies below 4.4.
    assert plan.numbers is None
    assert "Rating" in [one.rule.title for one in plan.blocking]
    assert "orders of your usual quality up to 60" in entitlement_sentence(ground, plan)
    seller = a_seller()
    bought(a_gig(seller), "anna", 9)
    few = ground_of(seller, TODAY)
    assert courses_by(few, known_of(few), BY, Quality.OWN_AVERAGE) is None
