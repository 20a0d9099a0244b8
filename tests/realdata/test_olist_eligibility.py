"""Real histories judged: every seller, every rule, every day of its history, counts that add up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
from django.db.models import Min
from django.db.models.functions import TruncDate

from eligibility.checking import check_eligibility
from eligibility.computing import SELLERS_AT_ONCE
from eligibility.facts import read_eligibility_facts
from eligibility.models import EligibilityStanding, LevelSpan, RuleSpan
from eligibility.rule_files import rule_sets
from eligibility.rules.evaluate import force_of
from eligibility.rules.judge import judge_as_if_always
from eligibility.rules.types import OUT_OF_FORCE, Kind, RuleSet, Verdict
from metrics.engine.days import day_number
from metrics.services import CHUNK_SELLERS, recompute_sellers
from sellers.models import Order, Seller
from tests.realdata.olist import EXPORTS, TIME_ZONE, load_export
from tests.realdata.test_olist_scores import NOW
from tests.sellers.importing.files import import_files

pytestmark = [pytest.mark.realdata, pytest.mark.django_db]

LAST = NOW.date()
EVERY_VERDICT = {verdict.value for verdict in Verdict}


@pytest.fixture
def sellers(realdata: Path, tmp_path: Path) -> list[int]:
    """All sellers of the three exports, imported and computed; their ids."""
    exports = [load_export(realdata / "olist" / name) for name in EXPORTS]
    import_files(
        tmp_path,
        orders=[export.orders_csv() for export in exports],
        reviews=[export.reviews_csv() for export in exports if export.reviews],
        time_zone=TIME_ZONE,
    )
    found = list(Seller.objects.order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(found), CHUNK_SELLERS):
        recompute_sellers(seller_ids=found[start : start + CHUNK_SELLERS], now=NOW)
    return found


def test_every_seller_is_judged_on_every_day_and_the_counts_add_up(sellers: list[int]) -> None:
    assert len(sellers) > 2_000
    assert EligibilityStanding.objects.filter(as_of=LAST).count() == len(sellers)
    firsts = {"seller": _first_days("seller"), "gig": _first_days("gig")}
    assert len(firsts["seller"]) == len(sellers)
    _stored_days_add_up(firsts)
    _level_days_add_up(firsts["seller"])
    assert list(check_eligibility(sellers)) == []
    _as_if_days_add_up(sellers, firsts)


def _first_days(subject: str) -> list[int]:
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


def _stored_days_add_up(firsts: dict[str, list[int]]) -> None:
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


def _level_days_add_up(firsts: Iterable[int]) -> None:
    """One level a seller and day from the first rules on; these end after the data."""
    [rules] = [r for r in rule_sets("fiverr") if r.id == "levels-2018"]
    spans = LevelSpan.objects.values_list("start", "end")
    days = sum(((end or LAST + timedelta(days=1)) - start).days for start, end in spans)
    assert days == sum(
        max(day_number(LAST) + 1 - max(first, rules.start_day), 0) for first in firsts
    )


def _as_if_days_add_up(sellers: list[int], firsts: dict[str, list[int]]) -> None:
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
