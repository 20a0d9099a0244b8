"""Budgets of rules are what the rules still hold, and open orders name the rules at stake."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from eligibility.coming.judging import Known, known_of
from eligibility.computing import in_force
from eligibility.planning.budget_words import absorbed_words, budget_sentence
from eligibility.planning.budgets import (
    Absorbed,
    EntitlementBudget,
    RuleBudget,
    level_budget,
)
from eligibility.rules.types import Kind, Verdict
from metrics.engine.hypothetical import Scenario
from metrics.forecasting.ground import Ground, ground_of
from metrics.forecasting.planning import MOST_ERRORS, ErrorKind, wrong_order
from metrics.forecasting.simulation import imagined
from sellers.models import Observation, Seller
from tests.builders import a_gig, a_review, a_seller
from tests.eligibility.coming.grounds import judge_grounds
from tests.eligibility.planning.stories import TODAY, answered, bought

pytestmark = [pytest.mark.django_db, pytest.mark.servers]


@pytest.fixture
def seller() -> Seller:
    """Level 1 with a rating of 4.5 from ten reviews, on two gigs; the score holds a few errors."""
    seller = a_seller()
    good, weak = a_gig(seller, title="Book editing"), a_gig(seller, title="Logo design")
    for number, stars in enumerate((5, 5, 5, 5, 5, 5, 5, 4, 3, 3)):
        gig = weak if stars < 4 or number == 0 else good
        a_review(bought(gig, f"client-{number}", 20 + number), stars)
    answered(seller, 4, days_ago=1)
    Observation.objects.create(
        seller=seller, day=TODAY - timedelta(days=1), kind="level", label="Level 1"
    )
    return seller


def budget_of(ground: Ground, known: Known) -> EntitlementBudget:
    rules = in_force(known.rule_sets, Kind.LEVELS, known.today)
    assert rules is not None
    return level_budget(ground, known, rules.levels[0], rules)


def by_metric(budget: EntitlementBudget) -> dict[str, RuleBudget]:
    return {one.rule.id.partition("/")[2]: one for one in budget.rules}


def test_a_budget_is_what_the_rules_still_hold(seller: Seller) -> None:
    ground = ground_of(seller, TODAY)
    known = known_of(ground)
    budget = budget_of(ground, known)
    rules = by_metric(budget)
    assert set(rules) == {
        "success-score",
        "rating",
        "completed-orders",
        "unique-clients",
        "earnings",
    }
    # 45 stars over ten reviews; (45 + 4 n)/(10 + n) >= 4.4 holds up to 2.5.
    four = rules["rating"].absorbs[ErrorKind.FOUR_STARS]
    assert four == Absorbed(2)
    assert rules["rating"].absorbs[ErrorKind.LATE] == Absorbed(None, harmless=True)
    assert rules["completed-orders"].untouched
    for one in budget.rules:
        for kind, absorbed in one.absorbs.items():
            gig = absorbed.kindest or 0
            if absorbed.number is None:
                assert verdict_with(ground, known, one, kind, gig, MOST_ERRORS) is Verdict.MET
                continue
            kept, lost = (
                verdict_with(ground, known, one, kind, gig, absorbed.number + more)
                for more in (0, 1)
            )
            assert (kept, lost) == (Verdict.MET, Verdict.NOT_MET)
    sentence = budget_sentence(ground, budget)
    assert sentence.startswith("Level 1 absorbs")
    assert "orders with four stars (" in sentence


def verdict_with(
    ground: Ground, known: Known, one: RuleBudget, kind: ErrorKind, gig: int, number: int
) -> Verdict:
    """The rule with so many errors today, by the kernel's sweep of facts as they would be."""
    wrong = wrong_order(ground, kind, gig, ground.today_number)
    there = imagined(ground, Scenario(added=(wrong,) * number))
    coming = judge_grounds([there], TODAY, known=known)
    rules = in_force(known.rule_sets, Kind.LEVELS, known.today)
    assert rules is not None
    return Verdict(int(coming.found.verdicts[rules.id, one.rule.id][0]))


def test_a_rule_that_is_broken_already_is_said_to_be(seller: Seller) -> None:
    for number in range(4):
        a_review(bought(seller.gigs.get(title="Logo design"), f"new-{number}", 9), 2)
    ground = ground_of(seller, TODAY)
    budget = budget_of(ground, known_of(ground))
    assert "Rating" in [rule.title for rule in budget.broken]
    assert "at risk already" in budget_sentence(ground, budget)


def test_what_is_absorbed_is_said_plainly(seller: Seller) -> None:
    ground = ground_of(seller, TODAY)
    assert absorbed_words(ground, Absorbed(None, harmless=True)) == "does not hurt"
    assert absorbed_words(ground, Absorbed(None)) == "30 or more"
    assert absorbed_words(ground, Absorbed(0)) == "none"
    split = Absorbed(3, kindest=0, harshest=1, fewest=0)
    assert absorbed_words(ground, split) == "3 on “Book editing”, none on “Logo design”"
    assert absorbed_words(ground, replace(split, number=None)).startswith("30 or more on")
