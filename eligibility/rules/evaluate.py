"""Rules on metrics: one verdict for each rule, subject and day. The only evaluator there is.

The plain form of one day is :func:`verdict_on`; the form for all days gives the same.
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from eligibility.rules.axis import Axis
from eligibility.rules.daily import DailyMetric
from eligibility.rules.facts import Bools, category_key
from eligibility.rules.types import (
    OUT_OF_FORCE,
    Bounds,
    Comparison,
    Group,
    Rule,
    RuleSet,
    Verdict,
)
from metrics.engine.columns import Int8, Int64


def verdict_on(rule: Rule, bounds: Bounds, *, is_pro: bool, category: str = "") -> Verdict:
    """What can be said about a rule, given what is known of its metric."""
    if rule.comparison is Comparison.NOT_IN:
        return category_verdict(rule, category)
    surely, possibly = thresholds(rule, is_pro=is_pro)
    low, high = bounds.low, bounds.high
    if rule.comparison is Comparison.AT_LEAST:
        if low is not None and low >= surely:
            return Verdict.MET
        return Verdict.NOT_MET if high is not None and high < possibly else Verdict.UNKNOWN
    if high is not None and high <= surely:
        return Verdict.MET
    return Verdict.NOT_MET if low is not None and low > possibly else Verdict.UNKNOWN


def category_verdict(rule: Rule, category: str) -> Verdict:
    """Whether a category is none of the rule's names; without a category it is unknown."""
    key = category_key(category)
    if not key:
        return Verdict.UNKNOWN
    return Verdict.NOT_MET if key in rule.names else Verdict.MET


def thresholds(rule: Rule, *, is_pro: bool) -> tuple[Fraction, Fraction]:
    """What certainly suffices, and what possibly does where two thresholds are told of."""
    threshold = rule.threshold_for(is_pro=is_pro)
    return (threshold if rule.disputed_threshold is None else rule.disputed_threshold), threshold


def margin_on(rule: Rule, bounds: Bounds, *, is_pro: bool) -> Fraction | None:
    """How far the value lies on the good side of the threshold; negative on the bad one.

    In the metric's own unit; None where the verdict is unknown or has no margin (categories).
    Of a value that is not certain it is the margin that can be relied on.
    """
    if rule.comparison is Comparison.NOT_IN:
        return None
    verdict = verdict_on(rule, bounds, is_pro=is_pro)
    if verdict is Verdict.UNKNOWN:
        return None
    rising = rule.comparison is Comparison.AT_LEAST
    surely, possibly = thresholds(rule, is_pro=is_pro)
    value = bounds.low if rising == (verdict is Verdict.MET) else bounds.high
    if value is None:
        return None
    threshold = surely if verdict is Verdict.MET else possibly
    return value - threshold if rising else threshold - value


def overall_of(verdicts: Iterable[Verdict]) -> Verdict:
    """Of the published rules in force together: one that is not met decides."""
    found = set(verdicts)
    if Verdict.NOT_MET in found:
        return Verdict.NOT_MET
    return Verdict.UNKNOWN if Verdict.UNKNOWN in found else Verdict.MET


def counted_rules(rules: Iterable[Rule]) -> tuple[Rule, ...]:
    """The rules that an overall verdict consists of: published and not switched off."""
    return tuple(r for r in rules if r.enabled and r.group is Group.PUBLISHED)


def closed_days(axis: Axis, start_day: int, end_day: int | None) -> Int8:
    """0 on the entries whose day lies in [start_day, end_day), OUT_OF_FORCE (all bits) elsewhere.

    So "or" puts a verdict out of force and leaves all others as they are.
    """
    subjects = np.arange(axis.subjects)
    begins = axis.places(subjects, np.full(axis.subjects, start_day))
    ends = axis.offset[1:]
    if end_day is not None:
        ends = axis.places(subjects, np.full(axis.subjects, max(end_day, start_day)))
    lengths = np.stack((begins - axis.offset[:-1], ends - begins, axis.offset[1:] - ends), axis=1)
    pattern = np.array([OUT_OF_FORCE, 0, OUT_OF_FORCE], np.int8)
    return np.repeat(np.tile(pattern, axis.subjects), lengths.ravel())


