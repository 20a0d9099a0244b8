"""What would be said of sellers from the facts as this transaction sees them. Writes nothing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import groupby

from eligibility.computing import StandingNow, judge_sellers
from eligibility.rule_files import rule_sets
from eligibility.rule_words import level_title
from eligibility.rules.types import Verdict
from metrics.computing import compute
from metrics.dates import local_date
from metrics.engine.days import day_number
from metrics.facts import read_facts
from metrics.policy_files import current_policy_file
from metrics.words import counted
from sellers.models import Seller


def preview_eligibility(*, seller_ids: Sequence[int], now: datetime) -> dict[int, dict[str, str]]:
    """The level and the gigs that can be promoted today, in words, of each seller.

    A hook of ``STANDING_STANDING_PREVIEW``. The score that the rules ask for is worked out
    from the same facts; what is stored is of no account.
    """
    found: dict[int, dict[str, str]] = {}
    sellers = Seller.objects.filter(pk__in=seller_ids).order_by("platform", "pk")
    for platform, of_platform in groupby(sellers, key=lambda seller: seller.platform):
        last_days = {one.pk: day_number(local_date(one, now)) for one in of_platform}
        results = compute(read_facts(list(last_days)), last_days, current_policy_file())
        scores = {result.seller_id: result.series for result in results}
        judged = judge_sellers(last_days, rule_sets(platform), scores)
        found |= {standing.seller_id: _words(standing) for standing in judged.standings()}
    return found


def _words(standing: StandingNow) -> dict[str, str]:
    words: dict[str, str] = {}
    if standing.held is not None and standing.level_rules is not None:
        titles = {level.rank: level.title for level in standing.level_rules.levels}
        words["level"] = level_title(standing.held, titles)
        if standing.most is not None and standing.most > standing.held:
            words["level"] += f" or up to {level_title(standing.most, titles)}"
    total = sum(standing.gigs.values())
    if total:
        met = standing.gigs.get(Verdict.MET, 0)
        words["promoted gigs"] = f"{met} of {counted(total, 'gig', 'gigs')} met"
    return words
