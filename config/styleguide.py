"""Every component in every state, with sample data: a page for those who build pages."""

from __future__ import annotations

import math
from datetime import date, timedelta
from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

FIRST, FELL, TODAY = date(2023, 8, 1), date(2024, 6, 12), date(2024, 8, 1)


class SampleForm(forms.Form):
    handle = forms.CharField(
        label="Handle", help_text="As it stands in the address of the seller’s page."
    )
    zone = forms.ChoiceField(
        label="Time zone",
        choices=[("UTC", "UTC"), ("Europe/Berlin", "Europe/Berlin")],
        help_text="Days are days in this zone.",
    )
    note = forms.CharField(label="Note", widget=forms.Textarea(attrs={"rows": 2}), required=False)
    pro = forms.BooleanField(label="Pro seller", required=False)
    file = forms.FileField(label="Orders", required=False)


def _score_on(day: date) -> float:
    """A believable line: slow waves, and a fall on the day the sample story is about."""
    n = (day - FIRST).days
    wave = 9.62 + 0.12 * math.sin(n / 38) + 0.06 * math.sin(n / 11)
    return round(wave - (0.31 if day >= FELL else 0.0), 3)


def trajectory() -> dict[str, Any]:
    """A year of scores with everything that a trajectory may carry."""
    days = [FIRST + timedelta(n) for n in range((TODAY - FIRST).days + 1)]
    ahead = [TODAY + timedelta(n) for n in range(75)]
    iso = [day.isoformat() for day in days]
    scores = [_score_on(day) for day in days]
    last = scores[-1]
    return {
        "data": [
            {
                "type": "scatter",
                "name": "displayed",
                "meta": {"role": "display"},
                "x": iso,
                "y": [math.floor(score + 0.5) for score in scores],
            },
            {
                "type": "scatter",
                "name": "our estimate",
                "meta": {"role": "estimate", "walk": True},
                "x": iso,
                "y": scores,
                "customdata": [f"?from={d - timedelta(1)}&to={d}" for d in days],
            },
            {
                "type": "scatter",
                "name": "if nothing new happens",
                "meta": {"role": "forecast"},
                "x": [day.isoformat() for day in ahead],
                "y": [round(last + 0.003 * n, 3) for n in range(len(ahead))],
            },
            {
                "type": "scatter",
                "name": "shown by the platform",
                "meta": {"role": "observation"},
                "x": ["2023-11-02", "2024-05-03"],
                "y": [10, 10],
            },
        ],
        "layout": {"yaxis": {"range": [4.5, 10.5], "dtick": 1}},
        "standing": {
            "kind": "time",
            "thresholds": [
                {"y": 5, "label": "Level 1 needs 5"},
                {"y": 7, "label": "Level 2 needs 7"},
                {"y": 9, "label": "Top Rated needs 9"},
            ],
            "marks": [
                {"x": "2024-01-10", "label": "note: two weeks ill", "role": "note"},
                {"x": "2024-02-14", "label": "new rules", "role": "policy"},
                {"x": TODAY.isoformat(), "label": "today", "role": "today"},
            ],
            "spans": [{"x0": "2024-06-02", "x1": TODAY.isoformat(), "label": "provisional"}],
        },
    }


def waterfall() -> dict[str, Any]:
    """From one day to the next, cause by cause."""
    return {
        "data": [
            {
                "type": "bar",
                "x": [
                    "11 Jun",
                    "gig began to count",
                    "new review",
                    "faded",
                    "left the window",
                    "34 smaller",
                    "12 Jun",
                    "rounding",
                    "displayed",
                ],
                "y": [9.52, -0.312, 0.221, 0.043, -0.01, 0.008, 9.47, -0.47, 9],
                "text": ["9.52", "−0.31", "+0.22", "+0.04", "−0.01", "+0.01", "9.47", "−0.47", "9"],
                "meta": {
                    "roles": [
                        "total", "loss", "gain", "gain", "loss",
                        "muted", "total", "rounding", "displayed",
                    ]
                },
                "customdata": [None, "?cause=began", "?cause=entered", "?cause=faded"] + [None] * 5,
            }
        ],
        "layout": {},
        "standing": {"kind": "waterfall"},
    }  # fmt: skip


def _spark(values: list[float], label: str, *, noise: bool = False) -> dict[str, Any]:
    low, high = min(values) - 0.1, max(values) + 0.1
    points = [
        (round(100 * i / (len(values) - 1), 2), round(24 * (high - v) / (high - low), 2))
        for i, v in enumerate(values)
    ]
    return {
        "segments": [" ".join(f"{x},{y}" for x, y in points)],
        "end": {"x": points[-1][0], "y": points[-1][1]},
        "levels": [],
        "label": label,
        "noise": noise,
    }


def _rows(figure: dict[str, Any], step: int = 30) -> dict[str, Any]:
    trace = figure["data"][1]
    pairs = list(zip(trace["x"], trace["y"], strict=True))[::-step]
    return {
        "head": ["Day", "Our estimate", "Displayed"],
        "rows": [[day, f"{score:.2f}", math.floor(score + 0.5)] for day, score in pairs],
    }


