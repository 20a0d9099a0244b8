"""The pages about eligibility: what they say is what is stored, and every link leads there."""

from __future__ import annotations

import csv
import io
import re
from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from eligibility.models import EligibilityStanding, LevelSpan, RuleSpan
from eligibility.rules.types import Verdict
from metrics.services import recompute_sellers
from sellers.models import Gig, Observation, Seller, User
from tests.builders import NOW, a_gig, a_history, a_seller
from tests.eligibility.pages.conftest import an_active_gig

pytestmark = [pytest.mark.django_db, pytest.mark.servers]


def words_of(html: str) -> str:
    main = html.split("<main")[1] if "<main" in html else html
    bare = re.sub(r"<svg class=\"icon.*?</svg>|<title>.*?</title>", " ", main, flags=re.DOTALL)
    text = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", bare))
    return text.replace(" .", ".").replace(" ,", ",").replace("&#x27;", "’")


def read(client: Client, name: str, *args: int, **query: str) -> str:
    response = client.get(reverse(f"eligibility:{name}", args=args), query)
    assert response.status_code == 200
    return words_of(response.content.decode())


def html(client: Client, name: str, *args: int, **query: str) -> str:
    return client.get(reverse(f"eligibility:{name}", args=args), query).content.decode()


def gig_named(seller: Seller, ref: str) -> Gig:
    return seller.gigs.get(ref=ref)


# --- the seller ---------------------------------------------------------------------------


def test_the_level_on_the_page_is_the_stored_one(client: Client, seller: Seller) -> None:
    standing = EligibilityStanding.objects.get(seller=seller)
    assert (standing.held, standing.gigs_met, standing.gigs_total) == (2, 1, 3)
    said = read(client, "seller", seller.pk)
    assert "Level 2 holds." in said
    assert "Promoted 1 of 3 gigs met, 1 cannot be checked" in said
    assert "Computed to 12 Jun 2024" in said


def test_evaluated_and_shown_are_two_things(client: Client, seller: Seller) -> None:
    said = read(client, "seller", seller.pk)
    assert "Level 2 evaluated by us" in said
    assert "Fiverr shows Level 1 shown by Fiverr on 3 Feb 2024" in said
    assert "The platform showed Level 1, our evaluation says Level 2." in said


def test_every_rule_says_value_need_margin_and_grade(client: Client, seller: Seller) -> None:
    said = read(client, "seller", seller.pk)
    # 72 orders are completed, all of them for less than 19 clients each: 72 − 20 = 52 above.
    assert "Completed orders met" in said
    assert "20 or more 52 orders above" in said
    # 72 of $100 each, of which the seller keeps 80%.
    assert "$5,760" in said
    assert "published by the platform" in said
    assert "our estimate" in said


def test_no_verdict_stands_without_words(client: Client, seller: Seller) -> None:
    page = html(client, "seller", seller.pk)
    states = re.findall(r'<span class="state state-(\w+)">.*?<span>([^<]+)</span>', page)
    assert states
    assert {state for state, _ in states} == {"met", "not", "unknown"}
    assert not {words for _, words in states} & {"yes", "no", "Yes", "No"}


def test_before_the_first_computation_the_page_says_what_will_be_here(
    client: Client, owner: User
) -> None:
    empty = a_seller("empty", owner=owner)
    gig = a_gig(empty)
    assert "No orders yet" in read(client, "seller", empty.pk)
    assert "No orders yet" in read(client, "gig", empty.pk, gig.pk)
    assert "No orders yet" in read(client, "orders", empty.pk)
    assert "Nothing noted yet." in read(client, "outcomes", empty.pk)
    assert client.get(reverse("eligibility:orders_csv", args=[empty.pk])).status_code == 404


def test_the_page_costs_the_same_for_one_gig_and_for_many(client: Client, owner: User) -> None:
    counts = []
    for gigs in (1, 6):
        seller = a_seller(f"with-{gigs}", owner=owner)
        a_history(seller, gigs=gigs)
        recompute_sellers(seller_ids=[seller.pk], now=NOW)
        client.get(reverse("eligibility:seller", args=[seller.pk]))
        with CaptureQueriesContext(connection) as captured:
            read(client, "seller", seller.pk)
        counts.append(len(captured))
    assert counts[0] == counts[1] <= 40


# --- a gig --------------------------------------------------------------------------------


def test_a_gig_in_a_category_that_is_left_out_lacks_just_that(
    client: Client, seller: Seller
) -> None:
    said = read(client, "gig", seller.pk, gig_named(seller, "tax letters").pk)
    assert "2 of 3 published rules are met. What lacks: category can be promoted." in said
    assert "Tax Consulting" in said


def test_an_unknown_category_is_never_a_no(client: Client, seller: Seller) -> None:
    gig = gig_named(seller, "blog posts")
    said = read(client, "gig", seller.pk, gig.pk)
    assert "Cannot be checked evaluated by us" in said
    assert "None is known to fail" in said
    assert "Enter the gig’s category." in said
    span = RuleSpan.objects.get(gig=gig, rule_set="promoted-2024", rule="", end=None)
    assert span.verdict == Verdict.UNKNOWN


