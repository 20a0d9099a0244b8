"""The roster: who is listed, in which order, and what is said of each."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from metrics.engine import ENGINE_VERSION
from metrics.models import DayStatus, GigStanding, Move, Series, Standing
from metrics.policy_files import current_policy_file
from sellers.models import Platform, Seller, User
from tests.builders import NOW, PASSWORD, a_gig, a_seller, a_user, an_admin, an_order

pytestmark = [pytest.mark.django_db, pytest.mark.servers]

TODAY = NOW.date()
HTMX = {"HX-Request": "true", "HX-Target": "roster_table"}


@pytest.fixture(autouse=True)
def _noon(time_machine: object) -> None:
    time_machine.move_to(NOW, tick=False)  # type: ignore[attr-defined]


@pytest.fixture
def admin(client: Client) -> User:
    user = an_admin("admin@example.test")
    client.login(username=user.email, password=PASSWORD)
    return user


def stamp(seller: Seller) -> dict[str, object]:
    return {
        "policy": current_policy_file().key,
        "engine_version": ENGINE_VERSION,
        "revision": seller.revision,
    }


def scored(handle: str, score: float, *, week: float = 0.0, month: float = 0.0) -> Seller:
    """A seller with a standing; ``week`` and ``month`` are the changes of its score."""
    seller = a_seller(handle, category="Writing")
    Standing.objects.create(
        seller=seller,
        **stamp(seller),
        as_of=TODAY,
        status=DayStatus.SCORED,
        score=score,
        displayed=round(score),
        score_7_days_ago=score - week,
        score_30_days_ago=score - month,
        computed_at=NOW,
    )
    return seller


def moved(seller: Seller, before: int | None, after: int | None, day: date, text: str = "") -> Move:
    return Move.objects.create(
        seller=seller,
        **stamp(seller),
        day=day,
        score_before=before,
        score_after=after,
        displayed_before=before,
        displayed_after=after,
        headline={"text": text, "form": "move", "change": None, "causes": []} if text else None,
    )


def handles(client: Client, **query: str) -> list[str]:
    html = client.get("/", query).content.decode()
    return re.findall(r'<th scope="row"><a href="[^"]+">([^<]+)</a>', html)


def test_somebody_who_is_not_logged_in_is_asked_to(client: Client) -> None:
    response = client.get("/")
    assert (response.status_code, response["Location"]) == (302, "/login/?next=/")


def test_a_person_sees_their_own_sellers_and_an_admin_all(client: Client) -> None:
    owner = a_user("owner@example.test")
    a_seller("mine", owner=owner)
    a_seller("theirs")
    client.login(username=owner.email, password=PASSWORD)
    assert handles(client) == ["mine"]
    client.login(username=an_admin("admin@example.test").email, password=PASSWORD)
    assert handles(client) == ["mine", "theirs"]


def test_a_person_without_a_seller_reads_what_would_be_here(client: Client) -> None:
    client.login(username=a_user("new@example.test").email, password=PASSWORD)
    a_seller("theirs")
    html = client.get("/").content.decode()
    assert "No seller here yet" in html
    assert 'href="/shared/"' in html
    assert "theirs" not in html


def test_an_admin_of_an_empty_site_is_led_to_the_import(client: Client, admin: User) -> None:
    html = client.get("/").content.decode()
    assert "No sellers yet" in html
    assert reverse("sellers:import_new") in html


def test_recent_falls_come_first_the_newest_on_top_then_slow_losses(
    client: Client, admin: User
) -> None:
    scored("a-calm", 8.2)
    moved(scored("b-rose", 9.0), 8, 9, TODAY - timedelta(days=1))
    moved(scored("c-fell-long-ago", 7.0), 8, 7, TODAY - timedelta(days=31))
    moved(scored("d-fell", 7.0), 8, 7, TODAY - timedelta(days=20))
    moved(scored("e-fell-yesterday", 9.2), 10, 9, TODAY - timedelta(days=1))
    scored("f-sinks", 8.6, month=-0.4)
    scored("g-sinks-within-noise", 8.6, month=-0.09)
    moved(a_seller("h-lost-its-score"), 5, None, TODAY - timedelta(days=2))
    assert handles(client) == [
        "e-fell-yesterday",
        "h-lost-its-score",
        "d-fell",
        "f-sinks",
        "a-calm",
        "b-rose",
        "c-fell-long-ago",
        "g-sinks-within-noise",
    ]


def test_a_row_says_what_is_stored(client: Client, admin: User) -> None:
    seller = scored("mira", 9.4748, week=-0.08, month=-0.11)
    an_order(a_gig(seller), NOW - timedelta(days=9))
    moved(seller, 10, 9, date(2024, 6, 5), "Mostly: “Book editing” began to count (−0.31).")
    Standing.objects.filter(seller=seller).update(
        rating="4.957", rating_reviews=118, lifetime_reviews=131,
        rating_start=date(2022, 6, 10), rating_end=date(2024, 6, 9),
    )  # fmt: skip
    html = client.get("/").content.decode()
    text = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))
    for words in (
        "mira", "fell from 10 to 9", "on 5 Jun 2024",
        "Mostly: “Book editing” began to count (−0.31).",
        "9.47", "−0.08", "−0.11", "4.96", "118 reviews",
        "3 Jun 2024",  # 12 June minus 9 days: the day of the latest order
    ):  # fmt: skip
        assert words in text, words
    assert f"/sellers/{seller.pk}/why/?from=2024-06-04&amp;to=2024-06-05" in html
    # a change of 0.08 is within noise and grey, one of 0.11 is not
    assert re.search(r'delta-noise" title="within noise">.*?−0\.08', html)
    assert re.search(r'delta-down">.*?−0\.11', html)


def test_a_seller_without_a_score_says_what_is_missing(client: Client, admin: User) -> None:
    seller = a_seller("fresh")
    standing = Standing.objects.create(
        seller=seller, **stamp(seller), as_of=TODAY, status=DayStatus.TOO_LITTLE,
        finished_orders=1, computed_at=NOW,
    )  # fmt: skip
    GigStanding.objects.create(
        standing=standing, gig=a_gig(seller), status=DayStatus.TOO_LITTLE, activity=1
    )
    html = client.get("/").content.decode()
    assert "not scored yet: 1 of 2 orders" in html


def test_a_reason_that_nobody_asked_for_yet_is_fetched_when_it_is_seen(
    client: Client, admin: User
) -> None:
    move = moved(scored("mira", 9.0), 10, 9, TODAY - timedelta(days=3))
    url = reverse("metrics:move_reason", args=[move.seller_id, move.pk])
    assert f'hx-get="{url}"' in client.get("/").content.decode()
    answer = client.get(url).content.decode()
    move.refresh_from_db()
    assert move.headline is not None
    assert move.headline["text"] in answer
    assert url not in client.get("/").content.decode()


def test_filters_and_orders_of_the_address(client: Client, admin: User) -> None:
    moved(scored("anna", 9.0, week=-0.5), 10, 9, TODAY - timedelta(days=1))
    moved(scored("bert", 7.0, week=0.5), 6, 7, TODAY - timedelta(days=2))
    a_seller("cleo", platform=Platform.UPWORK, category="Design")
    assert handles(client, q="BER") == ["bert"]
    assert handles(client, q="design") == ["cleo"]
    assert handles(client, platform="upwork") == ["cleo"]
    assert handles(client, state="fell") == ["anna"]
    assert handles(client, state="rose") == ["bert"]
    assert handles(client, state="unscored") == ["cleo"]
    assert handles(client, sort="score") == ["bert", "anna", "cleo"]
    assert handles(client, sort="-score") == ["anna", "bert", "cleo"], "unknown is always last"
    assert handles(client, sort="-week") == ["bert", "anna", "cleo"]
    assert handles(client, sort="-seller") == ["cleo", "bert", "anna"]


@pytest.mark.parametrize(
    "query",
    [
        {"sort": "password"},
        {"sort": "--score"},
        {"platform": "mars"},
        {"state": "'; drop table"},
        {"page": "0"},
        {"page": "-1"},
        {"page": "99999999999999999999"},
        {"page": "x"},
        {"q": "\x00"},
        {"q": "x" * 5000},
    ],
)
def test_nonsense_in_the_address_counts_as_not_asked(
    client: Client, admin: User, query: dict[str, str]
) -> None:
    a_seller("anna")
    assert client.get("/", query).status_code == 200
    assert handles(client, **query) == ["anna"]


def test_a_name_that_nobody_bears_offers_all_again(client: Client, admin: User) -> None:
    a_seller("anna")
    html = client.get("/", {"q": "zzz"}).content.decode()
    assert "No seller answers to this" in html


def test_the_list_goes_on_on_a_second_page_and_keeps_its_filter(
    client: Client, admin: User
) -> None:
    for number in range(101):
        a_seller(f"seller-{number:03}", category="Writing")
    assert len(handles(client)) == 100
    assert handles(client, page="2") == ["seller-100"]
    assert "?q=seller&amp;page=2" in client.get("/", {"q": "seller"}).content.decode()


def test_a_name_is_never_markup(client: Client, admin: User) -> None:
    a_seller("<script>alert(1)</script>")
    assert b"<script>alert" not in client.get("/").content


def test_one_row_takes_as_many_queries_as_fifty(client: Client, admin: User) -> None:
    def with_all(handle: str) -> None:
        seller = scored(handle, 9.0)
        gig = a_gig(seller)
        an_order(gig)
        GigStanding.objects.create(standing=seller.standing, gig=gig, status=0, activity=3)
        moved(seller, 10, 9, TODAY - timedelta(days=1), "Mostly: it faded.")
        Series.objects.create(
            seller=seller, **stamp(seller), year=2024, first_day=date(2024, 6, 10),
            statuses=bytes(3), values=bytes(24),
        )  # fmt: skip

    with_all("first")
    client.get("/")
    with CaptureQueriesContext(connection) as one:
        client.get("/")
    for number in range(49):
        with_all(f"more-{number}")
    with CaptureQueriesContext(connection) as fifty:
        assert len(handles(client)) == 50
    assert len(fifty) == len(one)


def test_htmx_gets_the_table_and_the_browser_the_page(client: Client, admin: User) -> None:
    a_seller("anna")
    part = client.get("/", headers=HTMX).content.decode()
    assert part.lstrip().startswith('<div id="roster_table"')
    assert "<html" not in part
    assert "anna" in part
    whole = client.get("/", headers=HTMX | {"HX-History-Restore-Request": "true"})
    assert b"<html" in whole.content
    other_target = client.get("/", headers=HTMX | {"HX-Target": "elsewhere"})
    assert b"<html" in other_target.content
    assert "HX-Request" in whole["Vary"]


def test_the_roster_is_only_read(client: Client, admin: User) -> None:
    assert client.post("/").status_code == 405
