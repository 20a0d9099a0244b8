"""Dates and amounts as people write them: what each becomes, and what it proves."""

from __future__ import annotations

import datetime as dt

import pytest

from sellers.importing.mapping.dates import NotADateError, orders_of, read_time
from sellers.importing.mapping.numbers import (
    NotANumberError,
    currency_of,
    marks_of,
    read_number,
)

TODAY = dt.date(2024, 5, 20)


@pytest.mark.parametrize(
    ("cell", "order", "iso"),
    [
        ("Jan 09", "", "2024-01-09"),
        ("Dec 10, 2020", "", "2020-12-10"),
        ("Apr 8, 2024, 2:14 PM", "", "2024-04-08T14:14:00"),
        ("Mar 04, 2024", "", "2024-03-04"),
        ("4 March 2024 14:05", "", "2024-03-04T14:05:00"),
        ("Mon, 04 Mar 2024 10:00:00 +0000", "", "2024-03-04T10:00:00+0000"),
        ("24-Mar-2023", "", "2023-03-24"),
        ("31/05/2024", "", "2024-05-31"),
        ("05/31/2024", "", "2024-05-31"),
        ("05/04/2024", "dmy", "2024-04-05"),
        ("05/04/2024", "mdy", "2024-05-04"),
        ("1.2.24 9:05", "dmy", "2024-02-01T09:05:00"),
        ("12/12/2024", "", "2024-12-12"),
        ("2024/03/01 12:00 AM", "", "2024-03-01T00:00:00"),
        ("2024-03-01 10:00:00 UTC", "", "2024-03-01 10:00:00Z"),
    ],
)
def test_dates_in_many_forms_become_iso(cell: str, order: str, iso: str) -> None:
    assert read_time(cell, order, TODAY, ahead=False) == iso


@pytest.mark.parametrize(
    ("cell", "order", "words"),
    [
        ("05/04/2024", "", "could be two days"),
        ("31/05/2024", "mdy", "no such day"),
        ("Dec 30", "", "this year it lies ahead"),
        ("Feb 30, 2024", "", "no such day"),
        ("13:61", "", "not a date"),
        ("3.5", "dmy", "not a date"),
        ("Apr 8, 2024, 14:14 PM", "", "am or pm"),
        ("soon", "", "not a date"),
    ],
)
def test_what_is_no_date_or_two_is_refused(cell: str, order: str, words: str) -> None:
    with pytest.raises(NotADateError, match=words):
        read_time(cell, order, TODAY, ahead=False)


def test_a_due_day_without_a_year_may_lie_ahead() -> None:
    assert read_time("Dec 30", "", TODAY, ahead=True) == "2024-12-30"


@pytest.mark.parametrize(
    ("cell", "orders"),
    [
        ("31/05/2024", {"dmy"}),
        ("05/31/2024", {"mdy"}),
        ("05/04/2024", {"dmy", "mdy"}),
        ("2024-05-04", set()),
        ("May 4, 2024", set()),
        ("45/45/2024", set()),
    ],
)
def test_a_date_shows_its_order_or_leaves_it_open(cell: str, orders: set[str]) -> None:
    assert orders_of(cell) == orders


@pytest.mark.parametrize(
    ("cell", "mark", "number"),
    [
        ("$1,234.50", "", "1234.50"),
        ("1.234,50 €", "", "1234.50"),
        ("1,234", ".", "1234"),
        ("1,234", ",", "1.234"),
        ("12,50", "", "12.50"),
        ("(12.00)", "", "-12.00"),
        ("−5", "", "-5"),
        ("USD 5", "", "5"),
        ("R$ 1.234,5", "", "1234.5"),
        ("1'234.50", "", "1234.50"),
        ("1 234,50", "", "1234.50"),
        ("1.234.567", "", "1234567"),
        (".5", "", "0.5"),
    ],
)
def test_amounts_in_many_forms_become_digits(cell: str, mark: str, number: str) -> None:
    assert read_number(cell, mark) == number


@pytest.mark.parametrize(
    ("cell", "mark", "words"),
    [
        ("1,234", "", "could be two numbers"),
        ("12,50", ".", "a point as decimal mark"),
        ("1.2.3", "", "not a number"),
        ("free", "", "not a number"),
        ("", "", "not a number"),
        ("٣", "", "not a number"),
    ],
)
def test_what_is_no_amount_or_two_is_refused(cell: str, mark: str, words: str) -> None:
    with pytest.raises(NotANumberError, match=words):
        read_number(cell, mark)


def test_an_amount_shows_its_currency_and_its_mark() -> None:
    assert currency_of("12 EUR") == ("EUR",)
    assert currency_of("CA$5") == ("CAD",)
    assert currency_of("$5")[0] == "USD"
    assert currency_of("5") == ()
    assert marks_of("1,234") == {".", ","}
    assert marks_of("12") == {"."}
