"""What an import would do to levels and gigs, before anything is saved."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.models import F
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoAssertNumQueries

from eligibility.models import EligibilityStanding, RuleSpan
from eligibility.preview import preview_standings
from metrics.services import recompute_sellers
from sellers.models import Inquiry, Observation, Order, Review, Seller
from tests.builders import NOW, a_history, a_seller

pytestmark = pytest.mark.django_db


def a_seller_at_level_1() -> Seller:
    seller = a_seller()
    a_history(seller, orders=12)
    seller.gigs.update(category="Logo Design")
    Observation.objects.create(seller=seller, day=date(2024, 4, 1), kind="level", label="Level 1")
    return seller


def worked_out(seller: Seller) -> dict[str, Any]:
    return preview_standings(seller_ids=[seller.pk], now=NOW, may_be_stored=False)[seller.pk]


def words_of(shown: dict[str, Any]) -> dict[str, Any]:
    return {name: words for name, words in shown.items() if name not in ("score", "displayed")}


def test_the_preview_says_what_would_be_stored_and_stores_nothing() -> None:
    seller = a_seller_at_level_1()
    said = worked_out(seller)
    assert not RuleSpan.objects.exists()
    recompute_sellers(seller_ids=[seller.pk], now=NOW)
    stored = EligibilityStanding.objects.get(seller=seller)
    assert stored.held == 1
    assert said["level"].startswith("Level 1")
    assert said["promoted gigs"] == "1 of 1 gig met"
    assert stored.gigs_met == 1


def test_it_reads_the_facts_of_the_transaction_not_what_is_stored() -> None:
    seller = a_seller_at_level_1()
    recompute_sellers(seller_ids=[seller.pk], now=NOW)
    with transaction.atomic():
        # Below 80% since 9 May: the thirty days of grace are over.
        Inquiry.objects.create(
            seller=seller, ref="missed", first_message_at=NOW - timedelta(days=35)
        )
        said = worked_out(seller)
        transaction.set_rollback(True)
    assert words_of(said) == {"level": "New seller", "promoted gigs": "0 of 1 gig met"}


def test_the_score_of_a_rule_is_worked_out_from_the_same_facts() -> None:
    seller = a_seller_at_level_1()
    recompute_sellers(seller_ids=[seller.pk], now=NOW)
    with transaction.atomic():
        # All orders of the seller disputed and very late: the score falls below 5 for months.
        Order.objects.filter(seller=seller).update(disputes=3, due_at=NOW - timedelta(days=900))
        Review.objects.filter(order__seller=seller).update(quality_of_delivery=1, working_with=1)
        said = worked_out(seller)
        transaction.set_rollback(True)
    assert said["displayed"] is not None
    assert said["displayed"] < 5
    assert words_of(said) == {"level": "New seller", "promoted gigs": "0 of 1 gig met"}


def test_sellers_of_other_marketplaces_and_none_at_all_have_nothing_to_say() -> None:
    elsewhere = a_seller(platform="upwork")
    a_history(elsewhere)
    assert words_of(worked_out(elsewhere)) == {}
    assert preview_standings(seller_ids=[], now=NOW, may_be_stored=True) == {}


def test_what_is_stored_is_taken_where_it_is_current_and_only_there(
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    seller = a_seller_at_level_1()
    recompute_sellers(seller_ids=[seller.pk], now=NOW)
    from_facts = worked_out(seller)

    def stored(now: datetime) -> dict[str, Any]:
        return preview_standings(seller_ids=[seller.pk], now=now, may_be_stored=True)[seller.pk]

    stored(NOW)  # the policy and the rules are in the caches now
    # The seller, the score, the eligibility: no fact is read.
    with django_assert_max_num_queries(3):
        assert stored(NOW) == from_facts
    # Facts of which no recompute knows yet.
    Order.objects.filter(seller=seller).update(disputes=3)
    assert stored(NOW) == from_facts
    Seller.objects.filter(pk=seller.pk).update(revision=F("revision") + 1)
    assert stored(NOW) == worked_out(seller) != from_facts
    # Another day, of which nothing is stored yet.
    recompute_sellers(seller_ids=[seller.pk], now=NOW)
    tomorrow = NOW + timedelta(days=1)
    with CaptureQueriesContext(connection) as asked:
        stored(tomorrow)
    assert any("sellers_order" in query["sql"] for query in asked.captured_queries)
