"""Benchmark snapshots of this deployment: taken once a month, dated, stored, never changed.

Only where STANDING_BENCHMARKS is ``cohort``. The snapshot that is in force from the first of
a month looks at all gigs as they stood at the end of the day before. docs/FORMULAS.md,
"Benchmarks".
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

import numpy as np
from django.db import transaction

from metrics.benchmark_lookup import uses_cohorts
from metrics.engine.cohorts import CohortBenchmarks, cohort_benchmarks
from metrics.engine.columns import Float64
from metrics.engine.days import day_number
from metrics.engine.evidence import evidence_of_columns
from metrics.engine.state import state_of
from metrics.engine.types import AREA_COUNT
from metrics.facts import read_facts
from metrics.models import BenchmarkSnapshot, Run
from metrics.policy_files import PolicyFile, current_policy_file
from metrics.services import CHUNK_SELLERS, start_run
from sellers.models import Gig, Seller

Cohort = tuple[str, str]


def take_snapshots_due(*, now: datetime) -> int:
    """Take the snapshot of the month if it is due and missing, and recompute everybody.

    A month is due once its first day has begun everywhere on Earth (12 hours after UTC).

    Returns
    -------
    The number of rows written; 0 where nothing was due.
    """
    if not uses_cohorts():
        return 0
    start = (now - timedelta(hours=12)).date().replace(day=1)
    policy_file = current_policy_file()
    reason = _reason(start, policy_file)
    if Run.objects.filter(kind=Run.Kind.BENCHMARKS, reason__startswith=reason).exists():
        return 0
    return take_snapshot(start=start, policy_file=policy_file)


@transaction.atomic
def take_snapshot(*, start: date, policy_file: PolicyFile) -> int:
    """Compute and store the snapshot in force from ``start``; all sellers are recomputed.

    A month in which no cohort is large enough stores nothing, and its gigs keep the policy's
    numbers. Taking a snapshot that is there already changes nothing.
    """
    cohorts, benchmarks = measure_cohorts(start - timedelta(days=1), policy_file)
    rows = [
        BenchmarkSnapshot(
            start=start,
            category=category,
            price_band=band,
            factor=factor,
            mean=benchmarks.mean[number, factor],
            spread=benchmarks.spread[number, factor],
            gigs=benchmarks.gigs[number, factor],
            policy=policy_file.key,
        )
        for number, (category, band) in enumerate(cohorts)
        for factor in range(AREA_COUNT)
        if benchmarks.known[number, factor]
    ]
    before = BenchmarkSnapshot.objects.count()
    BenchmarkSnapshot.objects.bulk_create(rows, ignore_conflicts=True)
    written = BenchmarkSnapshot.objects.count() - before
    # The run is the record that the month was looked at, also where it touches nobody.
    sellers = list(Seller.objects.order_by("pk").values_list("pk", flat=True)) if written else []
    start_run(
        kind=Run.Kind.BENCHMARKS,
        seller_ids=sellers,
        reason=_reason(start, policy_file) + ("" if written else ": no cohort is large enough"),
        from_scratch=True,
    )
    return written


def _reason(start: date, policy_file: PolicyFile) -> str:
    return f"benchmarks of {start:%B %Y} for {policy_file.key}"


def measure_cohorts(
    day: date, policy_file: PolicyFile
) -> tuple[Sequence[Cohort], CohortBenchmarks]:
    """Means and spreads of every category and price band at the end of a day.

    Gigs without a category belong to no cohort. Sellers are read in chunks: memory holds the
    sums of all gigs and the facts of a few sellers.
    """
    cohort_of = {
        pk: (category, band)
        for pk, category, band in Gig.objects.exclude(category="").values_list(
            "pk", "category", "price_band"
        )
    }
    cohorts = sorted(set(cohort_of.values()))
    number_of = {cohort: number for number, cohort in enumerate(cohorts)}
    weights: list[Float64] = [np.empty((0, AREA_COUNT))]
    outcomes: list[Float64] = [np.empty((0, AREA_COUNT))]
    numbers: list[int] = []
    policy = policy_file.policy()
    sellers = list(Seller.objects.order_by("pk").values_list("pk", flat=True))
    for first in range(0, len(sellers), CHUNK_SELLERS):
        facts = read_facts(sellers[first : first + CHUNK_SELLERS])
        evidence = evidence_of_columns(facts.orders, facts.reviews, policy)
        state = state_of(evidence, day_number(day), policy, len(facts.gig_ids))
        weights.append(state.weight)
        outcomes.append(state.weighted_x)
        numbers += [number_of.get(cohort_of.get(pk, ("", "")), -1) for pk in facts.gig_ids.tolist()]
    found = cohort_benchmarks(
        np.concatenate(weights), np.concatenate(outcomes), np.array(numbers, np.int64), len(cohorts)
    )
    return cohorts, found
