"""Before and after, one sentence of cause, and how the display goes with the score."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from metrics.engine.attribution import Form
from metrics.explanation import Explanation, Side
from metrics.headline import headline_of
from metrics.why.printing import direction_of, score_texts
from metrics.words import day_words, display_sentence, turn_sentence, whole


@dataclass(frozen=True, slots=True)
class Hero:
    """The state and one sentence of cause."""

    before: str
    after: str
    scores: str
    observed: Sequence[str]
    residuals: Sequence[str]
    turn: str
    cause: str
    display: str
    direction: str


def hero_of(explanation: Explanation, platform: str) -> Hero:
    """Before → after first, then why, then how the display goes with the score."""
    before, after = explanation.before, explanation.after
    sides = explanation.sides
    display = ""
    if before.score is not None and after.score is not None:
        display = display_sentence(before.score, after.score)
    return Hero(
        before="" if before.displayed is None else str(before.displayed),
        after="" if after.displayed is None else str(after.displayed),
        scores=" → ".join(score_texts(before.score, after.score)),
        observed=[
            f"{platform} showed {whole(side.observed)} on {day_words(side.day)}"
            for side in sides
            if side.observed is not None
        ],
        residuals=[_residual_words(side) for side in sides if side.residual],
        turn=turn_sentence(before.displayed, after.displayed, before.day, after.day),
        cause="" if explanation.form is Form.UNSCORED else headline_of(explanation)["text"],
        display=display,
        direction=direction_of(explanation.change or 0.0),
    )


def _residual_words(side: Side) -> str:
    residual = side.residual or 0.0
    more = "more" if residual > 0 else "less"
    return (
        f"On {day_words(side.day)} the platform showed {whole(abs(residual))} {more} than our "
        "estimate. That part cannot be explained from your data."
    )
