"""What static/js/swaps.js does around a request: words, one sending, focus, what is read aloud."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import pytest
from django.template import engines
from playwright.sync_api import Browser, Page, Route, expect

from tests.frontend.site import ORIGIN, Person, request_for, serve

pytestmark = pytest.mark.e2e

PART = """
<section id="part" data-say="{said}">
  <a href="/?sort=name" hx-get="/part" hx-target="#part" hx-swap="outerHTML">Name</a>
  <a href="/?sort=score" hx-get="/part" hx-target="#part" hx-swap="outerHTML">Score</a>
  {once}
  <details><summary>Add</summary>
    <form method="post" action="/add" hx-post="/add" hx-target="#part" hx-swap="outerHTML">
      <label for="text">What</label><input id="text" name="text"{wrong}>
      <button type="submit">Add it</button>
    </form>
  </details>
</section>
"""
ONCE = '<button hx-post="/part" hx-target="#part" hx-swap="outerHTML">Take away</button>'
WHOLE = """
{% extends "base.html" %}
{% block content %}
<form method="post" action="/send"><button name="what" value="it">Send</button></form>
PART
{% endblock content %}
"""


@dataclass
class Site:
    """The page, and requests that wait for their answer."""

    page: Page
    waiting: list[Route] = field(default_factory=list)
    sent: list[str] = field(default_factory=list)

    def answer(self, said: str = "2 rows", *, wrong: bool = False, once: bool = False) -> None:
        """Answer the oldest request that waits with the part."""
        for _ in range(100):
            if self.waiting:
                break
            self.page.wait_for_timeout(20)
        self.waiting.pop(0).fulfill(
            status=422 if wrong else 200,
            content_type="text/html; charset=utf-8",
            body=part(said, wrong=wrong, once=once),
        )

    def focused(self) -> str:
        words = "document.activeElement.id || document.activeElement.textContent"
        return str(self.page.evaluate(words)).strip()


def part(said: str = "", *, wrong: bool = False, once: bool = False) -> str:
    mark = ' aria-invalid="true"' if wrong else ""
    return PART.format(said=said, once=ONCE if once else "", wrong=mark)


@pytest.fixture
def site(browser: Browser) -> Iterator[Site]:
    context = browser.new_context(viewport={"width": 1024, "height": 800})
    page = context.new_page()
    found = Site(page)
    template = engines["django"].from_string(WHOLE.replace("PART", part(once=True)))
    html = template.render({}, request_for("/", Person()))
    serve(page, lambda path: html if path == "/" else None)

    def wait(route: Route) -> None:
        found.sent.append(f"{route.request.method} {urlsplit(route.request.url).path}")
        found.waiting.append(route)

    def swallow(route: Route) -> None:
        # No content: the browser stays on the page, as it does until a slow answer comes.
        found.sent.append(f"{route.request.method} /send")
        route.fulfill(status=204)

    for path in ("/part", "/add"):
        page.route(ORIGIN + path, wait)
    page.route(f"{ORIGIN}/send", swallow)
    page.goto(f"{ORIGIN}/")
    yield found
    context.close()


def test_focus_stays_on_what_was_pressed_and_the_result_is_read_aloud(site: Site) -> None:
    page = site.page
    page.get_by_role("link", name="Score").focus()
    page.keyboard.press("Enter")
    site.answer("2 rows", once=True)
    expect(page.locator("#aloud")).to_have_text("2 rows")
    assert site.focused() == "Score"
    # What was pressed is gone: the part that took its place has the focus.
    page.get_by_role("button", name="Take away").focus()
    page.keyboard.press("Enter")
    site.answer("1 row")
    expect(page.locator("#aloud")).to_have_text("1 row")
    assert site.focused() == "part"
    page.keyboard.press("Tab")
    assert site.focused() == "Name"


def test_a_form_that_is_refused_opens_at_the_field_that_is_wrong(site: Site) -> None:
    page = site.page
    page.get_by_text("Add", exact=True).click()
    page.get_by_role("button", name="Add it").click()
    site.answer(wrong=True)
    expect(page.locator("#text")).to_be_focused()
    assert page.locator("#part details").get_attribute("open") is not None


def test_a_wait_gets_words_and_loses_them(site: Site) -> None:
    page = site.page
    page.get_by_role("link", name="Name").click()
    expect(page.locator("#waiting")).to_have_text("Loading…")
    expect(page.locator("#part")).to_have_attribute("aria-busy", "true")
    site.answer()
    expect(page.locator("#waiting")).to_have_text("")


def test_a_form_is_sent_once_however_often_it_is_pressed(site: Site) -> None:
    page = site.page
    page.get_by_text("Add", exact=True).click()
    page.get_by_role("button", name="Add it").dblclick()
    site.answer("added")
    expect(page.locator("#aloud")).to_have_text("added")
    page.get_by_role("button", name="Send").dblclick()
    expect(page.locator("#waiting")).to_have_text("Sending…")
    page.get_by_role("button", name="Send").click(force=True)
    assert site.sent == ["POST /add", "POST /send"]
