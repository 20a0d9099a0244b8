"""The specification of verdicts and levels: one seller, day after day, in plain Python."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from eligibility.rules.evaluate import counted_rules, force_of, overall_of, verdict_on
from eligibility.rules.records import SellerRecord
from eligibility.rules.reference import metric_value
from eligibility.rules.types import (
    Bounds,
    Demotion,
    Kind,
    Level,
    Metric,
    Phase,
    Rule,
    RuleSet,
    Scope,
    Verdict,
)
from metrics.engine.days import date_of


@dataclass(slots=True)
class Machine:
    """The level of one seller; ``hopeful`` grants what may be met, not only what is."""

    hopeful: bool
    held: int = 0
    least: int = 0
    phase: Phase = Phase.NO_RULES
    grace_start: int | None = None
    supported: int = 0

    def pass_day(
        self,
        day: int,
        rules: RuleSet | None,
        verdicts: dict[int, Verdict],
        kept: dict[int, Verdict],
        shown: int | None,
    ) -> None:
        """One day under the rules in force; ``verdicts`` by rank, ``kept`` without entry rules.

        The level that the platform showed on the day is that of the day, whatever the rules
        would have made of it.
        """
        self._apply(day, rules, verdicts, kept)
        if shown is None:
            return
        if shown != self.held:
            self._correct(day, rules, kept, shown)
        self.least = shown

    def _correct(
        self, day: int, rules: RuleSet | None, kept: dict[int, Verdict], shown: int
    ) -> None:
        """The platform showed another level: the clock starts anew, today where it is failed."""
        self.held, self.grace_start = shown, None
        self.phase = Phase.NO_RULES if rules is None else Phase.HOLDS
        if rules is None or not _judged(rules, day) or self.supported > shown:
            return
        if rules.grace_days and kept.get(shown) is Verdict.NOT_MET:
            self.phase, self.grace_start = Phase.GRACE, day

    def _apply(
        self,
        day: int,
        rules: RuleSet | None,
        verdicts: dict[int, Verdict],
        kept: dict[int, Verdict],
    ) -> None:
        if rules is None:
            self.least, self.phase, self.grace_start, self.supported = (
                self.held,
                Phase.NO_RULES,
                None,
                0,
            )
            return
        enough = {Verdict.MET, Verdict.UNKNOWN} if self.hopeful else {Verdict.MET}
        self.supported = max((r for r, v in verdicts.items() if v in enough), default=0)
        self.phase = max(self.phase, Phase.HOLDS)
        if not _judged(rules, day):
            return
        if self.supported > self.held:
            self._hold(self.supported)
        elif kept.get(self.held) is Verdict.NOT_MET:
            self._endangered(day, rules)
        else:
            self._hold(self.held)

    def _hold(self, rank: int) -> None:
        self.held = self.least = rank
        self.phase, self.grace_start = Phase.HOLDS, None

    def _endangered(self, day: int, rules: RuleSet) -> None:
        if self.grace_start is None:
            self.grace_start = day
        level = next(level for level in rules.levels if level.rank == self.held)
        if day < self.grace_start + rules.grace_days:
            self.phase, self.least = Phase.GRACE, self.held
        elif level.reviewed and rules.review_before_loss:
            self.phase, self.least = Phase.REVIEW, self.supported
        elif rules.demotion is Demotion.ONE_LEVEL:
            self._hold(self.held - 1)
        else:
            self._hold(self.supported)


def _judged(rules: RuleSet, day: int) -> bool:
    return rules.judged_on is None or date_of(day).day == rules.judged_on


@dataclass(frozen=True, slots=True)
class DayOfSeller:
    """What a day says: verdicts by rule set, gig (None for levels) and rule or level id."""

    verdicts: dict[tuple[str, int | None, str], Verdict] = field(default_factory=dict)
    held: int = 0
    phase: Phase = Phase.NO_RULES
    least: int = 0
    most: int = 0
    grace_start: int | None = None
    supported: int = 0
    possible: int = 0


def walk(seller: SellerRecord, rule_sets: Sequence[RuleSet]) -> list[DayOfSeller]:
    """Every day of the seller, the first one first."""
    sure, hopeful = Machine(hopeful=False), Machine(hopeful=True)
    before = {day: rank for day, rank in seller.shown_levels.items() if day < seller.first_day}
    for _, rank in sorted(before.items()):
        sure.held = sure.least = hopeful.held = hopeful.least = rank
    found = []
    for day in range(seller.first_day, seller.last_day + 1):
        verdicts: dict[tuple[str, int | None, str], Verdict] = {}
        rules: RuleSet | None = None
        by_rank: dict[int, Verdict] = {}
        kept: dict[int, Verdict] = {}
        for rule_set in rule_sets:
            if rule_set.kind is Kind.LEVELS and rule_set.holds_on(day):
                rules = rule_set
                by_rank, kept = _levels(seller, rule_set, day, verdicts)
        for machine in (sure, hopeful):
            machine.pass_day(day, rules, by_rank, kept, seller.shown_levels.get(day))
        most = max(hopeful.held, sure.held)
        for rule_set in rule_sets:
            if rule_set.kind is Kind.PROMOTION and rule_set.holds_on(day):
                held = Bounds(sure.least, 1, most, 1)
                _promotion(seller, rule_set, day, held, verdicts)
        found.append(
            DayOfSeller(
                verdicts,
                sure.held,
                sure.phase,
                sure.least,
                most,
                sure.grace_start,
                sure.supported,
                hopeful.supported,
            )
        )
    return found


def _levels(
    seller: SellerRecord,
    rule_set: RuleSet,
    day: int,
    verdicts: dict[tuple[str, int | None, str], Verdict],
) -> tuple[dict[int, Verdict], dict[int, Verdict]]:
    """Verdicts of all rules of all levels; returns those of the levels by rank.

    The second of the two leaves out what is asked for on the way up only.
    """
    found, kept = {}, {}
    for level in rule_set.levels:
        own = _rules(seller, rule_set, level.rules, day, None, Bounds())
        verdicts |= {(rule_set.id, None, rule_id): verdict for rule_id, verdict in own.items()}
        found[level.rank] = _overall(level, own)
        verdicts[rule_set.id, None, level.id] = found[level.rank]
        lasting = replace(level, rules=tuple(r for r in level.rules if not r.entry_only))
        kept[level.rank] = _overall(lasting, own)
    return found, kept


def _overall(level: Level | RuleSet, own: dict[str, Verdict]) -> Verdict:
    return overall_of(own[rule.id] for rule in counted_rules(level.rules) if rule.id in own)


def _promotion(
    seller: SellerRecord,
    rule_set: RuleSet,
    day: int,
    held: Bounds,
    verdicts: dict[tuple[str, int | None, str], Verdict],
) -> None:
    for gig in range(len(seller.gigs)):
        own = _rules(seller, rule_set, rule_set.rules, day, gig, held)
        verdicts |= {(rule_set.id, gig, rule_id): verdict for rule_id, verdict in own.items()}
        verdicts[rule_set.id, gig, ""] = _overall(rule_set, own)


def _rules(
    seller: SellerRecord,
    rule_set: RuleSet,
    rules: Sequence[Rule],
    day: int,
    gig: int | None,
    held: Bounds,
) -> dict[str, Verdict]:
    """Verdicts of the rules in force on the day and not switched off."""
    found = {}
    for rule in rules:
        start, end = force_of(rule, rule_set)
        if not rule.enabled or day < start or (end is not None and day >= end):
            continue
        if rule.metric is Metric.LEVEL:
            bounds = held
        else:
            own = gig if rule.spec.scope is Scope.GIG else None
            bounds = metric_value(seller, rule.spec, day, own).bounds
        category = "" if gig is None else seller.gigs[gig].category
        found[rule.id] = verdict_on(rule, bounds, is_pro=seller.is_pro, category=category)
    return found
