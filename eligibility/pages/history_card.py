"""The card with the strip: which rules and which days are asked for, and the ways to others."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from eligibility.charts.strip import strip
from eligibility.forms import HistoryQuery
from eligibility.pages.history import history_as_if, stored_history
from eligibility.pages.reading import Reading
from eligibility.rules.types import Kind, RuleSet
from metrics.engine.days import date_of
from sellers.models import Gig

#: Days of the strip: two years.
STRIP_DAYS = 730
_AS_THEY_WERE = (
    "Each rule on the days on which it was in force. A line marks the day on which a verdict "
    "flipped; open it to see what did it."
)
_AS_IF = (
    "What “{}” would have said on all these days, with the levels of its own time, whether it was "
    "in force or not."
)


@dataclass(frozen=True, slots=True)
class HistoryLinks:
    """Addresses of one strip: which rules, and the two years up to which day.

    ``asked`` is the id of a rule set, or "" for the rules as they were.
    """

    path: str
    asked: str
    until: date
    last: date

    def url(self, *, rules: str, until: date) -> str:
        query = {"rules": rules, "until": "" if until >= self.last else until.isoformat()}
        kept = {name: value for name, value in query.items() if value}
        return f"{self.path}?{urlencode(kept)}" if kept else self.path

    def choices(self, options: Iterable[RuleSet]) -> list[dict[str, Any]]:
        """The control that chooses the rules."""
        named = [("", "As they were"), *((one.id, f"As if “{one.title}”") for one in options)]
        return [
            {
                "label": label,
                "url": self.url(rules=rules, until=self.until),
                "current": rules == self.asked,
            }
            for rules, label in named
        ]

    def earlier(self, start: date) -> str:
        """The days that end right before ``start``."""
        return self.url(rules=self.asked, until=start - timedelta(days=1))

    def later(self, end: date) -> str:
        """The days that begin with ``end``; "" where there are none."""
        if self.until >= self.last:
            return ""
        return self.url(rules=self.asked, until=end + timedelta(days=STRIP_DAYS - 1))


def choices_of(reading: Reading, kind: Kind) -> list[RuleSet]:
    """Rules that can be looked at as if they had always applied, newest first."""
    found = [one for one in reading.rule_sets.values() if one.kind is kind]
    return sorted(found, key=lambda one: -one.start_day)


def as_if_words(options: Iterable[RuleSet], asked: str) -> str:
    """What the strip shows, in a sentence or two."""
    title = next((one.title for one in options if one.id == asked), "")
    return _AS_IF.format(title) if title else _AS_THEY_WERE


def strip_days(until: date) -> tuple[date, date]:
    """The days of the strip that ends with ``until``: ``start <= day < end``."""
    end = until + timedelta(days=1)
    return end - timedelta(days=STRIP_DAYS), end


def history_context(
    data: Mapping[str, Any], reading: Reading, gig: Gig | None = None
) -> dict[str, Any]:
    """The strip that an address asks for: of a gig's rules, or of the seller's levels."""
    options = choices_of(reading, Kind.LEVELS if gig is None else Kind.PROMOTION)
    query = HistoryQuery(data, rule_sets=[one.id for one in options], last=reading.as_of)
    asked, until = query.asked_rules(), query.asked_until()
    start, end = strip_days(until)
    if asked:
        histories = history_as_if(reading, gig, reading.rule_sets[asked], end)
    else:
        histories = stored_history(reading, gig, start, end)
    places = reading.reader("").places
    path = places.seller() if gig is None else places.gig(gig.pk)
    links = HistoryLinks(path, asked, until, reading.as_of)
    return {
        "strip": strip(histories, start, end),
        "strip_title": "Levels" if gig is None else f"Rules of “{gig}”",
        "strip_note": as_if_words(options, asked),
        "history_title": "Two years, level by level" if gig is None else "Two years, rule by rule",
        "rule_choices": links.choices(options),
        "earlier_url": links.earlier(start) if start > date_of(reading.record.first_day) else "",
        "later_url": links.later(end),
    }
