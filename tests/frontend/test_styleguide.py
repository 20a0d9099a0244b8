"""Every component, looked at by a real browser under the site's Content-Security-Policy."""

from __future__ import annotations

from typing import Any, Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.frontend.site import ORIGIN, serve

pytestmark = pytest.mark.e2e

GUIDE = f"{ORIGIN}/styleguide/"
Theme = Literal["light", "dark"]


def open_guide(page: Page) -> list[str]:
    """Open the style guide, draw all its charts, and give back what the page complained of."""
    complaints: list[str] = []
    page.on(
        "console", lambda m: complaints.append(m.text) if m.type in ("error", "warning") else None
    )
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(GUIDE)
    for chart in page.locator("figure.chart").all():
        chart.scroll_into_view_if_needed()
    expect(page.locator("figure.chart[data-state=drawn]")).to_have_count(2)
    return complaints


def open_calm(page: Page, guide: str) -> None:
    """The same without the example of a wrong field: a page begins at what is wrong."""
    page.unroute_all()
    calm = guide.replace('aria-invalid="true"', "")
    assert calm != guide
    serve(page, lambda _: calm)
    open_guide(page)


def serious(page: Page) -> list[tuple[str, str]]:
    found: Any = Axe().run(page).response["violations"]
    return [
        (violation["id"], node["html"][:120])
        for violation in found
        if violation["impact"] in ("serious", "critical")
        for node in violation["nodes"]
    ]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_no_serious_problem_of_accessibility_on_a_desk(desk: Page, theme: Theme) -> None:
    desk.emulate_media(color_scheme=theme, reduced_motion="reduce")
    open_guide(desk)
    assert serious(desk) == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_no_serious_problem_of_accessibility_on_a_phone(phone: Page, theme: Theme) -> None:
    phone.emulate_media(color_scheme=theme, reduced_motion="reduce")
    open_guide(phone)
    assert serious(phone) == []


def test_the_policy_is_not_violated_and_nothing_complains(desk: Page) -> None:
    complaints = open_guide(desk)
    assert desk.evaluate("window.violations") == []
    assert complaints == []


def test_the_page_never_scrolls_sideways(desk: Page) -> None:
    open_guide(desk)
    too_wide = {}
    for width in (320, 390, 768, 1024, 1440):
        desk.set_viewport_size({"width": width, "height": 900})
        desk.wait_for_timeout(300)  # charts follow the width
        found = desk.evaluate("document.documentElement.scrollWidth")
        if found > width:
            too_wide[width] = found
    assert too_wide == {}


def test_a_chosen_theme_is_there_before_the_first_paint_and_survives(desk: Page) -> None:
    desk.emulate_media(color_scheme="light")
    open_guide(desk)
    desk.get_by_label("Theme").first.click()
    desk.get_by_role("button", name="Dark").click()
    assert desk.evaluate("document.documentElement.dataset.theme") == "dark"
    desk.reload(wait_until="commit")
    desk.locator("body").wait_for()
    assert desk.evaluate("document.documentElement.dataset.theme") == "dark"
    assert desk.evaluate("getComputedStyle(document.documentElement).colorScheme") == "dark"
    desk.get_by_label("Theme").first.click()
    desk.get_by_role("button", name="As the system").click()
    assert desk.evaluate("document.documentElement.dataset.theme") is None
    assert desk.evaluate("localStorage.length") == 0


def test_copying_a_link_says_that_it_was_done(desk: Page) -> None:
    open_guide(desk)
    desk.get_by_role("button", name="Copy link").click()
    desk.locator("#toasts p").get_by_text("ink").wait_for()
    assert desk.locator("#toasts p").inner_text().startswith(("Link copied", "Copy this link"))


def test_a_slash_leads_to_the_filter(desk: Page, guide: str) -> None:
    open_calm(desk, guide)
    desk.keyboard.press("/")
    assert desk.evaluate("document.activeElement.id") == "filter"


def test_the_first_tab_offers_to_skip_to_the_content(desk: Page, guide: str) -> None:
    open_calm(desk, guide)
    desk.evaluate("scrollTo(0, 0)")
    desk.keyboard.press("Tab")
    assert desk.evaluate("document.activeElement.textContent") == "Skip to the content"
    desk.keyboard.press("Enter")
    assert desk.evaluate("document.activeElement.id") == "main"


def test_a_stacked_row_names_each_of_its_values(phone: Page) -> None:
    open_guide(phone)
    cell = phone.locator("table.table-stack td").first
    assert cell.evaluate("e => getComputedStyle(e, '::before').content") == '"Level"'


def test_without_javascript_everything_but_the_drawing_is_there(
    browser: Browser, guide: str
) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    serve(page, lambda _: guide)
    page.goto(GUIDE)
    assert page.get_by_text("Drawing needs JavaScript").first.is_visible()
    page.locator("figure.chart summary").first.click()
    assert page.get_by_role("columnheader", name="Displayed").is_visible()
    assert not page.get_by_role("button", name="Copy link").is_visible()
    context.close()


def test_an_answer_that_is_an_error_is_said_in_words_and_changes_nothing(desk: Page) -> None:
    open_guide(desk)
    before = desk.locator("#states-title").inner_html()
    desk.evaluate("htmx.ajax('GET', '/gone/', {target: '#states-title'}).catch(() => null)")
    expect(desk.locator("#toasts")).to_contain_text("That is no longer there")
    assert desk.locator("#states-title").inner_html() == before


def test_a_broken_server_is_said_with_its_reference(desk: Page) -> None:
    open_guide(desk)
    desk.route(
        "**/broken/",
        lambda route: route.fulfill(status=500, body="", headers={"X-Reference": "7f3a09c1"}),
    )
    desk.evaluate("htmx.ajax('GET', '/broken/', {target: '#states-title'}).catch(() => null)")
    expect(desk.locator("#toasts")).to_contain_text("Reference 7f3a09c1.")


def test_a_form_that_comes_back_with_its_errors_is_shown(desk: Page) -> None:
    open_guide(desk)
    desk.route("**/wrong/", lambda route: route.fulfill(status=422, body="Stars must be 1 to 5"))
    desk.evaluate("htmx.ajax('POST', '/wrong/', {target: '#states-title'}).catch(() => null)")
    expect(desk.locator("#states-title")).to_have_text("Stars must be 1 to 5")
    assert desk.locator("#toasts p").count() == 0
