"""What the platform said against what the rules say: how often both agree, rule set by rule set.

Access is settled before: callers pass sellers that may be seen.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.conf import settings

from eligibility.models import LevelSpan, RuleSpan
from eligibility.observed import is_allowed, level_rank
from eligibility.rule_files import rule_sets_by_id
from eligibility.rules.types import Kind, RuleSet, Verdict
from metrics.engine.days import day_number
from sellers.models import Observation, Seller


@dataclass(frozen=True, slots=True)
class Compared:
    """One thing that the platform said, under one rule set of its day.

    Of a promotion ``said`` is 1 for yes and 0 for no, and ``ours`` a verdict. Of a level both
    are ranks, and ``ours`` is None where ours is open or there is none: it is the level of the
    day before, which the platform's word of the day has not set yet.
    """

    observation: Observation
    rule_set: RuleSet
    said: int
    ours: int | None

    @property
    def agrees(self) -> bool | None:
        """None where ours is open."""
        if self.rule_set.kind is Kind.LEVELS:
            return None if self.ours is None else self.ours == self.said
        if self.ours is None or self.ours == Verdict.UNKNOWN:
            return None
        return (self.ours == Verdict.MET) == bool(self.said)


@dataclass(frozen=True, slots=True)
class Agreement:
    """How often the platform said what, and one rule set what, on the same days."""

    rule_set: RuleSet
    #: (what the platform said, ours) → how often, as in :class:`Compared`.
    counts: Mapping[tuple[int, int | None], int]
    agreed: int
    disagreed: int
    unclear: int

    @property
    def total(self) -> int:
        return self.agreed + self.disagreed + self.unclear


@dataclass(frozen=True, slots=True)
class Unexplained:
    """Refusals on days on which every published rule was met."""

    refusals: int
    gigs: int
    first_day: date
    last_day: date
    #: Under which rule sets, by title.
    rule_sets: tuple[str, ...]

    @property
    def is_finding(self) -> bool:
        """Often enough to say that the published rules do not explain the refusals
        (setting ``STANDING_REFUSALS``)."""
        return self.refusals >= settings.STANDING_REFUSALS


def compare(sellers: Iterable[Seller]) -> list[Compared]:
    """What the platform said of levels and promotion, each beside ours, in three queries.

    Words that say neither yes nor no, and name no level, are left out.
    """
    ids = [seller.pk for seller in sellers]
    kinds = (Observation.Kind.LEVEL, Observation.Kind.PROMOTABLE)
    said = list(
        Observation.objects.filter(seller__in=ids, kind__in=kinds)
        .select_related("gig", "seller")
        .order_by("day", "pk")
    )
    gigs = {one.gig_id for one in said if one.gig_id is not None}
    verdicts: dict[tuple[int | None, str], list[RuleSpan]] = {}
    for span in RuleSpan.objects.filter(seller__in=ids, gig__in=gigs, rule=""):
        verdicts.setdefault((span.gig_id, span.rule_set), []).append(span)
    levels: dict[int, list[LevelSpan]] = {}
    for level in LevelSpan.objects.filter(seller__in=ids):
        levels.setdefault(level.seller_id, []).append(level)
    found: list[Compared] = []
    for one in said:
        for rule_set in _rule_sets_on(one):
            if rule_set.kind is Kind.LEVELS:
                compared = _level(one, rule_set, levels.get(one.seller_id, ()))
            else:
                compared = _promotion(one, rule_set, verdicts.get((one.gig_id, rule_set.id), ()))
            if compared is not None:
                found.append(compared)
    return found


def _rule_sets_on(said: Observation) -> list[RuleSet]:
    """The rule sets of its kind that were in force on its day."""
    kind = Kind.LEVELS if said.kind == Observation.Kind.LEVEL else Kind.PROMOTION
    return [
        one
        for one in rule_sets_by_id().values()
        if one.kind is kind
        and one.platform == said.seller.platform
        and one.holds_on(day_number(said.day))
    ]


def _promotion(said: Observation, rule_set: RuleSet, spans: Iterable[RuleSpan]) -> Compared | None:
    allowed = is_allowed(said.label)
    if allowed is None or said.gig_id is None:
        return None
    ours = next((span.verdict for span in spans if _covers(span, said.day)), None)
    return Compared(said, rule_set, int(allowed), ours)


def _level(said: Observation, rule_set: RuleSet, spans: Iterable[LevelSpan]) -> Compared | None:
    rank = level_rank(said.label)
    if rank is None:
        return None
    before = said.day - timedelta(days=1)
    span = next((span for span in spans if _covers(span, before)), None)
    certain = span is not None and span.least == span.most
    return Compared(said, rule_set, rank, span.held if span is not None and certain else None)


def _covers(span: RuleSpan | LevelSpan, day: date) -> bool:
    return span.start <= day and (span.end is None or day < span.end)


def agreements(compared: Iterable[Compared]) -> list[Agreement]:
    """A table for each rule set that something was said under, the earliest first."""
    by_set: dict[str, list[Compared]] = {}
    for one in compared:
        by_set.setdefault(one.rule_set.id, []).append(one)
    return [
        _agreement(of_set)
        for of_set in sorted(by_set.values(), key=lambda some: some[0].rule_set.start_day)
    ]


def _agreement(compared: Sequence[Compared]) -> Agreement:
    agrees = Counter(one.agrees for one in compared)
    return Agreement(
        rule_set=compared[0].rule_set,
        counts=Counter((one.said, one.ours) for one in compared),
        agreed=agrees[True],
        disagreed=agrees[False],
        unclear=agrees[None],
    )


def unexplained_refusals(compared: Iterable[Compared]) -> Unexplained | None:
    """The refusals that the published rules do not explain; None without any."""
    refused = [
        one
        for one in compared
        if one.rule_set.kind is Kind.PROMOTION and not one.said and one.ours == Verdict.MET
    ]
    if not refused:
        return None
    days = [one.observation.day for one in refused]
    return Unexplained(
        refusals=len({one.observation.pk for one in refused}),
        gigs=len({one.observation.gig_id for one in refused}),
        first_day=min(days),
        last_day=max(days),
        rule_sets=tuple(dict.fromkeys(one.rule_set.title for one in refused)),
    )
