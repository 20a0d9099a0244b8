"""What the page of the orders that count shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from eligibility.pages.parts import State


@dataclass(frozen=True, slots=True)
class CountedRow:
    """One order, review or first message; ``kind`` is "yes", "against", "maybe" or "no"."""

    ref: str
    url: str
    gig: str
    day: date | None
    kind: str
    reason: str
    brings: str = ""
    until: date | None = None


@dataclass(frozen=True, slots=True)
class CountsPage:
    """The number behind a rule with everything that went into it."""

    rule: str
    title: str
    level: str
    day: date
    #: Whose number it is, where it is a gig's own.
    gig: str
    value: str
    state: State
    needed: str
    margin: str
    numerator: str
    numerator_name: str
    denominator: str
    denominator_name: str
    window: str
    because: str
    rows: Sequence[CountedRow]
    what: str
    #: How many rows of each kind there are, before the filter.
    totals: dict[str, int]
    shown: str = ""
    #: How to read the number, where that is not plain.
    notes: str = ""

    @property
    def has_brings(self) -> bool:
        """Whether any row adds more than itself."""
        return any(row.brings for row in self.rows)

    @property
    def has_until(self) -> bool:
        """Whether any row leaves the window on a day that is known."""
        return any(row.until for row in self.rows)
