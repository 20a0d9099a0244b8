"""Forecasts are kept once a week and held against what came."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from config.schedule import SCHEDULE
from metrics.engine.pace import PaceBand
from metrics.forecasting.checking import check_forecasts
from metrics.forecasting.ground import ground_of
from metrics.forecasting.own_pace import own_pace
from metrics.forecasting.records import (
    HORIZONS,
    SCORE,
    Record,
    kept_forecasts,
    record_sentence,
    scores_said,
    track_record,
)
from metrics.forecasting.track_record import KEPT_DAYS, keep_forecasts, sellers_due
from metrics.models import KeptForecast
from metrics.series import seller_series
from metrics.services import recompute_sellers
from metrics.tasks import keep_forecasts as task
from sellers.models import Seller
from tests.builders import NOW, a_gig, a_history, a_review, a_seller, an_order

pytestmark = [pytest.mark.django_db, pytest.mark.servers]

TODAY = NOW.date()


def a_computed_seller() -> Seller:
    seller = a_seller()
    a_history(seller, orders=8)
    recompute_sellers(seller_ids=[seller.pk], now=NOW)
    return seller


def scores(seller: Seller, today: date) -> list[Record]:
    said = scores_said(kept_forecasts(seller))
    return track_record(SCORE, said, seller_series(seller).value_on, today)


def test_each_horizon_is_kept_as_the_forecast_says_it() -> None:
    seller = a_computed_seller()
    assert keep_forecasts(seller_ids=[seller.pk], now=NOW) == 1
    rows = {row.horizon_days: row for row in KeptForecast.objects.filter(seller=seller)}
    assert tuple(sorted(rows)) == HORIZONS
    ground = ground_of(seller, TODAY)
    last = TODAY + timedelta(days=180)
    quiet, band = ground.future(last).now(), own_pace(ground, last)
    assert isinstance(band, PaceBand)
    for horizon, row in rows.items():
        assert (row.made_on, row.made_at, row.revision) == (TODAY, NOW, seller.revision)
        assert row.quiet_score == quiet.score_on(ground.today_number + horizon)
        assert [row.pace_low, row.pace_score, row.pace_high] == band.score[horizon].tolist()
        # Eight reviews with five stars, and no new one: frozen at 5.
        assert row.quiet_rating == 5.0
        rating = [row.pace_rating_low, row.pace_rating, row.pace_rating_high]
        assert rating == band.rating[horizon].tolist()


def test_they_are_kept_once_a_week_and_never_changed() -> None:
    seller = a_computed_seller()
    keep_forecasts(seller_ids=[seller.pk], now=NOW)
    before = list(KeptForecast.objects.values())
    an_order(seller.gigs.get(), NOW - timedelta(days=9), disputes=2)
    assert keep_forecasts(seller_ids=[seller.pk], now=NOW + timedelta(days=6)) == 0
    assert list(KeptForecast.objects.values()) == before
    assert keep_forecasts(seller_ids=[seller.pk], now=NOW + timedelta(days=7)) == 1
    assert KeptForecast.objects.count() == 2 * len(HORIZONS)


def test_the_job_looks_after_sellers_with_orders_whose_week_is_over() -> None:
    mine = a_computed_seller()
    empty = a_seller()
    a_gig(empty)
    recompute_sellers(seller_ids=[empty.pk], now=NOW)
    assert sellers_due(NOW) == [mine.pk]
    keep_forecasts(seller_ids=[mine.pk], now=NOW)
    assert sellers_due(NOW + timedelta(days=6)) == []
    assert sellers_due(NOW + timedelta(days=8)) == [mine.pk]


def test_the_task_is_in_the_schedule_and_keeps_what_is_due() -> None:
    seller = a_computed_seller()
    assert SCHEDULE["keep-forecasts"]["task"] == task.name
    task()
    rows = KeptForecast.objects.filter(seller=seller)
    assert rows.filter(made_on=rows.latest("made_on").made_on).count() == len(HORIZONS)


def test_what_came_is_held_against_what_was_said() -> None:
    seller = a_computed_seller()
    keep_forecasts(seller_ids=[seller.pk], now=NOW)
    assert [record.kept for record in scores(seller, TODAY)] == [1] * 3
    # A bad month: two orders with one star.
    for days in (5, 12):
        done = NOW + timedelta(days=days)
        order = an_order(seller.gigs.get(), NOW, due_at=done, delivered_at=done, completed_at=done)
        a_review(order, 1, posted_at=done)
    later = NOW + timedelta(days=30)
    recompute_sellers(seller_ids=[seller.pk], now=later, from_scratch=True)
    series = seller_series(seller)
    first, second, _ = scores(seller, later.date())
    said = KeptForecast.objects.get(horizon_days=30)
    came = series.value_on(later.date())
    assert came is not None
    assert said.quiet_score is not None
    assert said.pace_score is not None
    assert first.quiet_misses == (abs(said.quiet_score - came),)
    assert first.pace_misses == (abs(said.pace_score - came),)
    assert (first.in_band, first.same_display) == (0, 0)
    assert f"the median miss was {first.pace_misses[0]:.2f}; 0 of 1 lay" in record_sentence(first)
    assert second.pace_misses == ()
    assert record_sentence(second) == (
        "No forecast 90 days ahead has come due yet; the first will on 10 Sep 2024."
    )


def test_a_seller_with_too_little_keeps_what_there_is() -> None:
    seller = a_seller()
    gig = a_gig(seller)
    for days in (20, 25):
        an_order(gig, NOW - timedelta(days=days))
    recompute_sellers(seller_ids=[seller.pk], now=NOW)
    keep_forecasts(seller_ids=[seller.pk], now=NOW)
    row = KeptForecast.objects.get(seller=seller, horizon_days=30)
    assert row.quiet_score is not None
    assert (row.pace_low, row.pace_score, row.pace_high) == (None, None, None)
    later = NOW + timedelta(days=31)
    recompute_sellers(seller_ids=[seller.pk], now=later)
    record = scores(seller, later.date())[0]
    assert record.quiet_miss == pytest.approx(0.0, abs=1e-9)
    assert "without new orders" in record_sentence(record)
    nobody = a_seller()
    empty = scores(nobody, TODAY)[0]
    assert record_sentence(empty).endswith("one is kept every week.")


def test_what_is_kept_is_what_is_made_again_and_old_forecasts_are_forgotten() -> None:
    seller = a_computed_seller()
    keep_forecasts(seller_ids=[seller.pk], now=NOW)
    checked = check_forecasts([seller.pk])
    assert (checked.made_again, checked.passed_over, checked.differences) == (3, 0, [])
    row = KeptForecast.objects.get(horizon_days=90)
    KeptForecast.objects.filter(pk=row.pk).update(quiet_rating=4.9)
    assert check_forecasts([seller.pk]).differences == [
        f"{row}: quiet_rating kept 4.9, made again 5.0"
    ]
    # Facts that changed since cannot be what it was made from.
    Seller.objects.filter(pk=seller.pk).update(revision=seller.revision + 1)
    checked = check_forecasts([seller.pk])
    assert (checked.made_again, checked.passed_over) == (0, 3)
    late = NOW + timedelta(days=KEPT_DAYS)
    keep_forecasts(seller_ids=[seller.pk], now=late)
    assert KeptForecast.objects.count() == 2 * len(HORIZONS)
    keep_forecasts(seller_ids=[seller.pk], now=late + timedelta(days=8))
    days = {*KeptForecast.objects.values_list("made_on", flat=True)}
    assert days == {late.date(), late.date() + timedelta(days=8)}
