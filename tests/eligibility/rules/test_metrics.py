"""The days of every metric equal the plain value of each single day."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eligibility.rules.daily import Axes
from eligibility.rules.metrics import daily_metric
from eligibility.rules.records import GigRecord, OrderRecord, SellerRecord, facts_of, record_of
from eligibility.rules.reference import metric_value
from eligibility.rules.types import Doubt, Empty, Metric, MetricSpec, Scope, Window, WindowKind
from metrics.engine.types import OrderFacts, OrderStatus, ReviewFacts
from tests.eligibility.rules.strategies import sellers

ALL_TIME = Window(WindowKind.ALL_TIME)
LAST_60 = Window(WindowKind.TRAILING, 60)
TWO_YEARS = Window(WindowKind.FROM_LATEST_REVIEW, 730)
#: As long as the gaps between random reviews often are.
TWO_MONTHS_OF_REVIEWS = Window(WindowKind.FROM_LATEST_REVIEW, 60)
STATE = Window(WindowKind.STATE)

SPECS = [
    MetricSpec(Metric.SUCCESS_SCORE, Window(WindowKind.UNPUBLISHED)),
    MetricSpec(Metric.RATING, TWO_YEARS),
    MetricSpec(Metric.RATING, TWO_MONTHS_OF_REVIEWS, Scope.GIG),
    MetricSpec(Metric.RATING, LAST_60),
    MetricSpec(Metric.RATING, LAST_60, Scope.GIG, Empty.FULL),
    MetricSpec(Metric.REVIEW_COUNT, ALL_TIME, Scope.GIG),
    MetricSpec(Metric.REVIEW_COUNT, LAST_60),
    MetricSpec(Metric.RESPONSE_RATE, LAST_60),
    MetricSpec(Metric.RESPONSE_RATE, LAST_60, empty=Empty.FULL, shown_days=30),
    MetricSpec(Metric.RESPONSE_RATE, LAST_60, shown_days=90, reply_hours=48),
    MetricSpec(Metric.COMPLETED_ORDERS, ALL_TIME),
    MetricSpec(Metric.COMPLETED_ORDERS, LAST_60, Scope.GIG),
    MetricSpec(Metric.UNIQUE_CLIENTS, ALL_TIME),
    MetricSpec(Metric.UNIQUE_CLIENTS, ALL_TIME, Scope.GIG),
    MetricSpec(Metric.EARNINGS_USD, ALL_TIME, earnings_share=Fraction(4, 5)),
    MetricSpec(Metric.DAYS_ACTIVE, STATE),
    MetricSpec(Metric.COMPLETION_RATE, LAST_60, empty=Empty.FULL),
    MetricSpec(Metric.COMPLETION_RATE, ALL_TIME, Scope.GIG, every_cancellation=False),
    MetricSpec(Metric.ON_TIME_RATE, LAST_60),
    MetricSpec(Metric.ON_TIME_RATE, LAST_60, Scope.GIG, Empty.FULL),
    *(
        MetricSpec(metric, LAST_60, empty=empty, every_cancellation=False, mutual=mutual)
        for metric in (Metric.CANCELLATION_RATE, Metric.CANCELLATIONS)
        for mutual in Doubt
        for empty in Empty
    ),
    MetricSpec(Metric.GIG_ACTIVE, STATE, Scope.GIG),
    MetricSpec(Metric.CATEGORY, STATE, Scope.GIG),
    MetricSpec(Metric.HUMAN_REVIEW, STATE),
    MetricSpec(Metric.PRIVATE_FEEDBACK, Window(WindowKind.UNPUBLISHED)),
]


def telling_days(seller: SellerRecord) -> list[int]:
    """Days on which something may change, with their neighbours, inside the seller's days."""
    days = {seller.first_day, seller.last_day}
    for order in seller.orders:
        facts = order.facts
        known = {facts.finished_day, facts.delivered_day, facts.excluded_day, order.ordered_day}
        days |= {day for day in known if day is not None}
    for review in seller.reviews:
        days |= {review.posted_day, review.start_day, review.end_day or review.start_day}
    days |= {inquiry.message_day for inquiry in seller.inquiries}
    days |= {*seller.scores, *seller.shown_levels, *seller.shown_response}
    around = {day + shift for day in days for shift in (-1, 0, 1, 2, 30, 60, 90)}
    return sorted(day for day in around if seller.first_day <= day <= seller.last_day)


@settings(max_examples=30, deadline=None)
@given(sellers(), sellers(numbers_from=20_000))
@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: f"{spec.metric}-{spec.window.kind}")
def test_every_day_equals_the_plain_value(
    spec: MetricSpec, one: SellerRecord, other: SellerRecord
) -> None:
    batch = [one, other]
    facts = facts_of(batch)
    axes = Axes.of(facts)
    daily = daily_metric(facts, spec, axes)
    subject = 0
    for number, seller in enumerate(batch):
        days = telling_days(seller)
        if spec.scope is Scope.SELLER:
            for day in days:
                assert daily.on(number, day) == metric_value(seller, spec, day).bounds
            continue
        for gig in range(len(seller.gigs)):
            for day in days:
                if day >= axes.gig.first_day[subject]:
                    expected = metric_value(seller, spec, day, gig).bounds
                    assert daily.on(subject, day) == expected
            subject += 1


@settings(max_examples=30, deadline=None)
@given(sellers(), sellers(numbers_from=20_000))
def test_records_of_a_batch_are_those_it_was_built_from(
    one: SellerRecord, other: SellerRecord
) -> None:
    facts = facts_of([one, other])
    for number, seller in enumerate((one, other)):
        found = record_of(facts, number)
        day = seller.first_day
        for spec in SPECS:
            gig = 0 if spec.scope is Scope.GIG else None
            assert metric_value(found, spec, day, gig) == metric_value(seller, spec, day, gig)


DENSE = st.lists(
    st.tuples(
        st.integers(0, 9),
        st.integers(0, 6) | st.none(),
        st.sampled_from((1.0, 3.0, 14 / 3, 5.0)),
    ),
    max_size=8,
)


@settings(max_examples=150, deadline=None)
@given(DENSE, st.sampled_from((1, 2, 3, 5)), st.integers(0, 4))
def test_reviews_that_crowd_around_the_edge_of_a_window(
    posted: list[tuple[int, int | None, float]], length: int, first_day: int
) -> None:
    reviews = [
        ReviewFacts(n, day, day, None if lasts is None else day + lasts, stars=stars)
        for n, (day, lasts, stars) in enumerate(posted)
    ]
    orders = [OrderRecord(OrderFacts(n, 0, OrderStatus.OPEN), 0) for n in range(len(posted))]
    seller = SellerRecord(first_day, 15, (GigRecord(),), tuple(orders), tuple(reviews))
    facts = facts_of([seller])
    for kind in (WindowKind.FROM_LATEST_REVIEW, WindowKind.TRAILING):
        spec = MetricSpec(Metric.RATING, Window(kind, length))
        daily = daily_metric(facts, spec, Axes.of(facts))
        for day in range(first_day, 16):
            assert daily.on(0, day) == metric_value(seller, spec, day).bounds
