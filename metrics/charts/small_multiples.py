"""Lines without axes: one for each seller of the roster, one for each gig."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

#: The box of ``components/_sparkline.html``: x to the right, y downwards.
WIDTH = 100.0
HEIGHT = 24.0
#: Points that a line of this size can show; more are left out.
_MOST_POINTS = 200


@dataclass(frozen=True, slots=True)
class Point:
    """A place in the box."""

    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Sparkline:
    """What ``components/_sparkline.html`` draws.

    ``segments`` are lists of "x,y" pairs; a new one begins after days without a score.
    """

    segments: tuple[str, ...]
    end: Point | None
    levels: tuple[float, ...]
    label: str
    noise: bool


def sparkline(
    values: Sequence[float | None],
    *,
    low: float,
    high: float,
    label: str,
    noise: bool = False,
    levels: Sequence[float] = (),
) -> Sparkline:
    """Draw one value a day; None leaves a gap.

    Parameters
    ----------
    low, high : the values at the bottom and the top of the box
    levels : values of thin lines across; those outside the box are left out
    """
    if high <= low:
        raise ValueError(f"high {high} is not above low {low}")
    step = WIDTH / max(len(values) - 1, 1)
    every = max(1, math.ceil(len(values) / _MOST_POINTS))
    last = len(values) - 1
    segments: list[list[str]] = [[]]
    for index, value in enumerate(values):
        if value is None:
            segments.append([])
        elif index % every == 0 or index == last:
            segments[-1].append(f"{index * step:.1f},{_y(value, low, high):.1f}")
    ending = values[-1] if values else None
    return Sparkline(
        segments=tuple(" ".join(_drawable(segment)) for segment in segments if segment),
        end=None
        if ending is None
        else Point(round(last * step, 1), round(_y(ending, low, high), 1)),
        levels=tuple(round(_y(level, low, high), 1) for level in levels if low < level < high),
        label=label,
        noise=noise,
    )


def _y(value: float, low: float, high: float) -> float:
    share = (min(max(value, low), high) - low) / (high - low)
    return HEIGHT * (1 - share)


def _drawable(segment: list[str]) -> list[str]:
    """A single day has no length: drawn twice, its round cap is a dot."""
    return segment * 2 if len(segment) == 1 else segment


def window_around(values: Sequence[float | None], *, least: float) -> tuple[float, float]:
    """Bottom and top for a line: all values, but never less than ``least`` from end to end.

    Without the least height a change within noise would fill the box like a fall.
    """
    known = [value for value in values if value is not None]
    if not known:
        return 0.0, least
    low, high = min(known), max(known)
    air = max(0.0, least - (high - low)) / 2
    return low - air, high + air
