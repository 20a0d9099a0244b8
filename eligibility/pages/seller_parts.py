"""What the page of a seller's eligibility shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from eligibility.pages.parts import RuleGroup, Shown, State


@dataclass(frozen=True, slots=True)
class Rung:
    """One level of the ladder; ``state`` is None for the level that asks nothing."""

    key: str
    title: str
    words: str
    state: State | None = None
    evaluated: bool = False
    shown: bool = False


@dataclass(frozen=True, slots=True)
class GraceClock:
    """A level is at risk: ``last`` is the last day on which it can be saved.

    ``share`` is the part of the days that is over, 0 to 100.
    """

    words: str
    left: str
    start: date
    last: date
    share: float
    missing: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class GigVerdict:
    """One gig in the list of what can be promoted."""

    title: str
    url: str
    state: State
    words: str
    since: date | None = None
    thin: str = ""
    shown: Shown | None = None


@dataclass(frozen=True, slots=True)
class LevelRules:
    """The checklist of one level; ``is_open`` where it is the one that matters now."""

    key: str
    title: str
    state: State
    words: str
    groups: Sequence[RuleGroup]
    is_open: bool = False


@dataclass(frozen=True, slots=True)
class InForce:
    """Rules that decide today: their name, since when, and how sure that day is."""

    title: str
    days: str
    grade: str
    source: str = ""
    settings: Sequence[tuple[str, str, str, str]] = ()


@dataclass(frozen=True, slots=True)
class SellerEligibilityPage:
    """Everything on the page; ``say`` is the state, ``detail`` the one sentence of cause."""

    as_of: date
    say: str
    detail: str
    state: State
    evaluated: str
    evaluated_note: str
    shown: Shown | None
    disagreement: str
    ladder: Sequence[Rung]
    grace: GraceClock | None
    levels: Sequence[LevelRules]
    gigs: Sequence[GigVerdict]
    promoted: str
    in_force: Sequence[InForce]
    finding: str = ""
