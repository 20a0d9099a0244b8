"""The scores of a few sellers on one chart. Pure: series in, a figure of plain lists out."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date
from typing import Any

from metrics.series import DailySeries
from metrics.words import day_words, score_words

#: How each line is drawn, the first seller's first: colour and dashes tell them apart.
ROLES = ("first", "second", "third", "fourth")
#: Decimals that are drawn; the page of a day gives it to the last digit.
_DRAWN = 4


def compare_figure(shown: Mapping[str, DailySeries]) -> dict[str, Any]:
    """One line a seller, by name, over the same scale as everywhere."""
    traces: list[dict[str, Any]] = []
    for role, (name, series) in zip(ROLES, shown.items(), strict=False):
        values = [None if math.isnan(v) else round(v, _DRAWN) for v in series.values.tolist()]
        if any(value is not None for value in values):
            traces.append(
                {
                    "type": "scatter",
                    "mode": "lines",
                    "name": name,
                    "x": [day.isoformat() for day in series.dates()],
                    "y": values,
                    "connectgaps": False,
                    "meta": {"role": role, "walk": not traces},
                }
            )
    return {
        "data": traces,
        "layout": {"yaxis": {"range": [0.9, 10.1], "dtick": 1, "tick0": 1}},
        "standing": {"kind": "time", "closer": True},
    }


def compare_table(shown: Mapping[str, DailySeries]) -> dict[str, list[Any]]:
    """The score of each at the end of every month, and on the last day."""
    ends = _month_ends(shown)
    rows = []
    for day in ends:
        values = [series.value_on(day) for series in shown.values()]
        words = [None if value is None else score_words(value) for value in values]
        rows.append([day_words(day), *words])
    return {"head": ["Day", *shown], "rows": rows}


def _month_ends(shown: Mapping[str, DailySeries]) -> list[date]:
    """The last day of each month that any of them has, newest first."""
    last: dict[tuple[int, int], date] = {}
    for series in shown.values():
        for day in series.dates():
            key = (day.year, day.month)
            last[key] = max(day, last.get(key, day))
    return sorted(last.values(), reverse=True)
