"""Random moves: two moments of one seller, most of them scored, for attribution tests."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from hypothesis import strategies as st

from metrics.engine.attribution import Attribution, Moment, attribute
from metrics.engine.columns import EvidenceColumns
from metrics.engine.evidence import evidence_of_columns
from metrics.engine.fact_columns import order_columns, review_columns
from metrics.engine.state import seller_score, state_of
from metrics.engine.types import OrderFacts, Policy, ReviewFacts
from tests.kernels.strategies import benchmark_columns, order_of, policies, review_versions

GIGS = 3

Facts = tuple[list[OrderFacts], list[ReviewFacts]]

Key = tuple[int, int, int, int, int]


@dataclass(frozen=True)
class Move:
    """Two ends of a question, and the later facts under the earlier policy."""

    before: Moment
    after: Moment
    bridge: EvidenceColumns

    def attribution(self) -> Attribution:
        return attribute(self.before, self.after, bridge=self.bridge)


def evidence_under(facts: Facts, policy: Policy) -> EvidenceColumns:
    orders = order_columns(facts[0])
    return evidence_of_columns(orders, review_columns(facts[1], orders), policy)


def lines_by_key(answer: Attribution) -> dict[Key, float]:
    """Amounts by (order, gig, factor, cause, leg); fails if a key comes twice."""
    lines = answer.lines
    columns = (lines.order, lines.gig, lines.factor, lines.cause, lines.leg)
    keys = list(zip(*(column.tolist() for column in columns), strict=True))
    assert len(set(keys)) == len(keys)
    return dict(zip(keys, lines.amount.tolist(), strict=True))


@st.composite
def crowded_facts(draw: st.DrawFn, window_days: int) -> Facts:
    """Six to sixteen orders on up to three gigs, so that gigs count more often than not."""
    count = draw(st.integers(6, 16))
    raw = np.random.default_rng(draw(st.integers(0, 2**32 - 1))).bytes(48 * count)
    orders, reviews = [], []
    for index in range(count):
        part = raw[48 * index : 48 * (index + 1)]
        order = order_of(part[:24], (7_919 * (index + 1)) % 10_007, GIGS, window_days)
        orders.append(order)
        reviews.extend(review_versions(part[24:], order))
    return orders, reviews


@st.composite
def eager_policies(draw: st.DrawFn) -> Policy:
    """Any policy with a window and a gate that a few orders can fill."""
    return replace(
        draw(policies()),
        window_days=draw(st.sampled_from((730, 365, 30))),
        min_activity=draw(st.sampled_from((1, 1, 2))),
    )


def days_of(evidence: EvidenceColumns, policy: Policy) -> list[int]:
    """Days on which something happens; only scored ones where there are any."""
    edges = (evidence.start_day, evidence.end_day - 1, evidence.end_day)
    days = np.unique(np.concatenate(edges)).tolist()
    scored = [
        day for day in days if seller_score(state_of(evidence, day, policy, GIGS)) is not None
    ]
    return scored or days or [19_000]


@st.composite
def time_moves(draw: st.DrawFn, scored: bool = True) -> Move:
    """Two days of the same facts under the same policy, perhaps with moving benchmarks."""
    policy = draw(eager_policies())
    evidence = evidence_under(draw(crowded_facts(policy.window_days)), policy)
    days = days_of(evidence, policy)
    columns = draw(st.none() | benchmark_columns(GIGS))
    last = draw(st.sampled_from(days))
    first = draw(st.sampled_from([day for day in days if day != last] or days))
    if not scored:
        first = draw(st.integers(18_990, 20_700))
    return Move(
        Moment(evidence, first, policy, GIGS, columns),
        Moment(evidence, last, policy, GIGS, columns),
        evidence,
    )


@st.composite
def data_moves(draw: st.DrawFn) -> Move:
    """The same day with and without some of the orders, under the same policy."""
    policy = draw(eager_policies())
    facts = draw(crowded_facts(policy.window_days))
    evidence = evidence_under(facts, policy)
    known = evidence_under(draw(part_of(facts)), policy)
    day = draw(st.sampled_from(days_of(evidence, policy)))
    return Move(Moment(known, day, policy, GIGS), Moment(evidence, day, policy, GIGS), evidence)


@st.composite
def policy_moves(draw: st.DrawFn) -> Move:
    """The same facts on the same day under two policies."""
    old, new = draw(eager_policies()), draw(eager_policies())
    facts = draw(crowded_facts(old.window_days))
    evidence, later = evidence_under(facts, old), evidence_under(facts, new)
    day = draw(st.sampled_from(days_of(evidence, old)))
    return Move(Moment(evidence, day, old, GIGS), Moment(later, day, new, GIGS), evidence)


@st.composite
def full_moves(draw: st.DrawFn) -> Move:
    """Other facts, another day, another policy and other benchmarks, all at once."""
    old, new = draw(eager_policies()), draw(eager_policies())
    facts = draw(crowded_facts(old.window_days))
    known = evidence_under(draw(part_of(facts)), old)
    bridge, evidence = evidence_under(facts, old), evidence_under(facts, new)
    first = draw(st.sampled_from(days_of(known, old)))
    last = draw(st.sampled_from(days_of(evidence, new)))
    columns = st.none() | benchmark_columns(GIGS)
    return Move(
        Moment(known, first, old, GIGS, draw(columns)),
        Moment(evidence, last, new, GIGS, draw(columns)),
        bridge,
    )


@st.composite
def part_of(draw: st.DrawFn, facts: Facts) -> Facts:
    """The facts without some of the orders and their reviews."""
    orders, reviews = facts
    bits = draw(st.integers(0, 2 ** len(orders) - 1))
    kept = [order for index, order in enumerate(orders) if not bits >> index & 1]
    numbers = {order.order for order in kept}
    return kept, [review for review in reviews if review.order in numbers]
