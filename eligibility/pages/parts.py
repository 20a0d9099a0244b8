"""Parts that several pages about eligibility share: a verdict, a rule's line, a group of them.

Nothing here reads the database, the clock or a rule file: what stands here is ready to print.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class State(StrEnum):
    """A verdict as pages know it; the value is the suffix of its style classes."""

    MET = "met"
    NOT_MET = "not"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Link:
    """Words that lead somewhere; ``url`` is empty where there is nothing to open."""

    words: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class RuleLine:
    """One rule of a checklist.

    ``now`` is empty while the value cannot be told; then ``because`` says why and ``resolve``
    what would settle it. ``of`` holds the denominator and the days of the window. ``gains`` is
    the smallest change that grants the rule, ``loses`` the smallest that costs it.
    """

    rule: str
    title: str
    needed: str
    state: State
    grade: str
    now: str = ""
    #: The value is the product's own estimate, not counted from facts.
    estimate: bool = False
    of: str = ""
    margin: str = ""
    thin: bool = False
    since: date | None = None
    cause: Link | None = None
    gains: str = ""
    loses: str = ""
    because: str = ""
    resolve: str = ""
    source: str = ""
    #: Where what is behind the value can be seen.
    behind: Link | None = None
    switched_off: bool = False


@dataclass(frozen=True, slots=True)
class RuleGroup:
    """Rules that belong together, with the verdict over them and one sentence on what they are."""

    key: str
    title: str
    lines: Sequence[RuleLine]
    state: State | None = None
    words: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Shown:
    """What the platform itself displayed, word for word where it said more than yes or no."""

    what: str
    words: str
    quote: str = ""


def overall(states: Sequence[State]) -> State:
    """Three-valued "and": one refusal refuses, one unknown leaves it open."""
    if State.NOT_MET in states:
        return State.NOT_MET
    return State.UNKNOWN if State.UNKNOWN in states else State.MET
