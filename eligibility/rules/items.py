"""Facts to items: what each order, review or inquiry adds to a metric, and on which days.

Every metric that is a sum over facts is a list of dated items. An item counts on the days
``start_day <= t < end_day`` and brings one contribution to the lower and one to the upper
bound of numerator and denominator; where both are equal the fact is certain.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from eligibility.rules.facts import Bools, EligibilityFacts
from eligibility.rules.flips import FlipCause
from eligibility.rules.types import Doubt, Metric, MetricSpec, Scope, WindowKind
from metrics.engine.columns import Int8, Int64
from metrics.engine.days import FOREVER, NO_DAY
from metrics.engine.types import CancelledBy, OrderStatus


@dataclass(frozen=True, slots=True, eq=False)
class ItemColumns:
    """Contributions to one metric, shape (items,), in any order.

    Attributes
    ----------
    subject : the seller or the gig, as the metric's scope says
    number : the order's number, for response rates the inquiry's
    unbounded : 1 where the item may add any amount (an order without a known amount)
    start_cause, end_cause : :class:`~eligibility.rules.flips.FlipCause`
    """

    subject: Int64
    number: Int64
    start_day: Int64
    end_day: Int64
    low_num: Int64
    low_den: Int64
    high_num: Int64
    high_den: Int64
    unbounded: Int8
    start_cause: Int8
    end_cause: Int8

    @property
    def certain(self) -> bool:
        """No item leaves room between the bounds."""
        return bool(
            (self.low_num == self.high_num).all()
            and (self.low_den == self.high_den).all()
            and not self.unbounded.any()
        )


def reply_day_limit(spec: MetricSpec) -> int:
    """Days after the message from which a missing reply is certainly too late."""
    return -(-spec.reply_hours // 24)


def items_of(facts: EligibilityFacts, spec: MetricSpec) -> ItemColumns:
    """The items of a metric that is a sum over orders, reviews or inquiries.

    Raises
    ------
    KeyError
        For metrics that are no such sum (score, level, days active, states).
    """
    return _BUILDERS[spec.metric](facts, spec)


def _order_subject(facts: EligibilityFacts, spec: MetricSpec) -> Int64:
    gig = facts.orders.gig
    subject = gig if spec.scope is Scope.GIG else facts.gig_seller[gig]
    return subject.astype(np.int64)


def _window_end(day: Int64, spec: MetricSpec) -> Int64:
    """The first day on which a fact of ``day`` no longer counts."""
    if spec.window.kind is WindowKind.TRAILING and spec.window.days is not None:
        return day + spec.window.days
    return np.full(len(day), FOREVER, np.int64)


def _finished(facts: EligibilityFacts, status: OrderStatus) -> Bools:
    finished: Bools = (facts.orders.status == status) & (facts.orders.finished_day != NO_DAY)
    return finished


def _build(
    facts: EligibilityFacts,
    spec: MetricSpec,
    rows: NDArray[np.intp],
    day: Int64,
    values: tuple[Int64, Int64, Int64, Int64],
    unbounded: Int8 | None = None,
) -> ItemColumns:
    """Items of the orders ``rows`` that enter on ``day`` and leave with the window.

    A cancellation that a ruling takes out leaves on that day, if it is not gone before.
    """
    count = len(rows)
    end = _window_end(day, spec)
    end_cause = np.full(count, FlipCause.ORDER_LEFT, np.int8)
    ruled = facts.orders.excluded_day[rows].astype(np.int64)
    out = (ruled != NO_DAY) & (ruled < end) & (facts.orders.status[rows] == OrderStatus.CANCELLED)
    out &= spec.metric is not Metric.ON_TIME_RATE
    end = np.where(out, np.maximum(ruled, day), end)
    end_cause[out] = FlipCause.RULED_OUT
    return ItemColumns(
        subject=_order_subject(facts, spec)[rows],
        number=facts.orders.order[rows],
        start_day=day,
        end_day=end,
        low_num=values[0],
        low_den=values[1],
        high_num=values[2],
        high_den=values[3],
        unbounded=np.zeros(count, np.int8) if unbounded is None else unbounded,
        start_cause=np.full(count, FlipCause.ORDER_ENTERED, np.int8),
        end_cause=end_cause,
    )


def _finished_days(facts: EligibilityFacts, rows: NDArray[np.intp]) -> Int64:
    return facts.orders.finished_day[rows].astype(np.int64)


def completed_orders(facts: EligibilityFacts, spec: MetricSpec) -> ItemColumns:
    """Each completed order counts 1."""
    rows = np.flatnonzero(_finished(facts, OrderStatus.COMPLETED))
    one, none = np.ones(len(rows), np.int64), np.zeros(len(rows), np.int64)
    return _build(facts, spec, rows, _finished_days(facts, rows), (one, none, one, none))


def unique_clients(facts: EligibilityFacts, spec: MetricSpec) -> ItemColumns:
    """The first completed order of each client counts 1; one of an unknown client 0 or 1."""
    rows = np.flatnonzero(_finished(facts, OrderStatus.COMPLETED))
    subject = _order_subject(facts, spec)[rows]
    buyer, day = facts.buyer[rows], _finished_days(facts, rows)
    order = np.lexsort((facts.orders.order[rows], day, buyer, subject))
    rows, subject, buyer, day = rows[order], subject[order], buyer[order], day[order]
    again = np.zeros(len(rows), bool)
    again[1:] = (subject[1:] == subject[:-1]) & (buyer[1:] == buyer[:-1])
    keep = ~again | (buyer < 0)
    rows, buyer, day = rows[keep], buyer[keep], day[keep]
    one, none = np.ones(len(rows), np.int64), np.zeros(len(rows), np.int64)
    low = np.where(buyer < 0, 0, 1).astype(np.int64)
    return _build(facts, spec, rows, day, (low, none, one, none))


def earnings(facts: EligibilityFacts, spec: MetricSpec) -> ItemColumns:
    """Gross cents of completed orders; the share that is earned is applied to the sum."""
    rows = np.flatnonzero(_finished(facts, OrderStatus.COMPLETED))
    cents, none = facts.amount_cents[rows], np.zeros(len(rows), np.int64)
    known = np.maximum(cents, 0)
    return _build(
        facts,
        spec,
        rows,
        _finished_days(facts, rows),
        (known, none, known, none),
        unbounded=(cents < 0).astype(np.int8),
    )


def cancellation_counts(facts: EligibilityFacts, spec: MetricSpec) -> tuple[Bools, Bools]:
    """Which orders are cancellations that surely count, and which may count."""
    orders = facts.orders
    cancelled = _finished(facts, OrderStatus.CANCELLED)
    if spec.every_cancellation:
        return cancelled, cancelled
    client = cancelled & (orders.cancelled_by == CancelledBy.CLIENT)
    very_late = client & (orders.cancelled_very_late != 0)
    too_early = client & ~very_late & (orders.requirements_in == 0)
    surely = cancelled & (orders.cancelled_by == CancelledBy.SELLER) | very_late
    doubtful = cancelled & ~surely & ~too_early
    if spec.mutual is Doubt.COUNTS:
        surely = surely | doubtful
    return surely, (surely if spec.mutual is Doubt.IGNORED else surely | doubtful)


def completion_rate(facts: EligibilityFacts, spec: MetricSpec) -> ItemColumns:
    """Completed orders over these and the cancellations that count."""
    surely, maybe = cancellation_counts(facts, spec)
    completed = _finished(facts, OrderStatus.COMPLETED)
    rows = np.flatnonzero(completed | maybe)
    done = completed[rows].astype(np.int64)
    against = done | surely[rows]
    return _build(
        facts,
        spec,
        rows,
        _finished_days(facts, rows),
        (done, np.ones(len(rows), np.int64), done, against),
    )


def cancellation_rate(facts: EligibilityFacts, spec: MetricSpec) -> ItemColumns:
    """Cancellations that count over these and the completed orders."""
    surely, maybe = cancellation_counts(facts, spec)
    completed = _finished(facts, OrderStatus.COMPLETED)
    rows = np.flatnonzero(completed | maybe)
    done = completed[rows]
    sure = surely[rows].astype(np.int64)
    return _build(
        facts,
        spec,
        rows,
        _finished_days(facts, rows),
        (sure, sure | done, maybe[rows].astype(np.int64), np.ones(len(rows), np.int64)),
    )


def cancellations(facts: EligibilityFacts, spec: MetricSpec) -> ItemColumns:
    """The number of cancellations that count."""
    surely, maybe = cancellation_counts(facts, spec)
    rows = np.flatnonzero(maybe)
    none = np.zeros(len(rows), np.int64)
    low, high = surely[rows].astype(np.int64), np.ones(len(rows), np.int64)
    return _build(facts, spec, rows, _finished_days(facts, rows), (low, none, high, none))


def on_time_rate(facts: EligibilityFacts, spec: MetricSpec) -> ItemColumns:
    """First deliveries on time over all; without a known due or delivery time 0 or 1 of 1."""
    orders = facts.orders
    delivered = orders.delivered_day != NO_DAY
    timed = delivered & ~np.isnan(orders.late_hours)
    untimed = ~timed & _finished(facts, OrderStatus.COMPLETED)
    rows = np.flatnonzero(timed | untimed)
    day = np.where(delivered, orders.delivered_day, orders.finished_day)[rows].astype(np.int64)
    on_time = timed[rows] & (orders.late_hours[rows] <= 0)
    one = np.ones(len(rows), np.int64)
    low = on_time.astype(np.int64)
    return _build(facts, spec, rows, day, (low, one, low | untimed[rows], one))


def response_rate(facts: EligibilityFacts, spec: MetricSpec) -> ItemColumns:
    """First messages answered in time over all; an answer still due is no item yet."""
    inquiries = facts.inquiries
    minutes = inquiries.reply_minutes
    in_time = (minutes >= 0) & (minutes <= spec.reply_hours * 60)
    message = inquiries.message_day.astype(np.int64)
    decided = np.where(in_time, inquiries.reply_day, message + reply_day_limit(spec))
    start = np.maximum(decided, message)
    count = len(message)
    num, den = in_time.astype(np.int64), np.ones(count, np.int64)
    return ItemColumns(
        subject=inquiries.seller.astype(np.int64),
        number=inquiries.number,
        start_day=start,
        end_day=np.maximum(_window_end(message, spec), start),
        low_num=num,
        low_den=den,
        high_num=num,
        high_den=den,
        unbounded=np.zeros(count, np.int8),
        start_cause=np.full(count, FlipCause.INQUIRY_ENTERED, np.int8),
        end_cause=np.full(count, FlipCause.INQUIRY_LEFT, np.int8),
    )


def reviews(facts: EligibilityFacts, spec: MetricSpec) -> ItemColumns:
    """Versions of reviews with stars: hundredths over 100 for ratings, 1 for counts.

    A window that hangs on the latest review is not an interval of days; there an item counts
    while its version is in force, and :mod:`eligibility.rules.ratings` applies the window.
    """
    columns = facts.reviews
    rows = np.flatnonzero(~np.isnan(columns.stars))
    start = columns.start_day[rows].astype(np.int64)
    posted = columns.posted_day[rows].astype(np.int64)
    window_end = np.maximum(_window_end(posted, spec), start)
    replaced = columns.end_day[rows].astype(np.int64)
    early = (replaced != NO_DAY) & (replaced < window_end)
    edited = columns.edited[rows] != 0
    end_cause = np.where(edited, FlipCause.REVIEW_EDITED, FlipCause.REVIEW_REMOVED)
    rating = spec.metric is Metric.RATING
    hundredths = np.rint(columns.stars[rows] * 100).astype(np.int64)
    num = hundredths if rating else np.ones(len(rows), np.int64)
    den = np.full(len(rows), 100 if rating else 0, np.int64)
    first = columns.start_day[rows] == columns.posted_day[rows]
    return ItemColumns(
        subject=_order_subject(facts, spec)[columns.row[rows]],
        number=facts.orders.order[columns.row[rows]],
        start_day=start,
        end_day=np.where(early, np.maximum(replaced, start), window_end),
        low_num=num,
        low_den=den,
        high_num=num,
        high_den=den,
        unbounded=np.zeros(len(rows), np.int8),
        start_cause=np.where(first, FlipCause.REVIEW_POSTED, FlipCause.REVIEW_EDITED).astype(
            np.int8
        ),
        end_cause=np.where(early, end_cause, FlipCause.REVIEW_LEFT).astype(np.int8),
    )


_BUILDERS = {
    Metric.COMPLETED_ORDERS: completed_orders,
    Metric.UNIQUE_CLIENTS: unique_clients,
    Metric.EARNINGS_USD: earnings,
    Metric.COMPLETION_RATE: completion_rate,
    Metric.CANCELLATION_RATE: cancellation_rate,
    Metric.CANCELLATIONS: cancellations,
    Metric.ON_TIME_RATE: on_time_rate,
    Metric.RESPONSE_RATE: response_rate,
    Metric.RATING: reviews,
    Metric.REVIEW_COUNT: reviews,
}

#: Metrics that are sums over dated items.
SUMS = frozenset(_BUILDERS)
