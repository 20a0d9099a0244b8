"""The seller's page: who may see it, that its numbers are the stored ones, and its parts."""

from __future__ import annotations

import json
import re
from datetime import date, timedelta
from typing import Any

import plotly.graph_objects as go
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from metrics.engine.reference import display
from metrics.explain import fill_headlines
from metrics.models import Move, Standing
from metrics.policy_files import current_policy_file
from metrics.selectors import day_panel, series_of
from metrics.services import recompute_sellers
from metrics.words import score_words
from sellers.models import Note, Observation, Seller, User
from tests.builders import NOW, PASSWORD, a_gig, a_history, a_seller, a_user, an_admin, an_order
from tests.metrics.why_story import TURN, the_perfect_order

pytestmark = [pytest.mark.django_db, pytest.mark.servers]

TRAJECTORY = {"HX-Request": "true", "HX-Target": "trajectory"}
AREAS = {"HX-Request": "true", "HX-Target": "areas"}


@pytest.fixture
def owner(client: Client) -> User:
    user = a_user("owner@example.test")
    client.login(username=user.email, password=PASSWORD)
    return user


@pytest.fixture
def seller(owner: User) -> Seller:
    """Fell from 10 to 9 on 5 June 2024, when "Query letters" began to count."""
    found = the_perfect_order(owner=owner).seller
    recompute_sellers(seller_ids=[found.pk], now=NOW)
    return found


def url(seller: Seller) -> str:
    return reverse("metrics:seller", args=[seller.pk])


def words_of(html: str) -> str:
    main = html.split("<main")[1] if "<main" in html else html
    without_data = re.sub(r"<script.*?</script>", " ", main, flags=re.DOTALL)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", without_data)).replace(" .", ".")


def read(client: Client, seller: Seller, **query: str) -> str:
    response = client.get(url(seller), query)
    assert response.status_code == 200
    return words_of(response.content.decode())


def figure_of(html: str) -> dict[str, Any]:
    found = re.search(r'<script id="trajectory-chart-figure"[^>]*>(.*?)</script>', html, re.DOTALL)
    assert found
    figure: dict[str, Any] = json.loads(found.group(1))
    return figure


# --- who ----------------------------------------------------------------------------------


def test_who_may_see_it(client: Client, seller: Seller) -> None:
    assert client.get(url(seller)).status_code == 200
    client.logout()
    assert client.get(url(seller))["Location"] == f"/login/?next={url(seller)}"
    client.login(username=a_user("stranger@example.test").email, password=PASSWORD)
    for headers in ({}, TRAJECTORY, AREAS):
        assert client.get(url(seller), headers=headers).status_code == 404
    client.login(username=an_admin("admin@example.test").email, password=PASSWORD)
    assert client.get(url(seller)).status_code == 200


def test_the_page_is_only_read(client: Client, seller: Seller) -> None:
    assert client.post(url(seller)).status_code == 405


# --- numbers ------------------------------------------------------------------------------


def test_the_numbers_of_the_page_are_the_stored_ones(client: Client, seller: Seller) -> None:
    standing = Standing.objects.get(seller=seller)
    assert standing.score is not None
    words = read(client, seller)
    assert standing.displayed == 9
    assert f"our estimate · {score_words(standing.score)}" in words
    assert "Fell from 10 to 9 on 5 Jun 2024." in words
    assert "“Query letters” began to count" in words
    assert "Computed to 12 Jun 2024" in words
    assert f"{standing.rating:.2f} · 20 reviews" in words  # 18 orders and 2, each with one review
    assert "20 finished" in words


