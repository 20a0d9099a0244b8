"""Proves that kept outlooks are what the rules say: made again from the facts, and compared."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from eligibility.coming.judging import known_of
from eligibility.coming.keeping import outlooks_on
from eligibility.computing import rules_key
from eligibility.models import KeptOutlook
from eligibility.rule_files import rule_sets
from eligibility.rules import RULES_VERSION
from metrics.benchmark_lookup import policy_key
from metrics.dates import local_date
from metrics.engine import ENGINE_VERSION
from metrics.forecasting.checking import Compared, compare_rows, ground_then
from metrics.forecasting.ground import ground_of
from metrics.policy_files import current_policy_file
from sellers.models import Seller


def check_outlooks(seller_ids: Sequence[int]) -> Compared:
    """Make the kept outlooks of these sellers again, where facts, rules and formula still fit."""
    found, policy = Compared(), policy_key(current_policy_file())
    for seller in Seller.objects.filter(pk__in=seller_ids).order_by("pk"):
        kept = KeptOutlook.objects.filter(seller=seller)
        fit = kept.filter(
            revision=seller.revision,
            rules=rules_key(rule_sets(seller.platform)),
            rules_version=RULES_VERSION,
            score_policy=policy,
            score_engine=ENGINE_VERSION,
        ).order_by("made_on", "horizon_days")
        found.passed_over += kept.count() - len(fit)
        for _, of_day in groupby(fit, key=lambda row: (row.made_on, row.made_at)):
            rows = list(of_day)
            compare_rows(found, rows, _again(seller, rows[0]))
    return found


def _again(seller: Seller, row: KeptOutlook) -> list[KeptOutlook]:
    made_on, made_at = row.made_on, row.made_at
    today = local_date(seller, made_at)
    on_its_day = today == made_on
    ground = ground_then(seller, made_on, made_at) if on_its_day else ground_of(seller, today)
    return outlooks_on(ground, known_of(ground), made_on, made_at, afresh=True)
