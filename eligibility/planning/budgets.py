"""What can go wrong before a rule breaks, rule by rule.

All errors happen today, one kind at a time, on imagined facts that the one evaluator judges. From
the first order on every metric but the score moves in a straight line against its threshold, so
the first number that loses it is bracketed and then looked at one by one; the score has a grid of
its own (:mod:`metrics.engine.budget`), because there it matters which gig the orders are on.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from eligibility.coming.judging import Coming, Course, Known, course_of, judge_courses
from eligibility.pages.reading import rules_in_force
from eligibility.planning.courses import held_today
from eligibility.rules.evaluate import counted_rules, margin_on
from eligibility.rules.items import SUMS as _ALL_SUMS
from eligibility.rules.judge import metric_of
from eligibility.rules.types import (
    OUT_OF_FORCE,
    Bounds,
    Level,
    Metric,
    Rule,
    RuleSet,
    Scope,
    Verdict,
)
from metrics.engine.hypothetical import Scenario, applied
from metrics.forecasting.ground import Ground
from metrics.forecasting.planning import (
    MOST_ERRORS,
    ErrorKind,
    error_budgets,
    wrong_order,
)
from metrics.forecasting.simulation import imagined_facts

#: Sums that orders move.
SUMS = _ALL_SUMS - {Metric.RESPONSE_RATE}
#: Numbers of errors that are tried first; the first loss is then looked for between two of them.
_TRIED = (0, 1, 2, 4, 8, 16, MOST_ERRORS)


@dataclass(frozen=True, slots=True)
class Absorbed:
    """How many errors of one kind a rule absorbs.

    Attributes
    ----------
    number : None where :data:`~metrics.forecasting.planning.MOST_ERRORS` of them do not break it
    harmless : they do not bring the rule any nearer to its threshold
    kindest, harshest : gigs on which it hurts least and most; None where it is all the same
    fewest : how many are absorbed on the harshest gig
    """

    number: int | None
    harmless: bool = False
    kindest: int | None = None
    harshest: int | None = None
    fewest: int | None = None

    @property
    def differs(self) -> bool:
        """How many are absorbed hangs on the gig."""
        return self.kindest is not None and self.number != self.fewest


@dataclass(frozen=True, slots=True)
class RuleBudget:
    """One rule that is met today, with what it absorbs of each kind."""

    rule: Rule
    bounds: Bounds
    absorbs: Mapping[ErrorKind, Absorbed]

    @property
    def untouched(self) -> bool:
        """No kind of error brings it nearer to its threshold."""
        return all(one.harmless for one in self.absorbs.values())


@dataclass(frozen=True, slots=True)
class EntitlementBudget:
    """What a level, or the promotion of one gig, absorbs before one of its rules breaks.

    Attributes
    ----------
    level : None for the rules of one gig
    gig : None for a level
    rules : those that are met today and that orders move
    broken : those that are not met today
    still : those that are met today and that no order moves
    unknown : those that cannot be checked today
    for_promotion : the level is one that promotion rests on, below the level held
    """

    rule_set: RuleSet
    level: Level | None
    gig: int | None
    rules: tuple[RuleBudget, ...]
    broken: tuple[Rule, ...]
    still: tuple[Rule, ...] = ()
    unknown: tuple[Rule, ...] = ()
    for_promotion: bool = False

    def tightest(self, kind: ErrorKind) -> RuleBudget | None:
        """The rule that breaks first; None where none does."""
        breaking = [one for one in self.rules if one.absorbs[kind].number is not None]
        return min(breaking, key=lambda one: one.absorbs[kind].number or 0, default=None)


def level_budget(ground: Ground, known: Known, level: Level, rules: RuleSet) -> EntitlementBudget:
    """Of the rules that a seller who holds the level, or a higher one, still has to meet."""

    def read(part: Coming, rule: Rule, course: int) -> Verdict:
        return _verdict(part.found.verdicts[rules.id, rule.id][course * part.days])

    found = _budget(ground, known, rules, level, None, _lasting(ground, level, rules), read)
    return replace(found, for_promotion=level.rank < held_today(known))


def level_behind_promotion(known: Known, levels: RuleSet, promotion: RuleSet) -> Level | None:
    """The lowest level that still lets gigs be promoted; None where promotion asks for none."""
    is_pro = bool(known.read.columns.is_pro[0])
    asked = [
        int(rule.threshold_for(is_pro=is_pro))
        for rule in counted_rules(promotion.rules)
        if rule.metric is Metric.LEVEL
    ]
    return next((level for level in levels.levels if level.rank == max(asked, default=0)), None)


def _lasting(ground: Ground, level: Level, rules: RuleSet) -> list[Rule]:
    """What a level once held still asks for."""
    counted = rules_in_force(counted_rules(level.rules), rules, ground.today)
    return [rule for rule in counted if not rule.entry_only]


def _verdict(value: int | np.integer) -> Verdict:
    """A gig without orders is not judged: nothing can be said about it."""
    return Verdict.UNKNOWN if value == OUT_OF_FORCE else Verdict(int(value))


def promotion_budgets(ground: Ground, known: Known, rules: RuleSet) -> list[EntitlementBudget]:
    """Of each gig's own rules that orders can move, for the gigs that have such rules."""
    own = [
        rule
        for rule in rules_in_force(counted_rules(rules.rules), rules, ground.today)
        if rule.spec.scope is Scope.GIG and rule.metric in SUMS
    ]
    if not own:
        return []

    def reader(gig: int) -> Callable[[Coming, Rule, int], Verdict]:
        return lambda part, rule, course: _verdict(part.verdicts(rules, rule.id)[course, gig, 0])

    return [
        _budget(ground, known, rules, None, gig, own, reader(gig))
        for gig in range(len(ground.gigs))
    ]


