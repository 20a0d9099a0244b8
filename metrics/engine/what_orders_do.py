"""The score of one day for every number of equal orders on every gig: a grid for searches.

Equal orders on one gig add equal items, so the gig's sums are linear in how many weights they
bring together, and all numbers of all gigs are scored at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from metrics.engine.columns import EvidenceColumns, Float64, Int64
from metrics.engine.state import (
    State,
    distances_of_sums,
    neutral_score,
    scores_of_distances,
)
from metrics.engine.types import AREA_COUNT, Factor, Policy, Unscored


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of order: what a single one says on its own day, by area, shape (6,).

    ``value_weight`` is 0 in areas about which it says nothing; ``counts`` is 1 where it counts
    as a finished order.
    """

    value_weight: Float64
    x: Float64
    counts: int


def kind_of(items: EvidenceColumns) -> Kind:
    """The kind of an order from its items, of which there is at most one an area."""
    weight, x = np.zeros(AREA_COUNT), np.zeros(AREA_COUNT)
    weight[items.factor], x[items.factor] = items.value_weight, items.x
    return Kind(weight, x, int((items.factor == Factor.CANCELLATIONS).sum()))


@dataclass(frozen=True, slots=True)
class Grid:
    """Every gig with 0, 1, … orders more, on one day; shape (gigs, numbers).

    Or with one order more of some kind; in column 0 there is none.

    Attributes
    ----------
    score : the gig's own score
    counts : whether its gate is open
    share, weighted : its weight in the overall score, and weight times score
    """

    score: Float64
    counts: NDArray[np.bool_]
    share: Float64
    weighted: Float64

    @property
    def most(self) -> int:
        """The largest number of orders on one gig."""
        return int(self.score.shape[1]) - 1

    def overall(self, numbers: NDArray[np.integer] | list[int]) -> float | None:
        """The overall score with so many orders more on each gig; None while not scored."""
        rows = np.arange(len(self.score))
        total = float(self.share[rows, numbers].sum())
        if not self.counts[rows, numbers].any() or total <= 0:
            return None
        return float(self.weighted[rows, numbers].sum()) / total

    def alone(self, gig: int) -> Float64:
        """The overall score by the number of orders on this gig and none elsewhere; NaN: none."""
        others = np.arange(len(self.score)) != gig
        total = self.share[others, 0].sum() + self.share[gig]
        scored = (self.counts[others, 0].any() | self.counts[gig]) & (total > 0)
        weighted = self.weighted[others, 0].sum() + self.weighted[gig]
        result: Float64 = np.full(len(total), np.nan)
        np.divide(weighted, total, out=result, where=scored)
        return result


def grid_of(state: State, kind: Kind, weights: Float64) -> Grid:
    """The grid on the day of ``state``.

    Parameters
    ----------
    weights : shape (numbers,), what 0, 1, … orders weigh together on that day, as a multiple of
        one order on its own day
    """
    more = weights[:, None] * kind.value_weight
    return _grid(state, more, more * kind.x, kind.counts * np.arange(len(weights)))


def grid_of_kinds(state: State, kinds: Sequence[Kind]) -> Grid:
    """One order more on its own day: column 0 is none, and column n the n-th kind."""
    nothing = Kind(np.zeros(AREA_COUNT), np.zeros(AREA_COUNT), 0)
    columns = [nothing, *kinds]
    more = np.array([kind.value_weight for kind in columns])
    more_x = more * np.array([kind.x for kind in columns])
    return _grid(state, more, more_x, np.array([kind.counts for kind in columns], np.int64))


def _grid(state: State, more: Float64, more_x: Float64, orders: Int64) -> Grid:
    """What is there on the day, and each of these sums added to every gig.

    Parameters
    ----------
    more, more_x : shape (columns, 6), Σw and Σw·x that come
    orders : shape (columns,), finished orders that come
    """
    weight = state.weight[:, None, :] + more
    weighted_x = state.weighted_x[:, None, :] + more_x
    distances = distances_of_sums(
        weight, weighted_x, state.mean[:, None, :], state.spread[:, None, :], state.policy
    )
    score = scores_of_distances(distances, state.policy)
    counts = state.activity[:, None] + orders >= state.policy.min_activity
    volume = weight[..., Factor.CANCELLATIONS]
    if state.policy.unscored is Unscored.NEUTRAL:
        blank = neutral_score(state.policy)
        return Grid(score, counts, volume, volume * np.where(counts, score, blank))
    share = volume * counts
    return Grid(score, counts, share, share * score)


def even_days(today: int, by_day: int, number: int) -> list[int]:
    """Days on which so many orders finish, evenly, the last one on ``by_day``."""
    span = by_day - today
    return [today + max(round(index * span / number), 1) for index in range(1, number + 1)]


def weights_of_even(today: int, by_day: int, most: int, policy: Policy) -> Float64:
    """What 0 … ``most`` orders, finished evenly until ``by_day``, weigh on that day together."""
    totals = [0.0]
    for number in range(1, most + 1):
        ages = by_day - np.array(even_days(today, by_day, number))
        if policy.half_life_days is None:
            totals.append(float(number))
        else:
            totals.append(float(np.exp2(ages / -policy.half_life_days).sum()))
    return np.array(totals)
