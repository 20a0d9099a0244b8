"""What one order says to the score: its items of evidence, and how long they count."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np

from metrics.benchmark_lookup import benchmarks_for
from metrics.engine.days import date_of, day_number
from metrics.engine.evidence import evidence_of_columns
from metrics.engine.state import State, state_of
from metrics.engine.types import AREAS, Cause, Factor, Policy
from metrics.facts import read_facts
from metrics.policy_files import PolicyFile
from metrics.words import window_words
from sellers.models import Order


@dataclass(frozen=True, slots=True)
class EvidenceItem:
    """One item of evidence of an order.

    Attributes
    ----------
    outcome : x, from 0 (worst) to 1 (best)
    value_weight : v, the weight on its first day
    weight : w on ``day``; 0 where it does not count then
    share : part of all weight of this gig and area on ``day``; None where it does not count
    start, end : it counts from ``start`` on and no more from ``end`` on
    end_cause : why it stops
    """

    area: Factor
    outcome: float
    value_weight: float
    weight: float
    share: float | None
    start: date
    end: date
    end_cause: Cause

    def counts_on(self, day: date) -> bool:
        return self.start <= day < self.end


@dataclass(frozen=True, slots=True)
class OrderEffect:
    """All evidence of one order as of ``day``; ``silent`` are the areas it says nothing about."""

    day: date
    items: list[EvidenceItem]
    silent: list[Factor]
    gig_counts: bool
    policy: Policy

    @property
    def window(self) -> str:
        return window_words(self.policy.window_days)


def order_effect(order: Order, day: date, policy_file: PolicyFile) -> OrderEffect:
    """The evidence that an order yields, with its weights on one day."""
    facts = read_facts([order.seller_id])
    policy, number = policy_file.policy(), day_number(day)
    evidence = evidence_of_columns(facts.orders, facts.reviews, policy)
    state = state_of(
        evidence, number, policy, len(facts.gig_ids), benchmarks_for(facts, policy_file)
    )
    items = []
    for row in np.flatnonzero(evidence.order == order.pk).tolist():
        gig, area = int(evidence.gig[row]), Factor(int(evidence.factor[row]))
        weight = float(state.item_weight[row])
        items.append(
            EvidenceItem(
                area=area,
                outcome=float(evidence.x[row]),
                value_weight=float(evidence.value_weight[row]),
                weight=weight,
                share=weight / float(state.weight[gig, area]) if weight > 0 else None,
                start=date_of(int(evidence.start_day[row])),
                end=date_of(int(evidence.end_day[row])),
                end_cause=Cause(int(evidence.end_cause[row])),
            )
        )
    items.sort(key=lambda item: (item.area, item.start))
    spoken = {item.area for item in items}
    return OrderEffect(
        day=day,
        items=items,
        silent=[area for area in AREAS if area not in spoken],
        gig_counts=_counts(state, facts.gig_ids.tolist(), order.gig_id),
        policy=policy,
    )


def _counts(state: State, gig_ids: list[int], gig_id: int) -> bool:
    return bool(state.counts[gig_ids.index(gig_id)])
