"""The fewest orders to a level or to a promoted gig, or the rules that none can meet.

All rules of a level but the success score depend on how many orders come, not on which gig, and
the score is served best by one way of sharing them out (:func:`metrics.engine.plan.best_sharings`).
So one course for each number of orders decides, and every number is looked at: more orders do not
always help. The rules themselves are judged by the one evaluator, on the imagined facts.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from eligibility.coming.judging import Coming
from eligibility.computing import in_force
from eligibility.pages.reading import rules_in_force
from eligibility.planning.courses import Courses, day_verdicts, held_today
from eligibility.rules.evaluate import counted_rules
from eligibility.rules.facts import Bools
from eligibility.rules.judge import metric_of
from eligibility.rules.types import (
    Bounds,
    Kind,
    Level,
    Metric,
    Rule,
    RuleSet,
    Scope,
    Verdict,
)
from metrics.engine.days import day_number
from metrics.engine.plan import best_sharings
from metrics.forecasting.planning import MOST_ORDERS, Quality, lowering_gigs, only_active

#: Numbers of orders that are judged first; the rest only where none of them does.
_FIRST = 16
#: What the score is held against where a level asks for none.
_MIDDLE = 5.5


@dataclass(frozen=True, slots=True)
class RuleOutcome:
    """One rule on the plan's day, for the numbers of orders that were tried.

    Attributes
    ----------
    met : numbers of orders with which it is met, ascending
    bounds : its value with the orders of the plan; without a plan, with the most orders
    now : its value on that day if nothing new happens
    verdict : the verdict on ``bounds``
    """

    rule: Rule
    met: tuple[int, ...]
    bounds: Bounds
    now: Bounds
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class EntitlementPlan:
    """A plan, or why there is none.

    Attributes
    ----------
    level : the level that is asked for, or that the promotion rests on; None where it rests on
        none
    gig : the gig to be promoted (its engine number), None for a level
    numbers : orders on each gig; None where no number up to ``most`` does
    held_then : rank of the level held on the day with them, as far as certain
    rules : the rules that decide, each with the numbers of orders that meet it
    missing_one_fewer : ids of rules that are not met with one order fewer
    by_people : the level is granted by people; the plan brings all else that it asks for
    pace : orders by then at the seller's own pace
    lowering : gigs on which one such order lowers the overall score, and by how much
    """

    rule_set: RuleSet
    level: Level | None
    gig: int | None
    by: date
    quality: Quality
    most: int
    numbers: tuple[int, ...] | None
    held_then: int | None
    rules: tuple[RuleOutcome, ...]
    missing_one_fewer: tuple[str, ...]
    by_people: bool
    pace: int | None
    lowering: tuple[tuple[int, float], ...]

    @property
    def orders(self) -> int:
        return sum(self.numbers or ())

    @property
    def blocking(self) -> tuple[RuleOutcome, ...]:
        """Rules that no number of orders meets by then."""
        return tuple(one for one in self.rules if not one.met)


@dataclass(frozen=True, slots=True, eq=False)
class _Tried:
    """Courses in ascending number of orders, and whether each reaches the target."""

    numbers: list[tuple[int, ...]]
    parts: list[Coming]
    reached: Bools

    @property
    def first(self) -> int | None:
        """The index of the first that reaches it."""
        found = np.flatnonzero(self.reached)
        return int(found[0]) if len(found) else None

    def at(self, index: int) -> tuple[Coming, int]:
        """The judged batch of a course, and its number there."""
        for part in self.parts:
            if index < part.courses:
                return part, index
            index -= part.courses
        raise IndexError(index)

    def all(self, read: Callable[[Coming], np.ndarray]) -> np.ndarray:
        return np.concatenate([read(part) for part in self.parts])


def rules_by(courses: Courses, kind: Kind) -> RuleSet | None:
    """The rules that are in force on the plan's day."""
    return in_force(courses.known.rule_sets, kind, day_number(courses.by))


def plan_to_level(courses: Courses, rule_set: RuleSet, level: Level) -> EntitlementPlan:
    """The fewest orders with which every rule of a level is met on the day."""
    rules = level_rules(courses, rule_set, level)
    tried = _try(courses, _sharings(courses, level), lambda part: _level_met(part, rule_set, rules))
    outcomes = _outcomes(tried, rules, lambda rule: _of_level(rule_set, rule))
    return _answer(courses, rule_set, level, None, tried, outcomes)


