"""Outlooks of level and gigs are kept with the forecasts, and held against what came."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from config.schedule import SCHEDULE
from eligibility.coming.judging import known_of
from eligibility.coming.keeping import keep_outlooks, outlooks_on, sellers_due
from eligibility.coming.records import (
    GIGS,
    LEVEL,
    Hits,
    gig_records,
    kept_outlooks,
    level_records,
    standing_record_words,
)
from eligibility.models import KeptOutlook
from eligibility.rules.types import Verdict
from eligibility.tasks import keep_outlooks as task
from metrics.forecasting import hindsight
from metrics.forecasting.ground import ground_of
from metrics.forecasting.hindsight import keep_in_hindsight
from metrics.forecasting.records import HORIZONS
from metrics.forecasting.track_record import KEPT_DAYS, keep_forecasts
from metrics.services import recompute_sellers
from sellers.models import Inquiry, OrderStatus, Review, Seller
from tests.builders import NOW, a_gig, a_review, a_seller, a_user, an_order

pytestmark = [pytest.mark.django_db, pytest.mark.servers]

TODAY = NOW.date()
THEN = TODAY - timedelta(days=90)
CLIENT = "{:032x}".format


@pytest.fixture
def seller() -> Seller:
    """Level 1 in all but the newest weeks: twenty orders from four clients, answered at once.

    5 orders of $150 less a fifth are $600 of $400; the five newest reviews have one star.
    """
    seller = a_seller()
    gig = a_gig(seller, category="Book Editing")
    for number in range(20):
        done = NOW - timedelta(days=15 * number + 10)
        order = an_order(
            gig,
            done - timedelta(days=7),
            amount=Decimal(150),
            buyer_key=CLIENT(number % 4),
            completed_at=done,
        )
        a_review(order, 1 if number < 5 else 5, posted_at=done)
    for number in range(60):
        sent = NOW - timedelta(days=6 * number + 1)
        Inquiry.objects.create(
            seller=seller,
            ref=f"m{number}",
            first_message_at=sent,
            first_reply_at=sent + timedelta(hours=1),
        )
    recompute_sellers(seller_ids=[seller.pk], now=NOW)
    return seller


def values(rows: list[KeptOutlook]) -> list[dict[str, Any]]:
    """All that was said, without the row's number."""
    names = [f.attname for f in KeptOutlook._meta.concrete_fields if not f.primary_key]
    return [{name: getattr(row, name) for name in names} for row in rows]


def forget_what_came_after(seller: Seller, day: date) -> None:
    """As if nobody had known more at the end of a day."""
    end = datetime.combine(day + timedelta(days=1), time(), UTC)
    Review.objects.filter(order__seller=seller, posted_at__gte=end).delete()
    seller.orders.filter(ordered_at__gte=end).delete()
    seller.orders.filter(delivered_at__gte=end).update(delivered_at=None)
    later = seller.orders.filter(completed_at__gte=end)
    later.update(status=OrderStatus.OPEN, completed_at=None)
    Inquiry.objects.filter(seller=seller, first_message_at__gte=end).delete()
    Inquiry.objects.filter(seller=seller, first_reply_at__gte=end).update(first_reply_at=None)


def test_a_past_day_is_judged_from_what_had_happened_by_then(seller: Seller) -> None:
    # A message that was answered on the next day, and an order that was under way.
    evening = datetime.combine(THEN, time(20), UTC)
    Inquiry.objects.create(
        seller=seller,
        ref="late",
        first_message_at=evening,
        first_reply_at=evening + timedelta(hours=9),
    )
    ground = ground_of(seller, TODAY)
    found = outlooks_on(ground, known_of(ground), THEN, NOW)
    assert [row.made_on for row in found] == [THEN] * 3
    # Nobody knew of the bad reviews to come: rating 5, and so the level was to stay.
    assert [row.quiet_held for row in found] == [1, 1, 1]
    forget_what_came_after(seller, THEN)
    then = ground_of(seller, THEN)
    recompute_sellers(seller_ids=[seller.pk], now=evening, from_scratch=True)
    assert values(found) == values(outlooks_on(then, known_of(then), THEN, NOW))


@pytest.fixture
def few_days(monkeypatch: pytest.MonkeyPatch) -> None:
    """Forecasts of three past days: one of each has come due after 30, 60 and 90 days."""
    monkeypatch.setattr(hindsight, "TIMES", 3)


