"""``manage.py load_rates FILE``: exchange rates to the US dollar from a CSV file."""

from __future__ import annotations

import argparse
import csv
import datetime as dt
import re
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from sellers.changes import facts_changed
from sellers.models import ExchangeRate, Order

COLUMNS = ("currency", "day", "usd_per_unit")
#: What the table can hold: from the smallest rate up to, not including, the limit.
SMALLEST, LIMIT = Decimal("1e-8"), Decimal(10**6)


class Command(BaseCommand):
    help = (
        "Load exchange rates from a CSV file with the columns currency (EUR), day (2024-01-31) "
        "and usd_per_unit (1.0837: dollars for one euro from that day on). All or nothing."
    )

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--source", default="", help="where the rates come from, in words")

    def handle(self, *_args: Any, file: Path, source: str, **_options: Any) -> None:
        try:
            with file.open(newline="", encoding="utf-8-sig") as lines:
                rates = list(_rates(csv.DictReader(lines), source or file.name))
        except (OSError, UnicodeDecodeError) as error:
            raise CommandError(f"{file} cannot be read: {error}", returncode=2) from error
        if not rates:
            raise CommandError(f"{file} holds no rates.")
        sellers = load_rates(rates=rates)
        self.stdout.write(f"{len(rates)} rates loaded; {sellers} sellers are computed anew.")


def load_rates(*, rates: list[ExchangeRate]) -> int:
    """Save the rates, replacing those of the same day; returns how many sellers they touch."""
    touched = {rate.currency for rate in rates}
    with transaction.atomic():
        ExchangeRate.objects.bulk_create(
            rates,
            update_conflicts=True,
            unique_fields=["currency", "day"],
            update_fields=["usd_per_unit", "source"],
        )
        orders = Order.objects.filter(currency__in=touched)
        sellers = list(orders.order_by().values_list("seller_id", flat=True).distinct())
        facts_changed(seller_ids=sellers, reason="exchange rates")
    return len(sellers)


def _rates(rows: csv.DictReader[str], source: str) -> list[ExchangeRate]:
    missing = [name for name in COLUMNS if name not in (rows.fieldnames or ())]
    if missing:
        raise CommandError(
            f"The file has no column {', '.join(missing)}. Its first line must name "
            f"{', '.join(COLUMNS)}, separated by commas."
        )
    found: dict[tuple[str, dt.date], ExchangeRate] = {}
    for row in rows:
        rate = _rate(row, rows.line_num, source)
        if (rate.currency, rate.day) in found:
            raise CommandError(
                f"Line {rows.line_num}: {rate.currency} has two rates on {rate.day}. Keep one."
            )
        found[rate.currency, rate.day] = rate
    return list(found.values())


def _rate(row: dict[str, str], line: int, source: str) -> ExchangeRate:
    code, day, value = ((row[name] or "").strip() for name in COLUMNS)
    if not re.fullmatch(r"[A-Z]{3}", code):
        raise CommandError(f"Line {line}: “{code}” is not a currency code such as EUR.")
    if code == "USD":
        raise CommandError(f"Line {line}: the US dollar is always 1. Remove the line.")
    try:
        on = dt.date.fromisoformat(day)
    except ValueError:
        raise CommandError(f"Line {line}: “{day}” is not a day such as 2024-01-31.") from None
    try:
        rate = Decimal(value)
    except InvalidOperation:
        raise CommandError(f"Line {line}: “{value}” is not a number such as 1.0837.") from None
    if not (rate.is_finite() and SMALLEST <= rate < LIMIT):
        raise CommandError(f"Line {line}: a rate lies between 0 and {LIMIT:,}, not at {value}.")
    return ExchangeRate(currency=code, day=on, usd_per_unit=rate, source=source[:200])
