"""The waterfall of a move: where the score was, what lifted and lowered it, where it is."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from metrics.words import pair_decimals, score_words, signed

#: Letters of a label before it is cut; the table beside the chart has it in full.
LABEL_LETTERS = 44

#: The step to the displayed number is drawn where it is at most this many times as tall as
#: everything else, because next to it the rest could not be seen.
ROUNDING_AT_MOST = 3.0


@dataclass(frozen=True, slots=True)
class Step:
    """One bar: what it stands for, by how much, and where its lines are."""

    label: str
    amount: float
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Level:
    """One end: its label and the score there."""

    label: str
    score: float


def draws_rounding(start: Level, steps: Sequence[Step], end: Level, displayed: int) -> bool:
    """Whether the step from the score to the displayed number goes into the drawing."""
    levels = [start.score]
    for step in steps:
        levels.append(levels[-1] + step.amount)
    span = max(levels) - min(levels)
    return abs(displayed - end.score) <= ROUNDING_AT_MOST * span


def waterfall(
    *, start: Level, steps: Sequence[Step], end: Level, displayed: int | None = None
) -> dict[str, Any]:
    """One bar trace: two totals, a bar for each step, and the rounding where it fits.

    ``y`` holds the score of a total and the amount of a step; the page's script puts each
    bar on the level that the bars before it have reached. Roles, not colours: the page
    colours them by its theme.
    """
    decimals = pair_decimals(start.score, end.score)
    bars: list[tuple[str, float, str, str, str | None]] = [
        (start.label, start.score, f"{start.score:.{decimals}f}", "total", None)
    ]
    for step in steps:
        role = "gain" if step.amount > 0 else "loss" if step.amount < 0 else "muted"
        bars.append((step.label, step.amount, signed(step.amount), role, step.url))
    bars.append((end.label, end.score, f"{end.score:.{decimals}f}", "total", None))
    if displayed is not None and draws_rounding(start, steps, end, displayed):
        rounding = displayed - end.score
        bars.append(("rounding", rounding, signed(rounding, decimals), "rounding", None))
        bars.append(("displayed", float(displayed), str(displayed), "displayed", None))
    labels = _unique([_short(bar[0]) for bar in bars])
    return {
        "data": [
            {
                "type": "bar",
                "x": labels,
                "y": [bar[1] for bar in bars],
                "text": [bar[2] for bar in bars],
                "hovertext": [f"{bar[0]}: {bar[2]}" for bar in bars],
                "customdata": [bar[4] for bar in bars],
                "meta": {"roles": [bar[3] for bar in bars]},
            }
        ],
        "layout": {},
        "standing": {"kind": "waterfall", "link": "its lines ›"},
    }


def waterfall_table(
    *, start: Level, steps: Sequence[Step], end: Level, displayed: int | None = None
) -> dict[str, Any]:
    """The same numbers as a table: each step and the score that it leads to."""
    rows = [[start.label, "", score_words(start.score, 3)]]
    amounts: list[float] = [start.score]
    for step in steps:
        amounts.append(step.amount)
        rows.append([step.label, signed(step.amount), score_words(math.fsum(amounts), 3)])
    rows.append([end.label, "", score_words(end.score, 3)])
    if displayed is not None:
        rows.append(
            ["rounding to the displayed number", signed(displayed - end.score), str(displayed)]
        )
    rows[0][1] = ""
    return {"head": ["Step", "Effect", "Score"], "rows": rows}


def _short(label: str) -> str:
    if len(label) <= LABEL_LETTERS:
        return label
    return label[: LABEL_LETTERS - 1].rstrip() + "…"


def _unique(labels: Sequence[str]) -> list[str]:
    """Bars of the same label would share one place: number the later ones."""
    seen: dict[str, int] = {}
    unique = []
    for label in labels:
        seen[label] = seen.get(label, 0) + 1
        unique.append(label if seen[label] == 1 else f"{label} ({seen[label]})")
    return unique
