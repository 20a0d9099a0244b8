"""A seller whose eligibility is computed, with flips of several kinds, and its owner."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.test import Client

from metrics.services import recompute_sellers
from sellers.models import Gig, Inquiry, Observation, OrderStatus, Seller, User
from tests.builders import NOW, PASSWORD, a_gig, a_review, a_seller, a_user, an_order

#: The first order of the story.
START = datetime(2022, 9, 1, 12, tzinfo=UTC)


@pytest.fixture
def owner(client: Client) -> User:
    user = a_user("owner@example.test")
    client.login(username=user.email, password=PASSWORD)
    return user


def an_active_gig(seller: Seller, ref: str, category: str, shift: int) -> Gig:
    """An order every 24 days for 21 months, one client in nineteen; each ninth is cancelled."""
    gig = a_gig(seller, ref=ref, title=ref.title(), category=category)
    for turn in range(26):
        at = START + timedelta(days=24 * turn + shift)
        buyer = f"{(turn * 7 + shift) % 19:032x}"
        if turn % 9 == 8:
            an_order(
                gig, at, status=OrderStatus.CANCELLED, cancelled_at=at + timedelta(days=1),
                cancelled_by=1, requirements_in=True, buyer_key=buyer,
            )  # fmt: skip
            continue
        order = an_order(gig, at, buyer_key=buyer)
        a_review(order, 4 if turn % 6 == 5 else 5)
    return gig


@pytest.fixture
def seller(owner: User) -> Seller:
    """Level 1 was shown in February 2024; a third of the first messages of May were missed."""
    found = a_seller("mira-writes", owner=owner)
    for shift, (ref, category) in enumerate(
        (("book editing", "Editing"), ("tax letters", "Tax Consulting"), ("blog posts", ""))
    ):
        an_active_gig(found, ref, category, shift)
    for turn in range(60):
        at = START + timedelta(days=10 * turn, hours=turn % 9)
        reply = None if turn % 8 == 5 else at + timedelta(hours=3)
        Inquiry.objects.create(
            seller=found, ref=f"message {turn}", first_message_at=at, first_reply_at=reply
        )
    Observation.objects.create(seller=found, day=date(2024, 2, 3), kind="level", label="Level 1")
    recompute_sellers(seller_ids=[found.pk], now=NOW)
    return found
