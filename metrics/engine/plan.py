"""The fewest orders that bring a target back, exactly, or the proof that none do.

The overall score is Σ V·s / Σ V, so it reaches T exactly if Σ V·(s − T) reaches 0: a sum over the
gigs of what each brings with its own number of orders. The largest value for n orders in all is
then found by adding one gig after another, over all ways of sharing n out, without trying them
one by one. More orders do not always help – a strong order on a weak gig gives the weak gig
weight – so every number is looked at, from none upwards, and the first that holds is the answer.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from metrics.engine.columns import Float64
from metrics.engine.what_orders_do import Grid

#: How close to the best possible score the search for it goes.
_CLOSE = 1e-9


@dataclass(frozen=True, slots=True)
class Plan:
    """So many orders more on each gig, the fewest in all that reach the target."""

    numbers: tuple[int, ...]
    score: float

    @property
    def orders(self) -> int:
        return sum(self.numbers)


@dataclass(frozen=True, slots=True)
class NoPlan:
    """Nothing up to ``most`` orders reaches the target; ``numbers`` come nearest.

    ``score`` is None where no number of them leads to a score at all.
    """

    most: int
    numbers: tuple[int, ...]
    score: float | None


#: By gig, shape (numbers,): the numbers of orders that may be on it.
Allowed = dict[int, NDArray[np.bool_]]


def fewest_orders(grid: Grid, score: float, allowed: Allowed | None = None) -> Plan | NoPlan:
    """The fewest orders with an overall score of at least ``score``, shared out as allowed."""
    found = _first_reaching(grid, score, allowed)
    if found is not None:
        reached = grid.overall(found)
        if reached is not None:
            return Plan(tuple(found), reached)
    return _nearest(grid, allowed)


def fewest_orders_on_gig(grid: Grid, gig: int, score: float) -> Plan | NoPlan:
    """The fewest orders on one gig that give it a counted score of at least ``score``."""
    holds = np.flatnonzero(grid.counts[gig] & (grid.score[gig] >= score))
    if len(holds):
        number = int(holds[0])
        return Plan(_on(gig, number, len(grid.score)), float(grid.score[gig, number]))
    if not grid.counts[gig].any():
        return NoPlan(grid.most, _on(gig, 0, len(grid.score)), None)
    best = int(np.where(grid.counts[gig], grid.score[gig], -np.inf).argmax())
    return NoPlan(grid.most, _on(gig, best, len(grid.score)), float(grid.score[gig, best]))


def best_sharings(
    grid: Grid, score: float, allowed: Allowed | None = None
) -> list[tuple[int, ...] | None]:
    """For 0, 1, … orders in all the way of sharing them out that serves a target best.

    If any way reaches an overall score of ``score`` with so many orders, this one does. Where
    none leads to a score at all it is some way.

    Returns
    -------
    None for totals that cannot be shared out as allowed.
    """
    best = _Best(grid, score, allowed)
    found: list[tuple[int, ...] | None] = []
    for orders in range(grid.most + 1):
        opens = [is_open for is_open in (1, 0) if best.value[-1][is_open, orders] > -np.inf]
        found.append(tuple(best.numbers(orders, opens[0])) if opens else None)
    return found


def _on(gig: int, number: int, gigs: int) -> tuple[int, ...]:
    return tuple(number if index == gig else 0 for index in range(gigs))


def _first_reaching(grid: Grid, score: float, allowed: Allowed | None) -> list[int] | None:
    """The smallest number of orders for which the best sharing out reaches the score."""
    best = _Best(grid, score, allowed)
    for number in range(grid.most + 1):
        if best.value[-1][1][number] >= 0:
            numbers = best.numbers(number)
            if grid.overall(numbers) is not None:
                return numbers
    return None


def _nearest(grid: Grid, allowed: Allowed | None) -> NoPlan:
    """The best score that can be reached: the largest target that some number reaches."""
    low, high = 1.0, 10.0
    numbers = _first_reaching(grid, low, allowed)
    if numbers is None:
        return NoPlan(grid.most, (0,) * len(grid.score), None)
    while high - low > _CLOSE:
        middle = (low + high) / 2
        reaching = _first_reaching(grid, middle, allowed)
        if reaching is None:
            high = middle
        else:
            low, numbers = middle, reaching
    return NoPlan(grid.most, tuple(numbers), grid.overall(numbers))


class _Best:
    """Largest Σ V·(s − T) over all ways of sharing out, gig after gig.

    ``value[g][open][n]`` is over the first g gigs with n orders; ``open`` tells whether one of
    them counts, because a seller none of whose gigs counts has no score.
    """

    def __init__(self, grid: Grid, score: float, allowed: Allowed | None = None) -> None:
        self._gain = grid.weighted - score * grid.share
        for gig, numbers in (allowed or {}).items():
            self._gain[gig, ~numbers] = -np.inf
        self._counts = grid.counts
        most = grid.most
        start = np.full((2, most + 1), -np.inf)
        start[0, 0] = 0.0
        self.value = [start]
        for gig in range(len(grid.score)):
            self.value.append(self._with_gig(gig, self.value[-1]))

    def _with_gig(self, gig: int, before: Float64) -> Float64:
        most = before.shape[1] - 1
        after = np.full_like(before, -np.inf)
        for number in range(most + 1):
            gain, opens = self._gain[gig, number], int(self._counts[gig, number])
            rest = most + 1 - number
            for was in (0, 1):
                into = after[max(was, opens), number:]
                np.maximum(into, before[was, :rest] + gain, out=into)
        return after

    def numbers(self, orders: int, is_open: int = 1) -> list[int]:
        """The numbers on each gig with the best value; ``is_open``: one of them counts."""
        found: list[int] = []
        for gig in range(len(self._gain) - 1, -1, -1):
            number, was = self._step(gig, is_open, orders)
            found.append(number)
            orders, is_open = orders - number, was
        return found[::-1]

    def _step(self, gig: int, is_open: int, orders: int) -> tuple[int, int]:
        wanted, before = self.value[gig + 1][is_open, orders], self.value[gig]
        for number in range(orders + 1):
            opens = int(self._counts[gig, number])
            for was in (0, 1):
                value = before[was, orders - number] + self._gain[gig, number]
                if max(was, opens) == is_open and value == wanted:
                    return number, was
        raise AssertionError("the best value came from one of these steps")