FACTORS = [
    {"name": "Client satisfaction", "label": "strong positive", "direction": "up", "position": 86,
     "detail": "0.97 against 0.90 for its price range"},
    {"name": "Effective communication", "label": "positive", "direction": "up", "position": 44},
    {"name": "Conflict-free orders", "label": "positive", "direction": "up", "position": 30},
    {"name": "Delivery time", "label": "room for growth", "direction": "flat", "position": -6},
    {"name": "Order cancellations", "label": "strong negative", "direction": "down",
     "position": -78, "detail": "4 of 61 orders cancelled by the seller"},
    {"name": "Value for money", "label": None, "direction": "flat", "position": 0,
     "detail": "cannot be told: no sub-ratings in these files"},
]  # fmt: skip

LEDGER = [
    {"ref": None, "gig": "Book editing", "area": "whole gig", "cause": "began to count",
     "text": "−0.312", "direction": "down", "position": -100},
    {"ref": "FO61B80A7D82", "gig": "Book editing", "area": "client satisfaction",
     "cause": "new review, 5 stars", "text": "+0.221", "direction": "up", "position": 71},
    {"ref": "FO5A02C991C4", "gig": "Blog posts", "area": "order cancellations", "cause": "faded",
     "text": "+0.043", "direction": "up", "position": 14},
]  # fmt: skip

ROSTER: list[dict[str, Any]] = [
    {"name": "mira-writes", "level": "Level 2", "now": 9, "before": 10, "exact": "9.47",
     "change": "−0.05", "direction": "down", "noise": False, "orders": "118",
     "reason": "“Book editing” began to count"},
    {"name": "okapi-studio", "level": "Top Rated", "now": 10, "before": 10, "exact": "9.81",
     "change": "+0.01", "direction": "up", "noise": True, "orders": "1,204",
     "reason": "nothing moved beyond noise"},
    {"name": "north-audio", "level": "Level 1", "now": 7, "before": 6, "exact": "6.62",
     "change": "+0.21", "direction": "up", "noise": False, "orders": "64",
     "reason": "a cancelled order left the two-year window"},
    {"name": "new-seller", "level": "New", "now": None, "before": None, "exact": None,
     "change": None, "direction": "flat", "noise": False, "orders": "2",
     "reason": "not scored yet: 2 of 3 orders"},
]  # fmt: skip


def context(request: HttpRequest) -> dict[str, Any]:
    """Everything that templates/styleguide.html shows."""
    line = trajectory()
    fine, wrong = SampleForm(), SampleForm({"zone": "Mars"})
    spark = _spark([_score_on(FIRST + timedelta(286 + n)) for n in range(60)], "from 9.6 to 9.3")
    calm = _spark([9.8, 9.81, 9.8, 9.82, 9.81, 9.81], "9.8 all along", noise=True)
    return {
        "request": request,
        "trajectory": line,
        "trajectory_table": _rows(line),
        "waterfall": waterfall(),
        "waterfall_table": {
            "head": ["Step", "Effect"],
            "rows": [
                [x, t]
                for x, t in zip(
                    waterfall()["data"][0]["x"], waterfall()["data"][0]["text"], strict=True
                )
            ],
        },
        "legend": [
            {"kind": "estimate", "label": "our estimate"},
            {"kind": "display", "label": "displayed, rounded"},
            {"kind": "forecast", "label": "if nothing new happens"},
            {"kind": "observation", "label": "shown by the platform"},
        ],
        "ranges": [
            {"label": label, "url": f"?range={label}", "current": label == "1y"}
            for label in ("1m", "3m", "6m", "1y", "2y", "all")
        ],
        "tabs": [
            {"label": "By order", "url": "?by=order", "current": True, "count": 37},
            {"label": "By cause", "url": "?by=cause", "current": False, "count": 6},
            {"label": "By gig", "url": "?by=gig", "current": False, "count": None},
        ],
        "crumbs": [{"label": "Sellers", "url": "/"}, {"label": "mira-writes", "url": "/"}],
        "marks": {"estimate": 9.47, "observed": 9, "thresholds": [5, 7, 9]},
        "factors": FACTORS,
        "ledger": LEDGER,
        "roster": [row | {"spark": calm if row["noise"] else spark} for row in ROSTER],
        "sum_after": [
            {"words": "rounding −0.47 → 9", "holds": None},
            {"words": "platform showed 9", "holds": True},
        ],
        "moves": [
            {"day": FELL, "before": "10", "after": "9", "direction": "down", "url": "?to=1",
             "sentence": "“Book editing” began to count, after a perfect order on it."},
            {"day": date(2024, 3, 3), "before": "9", "after": "10", "direction": "up",
             "url": "?to=2", "sentence": "A cancelled order left the two-year window."},
            {"day": date(2022, 9, 1), "before": None, "after": "9", "direction": "flat",
             "url": "?to=3", "sentence": "Scored for the first time, with its third order."},
        ],
        "steps": [
            {"name": "File", "state": "done", "url": "?step=1"},
            {"name": "Check", "state": "current", "url": None},
            {"name": "Done", "state": "todo", "url": None},
        ],
        "steps_failed": [
            {"name": "File", "state": "done", "url": "?step=1"},
            {"name": "Check", "state": "failed", "url": None},
            {"name": "Done", "state": "todo", "url": None},
        ],
        "spark": spark,
        "calm": calm,
        "form": fine,
        "wrong_form": wrong,
        "page": Paginator(range(1204), 50).page(4),
    }  # fmt: skip


@require_safe
def styleguide(request: HttpRequest) -> HttpResponse:
    """The design system on one page; wired where DEBUG is on."""
    return render(request, "styleguide.html", context(request))
