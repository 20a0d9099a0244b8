"""The score as a smooth function of its sums, with its gradient (steps A1 and A2).

A point θ of the path is one flat vector, so that walking along the path is one product
of matrices; :class:`Coordinates` names its parts. A gate is a number c between 0 (closed)
and 1 (open), and so is the treatment n of gigs that do not count: 0 excludes them, 1 lets
them in at the neutral score s0.

    d = k + W        q = (k·μ + X)/d        z = (q − μ)/σ = (X − μ·W)/(d·σ)
    s = 1 + 9·logistic(a + b·Σ β·z)         s0 = 1 + 9·logistic(a)
    S = Σ V·(c·s + n·(1 − c)·s0) / Σ V·(c + n·(1 − c))
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate
from math import prod

import numpy as np

from metrics.engine.columns import Float64
from metrics.engine.state import State, logistics
from metrics.engine.types import AREA_COUNT, Policy, Unscored

#: a, b, n, then β and k for every area.
PARAMETER_COUNT = 3 + 2 * AREA_COUNT


@dataclass(frozen=True, slots=True)
class Coordinates:
    """Views into one or many flat vectors θ; ``…`` are the leading axes of θ.

    Attributes
    ----------
    weight, weighted_x, mean, spread : shape (…, gigs, 6), W, X, μ and σ
    volume, counts : shape (…, gigs), V and c
    intercept, slope, neutral : shape (…, 1), a, b and n
    area_weight, strength : shape (…, 6), β and k
    """

    weight: Float64
    weighted_x: Float64
    mean: Float64
    spread: Float64
    volume: Float64
    counts: Float64
    intercept: Float64
    slope: Float64
    neutral: Float64
    area_weight: Float64
    strength: Float64


def coordinate_count(gigs: int) -> int:
    """Length of θ for a seller of so many gigs."""
    return gigs * (4 * AREA_COUNT + 2) + PARAMETER_COUNT


def coordinates(theta: Float64, gigs: int) -> Coordinates:
    """Name the parts of θ, shape (…, :func:`coordinate_count`); nothing is copied."""
    lead = theta.shape[:-1]
    return Coordinates(*(theta[..., part].reshape(lead + shape) for part, shape in _layout(gigs)))


@lru_cache(maxsize=256)
def _layout(gigs: int) -> tuple[tuple[slice, tuple[int, ...]], ...]:
    """Where each part of θ lies and its shape, in the order of :class:`Coordinates`."""
    by_area, by_gig = ((gigs, AREA_COUNT),) * 4, ((gigs,),) * 2
    shapes = (*by_area, *by_gig, (1,), (1,), (1,), (AREA_COUNT,), (AREA_COUNT,))
    ends = list(accumulate(prod(shape) for shape in shapes))
    starts = (0, *ends[:-1])
    return tuple(
        (slice(start, end), shape) for start, end, shape in zip(starts, ends, shapes, strict=True)
    )


def policy_parameters(policy: Policy) -> Float64:
    """The tail of θ: a, b, n, β and k, shape (15,)."""
    neutral = float(policy.unscored is Unscored.NEUTRAL)
    head = (policy.intercept, policy.slope, neutral)
    return np.array((*head, *policy.area_weight, *policy.prior_strength), dtype=np.float64)


def point_of(state: State) -> Float64:
    """θ of a state, shape (coordinates,)."""
    return np.concatenate(
        (
            state.weight.ravel(),
            state.weighted_x.ravel(),
            state.mean.ravel(),
            state.spread.ravel(),
            state.volume,
            state.counts.astype(np.float64),
            policy_parameters(state.policy),
        )
    )


@dataclass(frozen=True, slots=True)
class Surface:
    """What S and its gradient share at the points θ; shapes as in :class:`Coordinates`."""

    at: Coordinates
    distance: Float64
    gig_score: Float64
    #: ds/du, shape (…, gigs).
    steepness: Float64
    neutral_score: Float64
    neutral_steepness: Float64
    #: V·n·(1 − c), shape (…, gigs).
    neutral_volume: Float64
    #: Σ V·(c + n·(1 − c)) and S, shape (…, 1).
    total: Float64
    score: Float64


def surface(theta: Float64, gigs: int) -> Surface:
    """Evaluate S at points of shape (…, coordinates)."""
    at = coordinates(theta, gigs)
    strength = at.strength[..., None, :]
    distance = (at.weighted_x - at.mean * at.weight) / ((strength + at.weight) * at.spread)
    linear = np.matmul(distance, at.area_weight[..., None])[..., 0]
    share = logistics(at.intercept + at.slope * linear)
    neutral = logistics(at.intercept)
    gig_score, neutral_score = 1.0 + 9.0 * share, 1.0 + 9.0 * neutral
    counted = at.volume * at.counts
    uncounted = at.volume * at.neutral * (1.0 - at.counts)
    total = (counted + uncounted).sum(axis=-1, keepdims=True)
    # Counted from the largest gig's score, so that a gig alone is at S to the last bit.
    largest = np.take_along_axis(gig_score, counted.argmax(axis=-1)[..., None], axis=-1)
    above = counted * (gig_score - largest) + uncounted * (neutral_score - largest)
    return Surface(
        at=at,
        distance=distance,
        gig_score=gig_score,
        steepness=9.0 * share * (1.0 - share),
        neutral_score=neutral_score,
        neutral_steepness=9.0 * neutral * (1.0 - neutral),
        neutral_volume=uncounted,
        total=total,
        score=largest + above.sum(axis=-1, keepdims=True) / total,
    )


def gradient(theta: Float64, gigs: int) -> Float64:
    """∂S/∂θ at points of shape (nodes, coordinates); the same shape.

    With r = V·c·s'/D for a gig, the slope of S in an item's weight is
    r·b·β·(x − q)/(d·σ): an item above its gig's mean lifts, one below it lowers.
    """
    here = surface(theta, gigs)
    at = here.at
    result = np.empty_like(theta)
    slope = coordinates(result, gigs)
    reach = at.volume * at.counts / here.total * here.steepness
    d = at.strength[..., None, :] + at.weight
    pull = (reach * at.slope)[..., None] * at.area_weight[..., None, :]
    per_outcome = pull / (d * at.spread)
    slope.weighted_x[...] = per_outcome
    slope.weight[...] = -per_outcome * (at.mean + at.spread * here.distance)
    slope.mean[...] = -per_outcome * at.weight
    slope.spread[...] = -pull * here.distance / at.spread
    gap, neutral_gap = here.gig_score - here.score, here.neutral_score - here.score
    closed = at.neutral * (1.0 - at.counts)
    slope.volume[...] = (at.counts * gap + closed * neutral_gap) / here.total
    slope.counts[...] = at.volume * (gap - at.neutral * neutral_gap) / here.total
    uncounted = (at.volume * (1.0 - at.counts)).sum(axis=-1, keepdims=True)
    slope.neutral[...] = uncounted * neutral_gap / here.total
    flat = here.neutral_volume.sum(axis=-1, keepdims=True) * here.neutral_steepness / here.total
    slope.intercept[...] = reach.sum(axis=-1, keepdims=True) + flat
    by_area = np.einsum("...g,...gf->...f", reach, here.distance)
    slope.slope[...] = (by_area * at.area_weight).sum(axis=-1, keepdims=True)
    slope.area_weight[...] = at.slope * by_area
    slope.strength[...] = -(pull * here.distance / d).sum(axis=-2)
    return result
