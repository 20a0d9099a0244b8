"""The state of a seller's level in one sentence, with the cause in another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from eligibility.pages.lines import in_a_sentence, missing_words
from eligibility.pages.parts import RuleLine, State
from eligibility.pages.seller_parts import GraceClock
from eligibility.rule_files import rule_sets_by_id
from eligibility.rule_words import Levels, level_title
from eligibility.rules.types import Phase
from eligibility.standing_words import days_left_words, last_day
from metrics.words import counted, day_words, listed


@dataclass(frozen=True, slots=True)
class LevelState:
    """The level machine on one day, ranks as in :class:`eligibility.rules.levels.LevelDays`."""

    held: int
    least: int
    most: int
    phase: Phase
    supported: int
    possible: int
    grace_start: date | None = None
    #: The day on which the grace period is over.
    grace_end: date | None = None


@dataclass(frozen=True, slots=True)
class Said:
    """``say`` is the state, ``detail`` the one plain sentence beside it."""

    say: str
    detail: str
    state: State


def level_titles(rule_set: str) -> Levels:
    """Titles by rank of the levels of a rule set; none for a set that is not known."""
    known = rule_sets_by_id().get(rule_set)
    return {level.rank: level.title for level in known.levels} if known else {}


def level_said(
    level: LevelState | None,
    levels: Levels,
    lines_of: Mapping[int, Sequence[RuleLine]],
) -> Said:
    """The state and its sentence.

    Parameters
    ----------
    lines_of : published rules of each level by its rank, as of the page's day
    """
    if level is None or level.phase is Phase.NO_RULES:
        return Said("No rules for levels apply on this day.", "", State.UNKNOWN)
    held = level_title(level.held, levels)
    own = lines_of.get(level.held, ())
    if level.phase is Phase.GRACE and level.grace_end is not None:
        last = day_words(last_day(level.grace_end))
        lacking = missing_words(own, State.NOT_MET)
        then = level_title(level.supported, levels)
        detail = f"What lacks: {lacking}. If that lasts, today’s numbers support {then}."
        return Said(f"{held} is on grace until {last}.", detail, State.NOT_MET)
    if level.phase is Phase.REVIEW:
        detail = (
            "The grace period is over, and people at the platform decide. What they decide cannot "
            "be known until the platform shows it."
        )
        return Said(f"{held} is being looked at.", detail, State.UNKNOWN)
    return _holding(level, levels, held, own, lines_of)


def _holding(
    level: LevelState,
    levels: Levels,
    held: str,
    own: Sequence[RuleLine],
    lines_of: Mapping[int, Sequence[RuleLine]],
) -> Said:
    following = lines_of.get(level.held + 1, ())
    if level.most > level.held:
        best = level_title(level.most, levels)
        open_ones = missing_words(lines_of.get(level.held + 1, ()), State.UNKNOWN)
        return Said(
            f"At least {held}, at most {best}.",
            f"Between them your data cannot decide: {open_ones or 'what the platform showed'}.",
            State.UNKNOWN,
        )
    if not level.held:
        return Said("No level yet.", _to_the_next(following, 1, levels), State.NOT_MET)
    thin = [in_a_sentence(line.title) for line in own if line.thin]
    detail = f"Thin: {listed(thin)}." if thin else "No margin is thin."
    say = f"{held} holds" + (f", {counted(len(thin), 'margin', 'margins')} thin." if thin else ".")
    above = _to_the_next(following, level.held + 1, levels)
    return Said(say, f"{detail} {above}".strip(), State.MET)


def _to_the_next(lines: Sequence[RuleLine], rank: int, levels: Levels) -> str:
    """What stands between the seller and the next level; "" above the highest."""
    if not lines:
        return ""
    title = level_title(rank, levels)
    lacking = missing_words(lines, State.NOT_MET)
    unknown = missing_words(lines, State.UNKNOWN)
    if lacking and unknown:
        return f"For {title} it lacks {lacking}; {unknown} cannot be checked."
    if lacking:
        return f"For {title} it lacks {lacking}."
    if unknown:
        return f"Whether {title} is reached cannot be checked: {unknown}."
    return f"Every rule of {title} is met."


def grace_clock(
    level: LevelState | None, levels: Levels, own: Sequence[RuleLine], as_of: date
) -> GraceClock | None:
    """The clock of a running grace period; None where none runs."""
    if level is None or level.phase is not Phase.GRACE:
        return None
    if level.grace_start is None or level.grace_end is None:
        return None
    total = (level.grace_end - level.grace_start).days
    over = min(max((as_of - level.grace_start).days, 0), total)
    left = days_left_words(level.grace_end, as_of)
    title = level_title(level.held, levels)
    return GraceClock(
        words=f"{title} is at risk: one or more requirements are not met.",
        left="Last day: today" if left == "today" else f"Ends {left}",
        start=level.grace_start,
        last=last_day(level.grace_end),
        share=round(100 * over / total, 1) if total else 100.0,
        missing=[in_a_sentence(line.title) for line in own if line.state is State.NOT_MET],
    )
