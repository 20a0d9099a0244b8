"""The history of rules: as they were, or as if one rule set had always applied."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from eligibility.cause_words import Flip, cause_link
from eligibility.charts.strip import RuleHistory, Stretch
from eligibility.computing import in_force
from eligibility.models import RuleSpan
from eligibility.pages.lines import Reader
from eligibility.pages.reading import Reading, flip_of, spans_between
from eligibility.rule_words import needed_words
from eligibility.rules.evaluate import counted_rules
from eligibility.rules.flips import FlipCause
from eligibility.rules.judge import judge_as_if_always
from eligibility.rules.spans import NO_NUMBER, RuleSpans, all_spans
from eligibility.rules.types import Group, Kind, Rule, RuleSet
from eligibility.words import COUNTABLE, GROUP_TITLES, state_of
from metrics.engine.days import FOREVER, date_of
from sellers.models import Gig, Order

WHOLE = "All published rules"


def stored_history(reading: Reading, gig: Gig | None, start: date, end: date) -> list[RuleHistory]:
    """The rules as they were, each on its own days, the newest rule set first.

    Of a gig every rule for promotion; of the seller (``gig`` None) every level as a whole.
    """
    by_set: dict[str, dict[str, list[RuleSpan]]] = {}
    for span in spans_between(reading.seller, gig, start, end):
        by_set.setdefault(span.rule_set, {}).setdefault(span.rule, []).append(span)
    found: list[RuleHistory] = []
    for rule_set in sorted(reading.rule_sets.values(), key=lambda one: -one.start_day):
        stretcher = Stretcher(rule_set, reading.reader(rule_set.id, gig))
        stretches = {
            rule: [
                stretcher.stretch(rule, span.start, span.end or end, span.verdict, flip_of(span))
                for span in of_rule
            ]
            for rule, of_rule in by_set.get(rule_set.id, {}).items()
        }
        found += stretcher.rows(stretches)
    return found


def history_as_if(
    reading: Reading, gig: Gig | None, rule_set: RuleSet, end: date
) -> list[RuleHistory]:
    """The rules of one set as if they had always been in force, with the levels of their time."""
    sets, mine = [rule_set], 0
    if gig is not None:
        levels = in_force(tuple(reading.rule_sets.values()), Kind.LEVELS, rule_set.start_day)
        sets = [rule_set] if levels is None else [levels, rule_set]
        mine = reading.gig_ids.index(gig.pk)
    judged = judge_as_if_always(reading.columns, sets)
    spans = {one.rule_id: one for one in all_spans(judged) if one.rule_set.id == rule_set.id}
    refs = refs_of(spans.values(), mine)
    stretcher = Stretcher(rule_set, reading.reader(rule_set.id, gig))
    stretches = {
        rule: [
            stretcher.stretch(
                rule,
                date_of(int(of_rule.start_day[at])),
                _end(of_rule, at, end),
                int(of_rule.verdict[at]),
                flip_at(of_rule, at, refs),
            )
            for at in spans_of(of_rule, mine)
        ]
        for rule, of_rule in spans.items()
    }
    return stretcher.rows(stretches)


@dataclass(frozen=True, slots=True)
class Stretcher:
    """Turns the spans of one rule set into stretches and rows of the strip."""

    rule_set: RuleSet
    reader: Reader

    def stretch(self, rule: str, start: date, end: date, verdict: int, flip: Flip) -> Stretch:
        """A span; what flipped it leads to its order, or to the list behind the number."""
        decided = self._rule(flip.by or rule)
        url = ""
        if decided is not None and decided.metric in COUNTABLE:
            url = self.reader.places.counts(self.rule_set.id, decided.id, start)
        if flip.by and decided is not None:
            flip = replace(flip, rule=decided.title)
        cause = cause_link(flip, self.reader.places, counts_url=url)
        return Stretch(start, end, state_of(verdict), cause)

    def _rule(self, rule_id: str) -> Rule | None:
        return next((one for one in self.rule_set.all_rules if one.id == rule_id), None)

    def rows(self, stretches: Mapping[str, Sequence[Stretch]]) -> list[RuleHistory]:
        """Levels from the lowest on; of a promotion the whole, published, then inferred rules."""
        if self.rule_set.levels:
            return [
                RuleHistory(
                    rule=level.id,
                    title=level.title,
                    needed=f"all {len(counted_rules(level.rules))} rules",
                    stretches=stretches[level.id],
                    group=self.rule_set.title,
                )
                for level in self.rule_set.levels
                if level.id in stretches
            ]
        if "" not in stretches:
            return []
        rows = [RuleHistory("", WHOLE, self.rule_set.title, stretches[""])]
        for group in Group:
            rows += [
                RuleHistory(
                    rule=rule.id,
                    title=rule.title,
                    needed=_needed(rule, self.reader),
                    stretches=stretches[rule.id],
                    group=f"{GROUP_TITLES[group]} · {self.rule_set.title}",
                )
                for rule in self.rule_set.rules
                if rule.group is group and rule.id in stretches
            ]
        return rows


def _needed(rule: Rule, reader: Reader) -> str:
    return needed_words(rule, is_pro=reader.is_pro, levels=reader.levels)


def spans_of(spans: RuleSpans, subject: int) -> range:
    """Where the spans of one gig or seller lie: subjects ascend."""
    low, high = (int(at) for at in spans.subject.searchsorted([subject, subject + 1]))
    return range(low, high)


def _end(spans: RuleSpans, at: int, end: date) -> date:
    stop = int(spans.end_day[at])
    return end if stop == FOREVER else date_of(stop)


def refs_of(spans: Iterable[RuleSpans], subject: int) -> dict[int, str]:
    """References of the orders that flipped something, in one query."""
    numbers = {number for one in spans for number in orders_of(one, subject)}
    return dict(Order.objects.filter(pk__in=numbers).values_list("pk", "ref"))


def orders_of(spans: RuleSpans, subject: int) -> set[int]:
    """Numbers of the orders that flipped something of one gig or seller."""
    return {int(spans.number[at]) for at in spans_of(spans, subject) if _by_order(spans, at)}


def _by_order(spans: RuleSpans, at: int) -> bool:
    inquiry = spans.cause[at] in (FlipCause.INQUIRY_ENTERED, FlipCause.INQUIRY_LEFT)
    return int(spans.number[at]) != NO_NUMBER and not inquiry


def flip_at(spans: RuleSpans, at: int, refs: Mapping[int, str]) -> Flip:
    """What began a span; ``refs`` are the references of orders by their numbers."""
    by = int(spans.by_rule[at])
    return Flip(
        cause=FlipCause(int(spans.cause[at])),
        day=date_of(int(spans.start_day[at])),
        ref=refs.get(int(spans.number[at]), "") if _by_order(spans, at) else "",
        others=int(spans.others[at]),
        by="" if by < 0 else spans.rule_set.all_rules[by].id,
    )
