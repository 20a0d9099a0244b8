"""Days and windows: the one place that says when an item counts.

A *day number* is the count of days since 1970-01-01 in the seller's own time zone.
Every window is half-open, ``[first, end)``: an item of day 100 in a window of 730 days
counts on days 100 to 829 and not on day 830.
"""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache

EPOCH = date(1970, 1, 1)

#: Marks "no such day" inside packed arrays; outside arrays the same is ``None``.
NO_DAY = -(2**31)

#: An end that never comes (no window closes it) inside packed arrays.
FOREVER = 2**31 - 1


def day_number(day: date) -> int:
    """Days since 1970-01-01."""
    return (day - EPOCH).days


@lru_cache(maxsize=2**15)  # a batch of sellers names the same few thousand days again and again
def date_of(number: int) -> date:
    """The date of a day number."""
    return EPOCH + timedelta(days=int(number))
