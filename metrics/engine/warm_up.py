"""Compiles the loops ahead of their first use: ``python -m metrics.engine.warm_up``.

numba keeps the result on disk, so that this takes seconds once for each version of the code
and nothing afterwards.
"""

from __future__ import annotations

import numpy as np

from metrics.engine.columns import EvidenceColumns
from metrics.engine.future import future_of
from metrics.engine.kernel import sweep
from metrics.engine.types import Factor, Policy, Unscored


def warm_up() -> None:
    """One item over two days, and what comes of it."""
    once = (1.0,) * 6
    policy = Policy(
        id="warm-up",
        version=1,
        window_days=2,
        half_life_days=1.0,
        value_reference_usd=1.0,
        value_exponent=1.0,
        value_low=1.0,
        value_high=1.0,
        star_curve=(0.0, 0.25, 0.5, 0.75, 1.0),
        on_time_x=1.0,
        late_x=0.5,
        very_late_x=0.0,
        late_limit_hours=24.0,
        completed_x=1.0,
        cancelled_by_seller_x=0.0,
        cancelled_very_late_x=0.0,
        cancelled_other_x=0.5,
        no_dispute_x=1.0,
        dispute_x=0.0,
        benchmark_mean=once,
        benchmark_spread=once,
        prior_strength=once,
        area_weight=once,
        intercept=0.0,
        slope=1.0,
        min_activity=1,
        unscored=Unscored.EXCLUDED,
        label_cuts=(-1.0, 0.0, 0.0, 1.0),
        immature_days=0,
    )
    item = EvidenceColumns(
        order=np.array([1], np.int64),
        gig=np.array([0], np.int32),
        factor=np.array([Factor.CANCELLATIONS], np.int8),
        origin_day=np.array([0], np.int32),
        start_day=np.array([0], np.int32),
        end_day=np.array([2], np.int32),
        x=np.array([1.0]),
        value_weight=np.array([1.0]),
        end_cause=np.array([1], np.int8),
    )
    sweep(item, np.array([0], np.int32), 1, policy)
    future_of(item, 1, 1, 2, policy).now()


if __name__ == "__main__":
    warm_up()
