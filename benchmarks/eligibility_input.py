"""Generated histories as the rules read them, in the batches in which the product judges."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from benchmarks.histories import FIRST_DAY, LAST_DAY, Batch, generate
from benchmarks.registry import Scale
from eligibility.rules.facts import (
    EligibilityFacts,
    InquiryColumns,
    ScoreColumns,
    ShownColumns,
)
from metrics.engine.columns import Int32, Int64
from metrics.engine.days import NO_DAY
from metrics.engine.evidence import evidence_of_columns
from metrics.engine.kernel import sweep
from metrics.engine.types import Policy

#: As the product judges them (``eligibility.computing.SELLERS_AT_ONCE``).
SELLERS_AT_ONCE = 200
CATEGORIES = ("Logo Design", "Tax Consulting", "Data Entry", "Accounting & Bookkeeping", "")
_SHARES = (0.5, 0.05, 0.3, 0.05, 0.1)


def batches(scale: Scale, policy: Policy) -> Iterator[EligibilityFacts]:
    """Facts of ``scale.sellers`` sellers with half of ``scale.orders`` orders."""
    sizes = [SELLERS_AT_ONCE] * (scale.sellers // SELLERS_AT_ONCE)
    sizes += [scale.sellers % SELLERS_AT_ONCE] if scale.sellers % SELLERS_AT_ONCE else []
    for number, sellers in enumerate(sizes):
        orders = max(scale.orders // 2 * sellers // scale.sellers, sellers)
        batch = generate(sellers=sellers, orders=orders, seed=scale.seed + number)
        yield _facts(batch, policy, np.random.default_rng(scale.seed + number))


def _facts(batch: Batch, policy: Policy, rng: np.random.Generator) -> EligibilityFacts:
    orders, gigs = batch.orders, len(batch.gig_seller)
    seller = batch.gig_seller[orders.gig]
    ordered = _ordered(batch)
    first = np.full(batch.sellers, LAST_DAY, np.int64)
    np.minimum.at(first, seller, ordered)
    nothing = np.empty(0, np.int32)
    shown = ShownColumns(nothing, nothing, np.empty(0, np.int64), np.empty(0, np.int64))
    return EligibilityFacts(
        first_day=first,
        last_day=np.full(batch.sellers, LAST_DAY, np.int64),
        is_pro=rng.random(batch.sellers) < 0.1,
        joined_day=(first - rng.integers(0, 400, batch.sellers)).astype(np.int32),
        gig_seller=batch.gig_seller,
        gig_active=rng.random(gigs) < 0.9,
        gig_category=tuple(CATEGORIES[n] for n in rng.choice(5, gigs, p=_SHARES)),
        orders=orders,
        ordered_day=ordered,
        buyer=rng.integers(0, np.maximum(np.bincount(seller)[seller] // 2, 1)),
        amount_cents=np.rint(orders.amount_usd * 100).astype(np.int64),
        reviews=batch.reviews,
        inquiries=_inquiries(seller, rng),
        scores=_scores(batch, policy),
        shown_levels=shown,
        shown_response=shown,
    )


def _ordered(batch: Batch) -> Int32:
    """Three days before the first thing that is known of an order."""
    orders = batch.orders
    known = np.where(orders.delivered_day == NO_DAY, LAST_DAY, orders.delivered_day)
    done = np.where(orders.finished_day == NO_DAY, LAST_DAY, orders.finished_day)
    ordered: Int32 = np.maximum(np.minimum(known, done) - 3, FIRST_DAY).astype(np.int32)
    return ordered


def _scores(batch: Batch, policy: Policy) -> ScoreColumns:
    evidence = evidence_of_columns(batch.orders, batch.reviews, policy)
    ends = np.full(batch.sellers, LAST_DAY, np.int32)
    swept = sweep(evidence, batch.gig_seller, ends, policy)
    shown = np.nan_to_num(np.floor(swept.seller_score + 0.5)).astype(np.int8)
    return ScoreColumns(swept.seller_first_day, swept.seller_offset, shown)


def _inquiries(seller: Int32, rng: np.random.Generator) -> InquiryColumns:
    """One first message for every two orders; one in twelve is answered late or never."""
    of = seller[rng.random(len(seller)) < 0.5]
    day = rng.integers(FIRST_DAY, LAST_DAY, len(of)).astype(np.int32)
    fate = rng.random(len(of))
    minutes = np.where(
        fate < 0.92,
        rng.integers(1, 1440, len(of)),
        rng.integers(1441, 4000, len(of)),
    )
    minutes = np.where(fate > 0.97, -1, minutes).astype(np.int64)
    reply: Int64 = np.where(minutes < 0, NO_DAY, day + minutes // 1440)
    return InquiryColumns(np.arange(len(of)), of, day, reply.astype(np.int32), minutes)
