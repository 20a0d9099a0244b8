"""The tables of docs/POLICIES.md, as they follow from the rule files."""

from __future__ import annotations

from fractions import Fraction

from eligibility.rules.types import RATES, Comparison, Metric, Rule, RuleSet, Setting, WindowKind
from metrics.engine.days import date_of

WINDOWS = {
    WindowKind.ALL_TIME: "all time",
    WindowKind.TRAILING: "last {days} days",
    WindowKind.FROM_LATEST_REVIEW: "{days} days back from the latest review",
    WindowKind.UNPUBLISHED: "unpublished",
    WindowKind.STATE: "on the day",
}
RULE_HEAD = "| rule | asks | window | of | grade | source |"
SETTING_HEAD = "| setting | value | grade | source |"


def shown(rule: Rule, threshold: Fraction) -> str:
    """A threshold as people write it: 90%, $2,000, 4.7."""
    if rule.metric in RATES:
        return f"{float(threshold * 100):g}%"
    if rule.metric is Metric.EARNINGS_USD:
        return f"${int(threshold):,}"
    return f"{float(threshold):g}"


#: Rules whose number says nothing to a reader.
IN_WORDS = {
    Metric.HUMAN_REVIEW: "granted",
    Metric.PRIVATE_FEEDBACK: "not known",
    Metric.GIG_ACTIVE: "yes",
}


def asked(rule: Rule) -> str:
    """What a rule asks for."""
    if rule.comparison is Comparison.NOT_IN:
        return "none of: " + ", ".join(rule.names)
    if rule.metric in IN_WORDS:
        return IN_WORDS[rule.metric]
    sign = "≥" if rule.comparison is Comparison.AT_LEAST else "≤"
    words = f"{sign} {shown(rule, rule.threshold)}"
    if rule.pro_threshold is not None:
        words += f" (Pro: {shown(rule, rule.pro_threshold)})"
    if rule.disputed_threshold is not None:
        words += f" (disputed: {shown(rule, rule.disputed_threshold)})"
    if rule.start_day is not None:
        words += f", from {date_of(rule.start_day)}"
    if rule.end_day is not None:
        words += f", until {date_of(rule.end_day)}"
    return words


def rule_rows(rule_set: RuleSet) -> list[str]:
    """One row for each rule; of levels one for each rule that all levels share."""
    titles = {level.id: level.title for level in rule_set.levels}
    by_name: dict[str, list[Rule]] = {}
    for rule in rule_set.all_rules:
        by_name.setdefault(rule.id.rpartition("/")[2], []).append(rule)
    rows = []
    for name, rules in by_name.items():
        different = {asked(rule) for rule in rules}
        if titles and (len(different) > 1 or len(rules) < len(titles)):
            words = " · ".join(f"{titles[rule.level_id]} {asked(rule)}" for rule in rules)
        else:
            words = different.pop()
        first = rules[0]
        window = WINDOWS[first.spec.window.kind].format(days=first.spec.window.days)
        group = "" if first.group == "published" else f" ({first.group})"
        group += " (for entry)" if first.entry_only else ""
        rows.append(
            f"| {name}{group} | {words} | {window} | {first.spec.scope} | {first.grade} "
            f"| {first.source} |"
        )
    return rows


def setting_row(setting: Setting) -> str:
    return f"| {setting.name} | {setting.value} | {setting.grade} | {setting.source} |"


def section(rule_set: RuleSet) -> list[str]:
    """Everything that stands under the heading of a rule set, line by line."""
    ends = "until now"
    if rule_set.end_day is not None:
        ends = f"until {date_of(rule_set.end_day)} ({rule_set.end_grade}: {rule_set.end_source})"
    starts = f"{date_of(rule_set.start_day)} ({rule_set.start_grade}: {rule_set.start_source})"
    lines = [
        f"### {rule_set.id}",
        "",
        f"{rule_set.title}. In force from {starts} {ends}",
        "",
        RULE_HEAD,
        "|---|---|---|---|---|---|",
        *rule_rows(rule_set),
    ]
    if rule_set.settings:
        lines += ["", SETTING_HEAD, "|---|---|---|---|"]
        lines += [setting_row(setting) for setting in rule_set.settings]
    return lines
