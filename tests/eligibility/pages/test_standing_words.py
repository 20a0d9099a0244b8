"""The level in a few words and in a sentence: never a bare yes or no."""

from __future__ import annotations

from datetime import date
from typing import Any

from eligibility.models import EligibilityStanding
from eligibility.pages.level_words import LevelState, grace_clock, level_said
from eligibility.pages.parts import RuleLine, State, overall
from eligibility.rules.types import Phase
from eligibility.standing_words import CompactVerdict, compact_verdict
from tests.eligibility.pages.rules import LEVELS

AS_OF = date(2024, 6, 12)


def verdict(**fields: Any) -> CompactVerdict:
    values = {"held": 2, "most": 2, "phase": Phase.HOLDS.value, **fields}
    return compact_verdict(EligibilityStanding(seller_id=7, as_of=AS_OF, **values), LEVELS)


def line(title: str, state: State, *, thin: bool = False) -> RuleLine:
    return RuleLine(title, title, "some", state, "P", thin=thin)


def level(held: int = 2, phase: Phase = Phase.HOLDS, **fields: Any) -> LevelState:
    values = {"least": held, "most": held, "supported": held, "possible": held, **fields}
    return LevelState(held=held, phase=phase, **values)


# --- a few words --------------------------------------------------------------------------


def test_a_level_that_holds_says_how_many_margins_are_thin() -> None:
    found = verdict(thin_margins=2, gigs_met=3, gigs_not_met=1)
    assert (found.level, found.state, found.words) == ("Level 2", "holds", "holds, 2 margins thin")
    assert (found.promoted, found.promoted_note) == ("3 of 4 gigs met", "1 not")
    assert verdict().words == "holds"


def test_a_grace_period_says_its_last_day_and_what_is_left() -> None:
    # Over on 19 June, so its last day is the 18th: six days after the 12th.
    found = verdict(phase=Phase.GRACE.value, grace_end=date(2024, 6, 19))
    assert (found.state, found.words) == ("risk", "on grace until 18 Jun 2024")
    assert found.urgent == "Level 2 in 6 days: grace ends 18 Jun 2024"
    assert found.left == "6 days left"


def test_the_last_day_of_grace_is_today() -> None:
    found = verdict(phase=Phase.GRACE.value, grace_end=date(2024, 6, 13))
    assert found.urgent == "Level 2 today: grace ends 12 Jun 2024"
    assert found.left == "today is the last day"


def test_what_the_data_leave_open_is_said() -> None:
    assert verdict(held=1, most=3).words == "at least; it may be Top Rated"
    assert verdict(held=0, most=0).words == "no level yet"
    assert verdict(held=None, most=None).words == "no level rules apply"
    assert verdict(phase=Phase.REVIEW.value).words == "grace is over, people decide"
    assert verdict(gigs_unknown=2).promoted_note == "2 cannot be checked"
    assert verdict().promoted == ""


# --- a sentence ---------------------------------------------------------------------------


def test_a_level_that_holds_says_what_the_next_one_lacks() -> None:
    lines = {
        2: [line("Rating", State.MET, thin=True), line("Earnings", State.MET)],
        3: [line("Earnings", State.NOT_MET), line("Review", State.UNKNOWN)],
    }
    said = level_said(level(), LEVELS, lines)
    assert said.say == "Level 2 holds, 1 margin thin."
    assert said.detail == "Thin: rating. For Top Rated it lacks earnings; review cannot be checked."
    assert said.state is State.MET


def test_grace_says_what_lacks_and_what_comes_after() -> None:
    lines = {2: [line("Rating", State.NOT_MET), line("Earnings", State.MET)]}
    ends = {"grace_start": date(2024, 5, 20), "grace_end": date(2024, 6, 19)}
    on_grace = level(2, Phase.GRACE, supported=1, **ends)
    said = level_said(on_grace, LEVELS, lines)
    assert said.say == "Level 2 is on grace until 18 Jun 2024."
    assert said.detail == "What lacks: rating. If that lasts, today’s numbers support Level 1."
    clock = grace_clock(on_grace, LEVELS, lines[2], AS_OF)
    assert clock is not None
    # 23 of 30 days are over: 12 June is 23 days after 20 May.
    assert (clock.left, clock.last, clock.share) == ("Ends in 6 days", date(2024, 6, 18), 76.7)
    assert clock.missing == ["rating"]
    assert grace_clock(level(), LEVELS, lines[2], AS_OF) is None


def test_what_cannot_be_decided_is_a_range_and_not_a_guess() -> None:
    lines = {2: [line("Response rate", State.UNKNOWN)]}
    said = level_said(level(1, most=2), LEVELS, lines)
    assert said.say == "At least Level 1, at most Level 2."
    assert said.detail == "Between them your data cannot decide: response rate."
    assert said.state is State.UNKNOWN


def test_no_rules_no_level_and_people_who_decide_are_said() -> None:
    assert level_said(None, LEVELS, {}).state is State.UNKNOWN
    new = level_said(level(0), LEVELS, {1: [line("Earnings", State.NOT_MET)]})
    assert (new.say, new.detail) == ("No level yet.", "For Level 1 it lacks earnings.")
    assert level_said(level(3, Phase.REVIEW), LEVELS, {}).state is State.UNKNOWN


def test_one_refusal_refuses_and_one_unknown_leaves_it_open() -> None:
    met, no, unknown = State.MET, State.NOT_MET, State.UNKNOWN
    assert overall([met, no, unknown]) is no
    assert overall([met, unknown]) is unknown
    assert overall([met, met]) is met
