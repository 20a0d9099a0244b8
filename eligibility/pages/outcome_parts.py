"""What the log of the platform's own words shows, and how our verdicts compare with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from eligibility.pages.parts import State


@dataclass(frozen=True, slots=True)
class OutcomeRow:
    """One thing that the platform said; ``ours`` is our verdict of the same day, in words."""

    pk: int
    day: date
    what: str
    gig: str
    quote: str
    ours: str
    ours_state: State | None
    agrees: bool | None
    gig_url: str = ""


@dataclass(frozen=True, slots=True)
class AgreementCell:
    """How often; ``agrees`` where both say the same, None where ours is open."""

    count: int
    agrees: bool | None = None


@dataclass(frozen=True, slots=True)
class AgreementTable:
    """What the platform said against what one rule set said on those days."""

    title: str
    columns: Sequence[str]
    rows: Sequence[tuple[str, Sequence[AgreementCell]]]
    words: str
