"""Scores of sellers today: as stored where that is current, else from the facts as this
transaction sees them. Writes nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from metrics.benchmark_lookup import policy_key
from metrics.computing import compute
from metrics.dates import local_date
from metrics.engine import ENGINE_VERSION
from metrics.engine.days import day_number
from metrics.engine.reference import display
from metrics.facts import FactColumns, read_facts
from metrics.models import Standing
from metrics.policy_files import current_policy_file
from metrics.series import DailySeries
from sellers.models import Seller


@dataclass(frozen=True, slots=True)
class ScoreNow:
    """A seller's score today and the number displayed; None while not scored."""

    score: float | None
    displayed: int | None


@dataclass(frozen=True, slots=True)
class PreviewedScores:
    """Scores worked out from the facts, with what they were worked out from.

    Attributes
    ----------
    last_days : seller id → day number of today in the seller's zone
    series, now : by seller id: every day's overall score, and today's
    """

    facts: FactColumns
    last_days: Mapping[int, int]
    series: Mapping[int, DailySeries]
    now: Mapping[int, ScoreNow]


def preview_scores(*, sellers: Sequence[Seller], now: datetime) -> PreviewedScores:
    """The scores that a recompute would store if the transaction ended here."""
    last_days = {seller.pk: day_number(local_date(seller, now)) for seller in sellers}
    facts = read_facts(list(last_days))
    series: dict[int, DailySeries] = {}
    scores: dict[int, ScoreNow] = {}
    for result in compute(facts, last_days, current_policy_file()):
        score = result.score_on(result.last_day)
        series[result.seller_id] = result.series
        scores[result.seller_id] = ScoreNow(score, None if score is None else display(score))
    return PreviewedScores(facts, last_days, series, scores)


def current_standings(*, sellers: Sequence[Seller], now: datetime) -> dict[int, Standing]:
    """Stored standings of those sellers for whom a recompute would find nothing to do."""
    key = policy_key(current_policy_file())
    by_id = {seller.pk: seller for seller in sellers}
    return {
        stored.seller_id: stored
        for stored in Standing.objects.filter(
            seller__in=by_id, policy=key, engine_version=ENGINE_VERSION
        )
        if stored.revision == by_id[stored.seller_id].revision
        and stored.as_of == local_date(by_id[stored.seller_id], now)
    }
