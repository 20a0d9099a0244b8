"""Scores and signs as the parts of the why page print them, all alike."""

from __future__ import annotations

from metrics.explanation import Explanation
from metrics.words import pair_decimals, score_words, signed


def score_texts(start: float | None, end: float | None, least: int = 2) -> tuple[str, str]:
    """Two scores, equally exact, with the decimals that they and their difference need."""
    if start is None or end is None:
        words = ["not scored" if score is None else score_words(score) for score in (start, end)]
        return words[0], words[1]
    decimals = pair_decimals(start, end, least)
    return f"{start:.{decimals}f}", f"{end:.{decimals}f}"


def rounding_words(explanation: Explanation) -> str:
    """As exact as the score beside it, so that the two lead to the displayed number."""
    decimals = pair_decimals(*explanation.ends)
    return signed(explanation.rounding or 0.0, decimals)


def direction_of(amount: float) -> str:
    return "up" if amount > 0 else "down" if amount < 0 else "flat"
