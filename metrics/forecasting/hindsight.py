"""Forecasts of days that have passed, from what had happened by then.

A seller whose history was imported today has no kept forecasts, and would have no track record for
months. The same code makes those of past days from the facts up to each day alone. They say when
they were made, so the record tells them apart from those that were kept on their own day: what was
typed in or corrected later is in them too.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, timedelta

import numpy as np
from django.db import transaction

from metrics.dates import local_date
from metrics.engine.columns import BenchmarkColumns, OrderColumns, ReviewColumns
from metrics.engine.days import NO_DAY, day_number
from metrics.engine.types import OrderStatus
from metrics.explain import Explainer
from metrics.facts import FactColumns
from metrics.forecasting.ground import Ground, ground_of
from metrics.forecasting.track_record import forecasts_of
from metrics.models import KeptForecast
from sellers.models import Seller

#: One forecast for so many days, so far back (A).
EVERY_DAYS, TIMES = 30, 12


def keep_in_hindsight(*, seller_ids: Iterable[int], now: datetime) -> int:
    """Make the forecasts of past days of sellers who have no old ones; never changed afterwards.

    Returns
    -------
    The number of past days for which forecasts were made.
    """
    made = 0
    for seller in Seller.objects.filter(pk__in=list(seller_ids)).order_by("pk"):
        made += _keep(seller, now)
    return made


@transaction.atomic
def _keep(seller: Seller, now: datetime) -> int:
    """One seller's. The seller's row is held, so a second call finds them made."""
    seller = Seller.objects.select_for_update(no_key=True).get(pk=seller.pk)
    today = local_date(seller, now)
    days = [today - timedelta(days=EVERY_DAYS * ago) for ago in range(1, TIMES + 1)]
    if KeptForecast.objects.filter(seller=seller, made_on__lte=days[0]).exists():
        return 0
    ground, made = ground_of(seller, today), 0
    for day in days:
        then = ground_as_of(ground, day)
        if not len(then.evidence):
            break
        KeptForecast.objects.bulk_create(forecasts_of(then, now))
        made += 1
    return made


def ground_as_of(ground: Ground, day: date) -> Ground:
    """A seller as they stood on a past day: what happened later is not there."""
    facts = facts_as_of(ground.facts, day_number(day))
    explainer = Explainer(ground.seller, facts)
    moment = explainer.moment(day, ground.policy_file)
    return replace(
        ground,
        today=day,
        explainer=explainer,
        evidence=moment.evidence,
        benchmarks=benchmarks_as_of(ground.benchmarks, day_number(day)),
    )


def facts_as_of(facts: FactColumns, day: int) -> FactColumns:
    """Orders that had been placed by a day, as far as they had come, and reviews posted by then."""
    there = facts.ordered_day <= day
    rows = np.flatnonzero(there)
    orders = OrderColumns(
        **{name: getattr(facts.orders, name)[rows] for name in OrderColumns.__slots__}
    )
    later = orders.finished_day > day
    undelivered = orders.delivered_day > day
    orders = replace(
        orders,
        status=np.where(later, OrderStatus.OPEN, orders.status).astype(orders.status.dtype),
        finished_day=np.where(later, NO_DAY, orders.finished_day),
        delivered_day=np.where(undelivered, NO_DAY, orders.delivered_day),
        late_hours=np.where(undelivered, np.nan, orders.late_hours),
        excluded_day=np.where(orders.excluded_day > day, NO_DAY, orders.excluded_day),
    )
    kept = np.flatnonzero(there[facts.reviews.row] & (facts.reviews.start_day <= day))
    reviews = ReviewColumns(
        **{name: getattr(facts.reviews, name)[kept] for name in ReviewColumns.__slots__}
    )
    place = np.cumsum(there) - 1
    reviews = replace(
        reviews,
        row=place[reviews.row].astype(reviews.row.dtype),
        end_day=np.where(reviews.end_day > day, NO_DAY, reviews.end_day),
    )
    return replace(
        facts,
        orders=orders,
        reviews=reviews,
        ordered_day=facts.ordered_day[rows],
        day_assumed=facts.day_assumed[rows],
    )


def benchmarks_as_of(benchmarks: BenchmarkColumns | None, day: int) -> BenchmarkColumns | None:
    """Without the benchmarks that came later; the first one holds for all days before it."""
    if benchmarks is None:
        return None
    known = max(int(np.searchsorted(benchmarks.start_day, day, side="right")), 1)
    return BenchmarkColumns(
        benchmarks.start_day[:known], benchmarks.mean[:, :known], benchmarks.spread[:, :known]
    )
