"""The trajectory of a score: the estimate, what it displays, and what is known beside it.

Pure: series in, a figure of plain lists out. Colours and shapes are the page's
(static/js/chart-theme.js); docs/DESIGN_SYSTEM.md describes the form.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from metrics.engine.days import date_of, day_number
from metrics.engine.reference import display
from metrics.series import DailySeries
from metrics.words import day_words, score_words, whole

Figure = dict[str, Any]
#: Two days → the address of the page that says why the score moved between them.
WhyUrl = Callable[[date, date], str]

_ONE_DAY = timedelta(days=1)
#: Decimals that are drawn; the page of a day gives it to the last digit.
_DRAWN = 4
#: Days that are drawn one by one; of more, every second, third …, and every day of a turn.
_MOST_DAYS = 3 * 365 + 1


@dataclass(frozen=True, slots=True)
class ShownMove:
    """A day on which the displayed number changed; None is "not scored"."""

    day: date
    before: int | None
    after: int | None
    score_after: float | None


@dataclass(frozen=True, slots=True)
class ShownScore:
    """A score that the platform displayed on a day."""

    day: date
    value: float


@dataclass(frozen=True, slots=True)
class Mark:
    """Something dated on the chart; with an end it is a span."""

    day: date
    label: str
    role: str
    until: date | None = None
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Threshold:
    """A line across."""

    score: float
    label: str


@dataclass(frozen=True, slots=True)
class Trajectory:
    """All that one chart shows, of the days of ``series``.

    ``valid_from`` is the day from which on the platform had this score at all; what lies
    before is drawn lighter, "as if".
    """

    series: DailySeries
    valid_from: date
    moves: Sequence[ShownMove]
    observations: Sequence[ShownScore]
    marks: Sequence[Mark]
    thresholds: Sequence[Threshold]


def trajectory_figure(shown: Trajectory, why_url: WhyUrl) -> Figure:
    """The figure as the page draws it: traces with roles, and marks in ``standing``."""
    series = shown.series
    # The display follows the exact value, which is rounded for drawing only.
    all_displayed = [None if math.isnan(v) else display(v) for v in series.values.tolist()]
    drawn = _drawn(all_displayed)
    dates = [date_of(series.first_day + at) for at in drawn]
    days = [day.isoformat() for day in dates]
    values = [None if math.isnan(v) else round(v, _DRAWN) for v in series.values[drawn].tolist()]
    displayed = [all_displayed[at] for at in drawn]
    urls = [why_url(day - _ONE_DAY, day) for day in dates]
    traces = [
        *_estimate_traces(days, values, urls, shown.valid_from),
        {
            "type": "scatter",
            "mode": "lines",
            "name": "displays",
            "x": days,
            "y": displayed,
            "meta": {"role": "display"},
            "customdata": urls,
        },
        _moves_trace(shown.moves, why_url),
        _observations_trace(shown.observations),
    ]
    return {
        "data": [trace for trace in traces if any(y is not None for y in trace["y"])],
        "layout": {"yaxis": {"range": [0.9, 10.1], "dtick": 1, "tick0": 1}},
        "standing": {
            "kind": "time",
            "thresholds": [{"y": t.score, "label": t.label} for t in shown.thresholds],
            "marks": [_mark(mark) for mark in shown.marks if mark.until is None],
            "spans": [*_note_spans(shown.marks), *_unscored_spans(series)],
            "link": "why ›",
        },
    }


def _drawn(displayed: Sequence[int | None]) -> list[int]:
    """Which days are drawn: evenly, and both sides of every turn, where the line must break."""
    every = max(1, math.ceil(len(displayed) / _MOST_DAYS))
    turns = [at for at in range(1, len(displayed)) if displayed[at] != displayed[at - 1]]
    sides = {side for at in turns for side in (at - 1, at)}
    return sorted({*range(0, len(displayed), every), *sides, *range(len(displayed))[-1:]})


def _estimate_traces(
    days: list[str], values: list[float | None], urls: list[str], valid_from: date
) -> list[Figure]:
    cut = sum(day < valid_from.isoformat() for day in days)
    traces = []
    if cut:
        as_if = _estimate_trace("as if it had existed", days[:cut], values[:cut], urls[:cut])
        traces.append(as_if | {"line": {"width": 1.5, "dash": "2px,3px"}, "opacity": 0.7})
    if cut < len(days):
        traces.append(_estimate_trace("our estimate", days[cut:], values[cut:], urls[cut:]))
    if traces:
        traces[-1]["meta"] |= {"walk": True}
    return traces


def _estimate_trace(
    name: str, days: list[str], values: list[float | None], urls: list[str]
) -> Figure:
    return {
        "type": "scatter",
        "mode": "lines",
        "name": name,
        "x": days,
        "y": values,
        "customdata": urls,
        "connectgaps": False,
        "meta": {"role": "estimate"},
    }


def _moves_trace(moves: Sequence[ShownMove], why_url: WhyUrl) -> Figure:
    """A dot on the line at every move that leaves a score; the others end the line."""
    scored = [move for move in moves if move.score_after is not None]
    scored.sort(key=lambda move: move.day)
    return {
        "type": "scatter",
        "mode": "markers",
        "name": "move",
        "x": [move.day.isoformat() for move in scored],
        "y": [move.after for move in scored],
        "text": [turn_words(move.before, move.after) for move in scored],
        "hovertemplate": "%{text}",
        "customdata": [why_url(move.day - _ONE_DAY, move.day) for move in scored],
        "meta": {"role": "move", "roles": [_role(move) for move in scored]},
    }


def _role(move: ShownMove) -> str:
    if move.before is None or move.after is None:
        return "muted"
    return "loss" if move.after < move.before else "gain"


def _observations_trace(observations: Sequence[ShownScore]) -> Figure:
    return {
        "type": "scatter",
        "mode": "markers",
        "name": "shown by the platform",
        "x": [seen.day.isoformat() for seen in observations],
        "y": [seen.value for seen in observations],
        "meta": {"role": "observation"},
    }


def turn_words(before: int | None, after: int | None) -> str:
    """ "10 → 9"; a missing side reads "not scored"."""
    return " → ".join("not scored" if side is None else str(side) for side in (before, after))


def _mark(mark: Mark) -> dict[str, str]:
    found = {"x": mark.day.isoformat(), "label": mark.label, "role": mark.role}
    return found | ({"url": mark.url} if mark.url else {})


def _note_spans(marks: Sequence[Mark]) -> list[dict[str, str]]:
    return [
        {"x0": m.day.isoformat(), "x1": (m.until + _ONE_DAY).isoformat(), "label": m.label}
        for m in marks
        if m.until is not None
    ]


def _unscored_spans(series: DailySeries) -> list[dict[str, str]]:
    """Days without a score, from the first to the day after the last of each run."""
    spans = []
    begin: int | None = None
    for offset, value in enumerate([*series.values.tolist(), 0.0]):
        if math.isnan(value):
            begin = offset if begin is None else begin
        elif begin is not None:
            first, end = series.first_day + begin, series.first_day + offset
            spans.append(
                {
                    "x0": date_of(first).isoformat(),
                    "x1": date_of(min(end, series.last_day)).isoformat(),
                    "label": "not scored",
                }
            )
            begin = None
    return spans


def trajectory_table(shown: Trajectory) -> dict[str, list[Any]]:
    """The chart's twin: month ends, moves and what the platform showed, newest first."""
    series = shown.series
    happened: dict[date, list[str]] = {}
    for move in shown.moves:
        happened.setdefault(move.day, []).append(turn_words(move.before, move.after))
    for seen in shown.observations:
        happened.setdefault(seen.day, []).append(f"the platform showed {whole(seen.value)}")
    for mark in shown.marks:
        happened.setdefault(mark.day, []).append(_marked(mark))
    inside = [day for day in happened if 0 <= day_number(day) - series.first_day < len(series)]
    rows = []
    for day in sorted({*inside, *_month_ends(series)}, reverse=True):
        score = series.value_on(day)
        rows.append(
            [
                day_words(day),
                "not scored" if score is None else score_words(score),
                "–" if score is None else str(display(score)),
                "; ".join(happened.get(day, [])),
            ]
        )
    head = ["Day", "Our estimate", "Displays", "What happened"]
    return {"head": head, "rows": rows, "text": [3]}


def _marked(mark: Mark) -> str:
    return mark.label if mark.until is None else f"{mark.label}, until {day_words(mark.until)}"


def _month_ends(series: DailySeries) -> list[date]:
    """The last day of every month inside the series, and its very last day."""
    days = series.dates()
    return [day for day in days if (day + _ONE_DAY).day == 1] + days[-1:]


def trajectory_label(shown: Trajectory) -> str:
    """One sentence for those who do not see the chart."""
    series = shown.series
    scored = [
        (day, value)
        for day, value in zip(series.dates(), series.values.tolist(), strict=True)
        if not math.isnan(value)
    ]
    if not scored:
        return "No day of this range has a score."
    (first, start), (last, end) = scored[0], scored[-1]
    moves = len(shown.moves)
    return (
        f"Estimated success score from {score_words(start)} on {day_words(first)} to "
        f"{score_words(end)} on {day_words(last)}; the displayed number moved "
        f"{moves} {'time' if moves == 1 else 'times'}."
    )
