"""Verdicts of days to spans [from, to), each with what began it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from eligibility.rules.axis import Axis
from eligibility.rules.causes import Flips, flip_causes
from eligibility.rules.daily import run_starts
from eligibility.rules.evaluate import counted_rules, thresholds
from eligibility.rules.flips import FlipCause
from eligibility.rules.judge import Judgement, metric_of
from eligibility.rules.levels import LevelDays
from eligibility.rules.types import (
    OUT_OF_FORCE,
    Comparison,
    Kind,
    Rule,
    RuleSet,
    Scope,
    Verdict,
)
from metrics.engine.columns import Float64, Int8, Int32, Int64
from metrics.engine.days import FOREVER

#: No order, review or inquiry caused it.
NO_NUMBER = -1


@dataclass(frozen=True, slots=True, eq=False)
class RuleSpans:
    """Spans of one rule, or of an overall verdict, for all subjects; shape (spans,) each.

    Attributes
    ----------
    rule_id : the rule, or the level's id, or "" for the whole of a promotion
    subject : seller number for levels, gig number for promotions; ascending
    end_day : the first day that no longer belongs to the span; FOREVER while it lasts
    cause : :class:`~eligibility.rules.flips.FlipCause` of the first day
    number : the order's number (the inquiry's for inquiries), NO_NUMBER where none caused it
    others : how many more facts of the same day pushed the same way
    by_rule : of an overall verdict the index in ``rule_set.all_rules`` of the rule that
        flipped it, −1 where none did
    margin : on the first day, in the metric's unit; NaN where unknown or without margin
    """

    rule_set: RuleSet
    rule_id: str
    subject: Int64
    verdict: Int8
    start_day: Int64
    end_day: Int64
    entry: Int64
    cause: Int8
    number: Int64
    others: Int32
    by_rule: NDArray[np.int16]
    margin: Float64

    def __len__(self) -> int:
        return len(self.subject)


def all_spans(found: Judgement) -> Iterator[RuleSpans]:
    """Spans of every rule, then of every overall verdict, set by set."""
    for rule_set in found.rule_sets:
        by_rule = {
            rule.id: rule_spans(found, rule_set, rule)
            for rule in rule_set.all_rules
            if rule.enabled
        }
        yield from by_rule.values()
        for overall in rule_set.overall_ids:
            yield overall_spans(found, rule_set, overall, by_rule)


def _cut(days: Int8, axis: Axis) -> tuple[Int64, Int64, Int64]:
    """Entries at which spans begin, their subjects, and the days after their last."""
    entry = run_starts(axis, [days])
    behind = np.append(entry[1:], axis.size)
    subject = np.searchsorted(axis.offset, entry, side="right") - 1
    shift = axis.first_day[subject] - axis.offset[subject]
    end_day = np.where(behind == axis.offset[subject + 1], FOREVER, behind + shift)
    kept = days[entry] != OUT_OF_FORCE
    return entry[kept], subject[kept], end_day[kept]


def _before(days: Int8, entry: Int64, subject: Int64, axis: Axis) -> Int8:
    """The verdict of the day before; −2 on a subject's first day."""
    before = days[np.maximum(entry - 1, 0)].astype(np.int8)
    before[entry == axis.offset[subject]] = _NO_DAY_BEFORE
    return before


_NO_DAY_BEFORE = -2


def rule_spans(found: Judgement, rule_set: RuleSet, rule: Rule) -> RuleSpans:
    """Spans of one rule with their causes."""
    axis, days = found.axis(rule_set), found.verdicts[rule_set.id, rule.id]
    entry, subject, end_day = _cut(days, axis)
    start_day = entry + axis.first_day[subject] - axis.offset[subject]
    before = _before(days, entry, subject, axis)
    cause = np.full(len(entry), FlipCause.BEGAN, np.int8)
    cause[before == OUT_OF_FORCE] = FlipCause.RULES_CHANGED
    number = np.full(len(entry), NO_NUMBER, np.int64)
    others = np.zeros(len(entry), np.int32)
    flipped = np.flatnonzero(before >= 0)
    own = subject
    if rule_set.kind is Kind.PROMOTION and rule.spec.scope is Scope.SELLER:
        own = found.axes.gig_seller[subject]
    better = _GOODNESS[days[entry]] > _GOODNESS[before]
    flips = Flips(own[flipped], start_day[flipped], better[flipped])
    cause[flipped], number[flipped], others[flipped] = flip_causes(found, rule, flips)
    return RuleSpans(
        rule_set,
        rule.id,
        subject,
        days[entry],
        start_day,
        end_day,
        entry,
        cause,
        number,
        others,
        np.full(len(entry), -1, np.int16),
        _margins(found, rule, own, start_day, days[entry]),
    )


#: How good a verdict is, by its number; the last two are what stands before the first day.
_GOODNESS = np.array([0, 2, 1, 0, 0], np.int8)


