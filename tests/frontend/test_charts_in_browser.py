"""What static/js/charts.js does with a figure: theme, width, pointer, keyboard, leaving."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from config.styleguide import TODAY
from tests.frontend.site import ORIGIN, serve

pytestmark = pytest.mark.e2e

GUIDE = f"{ORIGIN}/styleguide/"
LINE_COLOUR = (
    "document.querySelector('#trajectory .scatterlayer .trace:nth-child(2) path.js-line')"
    ".style.stroke"
)


def open_chart(page: Page, name: str = "trajectory") -> None:
    page.goto(GUIDE)
    page.locator(f"#{name}").scroll_into_view_if_needed()
    page.locator(f"#{name}[data-state=drawn]").wait_for()


def until(page: Page, expression: str) -> None:
    """Wait for a truth in the page; Playwright's own way evaluates text: the policy forbids it."""
    for _ in range(100):
        if page.evaluate(expression):
            return
        page.wait_for_timeout(100)
    raise AssertionError(f"never came true: {expression}")


def test_the_chart_is_drawn_inside_its_frame_and_the_page_does_not_jump(desk: Page) -> None:
    desk.goto(GUIDE)
    before = desk.locator("#trajectory .chart-plot").bounding_box()
    open_chart(desk)
    after = desk.locator("#trajectory .chart-plot").bounding_box()
    drawing = desk.locator("#trajectory .main-svg").first.bounding_box()
    assert before is not None
    assert after is not None
    assert drawing is not None
    assert (after["width"], after["height"]) == (before["width"], before["height"])
    assert drawing["width"] == pytest.approx(after["width"], abs=1)


def test_colours_follow_the_theme_without_a_reload(desk: Page) -> None:
    desk.emulate_media(color_scheme="light")
    open_chart(desk)
    assert desk.evaluate(LINE_COLOUR) == "rgb(11, 87, 117)"  # --accent, light: #0b5775
    desk.emulate_media(color_scheme="dark")
    until(desk, f"{LINE_COLOUR} === 'rgb(131, 201, 230)'")  # dark: #83c9e6


def test_a_narrow_waterfall_lies_on_its_side(desk: Page) -> None:
    open_chart(desk, "waterfall")
    bar = "document.querySelector('#waterfall .js-plotly-plot').data[0]"
    assert desk.evaluate(f"{bar}.orientation") is None
    desk.set_viewport_size({"width": 390, "height": 844})
    until(desk, f"{bar}.orientation === 'h'")


def test_the_bars_of_a_waterfall_stand_on_the_level_reached_before(desk: Page) -> None:
    open_chart(desk, "waterfall")
    bar = desk.evaluate(
        "(({base, y}) => ({base, y}))(document.querySelector('#waterfall .js-plotly-plot').data[0])"
    )
    # 9.52 is the first total; "gig began to count" starts there; "new review" at 9.52 − 0.312.
    assert bar["base"][1] == pytest.approx(9.52)
    assert bar["base"][2] == pytest.approx(9.208)
    # A total reaches from the foot of the chart to its score: 9.47.
    assert bar["base"][6] + bar["y"][6] == pytest.approx(9.47)
    # Rounding starts at 9.47, and what is displayed ends at 9.
    assert bar["base"][7] == pytest.approx(9.47)
    assert bar["base"][8] + bar["y"][8] == pytest.approx(9)


def test_the_whole_scale_is_the_rule_and_looking_closer_a_choice(desk: Page, guide: str) -> None:
    whole = guide.replace('"range": [4.5, 10.5]', '"range": [0.9, 10.1]')
    assert whole != guide
    desk.unroute_all()
    serve(desk, lambda _: whole)
    open_chart(desk)
    y_range = "document.querySelector('#trajectory .js-plotly-plot')._fullLayout.yaxis.range"
    assert desk.evaluate(y_range) == [0.9, 10.1]
    desk.get_by_role("button", name="Look closer").click()
    # The lowest value drawn is a displayed 9 and the highest a displayed 10: 9 − 0.35, and
    # 10 + 0.2 cut at the end of the scale.
    until(desk, f"Math.abs({y_range}[0] - 8.65) < 1e-9 && {y_range}[1] === 10.1")
    # Where the displayed number changes: 9.5 alone, as 8.5 and 10.5 lie outside.
    labels = desk.locator("#trajectory .annotation-text").all_text_contents()
    assert [label for label in labels if "is displayed" in label] == ["10 is displayed from 9.5"]
    desk.get_by_role("button", name="Whole scale").click()
    until(desk, f"{y_range}[0] === 0.9")


