"""Amounts in dollars: which rate counts on which day, and how rates are loaded."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest
from django.core.management import CommandError, call_command

from sellers.models import ExchangeRate, Seller
from sellers.money import RateTable
from tests.builders import a_gig, a_seller, an_order

pytestmark = pytest.mark.django_db


@pytest.fixture
def table() -> RateTable:
    ExchangeRate.objects.all().delete()
    for day, rate in (("2020-01-01", "1.10"), ("2021-01-01", "1.20")):
        ExchangeRate.objects.create(currency="EUR", day=day, usd_per_unit=rate, source="test")
    return RateTable.load()


def test_the_latest_rate_on_or_before_the_day_counts(table: RateTable) -> None:
    assert table.usd_per_unit("EUR", dt.date(2020, 12, 31)) == Decimal("1.10")
    assert table.usd_per_unit("EUR", dt.date(2021, 1, 1)) == Decimal("1.20")
    assert table.usd_per_unit("EUR", dt.date(2030, 1, 1)) == Decimal("1.20")


def test_before_the_first_rate_the_first_one_counts(table: RateTable) -> None:
    assert table.usd_per_unit("EUR", dt.date(2010, 1, 1)) == Decimal("1.10")


def test_the_dollar_is_one_and_an_unknown_currency_is_unknown(table: RateTable) -> None:
    assert table.usd_per_unit("USD", dt.date(2024, 1, 1)) == 1
    assert table.usd_per_unit("XQX", dt.date(2024, 1, 1)) is None
    assert table.currencies == {"EUR", "USD"}


def test_columns_of_amounts_become_dollars(table: RateTable) -> None:
    usd = table.to_usd(
        np.array([100.0, 100.0, np.nan, 7.0, 5.0]),
        ["EUR", "EUR", "EUR", "XQX", "USD"],
        np.array(["2020-06-01", "2021-06-01", "2021-06-01", "2021-06-01", "2019-01-01"], "M8[D]"),
    )
    # 100 · 1.10, 100 · 1.20, unknown amount, unknown currency, 5 · 1
    np.testing.assert_allclose(usd, [110.0, 120.0, np.nan, np.nan, 5.0])


def test_the_shipped_table_knows_the_usual_currencies() -> None:
    known = RateTable.load()
    assert {"EUR", "GBP", "BRL", "CAD", "AUD", "INR", "USD"} <= known.currencies
    assert known.usd_per_unit("EUR", dt.date(2023, 7, 1)) == Decimal("1.081")


def test_rates_are_loaded_from_a_file_and_sellers_computed_anew(tmp_path: Path) -> None:
    paid_in_pounds, other = a_seller(), a_seller()
    an_order(a_gig(paid_in_pounds), currency="GBP")
    an_order(a_gig(other), currency="EUR")
    path = tmp_path / "rates.csv"
    path.write_text("currency,day,usd_per_unit\nGBP,2024-01-01,1.3\nGBP,2024-02-01,1.4\n")
    call_command("load_rates", path, source="bank")
    call_command("load_rates", path)
    rates = RateTable.load()
    assert rates.usd_per_unit("GBP", dt.date(2024, 1, 31)) == Decimal("1.3")
    assert ExchangeRate.objects.filter(currency="GBP", day="2024-01-01").count() == 1
    assert Seller.objects.get(pk=paid_in_pounds.pk).revision == 2
    assert Seller.objects.get(pk=other.pk).revision == 0


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a,b\n1,2\n", "no column currency, day, usd_per_unit"),
        ("currency,day,usd_per_unit\n", "holds no rates"),
        ("currency,day,usd_per_unit\neuro,2024-01-01,1\n", "Line 2: “euro” is not a currency"),
        ("currency,day,usd_per_unit\nUSD,2024-01-01,2\n", "Line 2: the US dollar is always 1"),
        ("currency,day,usd_per_unit\nEUR,1/1/24,1\n", "Line 2: “1/1/24” is not a day"),
        ("currency,day,usd_per_unit\nEUR,2024-01-01,x\n", "Line 2: “x” is not a number"),
        ("currency,day,usd_per_unit\nEUR,2024-01-01,-1\n", "a rate lies between 0 and"),
        ("currency,day,usd_per_unit\nEUR,2024-01-01,nan\n", "a rate lies between 0 and"),
        (
            "currency,day,usd_per_unit\nEUR,2024-01-01,1\nEUR,2024-01-01,2\n",
            "Line 3: EUR has two rates on 2024-01-01",
        ),
    ],
)
def test_a_bad_file_of_rates_is_refused_as_a_whole(text: str, words: str, tmp_path: Path) -> None:
    before = ExchangeRate.objects.count()
    path = tmp_path / "rates.csv"
    path.write_text(text)
    with pytest.raises(CommandError, match=words.replace(".", r"\.")):
        call_command("load_rates", path)
    assert ExchangeRate.objects.count() == before
