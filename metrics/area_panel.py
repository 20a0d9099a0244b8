"""The six areas of a seller and of each gig on one day: what helps and what hurts."""

from __future__ import annotations

from dataclasses import dataclass

from metrics.engine.labels import impact_label
from metrics.engine.state import State, area_distances, gig_shares
from metrics.engine.types import AREAS, Factor


@dataclass(frozen=True, slots=True)
class AreaReading:
    """One area on one day.

    Attributes
    ----------
    quality : q, the mean outcome (0 to 1) drawn towards the benchmark
    benchmark : μ, what it is compared with
    distance : z, (q − μ) in spreads
    items : facts that count in this area on this day
    label : impact label of the platform's words; None where the data say nothing
    """

    area: Factor
    quality: float
    benchmark: float
    distance: float
    items: int
    label: str | None


def gig_areas(state: State, gig: int) -> list[AreaReading]:
    """The six areas of one gig; ``gig`` is its number in the state."""
    shares = [0.0] * state.gigs
    shares[gig] = 1.0
    return _weighted(state, shares)


def overall_areas(state: State) -> list[AreaReading]:
    """The six areas over the gigs that count, each gig by its share of the score.

    Empty while no gig counts.
    """
    shares = [
        float(share) if counts else 0.0
        for share, counts in zip(gig_shares(state), state.counts, strict=True)
    ]
    return _weighted(state, shares) if any(shares) else []


def _weighted(state: State, shares: list[float]) -> list[AreaReading]:
    distances = area_distances(state)
    total = sum(shares)
    readings = []
    for area in AREAS:
        used = [(gig, share / total) for gig, share in enumerate(shares) if share > 0]
        distance = sum(share * float(distances[gig, area]) for gig, share in used)
        items = sum(int(state.live[gig, area]) for gig, _share in used)
        readings.append(
            AreaReading(
                area=area,
                quality=sum(share * _quality(state, gig, area) for gig, share in used),
                benchmark=sum(share * float(state.mean[gig, area]) for gig, share in used),
                distance=distance,
                items=items,
                label=impact_label(distance, state.policy.label_cuts) if items else None,
            )
        )
    return readings


def _quality(state: State, gig: int, area: Factor) -> float:
    strength = state.policy.prior_strength[area]
    mean, weight = float(state.mean[gig, area]), float(state.weight[gig, area])
    return (strength * mean + float(state.weighted_x[gig, area])) / (strength + weight)