def _margins(found: Judgement, rule: Rule, subject: Int64, day: Int64, verdict: Int8) -> Float64:
    """:func:`eligibility.rules.evaluate.margin_on` of many days, as floats."""
    if rule.comparison is Comparison.NOT_IN or not len(day):
        return np.full(len(day), np.nan)
    metric = metric_of(found, rule.spec)
    run = metric.run_of(metric.axis.offset[subject] + day - metric.axis.first_day[subject])
    rising = rule.comparison is Comparison.AT_LEAST
    met = verdict == Verdict.MET
    lower = met if rising else ~met
    num = np.where(lower, metric.low_num[run], metric.high_num[run])
    den = np.where(lower, metric.low_den[run], metric.high_den[run])
    pro = found.facts.is_pro
    if rule.spec.scope is Scope.GIG:
        pro = pro[found.axes.gig_seller]
    plain, special = (
        tuple(float(threshold) for threshold in thresholds(rule, is_pro=is_pro))
        for is_pro in (False, True)
    )
    surely, possibly = (np.where(pro[subject], special[i], plain[i]) for i in (0, 1))
    known = (den > 0) & (verdict != Verdict.UNKNOWN)
    value = np.divide(num, den, out=np.full(len(day), np.nan), where=known)
    margin: Float64 = value - np.where(met, surely, possibly)
    return margin if rising else -margin


def overall_spans(
    found: Judgement, rule_set: RuleSet, name: str, by_rule: dict[str, RuleSpans]
) -> RuleSpans:
    """Spans of a level, or of a whole promotion; each flip names the rule that made it."""
    axis, days = found.axis(rule_set), found.verdicts[rule_set.id, name]
    entry, subject, end_day = _cut(days, axis)
    before = _before(days, entry, subject, axis)
    cause = np.full(len(entry), FlipCause.BEGAN, np.int8)
    cause[before != _NO_DAY_BEFORE] = FlipCause.RULES_CHANGED
    number = np.full(len(entry), NO_NUMBER, np.int64)
    others = np.zeros(len(entry), np.int32)
    culprit = np.full(len(entry), -1, np.int16)
    rules = counted_rules(
        next((level.rules for level in rule_set.levels if level.id == name), rule_set.rules)
    )
    better = _GOODNESS[days[entry]] > _GOODNESS[before]
    open_yet = before >= 0
    for agrees in (True, False):
        for rule in rules:
            at = np.flatnonzero(open_yet & (culprit < 0))
            verdicts = found.verdicts[rule_set.id, rule.id]
            new, old = verdicts[entry[at]], verdicts[np.maximum(entry[at] - 1, 0)]
            rises = _GOODNESS[new] > _GOODNESS[old]
            moved = (new != old) & (new >= 0) & (old >= 0) & ((rises == better[at]) == agrees)
            at = at[moved]
            spans = by_rule[rule.id]
            place = np.searchsorted(spans.entry, entry[at])
            culprit[at] = rule_set.all_rules.index(rule)
            cause[at], number[at] = spans.cause[place], spans.number[place]
            others[at] = spans.others[place]
    start_day = entry + axis.first_day[subject] - axis.offset[subject]
    nothing = np.full(len(entry), np.nan)
    return RuleSpans(
        rule_set,
        name,
        subject,
        days[entry],
        start_day,
        end_day,
        entry,
        cause,
        number,
        others,
        culprit,
        nothing,
    )


@dataclass(frozen=True, slots=True, eq=False)
class LevelSpans:
    """Spans of days with the same level, shape (spans,) each.

    Attributes
    ----------
    held, least, most, supported, possible : ranks as in
        :class:`~eligibility.rules.levels.LevelDays`
    phase : :class:`~eligibility.rules.types.Phase`
    grace_start : NO_DAY where no clock runs
    """

    subject: Int64
    start_day: Int64
    end_day: Int64
    held: Int8
    phase: Int8
    least: Int8
    most: Int8
    supported: Int8
    possible: Int8
    grace_start: Int32


def level_spans(levels: LevelDays) -> LevelSpans:
    """Spans of the level machine's days; days without level rules are left out."""
    axis = levels.axis
    columns = (
        levels.held,
        levels.phase,
        levels.least,
        levels.most,
        levels.supported,
        levels.possible,
    )
    entry = run_starts(axis, (*columns, levels.grace_start))
    subject = np.searchsorted(axis.offset, entry, side="right") - 1
    shift = axis.first_day[subject] - axis.offset[subject]
    behind = np.append(entry[1:], axis.size)
    end_day = np.where(behind == axis.offset[subject + 1], FOREVER, behind + shift)
    kept = levels.phase[entry] > 0
    entry = entry[kept]
    return LevelSpans(
        subject[kept],
        entry + shift[kept],
        end_day[kept],
        levels.held[entry],
        levels.phase[entry],
        levels.least[entry],
        levels.most[entry],
        levels.supported[entry],
        levels.possible[entry],
        levels.grace_start[entry],
    )
