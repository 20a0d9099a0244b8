"""Futures drawn behind the past: dashed, because they are forecasts; the past is a line."""

from __future__ import annotations

import math
from collections.abc import Sequence
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


@dataclass(frozen=True, slots=True)
class FutureLine:
    """One future from ``first_day`` on; NaN on days without a score.

    ``low`` and ``high`` bound its band, where it has one.
    """

    name: str
    first_day: int
    score: Sequence[float]
    low: Sequence[float] = ()
    high: Sequence[float] = ()

    def on(self, day: int) -> float | None:
        at = day - self.first_day
        if not 0 <= at < len(self.score) or math.isnan(self.score[at]):
            return None
        return self.score[at]

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
) -> Figure:
    """The figure as the page draws it, of at most three futures; arrow keys read the first.

    ``mark`` is a day with its words: today, or the day that is looked at.
    """
    traces = [_line("our estimate", "estimate", past.first_day, past.values.tolist())]
    for number, future in enumerate(futures):
        if future.low:
            traces.append(_band(future, future.low, None))
            traces.append(_band(future, future.high, "tonexty"))
        trace = _line(future.name, "forecast", future.first_day, future.score)
        traces.append(trace | {"line": _DASHES[number]})
        if not number:
            trace["meta"]["walk"] = True
    return {
        "data": [trace for trace in traces if any(y is not None for y in trace["y"])],
        "layout": {"yaxis": {"range": [0.9, 10.1], "dtick": 1, "tick0": 1}},
        "standing": {
            "kind": "time",
            "thresholds": [{"y": t.score, "label": t.label} for t in thresholds],
            "marks": [{"x": mark[0].isoformat(), "label": mark[1], "role": "today"}],
            "spans": [],
        },
    }


def _line(name: str, role: str, first_day: int, values: Sequence[float]) -> Figure:
    return {
        "type": "scatter",
        "mode": "lines",
        "name": name,
        "x": _days(first_day, len(values)),
        "y": _drawn(values),
        "connectgaps": False,
        "meta": {"role": role},
    }


def _band(future: FutureLine, edge: Sequence[float], fill: str | None) -> Figure:
    trace = _line(f"{future.name}, band", "band", future.first_day, edge)
    return trace | ({"fill": fill} if fill else {})


def _days(first_day: int, count: int) -> list[str]:
    return [date_of(first_day + offset).isoformat() for offset in range(count)]


def _drawn(values: Sequence[float]) -> list[float | None]:
    return [None if math.isnan(value) else round(value, _DRAWN) for value in values]


def futures_table(futures: Sequence[FutureLine], days: Sequence[date]) -> dict[str, list[Any]]:
    """The chart's twin: some days, each future's score, what it displays, and its band."""
    head = ["Day"]
    for future in futures:
        head += [future.name, "displays"]
        if future.low:
            head.append("four draws of five")
    rows = []
    for day in days:
        number = (day - date_of(0)).days
        row = [day_words(day)]
        for future in futures:
            score = future.on(number)
            row += (
                ["not scored", "–"] if score is None else [score_words(score), str(display(score))]
            )
            if future.low:
                band = future.band_on(number)
                row.append("–" if band is None else f"{band[0]:.2f} to {band[1]:.2f}")
        rows.append(row)
    return {"head": head, "rows": rows}


def futures_legend(futures: Sequence[FutureLine]) -> list[dict[str, str]]:
    """A key for each future."""
    return [{"kind": _KEYS[n], "label": future.name} for n, future in enumerate(futures)]


def futures_label(futures: Sequence[FutureLine], day: date) -> str:
    """One sentence for those who do not see the chart."""
    number = (day - date_of(0)).days
    said = []
    for future in futures:
        score = future.on(number)
        what = "no score" if score is None else score_words(score)
        said.append(f"{future.name} {what}")
    return f"Estimated success score on {day_words(day)}: {'; '.join(said)}."


def table_days(today: date, last_day: date) -> list[date]:
    """Today, the coming month by weeks, then months."""
    ahead = [0, 7, 14, 21, 30, 60, 90, 120, 150, 180, 270, 365, 540, 730]
    return [today + timedelta(days=n) for n in ahead if today + timedelta(days=n) <= last_day]
