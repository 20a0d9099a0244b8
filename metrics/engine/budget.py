"""How much can go wrong before a score is lost, and on which gig it hurts least."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from metrics.engine.columns import Float64
from metrics.engine.what_orders_do import Grid


@dataclass(frozen=True, slots=True)
class GigBudget:
    """One gig and one kind of order that went wrong, all on one day.

    Attributes
    ----------
    absorbed : how many leave the score in question, overall or the gig's own, at or above what
        is to be kept; None where as many as were tried do
    one_costs : what the first one takes from that score; negative where it lifts it, None where
        one of the two is not scored
    """

    gig: int
    absorbed: int | None
    one_costs: float | None


def budgets(grid: Grid, keep: float) -> list[GigBudget]:
    """What each gig absorbs with an overall score of at least ``keep``, the kindest gig first.

    Numbers are counted up to the first that loses it: more of the same may win it back where
    they take weight to a stronger gig, which is no comfort.
    """
    found = [_budget(gig, grid.alone(gig), keep) for gig in range(len(grid.score))]
    return sorted(found, key=_kindness)


def own_budget(grid: Grid, gig: int, keep: float) -> GigBudget:
    """What one gig absorbs with a score of its own of at least ``keep``.

    Only its own orders move it.
    """
    return _budget(gig, np.where(grid.counts[gig], grid.score[gig], np.nan), keep)


def _budget(gig: int, scores: Float64, keep: float) -> GigBudget:
    """``scores`` are by the number of orders, NaN where there is none."""
    lost = np.flatnonzero(~(scores >= keep))
    cost = scores[0] - scores[1]
    return GigBudget(
        gig=gig,
        absorbed=int(lost[0]) - 1 if len(lost) else None,
        one_costs=None if np.isnan(cost) else float(cost),
    )


def _kindness(budget: GigBudget) -> tuple[float, float, int]:
    absorbed = float("inf") if budget.absorbed is None else budget.absorbed
    cost = float("inf") if budget.one_costs is None else budget.one_costs
    return -absorbed, cost, budget.gig
