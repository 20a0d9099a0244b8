"""Benchmark snapshots: what gigs of one category and price band have in common.

The pure part: from the raw means of gigs to a robust centre and spread for each cohort.
docs/FORMULAS.md says when a snapshot is taken and when it comes into force.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from metrics.engine.columns import Float64, Int64
from metrics.engine.types import AREA_COUNT

#: Median absolute deviations to standard deviations, for a normal distribution.
MAD_TO_SPREAD = 1.4826


@dataclass(frozen=True, slots=True)
class CohortRules:
    """When a cohort is large enough, and what its numbers may be. All grade A."""

    #: Least Σw of an area before a gig's mean in it says anything.
    min_weight: float = 2.0
    #: Least number of such gigs before an area of a cohort has a benchmark of its own.
    min_gigs: int = 20
    #: Least spread: where nearly all gigs are alike, a trifle must not look enormous.
    min_spread: float = 0.02

    def __post_init__(self) -> None:
        if self.min_weight <= 0 or self.min_gigs < 1 or self.min_spread <= 0:
            raise ValueError("min_weight, min_gigs and min_spread are positive")


@dataclass(frozen=True, slots=True)
class CohortBenchmarks:
    """Benchmarks of some cohorts.

    Attributes
    ----------
    mean, spread : shape (cohorts, 6), NaN where an area has too few gigs
    gigs : shape (cohorts, 6), how many gigs stand behind each number
    """

    mean: Float64
    spread: Float64
    gigs: Int64

    @property
    def known(self) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
        """Where the cohort has a benchmark of its own, shape (cohorts, 6)."""
        return ~np.isnan(self.mean)


def cohort_benchmarks(
    weight: Float64,
    weighted_x: Float64,
    cohort: Int64,
    cohorts: int,
    rules: CohortRules | None = None,
) -> CohortBenchmarks:
    """Median and 1.4826·MAD of the gigs' raw means Σw·x/Σw, by cohort and area.

    Parameters
    ----------
    weight, weighted_x : shape (gigs, 6), Σw and Σw·x of every gig on the snapshot's day
    cohort : shape (gigs,), the cohort of every gig, 0 … ``cohorts`` − 1; −1 for none
    rules : None for the defaults

    Returns
    -------
    CohortBenchmarks
        The same whatever order the gigs are in.
    """
    rules = rules or CohortRules()
    shape = (cohorts, AREA_COUNT)
    mean, spread = np.full(shape, np.nan), np.full(shape, np.nan)
    gigs = np.zeros(shape, dtype=np.int64)
    for area in range(AREA_COUNT):
        telling = np.flatnonzero((weight[:, area] >= rules.min_weight) & (cohort >= 0))
        telling = telling[np.argsort(cohort[telling], kind="stable")]
        raw = weighted_x[telling, area] / weight[telling, area]
        bounds = np.searchsorted(cohort[telling], np.arange(cohorts + 1))
        gigs[:, area] = np.diff(bounds)
        for number in np.flatnonzero(gigs[:, area] >= rules.min_gigs):
            members = raw[bounds[number] : bounds[number + 1]]
            mean[number, area], spread[number, area] = robust(members, rules.min_spread)
    return CohortBenchmarks(mean, spread, gigs)


def robust(values: Float64, min_spread: float) -> tuple[float, float]:
    """Median, and 1.4826 times the median distance from it, but no less than the floor."""
    centre = float(np.median(values))
    distance = float(np.median(np.abs(values - centre)))
    return centre, max(MAD_TO_SPREAD * distance, min_spread)
