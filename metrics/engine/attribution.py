"""Why the score moved: exact signed lines between any two states (docs/FORMULAS_ATTRIBUTION.md).

Between two states the score is a smooth function S(θ) of sums θ that are linear in the
items' weights (:mod:`metrics.engine.surface`). Along the straight path between the two
points every coordinate is paid Δθ·∫∂S/∂θ dτ, the Aumann–Shapley value: what each of
infinitely many equal crumbs of the change adds on average over all orders of arrival.
A coordinate that is a sum of items splits among them exactly, so each order gets a line.

**Legs.** The path runs through up to three legs: what is known (data) on the earlier
question's day, then the passing of days under the old policy, then the policy. A leg
whose ends are equal is skipped.

**A leg that ends unscored.** Say that under what is known now the first state would not
have been scored at all, though both ends are. A path that stops there would have to leave
the scale and come back: the score has no value at that point, so no line could say what
it cost to get there. Such legs are walked *jointly*: one straight path from the last
scored state to the next one. On it the score is defined everywhere, because a gate
that is open at either end is open in part all along. Every item still knows by how much
each leg moved it, so its lines keep their own causes, priced at the integral of the joint
path; they add up exactly, and no cause has to stand in for another. A gate that closes in
one of the legs and opens again in the next has not moved on the joint path and has no line.

**Forms.** MOVE as above. FIRST_SCORE: before is not scored, so there is nothing to move
from; the path starts at "nothing known" with the gates, benchmarks and policy of the
after state, where S is s0, and its lines add up to after − s0, all with the cause ENTERED.
LOST_SCORE and UNSCORED have no lines; ``gates`` still says which orders closed or
opened which gig.

Sources: Aumann & Shapley 1974, *Values of Non-Atomic Games*; Billera & Heath 1982 and
Mirman & Tauman 1982 on what makes these prices the only ones.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from metrics.engine.changes import (
    GateFlip,
    Leg,
    Step,
    data_step,
    policy_step,
    same_evidence,
    time_step,
)
from metrics.engine.columns import BenchmarkColumns, EvidenceColumns, Float64
from metrics.engine.ledger import NO_LINES, NONE, Lines, merged, totals
from metrics.engine.pricing import net_flips, walk, walk_first
from metrics.engine.reference import display
from metrics.engine.state import (
    State,
    benchmark_on,
    displayed_score,
    neutral_score,
    seller_score,
    state_under,
)
from metrics.engine.types import Cause, Factor, Policy


class Form(StrEnum):
    """What kind of answer there is to "why did it move"."""

    MOVE = "move"
    FIRST_SCORE = "first_score"
    LOST_SCORE = "lost_score"
    UNSCORED = "unscored"


@dataclass(frozen=True, slots=True)
class Moment:
    """One end of a question: what was known, on which day, under which policy.

    Attributes
    ----------
    evidence : items of one seller under ``policy``
    day : day number
    gigs : number of gigs; gig numbers 0 … ``gigs`` − 1 mean the same at both ends
    benchmarks : None for the policy's own benchmark
    """

    evidence: EvidenceColumns
    day: int
    policy: Policy
    gigs: int
    benchmarks: BenchmarkColumns | None = None


@dataclass(frozen=True, slots=True)
class Attribution:
    """The answer. Amounts are score points; before + Σ lines = after.

    Attributes
    ----------
    before, after : S at the two moments, None where not scored
    base : s0 for a first score, where the lines start instead of at ``before``
    gates : the gigs that began or ceased to count, whether or not that moved the score
    states : the two states, for shares, labels and the factors that did not move
    nodes, quadrature_error : work and remaining doubt of the integral, in score points
    """

    form: Form
    before: float | None
    after: float | None
    base: float | None
    lines: Lines
    gates: tuple[GateFlip, ...]
    states: tuple[State, State]
    nodes: int
    quadrature_error: float

    @property
    def displayed_before(self) -> int | None:
        return displayed_score(self.before)

    @property
    def displayed_after(self) -> int | None:
        return displayed_score(self.after)

    @property
    def start(self) -> float | None:
        """Where the lines start: ``before``, or ``base`` for a first score."""
        return self.base if self.form is Form.FIRST_SCORE else self.before

    @property
    def change(self) -> float | None:
        """What the lines add up to; None where there is nothing to explain."""
        if self.start is None or self.after is None:
            return None
        return self.after - self.start

    @property
    def sum_error(self) -> float:
        """Σ lines − change: what the tick beside the sum is about; below 1e-10."""
        return 0.0 if self.change is None else self.lines.total() - self.change

    @property
    def rounding_before(self) -> float:
        """Displayed − S before the move; 0 for a first score, whose base is not displayed."""
        return 0.0 if self.before is None else display(self.before) - self.before

    @property
    def rounding_after(self) -> float:
        """Displayed − S after the move."""
        return 0.0 if self.after is None else display(self.after) - self.after

    @property
    def rounding(self) -> float:
        """The rounding line: displayed before (or base) + Σ lines + rounding = displayed after."""
        return self.rounding_after - self.rounding_before

    def residual(self, observed: float) -> float | None:
        """What the platform displayed minus what we display; None while not scored.

        No line: it is what the seller's own data cannot explain, and nobody is blamed for it.
        """
        return None if self.displayed_after is None else observed - self.displayed_after

    def trigger_order(self, gig: int, leg: Leg) -> int | None:
        """The order that opened or closed a gig's gate in a leg; None where none did."""
        orders = (flip.trigger_order for flip in self.gates if (flip.gig, flip.leg) == (gig, leg))
        return next(orders, None)

    def by_cause(self) -> dict[Cause, float]:
        sums = totals(self.lines.cause, self.lines.amount)
        return {Cause(key): amount for key, amount in sums.items()}

    def by_gig(self) -> dict[int | None, float]:
        sums = totals(self.lines.gig, self.lines.amount)
        return {_known(key): amount for key, amount in sums.items()}

    def by_order(self) -> dict[int | None, float]:
        sums = totals(self.lines.order, self.lines.amount)
        return {_known(key): amount for key, amount in sums.items()}

    def by_factor(self) -> dict[Factor | None, float]:
        sums = totals(self.lines.factor, self.lines.amount)
        return {None if key == NONE else Factor(key): amount for key, amount in sums.items()}

    def by_leg(self) -> dict[Leg, float]:
        sums = totals(self.lines.leg, self.lines.amount)
        return {Leg(key): amount for key, amount in sums.items()}


