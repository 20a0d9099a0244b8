"""The session sheet: what it holds, and what each reader's sheet does not."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from metrics.models import Move
from metrics.services import recompute_sellers
from sellers.models import Note, Promise, Scope, Seller, User
from tests.builders import NOW, a_grant, a_history, a_promise, a_seller, a_user, an_admin

pytestmark = [pytest.mark.django_db, pytest.mark.servers]

SCRIPT = "<script>alert(1)</script>"


@pytest.fixture(autouse=True)
def _noon(time_machine: Any) -> None:
    time_machine.move_to(NOW, tick=False)


@pytest.fixture
def seller(db: None) -> Seller:
    """Orders, a score up to 12 June; a coach who sees the standing only, one who sees all."""
    seller = a_seller("mira", owner=a_user("owner@example.test"))
    a_history(seller)
    recompute_sellers(seller_ids=[seller.pk], now=NOW)
    a_grant(seller, a_user("standing@x.test"), Scope.STANDING)
    a_grant(seller, a_user("all@x.test"), Scope.EVERYTHING)
    return seller


def address(seller: Seller, query: str = "") -> str:
    return reverse("eligibility:session_sheet", args=[seller.pk]) + query


def sheet(email: str, seller: Seller, query: str = "") -> str:
    eyes = Client()
    eyes.force_login(User.objects.get(email=email))
    response = eyes.get(address(seller, query))
    assert response.status_code == 200
    return response.content.decode()


def a_move(seller: Seller, day: date, before: int, after: int) -> None:
    Move.objects.create(
        seller=seller,
        day=day,
        displayed_before=before,
        displayed_after=after,
        policy="p",
        engine_version="1",
        revision=1,
        headline={"text": f"Why {before} to {after}.", "form": "move", "causes": []},
    )


def _everything(seller: Seller) -> None:
    Move.objects.all().delete()
    # The period of thirty days to 12 June begins on 13 May.
    a_move(seller, date(2024, 5, 12), 8, 9)
    a_move(seller, date(2024, 5, 13), 9, 10)
    a_move(seller, date(2024, 6, 12), 10, 9)
    a_promise(seller, text="still open", measure="late")
    a_promise(seller, text="ran out long ago", due=date(2024, 5, 13), made_on=date(2024, 5, 13))
    decided = {"kept one": ("kept", 2), "broken one": ("broken", 2)}
    decided |= {"long past": ("kept", 60), "taken back": ("withdrawn", 2)}
    for text, (state, days) in decided.items():
        at = NOW - timedelta(days=days)
        a_promise(
            seller, text=text, state=state, decided_by=seller.owner, decided_as="owner",
            decided_at=at, made_on=(at - timedelta(days=9)).date(), due=at.date(),
        )  # fmt: skip
    common: dict[str, Any] = {"seller": seller, "author": seller.owner, "written_as": "owner"}
    Note.objects.create(**common, day=date(2024, 6, 1), text=f"a week off {SCRIPT}")
    Note.objects.create(**common, day=date(2024, 6, 1), text="between us", is_private=True)
    Note.objects.create(**common, day=date(2024, 4, 1), text="in spring")
    until = date(2024, 5, 13)
    Note.objects.create(**common, day=date(2024, 4, 2), until=until, text="a long illness")


def test_the_sheet_holds_the_period_and_what_comes(seller: Seller) -> None:
    _everything(seller)
    for email in ("owner@example.test", "all@x.test"):
        text = sheet(email, seller)
        assert "13 May 2024" in text
        assert "10 → 9</b> Why 10 to 9." in text
        assert "9 → 10</b> Why 9 to 10." in text
        assert "Why 8 to 9." not in text
        for words in ("still open", "ran out long ago", "kept one", "broken one"):
            assert words in text
        assert "orders due in that time" in text
        for words in ("long past", "taken back", "in spring", "between us", SCRIPT):
            assert words not in text
        assert "a week off &lt;script&gt;" in text
        assert "a long illness" in text
        assert "What comes next if nothing new happens" in text
        # The plan to the next number by 11 August, sixty days on.
        assert "11 Aug 2024" in text
    # Another period: the move of 12 May comes in, that of 12 June goes.
    text = sheet("owner@example.test", seller, "?from=2024-05-01&to=2024-05-31")
    assert ("Why 8 to 9." in text, "Why 10 to 9." in text) == (True, False)


def test_the_plan_is_to_whatever_target_is_chosen(seller: Seller) -> None:
    gig = seller.gigs.get()
    query = "?from=2024-05-13&to=2024-06-12&by=2024-08-11&quality=clean&target="
    # Six reviews with five stars are a rating of 5 already.
    for target, words in (
        ("9", "9 overall"),
        (f"9&plan-gig={gig.pk}", f"9 on “{gig.title}”"),
        ("rating-4.9", "a public rating of 4.9"),
        ("top-rated", "Not by 11 Aug 2024: no number of clean orders up to 60 brings Top Rated."),
        (f"gig-{gig.pk}", f"brings promotion of “{gig.title}”"),
    ):
        text = sheet("owner@example.test", seller, query + target)
        assert words in text, target
        assert f'<option value="{target.partition("&")[0]}" selected>' in text
    # Nobody wrote, so nothing is known of the response rate; $600 of six orders are $480 net.
    assert "Earnings: $5,280 with 60 clean orders, $10,000 or more is asked." in sheet(
        "owner@example.test", seller, query + "top-rated"
    )
    # Who sees the standing alone reads which rules stand against it, and no amount.
    text = sheet("standing@x.test", seller, query + "top-rated")
    assert "Whatever their number, " in text
    assert "earnings are not met by then" in text or "earnings and" in text
    assert "$" not in text.split('id="sheet-plan"')[1].split("</section>")[0]
    eyes = Client()
    eyes.force_login(User.objects.get(email="owner@example.test"))
    for wrong, words in (
        ("level-9", "This is no target of the list."),
        ("9&by=soon", "This is not a day."),
    ):
        response = eyes.get(address(seller, query.replace("&by=2024-08-11", "") + wrong))
        assert response.status_code == 422
        assert words in response.content.decode()


def test_standing_only_reads_no_order_and_no_note_of_others(seller: Seller) -> None:
    _everything(seller)
    text = sheet("standing@x.test", seller)
    assert "You see this as coach: standing only, until" in text
    assert "10 → 9</b> Why 10 to 9." in text
    assert "still open" in text
    for ref in seller.orders.values_list("ref", flat=True):
        assert ref not in text
    for words in ("a week off", "a long illness", "between us", "/orders/", "/eligibility/"):
        assert words not in text


def test_days_that_are_no_period_are_said(seller: Seller) -> None:
    eyes = Client()
    eyes.force_login(User.objects.get(email="owner@example.test"))
    for query, words in (
        ("?from=2024-06-01&to=2024-05-01", "Put the earlier day first"),
        ("?from=soon&to=2024-05-01", "This is not a day"),
        ("?from=2024-06-01&to=2024-06-13", "has not come yet"),
    ):
        response = eyes.get(address(seller, query))
        assert response.status_code == 422
        assert words in response.content.decode()


def test_a_seller_without_orders_is_told_what_will_be_here(seller: Seller) -> None:
    empty = a_seller("empty", owner=seller.owner)
    assert "Nothing is computed yet" in sheet("owner@example.test", empty)


def test_much_is_told_by_its_number_at_the_same_queries(
    seller: Seller, django_assert_max_num_queries: Any
) -> None:
    _everything(seller)
    eyes = Client()
    eyes.force_login(an_admin("boss@x.test"))
    eyes.get(address(seller))
    with django_assert_max_num_queries(60) as little:
        eyes.get(address(seller))
    for number in range(20):
        a_move(seller, date(2024, 5, 14) + timedelta(days=number), 9, 10)
        a_promise(seller, text=f"promise {number}", measure="late")
        Note.objects.create(
            seller=seller, author=seller.owner, day=date(2024, 6, 2), text=f"note {number}"
        )
    with django_assert_max_num_queries(len(little.captured_queries)):
        text = eyes.get(address(seller)).content.decode()
    # 22 moves of which 6 fit, 24 promises (20, 4 of the period) of which 6, 22 notes of which 4
    for words in ("16 more", "18 more"):
        assert words in text
    assert text.count("18 more in this time") == 2
    assert Promise.objects.count() == 26


def test_the_look_at_the_sheet_is_noted(seller: Seller) -> None:
    sheet("standing@x.test", seller)
    eyes = Client()
    eyes.force_login(User.objects.get(email="owner@example.test"))
    page = eyes.get(reverse("sellers:access", args=[seller.pk])).content.decode()
    assert "Session sheet" in page
