"""The page "what next": every part, every refusal, and how much it asks of the database."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import icalendar
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from metrics.engine.reference import display
from metrics.forecasting.feeds import create_feed
from metrics.forecasting.ground import ground_of
from metrics.forecasting.planning import Target, smallest_plan
from metrics.models import CalendarFeed, Standing
from metrics.services import recompute_sellers
from sellers.models import Order, OrderStatus, Seller
from tests.builders import NOW, a_gig, a_history, a_review, a_seller, a_user, an_order

pytestmark = [pytest.mark.django_db, pytest.mark.servers]

TODAY = NOW.date()
LOOK = (TODAY + timedelta(days=40)).isoformat()


@pytest.fixture
def bad(client: Client) -> Order:
    """The dented order of a computed seller whose owner is logged in."""
    owner = a_user()
    seller = a_seller(owner=owner)
    orders = a_history(seller, gigs=2, orders=8)
    order = an_order(orders[0].gig, NOW - timedelta(days=30), ref="FOBAD0000001")
    a_review(order, 1)
    an_order(orders[0].gig, NOW - timedelta(days=2), status=OrderStatus.OPEN, ref="FOOPEN000001")
    recompute_sellers(seller_ids=[seller.pk], now=NOW)
    client.force_login(owner)
    return order


Query = dict[str, Any]


def url_of(seller: Seller, query: Query | None) -> str:
    return f"{reverse('metrics:next', args=[seller.pk])}?{urlencode(query or {})}"


def page(client: Client, seller: Seller, query: Query | None = None, status: int = 200) -> str:
    response = client.get(url_of(seller, query))
    assert response.status_code == status
    return response.content.decode()


def fragment(client: Client, seller: Seller, part: str, query: Query, status: int = 200) -> str:
    headers = {"HX-Request": "true", "HX-Target": part}
    response = client.get(url_of(seller, query), headers=headers)
    assert response.status_code == status
    assert "HX-Request" in response["Vary"]
    return response.content.decode()


def test_the_page_shows_every_part(client: Client, bad: Order) -> None:
    text = page(client, bad.seller)
    for words in (
        "Two futures",
        "dealt again in random order",
        "It stays at 4.76 while no review comes: the window is frozen.",
        "No forecast 30 days ahead has been kept yet",
        "Coming moves",
        "The smallest plan",
        "Simulator",
        "What can go wrong",
        "Open orders, the most at stake first",
        "Age-out calendar",
        "FOBAD0000001",
        "1 star",
        "not by itself",
    ):
        assert words in text, words
    assert "futures-chart-figure" in text
    assert "rating-chart-figure" in text
    assert "Moves of the displayed rating" not in text  # nothing is near two years old
    assert 'style="' not in text


def test_each_coming_move_of_the_rating_has_its_day_and_its_cause(client: Client) -> None:
    """1, 2 and 5 stars, each two years old sooner or later; a steady pace of five stars."""
    owner = a_user()
    seller = a_seller(owner=owner)
    gig = a_history(seller, orders=10)[0].gig
    for days, stars in ((760, 1), (708, 2), (698, 5), (698, 4)):
        done = NOW - timedelta(days=days)
        order = an_order(gig, done - timedelta(days=7), ref=f"FOOLD{days}{stars}")
        a_review(order, stars, posted_at=done)
    recompute_sellers(seller_ids=[seller.pk], now=NOW)
    client.force_login(owner)
    text = " ".join(page(client, seller).split())
    # The latest review is of 29 May: the window begins on 31 May 2022, after the first old one.
    # (50 + 2 + 5 + 4)/13 = 4.69; without 2 stars 59/12 = 4.92; without the others 5.
    assert "It stays at 4.69 while no review comes" in text
    assert "It holds 13 reviews, of 31 May 2022 to 29 May 2024" in text
    assert 'from <time datetime="2024-07-04">4 Jul 2024</time>' in text
    assert "4.69 → 4.92" in text
    link = reverse("sellers:order", args=[seller.pk, "FOOLD7082"])
    assert f'<a href="{link}">the review of 5 Jul 2022 (2 stars) leaves the window</a>' in text
    assert "; at your own pace by " in text
    assert "4.92 → 5.00" in text
    assert "2 reviews of 15 Jul 2022 leave the window" in text


def test_the_simulator_answers_for_a_hypothetical_order(client: Client, bad: Order) -> None:
    query = {
        "o1-gig": bad.gig_id,
        "o1-on": (TODAY + timedelta(days=10)).isoformat(),
        "o1-amount": "100",
        "o1-stars": "1",
        "o1-times": "3",
        "look": LOOK,
    }
    text = fragment(client, bad.seller, "simulator-answer", query)
    assert text.lstrip().startswith('<div id="simulator-answer"')
    assert "On 22 Jul 2024 it displays" in text
    assert "order 1 that you entered" in text
    assert "order 3 that you entered" in text
    assert "instead of" in text
    # There is one more row to fill; the page that has it already is not sent it again.
    assert 'name="o2-gig"' in text
    assert 'name="o2-gig"' not in fragment(
        client, bad.seller, "simulator-answer", query | {"o2-gig": ""}
    )
    # The address alone gives the form as it was filled, and the same answer.
    whole = page(client, bad.seller, query)
    assert 'name="o2-gig"' in whole
    assert 'value="3"' in whole
    assert "On 22 Jul 2024 it displays" in whole


def test_a_removed_order_is_what_the_calendar_says(client: Client, bad: Order) -> None:
    text = fragment(client, bad.seller, "simulator-answer", {"without": bad.ref, "look": TODAY})
    ground = ground_of(bad.seller, TODAY)
    standing = Standing.objects.get(seller=bad.seller)
    assert standing.score is not None
    assert f"({standing.score:.2f})" in text
    mended = fragment(client, bad.seller, "simulator-answer", {"mend": bad.ref, "look": TODAY})
    assert f"{display(standing.score)} (" in text
    assert "FOBAD0000001" in mended
    assert len(ground.gigs) == 2


def test_a_break_is_answered_at_the_own_pace(client: Client, bad: Order) -> None:
    text = fragment(client, bad.seller, "simulator-answer", {"pause": 4, "look": LOOK})
    assert "After a break of 4 weeks, at your own pace:" in text


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ({"o1-gig": "999999"}, "This gig is not one of this seller&#x27;s."),
        ({"look": "2024-13-40"}, "This is not a day. Write it as 2024-06-12."),
        ({"look": "2020-01-01"}, "Choose a day from 12 Jun 2024 to"),
        ({"without": "FONOTHERE"}, "“FONOTHERE” is not a finished order of this seller."),
        ({"without": "FOOPEN000001"}, "is not a finished order of this seller."),
        ({"pause": "99"}, "26"),
        (
            {"without": "FOBAD0000001", "mend": "FOBAD0000001"},
            "cannot be two things at once: never have been, have gone well",
        ),
        ({"c1-order": "FONOTHERE", "c1-stars": "5"}, "is not a finished order of this seller."),
        ({"without": "FOBAD0000001", "c1-order": "FOBAD0000001"}, "two things at once"),
        ({"c1-order": "FOBAD0000001", "c1-stars": "9"}, "Select a valid choice"),
        ({"o9-gig": "1"}, "The simulator holds 8 rows of this kind, and the address has a row 9."),
        ({"ahead": "5000", "ahead_was": "30"}, "Choose a day from 12 Jun 2024 to"),
    ],
)
def test_what_cannot_be_simulated_says_what_is_wrong(
    client: Client, bad: Order, query: dict[str, str], words: str
) -> None:
    # In the answer, which is all that typing swaps in, and on the page where it stands.
    text = fragment(client, bad.seller, "simulator-answer", query, status=422)
    whole = page(client, bad.seller, query, status=422)
    for part in (text, whole):
        assert words in part
        assert "Nothing was computed." in part
    assert "The smallest plan" in whole


def test_typing_and_dragging_swap_the_answer_alone(client: Client, bad: Order) -> None:
    """On the slider the 40th day from 12 June is 22 July; the address names the day."""
    query = {"o1-gig": bad.gig_id, "look": TODAY, "ahead": "40", "ahead_was": "0"}
    headers = {"HX-Request": "true", "HX-Target": "simulator-answer"}
    response = client.get(url_of(bad.seller, query), headers=headers)
    text = response.content.decode()
    assert text.lstrip().startswith('<div id="simulator-answer"')
    assert "On 22 Jul 2024 it displays" in text
    kept = response["HX-Replace-Url"]
    assert "look=2024-07-22" in kept
    assert "ahead" not in kept
    # The field of the day follows the slider, and the slider what is typed there.
    assert 'value="2024-07-22"' in text.split('id="simulator-look"')[1]
    assert 'id="simulator-ahead"' not in text
    typed = {"look": LOOK, "ahead": "30", "ahead_was": "30"}
    follows = fragment(client, bad.seller, "simulator-answer", typed)
    assert 'value="40"' in follows.split('id="simulator-ahead"')[1]
    assert "On 22 Jul 2024 it displays" in page(client, bad.seller, query)
    # What is not moved does not count.
    still = fragment(client, bad.seller, "simulator-answer", query | {"ahead_was": "40"})
    assert "On 12 Jun 2024 it displays" in still


def test_a_real_order_can_be_changed(client: Client, bad: Order) -> None:
    def said(query: Query) -> str:
        text = fragment(client, bad.seller, "simulator-answer", query | {"look": LOOK})
        return text.split("next-sentence")[1].split("</p>")[0]

    mended = said({"mend": bad.ref})
    changed = {"c1-order": bad.ref, "c1-stars": "5", "c1-how": "on-time"}
    assert said(changed) == mended
    worse = said({"c1-order": bad.ref, "c1-how": "you-cancel"})
    assert worse != said({"c1-order": bad.ref})
    # An order that is cancelled brings no review.
    assert said({"c1-order": bad.ref, "c1-how": "you-cancel", "c1-stars": "5"}) == worse
    assert 'name="c2-order"' in fragment(client, bad.seller, "simulator-answer", changed)


@pytest.mark.parametrize(
    ("query", "status", "words"),
    [
        ({"keep": "2"}, 200, "would leave 2"),
        ({"keep": "10"}, 200, "There is no 10 to lose today"),
        # 16 · 5 + 1 = 81 stars over 17 reviews are 4.76; (81 + 4 n)/(17 + n) >= 4.7: n <= 1.57.
        ({"keep": "rating-4.7"}, 200, "1 review with four stars would leave a rating of 4.7"),
        ({"keep": "rating-4.9"}, 200, "There is no rating of 4.9 to lose today: it is 4.76."),
        ({"keep": "11"}, 422, "This is neither a score nor a rating of the list."),
        ({"keep-gig": "7777777"}, 422, "This is not an active gig of this seller&#x27;s."),
    ],
)
def test_a_budget_is_that_of_the_number_to_keep(
    client: Client, bad: Order, query: dict[str, str], status: int, words: str
) -> None:
    text = fragment(client, bad.seller, "budget", query, status=status)
    assert words in text
    own = fragment(client, bad.seller, "budget", {"keep": "2", "keep-gig": bad.gig_id})
    assert "By gig, with what the first one costs" not in own


def test_an_order_of_another_seller_is_not_there(client: Client, bad: Order) -> None:
    other = a_history(a_seller(), orders=1)[0]
    text = fragment(client, bad.seller, "simulator-answer", {"without": other.ref}, status=422)
    assert "is not a finished order of this seller" in text


def test_a_plan_is_one_sentence_with_its_proof_and_leads_to_the_simulator(
    client: Client, bad: Order
) -> None:
    for days in (20, 25, 40):
        a_review(an_order(bad.gig, NOW - timedelta(days=days)), 2)
    recompute_sellers(seller_ids=[bad.seller_id], now=NOW, from_scratch=True)
    by = TODAY + timedelta(days=60)
    ground = ground_of(bad.seller, TODAY)
    plans = {n: smallest_plan(ground, Target(n), by) for n in range(2, 11)}
    target = next(n for n, plan in plans.items() if plan and 1 <= sum(plan.found.numbers) <= 8)
    text = fragment(client, bad.seller, "plan", {"target": target, "by": by})
    assert text.lstrip().startswith('<section class="card" id="plan"')
    assert "by 11 Aug 2024" in text
    assert "it is not reached" in text
    link = text.split('href="')[1].split('"')[0].replace("&amp;", "&")
    answered = client.get(link.split("#")[0]).content.decode()
    assert f"On 11 Aug 2024 it displays {target} " in answered


def test_a_rating_can_be_planned_for_too(client: Client, bad: Order) -> None:
    query = {"target": "rating-4.9", "by": (TODAY + timedelta(days=60)).isoformat()}
    # 16 reviews with five stars and one with one star: (81 + 5 n)/(17 + n) >= 4.9, n = 23.
    text = fragment(client, bad.seller, "plan", query)
    assert "23 clean orders on any gig by 11 Aug 2024" in text
    assert "bring a public rating of 4.9 (4.90)" in text
    few = fragment(client, bad.seller, "plan", query | {"target": "rating-4.8"})
    # n = 3: 96/20 = 4.8.
    assert "3 clean orders on any gig" in few
    assert "See it in the simulator" in few


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ({"by": "soon"}, "This is not a day."),
        ({"by": "2024-06-12"}, "Choose a day from 13 Jun 2024 to"),
        ({"target": "11"}, "Select a valid choice"),
        ({"plan-gig": "7777777"}, "This is not an active gig of this seller&#x27;s."),
    ],
)
def test_a_plan_that_cannot_be_asked_says_what_is_wrong(
    client: Client, bad: Order, query: dict[str, str], words: str
) -> None:
    assert words in fragment(client, bad.seller, "plan", query, status=422)


def test_a_seller_before_the_first_computation_and_one_without_score(client: Client) -> None:
    owner = a_user()
    empty, thin, bare = (a_seller(owner=owner) for _ in range(3))
    an_order(a_gig(thin), NOW - timedelta(days=20))
    recompute_sellers(seller_ids=[thin.pk, bare.pk], now=NOW)
    client.force_login(owner)
    assert "Nothing to look ahead from" in page(client, empty)
    text = page(client, thin)
    assert "No score to carry on" in text
    assert "There is no forecast at your own pace: it needs 5 finished orders" in text
    assert "There is no score to lose yet." in text
    nothing = page(client, bare)
    assert "There is no gig yet that orders could come on." in nothing
    assert "There is no gig yet that orders could go wrong on." in nothing


def test_the_number_of_queries_does_not_depend_on_the_number_of_orders(client: Client) -> None:
    owner = a_user()
    client.force_login(owner)
    counts = []
    for orders in (6, 40):
        seller = a_seller(owner=owner)
        for order in a_history(seller, orders=orders):
            order.reviews.update(stars=2)
        recompute_sellers(seller_ids=[seller.pk], now=NOW)
        page(client, seller)
        with CaptureQueriesContext(connection) as queries:
            page(client, seller)
        counts.append(len(queries))
    assert counts[0] == counts[1]


# --- files --------------------------------------------------------------------------------


def test_the_table_is_a_file(client: Client, bad: Order) -> None:
    response = client.get(reverse("metrics:age_out_csv", args=[bad.seller.pk]))
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert "FOBAD0000001" in response.content.decode()


def test_a_calendar_address_is_shown_once_works_and_can_be_stopped(
    client: Client, bad: Order
) -> None:
    response = client.post(reverse("metrics:feed_new", args=[bad.seller.pk]))
    text = response.content.decode()
    address = text.split('value="http://testserver')[1].split('"')[0]
    assert "no-store" in response["Cache-Control"]
    calendar = Client().get(address)
    assert calendar["Content-Type"] == "text/calendar; charset=utf-8"
    assert calendar["Referrer-Policy"] == "no-referrer"
    events = icalendar.Calendar.from_ical(calendar.content).walk("VEVENT")
    assert any("FOBAD0000001" in str(event["SUMMARY"]) for event in events)
    assert "Stop the address of" in page(client, bad.seller)
    stopped = client.post(reverse("metrics:feed_revoke", args=[bad.seller.pk]))
    assert stopped.status_code == 302
    assert Client().get(address).status_code == 404
    assert CalendarFeed.objects.get().revoked_at is not None


def test_a_wrong_secret_is_404(client: Client, bad: Order) -> None:
    owner = bad.seller.owner
    assert owner is not None
    feed, secret = create_feed(seller=bad.seller, user=owner, now=NOW)
    for path in ([feed.pk, secret[::-1]], [feed.pk + 1, secret]):
        assert Client().get(reverse("metrics:age_out_feed", args=path)).status_code == 404


def test_the_seller_page_leads_here(client: Client, bad: Order) -> None:
    text = client.get(reverse("metrics:seller", args=[bad.seller.pk])).content.decode()
    assert "What would bring it back?" in text
    assert reverse("metrics:next", args=[bad.seller.pk]) in text
