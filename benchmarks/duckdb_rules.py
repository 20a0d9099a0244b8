"""Rules as SQL expressions over a day's metrics; see duckdb_verdicts.py.

The metric number ``n`` has the columns ``lnN``, ``ldN``, ``hnN`` and ``hdN``: numerator and
denominator of its lower and its upper bound, as many of them as differ.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from eligibility.rules.evaluate import counted_rules, force_of, thresholds
from eligibility.rules.types import (
    OUT_OF_FORCE,
    Comparison,
    Empty,
    Metric,
    MetricSpec,
    Rule,
    RuleSet,
    WindowKind,
)

_COUNTS = {
    Metric.COMPLETED_ORDERS,
    Metric.UNIQUE_CLIENTS,
    Metric.EARNINGS_USD,
    Metric.CANCELLATIONS,
    Metric.REVIEW_COUNT,
}

#: Numerator and denominator, as SQL.
Share = tuple[str, str]


def parts_of(spec: MetricSpec) -> tuple[str, ...]:
    """The columns of a metric in these histories, where most facts are certain."""
    if spec.metric in _COUNTS:
        return ("ln", "hn") if spec.metric is Metric.CANCELLATIONS else ("ln",)
    doubtful = spec.metric in (Metric.ON_TIME_RATE, Metric.COMPLETION_RATE)
    return ("ln", "ld", "hn", "hd") if doubtful else ("ln", "ld")


def verdict_sql(rule_set: RuleSet, rule: Rule, specs: Sequence[MetricSpec]) -> str:
    """The verdict of a rule, OUT_OF_FORCE outside its days; metrics are numbered by ``specs``."""
    start, end = force_of(rule, rule_set)
    inside = f"day >= {start}" + ("" if end is None else f" AND day < {end}")
    return f"(CASE WHEN {inside} THEN {_compared(rule, specs)} ELSE {OUT_OF_FORCE} END)::TINYINT"


def _compared(rule: Rule, specs: Sequence[MetricSpec]) -> str:
    if rule.comparison is Comparison.NOT_IN:
        names = ", ".join(f"'{name}'" for name in rule.names)
        return f"(CASE category WHEN '' THEN 2 ELSE (category NOT IN ({names}))::TINYINT END)"
    low, high = _bounds(rule.spec, specs)
    surely, possibly = (
        _by_pro(*(thresholds(rule, is_pro=pro)[side] for pro in (False, True))) for side in (0, 1)
    )
    if rule.comparison is Comparison.AT_MOST:
        return (
            f"(CASE WHEN {_compare(high, '<=', surely)} THEN 1"
            f" WHEN {_compare(low, '>', possibly)} THEN 0 ELSE 2 END)"
        )
    return (
        f"(CASE WHEN {_compare(low, '>=', surely)} THEN 1"
        f" WHEN {_compare(high, '<', possibly)} THEN 0 ELSE 2 END)"
    )


def _bounds(spec: MetricSpec, specs: Sequence[MetricSpec]) -> tuple[Share, Share]:
    """Numerator and denominator of the lower and the upper bound, as SQL."""
    metric = spec.metric
    plain = {
        Metric.SUCCESS_SCORE: ("displayed", "(displayed > 0)::INT"),
        Metric.DAYS_ACTIVE: ("active", "1"),
        Metric.GIG_ACTIVE: ("(day <= until)::INT", "1"),
        Metric.HUMAN_REVIEW: ("0", "0"),
        Metric.PRIVATE_FEEDBACK: ("0", "0"),
    }
    if metric is Metric.LEVEL:
        return ("least", "1"), ("most", "1")
    if metric in plain:
        return plain[metric], plain[metric]
    if spec.window.kind is WindowKind.FROM_LATEST_REVIEW:
        return ("stars", "100 * reviews"), ("stars", "100 * reviews")
    return _sums(spec, specs.index(spec))


def _sums(spec: MetricSpec, number: int) -> tuple[Share, Share]:
    parts = parts_of(spec)
    low_num = f"ln{number}"
    if spec.metric in _COUNTS:
        share = spec.earnings_share if spec.metric is Metric.EARNINGS_USD else Fraction(1)
        den = str(100 * share.denominator) if spec.metric is Metric.EARNINGS_USD else "1"
        top = f"hn{number}" if "hn" in parts else low_num
        return (f"{low_num} * {share.numerator}", den), (f"{top} * {share.numerator}", den)
    low = (low_num, f"ld{number}")
    high = (f"hn{number}", f"hd{number}") if "hd" in parts else low
    if spec.empty is Empty.FULL:
        full = 5 if spec.metric is Metric.RATING else 1
        low, high = (
            (f"if({den} > 0, {num}, {full})", f"greatest({den}, 1)") for num, den in (low, high)
        )
    if spec.metric is Metric.RESPONSE_RATE:
        low = high = (low[0], f"if(asked, {low[1]}, 0)")
    return low, high


def name_of(rule_set: RuleSet, rule_id: str) -> str:
    """The column of a rule, or of an overall verdict."""
    return f"{rule_set.id}_{rule_id or 'overall'}".replace("-", "_").replace("/", "_")


def _by_pro(plain: Fraction, pro: Fraction) -> Share:
    if plain == pro:
        return str(plain.numerator), str(plain.denominator)
    over = f"if(pro, {pro.numerator}, {plain.numerator})"
    return over, f"if(pro, {pro.denominator}, {plain.denominator})"


def _compare(value: Share, sign: str, threshold: Share) -> str:
    num, den = value
    return f"({den}) > 0 AND ({num}) * {threshold[1]} {sign} ({den}) * {threshold[0]}"


def overall_sql(rule_set: RuleSet, name: str) -> str:
    """The verdict over the published rules of a level or a promotion, named."""
    rules = next((level.rules for level in rule_set.levels if level.id == name), rule_set.rules)
    columns = [name_of(rule_set, rule.id) for rule in counted_rules(rules)]
    failed = " OR ".join(f"{column} = 0" for column in columns)
    open_yet = " OR ".join(f"{column} = 2" for column in columns)
    inside = f"day >= {rule_set.start_day}"
    if rule_set.end_day is not None:
        inside += f" AND day < {rule_set.end_day}"
    return (
        f"(CASE WHEN NOT ({inside}) THEN {OUT_OF_FORCE} WHEN {failed} THEN 0"
        f" WHEN {open_yet} THEN 2 ELSE 1 END)::TINYINT AS {name_of(rule_set, name)}"
    )
