"""What buyers write, in words that name nobody."""

from __future__ import annotations

from sellers.demo.dice import Dice

_TEXTS: dict[int, tuple[str, ...]] = {
    5: (
        "Exactly what I asked for, and a day early.",
        "Clear questions at the start, no surprises at the end.",
        "Very good work. I will come back.",
        "Understood the brief at once.",
        "Careful, quick and friendly.",
        "Third time here, the same good result.",
        "Better than I had hoped.",
        "The details were right without asking twice.",
        "Professional from start to finish.",
        "Great value, delivered on time.",
        "",
        "",
        "",
    ),
    4: (
        "Good work, one round of corrections needed.",
        "Fine in the end, the first draft missed a point.",
        "Solid. A little slow to answer.",
        "Mostly what I wanted.",
        "",
    ),
    3: (
        "Usable, but not what the samples promised.",
        "Needed three rounds to get there.",
        "Average. I had to explain the brief twice.",
    ),
    2: (
        "Late, and parts were missing.",
        "Did not follow the brief.",
    ),
    1: (
        "Could not use the result.",
        "Very late and no answer for days.",
    ),
}


def review_text(stars: int, dice: Dice) -> str:
    """A sentence that fits the rating; many buyers write nothing."""
    return dice.pick(_TEXTS[stars])
