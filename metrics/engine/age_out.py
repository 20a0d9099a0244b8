"""What each order does to the score of a day by being there: the score without it, less the score.

All orders at once: leaving out one order changes the sums of its own gig by its own weights, so
nothing has to be added up again. This is the answer to "what if it had not been?", one order at a
time; unlike the lines of a ledger such answers do not add up, and are not meant to.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from metrics.engine.columns import EvidenceColumns, Float64, Int32, Int64
from metrics.engine.state import (
    State,
    distances_of_sums,
    gig_scores,
    neutral_score,
    scores_of_distances,
    seller_score,
)
from metrics.engine.types import AREA_COUNT, Factor, Unscored


@dataclass(frozen=True, slots=True)
class Harms:
    """Orders that count on a day, ascending by number.

    Attributes
    ----------
    order, gig : shape (orders,)
    harm : shape (orders,), score points that the score would gain without the order, negative
        for one that lifts it; NaN where there is no score, with it or without it
    end_day : shape (orders,), the first day on which nothing of it counts
    end_cause : shape (orders,), why the last of it stops
    """

    order: Int64
    gig: Int32
    harm: Float64
    end_day: Int64
    end_cause: NDArray[np.int8]

    def of(self, order: int) -> float | None:
        """The harm of one order; 0 for one that does not count on the day, None where unscored."""
        at = int(np.searchsorted(self.order, order))
        if at == len(self.order) or self.order[at] != order:
            return 0.0
        harm = float(self.harm[at])
        return None if np.isnan(harm) else harm


def harms_on(evidence: EvidenceColumns, state: State) -> Harms:
    """What every order does to the score on the day of ``state``.

    Parameters
    ----------
    evidence : the items that ``state`` was made from
    """
    alive = np.flatnonzero(state.alive)
    order, first, slot = np.unique(evidence.order[alive], return_index=True, return_inverse=True)
    gig = evidence.gig[alive][first]
    cell = slot * AREA_COUNT + evidence.factor[alive]
    size = len(order) * AREA_COUNT
    shape = (len(order), AREA_COUNT)
    weight = np.bincount(cell, state.item_weight[alive], size).reshape(shape)
    outcome = evidence.x[alive]
    weighted_x = np.bincount(cell, state.item_weight[alive] * outcome, size).reshape(shape)
    items = np.bincount(cell, minlength=size).reshape(shape)
    left = state.live[gig] - items
    rest = _of_the_others(gig, weight.astype(np.float64, copy=False))
    rest_x = _of_the_others(gig, weighted_x.astype(np.float64, copy=False))
    distances = distances_of_sums(rest, rest_x, state.mean[gig], state.spread[gig], state.policy)
    without = _overall_without(
        state,
        gig,
        scores_of_distances(distances, state.policy),
        rest[:, Factor.CANCELLATIONS],
        left[:, Factor.CANCELLATIONS] >= state.policy.min_activity,
    )
    now = seller_score(state)
    end_day, end_cause = _ends(evidence, alive, slot, len(order))
    return Harms(
        order=order,
        gig=gig,
        harm=np.full(len(order), np.nan) if now is None else without - now,
        end_day=end_day,
        end_cause=end_cause,
    )


def _of_the_others(gig: Int32, parts: Float64) -> Float64:
    """For each row the sum of its gig's other rows; ``parts`` has shape (orders, areas).

    Added up from both sides, never "all less this one": beside an order of yesterday, one that a
    short half-life has left almost no weight would vanish in the difference.
    """
    result = np.zeros_like(parts)
    for one in np.unique(gig):
        rows = np.flatnonzero(gig == one)
        before = np.cumsum(parts[rows[:-1]], axis=0)
        after = np.cumsum(parts[rows[:0:-1]], axis=0)[::-1]
        result[rows[1:]] += before
        result[rows[:-1]] += after
    return result


def _overall_without(
    state: State,
    gig: Int32,
    score: Float64,
    volume: Float64,
    counts: NDArray[np.bool_],
) -> Float64:
    """Step 6 for each row: its gig as given, the others as they are; NaN where unscored."""
    neutral = state.policy.unscored is Unscored.NEUTRAL
    blank = neutral_score(state.policy)

    def part(
        volumes: Float64, scores: Float64, open_gates: NDArray[np.bool_]
    ) -> tuple[Float64, Float64]:
        share = volumes if neutral else np.where(open_gates, volumes, 0.0)
        return share, share * np.where(open_gates, scores, blank)

    share, weighted = part(state.volume, gig_scores(state), state.counts)
    others = 1.0 - np.eye(state.gigs)
    own_share, own_weighted = part(volume, score, counts)
    total = (others @ share)[gig] + own_share
    scored = counts | (others @ state.counts > 0)[gig]
    result = np.full(len(gig), np.nan)
    np.divide(
        (others @ weighted)[gig] + own_weighted, total, out=result, where=scored & (total > 0)
    )
    return result


def _ends(
    evidence: EvidenceColumns, alive: NDArray[np.intp], slot: NDArray[np.intp], orders: int
) -> tuple[Int64, NDArray[np.int8]]:
    """When the last item of each order stops, and why."""
    by_end = np.argsort(evidence.end_day[alive], kind="stable")
    end_day, end_cause = np.zeros(orders, np.int64), np.zeros(orders, np.int8)
    end_day[slot[by_end]] = evidence.end_day[alive][by_end]
    end_cause[slot[by_end]] = evidence.end_cause[alive][by_end]
    return end_day, end_cause
