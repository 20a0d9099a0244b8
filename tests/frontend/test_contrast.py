"""Text is readable in both themes: contrast computed from static/css/tokens.css (WCAG 2.2)."""

from __future__ import annotations

import re

import pytest

from tests.frontend.site import ROOT

CSS = (ROOT / "static" / "css" / "tokens.css").read_text()
TOKENS = dict(re.findall(r"--([\w-]+): (light-dark\(#\w{6}, #\w{6}\));", CSS))
GROUNDS = ("bg", "surface", "sunken", "raised")
TEXT_PAIRS = [
    *((ink, ground) for ink in ("ink", "muted", "accent") for ground in GROUNDS),
    *((ink, "surface") for ink in ("gain", "loss", "warn", "accent-strong")),
    ("on-accent", "accent"), ("on-accent", "accent-strong"), ("accent", "accent-soft"),
    ("ink", "accent-soft"), ("surface", "ink"),
    ("gain", "gain-soft"), ("ink", "gain-soft"), ("loss", "loss-soft"), ("ink", "loss-soft"),
    ("warn", "warn-soft"), ("ink", "warn-soft"), ("gain", "sunken"), ("loss", "sunken"),
]  # fmt: skip
#: Things that are not text but must be seen: borders of controls, lines of charts.
SHAPE_PAIRS = [
    ("line-strong", "surface"), ("line-strong", "bg"), ("chart-forecast", "surface"),
    ("chart-gain", "surface"), ("chart-loss", "surface"), ("chart-display", "surface"),
]  # fmt: skip


def colour(name: str, theme: int) -> str:
    found: list[str] = re.findall(r"#\w{6}", TOKENS[name])
    return found[theme]


def luminance(hexadecimal: str) -> float:
    channels = [int(hexadecimal[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_black_on_white_is_twenty_one_to_one() -> None:
    # (1 + 0.05) / (0 + 0.05) = 21
    assert contrast("#000000", "#ffffff") == pytest.approx(21)


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(("ink", "ground"), TEXT_PAIRS)
def test_text_has_a_contrast_of_at_least_four_and_a_half(ink: str, ground: str, theme: int) -> None:
    assert contrast(colour(ink, theme), colour(ground, theme)) >= 4.5


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(("shape", "ground"), SHAPE_PAIRS)
def test_shapes_have_a_contrast_of_at_least_three(shape: str, ground: str, theme: int) -> None:
    assert contrast(colour(shape, theme), colour(ground, theme)) >= 3
