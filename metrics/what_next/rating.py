"""The public rating ahead: both futures drawn, each coming move with its day and its cause."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import numpy as np
from django.urls import reverse

from metrics.charts.futures import RATING as SCALE
from metrics.charts.futures import (
    FutureLine,
    band_words,
    futures_figure,
    futures_label,
    futures_legend,
    futures_table,
    table_days,
)
from metrics.engine.columns import Int64
from metrics.engine.days import NO_DAY, date_of, day_number
from metrics.engine.pace import PaceBand, TooLittle
from metrics.engine.rating import DailyRatings, PublicRating, daily_ratings, mean_stars
from metrics.engine.rating_plan import Stars
from metrics.engine.rating_window import Departure, RatingTurn, departures, rating_turns
from metrics.forecasting.ground import Ground
from metrics.forecasting.quiet import QuietForecast
from metrics.forecasting.records import RATING, ratings_said, record_words, track_record
from metrics.models import DayStatus, KeptForecast
from metrics.series import DailySeries
from metrics.words import counted, day_words, star_words
from sellers.models import Order

#: Rows that stand open; the others are folded.
SHOWN_ROWS = 6
#: How far ahead the rating is told in words.
TOLD_DAYS = 90


def rating_context(
    ground: Ground,
    quiet: QuietForecast,
    band: PaceBand | TooLittle,
    names: tuple[str, str],
    days: tuple[date, date],
    kept: Sequence[KeptForecast],
) -> dict[str, Any]:
    """The chart of the rating with its table, what moves it, and how earlier forecasts did.

    Parameters
    ----------
    names : of the quiet future and of that at the own pace
    days : the first and the last day of the chart
    """
    reviews, last = ground.facts.reviews, days[1]
    first_said = min((row.made_on for row in kept), default=days[0])
    past = daily_ratings(reviews, day_number(min(days[0], first_said)), ground.today_number)
    came = _series(past)
    futures = [_quiet_line(names[0], quiet.rating, ground, last)]
    if isinstance(band, PaceBand):
        low, middle, high = (band.rating[:, column].tolist() for column in range(3))
        futures.append(FutureLine(names[1], band.first_day, middle, low, high))
    shown = came.between(days[0], ground.today + timedelta(days=1))
    records = track_record(RATING, ratings_said(kept), came.value_on, ground.today)
    legend = [{"kind": "estimate", "label": "from your reviews"}, *futures_legend(futures)]
    rows = [*_turn_rows(ground, quiet.rating, last), *_leaving_rows(ground, band, last)]
    return {
        "figure": futures_figure(shown, futures, [], (ground.today, "today"), SCALE, days),
        "table": futures_table(futures, table_days(ground.today, last), SCALE),
        "label": futures_label(futures, last, SCALE),
        "legend": legend,
        "words": rating_words(ground, quiet, band),
        "moves": rows[:SHOWN_ROWS],
        "more_moves": rows[SHOWN_ROWS:],
        "record": record_words(records),
    }


def _series(ratings: DailyRatings) -> DailySeries:
    """Exact means in stars, day by day."""
    mean = np.full(len(ratings.count), np.nan)
    np.divide(ratings.hundredths, 100.0 * ratings.count, out=mean, where=ratings.count > 0)
    status = np.where(ratings.count > 0, DayStatus.SCORED, DayStatus.NOTHING)
    return DailySeries(ratings.first_day, status.astype(np.uint8), mean)


def _quiet_line(name: str, ratings: DailyRatings, ground: Ground, last: date) -> FutureLine:
    coming = _series(ratings).between(ground.today, last + timedelta(days=1))
    return FutureLine(name, coming.first_day, coming.values.tolist())


# --- words --------------------------------------------------------------------------------


def rating_words(ground: Ground, quiet: QuietForecast, band: PaceBand | TooLittle) -> str:
    """The rating of both futures, and why it stands still while no review comes."""
    now = quiet.rating.on(ground.today_number)
    if now.mean is None or now.start_day is None or now.end_day is None:
        return "There is no public rating yet."
    text = (
        f"It stays at {now.mean:.2f} while no review comes: the window is frozen. It holds"
        f" {counted(now.count, 'review', 'reviews')}, of {day_words(date_of(now.start_day))} to"
        f" {day_words(date_of(now.end_day - 1))}, two years back from the latest one and not from"
        " today."
    )
    if isinstance(band, PaceBand) and not np.isnan(band.rating[TOLD_DAYS]).any():
        low, middle, high = band.rating[TOLD_DAYS].tolist()
        text += f" At your own pace it is {SCALE.say(middle)} in {TOLD_DAYS} days"
        ends = band_words(SCALE, low, high)
        text += "." if ends == SCALE.say(middle) else f" ({ends})."
    return text


def _turn_rows(ground: Ground, ratings: DailyRatings, last: date) -> list[dict[str, Any]]:
    """Days on which what is known today moves the displayed rating with no new review."""
    turns = [
        turn
        for turn in rating_turns(ground.facts.reviews, ratings)
        if turn.day <= day_number(last) and _shown(turn.before) != _shown(turn.after)
    ]
    return [
        {
            "day": date_of(turn.day),
            "by_itself": True,
            "turn": _turn_words(_shown(turn.before), _shown(turn.after)),
            "text": _turn_cause(ground, turn),
        }
        for turn in turns
    ]


def _turn_cause(ground: Ground, turn: RatingTurn) -> str:
    reviews = ground.facts.reviews
    edited = np.intersect1d(reviews.row[turn.began], reviews.row[turn.ended])
    told = [
        (turn.ended[~np.isin(reviews.row[turn.ended], edited)], "is taken down", "are taken down"),
        (turn.ended[np.isin(reviews.row[turn.ended], edited)], "is edited", "are edited"),
        (turn.began[~np.isin(reviews.row[turn.began], edited)], "comes in", "come in"),
        (turn.left, "leaves the window", "leave the window"),
    ]
    return "; ".join(
        f"{_reviews_words(ground, rows)} {one if len(rows) == 1 else many}"
        for rows, one, many in told
        if len(rows)
    )


def _leaving_rows(ground: Ground, band: PaceBand | TooLittle, last: date) -> list[dict[str, Any]]:
    """What the next review takes out of the window, day by day, where the display moves."""
    leaving = [
        one
        for one in departures(ground.facts.reviews, ground.today_number, day_number(last))
        if _shown(one.before) != _shown(one.after)
    ]
    single = [int(_orders(ground, one.rows)[0]) for one in leaving if len(one.rows) == 1]
    refs = dict(Order.objects.filter(pk__in=single).values_list("pk", "ref"))
    return [_leaving_row(ground, one, band, refs) for one in leaving]


def _leaving_row(
    ground: Ground, one: Departure, band: PaceBand | TooLittle, refs: Mapping[int, str]
) -> dict[str, Any]:
    waits = one.day == ground.today_number + 1
    leave = "leaves" if len(one.rows) == 1 else "leave"
    text = f"{_reviews_words(ground, one.rows)} {leave} the window"
    ref = refs.get(int(_orders(ground, one.rows)[0]), "") if len(one.rows) == 1 else ""
    return {
        "day": date_of(one.day),
        "waits": waits,
        "turn": _turn_words(_shown(one.before), _shown(one.after)),
        "text": text,
        "url": reverse("sellers:order", args=[ground.seller.pk, ref]) if ref else "",
        "paced": _paced_words(one, band),
    }


def _paced_words(one: Departure, band: PaceBand | TooLittle) -> str:
    """When half of the draws have had the review that takes it out."""
    if not isinstance(band, PaceBand):
        return ""
    day = int(band.next_review[one.day - band.first_day])
    if day == NO_DAY:
        return "at your own pace not in this time"
    return f"at your own pace by {day_words(date_of(day))}"


def _orders(ground: Ground, rows: Int64) -> Int64:
    orders: Int64 = ground.facts.orders.order[ground.facts.reviews.row[rows]]
    return orders


def _reviews_words(ground: Ground, rows: Int64) -> str:
    """ "the review of 12 Jun 2022 (1 star)", "3 reviews of 12 Jun 2022"."""
    reviews = ground.facts.reviews
    posted = reviews.posted_day[rows]
    first, latest = day_words(date_of(int(posted.min()))), day_words(date_of(int(posted.max())))
    if len(rows) == 1:
        return f"the review of {first} ({star_words(float(reviews.stars[rows[0]]))})"
    days = first if first == latest else f"{first} to {latest}"
    return f"{len(rows)} reviews of {days}"


def _shown(rating: PublicRating | Stars) -> str | None:
    """As it is displayed; None without a review."""
    mean = mean_stars(rating.hundredths, rating.count)
    return None if mean is None else f"{mean:.2f}"


def _turn_words(before: str | None, after: str | None) -> str:
    return " → ".join(SCALE.none if side is None else side for side in (before, after))
