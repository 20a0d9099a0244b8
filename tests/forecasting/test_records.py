"""Misses by hand: what was said of a number, what came, and how it is told."""

from __future__ import annotations

from datetime import date, timedelta

from metrics.forecasting.records import (
    RATING,
    SCORE,
    Said,
    record_sentence,
    record_words,
    track_record,
)

TODAY = date(2024, 6, 12)
CAME = {TODAY: 4.8, TODAY - timedelta(days=30): 4.5}


def said(ago: int, quiet: float, pace: tuple[float, float, float] | None = None) -> Said:
    low, middle, high = pace or (None, None, None)
    return Said(TODAY - timedelta(days=ago), 30, False, quiet, low, middle, high)


def test_the_rating_has_a_mean_miss_a_band_and_what_was_displayed() -> None:
    """|4.80 − 4.8| and |4.62 − 4.5|: mean 0.06; the first is in its band, and reads 4.80."""
    kept = [
        said(30, 4.9, (4.7, 4.801, 4.9)),
        said(60, 4.2, (4.55, 4.619, 4.7)),
        said(5, 4.9, (4.7, 4.8, 4.9)),
    ]
    first, *others = track_record(RATING, kept, CAME.get, TODAY)
    assert (first.kept, first.next_due) == (3, TODAY + timedelta(days=25))
    assert [round(miss, 3) for miss in first.pace_misses] == [0.001, 0.119]
    assert [round(miss, 3) for miss in first.quiet_misses] == [0.1, 0.3]
    assert (first.in_band, first.same_display) == (1, 1)
    beside = (
        "Of 2 forecasts 30 days ahead that came due, the mean miss was 0.06 stars;"
        " 1 of 2 lay in the band, 1 named the number displayed. Without new orders"
        " the mean miss was 0.20 stars."
    )
    assert record_sentence(first) == beside
    words = record_words([first, *others])
    assert words.beside == beside
    assert words.all[1] == (
        "No forecast of the rating 90 days ahead has been kept yet; one is kept every week."
    )


def test_without_a_pace_the_quiet_future_is_held_against_what_came() -> None:
    record = track_record(RATING, [said(30, 4.9), said(60, 4.2)], CAME.get, TODAY)[0]
    # (|4.9 − 4.8| + |4.2 − 4.5|)/2 = 0.2.
    assert record_sentence(record) == (
        "Of 2 forecasts 30 days ahead without new orders, the mean miss against what came was"
        " 0.20 stars."
    )


def test_a_day_without_the_number_has_no_miss_and_a_waiting_one_says_when() -> None:
    never = track_record(SCORE, [said(30, 9.0)], lambda _day: None, TODAY)[0]
    assert (never.kept, never.due, never.quiet_misses) == (1, 1, ())
    assert record_sentence(never).startswith("No forecast 30 days ahead that came due can be")
    waiting = track_record(SCORE, [said(1, 9.0)], CAME.get, TODAY)[0]
    assert record_sentence(waiting) == (
        "No forecast 30 days ahead has come due yet; the first will on 11 Jul 2024."
    )
