"""The specification in plain Python: one seller, one day, no cleverness.

Steps are numbered as in docs/FORMULAS.md. Everything fast in this package is held equal
to these functions to 1e-9; nothing in production calls them on a hot path.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from metrics.engine.types import (
    AREAS,
    Benchmark,
    CancelledBy,
    Cause,
    Evidence,
    Factor,
    OrderFacts,
    OrderStatus,
    Policy,
    ReviewFacts,
    Unscored,
)

# --- Step 1: facts to evidence, one function per area ----------------------------------


def value_weight(amount_usd: float | None, policy: Policy) -> float:
    """v = clip((amount / reference)^γ, low, high); 1 where the amount is unknown."""
    if amount_usd is None:
        return 1.0
    ratio = max(amount_usd, 0.0) / policy.value_reference_usd
    return min(max(math.pow(ratio, policy.value_exponent), policy.value_low), policy.value_high)


def star_outcome(stars: float, policy: Policy) -> float:
    """x for a rating of 1 to 5, straight lines between whole stars."""
    below = min(math.floor(stars), 4)
    share = stars - below
    return (1 - share) * policy.star_curve[below - 1] + share * policy.star_curve[below]


def cancellation_outcome(order: OrderFacts, policy: Policy) -> float | None:
    """x of a finished order for the area "order cancellations"; None: no evidence."""
    if order.status is OrderStatus.COMPLETED:
        return policy.completed_x
    if order.cancelled_by is CancelledBy.SELLER:
        return policy.cancelled_by_seller_x
    if order.cancelled_by is CancelledBy.CLIENT:
        if order.cancelled_very_late:
            return policy.cancelled_very_late_x
        if order.requirements_in is False:
            return None
    return policy.cancelled_other_x


def delivery_outcome(late_hours: float, policy: Policy) -> float:
    """x of a first delivery: on time, late up to the limit, later."""
    if late_hours <= 0:
        return policy.on_time_x
    return policy.late_x if late_hours <= policy.late_limit_hours else policy.very_late_x


def order_evidence(order: OrderFacts, policy: Policy) -> list[Evidence]:
    """Evidence from the order itself: conflict-free, cancellations, delivery time."""
    items: list[Evidence] = []
    weight = value_weight(order.amount_usd, policy)

    def add(factor: Factor, day: int, x: float, excluded_day: int | None = None) -> None:
        end, cause = day + policy.window_days, Cause.AGED_OUT
        if excluded_day is not None and excluded_day < end:
            end, cause = excluded_day, Cause.REMOVED
        if end > day:
            items.append(Evidence(order.order, order.gig, factor, day, day, end, x, weight, cause))

    if order.status is not OrderStatus.OPEN and order.finished_day is not None:
        if order.disputes is not None:
            x = policy.dispute_x if order.disputes > 0 else policy.no_dispute_x
            add(Factor.CONFLICT_FREE, order.finished_day, x)
        outcome = cancellation_outcome(order, policy)
        if outcome is not None:
            add(Factor.CANCELLATIONS, order.finished_day, outcome, order.excluded_day)
    if order.delivered_day is not None and order.late_hours is not None:
        add(
            Factor.DELIVERY_TIME,
            order.delivered_day,
            delivery_outcome(order.late_hours, policy),
        )
    return items


def review_evidence(review: ReviewFacts, order: OrderFacts, policy: Policy) -> list[Evidence]:
    """Evidence from one version of a review: satisfaction, communication, value."""
    window_end = review.posted_day + policy.window_days
    end, cause = window_end, Cause.AGED_OUT
    if review.end_day is not None and review.end_day < window_end:
        end, cause = review.end_day, Cause.EDITED if review.edited else Cause.REMOVED
    if end <= review.start_day:
        return []
    ratings = (
        (
            Factor.CLIENT_SATISFACTION,
            review.quality if review.quality is not None else review.stars,
        ),
        (Factor.COMMUNICATION, review.communication),
        (Factor.VALUE_FOR_MONEY, review.value),
    )
    weight = value_weight(order.amount_usd, policy)
    return [
        Evidence(
            order=order.order,
            gig=order.gig,
            factor=factor,
            origin_day=review.posted_day,
            start_day=review.start_day,
            end_day=end,
            x=star_outcome(rating, policy),
            value_weight=weight,
            end_cause=cause,
        )
        for factor, rating in ratings
        if rating is not None
    ]


def evidence_of(
    orders: Iterable[OrderFacts], reviews: Iterable[ReviewFacts], policy: Policy
) -> list[Evidence]:
    """All evidence of a seller's facts. No fact, no evidence."""
    by_order = {order.order: order for order in orders}
    items = [item for order in by_order.values() for item in order_evidence(order, policy)]
    for review in reviews:
        items.extend(review_evidence(review, by_order[review.order], policy))
    return items