def test_the_chart_draws_the_stored_series(client: Client, seller: Seller) -> None:
    figure = figure_of(client.get(url(seller), {"range": "3m"}).content.decode())
    go.Figure({"data": figure["data"], "layout": figure["layout"]})
    estimate = next(trace for trace in figure["data"] if trace["name"] == "our estimate")
    series = series_of(seller).overall
    # 91 days back from 12 June is 13 March
    assert (estimate["x"][0], estimate["x"][-1]) == ("2024-03-13", "2024-06-12")
    for day, value in zip(estimate["x"], estimate["y"], strict=True):
        stored = series.value_on(date.fromisoformat(day))
        assert stored is not None
        assert value == round(stored, 4)
    shown = next(trace for trace in figure["data"] if trace["name"] == "displays")
    for day, value in zip(shown["x"], shown["y"], strict=True):
        stored = series.value_on(date.fromisoformat(day))
        assert stored is not None
        assert value == display(stored)
    moved = next(trace for trace in figure["data"] if trace["name"] == "move")
    stored_moves = Move.objects.filter(seller=seller, day__gte="2024-03-13").order_by("day")
    assert moved["x"] == [move.day.isoformat() for move in stored_moves]


def test_all_there_is_begins_with_the_first_day(client: Client, owner: User) -> None:
    seller = a_seller(owner=owner)
    gig = a_gig(seller)
    for number in range(40):  # one every 45 days, the first 1,785 days before NOW's day
        an_order(gig, NOW - timedelta(days=30 + 45 * number))
    recompute_sellers(seller_ids=[seller.pk], now=NOW)
    figure = figure_of(client.get(url(seller), {"range": "all"}).content.decode())
    first = next(trace for trace in figure["data"] if trace["meta"]["role"] == "estimate")
    series = series_of(seller).overall
    assert first["x"][0] == series.dates()[0].isoformat() < "2019-12-31"
    drawn = {day for trace in figure["data"] if trace["name"] == "displays" for day in trace["x"]}
    assert "2024-06-12" in drawn
    assert len(drawn) < 1_000  # of about 1,760 days


def test_each_move_is_listed_with_its_cause_and_leads_to_its_why(
    client: Client, seller: Seller
) -> None:
    html = client.get(url(seller)).content.decode()
    moves = list(Move.objects.filter(seller=seller))
    assert moves
    for move in moves[:8]:
        assert move.headline is not None, "worded and stored by the first visit"
        before = move.day - timedelta(days=1)
        assert f"/sellers/{seller.pk}/why/?from={before}&amp;to={move.day}" in html


def test_the_range_is_the_lowest_and_highest_of_all_variants(
    client: Client, seller: Seller
) -> None:
    policy_file = current_policy_file()
    found = day_panel(seller, NOW.date(), policy_file).estimate
    standing = Standing.objects.get(seller=seller)
    assert found is not None
    assert standing.score is not None
    assert found.low <= standing.score <= found.high
    assert found.settings == len(policy_file.variants) == 7
    low, high = score_words(found.low), score_words(found.high)
    assert f"{low} to {high} under seven other plausible settings" in read(client, seller)


def test_a_young_order_makes_the_number_provisional(client: Client, seller: Seller) -> None:
    standing = Standing.objects.get(seller=seller)
    # finished on 3 June and every 7 days before it; the last one of under 60 days before 12 June
    # is that of 15 April (58 days): 8 of them, and two on the second gig (5 June, 26 April)
    assert standing.immature_orders == 10
    assert (
        f"{standing.immature_orders} orders are under 60 days old: a private rating may still come"
        in read(client, seller)
    )


def test_facts_that_are_not_computed_yet_are_announced(client: Client, seller: Seller) -> None:
    assert "New facts are being computed" not in read(client, seller)
    Seller.objects.filter(pk=seller.pk).update(revision=seller.revision + 1)
    assert "New facts are being computed" in read(client, seller)


def test_a_frozen_rating_window_says_so(client: Client, owner: User) -> None:
    seller = a_seller("idle", owner=owner)
    a_history(seller)
    # The newest order is 22 days before NOW, done a week later, reviewed a day after: 14 days
    # ago, which is not yet called frozen; another ten days on it is.
    recompute_sellers(seller_ids=[seller.pk], now=NOW)
    assert "stands still" not in read(client, seller)
    recompute_sellers(seller_ids=[seller.pk], now=NOW + timedelta(days=10))
    assert "stands still since the latest review, on 29 May 2024" in read(client, seller)


# --- what was noted by hand ---------------------------------------------------------------


