"""Dates as people and platforms write them → ISO 8601, and what a cell proves about its order.

``31/05/2024`` can only be day first, ``05/31/2024`` only month first, ``05/04/2024`` either.
Nothing here chooses: a date that could be two days is read by the order that the mapping
names, and that order is proved from the data or asked for.
"""

from __future__ import annotations

import datetime as dt
import re
from functools import lru_cache

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            ("jan", "january"),
            ("feb", "february"),
            ("mar", "march"),
            ("apr", "april"),
            ("may",),
            ("jun", "june"),
            ("jul", "july"),
            ("aug", "august"),
            ("sep", "sept", "september"),
            ("oct", "october"),
            ("nov", "november"),
            ("dec", "december"),
        ),
        start=1,
    )
    for name in names
}
_NUMBERS = re.compile(r"(\d{1,4})\s?([/.\-])\s?(\d{1,2})\s?\2\s?(\d{1,4})\.?")
_MONTH_FIRST = re.compile(r"([a-z]{3,9})\.?\s+(\d{1,2})(?:st|nd|rd|th)?(?:,?\s+(\d{4}))?")
_DAY_FIRST = re.compile(
    r"(\d{1,2})(?:st|nd|rd|th)?\.?[\s\-](?:of\s)?([a-z]{3,9})\.?(?:[,\s\-]+(\d{4}))?"
)
_WEEKDAY = re.compile(r"(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*\.?,?\s+", re.IGNORECASE)
_CLOCK = re.compile(
    r"(?:,?\s+(?:at\s+)?|[T,])(?P<hour>\d{1,2})[:.](?P<minute>[0-5]\d)"
    r"(?:[:.](?P<second>[0-5]\d)(?:[.,]\d{1,9})?)?\s?(?P<half>[ap]\.?m\.?)?"
    r"\s?(?P<zone>z|utc|gmt|[+-]\d\d:?(?:[0-5]\d)?)?$",
    re.IGNORECASE,
)
_ISO = re.compile(r"\d{4}-\d\d-\d\d(?:$|[T ])", re.IGNORECASE)
_UTC_END = re.compile(r"\s?(?:UTC|GMT)$", re.IGNORECASE)
_DIGIT = re.compile(r"\d")
#: Longest text that can be a date.
_CHARS = 60
_CENTURY = 2000


class NotADateError(ValueError):
    """The cell is no date; the text says why in the words of a report."""


def read_time(cell: str, order: str, today: dt.date, *, ahead: bool) -> str:
    """A cell as ISO 8601, a day alone where it names no time.

    Parameters
    ----------
    order : "ymd", "dmy" or "mdy", for dates in numbers that do not begin with the year
    today : the day of the upload; gives the year of dates that name none
    ahead : whether the time may lie after ``today`` (a due time may)

    Raises
    ------
    NotADateError
        Where it is no date, or one that could be another day than it seems.
    """
    if _ISO.match(cell):
        return _UTC_END.sub("Z", cell) if cell[-1] in "CcTt" else cell
    date, clock = _parted(cell if cell[:1].isdecimal() else _WEEKDAY.sub("", cell, count=1))
    numbers = _NUMBERS.fullmatch(date)
    if numbers:
        day = _day_of(numbers[1], numbers[3], numbers[4], order)
    else:
        day = _named_day(date.casefold(), today, ahead=ahead)
    return day.isoformat() + clock


def _parted(cell: str) -> tuple[str, str]:
    """The date of a cell and its time of day as ISO 8601, "" where it names none."""
    found = _CLOCK.search(cell)
    if found is None:
        return cell, ""
    hour, half = int(found["hour"]), (found["half"] or "").casefold()
    if half:
        if not 1 <= hour <= 12:
            raise NotADateError("The hour does not go with am or pm.")
        hour = hour % 12 + (12 if half.startswith("p") else 0)
    if hour > 23:
        raise NotADateError("There is no such hour.")
    zone = found["zone"] or ""
    if zone.casefold() in ("z", "utc", "gmt"):
        zone = "Z"
    clock = f"T{hour:02}:{found['minute']}:{found['second'] or '00'}{zone}"
    return cell[: found.start()].rstrip(" ,"), clock


