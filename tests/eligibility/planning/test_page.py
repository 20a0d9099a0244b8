"""Plans and budgets as parts of "what next" and as a page of their own."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from eligibility.advice import FORBIDDEN
from metrics.services import recompute_sellers
from sellers.models import OrderStatus, Seller
from tests.builders import NOW, a_seller, a_user, an_order
from tests.eligibility.planning.stories import a_beginner, bought

pytestmark = [pytest.mark.django_db, pytest.mark.servers]


@pytest.fixture
def seller(client: Client) -> Seller:
    """A computed beginner with an open order, whose owner is logged in."""
    owner = a_user()
    seller = a_beginner(owner=owner)
    gig = seller.gigs.get(title="Book editing")
    an_order(gig, NOW - timedelta(days=2), status=OrderStatus.OPEN)
    recompute_sellers(seller_ids=[seller.pk], now=NOW)
    client.force_login(owner)
    return seller


def url_of(seller: Seller) -> str:
    return reverse("eligibility:planning", args=[seller.pk])


def part(
    client: Client, seller: Seller, name: str, query: dict[str, str], status: int = 200
) -> str:
    headers = {"HX-Request": "true", "HX-Target": name}
    response = client.get(url_of(seller), query, headers=headers)
    assert response.status_code == status
    text = response.content.decode()
    assert "<html" not in text
    assert f'<section class="card" id="{name}"' in text
    return text


def test_what_next_leads_to_both_parts_and_the_page_shows_them(
    client: Client, seller: Seller
) -> None:
    next_page = client.get(reverse("metrics:next", args=[seller.pk])).content.decode()
    assert f'hx-get="{url_of(seller)}"' in next_page
    page = client.get(url_of(seller)).content.decode()
    for words in ("The smallest plan to a level", "meet every rule of Level 1", "our estimate"):
        assert words in page
    assert "There is no level to lose yet." in page
    gig = seller.gigs.get(title="Logo design").pk
    text = part(client, seller, "entitlement-plan", {"target": f"gig-{gig}"})
    assert "promotion of “Logo design”" in text
    assert "Category can be promoted" in text
    assert "entitlement-budget-title" in part(client, seller, "entitlement-budget", {})
    assert not any(kind.words in page for kind in FORBIDDEN)


def test_a_plan_that_fits_leads_to_the_simulator(client: Client, seller: Seller) -> None:
    text = part(client, seller, "entitlement-plan", {"target": "level-1"})
    assert "See it in the simulator" in text
    usual = part(client, seller, "entitlement-plan", {"target": "level-1", "quality": "own"})
    assert "See it in the simulator" not in usual


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ({"target": "gig-999999"}, "This is neither a level nor one of the gigs."),
        ({"by": "soon"}, "This is not a day. Write it as 2024-06-12."),
        ({"by": "2024-06-12"}, "Choose a day from 13 Jun 2024"),
        ({"quality": "best"}, "Select a valid choice."),
    ],
)
def test_what_cannot_be_planned_says_what_is_wrong(
    client: Client, seller: Seller, query: dict[str, str], words: str
) -> None:
    assert words in part(client, seller, "entitlement-plan", query, status=422)


def test_before_the_first_computation_and_without_a_gig(client: Client) -> None:
    owner = a_user()
    seller = a_seller(owner=owner)
    client.force_login(owner)
    assert "Nothing to plan from yet" in client.get(url_of(seller)).content.decode()
    recompute_sellers(seller_ids=[seller.pk], now=NOW)
    text = client.get(url_of(seller)).content.decode()
    assert "There is no gig yet that orders could come on." in text
    client.force_login(a_user())
    assert client.get(url_of(seller)).status_code == 404


def test_the_number_of_queries_does_not_depend_on_the_number_of_orders(
    client: Client, seller: Seller
) -> None:
    client.get(url_of(seller))
    with CaptureQueriesContext(
        connection,
    ) as few:
        client.get(url_of(seller))
    gig = seller.gigs.get(title="Book editing")
    for number in range(20):
        bought(gig, f"more-{number}", 25 + number)
    recompute_sellers(seller_ids=[seller.pk], now=NOW, from_scratch=True)
    with CaptureQueriesContext(connection) as many:
        client.get(url_of(seller))
    assert len(many) <= len(few) + 1
    assert len(many) < 60
