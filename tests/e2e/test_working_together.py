"""Seller and coach at two browsers: a promise, a private note, news, one sheet of paper."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from metrics.services import recompute_sellers
from sellers.models import Scope, Visit
from tests.builders import PASSWORD, a_gig, a_grant, a_promise, a_review, a_seller, a_user, an_order

pytestmark = [pytest.mark.e2e, pytest.mark.worker, pytest.mark.servers, pytest.mark.once]

TAGS = '<a href="//x.test">tired</a>'


def log_in(page: Page, site: str, email: str) -> None:
    page.context.clear_cookies()
    page.goto(f"{site}/login/")
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    page.wait_for_url(re.compile(r"^(?!.*login).*$"))


def test_a_coach_and_a_seller_work_together(
    page: Page, site: str, complaints: list[str], transactional_db: None
) -> None:
    now = timezone.now()
    owner, coach = a_user("owner@example.test"), a_user("coach@example.test")
    seller = a_seller("mira-writes", owner=owner)
    gig = a_gig(seller, title="Book editing")
    for number in range(12):
        a_review(an_order(gig, now - timedelta(days=150 - 12 * number)))
    recompute_sellers(seller_ids=[seller.pk], now=now)
    a_grant(seller, coach, Scope.STANDING)
    address = f"{site}/sellers/{seller.pk}/"
    today = now.date()
    for days in (10, 20):
        a_promise(
            seller, text="deliver everything on time", measure="late",
            made_on=today - timedelta(days=days), due=today + timedelta(days=days),
        )  # fmt: skip

    log_in(page, site, owner.email)
    page.goto(address)
    expect(page.locator(".since")).to_have_count(0)
    expect(page.locator(".seen-as")).to_have_count(0)

    log_in(page, site, coach.email)
    page.goto(address)
    expect(page.locator(".seen-as")).to_contain_text("You see this as coach: standing only")
    promises = page.locator("#promises")
    promises.get_by_text("Write a promise down").click()
    promises.get_by_label("What is promised").fill("Look at every draft on Fridays")
    promises.get_by_role("button", name="Write it down").click()
    expect(promises).to_contain_text("The promise is written down.")
    notes = page.locator("#notes")
    notes.get_by_text("Add a remark").click()
    notes.get_by_label("What happened").fill(TAGS)
    notes.get_by_label("Only for me").check()
    notes.get_by_role("button", name="Add the remark").click()
    expect(notes).to_contain_text(TAGS)
    expect(notes).to_contain_text("only for you")
    # The mark on the chart says the words as they are: tags make no link of them.
    chart = page.locator("#trajectory .js-plotly-plot")
    page.evaluate("window.scrollTo(0, 0)")  # charts are drawn where they can be seen
    expect(chart).to_contain_text("only you: <a href")
    expect(chart.locator("a")).to_have_count(0)

    # The owner comes back on another day and reads what is new, but not the private note.
    earlier = now - timedelta(days=2)
    Visit.objects.filter(user=owner).update(seen_at=earlier, seen_to=earlier.date())
    log_in(page, site, owner.email)
    page.goto(address)
    expect(page.locator(".since")).to_contain_text("New promise “Look at every draft on Fridays”")
    expect(page.locator("body")).not_to_contain_text("tired")
    fridays = promises.locator("li", has_text="Fridays")
    fridays.get_by_role("button", name="Kept", exact=False).first.click()
    promises.get_by_text("1 decided").click()
    expect(promises).to_contain_text("decided by you")

    # The sheet of paper is one.
    page.get_by_role("link", name="Session sheet").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("mira-writes: session sheet")
    paper = page.pdf(format="A4", prefer_css_page_size=True)
    assert len(re.findall(rb"/Type\s*/Page\b", paper)) == 1

    seller.grants.update(ended_at=timezone.now())
    log_in(page, site, coach.email)
    assert page.goto(address).status == 404  # type: ignore[union-attr]
    complaints[:] = [said for said in complaints if "404" not in said]
