"""The figure of futures: plain lists that Plotly knows, a band, and a table that says the same."""

from __future__ import annotations

import json
from datetime import date, timedelta

import numpy as np
import plotly.graph_objects as go

from metrics.charts.futures import (
    RATING,
    FutureLine,
    Scale,
    futures_figure,
    futures_label,
    futures_legend,
    futures_table,
    table_days,
)
from metrics.charts.trajectory import Threshold
from metrics.engine.days import day_number
from metrics.series import DailySeries

TODAY = date(2024, 6, 12)
FIRST = day_number(TODAY)
PAST = DailySeries(FIRST - 1, np.zeros(2, np.uint8), np.array([9.4, 9.45]))
NAN = float("nan")
QUIET = FutureLine("if nothing new happens", FIRST, [9.45, 9.5, NAN])
PACE = FutureLine("at your own pace", FIRST, [9.45, 9.6, 9.7], [9.45, 9.55, NAN], [9.45, 9.65, NAN])


def test_the_past_is_a_line_and_each_future_is_dashed_in_its_own_way() -> None:
    figure = futures_figure(PAST, [QUIET, PACE], [Threshold(9, "needs 9")], (TODAY, "today"))
    go.Figure(figure["data"], figure["layout"])  # Plotly knows every property
    assert json.loads(json.dumps(figure)) == figure
    roles = [trace["meta"]["role"] for trace in figure["data"]]
    assert roles == ["estimate", "forecast", "band", "band", "forecast"]
    assert figure["data"][1]["y"] == [9.45, 9.5, None]
    assert figure["data"][1]["meta"]["walk"] is True
    assert figure["data"][3]["fill"] == "tonexty"
    assert figure["data"][1]["line"] != figure["data"][4]["line"]
    assert figure["standing"]["marks"] == [{"x": "2024-06-12", "label": "today", "role": "today"}]
    kinds = [entry["kind"] for entry in futures_legend([QUIET, PACE])]
    assert kinds == ["forecast", "forecast-dotted", "band"]


def test_what_has_no_day_is_not_drawn() -> None:
    nothing = DailySeries(FIRST, np.zeros(0, np.uint8), np.zeros(0))
    figure = futures_figure(nothing, [FutureLine("empty", FIRST, [NAN])], [], (TODAY, "today"))
    assert figure["data"] == []


def test_the_table_holds_scores_displays_and_the_band() -> None:
    table = futures_table([QUIET, PACE], [TODAY + timedelta(days=n) for n in (1, 2)])
    assert table["head"] == [
        "Day",
        "if nothing new happens",
        "displays",
        "at your own pace",
        "displays",
        "four draws of five",
    ]
    assert table["rows"] == [
        ["13 Jun 2024", "9.50", "10", "9.60", "10", "9.55 to 9.65"],
        ["14 Jun 2024", "not scored", "–", "9.70", "10", "–"],
    ]
    assert futures_label([QUIET], TODAY) == (
        "Estimated success score on 12 Jun 2024: if nothing new happens 9.45."
    )


def test_the_days_of_the_table_end_with_the_chart() -> None:
    days = table_days(TODAY, TODAY + timedelta(days=60))
    assert days[0] == TODAY
    assert days[-1] == TODAY + timedelta(days=60)


def test_a_number_that_goes_in_steps_says_its_words_on_a_shared_axis() -> None:
    titles = ["New seller", "Level 1"]
    level = Scale(
        "Level", {"range": [0, 1]}, lambda rank: titles[int(rank)], "no rules", steps=True
    )
    ahead = FutureLine("at your own pace", FIRST, [0, 1, NAN], [0, 0, NAN], [0, 1, NAN])
    days = (TODAY - timedelta(days=1), TODAY + timedelta(days=2))
    past = DailySeries(FIRST, np.zeros(1, np.uint8), np.array([0.0]))
    figure = futures_figure(past, [ahead], [], (TODAY, "today"), level, days)
    go.Figure(figure["data"], figure["layout"])
    assert [trace["line"].get("shape") for trace in figure["data"]] == ["hv"] * 4
    assert figure["data"][3]["text"] == ["New seller", "Level 1", ""]
    assert figure["layout"]["xaxis"]["range"] == ["2024-06-11", "2024-06-14"]
    table = futures_table([ahead], [TODAY + timedelta(days=n) for n in range(3)], level)
    assert table == {
        "head": ["Day", "at your own pace", "four draws of five"],
        "rows": [
            ["12 Jun 2024", "New seller", "New seller"],
            ["13 Jun 2024", "Level 1", "New seller to Level 1"],
            ["14 Jun 2024", "no rules", "–"],
        ],
    }
    assert futures_label([QUIET], TODAY, RATING).startswith("Public rating on 12 Jun 2024: if")