def _budget(
    ground: Ground,
    known: Known,
    rule_set: RuleSet,
    level: Level | None,
    gig: int | None,
    rules: Sequence[Rule],
    read: Callable[[Coming, Rule, int], Verdict],
) -> EntitlementBudget:
    tried = _Tried(ground, known, gig or 0, rules, read)
    now = {
        verdict: [r for r in rules if tried.verdict(None, 0, r) is verdict] for verdict in Verdict
    }
    moved = [r for r in now[Verdict.MET] if r.metric in SUMS or r.metric is Metric.SUCCESS_SCORE]
    for rule in moved:
        if rule.metric in SUMS:
            tried.narrow(rule)
    found = [
        RuleBudget(
            rule,
            tried.bounds(None, 0, rule),
            _of_score(ground, known, rule)
            if rule.metric is Metric.SUCCESS_SCORE
            else {kind: tried.absorbed(kind, rule) for kind in ErrorKind},
        )
        for rule in moved
    ]
    return EntitlementBudget(
        rule_set,
        level,
        gig,
        tuple(found),
        broken=tuple(now[Verdict.NOT_MET]),
        still=tuple(rule for rule in now[Verdict.MET] if rule not in moved),
        unknown=tuple(now[Verdict.UNKNOWN]),
    )


def _of_score(ground: Ground, known: Known, rule: Rule) -> dict[ErrorKind, Absorbed]:
    """By gig: an error on a gig with little weight hurts less."""
    is_pro = bool(known.read.columns.is_pro[0])
    keep = math.ceil(rule.threshold_for(is_pro=is_pro))
    found = {}
    for budget in error_budgets(ground, keep):
        kindest, harshest = budget.gigs[0], budget.gigs[-1]
        several = kindest.gig != harshest.gig
        found[budget.kind] = Absorbed(
            number=kindest.absorbed,
            kindest=kindest.gig if several else None,
            harshest=harshest.gig if several else None,
            fewest=harshest.absorbed if several else None,
        )
    return found or {kind: Absorbed(0) for kind in ErrorKind}


class _Tried:
    """Courses with 0, 1, … errors of a kind today, judged in a few batches."""

    def __init__(
        self,
        ground: Ground,
        known: Known,
        gig: int,
        rules: Sequence[Rule],
        read: Callable[[Coming, Rule, int], Verdict],
    ) -> None:
        self._ground, self._known, self._gig = ground, known, gig
        self._rules, self._read = rules, read
        self._future = ground.future(ground.today)
        self._found: dict[tuple[ErrorKind | None, int, str], tuple[Verdict, Bounds]] = {}
        self._judge([(None, 0), *((kind, n) for kind in ErrorKind for n in _TRIED if n)])

    def verdict(self, kind: ErrorKind | None, number: int, rule: Rule) -> Verdict:
        return self._found[kind if number else None, number, rule.id][0]

    def bounds(self, kind: ErrorKind | None, number: int, rule: Rule) -> Bounds:
        return self._found[kind if number else None, number, rule.id][1]

    def narrow(self, rule: Rule) -> None:
        """Judge what lies between the last number that holds and the first that does not."""
        wanted = []
        for kind in ErrorKind:
            lost = [n for n in _TRIED if self.verdict(kind, n, rule) is Verdict.NOT_MET]
            if lost:
                below = max(n for n in _TRIED if n < lost[0])
                wanted += [(kind, n) for n in range(below + 1, lost[0])]
        self._judge([pair for pair in wanted if (*pair, rule.id) not in self._found])

    def absorbed(self, kind: ErrorKind, rule: Rule) -> Absorbed:
        """The number before the first that loses the rule, after :meth:`narrow`."""
        for number in range(MOST_ERRORS + 1):
            key = (kind if number else None, number, rule.id)
            if key in self._found and self._found[key][0] is Verdict.NOT_MET:
                return Absorbed(number - 1)
        is_pro = bool(self._known.read.columns.is_pro[0])
        margins = [
            margin_on(rule, self.bounds(kind, n, rule), is_pro=is_pro) for n in (0, 1, MOST_ERRORS)
        ]
        known = [margin for margin in margins if margin is not None]
        return Absorbed(None, harmless=len(known) == 3 and min(known) == known[0])

    def _judge(self, asked: Sequence[tuple[ErrorKind | None, int]]) -> None:
        if not asked:
            return
        courses = [self._course(kind, number) for kind, number in asked]
        part = judge_courses(self._known, courses, self._ground.today)
        for course, (kind, number) in enumerate(asked):
            for rule in self._rules:
                self._found[kind, number, rule.id] = (
                    self._read(part, rule, course),
                    _bounds(part, rule, course, self._gig),
                )

    def _course(self, kind: ErrorKind | None, number: int) -> Course:
        ground, errors = self._ground, Scenario()
        if kind is not None:
            wrong = wrong_order(ground, kind, self._gig, ground.today_number)
            errors = Scenario(added=(wrong,) * number)
        change = applied(errors, ground.facts.orders, ground.facts.reviews)
        score = self._future.simulate(change.evidence(ground.policy) if number else None)
        return course_of(self._known, imagined_facts(ground.facts, change), score)


def _bounds(part: Coming, rule: Rule, course: int, gig: int) -> Bounds:
    metric = metric_of(part.found, rule.spec)
    subject = course * part.known.gigs + gig if rule.spec.scope is Scope.GIG else course
    if metric.axis.offset[subject] == metric.axis.offset[subject + 1]:
        return Bounds()
    return metric.on(subject, part.known.today)
