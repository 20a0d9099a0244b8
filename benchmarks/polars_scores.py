"""Daily gig and seller scores in polars, on one thread: the plan of duckdb_scores."""

from __future__ import annotations

import numpy as np
import polars as pl

from benchmarks.peers import Input, Scores
from metrics.engine.types import AREAS, Factor

_AREAS = range(len(AREAS))


def frames(given: Input) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The evidence, and the seller of every gig, as frames."""
    items = pl.DataFrame(
        {
            "gig": given.evidence.gig,
            "factor": given.evidence.factor,
            "origin_day": given.evidence.origin_day,
            "start_day": given.evidence.start_day,
            "end_day": given.evidence.end_day,
            "x": given.evidence.x,
            "v": given.evidence.value_weight,
        }
    )
    gigs = pl.DataFrame(
        {
            "gig": np.arange(len(given.gig_seller), dtype=np.int32),
            "seller": given.gig_seller,
        }
    )
    return items, gigs


def compute(
    items: pl.DataFrame, gigs: pl.DataFrame, given: Input
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Scores by gig and day, and by seller and day."""
    gig_days = _gig_days(items.lazy(), given).collect()
    seller_days = (
        gig_days.lazy()
        .filter(pl.col("n") >= given.policy.min_activity)
        .join(gigs.lazy(), on="gig")
        .group_by("seller", "day")
        .agg((pl.col("volume") * pl.col("s")).sum() / pl.col("volume").sum())
        .collect()
    )
    return gig_days.select("gig", "day", "s"), seller_days.rename({"volume": "s"})


def scores(gig_days: pl.DataFrame, seller_days: pl.DataFrame) -> Scores:
    """The results, sorted for comparing."""
    gig = gig_days.sort("gig", "day")
    seller = seller_days.sort("seller", "day")
    return Scores(
        gig["gig"].to_numpy(),
        gig["day"].to_numpy(),
        gig["s"].to_numpy(),
        seller["seller"].to_numpy(),
        seller["day"].to_numpy(),
        seller["s"].to_numpy(),
    )


def _gig_days(items: pl.LazyFrame, given: Input) -> pl.LazyFrame:
    sums = [f"{kind}{area}" for area in _AREAS for kind in "wx"]
    spans = (
        _changes(items, given)
        .sort("gig", "day")
        .with_columns(
            *(pl.col(name).cum_sum().over("gig") for name in [*sums, "n"]),
            pl.col("day").shift(-1).over("gig").fill_null(given.last_day + 1).alias("until"),
        )
        .filter(pl.col("n") > 0)
    )
    rate = _rate(given)
    return (
        spans.with_columns(day=pl.int_ranges("day", "until", dtype=pl.Int32))
        .explode("day")
        .with_columns(fade=((given.base_day - pl.col("day")) * (rate * np.log(2.0))).exp())
        .select(
            "gig",
            "day",
            "n",
            (pl.col(f"w{int(Factor.CANCELLATIONS)}") * pl.col("fade")).alias("volume"),
            (1.0 + 9.0 / (1.0 + (-_steepness(given)).exp())).alias("s"),
        )
    )


def _changes(items: pl.LazyFrame, given: Input) -> pl.LazyFrame:
    """What enters and leaves on each day of each gig, in weights of the base day.

    The areas become columns before grouping: three times as fast as filtering in the sums.
    """
    faded = ((pl.col("origin_day") - given.base_day) * (_rate(given) * np.log(2.0))).exp()
    amounts = items.with_columns(a=pl.col("v") * faded)
    enter = amounts.select("gig", "factor", "x", "a", day="start_day", n=pl.lit(1))
    leave = amounts.select("gig", "factor", "x", a=-pl.col("a"), day="end_day", n=pl.lit(-1))
    events = pl.concat([enter, leave.select(enter.collect_schema().names())])
    per_area = [
        pl.when(pl.col("factor") == area).then(amount).otherwise(0.0).alias(f"{kind}{area}")
        for area in _AREAS
        for kind, amount in (("w", pl.col("a")), ("x", pl.col("a") * pl.col("x")))
    ]
    is_order = pl.col("factor") == int(Factor.CANCELLATIONS)
    return (
        events.filter(pl.col("day") <= given.last_day)
        .with_columns(*per_area, n=pl.when(is_order).then(pl.col("n")).otherwise(0))
        .group_by("gig", "day")
        .agg(pl.col([f"{kind}{area}" for area in _AREAS for kind in "wx"]).sum(), pl.col("n").sum())
    )


def _steepness(given: Input) -> pl.Expr:
    policy = given.policy
    u = pl.lit(policy.intercept)
    for area in _AREAS:
        gain = policy.slope * policy.area_weight[area] / policy.benchmark_spread[area]
        weight, mean = pl.col(f"w{area}"), policy.benchmark_mean[area]
        above = gain * (pl.col(f"x{area}") - mean * weight) * pl.col("fade")
        u = u + above / (policy.prior_strength[area] + weight * pl.col("fade"))
    return u


def _rate(given: Input) -> float:
    half_life = given.policy.half_life_days
    return 0.0 if half_life is None else 1.0 / half_life
