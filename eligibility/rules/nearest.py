"""The nearest flip: the smallest change that would grant a rule, or lose it.

Exact, not guessed. A metric is a sum, and one more event adds a known amount to it, so the
smallest number of events that carries it over the threshold is a division; whatever the
division says is then put before the evaluator, with one event less as well. Waiting is a walk
over the days on which items leave their window.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace

from eligibility.rules.evaluate import verdict_on
from eligibility.rules.items import SUMS, reply_day_limit
from eligibility.rules.records import SellerRecord
from eligibility.rules.reference import metric_value
from eligibility.rules.steps import Event, Step, StepKind, events
from eligibility.rules.totals import NOTHING, Total, bounds_of, contribution, exactly, total_of
from eligibility.rules.types import (
    Bounds,
    Comparison,
    Counted,
    Metric,
    MetricSpec,
    MetricValue,
    Missing,
    Reason,
    Rule,
    Scope,
    Verdict,
    Window,
    WindowKind,
)

#: Nobody displays more: a score cannot rise above it.
HIGHEST_SCORE = 10
LOWEST_SCORE = 1


@dataclass(frozen=True, slots=True)
class Nearest:
    """Alternatives, each on its own enough; empty: nothing of the kinds we know would do it.

    ``grants`` lead to "met" where the rule is not met now, ``loses`` to "not met" where it is
    met; where it is unknown both are given.
    """

    verdict: Verdict
    grants: tuple[Step, ...]
    loses: tuple[Step, ...]


@dataclass(slots=True)
class Situation:
    """One seller on one day, for one gig where that is asked about.

    ``held`` is what the level is at least and at most. Values are computed once for all rules
    that share a metric.
    """

    seller: SellerRecord
    day: int
    gig: int | None = None
    held: Bounds = field(default_factory=Bounds)
    _values: dict[MetricSpec, MetricValue] = field(default_factory=dict)
    _bases: dict[MetricSpec, Total] = field(default_factory=dict)

    def value(self, spec: MetricSpec) -> MetricValue:
        """The metric on the day, with the orders behind it."""
        if spec.metric is Metric.LEVEL:
            return MetricValue(self.held)
        if spec not in self._values:
            self._values[spec] = metric_value(self.seller, spec, self.day, self._gig(spec))
        return self._values[spec]

    def verdict(self, rule: Rule, bounds: Bounds | None = None) -> Verdict:
        """What the evaluator says of these bounds, or of the day's own."""
        found = self.value(rule.spec).bounds if bounds is None else bounds
        category = "" if self.gig is None else self.seller.gigs[self.gig].category
        return verdict_on(rule, found, is_pro=self.seller.is_pro, category=category)

    def base(self, spec: MetricSpec) -> Total:
        """What there is to add events to.

        A window that hangs on the latest review moves to the day of the new one, so there
        what counts is what would still count after a review of today.
        """
        if spec not in self._bases:
            found = self.value(spec)
            if spec.window.kind is WindowKind.FROM_LATEST_REVIEW:
                trailing = Window(WindowKind.TRAILING, spec.window.days)
                moved = replace(spec, window=trailing)
                found = metric_value(self.seller, moved, self.day, self._gig(spec))
            self._bases[spec] = total_of(spec, found.items)
        return self._bases[spec]

    def _gig(self, spec: MetricSpec) -> int | None:
        return self.gig if spec.scope is Scope.GIG else None


def nearest(situation: Situation, rule: Rule) -> Nearest:
    """The smallest changes that would flip a rule on the day, each kind for itself."""
    verdict = situation.verdict(rule)
    grants: tuple[Step, ...] = ()
    loses: tuple[Step, ...] = ()
    if verdict is not Verdict.MET:
        grants = tuple(_steps(situation, rule, Verdict.MET))
    if verdict is not Verdict.NOT_MET:
        loses = tuple(_steps(situation, rule, Verdict.NOT_MET))
    return Nearest(verdict, grants, loses)


def _steps(situation: Situation, rule: Rule, target: Verdict) -> Iterator[Step]:
    """Steps to a verdict: events first, the mildest first, then waiting."""
    metric, value = rule.metric, situation.value(rule.spec)
    if value.shown_day is not None or value.missing is Missing.NO_INQUIRIES:
        # Nobody knows how many messages there are to add one to.
        return
    if metric in SUMS:
        rising = (rule.comparison is Comparison.AT_LEAST) == (target is Verdict.MET)
        fewest: int | None = None
        for event in events(rule.spec, rising=rising):
            count = _fewest(situation, rule, event, target)
            # Harsher events are told only where fewer of them do.
            if count is not None and (fewest is None or count < fewest):
                fewest = count
                yield Step(event.kind, count, event.stars)
        day = _wait(situation, rule, target)
        if day is not None:
            yield Step(StepKind.WAIT, day=day)
    elif metric is Metric.SUCCESS_SCORE:
        yield from _points(situation, rule, target)
    elif metric is Metric.DAYS_ACTIVE:
        yield from _days(situation, rule, target)
    elif metric is Metric.GIG_ACTIVE:
        active = target is Verdict.MET
        yield Step(StepKind.ACTIVATED if active else StepKind.PAUSED, 1)


