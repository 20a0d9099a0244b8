"""The coach's roster: who comes first and why, filters, snooze, seen, groups and tags."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from eligibility.models import ComingLoss, EligibilityStanding
from eligibility.rules.types import Phase
from metrics.models import Standing
from sellers.models import ClientMark, Grant, Look, Scope, User
from tests.builders import NOW, a_grant, a_user
from tests.eligibility.coaching.conftest import (
    HTMX,
    TODAY,
    MakeClient,
    a_loss,
    moved,
    stood,
)

pytestmark = pytest.mark.django_db

Losses = ComingLoss.Kind
ROSTER = "/"


def page(client: Client, **query: str) -> str:
    return client.get(ROSTER, query).content.decode()


def words(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


def urgent(client: Client, **query: str) -> list[str]:
    """Handles in the first list."""
    return re.findall(r'class="urgent-who"><a href="[^"]+">([^<]+)<', page(client, **query))


def listed(client: Client, **query: str) -> list[str]:
    """Handles in the table of all."""
    return re.findall(r'<th scope="row"><a href="[^"]+">([^<]+)<', page(client, **query))


# --- who comes first --------------------------------------------------------------------------


def test_who_loses_something_soonest_comes_first_then_recent_falls(
    client: Client, a_client: MakeClient
) -> None:
    a_client("calm")
    moved(a_client("fell"), TODAY - timedelta(days=3))
    later, sooner = a_client("later"), a_client("sooner")
    a_loss(later, 20)
    a_loss(later, 25, Losses.SCORE, score_before=8.51, score_after=8.49, rule="", rule_set="")
    a_loss(sooner, 4)
    assert urgent(client) == ["sooner", "later"]
    assert listed(client) == ["sooner", "later", "fell", "calm"]
    text = words(page(client))
    assert "in 4 days" in text
    assert "Level 2 : grace begins 16 Jun 2024" in text
    # 17 of 19 is 89.47%.
    assert "Response rate falls to 89.5%, 90% or more is asked for. 1 more loss after it." in text
    assert "1 more first message answered in time would hold it" in text


def test_each_kind_of_loss_is_said_with_its_day_reason_and_step(
    client: Client, a_client: MakeClient
) -> None:
    graced = a_client("graced", phase=Phase.GRACE, grace_end=TODAY + timedelta(days=7))
    a_loss(graced, 6, Losses.LEVEL, day=TODAY + timedelta(days=7), others=1)
    a_loss(a_client("judged", held=3, phase=Phase.REVIEW), 0, Losses.REVIEW, level=3)
    gone = a_client("gone")
    gig = gone.gigs.get()
    a_loss(gone, 9, Losses.GIG, gig=gig, rule_set="promoted-2024", rule="level", value_num=None,
           value_den=None, steps=[])  # fmt: skip
    score: dict[str, Any] = {"rule_set": "", "rule": "", "steps": [], "level": None}
    a_loss(a_client("fading"), 11, Losses.SCORE, score_before=8.51, score_after=8.4951,
           leaving=3, **score)  # fmt: skip
    a_loss(a_client("unscored"), 12, Losses.SCORE, score_before=8.6, score_after=None, **score)
    text = words(page(client))
    for said in (
        "Level 2 : grace ends 18 Jun 2024",
        "1 more rule too.",
        "Top Rated : grace is over, people decide",
        "Note what the platform decides",
        f"Promotion of “{gig}” : on 21 Jun 2024",
        "Level 1 or higher, or Pro is asked for.",
        "Score 9 → 8 : on 23 Jun 2024, if nothing new comes",
        "8.510 becomes 8.495: 3 orders leave the two-year window.",
        "Weigh what would hold 9",
        "Score 9 → not scored",
        "What is known fades.",
    ):
        assert said in text, said
    fading = Grant.objects.get(seller__handle="fading").seller_id
    address = reverse("metrics:next", args=[fading])
    assert f'href="{address}?target=9&amp;by=2024-06-23"' in page(client)


def test_a_client_who_shows_the_standing_only_shows_no_rule(
    client: Client, a_client: MakeClient
) -> None:
    seller = a_client("shy", Scope.STANDING)
    a_client("open")
    a_loss(seller, 4)
    html = page(client)
    text = words(html)
    assert "A requirement of this level will not be met." in text
    assert "Response rate" not in text
    assert "first message" not in text
    assert reverse("eligibility:seller", args=[seller.pk]) not in html
    # The seller reads that the row was looked at.
    assert Look.objects.get(seller=seller).page == "sellers:roster"


def test_whose_grant_has_ended_is_gone_with_all_marks(client: Client, a_client: MakeClient) -> None:
    seller = a_client("over")
    a_client("stays")
    a_loss(seller, 4)
    ClientMark.objects.create(user=User.objects.get(email="coach@example.test"), seller=seller,
                              group="Secret", tags=["hidden"])  # fmt: skip
    assert urgent(client) == ["over"]
    Grant.objects.filter(seller=seller).update(ended_at=NOW)
    assert urgent(client) == []
    assert listed(client) == ["stays"]
    assert client.get(reverse("eligibility:client", args=[seller.pk])).status_code == 404


def test_a_seller_with_one_account_gets_the_row_without_a_coachs_tools(client: Client) -> None:
    owner = a_user("alone@example.test")
    client.force_login(owner)
    a_loss(stood("mine", owner), 4)
    html = page(client)
    assert urgent(client) == listed(client) == ["mine"]
    assert "What is about to be lost" in html
    for tool in ('role="search"', "Snooze", "Mark all as seen", "Compare"):
        assert tool not in html, tool


# --- the address ------------------------------------------------------------------------------


def test_filters_and_orders_live_in_the_address(
    client: Client, coach: User, a_client: MakeClient
) -> None:
    anna, bert, cleo = a_client("anna"), a_client("bert", held=0), a_client("cleo", held=3)
    EligibilityStanding.objects.filter(seller=cleo).update(phase=Phase.REVIEW)
    moved(anna, date(2024, 6, 1))
    moved(bert, date(2024, 4, 1))
    a_loss(bert, 3)
    ClientMark.objects.create(user=coach, seller=anna, group="Weekly", tags=["late", "new"])
    ClientMark.objects.create(user=coach, seller=bert, tags=["late"])
    other = a_user("other@example.test")
    ClientMark.objects.create(user=other, seller=cleo, group="Weekly", tags=["late"])
    assert listed(client, level="0") == ["bert"]
    assert listed(client, level="3") == ["cleo"]
    assert listed(client, phase="3") == ["cleo"]
    assert listed(client, group="Weekly") == ["anna"], "groups of others are not mine"
    assert sorted(listed(client, tag="late")) == ["anna", "bert"]
    assert listed(client, tag="late", group="Weekly") == ["anna"]
    assert listed(client, since="2024-05-15") == ["anna"]
    assert urgent(client, since="2024-05-15") == [], "filters hold for the first list too"
    assert listed(client, sort="lost") == ["bert", "anna", "cleo"]
    assert listed(client, sort="-level") == ["cleo", "anna", "bert"]
    assert listed(client, q="CLE") == ["cleo"]
    assert "No seller answers to this" in page(client, q="zzz")


@pytest.mark.parametrize(
    "query",
    [
        {"level": "99"}, {"level": "two"}, {"phase": "-1"}, {"group": "Nobody's"},
        {"tag": "\x00"}, {"since": "31/05/2024"}, {"since": "0000-00-00"}, {"since": "x" * 4000},
        {"sort": "-lost' --"}, {"snoozed": "perhaps"},
    ],
)  # fmt: skip
def test_a_filter_that_does_not_hold_counts_as_not_asked(
    client: Client, a_client: MakeClient, query: dict[str, str]
) -> None:
    a_client("anna")
    a_client("bert")
    assert listed(client, **query) == ["anna", "bert"]


def test_a_hundred_clients_take_as_many_queries_as_five(
    client: Client, coach: User, a_client: MakeClient
) -> None:
    def make(number: int) -> None:
        seller = a_client(f"client-{number:03}", Scope(1 + number % 3))
        moved(seller, TODAY - timedelta(days=1 + number % 9))
        if number % 2:
            a_loss(seller, 1 + number % 28)
        ClientMark.objects.create(user=coach, seller=seller, group="All", tags=["one"])

    for number in range(5):
        make(number)
    page(client)
    with CaptureQueriesContext(connection) as five:
        assert len(listed(client)) == 5
    for number in range(5, 100):
        make(number)
    with CaptureQueriesContext(connection) as hundred:
        assert len(listed(client)) == 100
    # The list of the most urgent is full now: one more query counts the rest.
    assert len(hundred) == len(five) + 1
    assert len(urgent(client)) == 12
    assert "The first 12 of 50" in words(page(client))


# --- snooze -----------------------------------------------------------------------------------


def test_a_snoozed_client_is_left_out_until_the_day_and_can_be_woken(
    client: Client, coach: User, a_client: MakeClient, time_machine: object
) -> None:
    seller, other = a_client("tired"), a_client("awake")
    a_loss(seller, 4)
    a_loss(other, 20)
    url = reverse("eligibility:client_snooze", args=[seller.pk])
    answer = client.post(url, {"days": "3", "back": "sort=-score&level=2"})
    assert answer["Location"] == "/?sort=-score&level=2"
    assert ClientMark.objects.get().snoozed_until == date(2024, 6, 15)
    assert urgent(client) == ["awake"]
    assert "tired" in listed(client), "the table still has it"
    assert "1 snoozed: show it too" in words(page(client))
    assert urgent(client, snoozed="on") == ["tired", "awake"]
    time_machine.move_to(NOW + timedelta(days=3))  # type: ignore[attr-defined]
    client.force_login(coach)
    assert urgent(client) == ["tired", "awake"]
    client.post(url, {"until": "2024-07-01"})
    assert urgent(client) == ["awake"]
    client.post(url, {})
    assert urgent(client) == ["tired", "awake"]


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"until": "2024-06-12"}, "Choose a day from 13 Jun 2024 to 13 Jun 2025."),
        ({"until": "2030-01-01"}, "Choose a day from"),
        ({"until": "soon"}, "This is not a day. Write it as 2024-06-12."),
        ({"days": "0"}, "greater than or equal to 1"),
        ({"days": "999999"}, "less than or equal to 366"),
    ],
)
def test_a_snooze_that_does_not_hold_says_why(
    client: Client, a_client: MakeClient, sent: dict[str, str], said: str
) -> None:
    seller = a_client("tired")
    answer = client.post(reverse("eligibility:client_snooze", args=[seller.pk]), sent)
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not ClientMark.objects.exists()


# --- seen -------------------------------------------------------------------------------------


def test_what_was_seen_steps_back_until_something_changes(
    client: Client, coach: User, a_client: MakeClient
) -> None:
    seller = a_client("anna")
    a_client("bert")
    a_loss(seller, 4)
    assert "is-seen" not in page(client)
    client.post(reverse("eligibility:clients_seen"), {"seller": [seller.pk]})
    assert 'class="is-seen"' in page(client)
    Standing.objects.filter(seller=seller).update(displayed=8, score=8.4)
    EligibilityStanding.objects.filter(seller=seller).update(held=1)
    ComingLoss.objects.all().delete()
    a_loss(seller, 3, Losses.LEVEL)
    html = page(client)
    assert "is-seen" not in html
    assert "score 9 → 8, Level 2 → Level 1, new on the list" in words(html)
    client.post(reverse("eligibility:clients_seen"), {"seller": [seller.pk]})
    assert 'class="is-seen"' in page(client)
    assert ClientMark.objects.count() == 1


def test_a_form_with_another_coachs_sellers_marks_none_of_them(
    client: Client, coach: User, a_client: MakeClient
) -> None:
    mine = a_client("mine")
    theirs = stood("theirs", a_user("elsewhere@example.test"))
    a_grant(theirs, a_user("second-coach@example.test"))
    sent = [mine.pk, theirs.pk, 10**17, "x", "-1", "9" * 30, ""]
    assert client.post(reverse("eligibility:clients_seen"), {"seller": sent}).status_code == 302
    assert list(ClientMark.objects.values_list("user", "seller")) == [(coach.pk, mine.pk)]


# --- group and tags ---------------------------------------------------------------------------


def test_groups_and_tags_are_kept_for_whoever_set_them(
    client: Client, coach: User, a_client: MakeClient
) -> None:
    seller = a_client("anna")
    a_client("bert")
    url = reverse("eligibility:client", args=[seller.pk])
    # What else a form may bring along changes nothing.
    foreign = {"user": "1", "seller": "1", "snoozed_until": "2030-01-01"}
    sent = {"group": "  New  in May ", "tags": "late, wants Level 2,, late", "back": "q=a"}
    answer = client.post(url, sent | foreign)
    assert answer["Location"] == "/?q=a"
    mark = ClientMark.objects.get()
    assert (mark.user, mark.seller, mark.snoozed_until) == (coach, seller, None)
    assert (mark.group, mark.tags) == ("New in May", ["late", "wants Level 2"])
    html = client.get(url).content.decode()
    assert 'value="late, wants Level 2"' in html
    assert "#wants Level 2" in page(client)


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"tags": ",".join("abcdefghijk")}, "These are 11 tags. Keep 10 or fewer."),
        ({"tags": "x" * 31}, "has 31 letters. Keep 30 or fewer."),
        ({"group": "x" * 61}, "at most 60 characters"),
        ({"group": "\x00"}, "Null characters are not allowed"),
    ],
)
def test_labels_that_do_not_hold_say_why(
    client: Client, a_client: MakeClient, sent: dict[str, str], said: str
) -> None:
    seller = a_client("anna")
    answer = client.post(reverse("eligibility:client", args=[seller.pk]), sent)
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not ClientMark.objects.exists()


def test_labels_are_never_markup(client: Client, a_client: MakeClient) -> None:
    seller = a_client("anna")
    a_client("bert")
    sent = {"group": "<script>alert(1)</script>", "tags": "<img src=x onerror=a>"}
    client.post(reverse("eligibility:client", args=[seller.pk]), sent)
    for address in (ROSTER, reverse("eligibility:client", args=[seller.pk])):
        html = client.get(address).content.decode()
        assert "<script>alert" not in html
        assert "<img src=x" not in html


@pytest.mark.parametrize("name", ["client", "client_snooze"])
def test_a_seller_one_may_not_see_has_no_marks(client: Client, coach: User, name: str) -> None:
    hidden = stood("hidden", a_user("elsewhere@example.test"))
    for pk in (hidden.pk, hidden.pk + 1000):
        answer = client.post(reverse(f"eligibility:{name}", args=[pk]), {"group": "mine"})
        assert answer.status_code == 404
    assert not ClientMark.objects.exists()


def test_htmx_is_led_back_to_its_part_of_the_list(client: Client, a_client: MakeClient) -> None:
    seller = a_client("anna")
    a_client("bert")
    a_loss(seller, 4)
    url = reverse("eligibility:clients_seen")
    answer = client.post(url, {"seller": [seller.pk], "back": "q=a"}, headers=HTMX, follow=True)
    html = answer.content.decode()
    assert answer.redirect_chain == [("/?q=a", 302)]
    assert html.lstrip().startswith('<div id="roster_table"')
    assert 'class="is-seen"' in html


@pytest.mark.parametrize(
    "back", ["//evil.test", "https://evil.test/", "next=//evil.test", "\r\nX: y"]
)
def test_the_way_back_stays_on_this_site(client: Client, coach: User, back: str) -> None:
    answer = client.post(reverse("eligibility:clients_seen"), {"back": back})
    assert answer["Location"].startswith("/?")
    assert "\n" not in answer["Location"]
