"""Every page of accounts and of access in a browser: silent console, narrow screens, axe."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Browser, Page

from sellers.models import Letter, Seller, User
from tests.builders import PASSWORD, a_grant, a_seller, a_user
from tests.e2e.listening import listen

pytestmark = [pytest.mark.e2e, pytest.mark.servers, pytest.mark.once]

ENTRANCE = (
    *("account_login", "account_signup", "account_reset_password", "account_inactive"),
    *("account_reset_password_done", "account_email_verification_sent"),
)
INSIDE = (
    *("account", "usersessions_list", "account_email", "account_change_password"),
    *("mfa_index", "mfa_activate_totp", "account_reauthenticate", "sellers:shared", "mail"),
)


@pytest.fixture
def page(browser: Browser, complaints: list[str]) -> Iterator[Page]:
    """A narrow, dark page; the browser must have had nothing to say."""
    context = browser.new_context(viewport={"width": 390, "height": 780}, color_scheme="dark")
    page = context.new_page()
    listen(page, complaints)
    yield page
    context.close()
    assert complaints == []


@pytest.fixture
def seller(transactional_db: None, admin: User) -> Seller:
    """Owned by the admin, who also coaches; one letter is kept."""
    seller = a_seller("mira-writes", owner=admin)
    a_grant(seller, a_user("coach@example.test"))
    a_grant(a_seller("other", owner=a_user()), admin)
    now = timezone.now()
    Letter.objects.create(to="a@example.test", subject="Hello", text="Words", written_at=now)
    return seller


def check(page: Page, address: str) -> None:
    """Open the page; it answers, is no wider than the screen, and axe finds nothing serious."""
    answer = page.goto(address)
    assert answer is not None
    assert answer.status == 200, address
    policy = answer.headers["content-security-policy"]
    assert "'unsafe-inline'" not in policy
    assert "'unsafe-eval'" not in policy
    assert page.evaluate("document.documentElement.scrollWidth") <= 390, address
    found = Axe().run(page).response["violations"]
    serious = [one["id"] for one in found if one["impact"] in ("serious", "critical")]
    assert serious == [], address


def test_pages_of_accounts_and_access(
    page: Page, live_server: Any, settings: Any, admin: User, seller: Seller
) -> None:
    settings.STANDING_SIGNUP = "open"
    settings.EMAIL_BACKEND = "sellers.accounts.mailbox.MailboxBackend"
    for name in ENTRANCE:
        check(page, live_server.url + reverse(name))
    page.goto(live_server.url + reverse("login"))
    page.get_by_label("E-mail").fill(admin.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    page.wait_for_url(f"{live_server.url}/")
    page.goto(f"{live_server.url}{reverse('account_reauthenticate')}?next={reverse('account')}")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Go on").click()
    for name in INSIDE:
        check(page, live_server.url + reverse(name))
    check(page, live_server.url + reverse("sellers:access", args=[seller.pk]))
    check(page, live_server.url + reverse("mail_letter", args=[Letter.objects.get().pk]))
