"""The page of one order: facts, what their absence means, evidence, provenance."""

from __future__ import annotations

import re
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from metrics.services import recompute_sellers
from sellers.models import CancelledBy, Gig, ImportBatch, ImportFile, Order, OrderStatus, Seller
from tests.builders import NOW, PASSWORD, a_gig, a_review, a_seller, a_user, an_admin, an_order

pytestmark = [pytest.mark.django_db, pytest.mark.servers]


@pytest.fixture
def seller(client: Client) -> Seller:
    owner = a_user("owner@example.test")
    client.login(username=owner.email, password=PASSWORD)
    return a_seller("mira", owner=owner)


@pytest.fixture
def gig(seller: Seller) -> Gig:
    return a_gig(seller, title="Book editing")


def url(order: Order) -> str:
    return reverse("sellers:order", args=[order.seller_id, order.ref])


def read(client: Client, order: Order) -> str:
    """The words of the page."""
    response = client.get(url(order))
    assert response.status_code == 200
    main = response.content.decode().split("<main")[1]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", main))


def test_who_may_see_it(client: Client, gig: Gig) -> None:
    order = an_order(gig)
    client.logout()
    assert client.get(url(order)).status_code == 302
    client.login(username=a_user("stranger@example.test").email, password=PASSWORD)
    assert client.get(url(order)).status_code == 404
    client.login(username=an_admin("admin@example.test").email, password=PASSWORD)
    assert client.get(url(order)).status_code == 200


def test_an_order_is_found_under_its_own_seller_only(
    client: Client, seller: Seller, gig: Gig
) -> None:
    foreign = an_order(a_gig(a_seller("other")), ref="FOFOREIGN")
    assert client.get(reverse("sellers:order", args=[seller.pk, foreign.ref])).status_code == 404
    assert client.get(reverse("sellers:order", args=[seller.pk, "FONONE"])).status_code == 404


def test_a_complete_order_says_everything(client: Client, gig: Gig) -> None:
    order = an_order(
        gig, NOW - timedelta(days=30), ref="FOFULL", buyer_label="buyer 7",
        extended_due_at=NOW - timedelta(days=24), revisions=2, disputes=1,
        delivered_at=NOW - timedelta(days=24) + timedelta(minutes=35),
    )  # fmt: skip
    words = read(client, order)
    for part in (
        "FOFULL", "completed", "Book editing", "buyer 7", "13 May 2024, 12:00",
        "before the extension", "Due after the extension 19 May 2024, 12:00", "this one counts",
        "late by 35 min", "$100.00", "Disputes 1", "Revisions 2",
    ):  # fmt: skip
        assert part in words, part


def test_what_is_not_known_is_said_with_what_that_means(client: Client, gig: Gig) -> None:
    order = an_order(
        gig, due_at=None, delivered_at=None, completed_at=None, amount=None, disputes=None
    )
    words = read(client, order)
    for part in (
        "no due time in your data: says nothing about delivery",
        "no delivery time in your data: says nothing about delivery",
        "day assumed: 13 May 2024, the day it was ordered",
        "not in your data: counts as an order of ordinary value",
        "not in your data: says nothing about conflicts",
        "no review in your data: says nothing about satisfaction",
    ):
        assert part in words, part
    # finished is all that is known of it: one area of six
    assert (
        "Says nothing about client satisfaction, effective communication, value for money, "
        "conflict-free orders and delivery time" in words
    )


def test_a_cancellation_says_by_whom_and_what_a_ruling_did(client: Client, gig: Gig) -> None:
    order = an_order(
        gig, status=OrderStatus.CANCELLED, cancelled_by=CancelledBy.CLIENT, requirements_in=True,
        cancelled_at=NOW - timedelta(days=20), due_at=NOW - timedelta(days=15),
        excluded_on=date(2024, 6, 1), excluded_reason="asked outside the order page",
    )  # fmt: skip
    words = read(client, order)
    assert "cancelled by the client" in words
    assert "were in when it was cancelled" in words
    assert "not counted from 1 Jun 2024 on" in words
    assert "asked outside the order page" in words
    unknown = an_order(gig, status=OrderStatus.CANCELLED, cancelled_at=NOW)
    assert "cancelled, by whom is not known" in read(client, unknown)


