"""Futures drawn behind the past: dashed, because they are forecasts; the past is a line."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from metrics.charts.trajectory import Threshold
from metrics.engine.days import date_of
from metrics.engine.reference import display
from metrics.series import DailySeries
from metrics.words import day_words, score_words

Figure = dict[str, Any]
#: Decimals of a drawn value.
_DRAWN = 4
#: Futures differ without colour: dashed, dotted, dash and dot; with the legend's key of each.
_DASHES: tuple[dict[str, str], ...] = ({}, {"dash": "2px,4px"}, {"dash": "8px,3px,2px,3px"})
_KEYS = ("forecast", "forecast-dotted", "forecast-mixed")
BAND_WORDS = "four draws of five"


@dataclass(frozen=True, slots=True)
class Scale:
    """How one number is drawn over time, and said.

    Attributes
    ----------
    what : begins the sentence for those who do not see the chart
    axis : the y axis, the same for a number everywhere
    say : a value as exact as the page is
    none : words of a day without a value
    displays : what is displayed for a value, where that is another number
    steps : it keeps its value until it has another one; each value is read as ``say`` has it
    closer : begins with the part of the axis where the values are; None never offers it
    """

    what: str
    axis: Mapping[str, Any]
    say: Callable[[float], str]
    none: str
    displays: Callable[[float], str] | None = None
    steps: bool = False
    closer: bool | None = False


SCORE = Scale(
    what="Estimated success score",
    axis={"range": [0.9, 10.1], "dtick": 1, "tick0": 1},
    say=score_words,
    none="not scored",
    displays=lambda score: str(display(score)),
)
RATING = Scale(
    what="Public rating",
    axis={"range": [0.95, 5.05], "nticks": 6},
    say="{:.2f}".format,
    none="no rating",
    closer=True,
)


@dataclass(frozen=True, slots=True)
class FutureLine:
    """One future from ``first_day`` on; NaN on days without a value.

    ``low`` and ``high`` bound its band, where it has one.
    """

    name: str
    first_day: int
    values: Sequence[float]
    low: Sequence[float] = ()
    high: Sequence[float] = ()

    def on(self, day: int) -> float | None:
        at = day - self.first_day
        if not 0 <= at < len(self.values) or math.isnan(self.values[at]):
            return None
        return self.values[at]

    def band_on(self, day: int) -> tuple[float, float] | None:
        at = day - self.first_day
        if not 0 <= at < len(self.low) or math.isnan(self.low[at]):
            return None
        return self.low[at], self.high[at]


def futures_figure(
    past: DailySeries,
    futures: Sequence[FutureLine],
    thresholds: Sequence[Threshold],
    mark: tuple[date, str],
    scale: Scale = SCORE,
    days: tuple[date, date] | None = None,
) -> Figure:
    """The figure as the page draws it, of at most three futures; arrow keys read the first.

    Parameters
    ----------
    past : what was, up to today
    mark : a day with its words: today, or the day that is looked at
    days : the first and the last day of the time axis, so that figures one above the other
        share it; else as the lines reach
    """
    traces = [_line("our estimate", "estimate", past.first_day, past.values.tolist(), scale)]
    for number, future in enumerate(futures):
        if future.low:
            traces.append(_band(future, future.low, scale))
            traces.append(_band(future, future.high, scale) | {"fill": "tonexty"})
        trace = _line(future.name, "forecast", future.first_day, future.values, scale)
        trace["line"] = trace["line"] | _DASHES[number]
        traces.append(trace)
        if not number:
            trace["meta"]["walk"] = True
    shared = {} if days is None else _shared_axis(*days)
    return {
        "data": [trace for trace in traces if any(y is not None for y in trace["y"])],
        "layout": {"yaxis": {**scale.axis, "automargin": days is None}} | shared,
        "standing": {
            "kind": "time",
            "thresholds": [{"y": t.score, "label": t.label} for t in thresholds],
            "marks": [{"x": mark[0].isoformat(), "label": mark[1], "role": "today"}],
            "spans": [],
            "closer": scale.closer,
        },
    }


def _shared_axis(first: date, last: date) -> Figure:
    """The same days at the same places: no margin grows with the words beside an axis."""
    return {
        "xaxis": {"range": [first.isoformat(), last.isoformat()]},
        "margin": {"l": 34, "r": 12, "t": 14, "b": 26, "pad": 4},
    }


def _line(name: str, role: str, first_day: int, values: Sequence[float], scale: Scale) -> Figure:
    trace = _bare_line(name, role, first_day, values)
    if scale.steps:
        trace["line"] = {"shape": "hv"}
        trace["text"] = ["" if math.isnan(value) else scale.say(value) for value in values]
        trace["hovertemplate"] = "%{text}"
    return trace


def _bare_line(name: str, role: str, first_day: int, values: Sequence[float]) -> Figure:
    return {
        "line": {},
        "type": "scatter",
        "mode": "lines",
        "name": name,
        "x": _days(first_day, len(values)),
        "y": _drawn(values),
        "connectgaps": False,
        "meta": {"role": role},
    }


def _band(future: FutureLine, edge: Sequence[float], scale: Scale) -> Figure:
    trace = _bare_line(f"{future.name}, band", "band", future.first_day, edge)
    return trace | {"line": {"shape": "hv"} if scale.steps else {}}


def _days(first_day: int, count: int) -> list[str]:
    return [date_of(first_day + offset).isoformat() for offset in range(count)]


def _drawn(values: Sequence[float]) -> list[float | None]:
    return [None if math.isnan(value) else round(value, _DRAWN) for value in values]


def futures_table(
    futures: Sequence[FutureLine], days: Sequence[date], scale: Scale = SCORE
) -> dict[str, list[Any]]:
    """The chart's twin: some days, each future's value, what it displays, and its band."""
    head = ["Day"]
    for future in futures:
        head.append(future.name)
        if scale.displays is not None:
            head.append("displays")
        if future.low:
            head.append(BAND_WORDS)
    rows = []
    for day in days:
        number = (day - date_of(0)).days
        row = [day_words(day)]
        for future in futures:
            row += _cells(future, number, scale)
        rows.append(row)
    return {"head": head, "rows": rows}


def _cells(future: FutureLine, day: int, scale: Scale) -> list[str]:
    """One future on one day, as cells of the table."""
    value = future.on(day)
    cells = [scale.none if value is None else scale.say(value)]
    if scale.displays is not None:
        cells.append("–" if value is None else scale.displays(value))
    if future.low:
        band = future.band_on(day)
        cells.append("–" if band is None else band_words(scale, *band))
    return cells


def band_words(scale: Scale, low: float, high: float) -> str:
    """ "9.55 to 9.65"; once where both ends read the same."""
    ends = [scale.say(low), scale.say(high)]
    return ends[0] if ends[0] == ends[1] else " to ".join(ends)


def futures_legend(futures: Sequence[FutureLine]) -> list[dict[str, str]]:
    """A key for each future, and one for their bands."""
    keys = [{"kind": _KEYS[n], "label": future.name} for n, future in enumerate(futures)]
    banded = any(future.low for future in futures)
    return [*keys, {"kind": "band", "label": BAND_WORDS}] if banded else keys


def futures_label(futures: Sequence[FutureLine], day: date, scale: Scale = SCORE) -> str:
    """One sentence for those who do not see the chart."""
    number = (day - date_of(0)).days
    said = []
    for future in futures:
        value = future.on(number)
        what = scale.none if value is None else scale.say(value)
        said.append(f"{future.name} {what}")
    return f"{scale.what} on {day_words(day)}: {'; '.join(said)}."


def table_days(today: date, last_day: date) -> list[date]:
    """Today, the coming month by weeks, then months."""
    ahead = [0, 7, 14, 21, 30, 60, 90, 120, 150, 180, 270, 365, 540, 730]
    return [today + timedelta(days=n) for n in ahead if today + timedelta(days=n) <= last_day]
