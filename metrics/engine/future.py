"""The coming days of one seller as sums, so that a hypothetical order costs its own gig alone.

The sums of FORMULAS.md, step 3, are linear in the items. :class:`Future` holds them for every
gig and coming day; a simulation adds the items of hypothetical orders to the sums of the gigs
they are on, or leaves out those of a real order, and scores these gigs again. Equal to a sweep
over all items to 1e-9.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from metrics.engine.columns import (
    BenchmarkColumns,
    EvidenceColumns,
    Float64,
    Int8,
    Int64,
)
from metrics.engine.coming_days import SumArrays, add_up_items, join_gigs, score_gigs
from metrics.engine.reference import display
from metrics.engine.state import benchmark_on, neutral_score
from metrics.engine.sweep import DayState
from metrics.engine.types import Factor, Policy, Unscored

_NO_GIGS = np.empty(0, np.int32)


@dataclass(frozen=True, slots=True)
class Trajectory:
    """Daily scores of a seller and its gigs from ``first_day`` on.

    Attributes
    ----------
    score : shape (days,), NaN where not scored
    own_score : shape (gigs, days), of every gig, also where it has no finished order
    activity : shape (gigs, days), finished orders that count
    """

    first_day: int
    score: Float64
    own_score: Float64
    activity: Int64

    @property
    def status(self) -> Int8:
        """:class:`~metrics.engine.sweep.DayState` of every day, shape (days,)."""
        below = np.where((self.activity > 0).any(axis=0), DayState.TOO_LITTLE, DayState.NOTHING)
        return np.where(np.isnan(self.score), below, DayState.SCORED).astype(np.int8)

    @property
    def gig_score(self) -> Float64:
        """Also of gigs that do not count; NaN without a finished order; shape (gigs, days)."""
        return np.where(self.activity > 0, self.own_score, np.nan)

    @property
    def last_day(self) -> int:
        return self.first_day + len(self.score) - 1

    def score_on(self, day: int) -> float | None:
        """The overall score of a day among these; None while not scored.

        Raises
        ------
        IndexError
            If the day is not among these.
        """
        return _known(self.score, self._at(day))

    def displayed_on(self, day: int) -> int | None:
        score = self.score_on(day)
        return None if score is None else display(score)

    def gig_score_on(self, gig: int, day: int) -> float | None:
        """A gig's own score, whether it counts or not; None without a finished order."""
        at = self._at(day)
        return _known(self.own_score[gig], at) if self.activity[gig, at] else None

    def _at(self, day: int) -> int:
        if not self.first_day <= day <= self.last_day:
            raise IndexError(f"day {day} is not among {self.first_day} … {self.last_day}")
        return day - self.first_day


def _known(values: Float64, at: int) -> float | None:
    value = float(values[at])
    return None if np.isnan(value) else value


