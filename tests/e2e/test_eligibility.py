"""From the seller's page to a gig's strip, to the boundary, to the order that flipped it."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from eligibility.models import RuleSpan
from eligibility.rules.types import Verdict
from metrics.services import recompute_sellers
from sellers.models import Inquiry, Observation, Seller
from tests.builders import a_gig, a_review, a_seller, an_order

pytestmark = [pytest.mark.e2e, pytest.mark.worker, pytest.mark.servers, pytest.mark.once]


def a_computed_seller() -> Seller:
    """Level 1 was shown; 24 orders on one gig, each with five stars, over the last 300 days."""
    now = timezone.now()
    seller = a_seller("mira-writes")
    gig = a_gig(seller, title="Book editing", category="Editing")
    for number in range(24):
        order = an_order(gig, now - timedelta(days=300 - 12 * number), buyer_key=f"{number:032x}")
        a_review(order)
    for number in range(20):
        at = now - timedelta(days=80 - 4 * number)
        Inquiry.objects.create(
            seller=seller, ref=str(number), first_message_at=at,
            first_reply_at=at + timedelta(hours=1),
        )  # fmt: skip
    Observation.objects.create(
        seller=seller, day=(now - timedelta(days=290)).date(), kind="level", label="Level 1"
    )
    recompute_sellers(seller_ids=[seller.pk], now=now)
    return seller


def test_from_the_seller_to_the_order_that_flipped_a_rule(
    logged_in: Page, site: str, complaints: list[str]
) -> None:
    page, seller = logged_in, a_computed_seller()

    # The seller's page says level and gigs in a line; the line leads to the rules.
    page.goto(f"{site}/sellers/{seller.pk}/")
    facts = page.locator(".hero .facts")
    expect(facts).to_contain_text("1 of 1 gig met")
    facts.get_by_role("link", name="1 of 1 gig met").click()
    page.wait_for_url(f"**/sellers/{seller.pk}/eligibility/#gigs")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Eligibility of mira-writes")

    # Open the gig, and look at it under the rules that asked for reviews.
    page.locator("#gigs").get_by_role("link", name="Book editing").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Book editing")
    page.locator("#history").get_by_role("link", name=re.compile("2020 to 2024")).click()
    page.wait_for_url("**rules=promoted-2020**")
    expect(page.locator("#history .tabs [aria-current]")).to_contain_text("2020 to 2024")
    row = page.locator(".strip-row", has=page.locator(".strip-name", has_text="Reviews of the gig"))
    expect(row.locator("rect.strip-not")).to_have_count(1)
    expect(row.locator("rect.strip-met")).to_have_count(1)

    # The twentieth review made it: the boundary is a link, and leads to its order.
    twentieth = seller.orders.order_by("ordered_at")[19]
    boundary = row.get_by_role("link")
    expect(boundary).to_have_count(1)
    expect(boundary).to_have_attribute("aria-label", re.compile(twentieth.ref))
    boundary.click()
    page.wait_for_url(f"**/orders/{twentieth.ref}/")
    expect(page.get_by_role("heading", level=1)).to_contain_text(twentieth.ref)

    # Back brings the whole page, and the keyboard reaches the boundary as well.
    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_have_text("Book editing")
    row.get_by_role("link").focus()
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/orders/{twentieth.ref}/")
    assert complaints == []


def test_what_the_platform_said_is_noted_beside_our_verdict(
    logged_in: Page, site: str, complaints: list[str]
) -> None:
    page, seller = logged_in, a_computed_seller()
    gig = seller.gigs.get()
    page.goto(f"{site}/sellers/{seller.pk}/eligibility/gigs/{gig.pk}/")
    page.get_by_label("It said").select_option(label="It cannot")
    page.get_by_label("Its words").fill("Additional quality metrics.")
    page.get_by_role("button", name="Note it").click()
    said = page.locator("#said")
    expect(said).to_contain_text("“Additional quality metrics.”")
    expect(said).to_contain_text("cannot be promoted")
    expect(said).to_contain_text("differs")
    noted = Observation.objects.get(gig=gig)
    assert (noted.label, noted.words) == ("no", "Additional quality metrics.")
    whole = RuleSpan.objects.get(gig=gig, rule="", end=None)
    assert whole.verdict == Verdict.MET

    # Taken away again, in place.
    said.get_by_role("button", name=re.compile("Remove")).click()
    expect(said).to_contain_text("Nothing noted yet.")
    assert not Observation.objects.filter(gig=gig).exists()
    assert complaints == []
