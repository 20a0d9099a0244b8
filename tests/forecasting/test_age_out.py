"""Each order that still hurts: how much, until when, and the score then."""

from __future__ import annotations

import csv
import io
from datetime import date, timedelta

import icalendar
import pytest

from metrics.engine.days import day_number
from metrics.engine.hypothetical import Scenario
from metrics.engine.types import Cause
from metrics.forecasting.age_out import AgeOutRow, age_out_rows
from metrics.forecasting.age_out_files import HEAD, age_out_csv, age_out_ics
from metrics.forecasting.faults import FAULTLESS
from metrics.forecasting.feeds import create_feed, feed_at, revoke_feed
from metrics.forecasting.ground import Ground, ground_of
from metrics.forecasting.quiet import explained_moves, quiet_forecast
from metrics.forecasting.simulation import simulate
from metrics.models import CalendarFeed
from sellers.models import CancelledBy, Order, OrderStatus, Seller
from tests.builders import NOW, a_gig, a_history, a_review, a_seller, a_user, an_admin, an_order

pytestmark = [pytest.mark.django_db, pytest.mark.servers]

TODAY = NOW.date()


def a_seller_with_faults() -> tuple[Seller, dict[str, Order]]:
    """Ten good orders; one with two stars, one late, one cancelled, one about to leave."""
    seller = a_seller()
    good = a_history(seller, orders=10)
    gig = good[0].gig
    bad = an_order(gig, NOW - timedelta(days=60), ref="=FO1")
    a_review(bad, 2)
    late = an_order(gig, NOW - timedelta(days=80), delivered_at=NOW - timedelta(days=74, hours=20))
    gone = an_order(
        gig,
        NOW - timedelta(days=40),
        status=OrderStatus.CANCELLED,
        cancelled_at=NOW - timedelta(days=38),
        cancelled_by=CancelledBy.SELLER,
    )
    # Ordered 720 days ago, finished seven days later, 713 days ago: leaves in 17 days.
    old = an_order(gig, NOW - timedelta(days=720), disputes=1)
    return seller, {"bad": bad, "late": late, "gone": gone, "old": old}


def rows_of(seller: Seller) -> tuple[Ground, dict[int, AgeOutRow]]:
    ground = ground_of(seller, TODAY)
    rows = age_out_rows(ground, quiet_forecast(ground))
    return ground, {row.order: row for row in rows}


def test_the_harm_is_what_the_simulator_says_without_the_order() -> None:
    seller, orders = a_seller_with_faults()
    ground, rows = rows_of(seller)
    assert set(rows) == {order.pk for order in orders.values()}
    last = TODAY + timedelta(days=180)
    for order in orders.values():
        found = simulate(ground, Scenario(removed=(order.pk,)), last)
        for harm, ahead in zip(rows[order.pk].harms, (0, 30, 90, 180), strict=True):
            day = day_number(TODAY) + ahead
            now, then = found.now.score_on(day), found.then.score_on(day)
            assert now is not None
            assert then is not None
            assert harm == pytest.approx(then - now, abs=1e-9)


def test_each_row_says_what_went_wrong_when_it_ends_and_the_score_then() -> None:
    seller, orders = a_seller_with_faults()
    ground, rows = rows_of(seller)
    quiet = quiet_forecast(ground)
    assert rows[orders["bad"].pk].faults == ("2 stars",)
    # Due five days after the order of 80 days ago: 75 days ago; delivered 74 days 20 h ago.
    assert rows[orders["late"].pk].faults == ("late by 4 h",)
    assert rows[orders["gone"].pk].faults == ("cancelled by the seller",)
    old = rows[orders["old"].pk]
    assert old.faults == ("disputed",)
    assert old.ends_on == TODAY + timedelta(days=17)
    assert old.end_cause is Cause.AGED_OUT
    assert old.score_then == quiet.overall.value_on(TODAY + timedelta(days=17))
    assert old.harms[0] is not None
    assert old.harms[0] > 0
    assert old.harms[1:] == (0.0, 0.0, 0.0)
    harms = [row.harm_now for row in age_out_rows(ground, quiet)]
    assert harms == sorted(harms, reverse=True)


