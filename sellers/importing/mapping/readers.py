"""One cell of theirs → one cell of ours, by what the column holds.

A reader returns the text that a canonical file would have, or raises :class:`Unreadable` with
the words of the report. It never guesses: what could be two things is refused until the
mapping says which.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sellers.importing.formats import Column, Kind
from sellers.importing.mapping.dates import NotADateError, read_time
from sellers.importing.mapping.model import ColumnMap
from sellers.importing.mapping.numbers import NotANumberError, currency_of, read_number

#: What people write where they know nothing.
BLANKS = frozenset(
    {"", "-", "–", "—", "--", "n/a", "na", "nan", "nat", "none", "null", "#n/a", "?"}
)
#: Our columns that may name a time after the day of the upload.
MAY_LIE_AHEAD = frozenset({"due_at", "extended_due_at"})
_ORDER_WORDS = {
    "dmy": "the day first (31/05/2024)",
    "mdy": "the month first (05/31/2024)",
    "ymd": "the year first (2024/05/31)",
    "": "the year first, or the month as a word",
}
_FIVERR_ORDER = re.compile(r"(?<![0-9A-Za-z])FO[0-9A-Fa-f]{10,11}(?![0-9A-Za-z])")
_ADDRESS = re.compile(r"https?://[^\s?#]+", re.IGNORECASE)
_RATING_TAIL = re.compile(r"\s*(?:/\s*5|out of 5|stars?)$", re.IGNORECASE)
_DAYS = re.compile(r"(\d{1,4})(?:[.,]0+)?\s*(?:d|days?)?", re.IGNORECASE)


class Unreadable(Exception):
    """A cell that cannot be turned into ours: why, and what to do."""

    def __init__(self, reason: str, fix: str) -> None:
        super().__init__(reason)
        self.reason, self.fix = reason, fix


@dataclass(frozen=True, slots=True)
class Reading:
    """What every cell of a file is read with: the day of the upload, the one currency."""

    today: dt.date
    #: The currency that the mapping gives to every amount; "" where a column says it.
    currency: str = ""


def read_cell(cell: str, column: Column, how: ColumnMap, reading: Reading) -> str:
    """Their cell, stripped, as a cell of ours; "" is unknown.

    Raises
    ------
    Unreadable
    """
    plain = cell.casefold()
    if plain in how.words:
        return how.words[plain]
    if plain in BLANKS and column.kind is not Kind.TEXT:
        return how.words.get("", "")
    if how.other is not None:
        return how.other
    return _READERS[column.kind](cell, column, how, reading)


def _reference(cell: str, column: Column, how: ColumnMap, reading: Reading) -> str:
    """An order number or identifier; of an address, the part that names it."""
    found = _FIVERR_ORDER.search(cell) if column.name == "order_ref" else None
    if found:
        return found[0].upper()
    address = _ADDRESS.fullmatch(cell)
    if address:
        return address[0].rstrip("/").rpartition("/")[2]
    return cell.removeprefix("#").strip() if column.name == "order_ref" else cell


def _text(cell: str, column: Column, how: ColumnMap, reading: Reading) -> str:
    return cell


def _choice(cell: str, column: Column, how: ColumnMap, reading: Reading) -> str:
    if column.name != "currency":
        return cell
    codes = currency_of(cell)
    if codes:
        return codes[0]
    # Three letters may be a code in lower case; an amount without a sign says nothing.
    return cell if len(cell) == 3 and cell.isalpha() else ""


def _time(cell: str, column: Column, how: ColumnMap, reading: Reading) -> str:
    ahead = column.name in MAY_LIE_AHEAD
    try:
        iso = read_time(cell, how.date_order, reading.today, ahead=ahead)
    except NotADateError as problem:
        raise Unreadable(
            f"“{cell}” cannot be read as a date. {problem}",
            f"Dates of this column are read with {_ORDER_WORDS[how.date_order]}. Correct the "
            "cell, or choose another order of day and month.",
        ) from None
    whole = how.whole_days or column.kind is Kind.DAY
    return _day_alone(iso) if whole else iso


def _day_alone(iso: str) -> str:
    """The day of a time that is midnight; any other stays as it is."""
    clock = iso[11:].removesuffix("Z")
    return iso[:10] if clock and not clock.strip("0:.") else iso


def _amount(cell: str, column: Column, how: ColumnMap, reading: Reading) -> str:
    said = currency_of(cell)
    if reading.currency and said and reading.currency not in said:
        raise Unreadable(
            f"“{cell}” is in {said[0]}, but the amounts of this file were said to be in "
            f"{reading.currency}.",
            "Take the currency from the amounts instead of one for all.",
        )
    return _number(cell, column, how, reading)


def _number(cell: str, column: Column, how: ColumnMap, reading: Reading) -> str:
    try:
        return read_number(cell, how.decimal)
    except NotANumberError as problem:
        raise Unreadable(
            f"“{cell}” cannot be read as an amount. {problem}"
            if column.kind is Kind.AMOUNT
            else f"“{cell}” cannot be read as a number. {problem}",
            "Correct the cell, or choose the other decimal mark.",
        ) from None


def _count(cell: str, column: Column, how: ColumnMap, reading: Reading) -> str:
    number = _number(cell, column, how, reading)
    whole, _, rest = number.partition(".")
    return whole if not rest.strip("0") else number


def _rating(cell: str, column: Column, how: ColumnMap, reading: Reading) -> str:
    text = _RATING_TAIL.sub("", cell)
    if text and not text.strip("★⭐☆"):
        return str(text.count("★") + text.count("⭐"))
    return text.replace(",", ".") if re.fullmatch(r"\d,\d{1,6}", text) else text


_READERS: Mapping[Kind, Callable[[str, Column, ColumnMap, Reading], str]] = {
    Kind.REF: _reference,
    Kind.TEXT: _text,
    Kind.TIME: _time,
    Kind.DAY: _time,
    Kind.AMOUNT: _amount,
    Kind.NUMBER: _number,
    Kind.COUNT: _count,
    Kind.RATING: _rating,
    Kind.CHOICE: _choice,
}


def plus_days(iso: str, days: tuple[str, ...]) -> str:
    """A time some days later; unknown where a number of days that it needs is unknown.

    The first number must be known; a later one that is blank counts as none.

    Raises
    ------
    Unreadable
    """
    total = 0
    for place, cell in enumerate(days):
        if cell.casefold() in BLANKS:
            if place == 0:
                return ""
            continue
        found = _DAYS.fullmatch(cell)
        if found is None:
            raise Unreadable(
                f"“{cell}” is not a number of days.", "Write the number of days in digits."
            )
        total += int(found[1])
    day = dt.date.fromisoformat(iso[:10]) + dt.timedelta(days=total)
    return day.isoformat() + iso[10:]


def needs_more_days(days: tuple[str, ...]) -> bool:
    """Whether the last of several numbers of days adds any: an extension that there was."""
    found = _DAYS.fullmatch(days[-1]) if days else None
    return bool(found and int(found[1]))
