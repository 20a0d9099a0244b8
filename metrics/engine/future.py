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
from metrics.engine.coming_sums import add_up_items
from metrics.engine.reference import display
from metrics.engine.state import (
    benchmark_on,
    distances_of_sums,
    neutral_score,
    scores_of_distances,
)
from metrics.engine.sweep import DayState
from metrics.engine.types import Factor, Policy, Unscored

_NO_GIGS = np.empty(0, np.int32)


@dataclass(frozen=True, slots=True)
class Sums:
    """What scores hang on, of some gigs on some days.

    Attributes
    ----------
    weight, weighted_x : shape (gigs, days, 6), Σw and Σw·x
    activity : shape (gigs, days), finished orders that count
    """

    weight: Float64
    weighted_x: Float64
    activity: Int64

    @property
    def volume(self) -> Float64:
        """V, shape (gigs, days)."""
        return self.weight[..., Factor.CANCELLATIONS]

    def of(self, gigs: NDArray[np.integer[Any]]) -> Sums:
        return Sums(self.weight[gigs], self.weighted_x[gigs], self.activity[gigs])

    def plus(self, other: Sums) -> Sums:
        return Sums(
            self.weight + other.weight,
            self.weighted_x + other.weighted_x,
            self.activity + other.activity,
        )


@dataclass(frozen=True, slots=True)
class Parts:
    """What each gig brings to the overall score; all of shape (gigs, days).

    Attributes
    ----------
    share : its weight, 0 where it does not count and such gigs are excluded
    weighted : its weight times its score
    counts : whether it counts
    """

    share: Float64
    weighted: Float64
    counts: NDArray[np.bool_]

    def replaced(self, gigs: NDArray[np.integer[Any]], other: Parts) -> Parts:
        """The same with other values for some gigs."""
        mine = Parts(self.share.copy(), self.weighted.copy(), self.counts.copy())
        mine.share[gigs], mine.weighted[gigs] = other.share, other.weighted
        mine.counts[gigs] = other.counts
        return mine

    def overall(self) -> Float64:
        """Step 6 on every day: S, NaN where no gig counts; shape (days,)."""
        total = self.share.sum(axis=0)
        scored = self.counts.any(axis=0) & (total > 0.0)
        score: Float64 = np.full(len(total), np.nan)
        np.divide(self.weighted.sum(axis=0), total, out=score, where=scored)
        return score


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
    mean, spread : the benchmark, shape (gigs, 1 or days, 6)
    sums : of all gigs
    gig_score : shape (gigs, days), of every gig, counting or not
    parts : what the gigs bring to the overall score
    """

    evidence: EvidenceColumns
    policy: Policy
    first_day: int
    days: int
    mean: Float64
    spread: Float64
    sums: Sums
    gig_score: Float64
    parts: Parts

    @property
    def gigs(self) -> int:
        return len(self.gig_score)

    @property
    def last_day(self) -> int:
        return self.first_day + self.days - 1

    def now(self) -> Trajectory:
        """What comes if nothing new happens."""
        score = self.parts.overall()
        return Trajectory(self.first_day, score, self.gig_score, self.sums.activity)

    def simulate(
        self, entering: EvidenceColumns | None = None, without: Int64 | None = None
    ) -> Trajectory:
        """What comes with more items and without the items of some orders.

        Parameters
        ----------
        entering : items of hypothetical orders, or of real ones as they would be, sorted by gig
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
        gone = np.unique(self.evidence.gig[left_out])
        touched = np.union1d(came, gone) if len(gone) else came
        if not len(touched):
            return self.now()
        sums = self.sums.of(touched)
        if len(gone):
            stay = self._sums_of(self._without(left_out, gone), gone)
            _put(sums, np.searchsorted(touched, gone), stay)
        if entering is not None and len(came):
            sums = sums.plus(self._sums_of(entering, touched))
        scores = gig_scores_of_sums(sums, self.mean[touched], self.spread[touched], self.policy)
        parts = self.parts.replaced(touched, parts_of_gigs(sums, scores, self.policy))
        activity, own_score = self.sums.activity.copy(), self.gig_score.copy()
        activity[touched], own_score[touched] = sums.activity, scores
        return Trajectory(self.first_day, parts.overall(), own_score, activity)

    def _rows_of(self, orders: Int64 | None) -> NDArray[np.intp]:
        """The items of some orders."""
        if orders is None or not len(orders):
            return np.empty(0, np.intp)
        return np.flatnonzero(np.isin(self.evidence.order, orders))

    def _without(self, left_out: NDArray[np.intp], gigs: NDArray[np.int32]) -> EvidenceColumns:
        """The items of some gigs but those left out.

        They are added up again: what is taken away from a sum would take digits along.
        """
        starts = np.searchsorted(self.evidence.gig, gigs)
        ends = np.searchsorted(self.evidence.gig, gigs, side="right")
        spans = [np.arange(*span) for span in zip(starts.tolist(), ends.tolist(), strict=True)]
        rows = np.concatenate(spans)
        stays = np.ones(len(self.evidence), np.bool_)
        stays[left_out] = False
        rows = rows[stays[rows]]
        names = EvidenceColumns.__slots__
        return EvidenceColumns(**{name: getattr(self.evidence, name)[rows] for name in names})

    def _sums_of(self, items: EvidenceColumns, gigs: NDArray[np.int32]) -> Sums:
        place = np.searchsorted(gigs, items.gig)
        return sums_of_items(items, place, len(gigs), self.first_day, self.days, self.policy)


