"""Changes of the level and of promotion between two days, out of the stored spans."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby, pairwise

from eligibility.models import EligibilityStanding, LevelSpan, RuleSpan
from eligibility.pages.level_words import level_titles
from eligibility.rule_words import Levels, level_title
from eligibility.rules.types import Phase, Verdict
from eligibility.standing_words import last_day
from metrics.words import day_words
from sellers.models import Seller


@dataclass(frozen=True, slots=True)
class Change:
    """One day on which the level or a gig's promotion became another."""

    day: date
    words: str
    is_loss: bool


def changes_between(seller: Seller, after: date, until: date) -> list[Change]:
    """Changes on the days ``after < day <= until``, the newest first, in three queries.

    What a history begins with is no change, nor is a verdict that cannot be told any more.
    """
    standing = EligibilityStanding.objects.filter(seller=seller).first()
    if standing is None:
        return []
    levels = LevelSpan.objects.filter(seller=seller).order_by("start")
    gigs = (
        RuleSpan.objects.filter(seller=seller, gig__isnull=False, rule="")
        .select_related("gig")
        .order_by("gig_id", "start", "pk")
    )
    found = [
        *level_changes(levels, level_titles(standing.level_rules)),
        *gig_changes(gigs),
    ]
    inside = [change for change in found if after < change.day <= until]
    return sorted(inside, key=lambda change: change.day, reverse=True)


def level_changes(spans: Iterable[LevelSpan], titles: Levels) -> list[Change]:
    """Each span that begins with another level or phase than the one before it ended with."""
    found = []
    for before, span in pairwise(spans):
        words = _level_words(before, span, titles)
        if words:
            is_loss = span.held < before.held or span.phase in (Phase.GRACE, Phase.REVIEW)
            found.append(Change(span.start, words, is_loss))
    return found


def _level_words(before: LevelSpan, span: LevelSpan, titles: Levels) -> str:
    held, was = level_title(span.held, titles), level_title(before.held, titles)
    if Phase.NO_RULES in (before.phase, span.phase):
        return ""
    if span.held != before.held:
        return f"the level went from {was} to {held}"
    if span.phase == before.phase:
        return ""
    if span.phase == Phase.GRACE and span.grace_end is not None:
        return f"{held} is on grace, until {day_words(last_day(span.grace_end))}"
    if span.phase == Phase.REVIEW:
        return f"the grace of {held} is over: people at the platform decide"
    return f"{held} is out of danger"


def gig_changes(spans: Iterable[RuleSpan]) -> list[Change]:
    """Each span of a gig's overall verdict that turns round the last certain one before it."""
    found: list[Change] = []
    for _, of_gig in groupby(spans, key=lambda span: span.gig_id):
        certain = [span for span in of_gig if span.verdict != Verdict.UNKNOWN]
        found += _turns(certain)
    return found


def _turns(certain: Sequence[RuleSpan]) -> Iterable[Change]:
    for before, span in pairwise(certain):
        if span.verdict != before.verdict:
            met = span.verdict == Verdict.MET
            now = "meets" if met else "no longer meets"
            yield Change(
                span.start, f"“{span.gig}” {now} the rules for promoted gigs", is_loss=not met
            )
