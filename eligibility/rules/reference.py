"""The specification: every metric of one subject on one day, in plain Python.

Slow and obvious. The lists behind a value, with the reason why each order counts or does not,
come from here; the days of :mod:`eligibility.rules.metrics` equal it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction

from eligibility.rules.items import SUMS, reply_day_limit
from eligibility.rules.records import OrderRecord, SellerRecord
from eligibility.rules.totals import UNKNOWN, bounds_of, exactly, total_of
from eligibility.rules.types import (
    Bounds,
    Counted,
    Doubt,
    Metric,
    MetricSpec,
    MetricValue,
    Missing,
    Reason,
    Scope,
    WindowKind,
)
from metrics.engine.types import CancelledBy, OrderStatus, ReviewFacts


def metric_value(
    seller: SellerRecord, spec: MetricSpec, day: int, gig: int | None = None
) -> MetricValue:
    """The value of a metric on a day, with the orders behind it.

    Parameters
    ----------
    gig : the gig's number within the seller, for metrics of a gig

    Raises
    ------
    ValueError
        For the level held, which is no fact (:mod:`eligibility.rules.levels`).
    """
    own = gig if spec.scope is Scope.GIG else None
    if spec.metric in (Metric.RATING, Metric.REVIEW_COUNT):
        return _reviews(seller, spec, day, own)
    if spec.metric is Metric.RESPONSE_RATE:
        return _response(seller, spec, day)
    if spec.metric in SUMS:
        return _orders(seller, spec, day, own)
    return _state(seller, spec.metric, day, gig)


def _own_orders(seller: SellerRecord, gig: int | None) -> list[OrderRecord]:
    return [o for o in seller.orders if gig is None or o.facts.gig == gig]


def _window(spec: MetricSpec, day: int) -> tuple[int | None, int]:
    """First day of the window, and the day after its last."""
    if spec.window.kind is WindowKind.TRAILING and spec.window.days is not None:
        return day - spec.window.days + 1, day + 1
    return None, day + 1


def _place(
    spec: MetricSpec, counted_day: int, day: int, reason: Reason
) -> tuple[Reason, int | None]:
    """The reason once the window is looked at, and the first day of not counting any more."""
    until = None
    if spec.window.kind is WindowKind.TRAILING and spec.window.days is not None:
        until = counted_day + spec.window.days
    if day < counted_day:
        return Reason.NOT_YET, until
    if until is not None and day >= until:
        return Reason.LEFT_WINDOW, until
    return reason, until


def cancellation_reason(order: OrderRecord, spec: MetricSpec) -> Reason:
    """Whether a cancellation counts: COUNTS, DOUBTFUL, or why it does not."""
    if spec.every_cancellation:
        return Reason.COUNTS
    facts = order.facts
    if facts.cancelled_by is CancelledBy.SELLER:
        return Reason.COUNTS
    if facts.cancelled_by is CancelledBy.CLIENT:
        if facts.cancelled_very_late:
            return Reason.COUNTS
        if facts.requirements_in is False:
            return Reason.BEFORE_REQUIREMENTS
    if spec.mutual is Doubt.COUNTS:
        return Reason.COUNTS
    if spec.mutual is Doubt.UNKNOWN:
        return Reason.DOUBTFUL
    return {
        CancelledBy.CLIENT: Reason.CLIENTS_CHOICE,
        CancelledBy.PLATFORM: Reason.BY_THE_PLATFORM,
    }.get(facts.cancelled_by, Reason.MUTUAL)


def _cancelled(order: OrderRecord, spec: MetricSpec, day: int) -> Reason:
    ruled = order.facts.excluded_day
    if ruled is not None and ruled <= day:
        return Reason.RULED_OUT
    return cancellation_reason(order, spec)


def _order_reason(order: OrderRecord, spec: MetricSpec, day: int) -> tuple[Reason, int | None]:
    """Why an order counts or not, before the window, and the day that decides about it."""
    facts, metric = order.facts, spec.metric
    if metric is Metric.ON_TIME_RATE:
        if facts.delivered_day is not None and facts.late_hours is not None:
            late = facts.late_hours > 0
            return Reason.COUNTS_AGAINST if late else Reason.COUNTS, facts.delivered_day
        if facts.status is not OrderStatus.COMPLETED or facts.finished_day is None:
            return _unfinished(order), facts.finished_day
        known = facts.delivered_day
        return Reason.DUE_UNKNOWN, facts.finished_day if known is None else known
    if facts.finished_day is None or facts.status is OrderStatus.OPEN:
        return Reason.OPEN, None
    completed = facts.status is OrderStatus.COMPLETED
    if metric is Metric.COMPLETION_RATE:
        reason = Reason.COUNTS if completed else _cancelled(order, spec, day)
        return _turned(reason, completed), facts.finished_day
    if metric is Metric.CANCELLATION_RATE:
        reason = Reason.COUNTS_AGAINST if completed else _cancelled(order, spec, day)
        return reason, facts.finished_day
    if metric is Metric.CANCELLATIONS:
        reason = Reason.NOT_CANCELLED if completed else _cancelled(order, spec, day)
        return reason, facts.finished_day
    if not completed:
        return Reason.CANCELLED, facts.finished_day
    if metric is Metric.EARNINGS_USD and order.cents is None:
        return Reason.AMOUNT_UNKNOWN, facts.finished_day
    if metric is Metric.UNIQUE_CLIENTS and order.buyer is None:
        return Reason.CLIENT_UNKNOWN, facts.finished_day
    return Reason.COUNTS, facts.finished_day


def _turned(reason: Reason, completed: bool) -> Reason:
    """A cancellation that counts is below the line of a completion rate only."""
    return Reason.COUNTS_AGAINST if reason is Reason.COUNTS and not completed else reason


def _unfinished(order: OrderRecord) -> Reason:
    return Reason.CANCELLED if order.facts.status is OrderStatus.CANCELLED else Reason.OPEN


def _orders(seller: SellerRecord, spec: MetricSpec, day: int, gig: int | None) -> MetricValue:
    items = []
    for order in _own_orders(seller, gig):
        reason, counted_day = _order_reason(order, spec, day)
        until = None
        if counted_day is not None:
            reason, until = _with_window(spec, counted_day, day, reason)
        items.append(Counted(order.number, counted_day, until, reason, cents=order.cents))
    if spec.metric is Metric.UNIQUE_CLIENTS:
        items = _first_of_each_client(items, {o.number: o.buyer for o in seller.orders})
    start, end = _window(spec, day)
    bounds = bounds_of(spec, total_of(spec, items))
    missing = Missing.EMPTY_WINDOW if bounds == UNKNOWN else None
    return MetricValue(bounds, start, end, missing, items=tuple(items))


#: These say more than the window does: an order that never counts has no place in it.
_NEVER = frozenset(
    {
        Reason.OPEN,
        Reason.CANCELLED,
        Reason.NOT_CANCELLED,
        Reason.RULED_OUT,
        Reason.BEFORE_REQUIREMENTS,
        Reason.CLIENTS_CHOICE,
        Reason.BY_THE_PLATFORM,
        Reason.MUTUAL,
    }
)


def _with_window(
    spec: MetricSpec, counted_day: int, day: int, reason: Reason
) -> tuple[Reason, int | None]:
    if reason in _NEVER and day >= counted_day:
        return reason, None
    return _place(spec, counted_day, day, reason)


def _first_of_each_client(items: list[Counted], buyer: dict[int, int | None]) -> list[Counted]:
    """Only the first completed order of a client counts."""
    seen: set[int] = set()
    found = {}
    for item in sorted(items, key=lambda one: (one.day is None, one.day or 0, one.number)):
        client = buyer[item.number]
        if item.reason is Reason.COUNTS and client is not None:
            if client in seen:
                item = replace(item, reason=Reason.SAME_CLIENT)
            seen.add(client)
        found[item.number] = item
    return [found[item.number] for item in items]


def _reviews(seller: SellerRecord, spec: MetricSpec, day: int, gig: int | None) -> MetricValue:
    orders = {order.number: order for order in _own_orders(seller, gig)}
    own = [review for review in seller.reviews if review.order in orders]
    in_force = [r for r in own if r.stars is not None and _in_force(r, day)]
    start, end = _review_window(spec, day, in_force)
    items = [_review_item(review, spec, day, start) for review in own]
    reviewed = {review.order for review in own}
    items += [Counted(n, None, None, Reason.NO_REVIEW) for n in orders if n not in reviewed]
    bounds = bounds_of(spec, total_of(spec, items))
    missing = None
    if bounds == UNKNOWN:
        missing = Missing.EMPTY_WINDOW if in_force else Missing.NO_REVIEWS
    return MetricValue(bounds, start, end, missing, items=tuple(items))


def _review_window(
    spec: MetricSpec, day: int, in_force: list[ReviewFacts]
) -> tuple[int | None, int | None]:
    """The window of reviews; one that hangs on the latest review needs a review."""
    if spec.window.kind is not WindowKind.FROM_LATEST_REVIEW:
        return _window(spec, day)
    if not in_force:
        return None, None
    end = max(review.posted_day for review in in_force) + 1
    return end - (spec.window.days or 0), end


def _in_force(review: ReviewFacts, day: int) -> bool:
    return review.start_day <= day and (review.end_day is None or day < review.end_day)


def _review_item(review: ReviewFacts, spec: MetricSpec, day: int, start: int | None) -> Counted:
    until = None
    if spec.window.kind is WindowKind.TRAILING and spec.window.days is not None:
        until = review.posted_day + spec.window.days
    if review.stars is None:
        return Counted(review.order, review.posted_day, None, Reason.NO_STARS)
    reason = Reason.COUNTS
    if day < review.start_day:
        reason = Reason.NOT_YET
    elif not _in_force(review, day):
        reason = Reason.REPLACED if review.edited else Reason.REMOVED
    elif start is not None and review.posted_day < start:
        reason = Reason.LEFT_WINDOW
    stars = Fraction(round(review.stars * 100), 100)
    return Counted(review.order, review.posted_day, until, reason, stars=stars)


def _response(seller: SellerRecord, spec: MetricSpec, day: int) -> MetricValue:
    start, end = _window(spec, day)
    items = []
    for inquiry in seller.inquiries:
        minutes, message = inquiry.reply_minutes, inquiry.message_day
        in_time = minutes is not None and minutes <= spec.reply_hours * 60
        decided = message + reply_day_limit(spec)
        if in_time and inquiry.reply_day is not None:
            decided = max(inquiry.reply_day, message)
        reason = Reason.COUNTS if in_time else Reason.COUNTS_AGAINST
        reason, until = _place(spec, message, day, reason)
        if reason in (Reason.COUNTS, Reason.COUNTS_AGAINST) and day < decided:
            reason = Reason.WAITING
        items.append(Counted(inquiry.number, message, until, reason))
    bounds, missing, shown = bounds_of(spec, total_of(spec, items)), None, None
    if all(inquiry.message_day > day for inquiry in seller.inquiries):
        bounds, missing = UNKNOWN, Missing.NO_INQUIRIES
    elif bounds == UNKNOWN:
        missing = Missing.EMPTY_WINDOW
    latest = max((d for d in seller.shown_response if d <= day), default=None)
    if bounds == UNKNOWN and latest is not None and day < latest + spec.shown_days:
        share = seller.shown_response[latest]
        bounds, missing, shown = exactly(share.numerator, share.denominator), None, latest
    return MetricValue(bounds, start, end, missing, shown, tuple(items))


def _state(seller: SellerRecord, metric: Metric, day: int, gig: int | None) -> MetricValue:
    """Metrics that are no sums: what is true of the seller or the gig on that day."""
    if metric not in _STATES:
        raise ValueError(f"{metric} is not computed from facts")
    return _STATES[metric](seller, day, gig)


def _score(seller: SellerRecord, day: int, gig: int | None) -> MetricValue:
    score = seller.scores.get(day, 0)
    return (
        MetricValue(exactly(score, 1)) if score else MetricValue(UNKNOWN, missing=Missing.NO_SCORE)
    )


def _days_active(seller: SellerRecord, day: int, gig: int | None) -> MetricValue:
    if seller.joined_day is not None:
        since = max(day - seller.joined_day, 0)
        return MetricValue(exactly(since, 1), start_day=seller.joined_day)
    if not seller.orders:
        return MetricValue(UNKNOWN, missing=Missing.NOT_RECORDED)
    first = min(order.ordered_day for order in seller.orders)
    return MetricValue(Bounds(max(day - first, 0), 1, 0, 0), start_day=first)


def _gig_active(seller: SellerRecord, day: int, gig: int | None) -> MetricValue:
    ordered = [order.ordered_day for order in _own_orders(seller, gig)]
    active = seller.gigs[gig or 0].active or any(day <= last for last in ordered)
    return MetricValue(exactly(int(active), 1))


def _category(seller: SellerRecord, day: int, gig: int | None) -> MetricValue:
    known = bool(seller.gigs[gig or 0].category.strip())
    bounds = exactly(1, 1) if known else UNKNOWN
    return MetricValue(bounds, missing=None if known else Missing.NOT_RECORDED)


def _human_review(seller: SellerRecord, day: int, gig: int | None) -> MetricValue:
    latest = max((d for d in seller.shown_levels if d <= day), default=None)
    if latest is None:
        return MetricValue(UNKNOWN, missing=Missing.NOT_RECORDED)
    return MetricValue(Bounds(seller.shown_levels[latest], 1, 0, 0), shown_day=latest)


def _private_feedback(seller: SellerRecord, day: int, gig: int | None) -> MetricValue:
    return MetricValue(UNKNOWN, missing=Missing.NOT_PUBLIC)


_STATES: dict[Metric, Callable[[SellerRecord, int, int | None], MetricValue]] = {
    Metric.SUCCESS_SCORE: _score,
    Metric.DAYS_ACTIVE: _days_active,
    Metric.GIG_ACTIVE: _gig_active,
    Metric.CATEGORY: _category,
    Metric.HUMAN_REVIEW: _human_review,
    Metric.PRIVATE_FEEDBACK: _private_feedback,
}
