from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
from hypothesis import example, given
from hypothesis import strategies as st

from metrics.engine.days import day_number
from metrics.zones import local_days

ZONES = (
    "UTC",
    "Europe/Berlin",
    "America/Sao_Paulo",  # changed clocks at midnight until 2019
    "Asia/Kathmandu",  # +05:45
    "Australia/Lord_Howe",  # half an hour of summer time
    "Pacific/Apia",  # skipped 30 December 2011
    "America/St_Johns",
    "Africa/Casablanca",  # leaves summer time for Ramadan
)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def microseconds(at: datetime) -> int:
    return (at - EPOCH) // timedelta(microseconds=1)


@given(
    st.sampled_from(ZONES),
    st.integers(631_152_000, 3_786_912_000).map(lambda s: datetime.fromtimestamp(s, UTC)),
)
@example("Pacific/Apia", datetime(2011, 12, 30, 9, 59, 59, tzinfo=UTC))
@example("Pacific/Apia", datetime(2011, 12, 30, 10, 0, 0, tzinfo=UTC))
@example("America/Sao_Paulo", datetime(2017, 10, 15, 2, 59, 59, 999999, tzinfo=UTC))
@example("America/Sao_Paulo", datetime(2017, 10, 15, 3, 0, tzinfo=UTC))
def test_a_column_of_times_falls_on_the_days_that_python_says(zone: str, at: datetime) -> None:
    times = np.array([microseconds(at)], np.int64)
    assert local_days(times, zone)[0] == day_number(at.astimezone(ZoneInfo(zone)).date())