@dataclass(frozen=True, slots=True)
class Future:
    """A seller's coming days, ready to be asked "what if". Made by :func:`future_of`.

    Attributes
    ----------
    evidence : what is known, sorted by gig
    first_day, days : the days ``first_day`` … ``first_day + days − 1``
    mean, gain : the benchmark and b·β/σ, shape (gigs, 1 or days, 6)
    sums : of all gigs
    own_score : shape (gigs, days), of every gig, counting or not
    by_order : the rows of ``evidence``, ascending by order number
    """

    evidence: EvidenceColumns
    policy: Policy
    first_day: int
    days: int
    mean: Float64
    gain: Float64
    sums: SumArrays
    own_score: Float64
    by_order: NDArray[np.intp]

    @property
    def gigs(self) -> int:
        return len(self.own_score)

    @property
    def last_day(self) -> int:
        return self.first_day + self.days - 1

    @property
    def volume(self) -> Float64:
        """V of every gig and day, shape (gigs, days)."""
        volume: Float64 = self.sums[0][Factor.CANCELLATIONS]
        return volume

    def now(self) -> Trajectory:
        """What comes if nothing new happens."""
        return self._trajectory(self.volume, self.sums[2], self.own_score)

    def simulate(
        self, entering: EvidenceColumns | None = None, without: Int64 | None = None
    ) -> Trajectory:
        """What comes with more items and without the items of some orders.

        Parameters
        ----------
        entering : items of hypothetical orders, or of real ones as they would be
        without : order numbers whose own items do not count

        Raises
        ------
        ValueError
            If an item names a gig outside 0 … ``gigs`` − 1.
        """
        came = _NO_GIGS if entering is None else np.unique(entering.gig)
        if len(came) and not 0 <= int(came[0]) <= int(came[-1]) < self.gigs:
            raise ValueError(f"gig numbers are 0 to {self.gigs - 1}, an item names another")
        left_out = self._rows_of(without)
        gone = np.unique(self.evidence.gig[left_out]) if len(left_out) else _NO_GIGS
        touched = np.union1d(came, gone) if len(gone) else came
        if not len(touched):
            return self.now()
        sums = self._sums_as_they_are(touched)
        for gig in gone.tolist():
            # From the items that stay: what is taken away from a sum takes digits along.
            _replace(sums, int(np.searchsorted(touched, gig)), self._without(gig, left_out))
        if entering is not None and len(came):
            _add(
                sums, self._sums_of(entering, np.searchsorted(touched, entering.gig), len(touched))
            )
        volume, activity = self.volume.copy(), self.sums[2].copy()
        own_score = self.own_score.copy()
        volume[touched], activity[touched] = sums[0][Factor.CANCELLATIONS], sums[2]
        own_score[touched] = score_gigs(
            sums, self.mean[touched], self.gain[touched], *_scale(self.policy)
        )
        return self._trajectory(volume, activity, own_score)

    def _sums_as_they_are(self, gigs: NDArray[np.int32]) -> SumArrays:
        """Copies of the sums of some gigs."""
        weight, weighted_x, activity = self.sums
        return weight[:, gigs], weighted_x[:, gigs], activity[gigs]

    def _rows_of(self, orders: Int64 | None) -> NDArray[np.intp]:
        """The items of some orders."""
        if orders is None or not len(orders):
            return np.empty(0, np.intp)
        sorter, numbers = self.by_order, self.evidence.order
        first = np.searchsorted(numbers, orders, sorter=sorter)
        last = np.searchsorted(numbers, orders, side="right", sorter=sorter)
        spans = [sorter[a:b] for a, b in zip(first.tolist(), last.tolist(), strict=True)]
        return np.concatenate(spans)

    def _without(self, gig: int, left_out: NDArray[np.intp]) -> SumArrays:
        """The sums of one gig from all its items but those left out."""
        own = slice(*np.searchsorted(self.evidence.gig, (gig, gig + 1)).tolist())
        names = EvidenceColumns.__slots__
        items = {name: getattr(self.evidence, name)[own] for name in names}
        end_day = items["end_day"].copy()
        rows = left_out[(own.start <= left_out) & (left_out < own.stop)] - own.start
        end_day[rows] = items["start_day"][rows]  # never alive
        kept = EvidenceColumns(**{**items, "end_day": end_day})
        return self._sums_of(kept, np.zeros(len(end_day), np.int64), 1)

    def _sums_of(
        self, items: EvidenceColumns, gig: NDArray[np.integer[Any]], gigs: int
    ) -> SumArrays:
        return sums_of_items(items, gig, gigs, self.first_day, self.days, self.policy)

    def _trajectory(self, volume: Float64, activity: Int64, own_score: Float64) -> Trajectory:
        score = join_gigs(volume, activity, own_score, gate_of(self.policy))
        return Trajectory(self.first_day, score, own_score, activity)


