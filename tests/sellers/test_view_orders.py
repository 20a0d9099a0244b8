"""The list of a seller's orders."""

from __future__ import annotations

import re
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from sellers.models import CancelledBy, Gig, OrderStatus, Seller
from tests.builders import NOW, PASSWORD, a_gig, a_review, a_seller, a_user, an_order

pytestmark = [pytest.mark.django_db, pytest.mark.servers]

HTMX = {"HX-Request": "true", "HX-Target": "orders_table"}


@pytest.fixture
def seller(client: Client) -> Seller:
    owner = a_user("owner@example.test")
    client.login(username=owner.email, password=PASSWORD)
    return a_seller("mira", owner=owner, time_zone="Pacific/Auckland")


@pytest.fixture
def gig(seller: Seller) -> Gig:
    return a_gig(seller, title="Book editing")


def url(seller: Seller) -> str:
    return reverse("sellers:orders", args=[seller.pk])


def refs(client: Client, seller: Seller, **query: str | int) -> list[str]:
    html = client.get(url(seller), query).content.decode()
    return re.findall(r'class="order-ref" href="[^"]+">([^<]+)</a>', html)


def test_a_stranger_does_not_learn_that_the_seller_exists(client: Client, seller: Seller) -> None:
    client.login(username=a_user("stranger@example.test").email, password=PASSWORD)
    assert client.get(url(seller)).status_code == 404
    assert client.get(url(seller), headers=HTMX).status_code == 404


def test_somebody_who_is_not_logged_in_is_asked_to(client: Client, seller: Seller) -> None:
    client.logout()
    assert client.get(url(seller))["Location"] == f"/login/?next={url(seller)}"


def test_without_orders_the_page_says_what_it_will_show(client: Client, seller: Seller) -> None:
    html = client.get(url(seller)).content.decode()
    assert "No orders yet" in html
    assert reverse("sellers:import_new") in html


def test_a_row_says_what_is_known_and_marks_what_is_not(
    client: Client, seller: Seller, gig: Gig
) -> None:
    late = an_order(
        gig, NOW - timedelta(days=20), ref="FOLATE", amount=Decimal("1234.5"),
        due_at=NOW - timedelta(days=15),
        delivered_at=NOW - timedelta(days=15) + timedelta(hours=28),
    )  # fmt: skip
    a_review(late, 4.7)
    an_order(gig, NOW - timedelta(days=10), ref="FOBARE", amount=None, due_at=None,
             delivered_at=None, completed_at=None)  # fmt: skip
    html = client.get(url(seller)).content.decode()
    first, second = html.split("FOLATE</a>")[0], html.split("FOLATE</a>")[1]
    # 28 hours past due are 1 day and 4 hours
    assert "late by 1 day 4 h" in second
    assert "$1,234.50" in second
    assert ">4.7<" in second
    # 23 May, 12:00 UTC is 24 May, 00:00 in Auckland
    assert "24 May 2024" in second
    assert "day assumed" in first, "completed at an unknown time counts from the day it was ordered"
    assert first.count("mark-unknown") == 3, "delivery, stars and amount"


def test_days_are_days_of_the_seller(client: Client, seller: Seller, gig: Gig) -> None:
    # 12 Jun 2024, 12:00 UTC is 13 Jun, 00:00 in Auckland (UTC+12)
    an_order(gig, NOW, ref="FOZONE")
    assert "13 Jun 2024" in client.get(url(seller)).content.decode()


def test_filters(client: Client, seller: Seller, gig: Gig) -> None:
    other = a_gig(seller, title="Proofreading")
    done = an_order(gig, NOW - timedelta(days=9), ref="FODONE")
    a_review(done, 5)
    poor = an_order(gig, NOW - timedelta(days=8), ref="FOPOOR", buyer_label="ann")
    a_review(poor, 3)
    an_order(
        other, NOW - timedelta(days=7), ref="FOGONE", status=OrderStatus.CANCELLED,
        cancelled_by=CancelledBy.CLIENT, cancelled_at=NOW,
    )  # fmt: skip
    an_order(other, NOW - timedelta(days=6), ref="FOOPEN", status=OrderStatus.OPEN)
    an_order(other, NOW - timedelta(days=5), ref="FOLATE", delivered_at=NOW)
    assert refs(client, seller) == ["FOLATE", "FOOPEN", "FOGONE", "FOPOOR", "FODONE"]
    assert refs(client, seller, gig=gig.pk) == ["FOPOOR", "FODONE"]
    assert refs(client, seller, state="cancelled") == ["FOGONE"]
    assert refs(client, seller, state="open") == ["FOOPEN"]
    # ordered five days ago, due five days after the order: now, and delivered now is on time
    assert refs(client, seller, state="late") == []
    assert refs(client, seller, state="below") == ["FOPOOR"]
    assert refs(client, seller, state="unreviewed") == ["FOLATE"]
    assert refs(client, seller, q="poo") == ["FOPOOR"]
    assert refs(client, seller, q="ANN") == ["FOPOOR"]
    assert refs(client, seller, q="ann", gig=other.pk) == []


