"""Forecasts of past days rest on what had happened by then, and say when they were made."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pytest

from metrics.engine.days import day_number
from metrics.forecasting.ground import ground_of
from metrics.forecasting.hindsight import EVERY_DAYS, TIMES, ground_as_of, keep_in_hindsight
from metrics.forecasting.records import (
    HORIZONS,
    SCORE,
    kept_forecasts,
    record_sentence,
    scores_said,
    track_record,
)
from metrics.models import KeptForecast
from metrics.series import seller_series
from metrics.services import recompute_sellers
from metrics.tasks import keep_forecasts as task
from sellers.models import OrderStatus, Seller
from tests.builders import NOW, a_gig, a_review, a_seller, an_order

pytestmark = [pytest.mark.django_db, pytest.mark.servers]

TODAY = NOW.date()
THEN = TODAY - timedelta(days=90)


def a_computed_seller() -> Seller:
    """An order every ten days for a year; the newest ones went badly."""
    seller = a_seller()
    gig = a_gig(seller)
    for number in range(1, 38):
        order = an_order(gig, NOW - timedelta(days=10 * number + 12))
        a_review(order, 2 if number < 5 else 5)
    recompute_sellers(seller_ids=[seller.pk], now=NOW)
    return seller


def test_the_past_ground_is_that_of_a_seller_to_whom_nothing_later_happened() -> None:
    seller = a_computed_seller()
    then = NOW - timedelta(days=90)
    gig = seller.gigs.get()
    # Placed before that day and finished after it, and a late ruling on an older one.
    crossing = an_order(
        gig,
        then - timedelta(days=3),
        delivered_at=then + timedelta(days=1),
        completed_at=then + timedelta(days=2),
    )
    a_review(crossing, 1)
    found = ground_as_of(ground_of(seller, TODAY), THEN)
    crossing.reviews.all().delete()
    seller.orders.filter(ordered_at__gt=then).delete()
    seller.orders.filter(pk=crossing.pk).update(
        status=OrderStatus.OPEN, completed_at=None, delivered_at=None
    )
    for order in seller.orders.all():
        order.reviews.filter(posted_at__gt=then + timedelta(hours=12)).delete()
    for order in seller.orders.filter(completed_at__gt=then + timedelta(hours=12)):
        order.status, order.completed_at = OrderStatus.OPEN, None
        if order.delivered_at is not None and order.delivered_at > then:
            order.delivered_at = None
        order.save()
    expected = ground_of(seller, THEN)
    last = day_number(THEN) + 180
    there, here = (ground.future(TODAY + timedelta(days=90)).now() for ground in (found, expected))
    assert there.last_day == here.last_day == last
    np.testing.assert_allclose(there.score, here.score, atol=1e-9)
    np.testing.assert_array_equal(found.facts.orders.order, expected.facts.orders.order)


def test_a_history_has_a_record_at_once_that_says_when_it_was_made() -> None:
    seller = a_computed_seller()
    assert keep_in_hindsight(seller_ids=[seller.pk], now=NOW) == TIMES
    rows = KeptForecast.objects.filter(seller=seller)
    assert rows.count() == TIMES * len(HORIZONS)
    assert {row.made_at for row in rows} == {NOW}
    days = {TODAY - timedelta(days=EVERY_DAYS * ago) for ago in range(1, TIMES + 1)}
    assert {row.made_on for row in rows} == days
    assert keep_in_hindsight(seller_ids=[seller.pk], now=NOW + timedelta(days=3)) == 0
    # The four reviews with two stars came in the last 90 days.
    assert {row.quiet_rating for row in rows.filter(made_on__lt=THEN)} == {5.0}
    # No forecast of a day knows of the bad reviews that came after it.
    before = rows.get(made_on=TODAY - timedelta(days=90), horizon_days=90)
    came = seller_series(seller).value_on(TODAY)
    assert came is not None
    assert before.quiet_score is not None
    assert before.quiet_score > came + 1
    said = scores_said(kept_forecasts(seller))
    first = track_record(SCORE, said, seller_series(seller).value_on, TODAY)[0]
    assert first.in_hindsight == len(first.quiet_misses)
    assert record_sentence(first).endswith(
        "All of them were worked out afterwards, from what had happened by their day."
    )


def test_the_weekly_task_makes_them_once_for_whoever_has_none() -> None:
    seller = a_computed_seller()
    task()
    made = KeptForecast.objects.filter(seller=seller).count()
    assert made > len(HORIZONS)
    task()
    assert KeptForecast.objects.filter(seller=seller).count() == made
    young = a_seller()
    an_order(a_gig(young), NOW - timedelta(days=9))
    assert keep_in_hindsight(seller_ids=[young.pk], now=NOW) == 0
