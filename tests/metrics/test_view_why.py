"""The why page: who may see it, which days it answers for, and that its numbers add up."""

from __future__ import annotations

import csv
import io
import math
import re
from datetime import date, timedelta
from html.parser import HTMLParser
from typing import cast

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from metrics.engine.state import seller_score, state_of
from metrics.explain import Explainer
from metrics.policy_files import policies_to_ask_under
from sellers.models import Observation, Seller, User
from tests.builders import PASSWORD, a_gig, a_history, a_seller, a_user, an_admin
from tests.metrics.why_story import (
    DAY_BEFORE,
    TURN,
    WhyStory,
    finished_order,
    note_moves,
    reviewed,
    the_perfect_order,
)

pytestmark = [pytest.mark.django_db, pytest.mark.servers]

HTMX = {"HX-Request": "true", "HX-Target": "ledger"}


@pytest.fixture
def owner(client: Client) -> User:
    user = a_user("owner@example.test")
    client.login(username=user.email, password=PASSWORD)
    return user


@pytest.fixture
def story(owner: User) -> WhyStory:
    found = the_perfect_order(owner=owner)
    note_moves(found.seller)
    return found


def why_url(seller: Seller, **query: str | date) -> str:
    text = "&".join(f"{name.rstrip('_')}={value}" for name, value in query.items())
    return reverse("metrics:why", args=[seller.pk]) + (f"?{text}" if text else "")


def ask(client: Client, seller: Seller, **query: str | date) -> str:
    response = client.get(why_url(seller, **{"from_": DAY_BEFORE, "to": TURN, **query}))
    assert response.status_code == 200
    return response.content.decode()


def csv_of(client: Client, seller: Seller, **query: str | date) -> list[list[str]]:
    address = why_url(seller, **{"from_": DAY_BEFORE, "to": TURN, **query})
    response = client.get(address.replace("/why/", "/why.csv"))
    return list(csv.reader(io.StringIO(response.content.decode(), newline="")))


