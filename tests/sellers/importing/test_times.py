"""Times: forms, zones, and the hours in which clocks change."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sellers.importing.times import parse_times, to_utc, utc_texts


def read(cell: str, zone: str = "UTC", *, end_of_day: bool = False) -> dt.datetime | None:
    times = parse_times([cell])
    if times.blank[0] or times.wrong[0]:
        return None
    micros = int(to_utc(times, [zone], end_of_day=end_of_day)[0])
    return dt.datetime(1970, 1, 1, tzinfo=dt.UTC) + dt.timedelta(microseconds=micros)


def at(*parts: int) -> dt.datetime:
    return dt.datetime(*parts, tzinfo=dt.UTC)  # type: ignore[arg-type,misc]


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("2024-03-01", at(2024, 3, 1)),
        ("2024-03-01T09:30", at(2024, 3, 1, 9, 30)),
        ("2024-03-01 09:30:15", at(2024, 3, 1, 9, 30, 15)),
        ("2024-03-01T09:30:15.25", at(2024, 3, 1, 9, 30, 15, 250000)),
        ("2024-03-01T09:30Z", at(2024, 3, 1, 9, 30)),
        ("2024-03-01T09:30:15+02:00", at(2024, 3, 1, 7, 30, 15)),
        ("2024-03-01T09:30:15 -0330", at(2024, 3, 1, 13, 0, 15)),
        ("2024-02-29", at(2024, 2, 29)),
    ],
)
def test_iso_forms_are_read(cell: str, expected: dt.datetime) -> None:
    assert read(cell) == expected


@pytest.mark.parametrize(
    "cell",
    [
        *("2023-02-29", "2024-13-01", "2024-00-10", "2024-01-32", "24-01-01", "20240101"),
        *("2024-01-01T24:00", "2024-01-01T12", "2024-01-01T12:60", "2024-01-01T12:00:60"),
        *("2024-01-01X12:00", "2024-01-01T12:00+25:00", "2024-01-01T12:00 CET", "01/02/2024"),
        *("yesterday", "２０２４-01-01", "2024-01-01T12:00:00.", "Jan 09", "2024-1-1"),
    ],
)
def test_what_is_no_time_is_not_guessed(cell: str) -> None:
    assert read(cell) is None


def test_an_hour_that_comes_twice_is_the_first_of_the_two() -> None:
    # New York, 3 Nov 2024: 01:30 comes at −4 h and again at −5 h.
    assert read("2024-11-03T01:30", "America/New_York") == at(2024, 11, 3, 5, 30)


def test_a_skipped_hour_is_read_as_if_clocks_had_not_changed_yet() -> None:
    # New York, 10 Mar 2024: 02:30 does not exist; at −5 h it is 07:30 UTC, shown as 03:30.
    assert read("2024-03-10T02:30", "America/New_York") == at(2024, 3, 10, 7, 30)


def test_a_day_begins_and_ends_where_clocks_change_at_midnight() -> None:
    # São Paulo skipped 00:00 to 01:00 on 4 Nov 2018: the day begins at 01:00 (−2 h).
    assert read("2018-11-04", "America/Sao_Paulo") == at(2018, 11, 4, 3)
    # On 17 Feb 2018 it had 23:00 to 24:00 twice: the day ends with the second (−3 h).
    end = read("2018-02-17", "America/Sao_Paulo", end_of_day=True)
    assert end == at(2018, 2, 18, 2, 59, 59, 999999)


ZONES = ("UTC", "Europe/Berlin", "America/Sao_Paulo", "Australia/Lord_Howe", "Asia/Kathmandu")


SPAN = (dt.datetime(2005, 1, 1), dt.datetime(2026, 1, 1))  # noqa: DTZ001 - wall clocks


@given(
    moments=st.lists(st.datetimes(*SPAN), max_size=30),
    zone=st.sampled_from(ZONES),
)
def test_columns_agree_with_the_standard_library(moments: list[dt.datetime], zone: str) -> None:
    times = parse_times([moment.isoformat() for moment in moments])
    assert not times.wrong.any()
    utc = to_utc(times, [zone] * len(moments))
    epoch = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
    for moment, micros in zip(moments, utc.tolist(), strict=True):
        expected = moment.replace(tzinfo=ZoneInfo(zone)).astimezone(dt.UTC)
        assert epoch + dt.timedelta(microseconds=micros) == expected


FORMS = st.sampled_from(
    ["", "2024-03-01", "2024-03-01T09:30", "2024-03-01 09:30:15Z", "2024-03-01t09:30:15,5+02", "no"]
)


@given(cells=st.lists(st.one_of(FORMS, st.text(alphabet="2014-T:.5Z+é ", max_size=30)), max_size=9))
def test_a_cell_is_read_alike_in_every_company(cells: list[str]) -> None:
    together = parse_times(cells)
    zones = ["Asia/Kathmandu", "UTC", "America/New_York"] * 3
    utc = to_utc(together, zones[: len(cells)], end_of_day=True)
    for row, cell in enumerate(cells):
        alone = parse_times([cell])
        assert (together.wrong[row], together.blank[row]) == (alone.wrong[0], alone.blank[0])
        assert utc[row] == to_utc(alone, [zones[row]], end_of_day=True)[0]


@given(
    st.lists(
        st.datetimes(dt.datetime(1990, 1, 1), dt.datetime(2110, 1, 1)),  # noqa: DTZ001
        max_size=5,
    ),
    st.booleans(),
)
def test_texts_of_times_are_read_back(moments: list[dt.datetime], with_decimals: bool) -> None:
    moments = [m if with_decimals else m.replace(microsecond=0) for m in moments]
    utc = to_utc(parse_times([m.isoformat() for m in moments]), ["UTC"] * len(moments))
    assert [dt.datetime.fromisoformat(text) for text in utc_texts(utc)] == [
        m.replace(tzinfo=dt.UTC) for m in moments
    ]
