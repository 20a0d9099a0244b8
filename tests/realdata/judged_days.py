"""Days on which the real sellers are judged: what is stored and what has to be there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, timedelta

import numpy as np
from django.db.models import Min
from django.db.models.functions import TruncDate

from eligibility.computing import SELLERS_AT_ONCE
from eligibility.facts import read_eligibility_facts
from eligibility.models import LevelSpan, RuleSpan
from eligibility.rule_files import rule_sets
from eligibility.rules.evaluate import force_of
from eligibility.rules.judge import judge_as_if_always
from eligibility.rules.types import OUT_OF_FORCE, Kind, RuleSet, Verdict
from metrics.engine.days import day_number
from sellers.models import Order, Seller

#: The last day that is judged: a month after the last order of the exports.
LAST = date(2018, 11, 20)
EVERY_VERDICT = {verdict.value for verdict in Verdict}


def first_days(subject: str) -> list[int]:
    """The day of the first order of every seller or gig, in the sellers' zone."""
    zone = Seller.objects.latest("pk").zone
    ordered = Order.objects.values(subject).annotate(day=Min(TruncDate("ordered_at", tzinfo=zone)))
    return [day_number(row["day"]) for row in ordered]


def _expected(rule_set: RuleSet, firsts: Sequence[int]) -> dict[str, int]:
    """Days that each rule and each overall verdict of a set has to be judged on."""
    whole = (rule_set.start_day, rule_set.end_day)
    spans = {rule.id: force_of(rule, rule_set) for rule in rule_set.all_rules if rule.enabled}
    spans |= dict.fromkeys(rule_set.overall_ids, whole)
    last = day_number(LAST) + 1
    return {
        name: sum(max(min(end or last, last) - max(first, start), 0) for first in firsts)
        for name, (start, end) in spans.items()
    }


def _subjects(rule_set: RuleSet) -> str:
    return "seller" if rule_set.kind is Kind.LEVELS else "gig"


def stored_days_add_up(firsts: dict[str, list[int]]) -> None:
    days: dict[tuple[str, str], Counter[int]] = {}
    rows = RuleSpan.objects.values_list("rule_set", "rule", "verdict", "start", "end")
    for rule_set, rule, verdict, start, end in rows.iterator():
        of_rule = days.setdefault((rule_set, rule), Counter())
        of_rule[verdict] += ((end or LAST + timedelta(days=1)) - start).days
    judged: Counter[int] = Counter()
    for one in rule_sets("fiverr"):
        for name, expected in _expected(one, firsts[_subjects(one)]).items():
            found = days.pop((one.id, name), Counter())
            assert found.total() == expected, f"{one.id}: {name or 'overall'}"
            judged += found
    assert days == {}
    assert set(judged) == EVERY_VERDICT
    assert judged.total() > 1_000_000


def level_days_add_up(firsts: Iterable[int]) -> None:
    """One level a seller and day from the first rules on; these end after the data."""
    [rules] = [r for r in rule_sets("fiverr") if r.id == "levels-2018"]
    spans = LevelSpan.objects.values_list("start", "end")
    days = sum(((end or LAST + timedelta(days=1)) - start).days for start, end in spans)
    assert days == sum(
        max(day_number(LAST) + 1 - max(first, rules.start_day), 0) for first in firsts
    )


def as_if_days_add_up(sellers: list[int], firsts: dict[str, list[int]]) -> None:
    """Each pair of rule sets as if it had always been in force: no day is left out."""
    by_id = {one.id: one for one in rule_sets("fiverr")}
    pairs = [("levels-2018", "promoted-2020"), ("levels-2024", "promoted-2024")]
    verdicts: dict[tuple[str, str], Counter[int]] = {}
    for start in range(0, len(sellers), SELLERS_AT_ONCE):
        ids = sellers[start : start + SELLERS_AT_ONCE]
        columns = read_eligibility_facts(dict.fromkeys(ids, day_number(LAST))).columns
        for pair in pairs:
            judged = judge_as_if_always(columns, [by_id[name] for name in pair])
            for key, days in judged.verdicts.items():
                values, counts = np.unique(days[days != OUT_OF_FORCE], return_counts=True)
                of_rule = verdicts.setdefault(key, Counter())
                of_rule.update(dict(zip(values.tolist(), counts.tolist(), strict=True)))
    for name in (name for pair in pairs for name in pair):
        rule_set = by_id[name].on_all_days()
        for rule, expected in _expected(rule_set, firsts[_subjects(rule_set)]).items():
            found = verdicts[name, rule]
            assert found.total() == expected, f"{name}: {rule or 'overall'}"
