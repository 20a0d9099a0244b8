"""Scores carried past today, and the rules judged on the days that they reach. Writes nothing.

The one way in which a history is carried on: of a whole batch in the recompute, of one seller on
a page. No second formula: scores come from the engine's future (docs/FORECASTING.md), verdicts
and levels from the one evaluator. Where one seller may go on in many ways, only the days from
today on are judged for each of them (:mod:`eligibility.coming.judging`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from eligibility.facts import ReadFacts, displayed_scores
from eligibility.rules.facts import EligibilityFacts, ScoreColumns
from eligibility.rules.judge import Judgement, judge
from eligibility.rules.types import RuleSet
from metrics.benchmark_lookup import benchmarks_for
from metrics.engine.columns import (
    BenchmarkColumns,
    EvidenceColumns,
    Float64,
    Int8,
    Int32,
    Int64,
)
from metrics.engine.coming_days import join_gigs
from metrics.engine.evidence import evidence_of_columns
from metrics.engine.future import future_of, gate_of
from metrics.engine.types import Factor, Policy
from metrics.policy_files import PolicyFile


@dataclass(frozen=True, slots=True, eq=False)
class QuietScores:
    """Scores of a batch of sellers from the last computed day on, if nothing new happens.

    Attributes
    ----------
    score : shape (sellers, days + 1), NaN where not scored; column 0 is the last computed day
    activity : shape (gigs, days + 1), finished orders that count
    need : the activity from which on a gig counts
    """

    score: Float64
    activity: Int64
    need: int

    @property
    def displayed(self) -> Int8:
        """Rounded half up, 0 where not scored, of the shape of ``score``."""
        return displayed_scores(self.score)


def quiet_scores(read: ReadFacts, policy_file: PolicyFile, days: int) -> QuietScores:
    """The overall scores of the coming days, gig by gig and then seller by seller."""
    columns, policy = read.columns, policy_file.policy()
    evidence = evidence_of_columns(columns.orders, columns.reviews, policy)
    benchmarks = benchmarks_for(read, policy_file)
    score = np.full((columns.sellers, days + 1), np.nan)
    activity = np.zeros((columns.gigs, days + 1), np.int64)
    # Zones differ by a day or two, so a batch has two or three last days.
    for day in np.unique(columns.last_day).tolist():
        sellers = np.flatnonzero(columns.last_day == day)
        _fill(score, activity, sellers, columns.gig_seller, evidence, (day, policy, benchmarks))
    return QuietScores(score, activity, policy.min_activity)


def _fill(
    score: Float64,
    activity: Int64,
    sellers: Int64,
    gig_seller: Int32,
    evidence: EvidenceColumns,
    under: tuple[int, Policy, BenchmarkColumns | None],
) -> None:
    """The rows of the sellers whose last day is the same."""
    day, policy, benchmarks = under
    future = future_of(evidence, len(gig_seller), day, score.shape[1], policy, benchmarks)
    volume, orders = future.sums[0][Factor.CANCELLATIONS], future.sums[2]
    gate = gate_of(policy)
    for seller in sellers.tolist():
        own = slice(*np.searchsorted(gig_seller, (seller, seller + 1)).tolist())
        if own.start < own.stop:
            score[seller] = join_gigs(volume[own], orders[own], future.own_score[own], gate)
            activity[own] = orders[own]


def judge_carried_on(
    columns: EligibilityFacts, displayed: Int8, rule_sets: Sequence[RuleSet]
) -> Judgement:
    """Every rule on every day of each history and on the days that ``displayed`` reaches.

    It is what a recompute on the last of them stores, if nothing new happens and the scores are
    these. A seller without any day up to the last one has none after it either.

    Parameters
    ----------
    columns : up to the last computed day of each seller
    displayed : shape (sellers, days + 1), scores as displayed, 0 where there is none; column 0
        is the last computed day, on which the stored score counts
    """
    days = displayed.shape[1] - 1
    last_day = columns.last_day
    carried = np.where(columns.first_day > last_day, last_day, last_day + days)
    scores = _carried_on(columns.scores, last_day, displayed)
    return judge(replace(columns, last_day=carried, scores=scores), rule_sets)


def _carried_on(scores: ScoreColumns, last_day: Int64, displayed: Int8) -> ScoreColumns:
    """The stored displayed scores up to each last day, followed by the coming ones."""
    first = scores.first_day.astype(np.int64)
    parts: list[Int8] = []
    for seller, last in enumerate(last_day.tolist()):
        stored = scores.displayed[scores.offset[seller] : scores.offset[seller + 1]]
        if not len(stored):
            first[seller] = last + 1
        known = np.zeros(max(last + 1 - int(first[seller]), 0), np.int8)
        known[: len(stored)] = stored[: len(known)]
        parts += [known, displayed[seller, 1:]]
    lengths = [len(known) + displayed.shape[1] - 1 for known in parts[::2]]
    return ScoreColumns(
        first_day=first.astype(np.int32),
        offset=np.concatenate((np.zeros(1, np.int64), np.cumsum(lengths))).astype(np.int64),
        displayed=np.concatenate([np.empty(0, np.int8), *parts]),
    )
