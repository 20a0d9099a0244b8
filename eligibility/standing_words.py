"""The level and the gigs of a seller in a few words: for the seller's page and the roster."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from django.urls import reverse

from eligibility.models import EligibilityStanding
from eligibility.rule_words import Levels, level_title
from eligibility.rules.types import Phase
from metrics.words import counted, day_words


@dataclass(frozen=True, slots=True)
class CompactVerdict:
    """``level`` "Level 2", ``state`` its mark, ``words`` "holds, 2 margins thin".

    ``promoted`` reads "3 of 4 gigs met", ``promoted_note`` what it leaves open; both are empty
    where there is no gig to judge. ``urgent`` is what is about to be lost, with its day, ``left``
    the days that are left.
    """

    url: str
    level: str
    state: str
    words: str
    urgent: str
    left: str
    promoted: str
    promoted_note: str
    as_of: date


#: Marks of :class:`CompactVerdict.state`.
HOLDS, AT_RISK, OPEN, NONE = "holds", "risk", "open", "none"


def compact_verdict(standing: EligibilityStanding, levels: Levels) -> CompactVerdict:
    """The stored standing in words; never a bare yes or no."""
    held = standing.held or 0
    state, words = _level_words(standing, held, levels)
    return CompactVerdict(
        url=reverse("eligibility:seller", args=[standing.seller_id]),
        level=level_title(held, levels) if standing.held is not None else "",
        state=state,
        words=words,
        urgent=urgent_words(standing, levels),
        left=_left_words(standing),
        promoted=promoted_words(standing),
        promoted_note=_promoted_note(standing),
        as_of=standing.as_of,
    )


def _level_words(standing: EligibilityStanding, held: int, levels: Levels) -> tuple[str, str]:
    if standing.held is None or standing.phase == Phase.NO_RULES:
        return OPEN, "no level rules apply"
    if standing.phase == Phase.GRACE and standing.grace_end is not None:
        return AT_RISK, f"on grace until {day_words(last_day(standing.grace_end))}"
    if standing.phase == Phase.REVIEW:
        return AT_RISK, "grace is over, people decide"
    if standing.most is not None and standing.most > held:
        return OPEN, f"at least; it may be {level_title(standing.most, levels)}"
    if not held:
        return NONE, "no level yet"
    return HOLDS, f"holds{thin_words(standing.thin_margins)}"


def thin_words(number: int) -> str:
    """ ", 2 margins thin"; nothing for none."""
    return f", {counted(number, 'margin', 'margins')} thin" if number else ""


def urgent_words(standing: EligibilityStanding, levels: Levels) -> str:
    """ "Level 2 in 6 days: grace ends 18 Jun 2024"; "" while nothing is about to be lost."""
    if standing.phase != Phase.GRACE or standing.grace_end is None:
        return ""
    title = level_title(standing.held or 0, levels)
    left = days_left_words(standing.grace_end, standing.as_of)
    return f"{title} {left}: grace ends {day_words(last_day(standing.grace_end))}"


def _left_words(standing: EligibilityStanding) -> str:
    if standing.phase != Phase.GRACE or standing.grace_end is None:
        return ""
    days = (standing.grace_end - standing.as_of).days - 1
    return f"{counted(days, 'day', 'days')} left" if days > 0 else "today is the last day"


def last_day(end: date) -> date:
    """The last day of a period that is over on ``end``."""
    return end - timedelta(days=1)


def days_left_words(end: date, as_of: date) -> str:
    """ "in 6 days", "today" on the last day."""
    days = (end - as_of).days - 1
    return "today" if days <= 0 else f"in {counted(days, 'day', 'days')}"


def promoted_words(standing: EligibilityStanding) -> str:
    """ "3 of 4 gigs met"; "" without a gig that is judged."""
    if not standing.gigs_total:
        return ""
    return f"{standing.gigs_met} of {counted(standing.gigs_total, 'gig', 'gigs')} met"


def _promoted_note(standing: EligibilityStanding) -> str:
    parts = []
    if standing.gigs_not_met and standing.gigs_not_met < standing.gigs_total:
        parts.append(f"{standing.gigs_not_met} not")
    if standing.gigs_unknown:
        parts.append(f"{standing.gigs_unknown} cannot be checked")
    return ", ".join(parts)