def test_pointing_shows_the_day_and_a_click_goes_to_its_reasons(desk: Page) -> None:
    open_chart(desk)
    box = desk.locator("#trajectory .nsewdrag").bounding_box()
    assert box is not None
    middle = (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    desk.mouse.move(*middle)
    hover = desk.locator("#trajectory .hoverlayer")
    expect(hover).to_contain_text("our estimate")
    with desk.expect_navigation():
        desk.mouse.click(*middle)
    assert "?from=" in desk.url
    assert "&to=20" in desk.url


def test_a_tap_reads_the_day_and_offers_the_link(phone: Page) -> None:
    open_chart(phone)
    box = phone.locator("#trajectory .nsewdrag").bounding_box()
    assert box is not None
    phone.touchscreen.tap(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    link = phone.locator("#trajectory .chart-readout a")
    link.wait_for()
    assert phone.url == GUIDE
    assert (link.get_attribute("href") or "").startswith("?from=")


def test_arrow_keys_read_the_points_and_enter_follows_one(desk: Page) -> None:
    open_chart(desk)
    desk.locator("#trajectory .chart-plot").focus()
    desk.keyboard.press("End")
    readout = desk.locator("#trajectory .chart-readout")
    expect(readout).to_contain_text("1 Aug 2024")
    expect(readout).to_contain_text("our estimate 9.3")
    desk.keyboard.press("ArrowLeft")
    expect(readout).to_contain_text("31 Jul 2024")
    with desk.expect_navigation():
        desk.keyboard.press("Enter")
    assert desk.url.endswith("to=2024-07-31")


def test_a_chart_that_leaves_the_page_is_purged_and_a_new_one_is_drawn(desk: Page) -> None:
    open_chart(desk)
    desk.evaluate(
        """() => {
          const old = document.getElementById('trajectory');
          window.oldPlot = old.querySelector('.js-plotly-plot');
          const copy = old.cloneNode(true);
          copy.removeAttribute('data-state');
          copy.querySelector('.chart-canvas').remove();
          htmx.swap(old, copy.outerHTML, {swapStyle: 'outerHTML', swapDelay: 0, settleDelay: 0});
        }"""
    )
    until(desk, "window.oldPlot._fullLayout === undefined")
    desk.locator("#trajectory[data-state=drawn]").wait_for()
    assert desk.locator("#trajectory .main-svg").count() > 0
    assert desk.evaluate("window.violations") == []


def test_an_address_of_another_site_is_never_followed(desk: Page, guide: str) -> None:
    evil = f'"//evil.test/{TODAY}"'
    last = f'"?from=2024-07-31\\u0026to={TODAY}"'
    assert last in guide
    desk.unroute_all()
    serve(desk, lambda _: guide.replace(last, evil))
    open_chart(desk)
    desk.locator("#trajectory .chart-plot").focus()
    desk.keyboard.press("End")
    expect(desk.locator("#trajectory .chart-readout")).to_contain_text("1 Aug 2024")
    assert desk.locator("#trajectory .chart-readout a").count() == 0


def test_a_library_that_does_not_load_is_said_and_the_table_stays(desk: Page) -> None:
    desk.route("**/plotly-basic.min.js", lambda route: route.abort())
    desk.goto(GUIDE)
    desk.locator("#trajectory").scroll_into_view_if_needed()
    desk.locator("#trajectory[data-state=failed]").wait_for()
    expect(desk.locator("#trajectory .chart-wait.js-only")).to_contain_text("could not be drawn")
    assert desk.locator("#trajectory summary").is_visible()
