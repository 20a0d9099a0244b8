"""Proves that kept forecasts are what the engine says: made again from the facts, and compared.

A forecast can be made again while the seller's facts and the formula are those it was made
from. The others rest on what was known then, and are passed over.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from itertools import groupby
from typing import Any

from django.db import models

from metrics.benchmark_lookup import policy_key
from metrics.dates import local_date
from metrics.engine import ENGINE_VERSION
from metrics.engine.days import day_number
from metrics.forecasting.ground import Ground, ground_of
from metrics.forecasting.hindsight import benchmarks_as_of, ground_as_of
from metrics.forecasting.track_record import forecasts_of
from metrics.models import KeptForecast
from metrics.policy_files import current_policy_file
from sellers.models import Seller


@dataclass(slots=True)
class Compared:
    """What a check found: forecasts made again, those that could not be, and differences."""

    made_again: int = 0
    passed_over: int = 0
    differences: list[str] = field(default_factory=list)


def check_forecasts(seller_ids: Sequence[int]) -> Compared:
    """Make the kept forecasts of score and rating of these sellers again."""
    found, policy = Compared(), policy_key(current_policy_file())
    for seller in Seller.objects.filter(pk__in=seller_ids).order_by("pk"):
        kept = KeptForecast.objects.filter(seller=seller)
        fit = kept.filter(
            revision=seller.revision, policy=policy, engine_version=ENGINE_VERSION
        ).order_by("made_on", "horizon_days")
        found.passed_over += kept.count() - len(fit)
        for _, of_day in groupby(fit, key=lambda row: row.made_on):
            rows = list(of_day)
            made_on, made_at = rows[0].made_on, rows[0].made_at
            again = forecasts_of(ground_then(seller, made_on, made_at), made_at, afresh=True)
            compare_rows(found, rows, again)
    return found


def ground_then(seller: Seller, made_on: date, made_at: datetime) -> Ground:
    """The ground that a forecast was made on; the seller's facts are those of then."""
    ground = ground_of(seller, made_on)
    if local_date(seller, made_at) != made_on:
        return ground_as_of(ground, made_on)
    known = benchmarks_as_of(ground.benchmarks, day_number(made_on))
    return replace(ground, benchmarks=known)


def compare_rows(
    found: Compared, kept: Sequence[models.Model], again: Sequence[models.Model]
) -> None:
    """Add what was kept of one seller and day, and where it differs from what was made again."""
    made = {_values(row)["horizon_days"]: _values(row) for row in again}
    for row in kept:
        stored = _values(row)
        expected = made[stored["horizon_days"]]
        found.made_again += 1
        found.differences += [
            f"{row}: {name} kept {stored[name]}, made again {expected[name]}"
            for name in stored
            if stored[name] != expected[name]
        ]


def _values(row: models.Model) -> dict[str, Any]:
    """All columns but the row's own number."""
    return {
        column.attname: getattr(row, column.attname)
        for column in row._meta.concrete_fields
        if not column.primary_key
    }
