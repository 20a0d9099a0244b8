"""Every page in a browser, every text of it written by an attacker: the policy holds, nothing runs.

The list of pages is that of the URL table; a page that is added is opened here too.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.test import Client
from playwright.sync_api import Browser, ConsoleMessage, Page, Response
from playwright.sync_api import Error as BrowserError

from metrics.models import Move
from sellers.accounts import mailbox
from sellers.models import Order, User
from tests.scene import Scene, a_scene
from tests.security.poison import poison
from tests.test_every_address import ADDRESSES, address, admin_addresses

pytestmark = [pytest.mark.e2e, pytest.mark.servers, pytest.mark.once]

#: What the admin site answers to its own scripts, and what it refuses of computed rows.
NO_PAGES = ("/jsi18n/", "/autocomplete/", "/add/", "/delete/")
#: Where the walk would end, and what is no page.
LEFT_OUT = {"logout", "account_logout", "health"}


@pytest.fixture
def scene(transactional_db: None, settings: Any) -> Scene:
    """The owner is an admin with a second factor, so that no page is hidden."""
    settings.EMAIL_BACKEND = mailbox.PATH
    settings.STANDING_SIGNUP = "open"
    scene = a_scene()
    owner = scene.people["owner"]
    User.objects.filter(pk=owner.pk).update(is_staff=True, is_superuser=True)
    TOTP.activate(owner, generate_totp_secret())
    RecoveryCodes.activate(owner)
    poison()
    order = Order.objects.filter(seller=scene.things.seller_id).latest("ordered_at")
    move = Move.objects.filter(seller=scene.things.seller_id).earliest("day")
    return replace(scene, things=replace(scene.things, order_ref=order.ref, move_id=move.pk))


@pytest.fixture
def page(browser: Browser, live_server: Any, scene: Scene) -> Iterator[Page]:
    """Logged in, the password just typed; what the browser complains of fails the test."""
    client = Client()
    client.force_login(User.objects.get(pk=scene.people["owner"].pk))
    session = client.session
    session["account_authentication_methods"] = [{"method": "password", "at": time.time()}]
    session.save()
    context = browser.new_context(viewport={"width": 1280, "height": 900}, locale="en-GB")
    context.set_default_timeout(20_000)
    cookie = client.cookies["sessionid"].value
    context.add_cookies([{"name": "sessionid", "value": cookie, "url": live_server.url}])
    context.add_init_script("window.pwned = () => console.error('a planted script ran')")
    yield context.new_page()
    context.close()


def opened(page: Page, url: str) -> Response | None:
    """The answer to a page; None where it is a file that is saved and not shown."""
    try:
        return page.goto(url)
    except BrowserError as error:
        if "Download is starting" not in str(error):
            raise
        return None


def test_no_page_breaks_the_policy_and_no_text_is_run(
    page: Page, live_server: Any, scene: Scene
) -> None:
    complaints: list[tuple[str, str]] = []

    def note(message: ConsoleMessage) -> None:
        # A fragment opened by itself has no head: the browser looks for an icon of its own.
        if message.type == "error" and not message.location["url"].endswith("/favicon.ico"):
            complaints.append((page.url, message.text))

    page.on("console", note)
    page.on("pageerror", lambda error: complaints.append((page.url, str(error))))
    addresses = [
        address(name, scene.things)
        for name, rule in ADDRESSES.items()
        if rule.who != "offered" and name not in LEFT_OUT
        if rule.method == "get" or name == "sellers:order_entry"
    ]
    shown = 0
    of_admins = (url for url in admin_addresses() if not url.endswith(NO_PAGES))
    for url in (*addresses, *of_admins):
        answer = opened(page, live_server.url + url)
        if answer is None:
            continue
        assert answer.status == 200, url
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy, url
        assert "unsafe" not in policy, url
        shown += 1
    page.wait_for_load_state("networkidle")
    assert complaints == []
    assert shown > 100
