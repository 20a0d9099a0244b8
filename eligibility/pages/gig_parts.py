"""What the page of a gig's eligibility shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from eligibility.pages.parts import Link, RuleGroup, Shown, State
from eligibility.pages.seller_parts import InForce


@dataclass(frozen=True, slots=True)
class GigEligibilityPage:
    """Everything on the page.

    ``gains`` and ``loses`` are the smallest changes of the whole verdict.
    """

    as_of: date
    title: str
    say: str
    detail: str
    state: State
    cause: Link | None
    since: date | None
    groups: Sequence[RuleGroup]
    shown: Sequence[Shown]
    in_force: Sequence[InForce]
    level: str
    gains: str = ""
    loses: str = ""
    finding: str = ""
