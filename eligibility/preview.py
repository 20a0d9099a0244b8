"""What is shown of sellers today: as stored where that is current, else from the facts as this
transaction sees them. Writes nothing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import groupby
from typing import Any

from eligibility.computing import Judged, StandingNow, rules_key
from eligibility.facts import read_eligibility_facts
from eligibility.models import EligibilityStanding
from eligibility.rule_files import rule_sets
from eligibility.rule_words import level_title
from eligibility.rules import RULES_VERSION
from eligibility.rules.judge import judge
from eligibility.rules.types import RuleSet, Verdict
from metrics.models import Standing
from metrics.preview import ScoreNow, current_standings, preview_scores
from metrics.words import counted
from sellers.models import Seller


def preview_standings(
    *, seller_ids: Sequence[int], now: datetime, may_be_stored: bool
) -> dict[int, dict[str, Any]]:
    """The score, the number displayed, and in words the level and the gigs that can be promoted.

    The hook ``STANDING_STANDING_PREVIEW``: imports call it before and after changing facts
    that they may take back.

    Parameters
    ----------
    may_be_stored : take what is stored of a seller whose facts, formula, rules and day it is
        of; False where facts have changed in this transaction
    """
    sellers = list(Seller.objects.filter(pk__in=seller_ids).order_by("platform", "pk"))
    found: dict[int, dict[str, Any]] = {}
    for platform, of_platform in groupby(sellers, key=lambda seller: seller.platform):
        group, sets = list(of_platform), rule_sets(platform)
        if may_be_stored:
            found |= _as_stored(group, sets, now)
        found |= _worked_out([one for one in group if one.pk not in found], sets, now)
    return found


def _as_stored(
    sellers: Sequence[Seller], sets: Sequence[RuleSet], now: datetime
) -> dict[int, dict[str, Any]]:
    scores = current_standings(sellers=sellers, now=now)
    by_id = {rule_set.id: rule_set for rule_set in sets}
    key = rules_key(sets)
    found: dict[int, dict[str, Any]] = {}
    for stored in EligibilityStanding.objects.filter(seller__in=scores):
        score = scores[stored.seller_id]
        if _is_of(stored, score, key):
            level = stored.held, stored.most
            gigs = stored.gigs_met, stored.gigs_total
            found[stored.seller_id] = _shown(ScoreNow(score.score, score.displayed)) | _words(
                by_id.get(stored.level_rules), level, gigs
            )
    return found


def _is_of(stored: EligibilityStanding, score: Standing, key: str) -> bool:
    """Whether it was judged by these rules, from this score and its facts."""
    return (
        stored.rules,
        stored.rules_version,
        stored.revision,
        stored.score_policy,
        stored.score_engine,
        stored.as_of,
    ) == (key, RULES_VERSION, score.revision, score.policy, score.engine_version, score.as_of)


def _worked_out(
    sellers: Sequence[Seller], sets: Sequence[RuleSet], now: datetime
) -> dict[int, dict[str, Any]]:
    if not sellers:
        return {}
    scores = preview_scores(sellers=sellers, now=now)
    read = read_eligibility_facts(scores.last_days, scores.series, scores.facts)
    # Levels hang on the days before, so every day is judged; spans of days are not needed.
    judged = Judged(read, judge(read.columns, sets), (), None)
    return {
        standing.seller_id: _shown(scores.now[standing.seller_id]) | _words_now(standing)
        for standing in judged.standings()
    }


def _shown(score: ScoreNow) -> dict[str, Any]:
    return {"score": score.score, "displayed": score.displayed}


def _words_now(standing: StandingNow) -> dict[str, str]:
    gigs = standing.gigs.get(Verdict.MET, 0), sum(standing.gigs.values())
    return _words(standing.level_rules, (standing.held, standing.most), gigs)


def _words(
    level_rules: RuleSet | None, level: tuple[int | None, int | None], gigs: tuple[int, int]
) -> dict[str, str]:
    """``level`` is the one held and the most it may be, ``gigs`` those that meet and all."""
    words: dict[str, str] = {}
    held, most = level
    if held is not None and level_rules is not None:
        titles = {one.rank: one.title for one in level_rules.levels}
        words["level"] = level_title(held, titles)
        if most is not None and most > held:
            words["level"] += f" or up to {level_title(most, titles)}"
    met, total = gigs
    if total:
        words["promoted gigs"] = f"{met} of {counted(total, 'gig', 'gigs')} met"
    return words
