"""Facts of one seller as plain records: what the specification and the lists on pages read.

Unknown is ``None`` here and a mark in :class:`~eligibility.rules.facts.EligibilityFacts`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction

import numpy as np

from eligibility.rules.facts import EligibilityFacts, InquiryColumns, ScoreColumns, ShownColumns
from metrics.engine.columns import Int32, OrderColumns, ReviewColumns
from metrics.engine.days import NO_DAY
from metrics.engine.fact_columns import order_columns, order_facts, review_columns, review_facts
from metrics.engine.types import OrderFacts, ReviewFacts


@dataclass(frozen=True, slots=True)
class OrderRecord:
    """One order: as the score sees it, and what only eligibility asks for."""

    facts: OrderFacts
    ordered_day: int
    buyer: int | None = None
    #: Gross, in hundredths of a US dollar.
    cents: int | None = None

    @property
    def number(self) -> int:
        return self.facts.order


@dataclass(frozen=True, slots=True)
class InquiryRecord:
    """The first message of a new client; without a known reply both are None."""

    number: int
    message_day: int
    reply_day: int | None = None
    reply_minutes: int | None = None


@dataclass(frozen=True, slots=True)
class GigRecord:
    active: bool = True
    category: str = ""


@dataclass(frozen=True, slots=True)
class SellerRecord:
    """Everything about one seller. Gig numbers of the orders index ``gigs``.

    ``scores`` are displayed scores by day, ``shown_levels`` ranks and ``shown_response``
    shares by the day on which the platform showed them.
    """

    first_day: int
    last_day: int
    gigs: tuple[GigRecord, ...] = ()
    orders: tuple[OrderRecord, ...] = ()
    reviews: tuple[ReviewFacts, ...] = ()
    inquiries: tuple[InquiryRecord, ...] = ()
    is_pro: bool = False
    joined_day: int | None = None
    scores: Mapping[int, int] = field(default_factory=dict)
    shown_levels: Mapping[int, int] = field(default_factory=dict)
    shown_response: Mapping[int, Fraction] = field(default_factory=dict)


def facts_of(sellers: Sequence[SellerRecord]) -> EligibilityFacts:
    """Columns of a batch; gig numbers are shifted so that they run over the batch.

    Order numbers are unique over the batch.
    """
    gigs: list[GigRecord] = []
    orders: list[OrderRecord] = []
    reviews: list[ReviewFacts] = []
    for seller in sellers:
        shift = len(gigs)
        orders.extend(
            replace(order, facts=replace(order.facts, gig=order.facts.gig + shift))
            for order in seller.orders
        )
        reviews.extend(seller.reviews)
        gigs.extend(seller.gigs)
    order_part = order_columns([order.facts for order in orders])
    return EligibilityFacts(
        first_day=np.array([s.first_day for s in sellers], np.int64),
        last_day=np.array([s.last_day for s in sellers], np.int64),
        is_pro=np.array([s.is_pro for s in sellers], np.bool_),
        joined_day=_days(s.joined_day for s in sellers),
        gig_seller=np.repeat(np.arange(len(sellers)), [len(s.gigs) for s in sellers]).astype(
            np.int32
        ),
        gig_active=np.array([gig.active for gig in gigs], np.bool_),
        gig_category=tuple(gig.category for gig in gigs),
        orders=order_part,
        ordered_day=_days(order.ordered_day for order in orders),
        buyer=np.array([-1 if o.buyer is None else o.buyer for o in orders], np.int64),
        amount_cents=np.array([-1 if o.cents is None else o.cents for o in orders], np.int64),
        reviews=review_columns(reviews, order_part),
        inquiries=_inquiries(sellers),
        scores=_scores(sellers),
        shown_levels=_shown(
            [
                (n, day, Fraction(r))
                for n, s in enumerate(sellers)
                for day, r in _dated(s.shown_levels)
            ]
        ),
        shown_response=_shown(
            [
                (n, day, share)
                for n, s in enumerate(sellers)
                for day, share in _dated(s.shown_response)
            ]
        ),
    )


def _dated(values: Mapping[int, int] | Mapping[int, Fraction]) -> list[tuple[int, Fraction]]:
    return [(day, Fraction(value)) for day, value in values.items()]


def _days(values: Iterable[int | None]) -> Int32:
    return np.array([NO_DAY if day is None else day for day in values], dtype=np.int32)


def _inquiries(sellers: Sequence[SellerRecord]) -> InquiryColumns:
    rows = [(n, inquiry) for n, seller in enumerate(sellers) for inquiry in seller.inquiries]
    minutes = [-1 if i.reply_minutes is None else i.reply_minutes for _, i in rows]
    return InquiryColumns(
        number=np.array([i.number for _, i in rows], np.int64),
        seller=np.array([n for n, _ in rows], np.int32),
        message_day=_days(i.message_day for _, i in rows),
        reply_day=_days(i.reply_day for _, i in rows),
        reply_minutes=np.array(minutes, np.int64),
    )


def _scores(sellers: Sequence[SellerRecord]) -> ScoreColumns:
    first: list[int] = []
    values: list[int] = []
    offset = [0]
    for seller in sellers:
        start = min(seller.scores, default=0)
        end = max(seller.scores, default=-1) + 1
        first.append(start)
        values.extend(seller.scores.get(day, 0) for day in range(start, end))
        offset.append(len(values))
    return ScoreColumns(
        np.array(first, np.int32), np.array(offset, np.int64), np.array(values, np.int8)
    )


def _shown(rows: Sequence[tuple[int, int, Fraction]]) -> ShownColumns:
    return ShownColumns(
        seller=np.array([n for n, _, _ in rows], np.int32),
        day=np.array([day for _, day, _ in rows], np.int32),
        num=np.array([value.numerator for _, _, value in rows], np.int64),
        den=np.array([value.denominator for _, _, value in rows], np.int64),
    )


def record_of(facts: EligibilityFacts, seller: int) -> SellerRecord:
    """One seller of a batch as records; its gigs are numbered from 0."""
    low, high = np.searchsorted(facts.gig_seller, [seller, seller + 1])
    rows = np.flatnonzero((facts.orders.gig >= low) & (facts.orders.gig < high))
    columns = OrderColumns(
        *(getattr(facts.orders, name)[rows] for name in OrderColumns.__dataclass_fields__)
    )
    orders = [
        OrderRecord(
            replace(order, gig=order.gig - int(low)),
            ordered,
            None if buyer < 0 else buyer,
            None if cents < 0 else cents,
        )
        for order, ordered, buyer, cents in zip(
            order_facts(columns),
            facts.ordered_day[rows].tolist(),
            facts.buyer[rows].tolist(),
            facts.amount_cents[rows].tolist(),
            strict=True,
        )
    ]
    mine = np.flatnonzero(np.isin(facts.reviews.row, rows))
    own = ReviewColumns(
        *(getattr(facts.reviews, name)[mine] for name in ReviewColumns.__dataclass_fields__)
    )
    joined = int(facts.joined_day[seller])
    return SellerRecord(
        first_day=int(facts.first_day[seller]),
        last_day=int(facts.last_day[seller]),
        gigs=tuple(
            GigRecord(bool(facts.gig_active[gig]), facts.gig_category[gig])
            for gig in range(int(low), int(high))
        ),
        orders=tuple(orders),
        reviews=tuple(review_facts(own, facts.orders)),
        inquiries=_inquiries_of(facts.inquiries, seller),
        is_pro=bool(facts.is_pro[seller]),
        joined_day=None if joined == NO_DAY else joined,
        scores=_scores_of(facts.scores, seller),
        shown_levels={
            day: int(value) for day, value in _shown_of(facts.shown_levels, seller).items()
        },
        shown_response=_shown_of(facts.shown_response, seller),
    )


def _inquiries_of(columns: InquiryColumns, seller: int) -> tuple[InquiryRecord, ...]:
    rows = np.flatnonzero(columns.seller == seller)
    return tuple(
        InquiryRecord(
            number,
            message,
            None if minutes < 0 else reply,
            None if minutes < 0 else minutes,
        )
        for number, message, reply, minutes in zip(
            columns.number[rows].tolist(),
            columns.message_day[rows].tolist(),
            columns.reply_day[rows].tolist(),
            columns.reply_minutes[rows].tolist(),
            strict=True,
        )
    )


def _scores_of(columns: ScoreColumns, seller: int) -> dict[int, int]:
    first = int(columns.first_day[seller])
    values = columns.displayed[columns.offset[seller] : columns.offset[seller + 1]].tolist()
    return {first + at: value for at, value in enumerate(values) if value}


def _shown_of(columns: ShownColumns, seller: int) -> dict[int, Fraction]:
    rows = np.flatnonzero(columns.seller == seller)
    return {
        int(columns.day[row]): Fraction(int(columns.num[row]), int(columns.den[row]))
        for row in rows.tolist()
    }
