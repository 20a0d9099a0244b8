"""Notices: told once an event, of the last days only, and taken back while nobody has read them."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from eligibility.models import Notice
from eligibility.services import mark_notices_read, note_outcome, recompute_eligibility
from metrics.services import recompute_sellers
from sellers.models import Inquiry, Observation, Seller
from tests.builders import NOW, a_gig, a_history, a_seller, a_user

pytestmark = pytest.mark.django_db
TODAY = NOW.date()


def seen(seller: Seller, days_ago: int, label: str) -> Observation:
    return Observation.objects.create(
        seller=seller, day=TODAY - timedelta(days=days_ago), kind="level", label=label
    )


def recomputed(seller: Seller, *, days: int = 0) -> list[tuple[str, date, str | None]]:
    """Facts have changed; the notices after a recompute so many days later."""
    seller.revision += 1
    seller.save(update_fields=["revision"])
    recompute_sellers(seller_ids=[seller.pk], now=NOW + timedelta(days=days))
    notices = Notice.objects.filter(seller=seller).order_by("day", "pk")
    return [(one.kind, one.day, one.gig.ref if one.gig else None) for one in notices]


def a_seller_with_a_level() -> Seller:
    """One active gig, orders for months, Level 1 shown eighty days ago."""
    seller = a_seller()
    a_history(seller, orders=12)
    seller.gigs.update(category="Logo Design")
    seen(seller, 80, "Level 1")
    return seller


def unanswered(seller: Seller) -> Inquiry:
    """A first message 35 days ago without a reply: 0 of 1 in time since day −34.

    The thirty days of grace begin with it, so the level is lost on day −4.
    """
    at = NOW - timedelta(days=35)
    return Inquiry.objects.create(seller=seller, ref="missed", first_message_at=at)


LOST_ON = TODAY - timedelta(days=4)


def test_a_lost_level_takes_promotion_with_it_and_is_told_once() -> None:
    seller = a_seller_with_a_level()
    [gig] = seller.gigs.all()
    assert recomputed(seller) == []
    unanswered(seller)
    lost = ("gig_lost", LOST_ON, gig.ref)
    assert recomputed(seller) == [lost]
    assert recomputed(seller, days=1) == [lost]
    recompute_eligibility(seller_ids=[seller.pk], now=NOW, from_scratch=True)
    notice = Notice.objects.get()
    assert (notice.rule, notice.rule_set) == ("level", "promoted-2024")
    # Shown again, and in danger again from the same day on.
    seen(seller, 1, "Level 1")
    yesterday = TODAY - timedelta(days=1)
    assert recomputed(seller) == [
        lost,
        ("gig_gained", yesterday, gig.ref),
        ("grace_started", yesterday, None),
    ]


def test_what_lies_further_back_than_the_setting_is_no_news(settings: Any) -> None:
    seller = a_seller_with_a_level()
    unanswered(seller)
    settings.STANDING_NOTICE_DAYS = 4
    assert recomputed(seller) == []
    settings.STANDING_NOTICE_DAYS = 5
    assert [kind for kind, *_ in recomputed(seller)] == ["gig_lost"]


def test_an_unread_notice_that_turns_out_wrong_goes_and_a_read_one_stays() -> None:
    seller = a_seller_with_a_level()
    wrong = unanswered(seller)
    assert len(recomputed(seller)) == 1
    wrong.delete()
    assert recomputed(seller) == []
    wrong = unanswered(seller)
    assert len(recomputed(seller)) == 1
    assert mark_notices_read(notices=Notice.objects.all(), now=NOW) == 1
    assert mark_notices_read(notices=Notice.objects.all(), now=NOW + timedelta(days=1)) == 0
    wrong.delete()
    assert len(recomputed(seller)) == 1
    assert Notice.objects.get().read_at == NOW


def test_what_a_gig_begins_with_is_no_event() -> None:
    seller = a_seller_with_a_level()
    recomputed(seller)
    a_gig(seller, ref="new")
    assert recomputed(seller) == []


def test_a_new_level_rule_breaking_starts_a_grace_period_that_is_told() -> None:
    seller = a_seller_with_a_level()
    recomputed(seller)
    # Level 2 asks for 20 orders; there are 12, and the level was shown on day −5.
    seen(seller, 5, "Level 2")
    [notice] = recomputed(seller)
    assert notice == ("grace_started", TODAY - timedelta(days=5), None)
    told = Notice.objects.get()
    assert (told.level, told.grace_end) == (2, TODAY + timedelta(days=25))


def test_an_outcome_that_is_noted_queues_a_recompute_only_where_it_matters() -> None:
    seller = a_seller_with_a_level()
    [gig] = seller.gigs.all()
    author = a_user()
    note_outcome(seller=seller, author=author, day=TODAY, kind="promotable", label="no", gig=gig)
    seller.refresh_from_db()
    assert seller.revision == 0
    level = note_outcome(seller=seller, author=author, day=TODAY, kind="level", label="Level 2")
    seller.refresh_from_db()
    assert seller.revision == 1
    again = note_outcome(
        seller=seller, author=author, day=TODAY, kind="level", label="Level 1", words="Level 1"
    )
    assert (again.pk, again.label) == (level.pk, "Level 1")
