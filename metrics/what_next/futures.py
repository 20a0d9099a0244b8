"""The two futures of the score and of the public rating, on one time axis, with their record."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from metrics.charts.futures import (
    FutureLine,
    futures_figure,
    futures_label,
    futures_legend,
    futures_table,
    table_days,
)
from metrics.charts.trajectory import Threshold
from metrics.engine.pace import LEAST_ORDERS, LEAST_WEEKS, PaceBand, TooLittle
from metrics.forecasting.ground import Ground
from metrics.forecasting.own_pace import own_pace
from metrics.forecasting.quiet import QuietForecast
from metrics.forecasting.records import (
    SCORE,
    kept_forecasts,
    record_words,
    scores_said,
    track_record,
)
from metrics.models import KeptForecast
from metrics.series import seller_series
from metrics.what_next.rating import rating_context
from metrics.words import counted

#: Days of the past before the futures, and of the futures in the charts.
PAST_DAYS, CHART_DAYS = 180, 365
QUIET, PACE = "if nothing new happens", "at your own pace"


def drawn_days(today: date) -> tuple[date, date]:
    """The first and the last day of every chart of the page: they share one time axis."""
    return today - timedelta(days=PAST_DAYS), today + timedelta(days=CHART_DAYS)


def futures_context(ground: Ground, quiet: QuietForecast) -> dict[str, Any]:
    """Two futures drawn together behind the past, of the score and of the rating."""
    days = drawn_days(ground.today)
    band = own_pace(ground, days[1])
    kept = kept_forecasts(ground.seller)
    return {
        "pace_words": pace_words(band),
        "score": _score_context(ground, quiet, band, days, kept),
        "rating": rating_context(ground, quiet, band, (QUIET, PACE), days, kept),
    }


def _score_context(
    ground: Ground,
    quiet: QuietForecast,
    band: PaceBand | TooLittle,
    days: tuple[date, date],
    kept: Sequence[KeptForecast],
) -> dict[str, Any]:
    first, last = days
    past = seller_series(ground.seller)
    shown = past.between(first, ground.today + timedelta(days=1))
    coming = quiet.overall.between(ground.today, last + timedelta(days=1))
    futures = [FutureLine(QUIET, coming.first_day, coming.values.tolist())]
    if isinstance(band, PaceBand):
        low, middle, high = (band.score[:, column].tolist() for column in range(3))
        futures.append(FutureLine(PACE, band.first_day, middle, low, high))
    thresholds = [Threshold(t.score, t.label) for t in ground.policy_file.thresholds]
    legend = [{"kind": "estimate", "label": "our estimate"}, *futures_legend(futures)]
    records = track_record(SCORE, scores_said(kept), past.value_on, ground.today)
    return {
        "figure": futures_figure(shown, futures, thresholds, (ground.today, "today"), days=days),
        "table": futures_table(futures, table_days(ground.today, last)),
        "label": futures_label(futures, last),
        "legend": [*legend, {"kind": "threshold", "label": "what a level needs"}],
        "record": record_words(records),
    }


def pace_words(band: PaceBand | TooLittle) -> str:
    """What the second future rests on, or why there is none."""
    if isinstance(band, TooLittle):
        return (
            "There is no forecast at your own pace: it needs"
            f" {counted(LEAST_ORDERS, 'finished order', 'finished orders')} in at least"
            f" {counted(LEAST_WEEKS, 'whole week', 'whole weeks')}, and the last twelve weeks hold"
            f" {counted(band.orders, 'order', 'orders')} in {counted(band.weeks, 'week', 'weeks')}."
        )
    return (
        f"At your own pace: your last {counted(band.weeks, 'week', 'weeks')} with"
        f" {counted(band.orders, 'finished order', 'finished orders')}, dealt again in random order"
        f" {band.draws} times. The line is the median; four draws of five stay in the band. It"
        " knows no season and no trend."
    )