#: Farther than anybody gets: no step takes as many events (or cents).
_LIMIT = 2**40


def _fewest(situation: Situation, rule: Rule, event: Event, target: Verdict) -> int | None:
    """The smallest number of events that leads to the target; None where none does.

    Past the first event a sum moves in a straight line against its threshold, so the target
    holds from some number on, or up to some number, or never.
    """
    base = situation.base(rule.spec)

    def reached(count: int) -> bool:
        bounds = bounds_of(rule.spec, base.plus(event.adds, count))
        return situation.verdict(rule, bounds) is target

    return _first(reached)


def _first(reached: Callable[[int], bool]) -> int | None:
    """The smallest number from 1 on that reaches it, where reaching lasts."""
    if reached(1):
        return 1
    low, high = 1, 2
    while not reached(high):
        low, high = high, high * 2
        if high > _LIMIT:
            return None
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if reached(middle) else (middle, high)
    return high


def _wait(situation: Situation, rule: Rule, target: Verdict) -> int | None:
    """The first later day with the target if nothing new happens; None where time never helps."""
    spec = rule.spec
    if spec.window.kind is not WindowKind.TRAILING:
        return None
    items = situation.value(spec).items
    total = total_of(spec, items)
    replies = spec.metric is Metric.RESPONSE_RATE
    for day, change in sorted(_coming(situation, spec, items).items()):
        total = total.plus(change)
        bounds = bounds_of(spec, total)
        if replies and not bounds.low_den:
            bounds = _shown(situation, spec, day)
        if situation.verdict(rule, bounds) is target:
            return day
    return None


def _coming(situation: Situation, spec: MetricSpec, items: Iterable[Counted]) -> dict[int, Total]:
    """What each later day does to the sums by itself.

    Items leave with their window; a message that waits for its reply becomes late; a shown
    value expires.
    """
    found: dict[int, Total] = {}

    def add(day: int | None, adds: Total, times: int) -> None:
        if day is not None and day > situation.day:
            found[day] = found.get(day, NOTHING).plus(adds, times)

    for item in items:
        adds = contribution(spec, item)
        if item.reason is Reason.WAITING and item.day is not None:
            adds = contribution(spec, replace(item, reason=Reason.COUNTS_AGAINST))
            add(item.day + reply_day_limit(spec), adds, 1)
        if adds != NOTHING:
            add(item.until, adds, -1)
    if spec.metric is Metric.RESPONSE_RATE:
        for day in situation.seller.shown_response:
            add(day + spec.shown_days, NOTHING, 1)
    return found


def _shown(situation: Situation, spec: MetricSpec, day: int) -> Bounds:
    """What the platform showed last by now, where that still stands on a later day."""
    shown = situation.seller.shown_response
    latest = max((known for known in shown if known <= situation.day), default=None)
    if latest is None or day >= latest + spec.shown_days:
        return Bounds()
    return exactly(shown[latest].numerator, shown[latest].denominator)


def _points(situation: Situation, rule: Rule, target: Verdict) -> Iterator[Step]:
    """Whole points of the displayed score."""
    score = situation.value(rule.spec).bounds.exact
    if score is None:
        return
    up = (rule.comparison is Comparison.AT_LEAST) == (target is Verdict.MET)
    room = int(HIGHEST_SCORE - score if up else score - LOWEST_SCORE)
    for points in range(1, room + 1):
        moved = int(score) + (points if up else -points)
        if situation.verdict(rule, exactly(moved, 1)) is target:
            yield Step(StepKind.SCORE, points)
            return


def _days(situation: Situation, rule: Rule, target: Verdict) -> Iterator[Step]:
    """Days on the marketplace only grow."""
    now = situation.value(rule.spec).bounds
    if not now.low_den:
        return

    def reached(days: int) -> bool:
        high = now.high_num + days if now.high_den else 0
        later = Bounds(now.low_num + days, 1, high, now.high_den)
        return situation.verdict(rule, later) is target

    days = _first(reached)
    if days is not None:
        yield Step(StepKind.WAIT, day=situation.day + days)