def test_the_evidence_has_the_weights_of_the_formula(
    client: Client, seller: Seller, gig: Gig
) -> None:
    # $400 against $100: (400/100)^0.5 = 2. Completed 180 days before the standing's day: one
    # half-life, so it weighs 2 · 2^-1 = 1.000; its window of 730 days ends 550 days from now.
    done = NOW - timedelta(days=180)
    order = an_order(gig, done - timedelta(days=7), amount=Decimal(400))
    a_review(order, 4, posted_at=done)
    assert recompute_sellers(seller_ids=[seller.pk], now=NOW) == 1
    words = read(client, order)
    assert "As of 12 Jun 2024" in words
    # four stars are an outcome of 0.6; the only item of its area: its whole weight
    assert "client satisfaction 0.60 good 1.000 2.00 100.0%" in words
    assert "order cancellations 1.00 best 1.000 2.00 100.0%" in words
    # 15 Dec 2023 + 730 days
    assert "leaves the two-year window on 14 Dec 2025" in words
    assert "it needs 2 finished orders in the window" in words


def test_what_counts_no_more_says_since_when(client: Client, seller: Seller, gig: Gig) -> None:
    old = an_order(gig, NOW - timedelta(days=807), completed_at=NOW - timedelta(days=800))
    review = a_review(old, 1, posted_at=NOW - timedelta(days=700))
    review.removed_at = NOW - timedelta(days=100)
    review.save()
    recompute_sellers(seller_ids=[seller.pk], now=NOW)
    words = read(client, old)
    # 12 Jun 2024 - 800 days = 4 Apr 2022; + 730 days = 3 Apr 2024
    assert "left the two-year window on 3 Apr 2024" in words
    # 12 Jun 2024 - 100 days = 4 Mar 2024
    assert "taken out of the count on 4 Mar 2024" in words
    assert "counts no more" in words
    assert "removed on 4 Mar 2024" in words


def test_versions_of_a_review_are_told_apart(client: Client, gig: Gig) -> None:
    order = an_order(gig)
    a_review(order, 2, posted_at=NOW - timedelta(days=9), text="Slow.")
    a_review(
        order, 5, posted_at=NOW - timedelta(days=4), text="Mended!", quality_of_delivery=Decimal(5)
    )
    words = read(client, order)
    assert "3 Jun 2024, 12:00 replaced on 8 Jun 2024, 12:00" in words
    assert "8 Jun 2024, 12:00 in force" in words
    assert "quality of delivery 5" in words
    assert words.index("Slow.") < words.index("Mended!")


def test_provenance_links_to_imports_that_the_visitor_may_see(
    client: Client, seller: Seller, gig: Gig
) -> None:
    own = ImportBatch.objects.create(seller=seller, state="done", finished_at=timezone.now())
    foreign = ImportBatch.objects.create(state="done", finished_at=timezone.now())
    file = ImportFile.objects.create(
        batch=own, role="orders", name="may.csv", size=1, sha256="0" * 64
    )
    order = an_order(gig, first_batch=foreign, last_batch=own, source_file=file, source_line=17)
    html = client.get(url(order)).content.decode()
    assert reverse("sellers:import", args=[own.pk]) in html
    assert reverse("sellers:import", args=[foreign.pk]) not in html
    words = read(client, order)
    assert f"first seen import {foreign.pk} of" in words
    assert "may.csv, line 17" in words
    by_hand = an_order(gig)
    assert "Entered by hand, not by an import." in read(client, by_hand)


def test_the_order_before_and_after_are_one_click_away(client: Client, gig: Gig) -> None:
    first = an_order(gig, NOW - timedelta(days=9), ref="FO1")
    same_time = an_order(gig, NOW - timedelta(days=9), ref="FO2")
    last = an_order(gig, NOW - timedelta(days=8), ref="FO3")
    html = client.get(url(same_time)).content.decode()
    assert f'rel="prev" href="{url(first)}"' in html
    assert f'rel="next" href="{url(last)}"' in html
    assert 'rel="next"' not in client.get(url(last)).content.decode()
    assert 'rel="prev"' not in client.get(url(first)).content.decode()


def test_what_a_buyer_wrote_is_never_markup(client: Client, gig: Gig) -> None:
    order = an_order(gig, buyer_label="<b>x</b>")
    a_review(order, 5, text="<script>alert(1)</script>")
    html = client.get(url(order)).content
    assert b"<script>alert" not in html
    assert b"<b>x</b>" not in html


def test_the_page_takes_as_many_queries_for_one_review_as_for_fifty(
    client: Client, gig: Gig
) -> None:
    order = an_order(gig)
    a_review(order)
    client.get(url(order))
    with CaptureQueriesContext(connection) as one:
        client.get(url(order))
    for number in range(49):
        a_review(order, 4, posted_at=NOW + timedelta(hours=number))
        an_order(gig, NOW - timedelta(days=number + 40))
    with CaptureQueriesContext(connection) as fifty:
        client.get(url(order))
    assert len(fifty) == len(one)
