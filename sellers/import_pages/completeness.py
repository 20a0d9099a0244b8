"""How complete a seller's history is: what was imported beside what the platform counts."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from django.utils.dateformat import format as format_date

from sellers.importing import completeness
from sellers.importing.completeness import Counter, Gap
from sellers.models import Observation, Seller

_NAMES = {
    Observation.Kind.COMPLETED_ORDERS: "Completed orders",
    Observation.Kind.UNIQUE_CLIENTS: "Different clients",
    Observation.Kind.EARNINGS: "Earnings before fees",
}
#: Width of the strip.
_WIDTH = 1000.0


@dataclass(frozen=True, slots=True)
class CounterLine:
    """One counter of the platform beside the same count of what is known here.

    ``shown`` and ``day`` are "" where the platform's number was never noted down; ``share``
    runs 0 … 100 and is None without it.
    """

    name: str
    known: str
    shown: str
    day: str
    share: float | None
    words: str


@dataclass(frozen=True, slots=True)
class GapLine:
    """A span without orders: "3 Feb 2021 to 9 Jun 2021", "127 days"."""

    words: str
    length: str


@dataclass(frozen=True, slots=True)
class Span:
    """A part of the strip, 0 … 1000 from the first order to the last."""

    left: float
    width: float
    is_gap: bool


@dataclass(frozen=True, slots=True)
class Page:
    """Everything that the page says."""

    counters: tuple[CounterLine, ...]
    gaps: tuple[GapLine, ...]
    spans: tuple[Span, ...]
    years: tuple[float, ...]
    first: str
    last: str


def completeness_page(*, seller: Seller, today: dt.date) -> Page:
    """Counters, and the history as a strip with its gaps."""
    found = completeness.completeness_of(seller=seller, today=today)
    platform = seller.get_platform_display()
    return Page(
        counters=tuple(_counter(one, platform) for one in found.counters),
        gaps=tuple(
            GapLine(f"{_day(gap.start)} to {_day(gap.end)}", f"{gap.days:,} days")
            for gap in found.gaps
        ),
        spans=tuple(_spans(found.first, found.last, found.gaps)),
        years=tuple(_years(found.first, found.last)),
        first=_day(found.first) if found.first else "",
        last=_day(found.last) if found.last else "",
    )


def _counter(counter: Counter, platform: str) -> CounterLine:
    money = counter.kind == Observation.Kind.EARNINGS
    known = _number(counter.known, money=money)
    if counter.shown is None or counter.day is None:
        words = f"never noted down what {platform} counts"
        return CounterLine(_NAMES[counter.kind], known, "", "", None, words)
    share = None if counter.share is None else min(100 * counter.share, 100.0)
    missing = counter.shown - counter.known
    if missing > 0:
        words = f"{_number(missing, money=money)} missing here"
    elif missing < 0:
        words = f"{_number(-missing, money=money)} more here than {platform} counted"
    else:
        words = "complete"
    if counter.unknown:
        count = counter.unknown
        lacks = "price" if money else "buyer"
        words += f"; {count:,} order{'s have' if count != 1 else ' has'} no {lacks} in your data"
    return CounterLine(
        _NAMES[counter.kind],
        known,
        _number(counter.shown, money=money),
        f"shown by {platform} on {_day(counter.day)}",
        share,
        words,
    )


def _number(value: Decimal, *, money: bool) -> str:
    return f"${value:,.2f}" if money else f"{value:,.0f}"


def _day(day: dt.date) -> str:
    return format_date(day, "j M Y")


def _spans(first: dt.date | None, last: dt.date | None, gaps: tuple[Gap, ...]) -> list[Span]:
    """The strip from left to right, gaps between known parts."""
    if first is None or last is None:
        return []
    days = (last - first).days + 1

    def at(day: dt.date) -> float:
        return round(_WIDTH * (day - first).days / days, 1)

    found, start = [], first
    one = dt.timedelta(days=1)
    for gap in gaps:
        after = gap.end + one
        found.append(Span(at(start), at(gap.start) - at(start), is_gap=False))
        found.append(Span(at(gap.start), at(after) - at(gap.start), is_gap=True))
        start = after
    return [*found, Span(at(start), _WIDTH - at(start), is_gap=False)]


def _years(first: dt.date | None, last: dt.date | None) -> list[float]:
    """Where years begin on the strip."""
    if first is None or last is None:
        return []
    days = (last - first).days + 1
    begins = (dt.date(year, 1, 1) for year in range(first.year + 1, last.year + 1))
    return [round(_WIDTH * (day - first).days / days, 1) for day in begins]