def level_rules(courses: Courses, rule_set: RuleSet, level: Level) -> list[Rule]:
    """What a level asks of this seller by then: less on the way down than on the way up."""
    counted = rules_in_force(counted_rules(level.rules), rule_set, courses.by)
    held = held_today(courses.known)
    return [rule for rule in counted if not (rule.entry_only and held >= level.rank)]


def plan_to_promotion(courses: Courses, rule_set: RuleSet, gig: int) -> EntitlementPlan:
    """The fewest orders with which every published rule of a promotion is met on the day.

    Orders on the gig alone are tried first. Where they do it with the fewest that its own rules
    ask for, no other way can do with fewer; else the level behind it decides how they are
    shared out.
    """
    rules = rules_in_force(counted_rules(rule_set.rules), rule_set, courses.by)
    on_gig = [rule for rule in rules if rule.spec.scope is Scope.GIG]
    levels = rules_by(courses, Kind.LEVELS)
    level = None if levels is None else _level_behind(courses, levels, rules)
    # An order would prove that a paused gig is active; none can come while it is paused.
    runs = bool(courses.known.read.columns.gig_active[gig])

    def met(part: Coming) -> Bools:
        found: Bools = (part.verdicts(rule_set)[:, gig, -1] == Verdict.MET) & runs
        return found

    alone = [
        tuple(number * (other == gig) for other in range(courses.known.gigs))
        for number in range(MOST_ORDERS + 1)
    ]
    tried = _try(courses, alone, met, at_once=level is None)
    allowed = _allowed(tried, rule_set, on_gig, gig)
    least = int(np.flatnonzero(allowed)[0]) if allowed.any() else None
    if level is not None and runs and least is not None and tried.first != least:
        whole = np.zeros(MOST_ORDERS + 1, np.bool_)
        whole[: len(allowed)] = allowed
        whole[len(allowed) :] = allowed[-1]
        other = _try(courses, _sharings(courses, level, {gig: whole}), met)
        if other.first is not None or tried.first is None:
            tried = other
    outcomes = _outcomes(tried, rules, lambda rule: _of_gig(rule_set, rule, gig), gig)
    if not runs:
        outcomes = [_while_paused(one) for one in outcomes]
    held = any(one.rule.metric is Metric.LEVEL and 0 in one.met for one in outcomes)
    if levels is not None and level is not None and not held:
        own, asked = levels, level_rules(courses, levels, level)
        outcomes += _outcomes(tried, asked, lambda rule: _of_level(own, rule))
    return _answer(courses, rule_set, level, gig, tried, outcomes)


def _while_paused(one: RuleOutcome) -> RuleOutcome:
    """What a paused gig is judged by, whatever orders are imagined on it."""
    if one.rule.metric is not Metric.GIG_ACTIVE:
        return one
    return replace(one, met=(), verdict=Verdict.NOT_MET)


def _level_behind(courses: Courses, levels: RuleSet, rules: Sequence[Rule]) -> Level | None:
    """The lowest level that a promotion asks for, where it asks for one."""
    is_pro = bool(courses.known.read.columns.is_pro[0])
    rank = max(
        (int(r.threshold_for(is_pro=is_pro)) for r in rules if r.metric is Metric.LEVEL), default=0
    )
    return next((level for level in levels.levels if level.rank == rank), None)


def _sharings(
    courses: Courses, level: Level, allowed: dict[int, Bools] | None = None
) -> list[tuple[int, ...]]:
    """One way of sharing out for each number of orders: the best for the score asked for."""
    is_pro = bool(courses.known.read.columns.is_pro[0])
    asked = [
        math.ceil(rule.threshold_for(is_pro=is_pro)) - 0.5
        for rule in counted_rules(level.rules)
        if rule.metric is Metric.SUCCESS_SCORE
    ]
    only = only_active(courses.ground) | (allowed or {})
    found = best_sharings(courses.grid, max(asked, default=_MIDDLE), only)
    return [numbers for numbers in found if numbers is not None]


