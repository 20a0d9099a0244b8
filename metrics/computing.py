"""Facts of a batch of sellers to everything that is stored about them. Writes nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from metrics.benchmark_lookup import benchmarks_for
from metrics.engine.columns import BenchmarkColumns, EvidenceColumns, Int32
from metrics.engine.evidence import evidence_of_columns
from metrics.engine.kernel import sweep
from metrics.engine.rating import PublicRating, ratings_of_groups
from metrics.engine.reference import display
from metrics.engine.state import State, state_of
from metrics.engine.sweep import DailyScores, Sweep
from metrics.engine.types import OrderStatus, Policy
from metrics.facts import FactColumns
from metrics.models import DayStatus
from metrics.policy_files import PolicyFile
from metrics.series import DailySeries


@dataclass(frozen=True, slots=True)
class GigResult:
    """A gig on the seller's last day. ``share`` is None while it does not count."""

    gig_id: int
    status: DayStatus
    score: float | None
    share: float | None
    activity: int
    series: DailySeries


@dataclass(frozen=True, slots=True)
class DisplayedMove:
    """A day on which the displayed score changed, appeared or disappeared."""

    day: int
    before: float | None
    after: float | None

    @property
    def displayed(self) -> tuple[int | None, int | None]:
        return (
            None if self.before is None else display(self.before),
            None if self.after is None else display(self.after),
        )


@dataclass(frozen=True, slots=True)
class SellerResult:
    """Everything that is stored about one seller, as of ``last_day``."""

    seller_id: int
    last_day: int
    series: DailySeries
    gigs: list[GigResult]
    moves: list[DisplayedMove]
    rating: PublicRating
    immature_orders: int
    finished_orders: int
    open_orders: int

    def score_on(self, day: int) -> float | None:
        index = day - self.series.first_day
        if not 0 <= index < len(self.series) or np.isnan(self.series.values[index]):
            return None
        return float(self.series.values[index])

    @property
    def status(self) -> DayStatus:
        if not len(self.series):
            return DayStatus.NOTHING
        return DayStatus(int(self.series.statuses[-1]))


@dataclass(frozen=True, slots=True)
class Recomputed:
    """A batch that has just been computed and stored: nobody has to read it again.

    ``scores`` holds the overall score of each seller of ``facts``, by id.
    """

    facts: FactColumns
    scores: Mapping[int, DailySeries]


def displayed_moves(series: DailySeries) -> list[DisplayedMove]:
    """Every day whose displayed number differs from the day before; the first score too."""
    after = series.values
    before = np.concatenate(([np.nan], after[:-1])) if len(after) else after
    # No score counts as 0, which no score is: the scale begins at 1.
    shown_after, shown_before = (
        np.nan_to_num(np.floor(after + 0.5)),
        np.nan_to_num(np.floor(before + 0.5)),
    )
    at = np.flatnonzero(shown_after != shown_before)
    return [
        DisplayedMove(
            day=series.first_day + index,
            before=None if earlier != earlier else earlier,
            after=None if later != later else later,
        )
        for index, earlier, later in zip(
            at.tolist(), before[at].tolist(), after[at].tolist(), strict=True
        )
    ]


def compute(
    facts: FactColumns, last_days: Mapping[int, int], policy_file: PolicyFile
) -> Iterator[SellerResult]:
    """Compute a batch.

    Parameters
    ----------
    last_days : seller id → day number of the last day, "today" in the seller's zone
    """
    policy = policy_file.policy()
    evidence = evidence_of_columns(facts.orders, facts.reviews, policy)
    benchmarks = benchmarks_for(facts, policy_file)
    ends = np.array([last_days[int(pk)] for pk in facts.seller_ids], np.int32)
    swept = sweep(evidence, facts.gig_seller, ends, policy, benchmarks)
    shares, activity = _last_day_of_gigs(evidence, facts, ends, policy, benchmarks)
    gig_range = np.searchsorted(facts.gig_seller, np.arange(len(ends) + 1))
    seller_of_order = facts.gig_seller[facts.orders.gig]
    ratings = ratings_of_groups(facts.reviews, seller_of_order[facts.reviews.row], len(ends), ends)
    counts = _OrderCounts(facts, seller_of_order, ends, policy)
    for number, seller_id in enumerate(facts.seller_ids):
        series = _daily(swept.seller(number))
        yield SellerResult(
            seller_id=int(seller_id),
            last_day=int(ends[number]),
            series=series,
            gigs=[
                _gig_result(facts, swept, gig, shares, activity)
                for gig in range(gig_range[number], gig_range[number + 1])
            ],
            moves=displayed_moves(series),
            rating=ratings[number],
            immature_orders=int(counts.immature[number]),
            finished_orders=int(counts.finished[number]),
            open_orders=int(counts.open[number]),
        )


def _daily(scores: DailyScores) -> DailySeries:
    return DailySeries(scores.first_day, scores.status.astype(np.uint8), scores.score)


def _gig_result(
    facts: FactColumns,
    swept: Sweep,
    gig: int,
    shares: NDArray[np.float64],
    activity: NDArray[np.int64],
) -> GigResult:
    series = _daily(swept.gig(gig))
    status = DayStatus(int(series.statuses[-1])) if len(series) else DayStatus.NOTHING
    score = float(series.values[-1]) if len(series) else np.nan
    return GigResult(
        gig_id=int(facts.gig_ids[gig]),
        status=status,
        score=None if np.isnan(score) else score,
        share=float(shares[gig]) if status is DayStatus.SCORED else None,
        activity=int(activity[gig]),
        series=series,
    )


def _last_day_of_gigs(
    evidence: EvidenceColumns,
    facts: FactColumns,
    ends: Int32,
    policy: Policy,
    benchmarks: BenchmarkColumns | None,
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Share of the overall score and activity of every gig on its seller's last day."""
    shares = np.zeros(len(facts.gig_ids))
    activity = np.zeros(len(facts.gig_ids), np.int64)
    for day in np.unique(ends):
        state: State = state_of(evidence, int(day), policy, len(facts.gig_ids), benchmarks)
        here = ends[facts.gig_seller] == day
        volume = np.where(state.counts, state.volume, 0.0)
        total = np.zeros(len(ends))
        np.add.at(total, facts.gig_seller, volume)
        of_seller = total[facts.gig_seller]
        share = np.divide(volume, of_seller, out=np.zeros_like(volume), where=of_seller > 0)
        shares[here], activity[here] = share[here], state.activity[here]
    return shares, activity


class _OrderCounts:
    """Finished, open and immature orders of each seller on its last day."""

    def __init__(
        self,
        facts: FactColumns,
        seller_of_order: NDArray[np.int32],
        ends: Int32,
        policy: Policy,
    ) -> None:
        orders, sellers = facts.orders, len(ends)
        end = ends[seller_of_order]
        done = (orders.status != OrderStatus.OPEN) & (orders.finished_day <= end)
        completed = done & (orders.status == OrderStatus.COMPLETED)
        young = completed & (orders.finished_day > end - policy.immature_days)

        def per_seller(mask: NDArray[np.bool_]) -> NDArray[np.int64]:
            return np.bincount(seller_of_order[mask], minlength=sellers)

        self.finished = per_seller(done)
        self.open = per_seller(orders.status == OrderStatus.OPEN)
        self.immature = per_seller(young)
