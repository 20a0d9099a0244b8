"""What the page shows, part by part; a part is built the same for the page and for HTMX."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import numpy as np
from django.urls import reverse

from metrics.charts.futures import (
    FutureLine,
    futures_figure,
    futures_label,
    futures_legend,
    futures_table,
    table_days,
)
from metrics.charts.trajectory import Threshold, turn_words
from metrics.engine.pace import LEAST_ORDERS, LEAST_WEEKS, PaceBand, TooLittle
from metrics.forecasting.age_out import AgeOutRow, age_out_rows
from metrics.forecasting.feeds import feeds_in_force
from metrics.forecasting.ground import Ground
from metrics.forecasting.own_pace import own_pace
from metrics.forecasting.plan_words import budget_sentence
from metrics.forecasting.planning import OpenOrder, error_budgets, open_orders
from metrics.forecasting.quiet import ComingMove, QuietForecast, explained_moves, quiet_forecast
from metrics.forecasting.track_record import record_sentence, track_record
from metrics.models import Standing
from metrics.series import seller_series
from metrics.what_next.plan import plan_context, simulator_url
from metrics.words import counted, score_words, signed
from sellers.models import Order, OrderStatus, User

#: Days of the past before the futures, and of the futures in the chart.
PAST_DAYS, CHART_DAYS = 180, 365
QUIET, PACE = "if nothing new happens", "at your own pace"
#: Rows of the calendar that stand open; the others are folded.
SHOWN_ROWS = 8
#: Less than this prints as nothing.
NO_HARM = 0.0005


def page_context(
    ground: Ground, standing: Standing, user: User, query: Mapping[str, Any]
) -> dict[str, Any]:
    """Everything but the simulator."""
    quiet = quiet_forecast(ground)
    rows = age_out_rows(ground, quiet)
    return {
        "seller": ground.seller,
        "standing": standing,
        "crumbs": [
            {"label": "Sellers", "url": reverse("sellers:roster")},
            {
                "label": ground.seller.handle,
                "url": reverse("metrics:seller", args=[ground.seller.pk]),
            },
        ],
        **futures_context(ground, quiet),
        "moves": [move_row(move) for move in explained_moves(ground, quiet)],
        "age_out": [age_out_row(ground, row) for row in rows[:SHOWN_ROWS]],
        "age_out_more": [age_out_row(ground, row) for row in rows[SHOWN_ROWS:]],
        "feed": feeds_in_force(seller=ground.seller, user=user).first(),
        **plan_context(ground, standing, query),
        "budgets": [budget_sentence(ground, budget) for budget in error_budgets(ground)],
        "open_orders": open_order_rows(ground),
    }


def futures_context(ground: Ground, quiet: QuietForecast) -> dict[str, Any]:
    """Two futures drawn together behind the past, with their track record."""
    last = ground.today + timedelta(days=CHART_DAYS)
    band = own_pace(ground, last)
    past = seller_series(ground.seller)
    shown = past.between(ground.today - timedelta(days=PAST_DAYS), ground.today + timedelta(days=1))
    coming = quiet.overall.between(ground.today, last + timedelta(days=1))
    futures = [FutureLine(QUIET, coming.first_day, coming.values.tolist())]
    if isinstance(band, PaceBand):
        low, middle, high = (band.score[:, column].tolist() for column in range(3))
        futures.append(FutureLine(PACE, band.first_day, middle, low, high))
    thresholds = [Threshold(t.score, t.label) for t in ground.policy_file.thresholds]
    legend = [{"kind": "estimate", "label": "our estimate"}]
    legend += futures_legend(futures)
    return {
        "figure": futures_figure(shown, futures, thresholds, (ground.today, "today")),
        "chart_table": futures_table(futures, table_days(ground.today, last)),
        "chart_label": futures_label(futures, last),
        "legend": [*legend, {"kind": "threshold", "label": "what a level needs"}],
        "pace_words": pace_words(band),
        "rating_words": rating_words(ground, quiet, band),
        "records": [record_sentence(r) for r in track_record(ground.seller, past, ground.today)],
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


def rating_words(ground: Ground, quiet: QuietForecast, band: PaceBand | TooLittle) -> str:
    """The public rating of both futures in 90 days."""
    now = quiet.rating.on(ground.today_number)
    if now.mean is None:
        return "There is no public rating yet."
    text = (
        f"The public rating stays at {now.mean} if no review comes: its two years reach back from"
        " the latest review, not from today."
    )
    if isinstance(band, PaceBand) and not np.isnan(band.rating[90]).any():
        low, middle, high = band.rating[90].tolist()
        text += f" At your own pace it is {middle:.2f} in 90 days ({low:.2f} to {high:.2f})."
    return text


def move_row(move: ComingMove) -> dict[str, Any]:
    """A coming move in words."""
    return {
        "day": move.day,
        "turn": turn_words(move.before, move.after),
        "text": move.headline["text"],
    }


def age_out_row(ground: Ground, row: AgeOutRow) -> dict[str, Any]:
    """One line of the calendar in words."""
    seller = ground.seller.pk
    rating = row.rating
    return {
        "ref": row.ref,
        "url": reverse("sellers:order", args=[seller, row.ref]),
        "gig": row.gig,
        "faults": ", ".join(row.faults),
        "harms": [_harm_words(harm) for harm in row.harms],
        "ends_on": row.ends_on,
        "score_then": "" if row.score_then is None else score_words(row.score_then),
        "rating": None
        if rating is None
        else {
            "harm": f"{rating.harm:.3f}",
            "leaves_from": rating.leaves_from,
            "frozen": rating.is_frozen,
        },
        "try_url": simulator_url(ground, {"without": row.ref}),
    }


def _harm_words(harm: float | None) -> str:
    if harm is None:
        return "no score"
    return "–" if abs(harm) < NO_HARM else signed(-harm)


def open_order_rows(ground: Ground) -> list[dict[str, Any]]:
    """Open orders in words, the one with most at stake first."""
    known = {
        order.pk: order
        for order in Order.objects.filter(seller=ground.seller, status=OrderStatus.OPEN)
    }
    zone = ground.seller.zone
    due: dict[int, date | None] = {}
    for pk, order in known.items():
        at = order.extended_due_at or order.due_at
        due[pk] = None if at is None else at.astimezone(zone).date()
    return [
        _open_row(ground, known[one.order], one, due[one.order]) for one in open_orders(ground, due)
    ]


def _open_row(ground: Ground, order: Order, one: OpenOrder, due: date | None) -> dict[str, Any]:
    return {
        "ref": order.ref,
        "url": reverse("sellers:order", args=[ground.seller.pk, order.ref]),
        "gig": ground.gigs[one.gig].title,
        "due": due,
        "late": "" if one.if_late is None else signed(-one.if_late),
        "cancelled": "" if one.if_cancelled is None else signed(-one.if_cancelled),
    }
