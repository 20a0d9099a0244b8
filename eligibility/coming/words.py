"""What will make a verdict flip, in the present tense: nothing here has happened yet."""

from __future__ import annotations

from collections.abc import Mapping

from eligibility.cause_words import Flip
from eligibility.rules.flips import FlipCause

_OF_ORDER: Mapping[FlipCause, str] = {
    FlipCause.ORDER_ENTERED: "{order} begins to count",
    FlipCause.ORDER_LEFT: "{order} leaves the window",
    FlipCause.RULED_OUT: "a ruling takes {order} out of the count",
    FlipCause.REVIEW_POSTED: "a review of {order} comes in",
    FlipCause.REVIEW_EDITED: "the review of {order} is edited",
    FlipCause.REVIEW_LEFT: "the review of {order} leaves the window",
    FlipCause.REVIEW_REMOVED: "the review of {order} is removed",
}
_OF_NONE: Mapping[FlipCause, str] = {
    FlipCause.BEGAN: "its first order comes",
    FlipCause.RULES_CHANGED: "other rules come into force",
    FlipCause.INQUIRY_ENTERED: "the time to answer a first message is over",
    FlipCause.INQUIRY_LEFT: "a first message leaves the window",
    FlipCause.SCORE_MOVED: "the displayed success score moves",
    FlipCause.LEVEL_CHANGED: "the level changes",
    FlipCause.DAY_PASSED: "time passes",
    FlipCause.SHOWN: "what the platform showed is too old to stand in for your data",
}


def coming_words(flip: Flip, score: tuple[int, int] | None = None) -> str:
    """One clause: "rating: the review of order FO61B… leaves the window".

    ``score`` is what is displayed the day before and on the day, 0 for no score.
    """
    if flip.cause in _OF_ORDER:
        name = f"order {flip.ref}" if flip.ref else "an order"
        words = _OF_ORDER[flip.cause].format(order=name)
    elif flip.cause is FlipCause.SCORE_MOVED and score is not None:
        words = f"it goes from {_shown(score[0])} to {_shown(score[1])}"
    else:
        words = _OF_NONE[flip.cause]
    if flip.others:
        words += f", with {flip.others:,} more that day"
    return f"{flip.rule[:1].lower()}{flip.rule[1:]}: {words}" if flip.rule else words


def _shown(score: int) -> str:
    return str(score) if score else "no score"