@pytest.mark.usefixtures("few_days")
def test_every_kept_day_gets_its_outlook_once_and_it_is_what_is_made_again(seller: Seller) -> None:
    assert SCHEDULE["keep-outlooks"]["task"] == task.name
    assert sellers_due() == []
    keep_forecasts(seller_ids=[seller.pk], now=NOW)
    keep_in_hindsight(seller_ids=[seller.pk], now=NOW)
    days = 1 + 3
    assert sellers_due() == [seller.pk]
    assert keep_outlooks(seller_ids=[seller.pk], now=NOW) == days
    assert sellers_due() == []
    assert keep_outlooks(seller_ids=[seller.pk], now=NOW) == 0
    kept = kept_outlooks(seller)
    assert len(kept) == days * len(HORIZONS)
    told = StringIO()
    call_command("check_forecasts", "--all", stdout=told)
    assert told.getvalue().startswith(f"{6 * days} kept forecasts of 1 seller: kept equals made")
    row = kept[0]
    KeptOutlook.objects.filter(pk=row.pk).update(quiet_most=3)
    with pytest.raises(CommandError, match="1 difference in 1 seller"):
        call_command("check_forecasts", "--all", stdout=told)
    assert f"{row}: quiet_most kept 3, made again" in told.getvalue()
    # Old ones are forgotten with the forecasts they belong to.
    late = NOW + timedelta(days=KEPT_DAYS + 1)
    keep_forecasts(seller_ids=[seller.pk], now=late)
    assert keep_outlooks(seller_ids=[seller.pk], now=late) == 1
    assert {row.made_on for row in kept_outlooks(seller)} == {late.date()}


@pytest.mark.usefixtures("few_days")
def test_the_page_says_how_they_did_beside_each_forecast(seller: Seller, client: Client) -> None:
    seller.owner = a_user()
    seller.save(update_fields=["owner"])
    client.force_login(seller.owner)
    address = reverse("eligibility:coming", args=[seller.pk])
    assert (
        "No forecast of the level 30 days ahead has been kept yet"
        in client.get(address).content.decode()
    )
    keep_in_hindsight(seller_ids=[seller.pk], now=NOW)
    keep_outlooks(seller_ids=[seller.pk], now=NOW)
    text = client.get(address).content.decode()
    # Of the rating 4.33 with three bad reviews, 40 days ago, nobody knew 90 days ago: the grace
    # of 30 days is over.
    assert "90 days ahead: at your own pace 0 of 1 (0%) named the level that came" in text
    assert "verdicts on gigs were right" in text
    assert "All of them were worked out afterwards" in text
    assert 'id="level-chart-figure"' in text
    assert 'id="gigs-chart-figure"' in text


def an_outlook(
    ago: int, level: tuple[int, int], pace: int | None, **gigs: list[int]
) -> KeptOutlook:
    """A row about today or an earlier day, 30 days after it was made."""
    return KeptOutlook(
        made_on=TODAY - timedelta(days=ago),
        made_at=NOW - timedelta(days=ago),
        horizon_days=30,
        quiet_held=level[0],
        quiet_most=level[1],
        pace_held=pace,
        pace_most=pace,
        **{"gigs": [7], "quiet_verdicts": [1], "pace_verdicts": [1], **gigs},
    )


def test_what_was_said_of_level_and_gigs_is_counted_by_hand() -> None:
    """Level 1 came on both days; gig 7 met every rule on the first, and was open on the other."""
    first, second = TODAY, TODAY - timedelta(days=30)
    rows = [
        an_outlook(30, (1, 1), 1),
        an_outlook(60, (0, 0), 1, pace_verdicts=[]),
        an_outlook(60, (0, 2), None, gigs=[], quiet_verdicts=[], pace_verdicts=[]),
        an_outlook(3, (1, 1), 1),
    ]
    levels = level_records(rows, lambda day: (1, 1 if day == first else 2), TODAY)
    assert (levels[0].quiet, levels[0].pace) == (Hits(1, 3), Hits(2, 2))
    assert (levels[0].due, levels[0].left_open, levels[0].perhaps_more) == (3, 0, 2)
    words = standing_record_words(levels, LEVEL)
    assert words.beside == (
        "30 days ahead: at your own pace 2 of 2 (100%) named the level that came, if nothing new"
        " happens 1 of 3 (33%); on 2 days your data leave open whether it was higher."
    )
    came = {first: Verdict.MET, second: Verdict.UNKNOWN}
    of_gigs = gig_records(rows, lambda gig, day: came.get(day) if gig == 7 else None, TODAY)
    assert (of_gigs[0].quiet, of_gigs[0].pace) == (Hits(1, 1), Hits(1, 1))
    assert of_gigs[0].left_open == 1
    assert standing_record_words(of_gigs, GIGS).beside.endswith(
        "; 1 verdict cannot be scored, because your data leave open what came."
    )
    nothing = standing_record_words(gig_records([], lambda _gig, _day: None, TODAY), GIGS)
    assert nothing.beside.startswith("No forecast of promoted gigs 30 days ahead has been kept")
