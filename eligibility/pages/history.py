"""The history of a gig's rules: as they were, or as if one rule set had always applied."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from eligibility.cause_words import Flip, cause_link
from eligibility.charts.strip import RuleHistory, Stretch
from eligibility.computing import in_force
from eligibility.models import RuleSpan
from eligibility.pages.lines import Reader
from eligibility.pages.reading import Reading, flip_of, spans_between, titles_of
from eligibility.rule_words import needed_words
from eligibility.rules.flips import FlipCause
from eligibility.rules.judge import judge_as_if_always
from eligibility.rules.spans import NO_NUMBER, RuleSpans, all_spans
from eligibility.rules.types import Group, Kind, Rule, RuleSet
from eligibility.words import GROUP_TITLES, state_of
from metrics.engine.days import FOREVER, date_of
from sellers.models import Gig, Order

#: Days of the strip: two years.
STRIP_DAYS = 730
WHOLE = "All published rules"
_AS_THEY_WERE = (
    "Each rule on the days on which it was in force. A line marks the day on which a verdict "
    "flipped; open it to see what did it."
)
_AS_IF = (
    "What “{}” would have said on all these days, with the levels of its own time. It was not in "
    "force on all of them."
)


@dataclass(frozen=True, slots=True)
class HistoryLinks:
    """Addresses of one gig's strip: which rules, and the two years up to which day.

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


def choices_of(reading: Reading) -> list[RuleSet]:
    """Rules for promotion that can be looked at as if they had always applied, newest first."""
    promotion = [one for one in reading.rule_sets.values() if one.kind is Kind.PROMOTION]
    return sorted(promotion, key=lambda one: -one.start_day)


def as_if_words(options: Iterable[RuleSet], asked: str) -> str:
    """What the strip shows, in a sentence or two."""
    title = next((one.title for one in options if one.id == asked), "")
    return _AS_IF.format(title) if title else _AS_THEY_WERE


def strip_days(until: date) -> tuple[date, date]:
    """The days of the strip that ends with ``until``: ``start <= day < end``."""
    end = until + timedelta(days=1)
    return end - timedelta(days=STRIP_DAYS), end


def stored_history(reading: Reading, gig: Gig, start: date, end: date) -> list[RuleHistory]:
    """The rules as they were, each on its own days; the newest rule set first."""
    by_set: dict[str, dict[str, list[RuleSpan]]] = {}
    for span in spans_between(reading.seller, gig, start, end):
        by_set.setdefault(span.rule_set, {}).setdefault(span.rule, []).append(span)
    found: list[RuleHistory] = []
    for rule_set in sorted(reading.rule_sets.values(), key=lambda one: -one.start_day):
        spans = by_set.get(rule_set.id, {})
        titles, reader = titles_of(rule_set), reading.reader(rule_set.id, gig)
        stretches = {
            rule: [
                _stretch(
                    span.start, span.end or end, span.verdict, flip_of(span, titles), rule, reader
                )
                for span in of_rule
            ]
            for rule, of_rule in spans.items()
        }
        found += _rows(rule_set, stretches, reader)
    return found


def history_as_if(reading: Reading, gig: Gig, rule_set: RuleSet, end: date) -> list[RuleHistory]:
    """The rules of one set as if they had always been in force, with the levels of their time."""
    levels = in_force(tuple(reading.rule_sets.values()), Kind.LEVELS, rule_set.start_day)
    sets = [rule_set] if levels is None else [levels, rule_set]
    judged = judge_as_if_always(reading.columns, sets)
    mine = reading.gig_ids.index(gig.pk)
    spans = {one.rule_id: one for one in all_spans(judged) if one.rule_set.id == rule_set.id}
    refs = _refs(spans.values(), mine)
    titles = [rule.title for rule in rule_set.all_rules]
    reader = reading.reader(rule_set.id, gig)
    stretches = {
        rule: [
            _stretch(
                date_of(int(of_rule.start_day[at])),
                _end(of_rule, at, end),
                int(of_rule.verdict[at]),
                _flip(of_rule, at, refs, titles),
                rule,
                reader,
            )
            for at in _of(of_rule, mine)
        ]
        for rule, of_rule in spans.items()
    }
    return _rows(rule_set, stretches, reader)


def _rows(
    rule_set: RuleSet, stretches: Mapping[str, Sequence[Stretch]], reader: Reader
) -> list[RuleHistory]:
    """The whole verdict first, then published rules, then inferred ones."""
    if "" not in stretches:
        return []
    rows = [RuleHistory("", WHOLE, rule_set.title, stretches[""])]
    for group in Group:
        rows += [
            RuleHistory(
                rule=rule.id,
                title=rule.title,
                needed=_needed(rule, reader),
                stretches=stretches[rule.id],
                group=f"{GROUP_TITLES[group]} · {rule_set.title}",
            )
            for rule in rule_set.rules
            if rule.group is group and rule.id in stretches
        ]
    return rows


def _needed(rule: Rule, reader: Reader) -> str:
    return needed_words(rule, is_pro=reader.is_pro, levels=reader.levels)


def _stretch(
    start: date, end: date, verdict: int, flip: Flip, rule: str, reader: Reader
) -> Stretch:
    url = "" if not rule else reader.places.counts(reader.rule_set, rule, start)
    return Stretch(start, end, state_of(verdict), cause_link(flip, reader.places, counts_url=url))


def _of(spans: RuleSpans, gig: int) -> range:
    """Where the spans of one gig lie: subjects ascend."""
    low, high = (int(at) for at in spans.subject.searchsorted([gig, gig + 1]))
    return range(low, high)


def _end(spans: RuleSpans, at: int, end: date) -> date:
    stop = int(spans.end_day[at])
    return end if stop == FOREVER else date_of(stop)


def _refs(spans: Iterable[RuleSpans], gig: int) -> dict[int, str]:
    """References of the orders that flipped something, in one query."""
    numbers = {int(one.number[at]) for one in spans for at in _of(one, gig) if _by_order(one, at)}
    return dict(Order.objects.filter(pk__in=numbers).values_list("pk", "ref"))


def _by_order(spans: RuleSpans, at: int) -> bool:
    inquiry = spans.cause[at] in (FlipCause.INQUIRY_ENTERED, FlipCause.INQUIRY_LEFT)
    return int(spans.number[at]) != NO_NUMBER and not inquiry


def _flip(spans: RuleSpans, at: int, refs: Mapping[int, str], titles: Sequence[str]) -> Flip:
    by = int(spans.by_rule[at])
    return Flip(
        cause=FlipCause(int(spans.cause[at])),
        day=date_of(int(spans.start_day[at])),
        ref=refs.get(int(spans.number[at]), "") if _by_order(spans, at) else "",
        others=int(spans.others[at]),
        rule="" if by < 0 else titles[by],
    )