def _put(sums: Sums, at: NDArray[np.intp], other: Sums) -> None:
    """Replace the sums of some gigs; ``sums`` are copies of their own."""
    sums.weight[at], sums.weighted_x[at] = other.weight, other.weighted_x
    sums.activity[at] = other.activity


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
    evidence : items of one seller under ``policy``, gig numbers 0 … ``gigs`` − 1
    first_day, days : today, and how many days from today on, at least 1
    benchmarks : None for the policy's own; the last segment holds on

    Raises
    ------
    ValueError
        If there is no day, or an item names a gig outside 0 … ``gigs`` − 1.
    """
    if days < 1:
        raise ValueError("a future has at least one day")
    if len(evidence) and not 0 <= int(evidence.gig.min()) <= int(evidence.gig.max()) < gigs:
        raise ValueError(f"gig numbers are 0 to {gigs - 1}, the evidence names another")
    mean, spread = _benchmark(benchmarks, gigs, first_day, days, policy)
    sums = sums_of_items(evidence, evidence.gig, gigs, first_day, days, policy)
    scores = gig_scores_of_sums(sums, mean, spread, policy)
    return Future(
        evidence=evidence,
        policy=policy,
        first_day=first_day,
        days=days,
        mean=mean,
        spread=spread,
        sums=sums,
        gig_score=scores,
        parts=parts_of_gigs(sums, scores, policy),
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
) -> Sums:
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
    weight, weighted_x, activity = add_up_items(placed, gigs, days, first_day, fade)
    return Sums(np.moveaxis(weight, 0, 2), np.moveaxis(weighted_x, 0, 2), activity)


def gig_scores_of_sums(sums: Sums, mean: Float64, spread: Float64, policy: Policy) -> Float64:
    """Step 4 of every gig and day, counting or not, shape (gigs, days)."""
    distances = distances_of_sums(sums.weight, sums.weighted_x, mean, spread, policy)
    return scores_of_distances(distances, policy)


def parts_of_gigs(sums: Sums, gig_score: Float64, policy: Policy) -> Parts:
    """Steps 5 and 6, gig by gig: weight in the overall score, and weight times score."""
    counts, volume = sums.activity >= policy.min_activity, sums.volume
    if policy.unscored is Unscored.NEUTRAL:
        return Parts(volume, volume * np.where(counts, gig_score, neutral_score(policy)), counts)
    share = volume * counts
    return Parts(share, share * gig_score, counts)
