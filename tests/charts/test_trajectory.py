"""The trajectory figure: plain lists that Plotly knows, and every number where it belongs."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date, timedelta

import numpy as np
import plotly.graph_objects as go
import pytest
from django.template.loader import render_to_string

from metrics.charts.trajectory import (
    Mark,
    ShownMove,
    ShownScore,
    Threshold,
    Trajectory,
    trajectory_figure,
    trajectory_label,
    trajectory_table,
)
from metrics.engine.days import day_number
from metrics.series import DailySeries

START = date(2024, 2, 10)
VALID_FROM = date(2024, 2, 14)


def why(start: date, end: date) -> str:
    return f"/sellers/1/why/?from={start}&to={end}"


def a_series(values: Sequence[float | None], start: date = START) -> DailySeries:
    known = np.array([np.nan if value is None else value for value in values], np.float64)
    return DailySeries(day_number(start), np.isnan(known).astype(np.uint8), known)


def a_trajectory(values: Sequence[float | None], **fields: object) -> Trajectory:
    nothing: dict[str, object] = {
        "series": a_series(values),
        "valid_from": VALID_FROM,
        "moves": [],
        "observations": [],
        "marks": [],
        "thresholds": [],
    }
    return Trajectory(**nothing | fields)  # type: ignore[arg-type]


FULL = a_trajectory(
    [9.52, 9.5, 9.499949, None, None, 9.47, 9.4],
    moves=[ShownMove(START + timedelta(days=2), 10, 9, 9.499949)],
    observations=[ShownScore(START + timedelta(days=5), 9.0)],
    marks=[
        Mark(VALID_FROM, "score introduced", "policy"),
        Mark(START, "ill", "note", until=START + timedelta(days=1)),
    ],
    thresholds=[Threshold(9, "Top Rated needs 9")],
)


def traces(shown: Trajectory) -> dict[str, dict[str, object]]:
    return {trace["name"]: trace for trace in trajectory_figure(shown, why)["data"]}


def test_the_figure_is_one_that_plotly_knows_and_nothing_but_json() -> None:
    figure = trajectory_figure(FULL, why)
    go.Figure({"data": figure["data"], "layout": figure["layout"]})
    assert json.loads(json.dumps(figure, allow_nan=False)) == figure


def test_the_scale_is_always_the_same() -> None:
    for values in ([9.5, 9.4], [1.0, 1.1]):
        layout = trajectory_figure(a_trajectory(values), why)["layout"]
        assert layout["yaxis"] == {"range": [0.9, 10.1], "dtick": 1, "tick0": 1}


def test_days_before_the_score_existed_are_drawn_apart_and_say_so() -> None:
    found = traces(FULL)
    as_if, ours = found["as if it had existed"], found["our estimate"]
    # 10 to 13 February lie before the 14th
    assert as_if["x"] == ["2024-02-10", "2024-02-11", "2024-02-12", "2024-02-13"]
    assert ours["x"] == ["2024-02-14", "2024-02-15", "2024-02-16"]
    assert as_if["line"] == {"width": 1.5, "dash": "2px,3px"}
    assert "line" not in ours
    assert ours["meta"] == {"role": "estimate", "walk": True}


def test_a_day_without_a_score_is_a_gap_and_a_shaded_span_and_never_zero() -> None:
    found = traces(FULL)
    assert found["as if it had existed"]["y"] == [9.52, 9.5, 9.4999, None]
    assert found["our estimate"]["y"] == [None, 9.47, 9.4]
    spans = trajectory_figure(FULL, why)["standing"]["spans"]
    assert {"x0": "2024-02-13", "x1": "2024-02-15", "label": "not scored"} in spans


def test_the_step_follows_the_exact_value_not_the_drawn_one() -> None:
    # 9.499949 is drawn as 9.4999 and displays as 9; 9.49996 would be drawn as 9.5
    shown = a_trajectory([9.5, 9.49996])
    found = traces(shown)
    assert found["displays"]["y"] == [10, 9]
    assert found["as if it had existed"]["y"] == [9.5, 9.5]


def test_every_day_and_every_move_leads_to_its_why() -> None:
    found = traces(FULL)
    day_after = "/sellers/1/why/?from=2024-02-14&to=2024-02-15"
    assert found["our estimate"]["customdata"][1] == day_after  # type: ignore[index]
    assert len(found["displays"]["customdata"]) == 7  # type: ignore[arg-type]
    move = found["move"]
    assert move["customdata"] == ["/sellers/1/why/?from=2024-02-11&to=2024-02-12"]
    assert (move["x"], move["y"], move["text"]) == (["2024-02-12"], [9], ["10 → 9"])
    assert move["meta"] == {"role": "move", "roles": ["loss"]}


def test_what_the_platform_showed_has_a_role_of_its_own() -> None:
    seen = traces(FULL)["shown by the platform"]
    assert (seen["x"], seen["y"]) == (["2024-02-15"], [9.0])
    assert seen["meta"] == {"role": "observation"}


def test_marks_spans_and_thresholds_go_beside_the_series() -> None:
    beside = trajectory_figure(FULL, why)["standing"]
    assert beside["marks"] == [{"x": "2024-02-14", "label": "score introduced", "role": "policy"}]
    assert {"x0": "2024-02-10", "x1": "2024-02-12", "label": "ill"} in beside["spans"]
    assert beside["thresholds"] == [{"y": 9, "label": "Top Rated needs 9"}]


@pytest.mark.parametrize("values", [[], [None, None]])
def test_nothing_scored_draws_nothing(values: list[float | None]) -> None:
    figure = trajectory_figure(a_trajectory(values), why)
    assert figure["data"] == []
    assert trajectory_label(a_trajectory(values)) == "No day of this range has a score."


def test_a_move_that_loses_the_score_ends_the_line_without_a_dot() -> None:
    shown = a_trajectory([8.0, None], moves=[ShownMove(START + timedelta(days=1), 8, None, None)])
    assert "move" not in traces(shown)
    assert trajectory_table(shown)["rows"][0][3] == "8 → not scored"


def test_the_table_holds_months_moves_and_what_was_shown_newest_first() -> None:
    table = trajectory_table(FULL)
    assert table["head"] == ["Day", "Our estimate", "Displays", "What happened"]
    assert table["rows"] == [
        ["16 Feb 2024", "9.40", "9", ""],  # the last day
        ["15 Feb 2024", "9.47", "9", "the platform showed 9"],
        ["14 Feb 2024", "not scored", "–", "score introduced"],
        ["12 Feb 2024", "9.4999", "9", "10 → 9"],  # as many digits as tell 9 from 10
        ["10 Feb 2024", "9.52", "10", "ill, until 11 Feb 2024"],
    ]


def test_the_table_has_the_last_day_of_every_month() -> None:
    days = 50  # 10 February to 30 March
    rows = trajectory_table(a_trajectory([8.0] * days))["rows"]
    assert [row[0] for row in rows] == ["30 Mar 2024", "29 Feb 2024"]


def test_numbers_of_the_table_are_right_aligned_and_words_are_not() -> None:
    table = trajectory_table(a_trajectory([9.52], marks=[Mark(START, "ill", "note")]))
    twin = render_to_string("components/_twin.html", {"table": table})
    assert '<td class="num">9.52</td><td class="num">10</td><td>ill</td>' in twin
    plain = render_to_string("components/_twin.html", {"table": {**table, "text": None}})
    assert '<td class="num">10</td>' in plain


def test_the_label_tells_the_story_in_one_sentence() -> None:
    assert trajectory_label(FULL) == (
        "Estimated success score from 9.52 on 10 Feb 2024 to 9.40 on 16 Feb 2024; "
        "the displayed number moved 1 time."
    )


def test_of_a_long_history_fewer_days_are_drawn_and_every_turn() -> None:
    # Four years of 9.2, but for one day of 8.4 and one without a score: day 1001 and day 1201,
    # which every second day from day 0 on would miss.
    values: list[float | None] = [9.2] * 1461
    values[1001], values[1201] = 8.4, None
    figure = trajectory_figure(a_trajectory(values), why)
    shown = next(trace for trace in figure["data"] if trace["name"] == "displays")
    numbers = [(date.fromisoformat(day) - START).days for day in shown["x"]]
    days = dict(zip(numbers, shown["y"], strict=True))
    assert {at: days[at] for at in (1000, 1001, 1002)} == {1000: 9, 1001: 8, 1002: 9}
    assert {at: days[at] for at in (1200, 1201, 1202)} == {1200: 9, 1201: None, 1202: 9}
    # 731 even days, 1460 among them, and the two odd ones.
    assert len(days) == 733
    assert len(shown["customdata"]) == len(shown["x"])
