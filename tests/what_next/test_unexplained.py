"""A ledger that cannot be found is said in words and logged; the rest of each page stands."""

from __future__ import annotations

from datetime import timedelta
from typing import NoReturn

import icalendar
import pytest
from django.test import Client
from django.urls import reverse
from structlog.testing import capture_logs

from metrics.engine import pricing
from metrics.engine.path import PathNotConverged
from metrics.forecasting.feeds import create_feed
from metrics.models import Move
from metrics.services import fill_latest_headlines, recompute_sellers
from sellers.models import Seller
from tests.builders import NOW, a_history, a_review, a_seller, a_user, an_order

pytestmark = [pytest.mark.django_db, pytest.mark.servers]

TODAY = NOW.date()
NOT_SHOWN = "could not be worked out as exactly as we promise"


def never(*_args: object) -> NoReturn:
    raise PathNotConverged(400_000, 1e-9, 2e-9)


@pytest.fixture
def seller(client: Client, monkeypatch: pytest.MonkeyPatch) -> Seller:
    """A computed seller whose owner is logged in, none of whose ledgers can be found."""
    owner = a_user()
    seller = a_seller(owner=owner)
    orders = a_history(seller, gigs=2, orders=8)
    a_review(an_order(orders[0].gig, NOW - timedelta(days=30), ref="FOBAD0000001"), 1)
    recompute_sellers(seller_ids=[seller.pk], now=NOW)
    client.force_login(owner)
    monkeypatch.setattr(pricing, "integrate", never)
    return seller


def test_what_next_shows_all_but_the_cause_of_its_moves(client: Client, seller: Seller) -> None:
    gig = seller.gigs.order_by("pk")[0].pk
    with capture_logs() as logs:
        response = client.get(
            reverse("metrics:next", args=[seller.pk]), {"o1-gig": str(gig), "o1-stars": "1"}
        )
    text = response.content.decode()
    assert response.status_code == 200
    assert "The cause of this move cannot be shown" in text
    assert "What each order does cannot be shown" in text
    for part in ("FOBAD0000001", "The smallest plan", "instead of", "What can go wrong"):
        assert part in text
    found = [log for log in logs if log["event"] == "ledger not found"]
    assert {log["seller"] for log in found} == {seller.pk}
    assert (found[0]["nodes"], found[0]["log_level"]) == (400_000, "warning")


def test_the_calendar_for_programs_says_the_same(client: Client, seller: Seller) -> None:
    assert seller.owner is not None
    feed, secret = create_feed(seller=seller, user=seller.owner, now=NOW)
    response = client.get(reverse("metrics:age_out_feed", args=[feed.pk, secret]))
    events = icalendar.Calendar.from_ical(response.content).walk("VEVENT")
    assert any("cannot be shown" in str(event["description"]) for event in events)


def test_the_why_page_gives_both_scores_and_says_what_is_missing(
    client: Client, seller: Seller
) -> None:
    days = {"from": str(TODAY - timedelta(days=30)), "to": str(TODAY)}
    response = client.get(reverse("metrics:why", args=[seller.pk]), days)
    text = response.content.decode()
    assert response.status_code == 200
    assert "The ledger of these two days cannot be shown" in text
    assert NOT_SHOWN in text
    assert "13 May 2024: displays " in text
    assert f"{TODAY:%-d %b %Y}: displays" in text
    file = client.get(reverse("metrics:why_csv", args=[seller.pk]), days)
    assert file.status_code == 422
    assert NOT_SHOWN in file.content.decode()


def test_moves_of_the_past_say_so_and_are_asked_again_later(client: Client, seller: Seller) -> None:
    move = Move.objects.filter(seller=seller).latest("day")
    fill_latest_headlines(seller_ids=[seller.pk])
    page = client.get(reverse("metrics:seller", args=[seller.pk])).content.decode()
    assert NOT_SHOWN in page
    reason = client.get(reverse("metrics:move_reason", args=[seller.pk, move.pk]))
    assert NOT_SHOWN in reason.content.decode()
    move.refresh_from_db()
    assert move.headline is None
