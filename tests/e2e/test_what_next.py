"""What next in Chromium: the simulator answers as one types, and the address holds it."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from metrics.services import recompute_sellers
from sellers.models import Order, Seller
from tests.builders import a_gig, a_review, a_seller, an_order

pytestmark = [pytest.mark.e2e, pytest.mark.once, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def seller(transactional_db: None) -> Seller:
    """Twelve good orders and a bad one, up to last week."""
    now = timezone.now()
    seller = a_seller("mira")
    gig = a_gig(seller, title="Book editing")
    for number in range(12):
        a_review(an_order(gig, now - timedelta(days=16 + 10 * number)))
    a_review(an_order(gig, now - timedelta(days=40), ref="FOBAD0000001"), 1)
    recompute_sellers(seller_ids=[seller.pk], now=now)
    return seller


def test_the_simulator_answers_as_one_types_and_the_address_holds_it(
    logged_in: Page, site: str, seller: Seller
) -> None:
    page = logged_in
    page.goto(f"{site}/sellers/{seller.pk}/")
    page.get_by_role("link", name="What would bring it back?").click()
    expect(page.get_by_role("heading", name="What next", exact=True)).to_be_visible()
    page.locator("#futures-chart[data-state=drawn]").wait_for()
    # All four pictures stand in one part, on one time axis; the rules' two come a moment later.
    ranges = []
    for name in ("futures-chart", "rating-chart", "level-chart", "gigs-chart"):
        page.locator(f"#futures #{name}").scroll_into_view_if_needed()
        page.locator(f"#futures #{name}[data-state=drawn]").wait_for()
        axis = f"document.querySelector('#{name} .chart-canvas')._fullLayout.xaxis"
        ranges.append(page.evaluate(f"[{axis}.range, {axis}._offset, {axis}._length]"))
    assert all(drawn == ranges[0] for drawn in ranges)
    expect(page.locator("#coming-standing #futures-standing")).to_have_count(0)

    simulator = page.locator("#simulator")
    simulator.get_by_label("Gig").first.select_option(label="Book editing")
    expect(simulator.locator(".next-sentence").first).to_contain_text("instead of")
    assert re.search(r"o1-gig=\d+", page.url)
    good = simulator.locator(".next-sentence").first.inner_text()
    simulator.get_by_label("Stars").first.select_option(label="1 star")
    expect(simulator.locator(".next-sentence").first).not_to_have_text(good)
    expect(page).to_have_url(re.compile(r"o1-stars=1\b"))
    expect(simulator.get_by_text("order 1 that you entered")).to_be_visible()
    said = simulator.locator(".next-sentence").first.inner_text()
    # The level follows by itself, with a strip whose forecast is dashed.
    level = page.locator("#scenario-standing")
    expect(level.get_by_text("With what you entered")).to_be_visible()
    expect(level.locator(".strip-ahead").first).to_be_attached()
    expect(page.locator("#coming-standing .strip-rows")).to_be_visible()

    # Dragging the day and typing an amount swap the answer alone: the focus stays where it is.
    day = simulator.get_by_label("Days ahead")
    day.focus()
    for _ in range(12):
        day.press("ArrowRight", delay=5)
    expect(page).to_have_url(re.compile(r"look=\d{4}-\d\d-\d\d"))
    expect(simulator.locator(".next-sentence").first).not_to_have_text(said)
    dragged = simulator.locator(".next-sentence").first.inner_text()
    amount = simulator.get_by_label("Amount, USD").first
    amount.press_sequentially("900", delay=20)
    expect(simulator.locator(".next-sentence").first).not_to_have_text(dragged)
    expect(page).to_have_url(re.compile(r"o1-amount=900\b"))
    expect(amount).to_be_focused()
    expect(level.get_by_text("With what you entered")).to_be_visible()
    said = simulator.locator(".next-sentence").first.inner_text()

    # The address alone gives the same answer, and so does going back to it.
    page.goto(page.url)
    expect(page.locator("#simulator .next-sentence").first).to_have_text(said)
    expect(page.locator("#simulator [name='o1-stars']")).to_have_value("1")


def test_the_plan_and_the_calendar_lead_to_the_simulator(
    logged_in: Page, site: str, seller: Seller
) -> None:
    page = logged_in
    page.goto(f"{site}/sellers/{seller.pk}/next/")
    plan = page.locator("#plan")
    plan.get_by_label("Display at least").select_option("2")
    expect(plan.locator(".next-sentence")).to_contain_text("Nothing is needed")
    page.locator("#age-out").get_by_role("link", name="Without it").first.click()
    expect(page.locator("#simulator .next-sentence").first).to_contain_text("instead of")
    assert Order.objects.filter(ref="FOBAD0000001").exists()