def test_what_the_platform_showed_looks_unlike_the_estimate(client: Client, seller: Seller) -> None:
    Observation.objects.create(seller=seller, day=TURN, kind="score", value=9)
    Observation.objects.create(seller=seller, day=TURN, kind="level", label="Level 2")
    html = client.get(url(seller)).content.decode()
    badge = r'badge-shown">.{0,200}?9 shown by Fiverr on 5 Jun 2024'
    assert re.search(badge, html, re.DOTALL)
    assert "Level 2" in html
    seen = [t for t in figure_of(html)["data"] if t["meta"]["role"] == "observation"]
    assert [(trace["x"], trace["y"]) for trace in seen] == [(["2024-06-05"], [9.0])]


def test_notes_and_the_rules_stand_on_the_chart(client: Client, seller: Seller) -> None:
    Note.objects.create(seller=seller, day=date(2024, 5, 1), text="new prices")
    Note.objects.create(
        seller=seller, day=date(2024, 4, 1), until=date(2024, 4, 10), text="ill in April"
    )
    beside = figure_of(client.get(url(seller)).content.decode())["standing"]
    marks = [(mark["x"], mark["label"], mark["role"]) for mark in beside["marks"]]
    assert marks == [
        ("2024-02-14", "score introduced", "policy"),
        ("2024-03-14", "levels need it", "policy"),
        ("2024-05-01", "new prices", "note"),
    ]
    # a span ends with the day after its last day
    assert {"x0": "2024-04-01", "x1": "2024-04-11", "label": "ill in April"} in beside["spans"]
    assert [line["y"] for line in beside["thresholds"]] == [5, 7, 9]


# --- parts --------------------------------------------------------------------------------


def test_htmx_gets_the_part_and_the_browser_the_page(client: Client, seller: Seller) -> None:
    for headers, part in ((TRAJECTORY, "trajectory"), (AREAS, "areas")):
        html = client.get(url(seller), headers=headers).content.decode()
        assert html.lstrip().startswith(f'<section class="card" id="{part}"')
        assert "<html" not in html
        restored = client.get(url(seller), headers=headers | {"HX-History-Restore-Request": "true"})
        assert b"<html" in restored.content
        assert "HX-Request" in restored["Vary"]


def test_part_and_page_say_the_same(client: Client, seller: Seller) -> None:
    query = {"range": "1m"}
    whole = client.get(url(seller), query).content.decode()
    part = client.get(url(seller), query, headers=TRAJECTORY).content.decode()
    assert figure_of(whole) == figure_of(part)


def test_the_range_control_links_and_keeps_the_gig(client: Client, seller: Seller) -> None:
    gig = seller.gigs.earliest("pk")
    html = client.get(url(seller), {"range": "2y", "gig": str(gig.pk)}).content.decode()
    assert f'href="{url(seller)}?range=6m&amp;gig={gig.pk}"' in html
    assert f'href="{url(seller)}?gig={gig.pk}"' in html, "one year is the default"
    assert re.search(r'aria-current="true"[^>]*>2 y<', html)


@pytest.mark.parametrize(
    "query",
    [{"range": "5y"}, {"range": "'"}, {"gig": "x"}, {"gig": "-1"}, {"gig": "9" * 30}, {}],
)
def test_nonsense_in_the_address_counts_as_not_asked(
    client: Client, seller: Seller, query: dict[str, str]
) -> None:
    html = client.get(url(seller), query).content.decode()
    assert re.search(r'aria-current="true"[^>]*>1 y<', html)


def test_the_areas_of_one_gig_and_of_all(client: Client, seller: Seller) -> None:
    panel = day_panel(seller, NOW.date(), current_policy_file())
    assert "All gigs that count, by their share" in read(client, seller)
    gig = seller.gigs.get(title="Query letters")
    words = read(client, seller, gig=str(gig.pk))
    assert "Query letters, on 12 Jun 2024" in words
    for area in panel.gigs[gig.pk]:
        assert area.items == 2, "two orders, each finished, delivered, undisputed and rated"
        assert f"{area.quality:.3f} against {area.benchmark:.3f} · 2 facts" in words
    foreign = a_gig(a_seller("other"), title="Secret plan")
    assert "Secret plan" not in read(client, seller, gig=str(foreign.pk))


