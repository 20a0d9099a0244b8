from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics.engine.days import day_number
from metrics.models import DayStatus, Series
from metrics.series import DailySeries, pack, unpack

NEW_YEAR = day_number(date(2024, 1, 1))


def a_series(first_day: int, scores: list[float | None]) -> DailySeries:
    return DailySeries(
        first_day,
        np.array([DayStatus.TOO_LITTLE if s is None else DayStatus.SCORED for s in scores], "u1"),
        np.array([np.nan if s is None else s for s in scores]),
    )


def stored(series: DailySeries) -> list[Series]:
    return [
        Series(year=y.year, first_day=y.first_day, statuses=y.statuses, values=y.values)
        for y in pack(series)
    ]


def test_a_series_is_cut_at_the_turn_of_the_year() -> None:
    years = list(pack(a_series(NEW_YEAR - 2, [7.0, 7.5, None, 8.0])))
    assert [(y.year, y.first_day) for y in years] == [
        (2023, date(2023, 12, 30)),
        (2024, date(2024, 1, 1)),
    ]
    # Two scored days in 2023; in 2024 one day without a value and one of 8.0.
    assert [len(y.values) for y in years] == [16, 8]
    assert years[1].statuses == bytes([DayStatus.TOO_LITTLE, DayStatus.SCORED])


@given(
    st.integers(10_000, 25_000),
    st.lists(st.none() | st.floats(1, 10), min_size=1, max_size=900),
)
def test_what_is_packed_comes_back_bit_for_bit(first_day: int, scores: list[float | None]) -> None:
    series = a_series(first_day, scores)
    back = unpack(stored(series))
    assert back.first_day == series.first_day
    np.testing.assert_array_equal(back.statuses, series.statuses)
    np.testing.assert_array_equal(back.values, series.values)


def test_nothing_that_stands_for_unknown_is_stored() -> None:
    (row,) = pack(a_series(NEW_YEAR, [None, None]))
    assert row.values == b""


def test_a_hole_between_two_years_is_an_error_and_not_a_shorter_series() -> None:
    rows = stored(a_series(NEW_YEAR - 2, [7.0, 7.0, 7.0, 7.0]))
    rows[1].first_day = date(2024, 1, 2)
    with pytest.raises(ValueError, match="not where the year before ended"):
        unpack(rows)


def test_a_missing_value_is_an_error() -> None:
    rows = stored(a_series(NEW_YEAR, [7.0, 7.0]))
    rows[0].values = rows[0].values[:8]
    with pytest.raises(ValueError, match="2 scored days but 1 values"):
        unpack(rows)


def test_days_outside_hold_nothing() -> None:
    series = a_series(NEW_YEAR, [7.0, None])
    assert series.value_on(date(2024, 1, 1)) == 7.0
    assert series.value_on(date(2024, 1, 2)) is None
    assert series.value_on(date(2023, 12, 31)) is None
    assert series.status_on(date(2024, 1, 2)) is DayStatus.TOO_LITTLE
    assert series.status_on(date(2024, 1, 3)) is DayStatus.NOTHING


def test_a_part_keeps_its_days() -> None:
    series = a_series(NEW_YEAR, [1.0, 2.0, 3.0, 4.0])
    part = series.between(date(2024, 1, 2), date(2024, 1, 4))
    assert part.dates() == [date(2024, 1, 2), date(2024, 1, 3)]
    assert list(part.values) == [2.0, 3.0]
    assert len(series.between(date(2020, 1, 1), date(2020, 2, 1))) == 0