def force_of(rule: Rule, rule_set: RuleSet) -> tuple[int, int | None]:
    """The days of a rule: those of its set, narrowed by its own."""
    start = rule_set.start_day
    if rule.start_day is not None:
        start = max(start, rule.start_day)
    ends = [end for end in (rule_set.end_day, rule.end_day) if end is not None]
    return start, min(ends, default=None)


def rule_days(rule: Rule, metric: DailyMetric, is_pro: Bools, category: tuple[str, ...]) -> Int8:
    """The verdict of a rule on every entry of its metric's axis, in force or not.

    Parameters
    ----------
    is_pro : (subjects,) of the seller, or of the gig's seller
    category : (subjects,) for rules on the category, else not read
    """
    if rule.comparison is Comparison.NOT_IN:
        of_subject = np.array([category_verdict(rule, name) for name in category], np.int8)
        return np.repeat(of_subject, np.diff(metric.axis.offset))
    return metric.expand(_run_verdicts(rule, metric, is_pro))


def _run_verdicts(rule: Rule, metric: DailyMetric, is_pro: Bools) -> Int8:
    """Both bounds of each run against the thresholds, in whole numbers."""
    rising = rule.comparison is Comparison.AT_LEAST
    good = (metric.low_num, metric.low_den) if rising else (metric.high_num, metric.high_den)
    bad = (metric.high_num, metric.high_den) if rising else (metric.low_num, metric.low_den)
    pro = None
    if rule.pro_threshold is not None and rule.pro_threshold != rule.threshold and is_pro.any():
        subject = np.searchsorted(metric.axis.offset, metric.start, side="right") - 1
        pro = is_pro[subject]
    surely, possibly = thresholds(rule, is_pro=False)
    pro_surely, pro_possibly = thresholds(rule, is_pro=True)
    met = _reaches(good, surely, pro_surely, pro, rising) & (good[1] > 0)
    if metric.exact and surely == possibly:
        fails = ~met & (bad[1] > 0)
    else:
        fails = ~_reaches(bad, possibly, pro_possibly, pro, rising) & (bad[1] > 0)
    found = np.full(len(metric.start), Verdict.UNKNOWN, np.int8)
    found[fails] = Verdict.NOT_MET
    found[met] = Verdict.MET
    return found


def _reaches(
    value: tuple[Int64, Int64],
    threshold: Fraction,
    pro_threshold: Fraction,
    pro: NDArray[np.bool_] | None,
    rising: bool,
) -> NDArray[np.bool_]:
    num, den = value
    if pro is None:
        over: int | Int64 = threshold.numerator
        under: int | Int64 = threshold.denominator
    else:
        over = np.where(pro, pro_threshold.numerator, threshold.numerator)
        under = np.where(pro, pro_threshold.denominator, threshold.denominator)
    left, right = num * under, den * over
    return np.asarray(left >= right if rising else left <= right)


def overall_days(parts: list[Int8], closed: Int8) -> Int8:
    """The overall verdict of published rules on every entry (:func:`overall_of`).

    Parameters
    ----------
    closed : (entries,) days of the rule set, as :func:`closed_days` gives them
    """
    # A rule that is out of force within its set's days has no say, as if it were met: −1 to 1.
    # Then the lowest number is 0 where one is not met, and the highest 2 where one is unknown.
    lowest = highest = np.full(len(closed), Verdict.MET, np.int8)
    for part in map(np.abs, parts):
        lowest, highest = np.minimum(lowest, part), np.maximum(highest, part)
    found: Int8 = highest * (lowest != Verdict.NOT_MET) | closed
    return found
