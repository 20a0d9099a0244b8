"""What was looked at and did nothing, and what no data can show."""

from __future__ import annotations

from dataclasses import dataclass

from metrics.explanation import Explanation
from metrics.words import AREA_WORDS, CAUSE_ABSENT, CAUSE_THINGS, counted, day_words, listed


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
