"""What every change along a path is worth: from steps to lines of the ledger."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from metrics.engine.changes import GateFlip, Leg, Step, first_step
from metrics.engine.columns import EvidenceColumns, Float64
from metrics.engine.ledger import NONE, Lines, lines_of
from metrics.engine.path import Integral, Path, integrate
from metrics.engine.state import State, seller_score
from metrics.engine.surface import coordinate_count, coordinates, point_of
from metrics.engine.types import AREA_COUNT, Cause, Factor


def net_flips(steps: Sequence[Step]) -> tuple[GateFlip, ...]:
    """Gates that differ between the ends of a joint path: the last flip of each."""
    opened = steps[-1].after.counts if steps else np.empty(0, dtype=np.bool_)
    was_open = steps[0].before.counts if steps else opened
    last = {flip.gig: flip for step in steps for flip in step.flips}
    return tuple(last[gig] for gig in sorted(last) if opened[gig] != was_open[gig])


def walk(segment: Sequence[Step]) -> tuple[list[Lines], Integral]:
    """Integrate from the first state of a run of legs to the last, and price its lines."""
    before, after = segment[0].before, segment[-1].after
    first, last = seller_score(before), seller_score(after)
    assert first is not None and last is not None
    start, end = point_of(before), point_of(after)
    gross = _gross(segment, before.gigs)
    integral = integrate(Path(start, end, before.gigs, last - first, gross))
    parts = [part for step in segment for part in _step_lines(step, integral.gradient)]
    return [*parts, *_gate_lines(segment, integral.gradient)], integral


def walk_first(
    evidence: EvidenceColumns, after: State, change: float
) -> tuple[list[Lines], Integral]:
    """The path of a first score: the gates as they are, all evidence from nothing."""
    nothing = replace(
        after,
        item_weight=np.zeros_like(after.item_weight),
        weight=np.zeros_like(after.weight),
        weighted_x=np.zeros_like(after.weighted_x),
    )
    step = first_step(evidence, nothing, after)
    gross = _gross((step,), after.gigs)
    path = Path(point_of(nothing), point_of(after), after.gigs, change, gross)
    integral = integrate(path)
    return _step_lines(step, integral.gradient), integral


def _gross(segment: Sequence[Step], gigs: int) -> Float64:
    """How far each coordinate is moved in all, item by item and leg by leg."""
    size = gigs * AREA_COUNT
    gross = np.zeros(coordinate_count(gigs))
    for step in segment:
        moved = np.abs(point_of(step.after) - point_of(step.before))
        named = coordinates(moved, gigs)
        items = step.items
        cell = items.gig.astype(np.int64) * AREA_COUNT + items.factor
        for part, change in ((named.weight, items.weight), (named.weighted_x, items.weighted_x)):
            part[...] = np.bincount(cell, np.abs(change), size).reshape(gigs, AREA_COUNT)
        named.volume[...] = named.weight[:, Factor.CANCELLATIONS]
        gross += moved
    return gross


def _step_lines(step: Step, gradient: Float64) -> list[Lines]:
    """Lines of the items, benchmarks and parameters that one leg moves."""
    gigs = step.before.gigs
    price = coordinates(gradient, gigs)
    items = step.items
    gig, factor = items.gig, items.factor
    amount = (
        items.weight * price.weight[gig, factor] + items.weighted_x * price.weighted_x[gig, factor]
    )
    volume = np.flatnonzero(factor == Factor.CANCELLATIONS)
    return [
        lines_of(
            amount=amount,
            gig=gig,
            order=items.order,
            factor=factor,
            cause=items.cause,
            leg=step.leg,
        ),
        lines_of(
            amount=items.weight[volume] * price.volume[gig[volume]],
            gig=gig[volume],
            order=items.order[volume],
            factor=Factor.GIG_WEIGHT,
            cause=items.cause[volume],
            leg=step.leg,
        ),
        _benchmark_lines(step, gradient),
        *_parameter_lines(step, gradient),
    ]


def _benchmark_lines(step: Step, gradient: Float64) -> Lines:
    """One line per gig and area whose μ or σ moved."""
    gigs = step.before.gigs
    price = coordinates(gradient, gigs)
    amount = (step.after.mean - step.before.mean) * price.mean
    amount = amount + (step.after.spread - step.before.spread) * price.spread
    gig, factor = np.indices((gigs, AREA_COUNT)).reshape(2, -1)
    return lines_of(
        amount=amount.ravel(),
        gig=gig,
        order=NONE,
        factor=factor,
        cause=step.benchmark_cause,
        leg=step.leg,
    )


def _parameter_lines(step: Step, gradient: Float64) -> list[Lines]:
    """A new policy's own numbers: a, b and n on one line, β and k on one line per area."""
    if step.leg is not Leg.POLICY:
        return []
    gigs = step.before.gigs
    paid = (point_of(step.after) - point_of(step.before)) * gradient
    amounts = coordinates(paid, gigs)
    overall = amounts.intercept + amounts.slope + amounts.neutral
    return [
        lines_of(
            amount=amount, gig=NONE, order=NONE, factor=factor, cause=Cause.POLICY, leg=step.leg
        )
        for amount, factor in (
            (overall, NONE),
            (amounts.area_weight + amounts.strength, np.arange(AREA_COUNT)),
        )
    ]


def _gate_lines(segment: Sequence[Step], gradient: Float64) -> list[Lines]:
    """One line per gig that began or ceased to count between the ends of the path."""
    price = coordinates(gradient, segment[0].before.gigs)
    return [
        lines_of(
            amount=np.array([price.counts[flip.gig] * (1.0 if flip.opened else -1.0)]),
            gig=flip.gig,
            order=NONE,
            factor=Factor.GIG_WEIGHT,
            cause=flip.cause,
            leg=flip.leg,
            trigger=NONE if flip.trigger_order is None else flip.trigger_order,
        )
        for flip in net_flips(segment)
    ]
