"""The range of the estimate over other plausible settings."""

from __future__ import annotations

import dataclasses
from datetime import date

import pytest

from metrics.engine.days import day_number
from metrics.engine.evidence import evidence_of_columns
from metrics.engine.state import seller_score, state_of
from metrics.engine.types import Policy
from metrics.facts import read_facts
from metrics.policy_files import current_policy_file
from metrics.range_of_estimate import EstimateRange, estimate_range
from sellers.models import Seller
from tests.builders import NOW, a_gig, a_history, a_seller, an_order

pytestmark = [pytest.mark.django_db, pytest.mark.servers]

DAY = day_number(date(2024, 6, 12))


def range_of(seller: Seller, variants: list[tuple[str, Policy]]) -> EstimateRange | None:
    facts, policy = read_facts([seller.pk]), current_policy_file().policy()
    evidence = evidence_of_columns(facts.orders, facts.reviews, policy)
    return estimate_range(facts, evidence, DAY, policy, variants)


def score_under(seller: Seller, policy: Policy) -> float | None:
    facts = read_facts([seller.pk])
    evidence = evidence_of_columns(facts.orders, facts.reviews, policy)
    return seller_score(state_of(evidence, DAY, policy, len(facts.gig_ids)))


def test_it_holds_the_score_of_the_policy_and_of_every_variant() -> None:
    seller = a_seller()
    a_history(seller, gigs=2, orders=5)
    policy_file = current_policy_file()
    scores = [
        score_under(seller, policy)
        for policy in [policy_file.policy(), *(p for _, p in policy_file.variant_policies())]
    ]
    found = range_of(seller, policy_file.variant_policies())
    assert found is not None
    assert (found.low, found.high) == (min(scores), max(scores))  # type: ignore[type-var]
    assert (found.settings, found.unscored) == (7, 0)
    assert found.low < found.high


def test_a_variant_that_changes_the_evidence_is_given_evidence_of_its_own() -> None:
    seller = a_seller()
    gig = a_gig(seller)
    for amount, disputes in ((100, 0), (10_000, 1), (400, 0)):
        an_order(gig, amount=amount, disputes=disputes)
    flat = dataclasses.replace(current_policy_file().policy(), value_exponent=0.0)
    found = range_of(seller, [("every order weighs the same", flat)])
    assert found is not None
    assert score_under(seller, flat) in (found.low, found.high)
    assert "every order weighs the same" in (found.lowest, found.highest)


def test_settings_under_which_there_is_no_score_are_counted_and_not_averaged() -> None:
    seller = a_seller()
    a_history(seller, orders=3)
    strict = dataclasses.replace(current_policy_file().policy(), min_activity=10)
    found = range_of(seller, [("needs ten orders", strict)])
    assert found is not None
    assert found.unscored == 1
    assert found.low == found.high


def test_without_a_score_there_is_no_range() -> None:
    seller = a_seller()
    an_order(a_gig(seller), NOW)
    assert range_of(seller, current_policy_file().variant_policies()) is None


def test_a_policy_without_variants_has_the_range_of_one_point() -> None:
    seller = a_seller()
    a_history(seller)
    found = range_of(seller, [])
    assert found is not None
    assert (found.low, found.settings) == (found.high, 0)