def test_a_review_in_the_frozen_window_says_that_it_does_not_age_out() -> None:
    seller = a_seller()
    gig = a_gig(seller)
    bad = an_order(gig, NOW - timedelta(days=907))
    a_review(bad, 1)  # posted 899 days ago
    for days in (780, 407):  # the newest review was posted 399 days ago
        a_review(an_order(gig, NOW - timedelta(days=days)))
    _, rows = rows_of(seller)
    row = rows[bad.pk]
    assert row.rating is not None
    # (1 + 5 + 5)/3 = 3.667 with it, 5 without it.
    assert row.rating.harm == pytest.approx(5 - 11 / 3)
    # Posted 899 days ago; 730 days after that was 169 days ago, and no newer review came.
    assert row.rating.leaves_from == TODAY - timedelta(days=169)
    assert row.rating.is_frozen
    assert row.ends_on is None
    assert row.score_then is None
    assert row.harms == (0.0, 0.0, 0.0, 0.0) or row.harms[0] is None


def test_an_order_without_a_fault_that_hurts_says_why() -> None:
    seller = a_seller()
    a_history(seller, orders=8)
    weak = a_gig(seller)
    for days in (30, 35, 40):
        a_review(an_order(weak, NOW - timedelta(days=days)), 1)
    fine = an_order(weak, NOW - timedelta(days=25), amount=400)
    _, rows = rows_of(seller)
    assert rows[fine.pk].faults == (FAULTLESS,)


def test_a_spotless_seller_has_an_empty_calendar() -> None:
    seller = a_seller()
    a_history(seller)
    assert rows_of(seller)[1] == {}


def test_the_table_has_every_digit_and_no_formula() -> None:
    seller, orders = a_seller_with_faults()
    _, rows = rows_of(seller)
    lines = list(csv.reader(io.StringIO(age_out_csv(list(rows.values())))))
    assert tuple(lines[0]) == HEAD
    by_ref = {line[0]: line for line in lines[1:]}
    mine = by_ref["'=FO1"]  # led by an apostrophe: no spreadsheet program runs it
    row = rows[orders["bad"].pk]
    assert [float(cell) for cell in mine[4:8]] == list(row.harms)
    assert mine[8] == (row.ends_on or date.min).isoformat()
    assert float(mine[9]) == row.score_then


def test_the_calendar_is_one_that_programs_read() -> None:
    seller, orders = a_seller_with_faults()
    ground, rows = rows_of(seller)
    moves = explained_moves(ground, quiet_forecast(ground))
    text = age_out_ics(seller, list(rows.values()), moves, now=NOW)
    assert text.startswith(b"BEGIN:VCALENDAR\r\n")
    assert all(len(line) <= 75 for line in text.split(b"\r\n"))
    events = list(icalendar.Calendar.from_ical(text).walk("VEVENT"))
    assert len(events) == len(rows) + len(moves)
    assert len({str(event["UID"]) for event in events}) == len(events)
    mine = next(e for e in events if str(e["UID"]).startswith(f"order-{orders['old'].pk}-"))
    assert mine.decoded("DTSTART") == TODAY + timedelta(days=17)
    assert mine.decoded("DTEND") == TODAY + timedelta(days=18)
    assert "disputed" in str(mine["DESCRIPTION"])


# --- the private address ------------------------------------------------------------------


def test_an_address_works_until_it_is_revoked_and_stores_no_secret() -> None:
    user = a_user()
    seller = a_seller(owner=user)
    feed, secret = create_feed(seller=seller, user=user, now=NOW)
    assert feed_at(feed.pk, secret, now=NOW) == feed
    assert secret not in feed.secret_hash
    assert feed_at(feed.pk, secret[:-1], now=NOW) is None
    assert feed_at(feed.pk, "", now=NOW) is None
    assert feed_at(feed.pk + 1, secret, now=NOW) is None
    assert revoke_feed(seller=seller, user=user, now=NOW) == 1
    assert feed_at(feed.pk, secret, now=NOW) is None


def test_a_new_address_takes_the_place_of_the_old_one() -> None:
    user = a_user()
    seller = a_seller(owner=user)
    first, old = create_feed(seller=seller, user=user, now=NOW)
    second, new = create_feed(seller=seller, user=user, now=NOW + timedelta(days=1))
    assert feed_at(first.pk, old, now=NOW) is None
    assert feed_at(second.pk, new, now=NOW) == second
    first.refresh_from_db()
    assert first.revoked_at == NOW + timedelta(days=1)
    assert CalendarFeed.objects.filter(revoked_at=None).count() == 1


def test_an_address_of_somebody_who_may_no_longer_see_the_seller_finds_nothing() -> None:
    user, admin = a_user(), an_admin()
    seller = a_seller(owner=user)
    feed, secret = create_feed(seller=seller, user=user, now=NOW)
    other, admins = create_feed(seller=seller, user=admin, now=NOW)
    Seller.objects.filter(pk=seller.pk).update(owner=None)
    assert feed_at(feed.pk, secret, now=NOW) is None
    assert feed_at(other.pk, admins, now=NOW) == other
