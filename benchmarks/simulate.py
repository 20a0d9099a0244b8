"""Group "simulate": what would come of hypothetical orders, against rebuilding the series.

``simulate_rebuild`` asks 1,000 times about one seller of 5,000 orders: one to three hypothetical
orders on any gig in the coming weeks, and in one question of ten a real order that never was. The
answer is the daily score of the seller and of every gig for the coming year. Ours prepares the
sums of the coming days once and starts every question from the scenario; the peer makes evidence
of all facts and sweeps all days again for each question, as a recompute does. The answers are
asserted to agree to 1e-9 on every day.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from benchmarks.histories import Batch, generate
from benchmarks.registry import Result, Scale, cpu_seconds
from metrics.engine.evidence import evidence_of_columns
from metrics.engine.future import Trajectory, future_of
from metrics.engine.hypothetical import Hypothetical, Scenario, applied, with_facts
from metrics.engine.kernel import sweep
from metrics.engine.sweep import Sweep
from metrics.engine.types import CancelledBy, OrderStatus, Policy
from metrics.policy_files import SHIPPED, read_policy_file

QUESTIONS, QUICK_QUESTIONS = 1_000, 10
ORDERS_OF_LARGE_SELLER, QUICK_ORDERS = 5_000, 400
DAYS_AHEAD = 365
#: The target: this much faster than rebuilding.
FASTER = 20.0
TOLERANCE = 1e-9


def measure(scale: Scale) -> Iterator[Result]:
    """Yields simulate_rebuild."""
    policy = read_policy_file(SHIPPED / "fiverr-success-2024.toml").policy()
    orders = QUICK_ORDERS if scale.quick else ORDERS_OF_LARGE_SELLER
    batch = generate(sellers=1, orders=orders, seed=scale.seed)
    questions = _questions(batch, QUICK_QUESTIONS if scale.quick else QUESTIONS, scale.seed)
    _simulated(batch, questions[:1], policy)  # compiles
    _rebuilt(batch, questions[0], policy)
    ours, answers = cpu_seconds(lambda: _simulated(batch, questions, policy), 3)
    peer, rebuilt = cpu_seconds(lambda: [_rebuilt(batch, q, policy) for q in questions], 1)
    for answer, expected in zip(answers, rebuilt, strict=True):
        _assert_same(answer, expected)
    yield Result(
        id="simulate_rebuild",
        what=f"{len(questions):,} simulations of a seller of {orders:,} orders,"
        f" {DAYS_AHEAD} days ahead, one core",
        ours=ours,
        peer=peer,
        peer_name="rebuild",
        unit="s",
        target=FASTER,
        at_least=True,
    )


def _questions(batch: Batch, count: int, seed: int) -> list[Scenario]:
    rng = np.random.default_rng(seed)
    gigs = len(batch.gig_seller)
    finished = batch.orders.order[batch.orders.status != OrderStatus.OPEN]
    return [
        Scenario(
            added=tuple(_order(rng, gigs, batch.last_day) for _ in range(rng.integers(1, 4))),
            removed=(int(rng.choice(finished)),) if rng.random() < 0.1 else (),
        )
        for _ in range(count)
    ]


def _order(rng: np.random.Generator, gigs: int, today: int) -> Hypothetical:
    cancelled = rng.random() < 0.1
    return Hypothetical(
        gig=int(rng.integers(gigs)),
        day=today + int(rng.integers(1, 90)),
        amount_usd=float(rng.integers(10, 500)),
        stars=None if cancelled else float(rng.integers(1, 6)),
        late_hours=float(rng.choice([0.0, 12.0, 48.0])),
        cancelled_by=CancelledBy.SELLER if cancelled else None,
    )


def _simulated(batch: Batch, questions: Sequence[Scenario], policy: Policy) -> list[Trajectory]:
    evidence = evidence_of_columns(batch.orders, batch.reviews, policy)
    gigs = len(batch.gig_seller)
    future = future_of(evidence, gigs, batch.last_day, DAYS_AHEAD + 1, policy)
    answers = []
    for question in questions:
        change = applied(question, batch.orders, batch.reviews)
        answers.append(future.simulate(change.evidence(policy), change.without))
    return answers


def _rebuilt(batch: Batch, question: Scenario, policy: Policy) -> Sweep:
    change = applied(question, batch.orders, batch.reviews)
    orders, reviews, _ = with_facts(batch.orders, batch.reviews, change)
    evidence = evidence_of_columns(orders, reviews, policy)
    return sweep(evidence, batch.gig_seller, batch.last_day + DAYS_AHEAD, policy)


def _assert_same(answer: Trajectory, expected: Sweep) -> None:
    days = DAYS_AHEAD + 1
    overall = expected.seller(0).score[-days:]
    np.testing.assert_allclose(answer.score, overall, atol=TOLERANCE, rtol=0)
    for gig, scores in enumerate(answer.gig_score):
        np.testing.assert_allclose(scores, expected.gig(gig).score[-days:], atol=TOLERANCE, rtol=0)