@lru_cache(maxsize=20_000)
def _day_of(first: str, second: str, third: str, order: str) -> dt.date:
    if len(first) == 4:
        return _checked(first, second, third)
    if len(third) not in (2, 4):
        raise NotADateError("It is not a date.")
    if order == "dmy":
        return _checked(third, second, first)
    if order == "mdy":
        return _checked(third, first, second)
    if order == "ymd":
        return _checked(first, second, third)
    # Without an order only what can be read in one way.
    orders = orders_of_numbers(first, second, third)
    if len(orders) == 1:
        return _day_of(first, second, third, orders.pop())
    if first == second:
        return _checked(third, second, first)
    raise NotADateError("It could be two days: nothing says whether the day or the month is first.")


@lru_cache(maxsize=20_000)
def _named_day(date: str, today: dt.date, *, ahead: bool) -> dt.date:
    if found := _MONTH_FIRST.fullmatch(date):
        word, number, year = found[1], found[2], found[3]
    elif found := _DAY_FIRST.fullmatch(date):
        number, word, year = found[1], found[2], found[3]
    else:
        raise NotADateError("It is not a date.")
    month = _MONTHS.get(word)
    if month is None:
        raise NotADateError("It is not a date.")
    day = _checked(year or str(today.year), str(month), number)
    if not year and not ahead and day > today + dt.timedelta(days=1):
        raise NotADateError("It names no year, and this year it lies ahead.")
    return day


def _checked(year: str, month: str, day: str) -> dt.date:
    try:
        return dt.date(int(year) + (_CENTURY if len(year) <= 2 else 0), int(month), int(day))
    except ValueError:
        raise NotADateError("There is no such day.") from None


def orders_of(cell: str) -> set[str]:
    """The orders in which a cell can be read; empty where it names its month or is no date."""
    if _ISO.match(cell):
        return set()
    try:
        date, _ = _parted(_WEEKDAY.sub("", cell, count=1))
    except NotADateError:
        return set()
    found = _NUMBERS.fullmatch(date)
    return orders_of_numbers(found[1], found[3], found[4]) if found else set()


def orders_of_numbers(first: str, second: str, third: str) -> set[str]:
    """In which orders three numbers are a day of the calendar, the year last or of four digits."""
    if len(first) == 4 or len(third) not in (2, 4):
        return set()
    orders = set()
    for order, month, day in (("dmy", second, first), ("mdy", first, second)):
        try:
            _checked(third, month, day)
        except NotADateError:
            continue
        orders.add(order)
    return orders


def looks_like_date(cell: str, today: dt.date) -> bool:
    """Whether a cell is a date in any of the forms that can be read."""
    if len(cell) > _CHARS or not _DIGIT.search(cell):
        return False
    if _ISO.match(cell):
        return True
    try:
        date, _ = _parted(_WEEKDAY.sub("", cell, count=1))
        numbers = _NUMBERS.fullmatch(date)
        if numbers is None:
            _named_day(date.casefold(), today, ahead=True)
            return True
    except NotADateError:
        return False
    return _is_day(numbers[1], numbers[3], numbers[4])


def _is_day(first: str, second: str, third: str) -> bool:
    """Whether three numbers are a day in any order."""
    for order in ("", "dmy", "mdy"):
        try:
            _day_of(first, second, third, order)
        except NotADateError:
            continue
        return True
    return False


def is_midnight(cell: str, today: dt.date) -> bool:
    """Whether a cell names the first instant of a day."""
    try:
        return "T00:00:00" in read_time(cell, "dmy", today, ahead=True).replace(" ", "T")
    except NotADateError:
        return False
