"""Invite, claim, grant, look, end, gone: an admin, a seller and a coach at three browsers."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from metrics.services import recompute_sellers
from sellers.models import Grant, Seller, User
from tests.builders import PASSWORD, a_gig, a_review, a_seller, a_user, an_order
from tests.e2e.listening import listen

pytestmark = [pytest.mark.e2e, pytest.mark.servers, pytest.mark.once]

NewPerson = Callable[[], Page]
LINK = re.compile(r"https?://\S+/invitations/\S+")
CALENDAR = re.compile(r"https?://[^\s\"<]+/calendar/[^\s\"<]+\.ics")


@pytest.fixture
def site(live_server: Any, settings: Any) -> str:
    settings.STANDING_SIGNUP = "invited"
    return str(live_server.url)


@pytest.fixture
def person(browser: Browser, site: str, complaints: list[str]) -> Iterator[NewPerson]:
    """Opens the browser of one more person; at the end none of them may have complained."""
    contexts = []

    def open_browser() -> Page:
        context = browser.new_context(viewport={"width": 1280, "height": 900}, locale="en-GB")
        context.set_default_timeout(15_000)
        contexts.append(context)
        page = context.new_page()
        listen(page, complaints, but="404")  # a page that is not there says so to the console
        return page

    yield open_browser
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.fixture
def seller(transactional_db: None) -> Seller:
    """An imported seller whom nobody owns yet, computed."""
    seller, now = a_seller("mira-writes"), timezone.now()
    gig = a_gig(seller, title="Book editing")
    for number in range(12):
        order = an_order(gig, now - timedelta(days=25 + 9 * number))
        a_review(order, 5 if number else 2, text="Came late and full of typos")
    recompute_sellers(seller_ids=[seller.pk], now=now)
    return seller


def log_in(page: Page, user: User) -> None:
    page.get_by_label("E-mail").fill(user.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()


def newest_link(to: str) -> str:
    """The link of the newest letter to this address."""
    body = next(str(letter.body) for letter in reversed(mail.outbox) if letter.to == [to])
    found = LINK.search(body)
    assert found is not None
    return found.group()


def test_invite_claim_grant_look_end_gone(
    person: NewPerson, site: str, admin: User, seller: Seller
) -> None:
    # The admin invites the owner of the imported seller.
    office = person()
    office.goto(f"{site}/sellers/{seller.pk}/access/")
    log_in(office, admin)
    office.get_by_label("E-mail address of the owner").fill("mira@example.test")
    office.get_by_role("button", name="Invite the owner").click()
    expect(office.get_by_text("A letter is on its way to mira@example.test")).to_be_visible()

    # Mira has no account yet: the letter leads her to one, and to her seller.
    home = person()
    home.goto(newest_link("mira@example.test"))
    home.get_by_role("link", name="Make an account").click()
    expect(home.get_by_label("E-mail address")).to_have_value("mira@example.test")
    home.get_by_label("Password").fill(PASSWORD)
    home.get_by_role("button", name="Make the account").click()
    home.get_by_role("button", name="Yes, it is mine").click()
    expect(home.get_by_role("heading", name="mira-writes")).to_be_visible()
    seller.refresh_from_db()
    assert seller.owner is not None
    assert seller.owner.email == "mira@example.test"

    # She lets a coach see the standing only.
    coach = a_user("coach@example.test")
    home.get_by_role("link", name="Who may look").click()
    home.get_by_label("E-mail address of the coach").fill(coach.email)
    home.get_by_role("radio", name="Standing only").check()
    home.get_by_role("textbox", name="Why").fill("our call on Friday")
    home.get_by_role("button", name="Send the offer").click()
    expect(home.get_by_text("has not accepted yet")).to_be_visible()

    # The coach accepts by the letter, and reads the standing without an order's name.
    eyes = person()
    eyes.goto(newest_link(coach.email))
    eyes.get_by_role("link", name="Log in to accept").click()
    log_in(eyes, coach)
    eyes.get_by_role("button", name="Accept").click()
    expect(eyes.get_by_role("heading", name="mira-writes")).to_be_visible()
    expect(eyes.locator("#trajectory .main-svg").first).to_be_visible()
    expect(eyes.get_by_role("link", name="Orders")).to_have_count(0)
    eyes.goto(f"{site}/sellers/{seller.pk}/why/?by=order")
    expect(eyes.get_by_role("heading", level=1)).to_contain_text("Why it moved")
    said = eyes.locator("main").inner_text()
    assert [ref for ref in seller.orders.values_list("ref", flat=True) if ref in said] == []
    eyes.goto(f"{site}/sellers/{seller.pk}/orders/")
    expect(eyes.get_by_text("There is no page here")).to_be_visible()

    # Mira reads what was looked at, and ends it.
    home.reload()
    looks = home.get_by_role("region", name="Who looked")
    expect(looks.get_by_text("coach@example.test").first).to_be_visible()
    expect(looks.get_by_text("Why it moved")).to_be_visible()
    home.get_by_role("button", name="End it").click()
    expect(home.get_by_text("coach@example.test sees nothing any more")).to_be_visible()

    # Then she lets the coach see the orders, too; the coach takes them into a calendar.
    home.get_by_label("E-mail address of the coach").fill(coach.email)
    home.get_by_role("radio", name="Orders without names and texts").check()
    home.get_by_role("textbox", name="Why").fill("the plan for July")
    home.get_by_role("button", name="Send the offer").click()
    expect(home.get_by_text("has not accepted yet")).to_be_visible()
    eyes.goto(f"{site}/shared/")
    eyes.get_by_role("button", name="Accept").click()
    expect(eyes.get_by_role("heading", name="mira-writes")).to_be_visible()
    eyes.goto(f"{site}/sellers/{seller.pk}/orders/")
    expect(eyes.get_by_text(str(seller.orders.latest("ordered_at"))).first).to_be_visible()
    eyes.goto(f"{site}/sellers/{seller.pk}/next/")
    eyes.get_by_role("button", name="Calendar address").click()
    feed = next(CALENDAR.finditer(eyes.content())).group()
    calendar = person().request  # a program of its own, logged in nowhere
    assert "BEGIN:VCALENDAR" in calendar.get(feed).text()
    home.reload()
    expect(looks.get_by_text("Days of orders, by a calendar program")).to_be_visible()
    home.get_by_role("button", name="End it").click()
    expect(home.get_by_text("coach@example.test sees nothing any more")).to_be_visible()

    # At once everything is gone for the coach, the calendar too, and both were written to.
    assert calendar.get(feed).status == 404
    eyes.goto(f"{site}/sellers/{seller.pk}/")
    expect(eyes.get_by_text("There is no page here")).to_be_visible()
    eyes.goto(site)
    expect(eyes.get_by_text("mira-writes")).to_have_count(0)
    assert {grant.ended_by for grant in Grant.objects.all()} == {seller.owner}
    ended = [letter.to[0] for letter in mail.outbox if "has ended" in letter.subject]
    assert sorted(ended) == ["coach@example.test"] * 2 + ["mira@example.test"] * 2
