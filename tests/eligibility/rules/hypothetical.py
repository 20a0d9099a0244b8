"""Steps carried out on the records themselves: what the nearest flip is checked against."""

from __future__ import annotations

from dataclasses import replace

from eligibility.rules.items import reply_day_limit
from eligibility.rules.records import InquiryRecord, OrderRecord, SellerRecord
from eligibility.rules.steps import Step, StepKind
from eligibility.rules.types import MetricSpec
from metrics.engine.types import CancelledBy, OrderFacts, OrderStatus, ReviewFacts

FIRST_NEW = 500_000


def known_on(seller: SellerRecord, day: int) -> SellerRecord:
    """The seller without anything that happens after the day."""

    def until(value: int | None) -> int | None:
        return None if value is None or value > day else value

    orders = []
    for order in seller.orders:
        facts = order.facts
        if order.ordered_day > day:
            continue
        if facts.finished_day is not None and facts.finished_day > day:
            facts = replace(
                facts,
                status=OrderStatus.OPEN,
                finished_day=None,
                cancelled_by=CancelledBy.UNKNOWN,
                cancelled_very_late=False,
            )
        if facts.delivered_day is not None and facts.delivered_day > day:
            facts = replace(facts, delivered_day=None, late_hours=None)
        facts = replace(facts, excluded_day=until(facts.excluded_day))
        orders.append(replace(order, facts=facts))
    numbers = {order.number for order in orders}
    return replace(
        seller,
        orders=tuple(orders),
        reviews=tuple(
            replace(review, end_day=until(review.end_day))
            for review in seller.reviews
            if review.start_day <= day and review.order in numbers
        ),
        inquiries=tuple(
            inquiry
            if inquiry.reply_day is None or inquiry.reply_day <= day
            else InquiryRecord(inquiry.number, inquiry.message_day)
            for inquiry in seller.inquiries
            if inquiry.message_day <= day
        ),
        shown_response={d: share for d, share in seller.shown_response.items() if d <= day},
    )


def _order(kind: StepKind, number: int, gig: int, day: int, cents: int) -> OrderRecord:
    open_order = OrderFacts(number, gig, OrderStatus.OPEN)
    facts = {
        StepKind.REVIEW: open_order,
        StepKind.ON_TIME: replace(open_order, delivered_day=day, late_hours=-1.0),
        StepKind.LATE: replace(open_order, delivered_day=day, late_hours=3.0),
        StepKind.CANCELLED: replace(
            open_order,
            status=OrderStatus.CANCELLED,
            finished_day=day,
            cancelled_by=CancelledBy.SELLER,
        ),
    }.get(kind, replace(open_order, status=OrderStatus.COMPLETED, finished_day=day))
    return OrderRecord(facts, day, number, cents)


def carried_out(
    seller: SellerRecord, step: Step, spec: MetricSpec, day: int, gig: int | None
) -> SellerRecord:
    """The seller after so many events of the step's kind on the day."""
    own_gig = gig or 0
    if step.kind in (StepKind.ANSWERED, StepKind.UNANSWERED):
        answered = step.kind is StepKind.ANSWERED
        message = day if answered else day - reply_day_limit(spec)
        new = tuple(
            InquiryRecord(FIRST_NEW + n, message, *((day, 0) if answered else (None, None)))
            for n in range(step.count)
        )
        return replace(seller, inquiries=seller.inquiries + new)
    if step.kind is StepKind.EARNED:
        order = _order(step.kind, FIRST_NEW, own_gig, day, step.count)
        return replace(seller, orders=(*seller.orders, order))
    if step.kind in (StepKind.ACTIVATED, StepKind.PAUSED):
        gigs = list(seller.gigs)
        gigs[own_gig] = replace(gigs[own_gig], active=step.kind is StepKind.ACTIVATED)
        return replace(seller, gigs=tuple(gigs))
    numbers = range(FIRST_NEW, FIRST_NEW + step.count)
    reviews = tuple(
        ReviewFacts(number, day, day, stars=float(step.stars or 0))
        for number in numbers
        if step.kind is StepKind.REVIEW
    )
    orders = tuple(_order(step.kind, number, own_gig, day, 5_000) for number in numbers)
    return replace(seller, orders=seller.orders + orders, reviews=seller.reviews + reviews)
