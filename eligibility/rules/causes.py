"""Which order, review or day made a rule flip."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from eligibility.rules.facts import Bools
from eligibility.rules.flips import FlipCause
from eligibility.rules.items import SUMS, ItemColumns
from eligibility.rules.judge import Judgement, metric_of
from eligibility.rules.types import Comparison, Metric, Rule
from metrics.engine.columns import Int8, Int32, Int64

_PLAIN_CAUSE = {
    Metric.SUCCESS_SCORE: FlipCause.SCORE_MOVED,
    Metric.LEVEL: FlipCause.LEVEL_CHANGED,
    Metric.HUMAN_REVIEW: FlipCause.SHOWN,
}


@dataclass(frozen=True, slots=True, eq=False)
class Flips:
    """Days on which a rule's verdict changed, shape (flips,) each.

    ``subject`` is of the scope of the rule's metric; ``better`` says which way it went.
    """

    subject: Int64
    day: Int64
    better: Bools


def flip_causes(found: Judgement, rule: Rule, flips: Flips) -> tuple[Int8, Int64, Int32]:
    """Cause, number of the order (or inquiry), and how many more facts pushed the same way."""
    count = len(flips.day)
    plain = _PLAIN_CAUSE.get(rule.metric, FlipCause.DAY_PASSED)
    cause = np.full(count, plain, np.int8)
    number, others = np.full(count, -1, np.int64), np.zeros(count, np.int32)
    if rule.metric not in SUMS or not count:
        return cause, number, others
    if rule.metric is Metric.RESPONSE_RATE:
        cause[_shown_on(found, flips)] = FlipCause.SHOWN
    axis = metric_of(found, rule.spec).axis
    flip_entry = axis.offset[flips.subject] + flips.day - axis.first_day[flips.subject]
    wanted, which = np.unique(flip_entry, return_inverse=True)
    marked = np.zeros(axis.size + 1, bool)
    marked[wanted] = True
    items = found.items(rule.spec)
    group, event_cause, event_number, event_effect = [], [], [], []
    for place, causes, sign in (
        (found.places(rule.spec)[0], items.start_cause, 1),
        (found.places(rule.spec)[1], items.end_cause, -1),
    ):
        near = np.flatnonzero(marked[place])
        near = near[items.end_day[near] > items.start_day[near]]
        group.append(np.searchsorted(wanted, place[near]))
        event_cause.append(causes[near])
        event_number.append(items.number[near])
        event_effect.append(sign * _effect(items, near, rule))
    better = np.zeros(len(wanted), bool)
    better[which] = flips.better
    best, more = _strongest(
        np.concatenate(group), np.concatenate(event_effect), np.concatenate(event_number), better
    )
    chosen = best[which]
    some = chosen >= 0
    cause[some] = np.concatenate(event_cause)[chosen[some]]
    number[some] = np.concatenate(event_number)[chosen[some]]
    others[some] = more[which][some]
    return cause, number, others


def _effect(items: ItemColumns, rows: NDArray[np.intp], rule: Rule) -> Int64:
    """How far items push towards the rule: above 0 they help."""
    p, q = rule.threshold.numerator, rule.threshold.denominator
    num = items.low_num[rows] + items.high_num[rows]
    den = items.low_den[rows] + items.high_den[rows]
    effect = (num * q - den * p + items.unbounded[rows]).astype(np.int64)
    return effect if rule.comparison is Comparison.AT_LEAST else -effect


def _strongest(
    group: NDArray[np.intp], effect: Int64, number: Int64, better: Bools
) -> tuple[Int64, Int32]:
    """For each flip the event that pushed hardest its way, and how many more did."""
    agrees = (effect > 0) == better[group]
    agrees &= effect != 0
    order = np.lexsort((number, -np.abs(effect), ~agrees, group))
    flips = len(better)
    first = np.searchsorted(group[order], np.arange(flips))
    some = np.bincount(group, minlength=flips) > 0
    best = np.full(flips, -1, np.int64)
    best[some] = order[first[some]]
    agreeing = np.bincount(group[agrees], minlength=flips)
    return best, np.maximum(agreeing - 1, 0).astype(np.int32)


def _shown_on(found: Judgement, flips: Flips) -> Bools:
    """Whether the platform showed a response rate on the day of the flip."""
    shown = found.facts.shown_response
    seen = set(zip(shown.seller.tolist(), shown.day.tolist(), strict=True))
    pairs = zip(flips.subject.tolist(), flips.day.tolist(), strict=True)
    return np.array([pair in seen for pair in pairs], bool)
