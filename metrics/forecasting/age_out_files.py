"""The age-out calendar as a table for spreadsheets and as a calendar (RFC 5545)."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from datetime import date, datetime, timedelta

from icalendar import Calendar, Event

from metrics.forecasting.age_out import AHEAD_DAYS, AgeOutRow
from metrics.forecasting.quiet import ComingMove
from metrics.words import day_words, score_words
from sellers.models import Seller
from sellers.spreadsheets import neutralised

HEAD = (
    "order",
    "gig",
    "finished",
    "what went wrong",
    *(f"harm in {days} days" if days else "harm today" for days in AHEAD_DAYS),
    "stops on",
    "score then",
    "harm to the rating",
    "leaves the rating with a review from",
)


def age_out_csv(rows: Sequence[AgeOutRow]) -> str:
    """One line an order, every digit; unknown is an empty cell."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(HEAD)
    for row in rows:
        texts = (row.ref, row.gig, _day(row.finished_on), "; ".join(row.faults))
        rating = (
            ("", "")
            if row.rating is None
            else (repr(row.rating.harm), _day(row.rating.leaves_from))
        )
        writer.writerow(
            [
                *map(neutralised, texts),
                *map(_number, row.harms),
                _day(row.ends_on),
                _number(row.score_then),
                *rating,
            ]
        )
    return out.getvalue()


def _day(day: date | None) -> str:
    return "" if day is None else day.isoformat()


def _number(value: float | None) -> str:
    return "" if value is None else repr(value)


def age_out_ics(
    seller: Seller, rows: Sequence[AgeOutRow], moves: Sequence[ComingMove], *, now: datetime
) -> bytes:
    """Whole-day events: each order's last effect, and each coming move of the displayed number.

    An event keeps its name from one reading to the next, so a calendar program moves it instead
    of doubling it. Nothing in it names a buyer.
    """
    calendar = Calendar()
    calendar.add("prodid", "-//Standing//Age-out calendar//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", f"Standing: {seller.handle}")
    for row in rows:
        if row.ends_on is not None:
            calendar.add_component(_order_event(seller, row, row.ends_on, now))
    for move in moves:
        calendar.add_component(_move_event(seller, move, now))
    text: bytes = calendar.to_ical()
    return text


def _order_event(seller: Seller, row: AgeOutRow, day: date, now: datetime) -> Event:
    then = (
        "no score then" if row.score_then is None else f"score then {score_words(row.score_then)}"
    )
    return _event(
        uid=f"order-{row.order}-seller-{seller.pk}@standing",
        day=day,
        summary=f"{row.ref or 'An order'} stops counting",
        text=f"{row.gig}: {', '.join(row.faults)}. If nothing else happens: {then}. An estimate.",
        now=now,
    )


def _move_event(seller: Seller, move: ComingMove, now: datetime) -> Event:
    before, after = (
        "not scored" if side is None else str(side) for side in (move.before, move.after)
    )
    return _event(
        uid=f"move-{move.day.isoformat()}-seller-{seller.pk}@standing",
        day=move.day,
        summary=f"Success score {before} → {after} if nothing new happens",
        text=f"{move.headline['text']} An estimate of {day_words(now.date())}.",
        now=now,
    )


def _event(*, uid: str, day: date, summary: str, text: str, now: datetime) -> Event:
    event = Event()
    event.add("uid", uid)
    event.add("dtstamp", now)
    event.add("dtstart", day)
    event.add("dtend", day + timedelta(days=1))
    event.add("summary", summary)
    event.add("description", text)
    event.add("transp", "TRANSPARENT")
    return event
