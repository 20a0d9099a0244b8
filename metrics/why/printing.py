"""Scores and signs as the parts of the why page print them, all alike."""

from __future__ import annotations

from metrics.explanation import Explanation
from metrics.words import day_words, pair_decimals, score_words, signed


def score_texts(start: float | None, end: float | None, least: int = 2) -> tuple[str, str]:
    """Two scores, equally exact, with the decimals that they and their difference need."""
    if start is None or end is None:
        words = ["not scored" if score is None else score_words(score) for score in (start, end)]
        return words[0], words[1]
    decimals = pair_decimals(start, end, least)
    return f"{start:.{decimals}f}", f"{end:.{decimals}f}"


def end_words(explanation: Explanation) -> tuple[str, str]:
    """Names of the two ends: their days, or in what way one and the same day is seen."""
    if explanation.before.day != explanation.after.day:
        return day_words(explanation.before.day), day_words(explanation.after.day)
    if explanation.policy_keys[0] != explanation.policy_keys[1]:
        return "first settings", "other settings"
    return "as known then", "as known now"


def rounding_words(explanation: Explanation) -> str:
    """As exact as the score beside it, so that the two lead to the displayed number."""
    decimals = pair_decimals(*explanation.ends)
    return signed(explanation.rounding or 0.0, decimals)


def direction_of(amount: float) -> str:
    return "up" if amount > 0 else "down" if amount < 0 else "flat"
