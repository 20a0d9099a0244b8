"""A person at a browser: the real site, a real worker, a strict Content-Security-Policy."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page
from pytest_django.live_server_helper import LiveServer

from sellers.models import User
from tests.builders import PASSWORD, an_admin
from tests.e2e.listening import listen
from tests.servers import Worker


@pytest.fixture
def complaints() -> list[str]:
    """What the browser complained about: scripts that failed, requests and styles refused."""
    return []


@pytest.fixture
def page(
    browser: Browser, live_server: LiveServer, worker: Worker, complaints: list[str]
) -> Iterator[Page]:
    """A page on the running site; at the end the browser must have had nothing to say."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, locale="en-GB")
    context.set_default_timeout(15_000)
    page = context.new_page()
    listen(page, complaints)
    yield page
    context.close()
    assert complaints == []


@pytest.fixture
def admin(transactional_db: None) -> User:
    return an_admin("admin@example.test")


@pytest.fixture
def site(live_server: LiveServer) -> str:
    return str(live_server.url)


@pytest.fixture
def logged_in(page: Page, site: str, admin: User) -> Page:
    """The admin, by way of the log-in page, on the roster."""
    page.goto(site)
    page.get_by_label("E-mail").fill(admin.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    page.wait_for_url(f"{site}/")
    return page
