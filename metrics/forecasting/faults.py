"""What went wrong with an order, in a few words."""

from __future__ import annotations

from metrics.engine.types import Cause, Factor
from metrics.line_words import REVIEW_COLUMNS, LineWords
from metrics.words import delivery_words, star_words

_OF_AREA = {
    Factor.CLIENT_SATISFACTION: "",
    Factor.COMMUNICATION: " for communication",
    Factor.VALUE_FOR_MONEY: " for value",
}
#: Said of an order without a fault that still lowers the score.
FAULTLESS = "nothing wrong with it: it gives weight to a gig below your overall score"


def faults_of(words: LineWords, order: int, day: int) -> tuple[str, ...]:
    """``("3 stars", "late by 1 day 4 h")``; what else it is where nothing went wrong."""
    found = []
    ending = words.ending(order)
    if ending.startswith("cancelled"):
        found.append(ending)
    for area in REVIEW_COLUMNS:
        rating = words.rating(order, area, day)
        if rating is not None and rating < 5:
            found.append(f"{star_words(rating)}{_OF_AREA[area]}")
    late = words.late_hours(order)
    if late is not None and late > 0:
        found.append(delivery_words(late))
    if words.detail(order, Factor.CONFLICT_FREE, Cause.ENTERED) == "disputed":
        found.append("disputed")
    return tuple(found) or (FAULTLESS,)
