"""How far other settings, as plausible as the policy's, put the estimate.

FORMULAS.md, "How far the estimate can be trusted": the range is the lowest and the highest
score among the policy and its variants. It is not a confidence interval.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass

from metrics.engine.columns import BenchmarkColumns, EvidenceColumns
from metrics.engine.evidence import evidence_of_columns
from metrics.engine.state import seller_score, state_of
from metrics.engine.types import Policy
from metrics.facts import FactColumns

#: Parameters that only act after the evidence is built: changing them keeps the items.
_AFTER_EVIDENCE = (
    "half_life_days",
    "benchmark_mean",
    "benchmark_spread",
    "prior_strength",
    "area_weight",
    "intercept",
    "slope",
    "min_activity",
    "unscored",
    "label_cuts",
    "immature_days",
)


@dataclass(frozen=True, slots=True)
class EstimateRange:
    """The lowest and highest score of a day among ``settings`` other settings and the policy.

    ``unscored`` counts the settings under which the seller has no score.
    """

    low: float
    high: float
    settings: int
    unscored: int
    lowest: str
    highest: str


def estimate_range(
    facts: FactColumns,
    evidence: EvidenceColumns,
    day: int,
    policy: Policy,
    variants: Sequence[tuple[str, Policy]],
    benchmarks: BenchmarkColumns | None = None,
) -> EstimateRange | None:
    """The range of one seller's score on one day; None while the policy itself has no score.

    Parameters
    ----------
    facts : of one seller
    evidence : built from ``facts`` under ``policy``
    variants : title and policy of each other setting
    """
    gigs = len(facts.gig_ids)
    own = seller_score(state_of(evidence, day, policy, gigs, benchmarks))
    if own is None:
        return None
    found = [(own, "")]
    unscored = 0
    for title, variant in variants:
        items = evidence
        if not _same_evidence(policy, variant):
            items = evidence_of_columns(facts.orders, facts.reviews, variant)
        score = seller_score(state_of(items, day, variant, gigs, benchmarks))
        if score is None:
            unscored += 1
        else:
            found.append((score, title))
    low, high = min(found), max(found)
    return EstimateRange(low[0], high[0], len(variants), unscored, low[1], high[1])


def _same_evidence(policy: Policy, other: Policy) -> bool:
    kept = {name: getattr(policy, name) for name in _AFTER_EVIDENCE}
    return dataclasses.replace(other, **kept) == policy
