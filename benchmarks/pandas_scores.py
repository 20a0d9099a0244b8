"""Daily gig and seller scores in pandas, on one thread.

The plan of duckdb_scores, but on the dense grid of gigs and days: a gig's days stand side by
side, so that the position of an event is its number in the grid, and grouping by it is cheap.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from benchmarks.peers import Input, Scores
from metrics.engine.types import AREAS, Factor

_AREAS = range(len(AREAS))


def frame(given: Input) -> pd.DataFrame:
    """The evidence as a frame."""
    return pd.DataFrame(
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


def compute(items: pd.DataFrame, given: Input) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Scores by gig and day, and by seller and day."""
    if items["start_day"].max() > given.last_day:
        items = items[items["start_day"] <= given.last_day]
    grid = _grid(items, given)
    sums = _running_sums(items, grid, given)
    policy = given.policy
    rate = 0.0 if policy.half_life_days is None else 1.0 / policy.half_life_days
    fade = np.exp2((given.base_day - grid["day"]) * rate)
    u = pd.Series(policy.intercept, index=grid.index)
    for area in _AREAS:
        gain = policy.slope * policy.area_weight[area] / policy.benchmark_spread[area]
        weight = sums[f"w{area}"] * fade
        above = sums[f"x{area}"] * fade - policy.benchmark_mean[area] * weight
        u += gain * above / (policy.prior_strength[area] + weight)
    volume = sums[f"w{int(Factor.CANCELLATIONS)}"] * fade
    gig_days = grid.assign(s=1.0 + 9.0 / (1.0 + np.exp(-u)), volume=volume, n=sums["n"])
    gig_days = gig_days[gig_days["n"] > 0.5]
    counting = gig_days[gig_days["n"] > policy.min_activity - 0.5]
    weighted = counting.assign(s=counting["s"] * counting["volume"])
    totals = weighted.groupby(["seller", "day"], sort=False)[["s", "volume"]].sum()
    seller_days = (totals["s"] / totals["volume"]).rename("s").reset_index()
    return gig_days[["gig", "day", "s"]], seller_days


def scores(gig_days: pd.DataFrame, seller_days: pd.DataFrame) -> Scores:
    """The results, sorted for comparing."""
    gig = gig_days.sort_values(["gig", "day"])
    seller = seller_days.sort_values(["seller", "day"])
    return Scores(
        gig["gig"].to_numpy(),
        gig["day"].to_numpy(),
        gig["s"].to_numpy(),
        seller["seller"].to_numpy(),
        seller["day"].to_numpy(),
        seller["s"].to_numpy(),
    )


def _grid(items: pd.DataFrame, given: Input) -> pd.DataFrame:
    """A row for every gig and day from the gig's first evidence to the last day."""
    first = items.groupby("gig")["start_day"].min()
    days = given.last_day + 1 - first.to_numpy(dtype=np.int64)
    begins = np.concatenate(([0], np.cumsum(days)[:-1]))
    gig = np.repeat(first.index.to_numpy(), days)
    day = np.arange(days.sum()) - np.repeat(begins - first.to_numpy(dtype=np.int64), days)
    return pd.DataFrame({"gig": gig, "day": day.astype(np.int32), "seller": given.gig_seller[gig]})


def _running_sums(items: pd.DataFrame, grid: pd.DataFrame, given: Input) -> pd.DataFrame:
    """Σw and Σw·x by area, in weights of the base day, and the finished orders."""
    rate = 0.0 if given.policy.half_life_days is None else 1.0 / given.policy.half_life_days
    amount = items["v"] * np.exp2((items["origin_day"] - given.base_day) * rate)
    begins = grid.index[~grid["gig"].duplicated()]
    place = pd.Series(begins, index=grid["gig"].iloc[begins])
    origin = items["gig"].map(place - grid["day"].iloc[begins].to_numpy())
    enter, leave = origin + items["start_day"], origin + items["end_day"]
    leaves = items["end_day"] <= given.last_day
    sums = {}
    for area in _AREAS:
        mine = items["factor"] == area
        gone = mine & leaves
        columns = {f"w{area}": amount, f"x{area}": amount * items["x"]}
        if area == int(Factor.CANCELLATIONS):
            columns["n"] = pd.Series(1.0, index=items.index)
        for name, values in columns.items():
            dropped = pd.Series(0.0, index=grid.index)
            entered = values[mine].groupby(enter[mine], sort=False).sum()
            left = values[gone].groupby(leave[gone], sort=False).sum()
            dropped.iloc[entered.index] += entered.to_numpy()
            dropped.iloc[left.index] -= left.to_numpy()
            sums[name] = dropped.groupby(grid["gig"], sort=False).cumsum()
    return pd.DataFrame(sums)
