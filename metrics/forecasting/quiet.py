"""The future in which nothing new happens, in days, moves and causes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np

from metrics.computing import DisplayedMove, displayed_moves
from metrics.engine.days import date_of, day_number
from metrics.engine.forecast import forecast
from metrics.engine.path import PathNotConverged
from metrics.engine.rating import DailyRatings
from metrics.engine.sweep import DailyScores
from metrics.explanation import Explanation, day_before
from metrics.forecasting.ground import Ground
from metrics.headline import Headline, headline_of
from metrics.series import DailySeries
from metrics.unexplained import unexplained_headline


@dataclass(frozen=True, slots=True)
class ComingMove:
    """A coming day on which the displayed number changes or disappears, and why."""

    day: date
    before: int | None
    after: int | None
    score_before: float | None
    score_after: float | None
    headline: Headline


@dataclass(frozen=True, slots=True)
class QuietForecast:
    """From today to ``last_day``, both included, with no new orders and no new reviews.

    ``gigs`` are by gig id; a gig without any evidence has an empty series.
    """

    today: date
    last_day: date
    overall: DailySeries
    gigs: dict[int, DailySeries]
    rating: DailyRatings


def quiet_forecast(ground: Ground, last_day: date | None = None) -> QuietForecast:
    """The same sweep as that of the past, carried on; to the end of the window if not told.

    Raises
    ------
    ValueError
        If the last day lies before today.
    """
    last = last_day or ground.last_day
    found = forecast(
        ground.evidence,
        ground.facts.reviews,
        len(ground.gigs),
        ground.today_number,
        day_number(last),
        ground.policy,
        ground.benchmarks,
    )
    return QuietForecast(
        today=ground.today,
        last_day=last,
        overall=_series(found.overall),
        gigs={gig.pk: _series(days) for gig, days in zip(ground.gigs, found.gigs, strict=True)},
        rating=found.rating,
    )


def _series(scores: DailyScores) -> DailySeries:
    return DailySeries(scores.first_day, scores.status.astype(np.uint8), scores.score)


def coming_moves(series: DailySeries, today: date) -> list[DisplayedMove]:
    """Displayed moves after today, the next one first."""
    return [move for move in displayed_moves(series) if move.day > day_number(today)]


def explained_moves(ground: Ground, quiet: QuietForecast) -> list[ComingMove]:
    """Every coming move with its cause, from the ledger of its day on the forecast."""
    found = []
    for move in coming_moves(quiet.overall, quiet.today):
        before, after = move.displayed
        found.append(
            ComingMove(
                day=date_of(move.day),
                before=before,
                after=after,
                score_before=move.before,
                score_after=move.after,
                headline=_headline(ground, date_of(move.day)),
            )
        )
    return found


def _headline(ground: Ground, day: date) -> Headline:
    """The cause of a coming move, or that it cannot be shown."""
    try:
        return headline_of(ledger_of(ground, day))
    except PathNotConverged as error:
        return unexplained_headline(error, seller=ground.seller.pk, day=day.isoformat())


def ledger_of(ground: Ground, day: date) -> Explanation:
    """Every line between a coming day and the day before it."""
    return ground.explainer.explain(start=day_before(day), end=day)
