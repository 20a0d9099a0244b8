"""A plain policy for kernel tests: round numbers, so that arithmetic fits in a comment."""

from __future__ import annotations

from metrics.engine.types import Policy, Unscored

PLAIN = Policy(
    id="plain",
    version=1,
    window_days=730,
    half_life_days=365.0,
    value_reference_usd=100.0,
    value_exponent=0.5,
    value_low=0.5,
    value_high=4.0,
    star_curve=(0.0, 0.1, 0.25, 0.6, 1.0),
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
    benchmark_mean=(0.8, 0.8, 0.8, 0.9, 0.9, 0.8),
    benchmark_spread=(0.1, 0.1, 0.1, 0.05, 0.05, 0.1),
    prior_strength=(4.0, 4.0, 4.0, 4.0, 4.0, 4.0),
    area_weight=(0.3, 0.1, 0.1, 0.2, 0.2, 0.1),
    intercept=1.0,
    slope=1.0,
    min_activity=2,
    unscored=Unscored.EXCLUDED,
    label_cuts=(-1.0, -0.25, 0.25, 1.0),
    immature_days=60,
)