# --- Steps 2 to 6: evidence to scores ----------------------------------------------------


@dataclass(frozen=True, slots=True)
class AreaState:
    """One area of one gig: Σw, Σw·x, the shrunken mean q and z = (q − μ)/σ."""

    weight: float
    weighted_x: float
    q: float
    z: float
    items: int


@dataclass(frozen=True, slots=True)
class GigState:
    """One gig on one day. ``volume`` is the decayed weight of its finished orders."""

    score: float
    volume: float
    activity: int
    counts: bool
    areas: tuple[AreaState, ...]


@dataclass(frozen=True, slots=True)
class SellerState:
    """``score`` is None while no gig counts; ``displayed`` is the rounded score."""

    score: float | None
    displayed: int | None
    gigs: Mapping[int, GigState]


def item_weight(item: Evidence, day: int, policy: Policy) -> float:
    """Step 2: w = v · 2^(−age/half-life) while the item counts, else 0."""
    if not item.start_day <= day < item.end_day:
        return 0.0
    if policy.half_life_days is None:
        return item.value_weight
    age = day - item.origin_day
    return item.value_weight * math.pow(2.0, -age / policy.half_life_days)


def logistic(u: float) -> float:
    if u >= 0:
        return 1.0 / (1.0 + math.exp(-u))
    return math.exp(u) / (1.0 + math.exp(u))


def area_state(
    items: Sequence[Evidence],
    factor: Factor,
    day: int,
    policy: Policy,
    benchmark: Benchmark,
) -> AreaState:
    """Step 3: q = (k·μ + Σ w·x) / (k + Σ w) and its distance from the benchmark."""
    weights = [(item_weight(item, day, policy), item.x) for item in items if item.factor is factor]
    total = math.fsum(w for w, _ in weights)
    total_x = math.fsum(w * x for w, x in weights)
    k, mean = policy.prior_strength[factor], benchmark.mean[factor]
    q = (k * mean + total_x) / (k + total)
    z = (q - mean) / benchmark.spread[factor]
    return AreaState(total, total_x, q, z, sum(w > 0 for w, _ in weights))


def gig_state(
    items: Sequence[Evidence], day: int, policy: Policy, benchmark: Benchmark
) -> GigState:
    """Steps 3 to 5: areas, the gig's score, and whether it counts."""
    areas = tuple(area_state(items, factor, day, policy, benchmark) for factor in AREAS)
    u = policy.intercept + policy.slope * math.fsum(
        policy.area_weight[factor] * areas[factor].z for factor in AREAS
    )
    activity = sum(
        item.factor is Factor.CANCELLATIONS and item.start_day <= day < item.end_day
        for item in items
    )
    return GigState(
        score=1.0 + 9.0 * logistic(u),
        volume=areas[Factor.CANCELLATIONS].weight,
        activity=activity,
        counts=activity >= policy.min_activity,
        areas=areas,
    )


def display(score: float) -> int:
    """Step 7: the nearest whole number, halves up."""
    return math.floor(score + 0.5)


def seller_state(
    evidence: Iterable[Evidence],
    day: int,
    policy: Policy,
    benchmarks: Mapping[int, Benchmark] | None = None,
) -> SellerState:
    """Step 6: the overall score from the gigs that count.

    Parameters
    ----------
    evidence : items of one seller, in any order
    day : day number
    benchmarks : by gig; a gig that is missing uses the policy's own benchmark
    """
    by_gig: dict[int, list[Evidence]] = {}
    for item in evidence:
        by_gig.setdefault(item.gig, []).append(item)
    default = Benchmark(policy.benchmark_mean, policy.benchmark_spread)
    gigs = {
        gig: gig_state(items, day, policy, (benchmarks or {}).get(gig, default))
        for gig, items in by_gig.items()
    }
    neutral = 1.0 + 9.0 * logistic(policy.intercept)
    parts = [(g.volume, g.score) for g in gigs.values() if g.counts]
    if not parts:
        return SellerState(None, None, gigs)
    if policy.unscored is Unscored.NEUTRAL:
        parts += [(g.volume, neutral) for g in gigs.values() if not g.counts]
    total = math.fsum(volume for volume, _ in parts)
    score = math.fsum(volume * s for volume, s in parts) / total
    return SellerState(score, display(score), gigs)
