"""What comes if nothing new happens: the sweep of the past, carried on past today.

There is no second formula: :func:`metrics.engine.kernel.sweep` takes a last day in the
future, where what is known only fades and leaves. So the forecast equals what a recompute
on a later day finds if no order, review or benchmark comes in between (docs/FORECASTING.md).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from metrics.engine.columns import BenchmarkColumns, EvidenceColumns, ReviewColumns
from metrics.engine.kernel import sweep
from metrics.engine.rating import DailyRatings, daily_ratings
from metrics.engine.sweep import DailyScores
from metrics.engine.types import Policy


@dataclass(frozen=True, slots=True)
class Forecast:
    """One seller from ``today`` to ``last_day``, both included.

    Attributes
    ----------
    overall, gigs : the days from today on; a gig without any evidence has no days
    rating : the public rating; its window hangs on the latest review, so it stands still
        until a version that is known today ends
    """

    today: int
    last_day: int
    overall: DailyScores
    gigs: tuple[DailyScores, ...]
    rating: DailyRatings


def forecast(
    evidence: EvidenceColumns,
    reviews: ReviewColumns,
    gigs: int,
    today: int,
    last_day: int,
    policy: Policy,
    benchmarks: BenchmarkColumns | None = None,
) -> Forecast:
    """The days ``today`` … ``last_day`` of one seller about whom nothing new becomes known.

    Parameters
    ----------
    evidence : items of one seller under ``policy``, gig numbers 0 … ``gigs`` − 1
    reviews : the review versions that the evidence was made from
    today, last_day : day numbers, ``today <= last_day``
    benchmarks : the last segment holds on; None for the policy's own

    Raises
    ------
    ValueError
        If the last day lies before today, or an item names a gig outside 0 … ``gigs`` − 1.
    """
    if last_day < today:
        raise ValueError(f"the last day {last_day} lies before today {today}")
    swept = sweep(evidence, np.zeros(gigs, dtype=np.int32), last_day, policy, benchmarks)
    overall = swept.seller(0) if gigs else DailyScores(today, np.empty(0), np.empty(0, np.int8))
    return Forecast(
        today=today,
        last_day=last_day,
        overall=_from(overall, today),
        gigs=tuple(_from(swept.gig(gig), today) for gig in range(gigs)),
        rating=daily_ratings(reviews, today, last_day),
    )


def _from(scores: DailyScores, day: int) -> DailyScores:
    """The days from ``day`` on that a subject has."""
    if not len(scores) or scores.first_day >= day:
        return scores
    passed = day - scores.first_day
    return DailyScores(day, scores.score[passed:], scores.status[passed:])