def _try(
    courses: Courses,
    numbers: list[tuple[int, ...]],
    met: Callable[[Coming], Bools],
    *,
    at_once: bool = False,
) -> _Tried:
    """Judge them, a few first; nothing further where one of these reaches the target."""
    cut = len(numbers) if at_once else _FIRST
    parts: list[Coming] = []
    reached: list[Bools] = []
    for start, end in ((0, cut), (cut, len(numbers))):
        if start >= min(end, len(numbers)) or any(flags.any() for flags in reached):
            continue
        part = courses.judged(numbers[start:end])
        parts.append(part)
        reached.append(met(part))
    whole = np.concatenate(reached) if reached else np.zeros(0, np.bool_)
    return _Tried(numbers[: len(whole)], parts, whole)


def _level_met(part: Coming, rule_set: RuleSet, rules: Sequence[Rule]) -> Bools:
    """Every rule but the review by people, which no order brings."""
    found = np.ones(part.courses, np.bool_)
    for rule in rules:
        if rule.metric is not Metric.HUMAN_REVIEW:
            found &= day_verdicts(part, rule_set.id, rule.id) == Verdict.MET
    return found


def _allowed(tried: _Tried, rule_set: RuleSet, rules: Sequence[Rule], gig: int) -> Bools:
    """Numbers of orders on a gig with which its own rules are met."""
    found = np.ones(len(tried.numbers), np.bool_)
    for rule in rules:
        read = _of_gig(rule_set, rule, gig)
        found &= tried.all(read) == Verdict.MET
    return found


_Read = Callable[[Coming], np.ndarray]


def _of_level(rule_set: RuleSet, rule: Rule) -> _Read:
    return lambda part: day_verdicts(part, rule_set.id, rule.id)


def _of_gig(rule_set: RuleSet, rule: Rule, gig: int) -> _Read:
    return lambda part: part.verdicts(rule_set, rule.id)[:, gig, -1]


def _outcomes(
    tried: _Tried, rules: Sequence[Rule], reader: Callable[[Rule], _Read], gig: int = 0
) -> list[RuleOutcome]:
    first = tried.first
    shown = len(tried.numbers) - 1 if first is None else first
    found = []
    for rule in rules:
        verdicts = tried.all(reader(rule))
        met = [sum(tried.numbers[at]) for at in np.flatnonzero(verdicts == Verdict.MET)]
        found.append(
            RuleOutcome(
                rule=rule,
                met=tuple(met),
                bounds=_bounds(*tried.at(shown), rule, gig),
                now=_bounds(*tried.at(0), rule, gig),
                verdict=Verdict(int(verdicts[shown])),
            )
        )
    return found


def _bounds(part: Coming, course: int, rule: Rule, gig: int) -> Bounds:
    """The value of a rule on the last day; nothing for a gig before its first order."""
    metric = metric_of(part.found, rule.spec)
    subject = course
    if rule.spec.scope is Scope.GIG:
        subject = course * part.known.gigs + gig
        if metric.axis.offset[subject] == metric.axis.offset[subject + 1]:
            return Bounds()
    return metric.on(subject, part.last_day)


def _answer(
    courses: Courses,
    rule_set: RuleSet,
    level: Level | None,
    gig: int | None,
    tried: _Tried,
    outcomes: list[RuleOutcome],
) -> EntitlementPlan:
    first = tried.first
    held = None
    if first is not None:
        part, course = tried.at(first)
        levels = part.level("held")
        held = None if levels is None else int(levels[course, -1])
    fewer = None if first is None else sum(tried.numbers[first]) - 1
    return EntitlementPlan(
        rule_set=rule_set,
        level=level,
        gig=gig,
        by=courses.by,
        quality=courses.quality,
        most=MOST_ORDERS,
        numbers=None if first is None else tried.numbers[first],
        held_then=held,
        rules=tuple(one for one in outcomes if one.rule.metric is not Metric.HUMAN_REVIEW),
        missing_one_fewer=tuple(
            one.rule.id
            for one in outcomes
            if fewer is not None and fewer >= 0 and fewer not in one.met
        ),
        by_people=gig is None and level is not None and level.reviewed,
        pace=courses.pace,
        lowering=lowering_gigs(courses.ground, courses.grid),
    )
