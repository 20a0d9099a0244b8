"""What every change along a path is worth: from steps to lines of the ledger."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from metrics.engine.changes import GateFlip, Leg, Step, first_step
from metrics.engine.columns import EvidenceColumns, Float64
from metrics.engine.ledger import NO_LINES, NONE, Lines, lines_of
from metrics.engine.path import Integral, Path, integrate
from metrics.engine.state import State
from metrics.engine.surface import Coordinates, coordinate_count, coordinates, point_of
from metrics.engine.types import AREA_COUNT, Cause, Factor


def net_flips(steps: Sequence[Step]) -> tuple[GateFlip, ...]:
    """Gates that differ between the ends of a joint path: the last flip of each."""
    opened = steps[-1].after.counts if steps else np.empty(0, dtype=np.bool_)
    was_open = steps[0].before.counts if steps else opened
    last = {flip.gig: flip for step in steps for flip in step.flips}
    return tuple(last[gig] for gig in sorted(last) if opened[gig] != was_open[gig])


def walk(segment: Sequence[Step], change: float) -> tuple[list[Lines], Integral]:
    """Integrate from the first state of a run of legs to the last, and price its lines.

    ``change`` is what the lines have to add up to: the last state's score less the first's.
    """
    before, after = segment[0].before, segment[-1].after
    gross = _gross(segment, before.gigs)
    path = Path(point_of(before), point_of(after), before.gigs, change, gross)
    integral = integrate(path)
    price = coordinates(integral.gradient, before.gigs)
    parts = [part for step in segment for part in _step_lines(step, price)]
    return [*parts, *_gate_lines(segment, price)], integral


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
    return _step_lines(step, coordinates(integral.gradient, after.gigs)), integral


def _gross(segment: Sequence[Step], gigs: int) -> Float64:
    """How far each coordinate is moved in all, item by item and leg by leg."""
    size = gigs * AREA_COUNT
    gross = np.zeros(coordinate_count(gigs))
    for step in segment:
        moved = np.abs(point_of(step.after) - point_of(step.before))
        named = coordinates(moved, gigs)
        items = step.items
        cell = items.cells()
        for part, change in ((named.weight, items.weight), (named.weighted_x, items.weighted_x)):
            part[...] = np.bincount(cell, np.abs(change), size).reshape(gigs, AREA_COUNT)
        named.volume[...] = named.weight[:, Factor.CANCELLATIONS]
        gross += moved
    return gross


def _step_lines(step: Step, price: Coordinates) -> list[Lines]:
    """Lines of the items, benchmarks and parameters that one leg moves."""
    return [
        _item_lines(step, price),
        _volume_lines(step, price),
        _benchmark_lines(step, price),
        *_parameter_lines(step, price),
    ]


def _item_lines(step: Step, price: Coordinates) -> Lines:
    """What each item does to its own area of its gig."""
    items, cell = step.items, step.items.cells()
    amount = items.weight * price.weight.ravel().take(cell)
    amount += items.weighted_x * price.weighted_x.ravel().take(cell)
    return lines_of(
        amount=amount,
        gig=items.gig,
        order=items.order,
        factor=items.factor,
        cause=items.cause,
        leg=step.leg,
    )


def _volume_lines(step: Step, price: Coordinates) -> Lines:
    """What each finished order does to its gig's share of the overall score."""
    items = step.items
    rows = np.flatnonzero(items.factor == Factor.CANCELLATIONS)
    gig = items.gig.take(rows)
    return lines_of(
        amount=items.weight.take(rows) * price.volume.take(gig),
        gig=gig,
        order=items.order.take(rows),
        factor=Factor.GIG_WEIGHT,
        cause=items.cause.take(rows),
        leg=step.leg,
    )


def _benchmark_lines(step: Step, price: Coordinates) -> Lines:
    """One line per gig and area whose μ or σ moved."""
    if step.before.mean is step.after.mean:
        return NO_LINES
    amount = (step.after.mean - step.before.mean) * price.mean
    amount += (step.after.spread - step.before.spread) * price.spread
    gig, factor = np.nonzero(amount)
    return lines_of(
        amount=amount[gig, factor],
        gig=gig,
        order=NONE,
        factor=factor,
        cause=step.benchmark_cause,
        leg=step.leg,
    )


def _parameter_lines(step: Step, price: Coordinates) -> list[Lines]:
    """A new policy's own numbers: a, b and n on one line, β and k on one line per area."""
    if step.leg is not Leg.POLICY:
        return []
    gigs = step.before.gigs
    moved = coordinates(point_of(step.after) - point_of(step.before), gigs)
    overall = moved.intercept * price.intercept + moved.slope * price.slope
    overall += moved.neutral * price.neutral
    areas = moved.area_weight * price.area_weight + moved.strength * price.strength
    return [
        lines_of(
            amount=amount, gig=NONE, order=NONE, factor=factor, cause=Cause.POLICY, leg=step.leg
        )
        for amount, factor in ((overall, NONE), (areas, np.arange(AREA_COUNT)))
    ]


def _gate_lines(segment: Sequence[Step], price: Coordinates) -> list[Lines]:
    """One line per gig that began or ceased to count between the ends of the path."""
    return [
        lines_of(
            amount=np.array([price.counts[flip.gig] * (1.0 if flip.opened else -1.0)]),
            gig=flip.gig,
            order=NONE,
            factor=Factor.GIG_WEIGHT,
            cause=flip.cause,
            leg=flip.leg,
        )
        for flip in net_flips(segment)
    ]
