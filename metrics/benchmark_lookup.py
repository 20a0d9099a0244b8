"""Which comparison group holds for which gig on which day."""

from __future__ import annotations

from collections import defaultdict
from typing import Protocol

import numpy as np
from django.conf import settings

from metrics.engine.columns import BenchmarkColumns, Int64
from metrics.engine.days import day_number
from metrics.engine.types import AREA_COUNT
from metrics.models import BenchmarkSnapshot
from metrics.policy_files import AnyPolicy
from sellers.models import Gig

Cohort = tuple[str, str]


class OfGigs(Protocol):
    """Facts of a batch: the database id of each gig number."""

    @property
    def gig_ids(self) -> Int64: ...


def uses_cohorts() -> bool:
    """Whether this deployment compares gigs with each other (STANDING_BENCHMARKS)."""
    return bool(settings.STANDING_BENCHMARKS == "cohort")


def policy_key(policy_file: AnyPolicy) -> str:
    """Names in stored rows what they were computed with: policy, version, benchmarks."""
    return policy_file.key + ("+cohort" if uses_cohorts() else "")


def benchmarks_for(facts: OfGigs, policy_file: AnyPolicy) -> BenchmarkColumns | None:
    """Benchmarks of every gig of a batch over time; None where the policy's always hold.

    A gig without a cohort of its own on a day has the policy's numbers on that day.
    """
    if not uses_cohorts():
        return None
    snapshots = list(BenchmarkSnapshot.objects.filter(policy=policy_file.benchmarks_key))
    if not snapshots:
        return None
    starts = sorted({snapshot.start for snapshot in snapshots})
    policy = policy_file.policy()
    # Segment 0 is the time before the first snapshot.
    start_day = np.array([day_number(starts[0]) - 1, *map(day_number, starts)], np.int32)
    shape = (len(facts.gig_ids), len(start_day), AREA_COUNT)
    mean = np.broadcast_to(np.array(policy.benchmark_mean), shape).copy()
    spread = np.broadcast_to(np.array(policy.benchmark_spread), shape).copy()
    gigs_of = _gigs_by_cohort(facts)
    segment_of = {start: number + 1 for number, start in enumerate(starts)}
    for snapshot in snapshots:
        segment = segment_of[snapshot.start]
        for gig in gigs_of.get((snapshot.category, snapshot.price_band), ()):
            mean[gig, segment, snapshot.factor] = snapshot.mean
            spread[gig, segment, snapshot.factor] = snapshot.spread
    return BenchmarkColumns(start_day, mean, spread)


def _gigs_by_cohort(facts: OfGigs) -> dict[Cohort, list[int]]:
    number_of = {int(pk): number for number, pk in enumerate(facts.gig_ids)}
    found: dict[Cohort, list[int]] = defaultdict(list)
    for pk, category, band in Gig.objects.filter(pk__in=number_of).values_list(
        "pk", "category", "price_band"
    ):
        found[category, band].append(number_of[pk])
    return found
