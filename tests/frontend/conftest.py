"""The style guide as Django renders it, in a browser of desk and of phone size."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect
from pytest_django import Settings

from config.styleguide import styleguide
from tests.frontend.site import Person, request_for, serve

expect.set_options(timeout=30_000)  # a busy machine draws charts slowly


@pytest.fixture(autouse=True)
def _plain_static_files(settings: Settings) -> None:
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = {**settings.STORAGES, "staticfiles": plain}


@pytest.fixture
def guide() -> str:
    """The HTML of the style guide."""
    return styleguide(request_for("/styleguide/", Person())).content.decode()


@pytest.fixture(scope="module")
def wide(browser: Browser) -> Iterator[Page]:
    """One page for all tests of a file: another one would load and compile every script anew."""
    yield from _page(browser, touch=False)


@pytest.fixture(scope="module")
def narrow(browser: Browser) -> Iterator[Page]:
    yield from _page(browser, touch=True)


def _page(browser: Browser, touch: bool) -> Iterator[Page]:
    context = browser.new_context(has_touch=touch)
    yield context.new_page()
    context.close()


def _as_new(page: Page, guide: str, width: int, height: int) -> Iterator[Page]:
    """The page of somebody who was never here; what a test leaves is gone behind it."""
    page.set_viewport_size({"width": width, "height": height})
    page.emulate_media(color_scheme="light", reduced_motion="no-preference")
    page.mouse.move(0, 0)
    serve(page, lambda path: guide if path.startswith("/styleguide/") else None)
    yield page
    page.unroute_all()
    page.evaluate("() => { try { localStorage.clear() } catch { /* a page of no site */ } }")
    page.goto("about:blank")


@pytest.fixture
def desk(wide: Page, guide: str) -> Iterator[Page]:
    """A wide page; `page.goto(f"{ORIGIN}/styleguide/")` opens the style guide."""
    yield from _as_new(wide, guide, 1440, 900)


@pytest.fixture
def phone(narrow: Page, guide: str) -> Iterator[Page]:
    yield from _as_new(narrow, guide, 390, 844)