class Page(HTMLParser):
    """Amounts, the proof line, and the attributes of every tag."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))

    def amounts(self, tag: str) -> list[float]:
        return [
            float(a["data-amount"]) for name, a in self.tags if name == tag if "data-amount" in a
        ]

    def proof(self) -> dict[str, str]:
        return next(a for _, a in self.tags if "data-sum" in a)

    def links(self) -> list[str]:
        return [a["href"] for name, a in self.tags if name == "a" and "href" in a]


# --- who ----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["metrics:why", "metrics:why_csv"])
def test_an_anonymous_visitor_is_asked_to_log_in(client: Client, name: str) -> None:
    response = client.get(reverse(name, args=[a_seller().pk]))
    assert response.status_code == 302
    assert response["Location"].startswith(reverse("login"))


@pytest.mark.parametrize("name", ["metrics:why", "metrics:why_csv"])
@pytest.mark.parametrize("headers", [{}, HTMX], ids=["page", "fragment"])
def test_for_a_stranger_the_page_does_not_exist(
    client: Client, owner: User, name: str, headers: dict[str, str]
) -> None:
    other = a_seller(owner=a_user())
    assert client.get(reverse(name, args=[other.pk]), headers=headers).status_code == 404
    assert client.get(reverse(name, args=[other.pk + 1000]), headers=headers).status_code == 404


def test_an_admin_sees_it(client: Client) -> None:
    client.login(username=an_admin("admin@example.test").email, password=PASSWORD)
    assert client.get(why_url(a_seller())).status_code == 200


def test_only_reading_is_allowed(client: Client, story: WhyStory) -> None:
    assert client.post(why_url(story.seller)).status_code == 405


# --- which days ---------------------------------------------------------------------------


def test_without_days_it_is_about_the_last_move(client: Client, story: WhyStory) -> None:
    page = client.get(why_url(story.seller)).content.decode()
    assert "4 Jun 2024" in page
    assert "5 Jun 2024" in page
    assert "Fell from 10 to 9 on 5 Jun 2024." in page


def test_its_links_speak_of_the_days_even_where_the_address_does_not(
    client: Client, story: WhyStory
) -> None:
    page = Page(client.get(why_url(story.seller)).content.decode())
    copied = next(a["data-copy"] for _, a in page.tags if "data-copy" in a)
    sorting = [link for link in page.links() if "sort=" in link]
    assert sorting
    for link in (copied, *sorting):
        assert "from=2024-06-04" in link
        assert "to=2024-06-05" in link


def test_a_seller_that_never_moved_is_shown_over_the_last_30_days(
    client: Client, owner: User
) -> None:
    seller = a_seller(owner=owner)
    finished_order(a_gig(seller), TURN)
    page = Page(client.get(why_url(seller)).content.decode())
    days = {
        a["name"]: a["value"] for tag, a in page.tags if tag == "input" and a.get("type") == "date"
    }
    span = date.fromisoformat(days["to"]) - date.fromisoformat(days["from"])
    assert span == timedelta(days=30)


def test_one_day_alone_is_compared_with_the_day_beside_it(client: Client, story: WhyStory) -> None:
    for query in ({"to": TURN}, {"from_": DAY_BEFORE}):
        page = client.get(why_url(story.seller, **query)).content.decode()
        assert "Fell from 10 to 9 on 5 Jun 2024." in page


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ({"from_": "31/05/2024", "to": "2024-06-05"}, "This is not a day. Write it as 2024-06-12."),
        ({"from_": "2024-02-30", "to": "2024-06-05"}, "This is not a day."),
        ({"from_": "<script>", "to": "2024-06-05"}, "This is not a day."),
        ({"from_": "2024-06-05", "to": "2024-06-05"}, "Choose two different days."),
        ({"from_": "2024-06-05", "to": "2024-06-04"}, "Put the earlier day first."),
        ({"from_": "2024-06-05", "to": "2999-01-01"}, "1 Jan 2999 has not come yet."),
        ({"from_": "0001-01-01", "to": "2024-06-05"}, "Choose a day from 1 Jan 1990 on."),
        ({"to": "0001-01-01"}, "Choose a day from 1 Jan 1990 on."),
    ],
)
def test_days_that_cannot_be_compared_get_words_and_no_numbers(
    client: Client, story: WhyStory, query: dict[str, str], words: str
) -> None:
    response = client.get(why_url(story.seller, **query))
    assert response.status_code == 422
    page = response.content.decode()
    assert words in page
    assert "data-sum" not in page
    assert "<script>&" not in page
    csv = client.get(why_url(story.seller, **query).replace("/why/", "/why.csv"))
    assert csv.status_code == 422
    assert words in csv.content.decode()


def test_swapped_days_come_with_a_link_to_the_right_order(client: Client, story: WhyStory) -> None:
    response = client.get(why_url(story.seller, from_=TURN, to=DAY_BEFORE))
    right = why_url(story.seller, from_=DAY_BEFORE, to=TURN)
    assert right in Page(response.content.decode()).links()


def test_moves_before_and_after_are_one_click_away(client: Client, story: WhyStory) -> None:
    links = Page(ask(client, story.seller)).links()
    assert any(re.search(r"why/\?to=2024-0[1-5]-\d\d$", link) for link in links)
    # from before everything the next move is the first score
    page = ask(client, story.seller, from_="2023-01-01", to="2023-02-01")
    assert 'rel="next"' in page
    assert 'rel="prev"' not in page


# --- under other settings -----------------------------------------------------------------

SOONER = "evidence-halves-in-90-days"


def test_one_day_is_compared_with_itself_under_other_settings(
    client: Client, story: WhyStory
) -> None:
    query: dict[str, str | date] = {"from_": TURN, "to": TURN, "to-under": SOONER}
    html = ask(client, story.seller, **query)
    assert (
        "5 Jun 2024 under the settings of this site, then under “Evidence halves in 90 days”."
    ) in html
    assert "first settings" in html
    assert "fiverr-success-2024/1~evidence-halves-in-90-days" in html
    page = Page(html)
    proof = page.proof()
    assert proof["data-holds"] == "true"
    amounts = page.amounts("td")
    assert amounts
    assert abs(math.fsum(amounts) - float(proof["data-change"])) <= 1e-10
    explainer = Explainer(story.seller)
    policies = policies_to_ask_under()
    scores = [
        seller_score(state_of(at.evidence, at.day, at.policy, at.gigs, at.benchmarks))
        for at in (explainer.moment(TURN, policies[name]) for name in ("", SOONER))
    ]
    assert scores[0] is not None
    assert scores[1] is not None
    assert float(proof["data-change"]) == pytest.approx(scores[1] - scores[0], abs=1e-12)
    lines = [row for row in csv_of(client, story.seller, **query) if row[3]][1:]
    assert {row[4] for row in lines} == {"rules changed"}
    # The way back is a question that has an answer: the day beside it, as the site computes it.
    back = [link for link in page.links() if "under" not in link and "to=2024-06-05" in link]
    assert back
    for link in back:
        assert "Fell from 10 to 9 on 5 Jun 2024." in client.get(link).content.decode()


def test_two_days_under_two_settings_keep_time_and_rules_apart(
    client: Client, story: WhyStory
) -> None:
    rows = csv_of(client, story.seller, **{"from-under": SOONER})
    lines = [row for row in rows if row[3]][1:]
    assert {"rules changed", "gig began to count"} <= {row[4] for row in lines}
    html = ask(client, story.seller, **{"from-under": SOONER, "to-under": SOONER})
    assert "Both days under other settings: “Evidence halves in 90 days”." in html
    assert 'value="evidence-halves-in-90-days" selected' in html


def test_settings_that_do_not_exist_are_said(client: Client, story: WhyStory) -> None:
    query: dict[str, str | date] = {"from_": DAY_BEFORE, "to": TURN, "to-under": "astrology"}
    response = client.get(why_url(story.seller, **query))
    assert response.status_code == 422
    assert "The later day under: There are no such settings." in response.content.decode()


# --- before and after ---------------------------------------------------------------------


def test_before_and_after_come_with_one_sentence_of_cause(client: Client, story: WhyStory) -> None:
    page = ask(client, story.seller)
    assert "Mostly: “Query letters” began to count" in page
    assert "after a perfect order on it." in page
    assert "the display moved 1, because it crossed 9.5." in page
    assert "our estimate" in page
    assert 'badge-shown"' not in page, "nothing was noted of what the platform showed"


def test_what_the_platform_showed_is_marked_as_such_and_its_difference_blames_nobody(
    client: Client, story: WhyStory
) -> None:
    Observation.objects.create(seller=story.seller, kind=Observation.Kind.SCORE, day=TURN, value=8)
    page = ask(client, story.seller)
    assert "Fiverr showed 8 on 5 Jun 2024" in page
    assert "the platform showed 1 less than our estimate" in page
    assert "cannot be explained from your data" in page
    assert "buyer" not in page.lower()


def test_a_first_score_says_where_its_lines_start(client: Client, owner: User) -> None:
    seller = a_seller(owner=owner)
    gig = a_gig(seller, title="Logos")
    finished_order(gig, TURN - timedelta(days=9))
    finished_order(gig, TURN)
    page = ask(client, seller)
    assert "Not scored on 4 Jun 2024, " in page
    assert "There was no score before (1 of 2 orders)." in page
    assert "from where a gig without history starts (7.01)" in page
    assert "orders and reviews that count" in page
    assert "new order" not in page, "the first of the two is not new on this day"
    assert Page(page).proof()["data-holds"] == "true"


def test_a_lost_score_and_no_score_at_all_have_reasons_and_no_ledger(
    client: Client, owner: User
) -> None:
    seller = a_seller(owner=owner)
    gig = a_gig(seller, title="Logos")
    finished_order(gig, date(2022, 5, 1))
    finished_order(gig, date(2022, 8, 1))
    # two years, 730 days, after 1 May 2022
    lost = ask(client, seller, from_="2024-04-29", to="2024-04-30")
    assert "no score on 30 Apr 2024." in lost
    assert "as an order of it left the two-year window" in lost
    none = ask(client, seller, from_="2024-05-29", to="2024-05-30")
    assert "Not scored on either day." in none
    assert "1 of 2 orders" in none
    for page in (lost, none):
        assert "data-sum" not in page
        assert "Private ratings" in page


def test_a_seller_without_orders_sees_what_the_page_will_show(client: Client, owner: User) -> None:
    page = client.get(why_url(a_seller(owner=owner))).content.decode()
    assert "No orders yet" in page


# --- the ledger ---------------------------------------------------------------------------


def test_the_printed_amounts_add_up_to_the_change(client: Client, story: WhyStory) -> None:
    page = Page(ask(client, story.seller))
    proof = page.proof()
    assert proof["data-holds"] == "true"
    change = float(proof["data-change"])
    assert abs(math.fsum(page.amounts("td")) - change) <= 1e-10
    # the groups above the ledger, which are another reading of the same lines
    assert abs(math.fsum(page.amounts("span")) - change) <= 1e-10


@pytest.mark.parametrize("by", ["cause", "gig", "area", "order"])
def test_every_grouping_adds_up(client: Client, story: WhyStory, by: str) -> None:
    page = Page(ask(client, story.seller, by=by))
    change = float(page.proof()["data-change"])
    assert abs(math.fsum(page.amounts("span")) - change) <= 1e-10
    current = [a for tag, a in page.tags if tag == "a" and a.get("aria-current") == "page"]
    assert len(current) >= 1


def test_a_filtered_ledger_gives_its_own_sum_and_that_of_all(
    client: Client, story: WhyStory
) -> None:
    text = ask(client, story.seller, gig=str(story.letters.pk), cause="entered")
    page = Page(text)
    filtered = next(float(a["data-filtered-sum"]) for _, a in page.tags if "data-filtered-sum" in a)
    assert abs(math.fsum(page.amounts("td")) - filtered) <= 1e-12
    assert "Sum of these 6 lines" in text  # three ratings, two facts of the order, its weight
    assert "Sum of all " in text
    assert abs(float(page.proof()["data-sum"]) - filtered) > 0.01


def test_unfolded_pages_add_up_with_what_the_other_pages_hold(
    client: Client, story: WhyStory
) -> None:
    for number in ("1", "2"):
        page = Page(ask(client, story.seller, lines="all", page=number))
        change = float(page.proof()["data-change"])
        assert abs(math.fsum(page.amounts("td")) - change) <= 1e-10


def test_a_line_leads_to_its_order(client: Client, story: WhyStory) -> None:
    order = reverse("sellers:order", args=[story.seller.pk, story.opener.ref])
    assert order in Page(ask(client, story.seller)).links()


def test_a_reference_that_no_address_can_hold_is_text(client: Client, story: WhyStory) -> None:
    story.opener.ref = "FO12\n34"
    story.opener.save()
    page = ask(client, story.seller)
    assert "FO12\n34" in page
    assert not [link for link in Page(page).links() if "/orders/FO12" in link]


def test_the_sorted_column_says_so_and_turns_round(client: Client, story: WhyStory) -> None:
    page = Page(ask(client, story.seller, sort="gig"))
    assert [a["aria-sort"] for tag, a in page.tags if tag == "th" and "aria-sort" in a] == [
        "none", "ascending", "none", "none", "none",
    ]  # fmt: skip
    assert [link for link in page.links() if "sort=-gig" in link]


@pytest.mark.parametrize(
    "query",
    [
        {"by": "colour"},
        {"gig": "999999"},
        {"factor": "charm"},
        {"cause": "%00"},
        {"sort": "-password"},
        {"page": "-3"},
        {"lines": "all", "page": "99999"},
    ],
)
def test_nonsense_in_the_filter_counts_as_not_asked(
    client: Client, story: WhyStory, query: dict[str, str]
) -> None:
    page = Page(ask(client, story.seller, **query))
    change = float(page.proof()["data-change"])
    assert abs(math.fsum(page.amounts("td")) - change) <= 1e-10


def test_the_words_of_the_data_are_escaped(client: Client, owner: User) -> None:
    seller = a_seller(owner=owner)
    gig = a_gig(seller, title='<img src=x onerror="alert(1)">')
    for day in (TURN - timedelta(days=9), TURN - timedelta(days=3), TURN):
        reviewed(finished_order(gig, day))
    page = ask(client, seller, by="gig")
    assert "<img src=x" not in page
    assert "&lt;img src=x" in page


def test_what_played_no_part_and_what_cannot_be_seen_are_said(
    client: Client, story: WhyStory
) -> None:
    page = ask(client, story.seller)
    assert "no review was edited" in page
    assert "the rules stayed" in page
    assert "What do the words mean?" in page
    # the opener and those that finished 2 + 7·n days earlier, n = 0 … 8, and the one 40 days ago
    assert "11 orders were completed less than 60 days before 5 Jun 2024" in page


# --- page and fragment --------------------------------------------------------------------


def get(client: Client, url: str, **headers: str) -> HttpResponse:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return cast("HttpResponse", client.get(url, headers=named))


def test_htmx_gets_the_ledger_alone_and_a_history_restore_the_page(
    client: Client, story: WhyStory
) -> None:
    url = why_url(story.seller, from_=DAY_BEFORE, to=TURN, by="gig")
    fragment = get(client, url, HX_Request="true", HX_Target="ledger")
    assert fragment.content.lstrip().startswith(b'<div id="ledger">')
    assert b"<html" not in fragment.content
    assert fragment["HX-Push-Url"] == url, "the address bar shows what was asked, in one form"
    restored = get(
        client,
        url,
        HX_Request="true",
        HX_Target="ledger",
        HX_History_Restore_Request="true",
    )
    for page in (restored, get(client, url)):
        assert b"<html" in page.content
        assert fragment.content.strip() in page.content, "the page holds the very same part"
    for response in (fragment, restored):
        assert "HX-Request" in response["Vary"]


def test_a_fragment_of_two_days_without_a_ledger_is_the_page(client: Client, owner: User) -> None:
    response = get(client, why_url(a_seller(owner=owner)), HX_Request="true", HX_Target="ledger")
    assert b"<html" in response.content


def test_the_page_runs_no_script_and_no_style_of_its_own(client: Client, story: WhyStory) -> None:
    page = Page(ask(client, story.seller))
    for tag, attrs in page.tags:
        assert "style" not in attrs, (tag, attrs)
        assert not [name for name in attrs if name.startswith("on")], (tag, attrs)
        if tag == "script":
            assert "src" in attrs or attrs.get("type") == "application/json"


@pytest.mark.parametrize("query", [{}, {"by": "order"}, {"lines": "all", "sort": "order"}])
def test_the_number_of_queries_is_the_same_for_1_and_50_orders(
    client: Client, owner: User, query: dict[str, str]
) -> None:
    counts = []
    for orders in (1, 50):
        seller = a_seller(owner=owner)
        a_history(seller, gigs=2, orders=orders)
        finished_order(seller.gigs.earliest("pk"), TURN)
        with CaptureQueriesContext(connection) as captured:
            ask(client, seller, **query)
        counts.append(len(captured))
    assert counts[0] == counts[1]
