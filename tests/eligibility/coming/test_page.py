"""Coming levels and gigs as a page and as parts of "what next": every part and every refusal."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from eligibility.models import EligibilityStanding
from metrics.services import recompute_sellers
from sellers.models import Order, Seller
from tests.builders import NOW, a_gig, a_history, a_review, a_seller, a_user, an_order

pytestmark = [pytest.mark.django_db, pytest.mark.servers]

TODAY = NOW.date()
LOOK = (TODAY + timedelta(days=40)).isoformat()


@pytest.fixture
def bad(client: Client) -> Order:
    """The dented order of a computed seller whose owner is logged in: 5 clients, no level yet."""
    owner = a_user()
    seller = a_seller(owner=owner)
    orders = a_history(seller, gigs=2, orders=8)
    for number, order in enumerate(orders):
        order.buyer_key = f"{number % 5:032x}"
    Order.objects.bulk_update(orders, ["buyer_key"])
    order = an_order(orders[0].gig, NOW - timedelta(days=30), ref="FOBAD0000001")
    a_review(order, 1)
    recompute_sellers(seller_ids=[seller.pk], now=NOW)
    client.force_login(owner)
    return order


Query = dict[str, Any]


def url_of(seller: Seller, query: Query | None = None) -> str:
    return f"{reverse('eligibility:coming', args=[seller.pk])}?{urlencode(query or {})}"


def page(client: Client, seller: Seller, query: Query | None = None, status: int = 200) -> str:
    response = client.get(url_of(seller, query))
    assert response.status_code == status
    return response.content.decode()


def fragment(client: Client, seller: Seller, part: str, query: Query, status: int = 200) -> str:
    headers = {"HX-Request": "true", "HX-Target": part}
    response = client.get(url_of(seller, query), headers=headers)
    assert response.status_code == status
    assert "HX-Request" in response["Vary"]
    return response.content.decode()


def orders(gig: int, count: int, stars: str = "5") -> Query:
    """A row of the simulator: equal orders in ten days."""
    on = (TODAY + timedelta(days=10)).isoformat()
    return {"o1-gig": gig, "o1-on": on, "o1-amount": "100", "o1-stars": stars, "o1-times": count}


def test_the_page_shows_the_level_and_every_gig_by_day(client: Client, bad: Order) -> None:
    text = page(client, bad.seller)
    for words in (
        "Level and gigs to come",
        "If nothing new happens",
        "Level 1",
        "paler, dashed: a forecast",
        "At your own pace",
        "dealt again in random order 60 times",
        "Promoted gigs",
    ):
        assert words in text, words
    for gig in bad.seller.gigs.all():
        assert gig.title in text
    assert "style=" not in text


def test_htmx_gets_the_part_that_it_asks_for(client: Client, bad: Order) -> None:
    text = fragment(client, bad.seller, "coming-standing", {})
    assert text.lstrip().startswith('<section class="card" id="coming-standing"')
    assert "<html" not in text
    text = fragment(client, bad.seller, "scenario-standing", {"look": LOOK})
    assert text.lstrip().startswith('<div id="scenario-standing"')
    assert "On 22 Jul 2024, if nothing new happens: " in text


def test_the_page_what_next_asks_for_both_parts_and_links_them(client: Client, bad: Order) -> None:
    query = {**orders(bad.gig_id, 1), "look": LOOK}
    address = f"{reverse('metrics:next', args=[bad.seller_id])}?{urlencode(query)}"
    text = client.get(address).content.decode()
    own = reverse("eligibility:coming", args=[bad.seller_id])
    assert f'hx-get="{own}"' in text
    assert f'<a href="{own}">' in text
    # The scenario's address holds the whole state, in the order of the form.
    assert f'hx-get="{own}?{urlencode(query).replace("&", "&amp;")}"' in text


def test_orders_that_were_entered_change_level_and_promotion(client: Client, bad: Order) -> None:
    seller = bad.seller
    assert EligibilityStanding.objects.get(seller=seller).held == 0
    # Response rate is not known, so Level 1 stays open; what is entered counts for the rest.
    text = fragment(client, seller, "scenario-standing", {**orders(bad.gig_id, 2), "look": LOOK})
    assert "As it is" in text
    assert "With what you entered" in text
    assert "come from new clients" in text
    returning = {**orders(bad.gig_id, 2), "look": LOOK, "buyers": "returning"}
    assert "clients who bought before" in fragment(client, seller, "scenario-standing", returning)


def test_a_break_is_answered_at_the_own_pace(client: Client, bad: Order) -> None:
    text = fragment(client, bad.seller, "scenario-standing", {"pause": 4, "look": LOOK})
    assert "After a break of 4 weeks, at your own pace, on 22 Jul 2024: " in text


@pytest.mark.parametrize(
    "query",
    [{"o1-gig": "999999"}, {"look": "2024-13-40"}, {"without": "FONOTHERE"}, {"buyers": "nobody"}],
)
def test_a_scenario_that_cannot_be_is_refused(
    client: Client, bad: Order, query: dict[str, str]
) -> None:
    text = fragment(client, bad.seller, "scenario-standing", query, status=422)
    assert "Nothing was computed." in text
    assert "If nothing new happens" in page(client, bad.seller, query, status=422)


def test_others_do_not_see_it_and_a_seller_without_facts_reads_why(
    client: Client, bad: Order
) -> None:
    other = a_seller()
    assert client.get(url_of(other)).status_code == 404
    owner = bad.seller.owner
    assert owner is not None
    empty = a_seller(owner=owner)
    assert "Nothing to look ahead from yet" in page(client, empty)
    recompute_sellers(seller_ids=[empty.pk], now=NOW)
    assert "There is nothing to judge yet" in page(client, empty)


def test_the_number_of_queries_does_not_grow_with_the_orders(client: Client, bad: Order) -> None:
    counts = []
    for more in (0, 20):
        gig = a_gig(bad.seller) if more else bad.gig
        for number in range(more):
            a_review(an_order(gig, NOW - timedelta(days=20 + number)))
        recompute_sellers(seller_ids=[bad.seller_id], now=NOW)
        with CaptureQueriesContext(connection) as queries:
            page(client, bad.seller, {**orders(bad.gig_id, 2), "look": LOOK})
        counts.append(len(queries))
    assert counts[0] == counts[1]
    assert counts[0] <= 75
