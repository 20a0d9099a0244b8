"""The coming days of many sellers if nothing new happens: scores, then every rule. Writes nothing.

No second formula: scores come from the engine's future (docs/FORECASTING.md), verdicts and
levels from the one evaluator, carried past today with those scores.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from eligibility.facts import ReadFacts
from eligibility.rules.facts import ScoreColumns
from eligibility.rules.judge import Judgement, judge
from eligibility.rules.types import Kind, RuleSet
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

#: How far ahead a loss is worth telling today: as long as a grace period. (Grade A.)
HORIZON_DAYS = 30


@dataclass(frozen=True, slots=True, eq=False)
class QuietScores:
    """Scores of a batch of sellers from the last computed day on, if nothing new happens.

    Attributes
    ----------
    score : shape (sellers, HORIZON_DAYS + 1), NaN where not scored; column 0 is the last
        computed day
    activity : shape (gigs, HORIZON_DAYS + 1), finished orders that count
    need : the activity from which on a gig counts
    """

    score: Float64
    activity: Int64
    need: int

    @property
    def displayed(self) -> Int8:
        """Rounded half up, 0 where not scored, of the shape of ``score``."""
        shown: Int8 = np.nan_to_num(np.floor(self.score + 0.5)).astype(np.int8)
        return shown


@dataclass(frozen=True, slots=True, eq=False)
class Ahead:
    """A batch of sellers, judged up to :data:`HORIZON_DAYS` past the last computed day.

    ``last_day`` is that day of each seller, shape (sellers,).
    """

    read: ReadFacts
    last_day: Int64
    scores: QuietScores
    found: Judgement


def look_ahead(read: ReadFacts, sets: tuple[RuleSet, ...], policy_file: PolicyFile) -> Ahead:
    """Judge a batch past its last day, with no new order, review or first message.

    Parameters
    ----------
    read : the facts with the stored scores, up to the day of each seller's stored score
    sets : the rule sets of the sellers' marketplace
    """
    columns = read.columns
    last_day = columns.last_day
    scores = quiet_scores(read, policy_file)
    found = judge(
        replace(
            columns,
            last_day=last_day + HORIZON_DAYS,
            scores=_carried_on(columns.scores, last_day, scores.displayed),
        ),
        _worth_judging(sets, last_day),
    )
    return Ahead(read, last_day, scores, found)


def _worth_judging(sets: tuple[RuleSet, ...], last_day: Int64) -> list[RuleSet]:
    """Levels grow out of the past, so all of their rules; of promotion what is in force."""
    first = int(last_day.min(initial=0))
    return [
        one for one in sets if one.kind is Kind.LEVELS or one.end_day is None or one.end_day > first
    ]


def quiet_scores(read: ReadFacts, policy_file: PolicyFile) -> QuietScores:
    """The overall scores of the coming days, gig by gig and then seller by seller."""
    columns, policy = read.columns, policy_file.policy()
    evidence = evidence_of_columns(columns.orders, columns.reviews, policy)
    benchmarks = benchmarks_for(read, policy_file)
    score = np.full((columns.sellers, HORIZON_DAYS + 1), np.nan)
    activity = np.zeros((columns.gigs, HORIZON_DAYS + 1), np.int64)
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
    future = future_of(evidence, len(gig_seller), day, HORIZON_DAYS + 1, policy, benchmarks)
    volume, orders = future.sums[0][Factor.CANCELLATIONS], future.sums[2]
    gate = gate_of(policy)
    for seller in sellers.tolist():
        own = slice(*np.searchsorted(gig_seller, (seller, seller + 1)).tolist())
        if own.start < own.stop:
            score[seller] = join_gigs(volume[own], orders[own], future.own_score[own], gate)
            activity[own] = orders[own]


def _carried_on(scores: ScoreColumns, last_day: Int64, displayed: Int8) -> ScoreColumns:
    """The stored displayed scores up to each last day, followed by the coming ones."""
    first = scores.first_day.astype(np.int64)
    parts: list[Int8] = []
    for seller, last in enumerate(last_day.tolist()):
        stored = scores.displayed[scores.offset[seller] : scores.offset[seller + 1]]
        if not len(stored):
            first[seller] = last + 1
        known = np.zeros(last + 1 - int(first[seller]), np.int8)
        known[: len(stored)] = stored[: len(known)]
        parts += [known, displayed[seller, 1:]]
    lengths = [len(known) + HORIZON_DAYS for known in parts[::2]]
    return ScoreColumns(
        first_day=first.astype(np.int32),
        offset=np.concatenate((np.zeros(1, np.int64), np.cumsum(lengths))).astype(np.int64),
        displayed=np.concatenate([np.empty(0, np.int8), *parts]),
    )