def test_the_strip_shows_the_stored_spans_and_their_table_says_the_same(
    client: Client, seller: Seller
) -> None:
    gig = gig_named(seller, "book editing")
    spans = RuleSpan.objects.filter(gig=gig)
    page = html(client, "gig", seller.pk, gig.pk)
    rows = re.findall(
        r"<tr>.*?</tr>", page.split("What made it so")[1].split("</table>")[0], flags=re.DOTALL
    )
    # One line of the table a stored span: the history is shorter than the two years shown.
    assert len(rows) == spans.count()
    assert len(re.findall(r'<rect class="strip-(?:met|not|unknown)" x=', page)) == spans.count()


def test_each_boundary_leads_to_a_page_that_opens(client: Client, seller: Seller) -> None:
    gig = gig_named(seller, "book editing")
    page = html(client, "gig", seller.pk, gig.pk)
    links = set(re.findall(r'<a href="([^"]+)" aria-label="[^"]+"><svg', page))
    review = RuleSpan.objects.get(
        gig=gig, rule_set="promoted-2020", rule="gig-reviews", verdict=Verdict.MET
    )
    assert review.cause_order is not None
    assert reverse("sellers:order", args=[seller.pk, review.cause_order.ref]) in links
    for link in links:
        assert client.get(link.replace("&amp;", "&")).status_code == 200


def test_published_and_inferred_rules_stand_apart(client: Client, seller: Seller) -> None:
    gig = gig_named(seller, "book editing")
    said = read(client, "gig", seller.pk, gig.pk, rules="promoted-2020")
    assert "Published rules · Promoted gigs, 2020 to 2024" in said
    assert "Inferred rules · Promoted gigs, 2020 to 2024" in said
    assert said.index("Reviews of the gig") < said.index("Inferred rules · Promoted")


def test_todays_rules_can_be_applied_to_all_days(client: Client, seller: Seller) -> None:
    gig = gig_named(seller, "tax letters")
    said = read(client, "gig", seller.pk, gig.pk, rules="promoted-2024")
    # In force since 14 Mar 2024 only; as if they always had been, the category lacks throughout.
    assert "Category can be promoted 2 Sep 2022 12 Jun 2024 650 days not met" in said
    assert "whether it was in force or not" in said


def test_the_history_is_a_fragment_and_its_days_move(client: Client, seller: Seller) -> None:
    gig = gig_named(seller, "book editing")
    url = reverse("eligibility:gig", args=[seller.pk, gig.pk])
    headers = {"HX-Request": "true", "HX-Target": "history"}
    part = client.get(url, {"until": "2023-06-12"}, headers=headers)
    assert part["Vary"].count("HX-Request") == 1
    text = part.content.decode()
    assert text.lstrip().startswith('<section class="card" id="history"')
    assert "13 Jun 2021 to 12 Jun 2023" in words_of(text)  # 730 days, both ends shown
    assert "Later" in words_of(text)
    restored = client.get(
        url, headers={**headers, "HX-History-Restore-Request": "true"}
    ).content.decode()
    assert "<html" in restored


def test_nonsense_in_the_address_counts_as_not_asked(client: Client, seller: Seller) -> None:
    gig = gig_named(seller, "book editing")
    said = read(client, "gig", seller.pk, gig.pk, rules="no-such-rules", until="yesterday")
    assert "Each rule on the days on which it was in force." in said


def test_a_gig_of_another_seller_is_not_there(client: Client, seller: Seller) -> None:
    other = a_gig(a_seller("another"))
    assert client.get(reverse("eligibility:gig", args=[seller.pk, other.pk])).status_code == 404


def test_levels_have_a_history_too(client: Client, seller: Seller) -> None:
    said = read(client, "seller", seller.pk)
    assert "Two years, level by level" in said
    span = RuleSpan.objects.filter(
        seller=seller, gig=None, rule="level-2", rule_set="levels-2024"
    ).latest("start")
    start = f"{span.start.day} {span.start:%b %Y}"
    days = (NOW.date() - span.start).days + 1
    assert f"Level 2 {start} 12 Jun 2024 {days} days met" in said
    headers = {"HX-Request": "true", "HX-Target": "history"}
    url = reverse("eligibility:seller", args=[seller.pk])
    part = client.get(url, {"rules": "levels-2018"}, headers=headers).content.decode()
    assert "Seller levels, 2018 to 2024" in words_of(part)
    assert "<h1" not in part


# --- what counts --------------------------------------------------------------------------

RATING = "levels-2024:level-2/rating"


def test_numerator_and_denominator_give_the_value(client: Client, seller: Seller) -> None:
    said = read(client, "orders", seller.pk, rule=RATING)
    # Of 24 reviews on each of three gigs the turns 5, 11 and 23 have four stars, and turn 17 was
    # cancelled: 3 × (21 × 5 + 3 × 4) = 351 stars of 72 reviews, 4.875.
    assert "Value 4.88 stars in all 351 reviews 72" in said
    assert "two years back from the latest review: 5 May 2022 to 3 May 2024" in said


