"""The coming days of many sellers if nothing new happens, as far as a loss is worth telling."""

from __future__ import annotations

from dataclasses import dataclass

from eligibility.coming.carrying import QuietScores, judge_carried_on, quiet_scores
from eligibility.facts import ReadFacts
from eligibility.rules.judge import Judgement
from eligibility.rules.types import Kind, RuleSet
from metrics.engine.columns import Int64
from metrics.policy_files import PolicyFile

#: How far ahead a loss is worth telling today: as long as a grace period. (Grade A.)
HORIZON_DAYS = 30


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
    scores = quiet_scores(read, policy_file, HORIZON_DAYS)
    last_day = read.columns.last_day
    found = judge_carried_on(read.columns, scores.displayed, _worth_judging(sets, last_day))
    return Ahead(read, last_day, scores, found)


def _worth_judging(sets: tuple[RuleSet, ...], last_day: Int64) -> list[RuleSet]:
    """Levels grow out of the past, so all of their rules; of promotion what is in force."""
    first = int(last_day.min(initial=0))
    return [
        one for one in sets if one.kind is Kind.LEVELS or one.end_day is None or one.end_day > first
    ]
