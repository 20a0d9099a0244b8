"""Forecasts are kept on the day they are made and held against what came.

Once a week and seller. What came is read from the stored series when somebody asks, so the
error is always that against the facts as they are known now; nothing is copied.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from statistics import median

import numpy as np
from django.db import transaction
from django.db.models import Max, Q

from metrics.benchmark_lookup import policy_key
from metrics.dates import local_date
from metrics.engine import ENGINE_VERSION
from metrics.engine.future import Trajectory
from metrics.engine.pace import PaceBand, TooLittle
from metrics.engine.reference import display
from metrics.forecasting.ground import Ground, ground_of
from metrics.forecasting.own_pace import own_pace
from metrics.models import KeptForecast
from metrics.series import DailySeries
from metrics.words import counted, day_words, unsigned
from sellers.models import Seller

HORIZONS = (30, 90, 180)
#: A seller's forecasts are kept once in so many days.
EVERY_DAYS = 7
#: Forecasts of a day are made on it, in whatever zone; those made later are so in hindsight.
ONE_DAY = timedelta(days=1)
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
    KeptForecast.objects.bulk_create(forecasts_of(ground_of(seller, today), now))
    return True


def forecasts_of(ground: Ground, now: datetime) -> list[KeptForecast]:
    """The forecasts of the ground's day, one for each horizon, not yet stored."""
    last = ground.today + timedelta(days=max(HORIZONS))
    quiet, band = ground.future(last).now(), own_pace(ground, last)
    return [_kept(ground, horizon, quiet, band, now) for horizon in HORIZONS]


def _kept(
    ground: Ground,
    horizon: int,
    quiet: Trajectory,
    band: PaceBand | TooLittle,
    now: datetime,
) -> KeptForecast:
    low, middle, high = (None, None, None)
    if isinstance(band, PaceBand) and not np.isnan(band.score[horizon]).any():
        low, middle, high = band.score[horizon].tolist()
    return KeptForecast(
        seller=ground.seller,
        made_on=ground.today,
        horizon_days=horizon,
        quiet_score=quiet.score_on(ground.today_number + horizon),
        pace_score=middle,
        pace_low=low,
        pace_high=high,
        policy=policy_key(ground.policy_file),
        engine_version=ENGINE_VERSION,
        revision=ground.seller.revision,
        made_at=now,
    )


@dataclass(frozen=True, slots=True)
class Record:
    """How the kept forecasts of one horizon did, up to ``today``.

    Attributes
    ----------
    kept : how many there are, due or not
    next_due : the day on which the next one comes due; None where none is waiting
    quiet_misses, pace_misses : |forecast − what came| of those that came due, newest first,
        where both are scores
    in_band : how many of the pace forecasts held what came in their band
    same_display : how many of them named the number that was displayed
    in_hindsight : how many of those that came due were made after their day, from what had
        happened by then
    """

    horizon_days: int
    kept: int
    next_due: date | None
    quiet_misses: tuple[float, ...]
    pace_misses: tuple[float, ...]
    in_band: int
    same_display: int
    in_hindsight: int

    @property
    def pace_miss(self) -> float | None:
        """The median miss at the own pace."""
        return median(self.pace_misses) if self.pace_misses else None

    @property
    def quiet_miss(self) -> float | None:
        """The median miss of "nothing new happens", whatever happened then."""
        return median(self.quiet_misses) if self.quiet_misses else None


def track_record(seller: Seller, series: DailySeries, today: date) -> list[Record]:
    """The record of every horizon; ``series`` is what came, in one query with the forecasts."""
    rows = list(KeptForecast.objects.filter(seller=seller).order_by("-made_on"))
    return [
        _record(horizon, [row for row in rows if row.horizon_days == horizon], series, today)
        for horizon in HORIZONS
    ]


def _record(horizon: int, rows: Sequence[KeptForecast], series: DailySeries, today: date) -> Record:
    ahead = timedelta(days=horizon)
    due = [
        (row, series.value_on(row.made_on + ahead)) for row in rows if row.made_on + ahead <= today
    ]
    came = [(row, score) for row, score in due if score is not None]
    paced = [
        (row.pace_low, row.pace_score, row.pace_high, score)
        for row, score in came
        if row.pace_low is not None and row.pace_score is not None and row.pace_high is not None
    ]
    return Record(
        horizon_days=horizon,
        kept=len(rows),
        next_due=min((r.made_on + ahead for r in rows if r.made_on + ahead > today), default=None),
        quiet_misses=tuple(
            abs(row.quiet_score - score) for row, score in came if row.quiet_score is not None
        ),
        pace_misses=tuple(abs(middle - score) for _, middle, _, score in paced),
        in_band=sum(low <= score <= high for low, _, high, score in paced),
        same_display=sum(display(middle) == display(score) for _, middle, _, score in paced),
        in_hindsight=sum(row.made_at.date() > row.made_on + ONE_DAY for row, _ in came),
    )


def record_sentence(record: Record) -> str:
    """What the forecasts of one horizon are worth, from their own past."""
    ahead = f"{record.horizon_days} days ahead"
    if record.pace_miss is not None:
        number = len(record.pace_misses)
        return (
            f"Of {counted(number, 'forecast', 'forecasts')} {ahead} that came due, the median miss"
            f" was {unsigned(record.pace_miss)}; {record.in_band} of {number} lay in the band,"
            f" {record.same_display} named the number displayed.{_hindsight(record, number)}"
        )
    if record.quiet_miss is not None:
        number = len(record.quiet_misses)
        return (
            f"Of {counted(number, 'forecast', 'forecasts')} {ahead} without new orders, the median"
            f" miss against what came was {unsigned(record.quiet_miss)}."
            f"{_hindsight(record, number)}"
        )
    if record.next_due is not None:
        return (
            f"No forecast {ahead} has come due yet; the first will on {day_words(record.next_due)}."
        )
    return f"No forecast {ahead} has been kept yet; one is kept every week."


def _hindsight(record: Record, number: int) -> str:
    """How many were made after their day; empty for none."""
    if not record.in_hindsight:
        return ""
    many = record.in_hindsight
    some = (
        "All of them were" if many >= number else f"{many} of them {'was' if many == 1 else 'were'}"
    )
    return f" {some} worked out afterwards, from what had happened by their day."