def test_the_list_holds_what_counts_and_what_does_not_with_the_reason(
    client: Client, seller: Seller
) -> None:
    said = read(client, "orders", seller.pk, rule="levels-2024:level-2/completed-orders")
    assert "All (78) Count (72) Do not count (6)" in said
    only = read(client, "orders", seller.pk, rule="levels-2024:level-2/completed-orders", show="no")
    assert only.count("does not count was cancelled") == 6


def test_the_past_is_worked_out_as_of_its_day(client: Client, seller: Seller) -> None:
    said = read(
        client, "orders", seller.pk, rule="levels-2024:level-1/completed-orders", day="2022-10-31"
    )
    # Completed seven days after 1 + 24 n September: turns 0, 1 and 2 of three gigs are over
    # (26 October at the latest), turn 2 begins on 19 October.
    assert "Value 9" in said
    assert "These rules were not in force on this day." in said


def test_rows_lead_to_their_orders(client: Client, seller: Seller) -> None:
    page = html(client, "orders", seller.pk, rule=RATING)
    links = re.findall(r'<a class="order-ref" href="([^"]+)"', page)
    assert len(links) == 50  # a page of the list
    assert client.get(links[0]).status_code == 200


def test_the_file_holds_every_row_and_no_formula(client: Client, seller: Seller) -> None:
    order = seller.orders.order_by("pk").first()
    assert order is not None
    order.ref = "=HYPERLINK(0)"
    order.save(update_fields=["ref"])
    response = client.get(reverse("eligibility:orders_csv", args=[seller.pk]), {"rule": RATING})
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert "attachment" in response["Content-Disposition"]
    rows = list(csv.reader(io.StringIO(response.content.decode())))
    named = [row for row in rows[1:] if row[3]]
    assert len(named) == 78
    assert "'=HYPERLINK(0)" in {row[0] for row in named}
    assert ["value", "4.88"] in [row[:2] for row in rows]
    assert ["reviews", "72"] in [row[:2] for row in rows]


def test_an_unknown_rule_is_the_first_one(client: Client, seller: Seller) -> None:
    assert "What counts: Rating" in read(client, "orders", seller.pk, rule="nonsense", gig="x")


def test_the_list_is_a_fragment(client: Client, seller: Seller) -> None:
    headers = {"HX-Request": "true", "HX-Target": "counted"}
    response = client.get(
        reverse("eligibility:orders", args=[seller.pk]), {"rule": RATING}, headers=headers
    )
    assert response.content.decode().lstrip().startswith('<section class="card card-flush"')


# --- on the pages of the apps below -------------------------------------------------------


def test_the_sellers_page_says_level_and_gigs(client: Client, seller: Seller) -> None:
    page = words_of(client.get(reverse("metrics:seller", args=[seller.pk])).content.decode())
    assert "Level Level 2 holds" in page
    assert "Promoted 1 of 3 gigs met 1 not, 1 cannot be checked" in page


def test_the_roster_says_them_in_one_query_for_all(client: Client, owner: User) -> None:
    def queries() -> int:
        client.get(reverse("sellers:roster"))
        with CaptureQueriesContext(connection) as captured:
            client.get(reverse("sellers:roster"))
        return len(captured)

    for name in ("one", "two", "three", "four"):
        seller = a_seller(name, owner=owner)
        an_active_gig(seller, "g", "Editing", 0)
        recompute_sellers(seller_ids=[seller.pk], now=NOW)
        if name == "one":
            first = queries()
    assert queries() == first
    page = words_of(client.get(reverse("sellers:roster")).content.decode())
    assert page.count("0 of 1 gig met") == 4


def test_stale_facts_are_said(client: Client, seller: Seller) -> None:
    Seller.objects.filter(pk=seller.pk).update(revision=seller.revision + 1)
    assert "New facts are being computed" in read(client, "seller", seller.pk)


def test_a_grace_period_shows_its_clock(client: Client, seller: Seller) -> None:
    span = LevelSpan.objects.filter(seller=seller, end=None).latest("start")
    changed: dict[str, Any] = {"phase": 2, "grace_start": date(2024, 5, 20)}
    LevelSpan.objects.filter(pk=span.pk).update(**changed, grace_end=date(2024, 6, 19))
    said = read(client, "seller", seller.pk)
    assert "Ends in 6 days" in said
    assert "Began on 20 May 2024, last day 18 Jun 2024." in said


def test_what_is_never_advised_is_stated(client: Client, seller: Seller) -> None:
    assert "Messaging past buyers to win them back" in read(client, "seller", seller.pk)


def test_an_answer_of_the_platform_stands_beside_its_gig(client: Client, seller: Seller) -> None:
    gig = gig_named(seller, "book editing")
    Observation.objects.create(
        seller=seller, gig=gig, day=date(2024, 5, 2), kind="promotable", label="no", words="No."
    )
    said = read(client, "seller", seller.pk)
    assert "cannot be promoted shown by Fiverr on 2 May 2024 “No.”" in said
