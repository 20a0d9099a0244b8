"""Forecasts are kept on the day they are made, once a week and seller, and never changed.

:mod:`metrics.forecasting.records` holds them against what came.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

import numpy as np
from django.db import transaction
from django.db.models import Max, Q

from metrics.benchmark_lookup import policy_key
from metrics.dates import local_date
from metrics.engine import ENGINE_VERSION
from metrics.engine.future import Trajectory
from metrics.engine.pace import PaceBand, TooLittle
from metrics.engine.rating import DailyRatings, daily_ratings
from metrics.forecasting.ground import Ground, ground_of
from metrics.forecasting.own_pace import own_pace
from metrics.forecasting.records import HORIZONS
from metrics.models import KeptForecast
from sellers.models import Seller

#: A seller's forecasts are kept once in so many days.
EVERY_DAYS = 7
#: What is older is forgotten, so that a seller has at most so many rows.
KEPT_DAYS = 3 * 365
#: Sellers that one turn of the job looks after.
SELLERS_A_TURN = 200


def sellers_due(now: datetime) -> list[int]:
    """Sellers with orders whose last kept forecasts are a week old, or who have none."""
    latest = (now - timedelta(days=EVERY_DAYS)).date()
    due = (
        Seller.objects.filter(standing__finished_orders__gt=0)
        .annotate(last=Max("kept_forecasts__made_on"))
        .filter(Q(last=None) | Q(last__lte=latest))
        .order_by("pk")
        .values_list("pk", flat=True)
    )
    return list(due[:SELLERS_A_TURN])


def keep_forecasts(*, seller_ids: Iterable[int], now: datetime) -> int:
    """Make and keep the forecasts of the day; made once, they are never changed.

    Returns
    -------
    The number of sellers whose forecasts were kept.
    """
    kept = 0
    for seller in Seller.objects.filter(pk__in=list(seller_ids)).order_by("pk"):
        kept += _keep(seller, now)
    return kept


@transaction.atomic
def _keep(seller: Seller, now: datetime) -> bool:
    """One seller's; does nothing where they were made this week. The seller's row is held."""
    seller = Seller.objects.select_for_update(no_key=True).get(pk=seller.pk)
    today = local_date(seller, now)
    recent = today - timedelta(days=EVERY_DAYS)
    if KeptForecast.objects.filter(seller=seller, made_on__gt=recent).exists():
        return False
    forgotten = today - timedelta(days=KEPT_DAYS)
    KeptForecast.objects.filter(seller=seller, made_on__lt=forgotten).delete()
    KeptForecast.objects.bulk_create(forecasts_of(ground_of(seller, today), now))
    return True


def forecasts_of(ground: Ground, now: datetime, *, afresh: bool = False) -> list[KeptForecast]:
    """The forecasts of the ground's day, one for each horizon, not yet stored.

    ``afresh`` works everything out, whatever is remembered.
    """
    last = ground.today + timedelta(days=max(HORIZONS))
    quiet, band = ground.future(last).now(), own_pace(ground, last, afresh=afresh)
    first = ground.today_number
    rating = daily_ratings(ground.facts.reviews, first, first + max(HORIZONS))
    return [_kept(ground, horizon, quiet, rating, band, now) for horizon in HORIZONS]


def _kept(
    ground: Ground,
    horizon: int,
    quiet: Trajectory,
    rating: DailyRatings,
    band: PaceBand | TooLittle,
    now: datetime,
) -> KeptForecast:
    scores, ratings = _band_on(band, horizon)
    day = ground.today_number + horizon
    row = KeptForecast(
        seller=ground.seller,
        made_on=ground.today,
        horizon_days=horizon,
        quiet_score=quiet.score_on(day),
        quiet_rating=rating.on(day).exact,
        policy=policy_key(ground.policy_file),
        engine_version=ENGINE_VERSION,
        revision=ground.seller.revision,
        made_at=now,
    )
    row.pace_low, row.pace_score, row.pace_high = scores
    row.pace_rating_low, row.pace_rating, row.pace_rating_high = ratings
    return row


_Band = tuple[float | None, float | None, float | None]


def _band_on(band: PaceBand | TooLittle, horizon: int) -> tuple[_Band, _Band]:
    """Score and rating at the own pace: low, middle, high; None where there is none."""
    if not isinstance(band, PaceBand):
        return (None, None, None), (None, None, None)
    score, rating = (
        (None, None, None) if np.isnan(of_day).any() else tuple(of_day.tolist())
        for of_day in (band.score[horizon], band.rating[horizon])
    )
    return score, rating