def test_an_area_that_the_data_say_nothing_about_is_not_at_zero(
    client: Client, owner: User
) -> None:
    seller = a_seller("bare", owner=owner)
    gig = a_gig(seller)
    for number in range(3):
        an_order(gig, NOW - timedelta(days=30 + number), due_at=None, disputes=None)
    recompute_sellers(seller_ids=[seller.pk], now=NOW)
    words = read(client, seller)
    assert "no review in the window cannot be told" in words
    assert "whether there were disputes is not in your data cannot be told" in words
    assert "no order in the window has a due time and a delivery cannot be told" in words


def test_gigs_are_listed_with_score_share_and_what_they_lack(
    client: Client, seller: Seller
) -> None:
    an_order(a_gig(seller, title="Brand new"), NOW - timedelta(days=20))
    recompute_sellers(seller_ids=[seller.pk], now=NOW, from_scratch=True)
    words = read(client, seller)
    standing = Standing.objects.get(seller=seller)
    for row in standing.gigs.select_related("gig"):
        if row.share is not None:
            assert row.score is not None
            assert f"{row.gig} {score_words(row.score)}" in words
            assert f"{100 * row.share:.0f}% of the score" in words
    assert "Brand new not scored 1 of the 2 orders that it needs" in words
    # The lines as a table, half a year apart from 730 days before 12 June 2024 on.
    assert "as a table Gig 13 Jun 2022 12 Dec 2022 13 Jun 2023 12 Dec 2023 12 Jun 2024" in words
    assert "Brand new" + 5 * " not scored" in words


# --- nothing, or not enough ---------------------------------------------------------------


def test_a_seller_without_orders_reads_what_would_be_here(client: Client, owner: User) -> None:
    seller = a_seller("fresh", owner=owner)
    html = client.get(url(seller)).content.decode()
    assert "No orders yet" in html
    assert reverse("sellers:import_new") in html


def test_a_seller_that_waits_for_its_first_computation_says_so(client: Client, owner: User) -> None:
    seller = a_seller("waiting", owner=owner, revision=1)
    assert "The first computation is on its way" in read(client, seller)


def test_one_order_of_two_is_not_scored_and_never_a_number(client: Client, owner: User) -> None:
    seller = a_seller("almost", owner=owner)
    an_order(a_gig(seller))
    recompute_sellers(seller_ids=[seller.pk], now=NOW)
    words = read(client, seller)
    assert "not scored yet: 1 of 2 orders" in words
    assert "our estimate" not in words.split("Trajectory")[0]
    assert "No score in this range" in words
    assert "first day on which a gig has 2 finished orders" in words


def test_a_computed_seller_without_orders_is_not_scored_either(client: Client, owner: User) -> None:
    seller = a_seller("empty", owner=owner)
    recompute_sellers(seller_ids=[seller.pk], now=NOW)
    assert "not scored yet: no finished order in your data" in read(client, seller)


# --- cost ---------------------------------------------------------------------------------


def test_a_seller_of_one_gig_takes_as_many_queries_as_one_of_fifty(
    client: Client, owner: User
) -> None:
    counts = []
    for gigs in (1, 50):
        seller = a_seller(f"seller-of-{gigs}", owner=owner)
        a_history(seller, gigs=gigs, orders=3)
        Note.objects.bulk_create(
            [Note(seller=seller, author=owner, day=NOW.date(), text="x") for _ in range(gigs)]
        )
        recompute_sellers(seller_ids=[seller.pk], now=NOW)
        fill_headlines(seller=seller, moves=Move.objects.filter(seller=seller))
        client.get(url(seller))
        with CaptureQueriesContext(connection) as queries:
            assert client.get(url(seller)).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_names_and_notes_are_never_markup(client: Client, owner: User) -> None:
    seller = a_seller("x", owner=owner)
    gig = a_gig(seller, title="</script><script>alert(1)</script>")
    for number in range(3):
        an_order(gig, NOW - timedelta(days=30 + number))
    Note.objects.create(seller=seller, day=NOW.date(), text="</script><script>alert(2)</script>")
    recompute_sellers(seller_ids=[seller.pk], now=NOW)
    assert b"<script>alert" not in client.get(url(seller)).content
