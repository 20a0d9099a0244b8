"""When a rule that is met is met by little: one bad week away from not being met."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from eligibility.rules.evaluate import margin_on, verdict_on
from eligibility.rules.types import Bounds, Metric, Rule, Verdict

#: Margins up to these are thin (grade A), in the metric's unit. Metrics of all time only ever
#: grow, so they have none. The score is whole: exactly what is needed is thin.
THIN: Mapping[Metric, Fraction] = {
    Metric.SUCCESS_SCORE: Fraction(0),
    Metric.RATING: Fraction(1, 10),
    Metric.RESPONSE_RATE: Fraction(5, 100),
    Metric.COMPLETION_RATE: Fraction(3, 100),
    Metric.ON_TIME_RATE: Fraction(3, 100),
    Metric.CANCELLATION_RATE: Fraction(2, 100),
}


def is_thin(rule: Rule, bounds: Bounds, *, is_pro: bool) -> bool:
    """Whether the rule is met, but by no more than a thin margin."""
    limit = THIN.get(rule.metric)
    if limit is None or verdict_on(rule, bounds, is_pro=is_pro) is not Verdict.MET:
        return False
    margin = margin_on(rule, bounds, is_pro=is_pro)
    return margin is not None and margin <= limit
