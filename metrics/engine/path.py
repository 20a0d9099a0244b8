"""The integral of the gradient along the straight path between two points θ.

The change of S along the path is Σ Δθ·∫∂S/∂θ dτ, so one vector of integrals prices every
line of the ledger (Aumann and Shapley 1974; "integrated gradients" of Sundararajan, Taly
and Yan 2017). The integrand is analytic on the path and its poles are known:

* where a denominator k + W, σ or D = Σ V·(c + n·(1 − c)) would reach 0. All are positive
  on the path. Every term of D is a product of lines that stay at or above 0, so D in terms
  of y = τ/(1 − τ) has no coefficient below 0 and its roots cannot come close to the
  path but at its two ends;
* where a logistic has its complex poles. They can come close only where a gig's score
  turns quickly, which refinement finds by itself.

So Gauss–Legendre with doubled nodes on the whole path does nearly always; where a pole
sits near an end – one gig closes, another opens, and hardly any volume is left at that end –
the path is cut into panels that halve towards the end until they are shorter than the
distance to the pole, and panels are bisected until they agree with their halves. Panels
hold distances from their nearer end, so that one at 10⁻¹⁰⁰ before the end is still exact.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from metrics.engine.columns import Float64
from metrics.engine.surface import coordinates, gradient

#: Nodes of the whole-path rules, tried in turn.
RULES = (8, 16, 32, 64, 128)
PANEL_NODES = 16

#: How far the lines may be off, in score points: by their sum, and line by line.
SUM_TOLERANCE = 2e-11
LINE_TOLERANCE = 1e-12
PANEL_TOLERANCE = 2e-14

#: Rounding that no refinement can remove, as a multiple of the gross movement.
ROUNDING = 64 * float(np.finfo(np.float64).eps)

#: A pole nearer than this to an end of the path calls for panels at once.
NEAR_POLE = 1 / 256

#: Panels halve at most this often: down to the smallest positive number.
MAX_HALVINGS = 1070
NODE_BUDGET = 400_000
#: Numbers in one array of the walk.
CHUNK = 1 << 20


class PathNotConverged(ArithmeticError):
    """The node budget is spent and the lines still do not settle.

    Attributes
    ----------
    error : by how much, in score points, the last two refinements differ
    missing : change of the score minus the sum of the lines
    """

    def __init__(self, nodes: int, error: float, missing: float) -> None:
        super().__init__(
            f"after {nodes} nodes lines still move by {error:.1e} and {missing:.1e} is missing"
        )
        self.nodes = nodes
        self.error = error
        self.missing = missing


@dataclass(frozen=True, slots=True)
class Integral:
    """∫∂S/∂θ dτ, shape (coordinates,), and how it was found.

    ``error`` bounds, in score points, the sum of what all lines moved in the last
    refinement; the lines themselves are better than that.
    """

    gradient: Float64
    nodes: int
    error: float


@dataclass(frozen=True, slots=True)
class Path:
    """A straight path from ``start`` to ``end``, each of shape (coordinates,).

    Attributes
    ----------
    change : S(end) − S(start)
    gross : shape (coordinates,), how far items move each coordinate in all, whichever
        way: |Δθ| or more. It turns an error of the gradient into score points of lines.
    """

    start: Float64
    end: Float64
    gigs: int
    change: float
    gross: Float64

    def missing(self, integral: Float64) -> float:
        """Change of the score minus the sum of the lines."""
        return self.change - float((self.end - self.start) @ integral)

    def disagreement(self, one: Float64, other: Float64) -> Float64:
        """Score points by which lines differ between two integrals, over the last axis."""
        return np.abs(one - other) @ self.gross

    def rounding(self, integral: Float64) -> Float64:
        return ROUNDING * (np.abs(integral) @ self.gross)


def integrate(path: Path) -> Integral:
    """Integrate the gradient until the lines add up and have stopped moving.

    Raises
    ------
    PathNotConverged
        If the budget of nodes does not suffice.
    """
    poles = pole_distances(path.start, path.end, path.gigs)
    if min(poles) >= NEAR_POLE:
        whole = _whole_path(path)
        if whole is not None:
            return whole
    return _by_panels(path, poles)


def pole_distances(start: Float64, end: Float64, gigs: int) -> tuple[float, float]:
    """Lower bounds of how near, in τ, a denominator's root is to the start and to the end.

    For D, a polynomial of degree 3 in the distance τ, every root r of a₀ + a₁τ + … has
    |r| ≥ ½·min |a₀/aₖ|^(1/k) (Fujiwara's bound, reversed). At the start of a first score
    D is 0 at the end itself, but V/D is constant near it: no pole.
    """
    both = np.stack((start, end))
    at, step = coordinates(both, gigs), coordinates(both[::-1] - both, gigs)
    v, dv, c, dc = at.volume, step.volume, at.counts, step.counts
    n, dn = at.neutral, step.neutral
    open_0, open_1, open_2 = c + n * (1 - c), dc + dn - n * dc - dn * c, -dn * dc
    terms = (v * open_0, v * open_1 + dv * open_0, v * open_2 + dv * open_1, dv * open_2)
    total = np.abs([term.sum(axis=1) for term in terms]).T
    strength = at.strength[:, None, :] + at.weight
    widening = np.abs(step.strength[:, None, :] + step.weight)
    ratios = np.maximum(
        (widening / strength).reshape(2, -1).max(axis=1),
        (np.abs(step.spread) / at.spread).reshape(2, -1).max(axis=1),
    )
    first, last = (
        min(_nearest_root(*coefficients), 1.0 / ratio if ratio > 0 else math.inf)
        for coefficients, ratio in zip(total.tolist(), ratios.tolist(), strict=True)
    )
    return first, last


def _nearest_root(constant: float, *rest: float) -> float:
    """Fujiwara's bound from the absolute coefficients of a polynomial."""
    if constant <= 0:
        return math.inf
    powers = ((constant / a) ** (1 / k) for k, a in enumerate(rest, start=1) if a > 0)
    return min(powers, default=math.inf) / 2


@lru_cache(maxsize=16)
def _rule(nodes: int) -> tuple[Float64, Float64]:
    """Gauss–Legendre nodes and weights on [0, 1]."""
    node, weight = np.polynomial.legendre.leggauss(nodes)
    return (1.0 + node) / 2.0, weight / 2.0


def _gradients(path: Path, distance: Float64, from_end: NDArray[np.bool_]) -> Float64:
    """The gradient at distances from the start, or from the end; shape (nodes, coordinates)."""
    near = np.where(from_end[:, None], path.end, path.start)
    far = np.where(from_end[:, None], path.start, path.end)
    t = distance[:, None]
    return gradient((1.0 - t) * near + t * far, path.gigs)


def _whole_path(path: Path) -> Integral | None:
    """Doubled nodes on the whole path; None if the largest rule is not enough."""
    # The first two rules share one evaluation: they nearly always suffice.
    *seen, last = _by_rules(path, RULES[:2])
    used, coarser = sum(RULES[:2]), seen[0]
    for nodes in (*RULES[2:], None):
        error = float(path.disagreement(last, coarser))
        settled = error <= max(LINE_TOLERANCE, float(path.rounding(last)))
        if settled and abs(path.missing(last)) <= SUM_TOLERANCE:
            return Integral(last, used, error)
        if nodes is not None:
            coarser, last = last, _by_rules(path, (nodes,))[0]
            used += nodes
    return None


def _by_rules(path: Path, rules: tuple[int, ...]) -> list[Float64]:
    """The integral over the whole path by one or more rules, each of shape (coordinates,)."""
    t = np.concatenate([_rule(nodes)[0] for nodes in rules])[:, None]
    slopes = gradient((1.0 - t) * path.start + t * path.end, path.gigs)
    ends = np.cumsum(rules)
    return [
        _rule(nodes)[1] @ slopes[end - nodes : end] for nodes, end in zip(rules, ends, strict=True)
    ]


@dataclass(frozen=True, slots=True)
class _Panels:
    """Intervals of the path; ``low`` and ``high`` are distances from the start or end."""

    from_end: NDArray[np.bool_]
    low: Float64
    high: Float64

    def __len__(self) -> int:
        return len(self.low)

    def halves(self) -> _Panels:
        """Both halves of every panel: all the lower ones, then all the upper ones."""
        middle = (self.low + self.high) / 2
        return _Panels(
            np.tile(self.from_end, 2),
            np.concatenate((self.low, middle)),
            np.concatenate((middle, self.high)),
        )

    def where(self, keep: NDArray[np.bool_]) -> _Panels:
        return _Panels(self.from_end[keep], self.low[keep], self.high[keep])


def _graded(poles: tuple[float, float]) -> _Panels:
    """Panels that halve towards each end until they are shorter than its pole's distance."""
    sides: list[bool] = []
    edges: list[tuple[float, float]] = []
    for from_end, pole in zip((False, True), poles, strict=True):
        high = 0.5
        for _ in range(MAX_HALVINGS):
            if high <= pole:
                break
            edges.append((high / 2, high))
            high /= 2
        edges.append((0.0, high))
        sides += [from_end] * (len(edges) - len(sides))
    low, high_edges = np.array(edges).T
    return _Panels(np.array(sides), low, high_edges)


def _panel_integrals(path: Path, panels: _Panels) -> Float64:
    """The integral over each panel, shape (panels, coordinates)."""
    node, weight = _rule(PANEL_NODES)
    result = np.empty((len(panels), len(path.start)))
    step = max(CHUNK // (PANEL_NODES * len(path.start)), 1)
    for first in range(0, len(panels), step):
        part = slice(first, first + step)
        low, width = panels.low[part], panels.high[part] - panels.low[part]
        distance = low[:, None] + width[:, None] * node
        sides = np.repeat(panels.from_end[part], PANEL_NODES)
        slopes = _gradients(path, distance.ravel(), sides)
        slopes = slopes.reshape(len(low), PANEL_NODES, -1)
        result[part] = width[:, None] * np.matmul(weight, slopes)
    return result


def _by_panels(path: Path, poles: tuple[float, float]) -> Integral:
    """Bisect panels until each agrees with the sum of its halves."""
    panels = _graded(poles)
    estimate = _panel_integrals(path, panels)
    used, error, done = PANEL_NODES * len(panels), 0.0, np.zeros_like(path.start)
    while len(panels):
        halves = panels.halves()
        used += PANEL_NODES * len(halves)
        if used > NODE_BUDGET:
            unsettled = float(path.disagreement(estimate, np.zeros_like(estimate)).sum())
            raise PathNotConverged(used, unsettled, path.missing(done + estimate.sum(axis=0)))
        finer = _panel_integrals(path, halves)
        joined = finer[: len(panels)] + finer[len(panels) :]
        moved = path.disagreement(joined, estimate)
        settled = moved <= np.maximum(PANEL_TOLERANCE, path.rounding(joined))
        done = done + joined[settled].sum(axis=0)
        error += float(moved[settled].sum())
        open_halves = np.tile(~settled, 2)
        panels, estimate = halves.where(open_halves), finer[open_halves]
    missing = path.missing(done)
    if abs(missing) > max(SUM_TOLERANCE, float(path.rounding(done))):
        raise PathNotConverged(used, error, missing)
    return Integral(done, used, error)