def _known(key: int) -> int | None:
    return None if key == NONE else key


def attribute(
    before: Moment, after: Moment, *, bridge: EvidenceColumns | None = None
) -> Attribution:
    """Explain the change of the score between two moments of one seller.

    Parameters
    ----------
    before, after : any two moments; the later day may come first, then amounts change sign
        and causes still say what happened in the calendar
    bridge : what is known at ``after``, as evidence under the policy of ``before``. Needed
        only where both the facts and the policy differ; without it the facts are taken to
        be the same, and all difference of evidence is laid to the policy.

    Raises
    ------
    PathNotConverged
        If the lines cannot be found to the promised precision.
    ValueError
        If an item names a gig outside 0 … ``gigs`` − 1.
    """
    states, steps = _legs(before, after, bridge)
    scores = [seller_score(state) for state in states]
    first, last = scores[0], scores[-1]
    if first is None or last is None:
        return _without_move(after, states, steps, first, last)
    segments = _scored_segments(steps, scores, first)
    walked = [walk(*segment) for segment in segments]
    return Attribution(
        form=Form.MOVE,
        before=first,
        after=last,
        base=None,
        lines=merged([part for parts, _ in walked for part in parts]),
        gates=tuple(flip for segment, _ in segments for flip in net_flips(segment)),
        states=(states[0], states[-1]),
        nodes=sum(integral.nodes for _, integral in walked),
        quadrature_error=math.fsum(integral.error for _, integral in walked),
    )


def _legs(
    before: Moment, after: Moment, bridge: EvidenceColumns | None
) -> tuple[list[State], list[Step]]:
    """The states at the ends of the legs, and the legs between them."""
    same_policy = before.policy == after.policy
    known = after.evidence if same_policy else bridge if bridge is not None else before.evidence
    gigs = max(before.gigs, after.gigs)
    benchmark = _benchmark(before, after, before.day, gigs)
    states = [state_under(before.evidence, before.day, before.policy, *benchmark)]
    steps: list[Step] = []

    def arrive(step: Step) -> None:
        states.append(step.after)
        steps.append(step)

    if not same_evidence(before.evidence, known):
        state = state_under(known, before.day, before.policy, *benchmark)
        arrive(data_step(before.evidence, known, states[-1], state))
    later = _benchmark(*((after, before) if same_policy else (before, after)), after.day, gigs)
    moved = any(not np.array_equal(*pair) for pair in zip(benchmark, later, strict=True))
    if not moved:
        later = benchmark
    if before.day != after.day or moved:
        state = state_under(known, after.day, before.policy, *later)
        arrive(time_step(known, states[-1], state))
    if not same_policy:
        benchmark = _benchmark(after, before, after.day, gigs)
        state = state_under(after.evidence, after.day, after.policy, *benchmark)
        arrive(policy_step(known, after.evidence, states[-1], state))
    return states, steps


def _benchmark(moment: Moment, other: Moment, day: int, gigs: int) -> tuple[Float64, Float64]:
    """The benchmarks of one moment on a day; gigs it does not know, as the other has them.

    So a gig that only one end knows brings no line about a benchmark that did not move.
    """
    mean, spread = benchmark_on(moment.benchmarks, day, moment.policy, gigs)
    if moment.benchmarks is not None and other.benchmarks is not None:
        known = len(moment.benchmarks.mean)
        other_mean, other_spread = benchmark_on(other.benchmarks, day, moment.policy, gigs)
        mean[known:], spread[known:] = other_mean[known:], other_spread[known:]
    return mean, spread


def _scored_segments(
    steps: Sequence[Step], scores: Sequence[float | None], first: float
) -> list[tuple[tuple[Step, ...], float]]:
    """Runs of legs between scored states, each with the change of the score over it.

    A run is one leg, unless that leg ends unscored.
    """
    segments: list[tuple[tuple[Step, ...], float]] = []
    pending: tuple[Step, ...] = ()
    reached = first
    for step, score in zip(steps, scores[1:], strict=True):
        pending = (*pending, step)
        if score is not None:
            segments.append((pending, score - reached))
            pending, reached = (), score
    return segments


def _without_move(
    after: Moment,
    states: Sequence[State],
    steps: Sequence[Step],
    first: float | None,
    last: float | None,
) -> Attribution:
    """The forms in which one end, or both, are not scored."""
    form = Form.LOST_SCORE if first is not None else Form.UNSCORED
    lines, base, nodes, error = NO_LINES, None, 0, 0.0
    if last is not None:
        form, base = Form.FIRST_SCORE, neutral_score(after.policy)
        parts, integral = walk_first(after.evidence, states[-1], last - base)
        lines, nodes, error = merged(parts), integral.nodes, integral.error
    return Attribution(
        form=form,
        before=first,
        after=last,
        base=base,
        lines=lines,
        gates=net_flips(steps),
        states=(states[0], states[-1]),
        nodes=nodes,
        quadrature_error=error,
    )