def _replace(sums: SumArrays, place: int, alone: SumArrays) -> None:
    """Put the sums of one gig, computed alone, in the place of its old ones."""
    sums[0][:, place], sums[1][:, place] = alone[0][:, 0], alone[1][:, 0]
    sums[2][place] = alone[2][0]


def _add(sums: SumArrays, more: SumArrays) -> None:
    sums[0][...] += more[0]
    sums[1][...] += more[1]
    sums[2][...] += more[2]


def future_of(
    evidence: EvidenceColumns,
    gigs: int,
    first_day: int,
    days: int,
    policy: Policy,
    benchmarks: BenchmarkColumns | None = None,
) -> Future:
    """The coming days of one seller.

    Parameters
    ----------
    evidence : items of one seller under ``policy``, sorted by gig, gigs 0 … ``gigs`` − 1
    first_day, days : today, and how many days from today on, at least 1
    benchmarks : None for the policy's own; the last segment holds on

    Raises
    ------
    ValueError
        If there is no day, or an item names a gig outside 0 … ``gigs`` − 1.
    """
    if days < 1:
        raise ValueError("a future has at least one day")
    if len(evidence) and not 0 <= int(evidence.gig[0]) <= int(evidence.gig[-1]) < gigs:
        raise ValueError(f"gig numbers are 0 to {gigs - 1}, the evidence names another")
    mean, spread = _benchmark(benchmarks, gigs, first_day, days, policy)
    gain = policy.slope * np.array(policy.area_weight) / spread
    sums = sums_of_items(evidence, evidence.gig, gigs, first_day, days, policy)
    return Future(
        evidence=evidence,
        policy=policy,
        first_day=first_day,
        days=days,
        mean=mean,
        gain=gain,
        sums=sums,
        own_score=score_gigs(sums, mean, gain, *_scale(policy)),
        by_order=np.argsort(evidence.order, kind="stable"),
    )


def _benchmark(
    benchmarks: BenchmarkColumns | None, gigs: int, first_day: int, days: int, policy: Policy
) -> tuple[Float64, Float64]:
    """Mean and spread, shape (gigs, 1 or days, 6): one day for all where none changes."""
    last = first_day + days - 1
    changes = () if benchmarks is None else benchmarks.start_day.tolist()
    if not any(first_day < change <= last for change in changes):
        mean, spread = benchmark_on(benchmarks, first_day, policy, gigs)
        return mean[:, None, :], spread[:, None, :]
    of_days = [benchmark_on(benchmarks, first_day + day, policy, gigs) for day in range(days)]
    mean, spread = (np.stack(part, axis=1) for part in zip(*of_days, strict=True))
    return mean, spread


def sums_of_items(
    items: EvidenceColumns,
    gig: NDArray[np.integer[Any]],
    gigs: int,
    first_day: int,
    days: int,
    policy: Policy,
) -> SumArrays:
    """Step 3's sums of every gig on every day from ``first_day`` on.

    Parameters
    ----------
    gig : shape (items,), the gig's index in the result, 0 … ``gigs`` − 1
    """
    oldest = int(items.origin_day.min(initial=first_day))
    ages = np.arange(first_day + days - oldest + 1)
    half_life = policy.half_life_days
    fade = np.ones(len(ages)) if half_life is None else np.exp2(ages / -half_life)
    placed = (
        gig.astype(np.int64),
        items.factor,
        items.origin_day,
        items.start_day,
        items.end_day,
        items.x,
        items.value_weight,
    )
    return add_up_items(placed, gigs, days, first_day, fade)


def gate_of(policy: Policy) -> tuple[float, float, float]:
    """The orders a gig needs, and what a gig below weighs, and scores, in the overall score."""
    below = 1.0 if policy.unscored is Unscored.NEUTRAL else 0.0
    return float(policy.min_activity), below, neutral_score(policy)


def _scale(policy: Policy) -> tuple[Float64, float]:
    """k and a."""
    return np.array(policy.prior_strength, dtype=np.float64), float(policy.intercept)