def test_orders_by_each_column_with_the_unknown_last(
    client: Client, seller: Seller, gig: Gig
) -> None:
    cheap = an_order(gig, NOW - timedelta(days=9), ref="FOCHEAP", amount=Decimal(5))
    a_review(cheap, 2)
    dear = an_order(gig, NOW - timedelta(days=8), ref="FODEAR", amount=Decimal(500))
    a_review(dear, 5)
    an_order(gig, NOW - timedelta(days=7), ref="FOUNKNOWN", amount=None)
    assert refs(client, seller, sort="amount") == ["FOCHEAP", "FODEAR", "FOUNKNOWN"]
    assert refs(client, seller, sort="-amount") == ["FODEAR", "FOCHEAP", "FOUNKNOWN"]
    assert refs(client, seller, sort="stars") == ["FOCHEAP", "FODEAR", "FOUNKNOWN"]
    assert refs(client, seller, sort="ordered") == ["FOCHEAP", "FODEAR", "FOUNKNOWN"]
    assert refs(client, seller, sort="-finished") == ["FOUNKNOWN", "FODEAR", "FOCHEAP"]


def test_a_removed_review_is_not_a_poor_one(client: Client, seller: Seller, gig: Gig) -> None:
    order = an_order(gig, ref="FOREMOVED")
    a_review(order, 1, removed_at=NOW)
    assert refs(client, seller, state="below") == []
    assert "removed" in client.get(url(seller)).content.decode()


@pytest.mark.parametrize(
    "query",
    [{"gig": "0"}, {"gig": "x"}, {"gig": "99999999"}, {"sort": "-amount;"}, {"state": "all"},
     {"page": "999"}, {"q": "\x00"}],
)  # fmt: skip
def test_nonsense_in_the_address_counts_as_not_asked(
    client: Client, seller: Seller, gig: Gig, query: dict[str, str]
) -> None:
    an_order(gig, ref="FOONE")
    assert refs(client, seller, **query) == ["FOONE"]


def test_a_gig_of_another_seller_is_not_a_filter(client: Client, seller: Seller, gig: Gig) -> None:
    an_order(gig, ref="FOONE")
    foreign = a_gig(a_seller("other"), title="Secret plan")
    assert refs(client, seller, gig=foreign.pk) == ["FOONE"]
    assert b"Secret plan" not in client.get(url(seller), {"gig": foreign.pk}).content


def test_one_order_takes_as_many_queries_as_fifty(client: Client, seller: Seller, gig: Gig) -> None:
    a_review(an_order(gig))
    client.get(url(seller))
    with CaptureQueriesContext(connection) as one:
        client.get(url(seller))
    for number in range(49):
        a_review(an_order(a_gig(seller), NOW - timedelta(days=number + 40)))
    with CaptureQueriesContext(connection) as fifty:
        assert len(refs(client, seller)) == 50
    assert len(fifty) == len(one)


def test_htmx_gets_the_table_and_the_browser_the_page(
    client: Client, seller: Seller, gig: Gig
) -> None:
    an_order(gig, ref="FOONE")
    part = client.get(url(seller), headers=HTMX).content.decode()
    assert part.lstrip().startswith('<div id="orders_table"')
    assert "<html" not in part
    restored = client.get(url(seller), headers=HTMX | {"HX-History-Restore-Request": "true"})
    assert b"<html" in restored.content


def test_an_order_number_with_signs_of_an_address_still_has_a_page(
    client: Client, seller: Seller, gig: Gig
) -> None:
    order = an_order(gig, ref="2024/05 #7?x=1&y")
    html = client.get(url(seller)).content.decode()
    link = re.search(r'class="order-ref" href="([^"]+)"', html)
    assert link
    page = client.get(link.group(1).replace("&amp;", "&"))
    assert page.status_code == 200
    assert order.ref.replace("&", "&amp;") in page.content.decode()
