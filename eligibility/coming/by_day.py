"""Levels and verdicts on gigs of one seller of a judgement, day by day."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from eligibility.rules.judge import Judgement
from eligibility.rules.types import OUT_OF_FORCE, Kind, Phase, RuleSet, Verdict
from metrics.engine.columns import Float64, Int8


@dataclass(frozen=True, slots=True, eq=False)
class StandingDays:
    """One seller from ``first_day`` on.

    Attributes
    ----------
    held, most : shape (days,), the rank held for certain and the most it may be; −1 on days
        without rules for levels
    verdicts : shape (gigs, days), of the promotion rules that ruled the day; OUT_OF_FORCE
        where none did, and before a gig's first order
    """

    first_day: int
    held: Int8
    most: Int8
    verdicts: Int8

    def level_on(self, day: int) -> tuple[int, int] | None:
        """Ranks held and at most; None outside the days or without rules."""
        at = day - self.first_day
        if not 0 <= at < len(self.held) or self.held[at] < 0:
            return None
        return int(self.held[at]), int(self.most[at])

    def verdict_on(self, gig: int, day: int) -> Verdict | None:
        """The verdict on a gig; None outside the days or where it was not judged."""
        at = day - self.first_day
        if not 0 <= at < len(self.held) or self.verdicts[gig, at] == OUT_OF_FORCE:
            return None
        return Verdict(int(self.verdicts[gig, at]))

    def gigs_met(self) -> tuple[Float64, Float64]:
        """How many gigs meet every rule, and how many may; NaN on days without rules."""
        unruled = (self.verdicts == OUT_OF_FORCE).all(axis=0)
        met = (self.verdicts == Verdict.MET).sum(axis=0).astype(np.float64)
        maybe = met + (self.verdicts == Verdict.UNKNOWN).sum(axis=0)
        met[unruled], maybe[unruled] = np.nan, np.nan
        return met, maybe


def standing_days(found: Judgement, number: int, gigs: int, first_day: int) -> StandingDays:
    """The days from ``first_day`` to the judgement's last one.

    Parameters
    ----------
    number : of the seller in the judgement; its gigs are ``number · gigs`` …
    """
    last_day = int(found.facts.last_day[number])
    days = max(last_day - first_day + 1, 0)
    held, most = np.full(days, -1, np.int8), np.full(days, -1, np.int8)
    if found.levels is not None:
        axis = found.levels.axis
        own = slice(int(axis.offset[number]), int(axis.offset[number + 1]))
        begins = int(axis.first_day[number])
        ruled = _placed(found.levels.phase[own] != Phase.NO_RULES, begins, first_day, days, False)
        for into, column in ((held, found.levels.held), (most, found.levels.most)):
            into[ruled] = _placed(column[own], begins, first_day, days, -1)[ruled]
    verdicts = np.full((gigs, days), OUT_OF_FORCE, np.int8)
    for rule_set, here in ruled_days(found.rule_sets, Kind.PROMOTION, first_day, days):
        for gig in range(gigs):
            subject = number * gigs + gig
            of_gig = found.days_of(rule_set, "", subject)
            begins = int(found.axes.gig.first_day[subject])
            placed = _placed(of_gig, begins, first_day, days, OUT_OF_FORCE)
            verdicts[gig, here] = placed[here]
    return StandingDays(first_day, held, most, verdicts)


def ruled_days(
    rule_sets: Iterable[RuleSet], kind: Kind, first_day: int, days: int
) -> Iterator[tuple[RuleSet, slice]]:
    """Rule sets of a kind with the days on which they rule, the one that began last at the end.

    Of several in force on a day the last one given rules, as in
    :func:`eligibility.computing.in_force`. Sets that rule none of the days are left out.
    """
    for rule_set in sorted(rule_sets, key=lambda one: one.start_day):
        end = days if rule_set.end_day is None else min(rule_set.end_day - first_day, days)
        start = max(rule_set.start_day - first_day, 0)
        if rule_set.kind is kind and start < end:
            yield rule_set, slice(start, end)


def _placed(column: np.ndarray, begins: int, first_day: int, days: int, empty: int) -> np.ndarray:
    """A column that begins on one day, over the days asked for."""
    placed = np.full(days, empty, column.dtype)
    start, end = max(begins, first_day), min(begins + len(column), first_day + days)
    if start < end:
        placed[start - first_day : end - first_day] = column[start - begins : end - begins]
    return placed
