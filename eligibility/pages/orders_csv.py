"""The list behind a number as CSV; texts from the data cannot become formulas."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from datetime import date

from eligibility.pages.orders_parts import CountedRow, CountsPage
from eligibility.words import STATE_WORDS
from sellers.spreadsheets import neutralised

HEAD = ("what", "gig", "day", "counts", "reason", "brings", "counts until")
_KINDS = {"yes": "yes", "against": "against", "maybe": "in doubt", "no": "no"}


def counts_csv(page: CountsPage, rows: Iterable[CountedRow]) -> str:
    """The rows, then what they add up to: value, needed, verdict, window."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(HEAD)
    for row in rows:
        texts = (row.ref, row.gig, _day(row.day), _KINDS[row.kind], row.reason, row.brings)
        writer.writerow([*map(neutralised, texts), _day(row.until)])
    for name, value in (
        ("rule", f"{page.title} · {page.level}"),
        ("on", _day(page.day)),
        ("value", page.value or "unknown"),
        (page.numerator_name, page.numerator),
        (page.denominator_name, page.denominator),
        ("needed", page.needed),
        ("verdict", STATE_WORDS[page.state]),
        ("margin", page.margin),
        ("window", page.window),
    ):
        if name and value:
            writer.writerow([*map(neutralised, (name, value)), "", "", "", "", ""])
    return out.getvalue()


def _day(day: date | None) -> str:
    return "" if day is None else day.isoformat()
