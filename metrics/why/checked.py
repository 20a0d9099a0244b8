"""What was looked at and did nothing, and what no data can show."""

from __future__ import annotations

from dataclasses import dataclass

from metrics.engine.attribution import Form
from metrics.engine.types import Cause, Factor
from metrics.explanation import Explanation
from metrics.words import (
    AREA_MEANINGS,
    AREA_WORDS,
    CAUSE_ABSENT,
    CAUSE_MEANINGS,
    CAUSE_THINGS,
    CAUSE_WORDS,
    FIRST_MEANING,
    FIRST_WORDS,
    counted,
    day_words,
    listed,
)


@dataclass(frozen=True, slots=True)
class Checked:
    """Factors and causes that were looked at and did nothing, and what no data can show."""

    absent: str
    slight: str
    missing: str


def checked_of(explanation: Explanation) -> Checked:
    """One sentence each; an empty one is not printed."""
    parts = explanation.parts()
    absent = [AREA_WORDS[area] for area in parts.absent_areas]
    events = [CAUSE_ABSENT[cause] for cause in parts.absent]
    slight = [AREA_WORDS[area] for area in parts.slight_areas]
    slight += [CAUSE_THINGS[cause] for cause in parts.slight]
    return Checked(
        absent="; ".join(part for part in (listed(absent), *events) if part),
        slight=listed(slight),
        missing=missing_words(explanation),
    )


def glossary_of(explanation: Explanation) -> list[tuple[str, str]]:
    """The words of the ledger with what they mean: causes first, then areas."""
    lines = explanation.lines
    if explanation.form is Form.FIRST_SCORE:
        found = [(FIRST_WORDS, FIRST_MEANING)]
    else:
        causes = [cause for cause in Cause if (lines.cause == cause).any()]
        found = [(CAUSE_WORDS[cause], CAUSE_MEANINGS[cause]) for cause in causes]
    areas = [area for area in Factor if (lines.factor == area).any()]
    return found + [(AREA_WORDS[area], AREA_MEANINGS[area]) for area in areas]


def missing_words(explanation: Explanation) -> str:
    """What is not in the seller's data."""
    number, days = explanation.immature_orders, explanation.immature_days
    young = ""
    if number:
        verb = "was" if number == 1 else "were"
        rating = "a private rating of it" if number == 1 else "private ratings of them"
        young = (
            f" {counted(number, 'order', 'orders')} {verb} completed less than {days} days before "
            f"{day_words(explanation.after.day)}, so {rating} could still come."
        )
    return (
        "Private ratings: clients may give one up to "
        f"{days} days after completion, and the platform never shows it to you.{young}"
    )
