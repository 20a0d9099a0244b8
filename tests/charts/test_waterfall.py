"""The waterfall figure: what it holds, and that it adds up."""

from __future__ import annotations

import json
import math

import plotly.graph_objects as go
import pytest

from metrics.charts.waterfall import Level, Step, waterfall, waterfall_table

START, END = Level("11 Jun 2024", 9.52), Level("12 Jun 2024", 9.47)
STEPS = [
    Step("gig began to count", -0.31, "?cause=gig-began#lines"),
    Step("new orders and reviews", 0.22),
    Step("faded", 0.04),
]


def test_the_figure_is_one_that_plotly_knows_and_plain_lists() -> None:
    figure = waterfall(start=START, steps=STEPS, end=END, displayed=9)
    go.Figure({"data": figure["data"], "layout": figure["layout"]})
    assert json.loads(json.dumps(figure)) == figure, "no arrays, no dates, nothing but JSON"


def test_the_bars_lead_from_the_first_total_to_the_last_and_on_to_the_displayed_number() -> None:
    trace = waterfall(start=START, steps=STEPS, end=END, displayed=9)["data"][0]
    by_role = list(zip(trace["meta"]["roles"], trace["y"], strict=True))
    assert [role for role, _ in by_role] == [
        "total", "loss", "gain", "gain", "total", "rounding", "displayed",
    ]  # fmt: skip
    # 9.52 − 0.31 + 0.22 + 0.04 = 9.47; 9.47 − 0.47 = 9
    assert math.isclose(math.fsum(trace["y"][:4]), 9.47, abs_tol=1e-12)
    assert math.isclose(trace["y"][4] + trace["y"][5], 9.0, abs_tol=1e-12)
    assert trace["text"] == ["9.52", "−0.310", "+0.220", "+0.040", "9.47", "−0.47", "9"]


def test_a_bar_leads_to_its_lines() -> None:
    trace = waterfall(start=START, steps=STEPS, end=END)["data"][0]
    assert trace["customdata"] == [None, "?cause=gig-began#lines", None, None, None]


def test_rounding_that_would_dwarf_the_steps_is_left_to_words() -> None:
    # one step of 0.002; rounding 9.499 → 9 is 0.499, 250 times as tall
    figure = waterfall(
        start=Level("a", 9.501), steps=[Step("faded", -0.002)], end=Level("b", 9.499), displayed=9
    )
    assert figure["data"][0]["meta"]["roles"] == ["total", "loss", "total"]


def test_two_steps_of_one_name_keep_a_place_each() -> None:
    steps = [Step("I will edit", 0.1), Step("I will edit", -0.15)]
    labels = waterfall(start=START, steps=steps, end=END)["data"][0]["x"]
    assert len(set(labels)) == len(labels)


def test_a_long_name_is_cut_in_the_drawing_and_whole_in_the_table() -> None:
    name = "I will write a thoroughly researched article for your company’s blog"
    figure = waterfall(start=START, steps=[Step(name, -0.05)], end=END)
    assert figure["data"][0]["x"][1].endswith("…")
    table = waterfall_table(start=START, steps=[Step(name, -0.05)], end=END)
    assert table["rows"][1][0] == name


def test_the_table_says_which_score_each_step_leads_to() -> None:
    table = waterfall_table(start=START, steps=STEPS, end=END, displayed=9)
    assert table["head"] == ["Step", "Effect", "Score"]
    # 9.52, 9.21, 9.43, 9.47, then the total and the display
    assert [row[2] for row in table["rows"]] == [
        "9.520", "9.210", "9.430", "9.470", "9.470", "9",
    ]  # fmt: skip
    assert table["rows"][-1] == ["rounding to the displayed number", "−0.470", "9"]


@pytest.mark.parametrize("steps", [[], [Step("nothing", 0.0)]])
def test_nothing_moved_is_a_figure_too(steps: list[Step]) -> None:
    figure = waterfall(start=START, steps=steps, end=START, displayed=10)
    go.Figure({"data": figure["data"], "layout": figure["layout"]})
    assert "rounding" not in figure["data"][0]["meta"]["roles"]
