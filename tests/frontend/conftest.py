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


def _page(browser: Browser, guide: str, width: int, height: int, touch: bool) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": width, "height": height}, has_touch=touch)
    page = context.new_page()
    serve(page, lambda path: guide if path.startswith("/styleguide/") else None)
    yield page
    context.close()


@pytest.fixture
def desk(browser: Browser, guide: str) -> Iterator[Page]:
    """A wide page; `page.goto(f"{ORIGIN}/styleguide/")` opens the style guide."""
    yield from _page(browser, guide, 1440, 900, touch=False)


@pytest.fixture
def phone(browser: Browser, guide: str) -> Iterator[Page]:
    yield from _page(browser, guide, 390, 844, touch=True)
