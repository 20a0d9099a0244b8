"""From facts to verdicts: every rule of every rule set, on every day, for a batch of sellers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, fields, replace

import numpy as np

from eligibility.rules.axis import Axis
from eligibility.rules.daily import Axes, DailyMetric, run_starts
from eligibility.rules.evaluate import (
    closed_days,
    counted_rules,
    force_of,
    overall_days,
    rule_days,
)
from eligibility.rules.facts import EligibilityFacts, ShownColumns
from eligibility.rules.items import SUMS, ItemColumns, items_of
from eligibility.rules.levels import LevelDays, level_days, level_rules
from eligibility.rules.metrics import daily_metric, item_places
from eligibility.rules.types import (
    OUT_OF_FORCE,
    Kind,
    Level,
    Metric,
    MetricSpec,
    Rule,
    RuleSet,
    Scope,
)
from metrics.engine.columns import Int8, Int64


@dataclass(frozen=True, slots=True, eq=False)
class Judgement:
    """All that the rules say about a batch of sellers.

    Attributes
    ----------
    metrics : bounds by metric, on the axis of the metric's scope
    verdicts : by rule set id and rule id: the verdict of every entry of :meth:`axis`;
        overall verdicts under the level's id, or "" for a promotion
    levels : None without rule sets of levels
    """

    facts: EligibilityFacts
    rule_sets: tuple[RuleSet, ...]
    axes: Axes
    metrics: dict[MetricSpec, DailyMetric] = field(default_factory=dict)
    verdicts: dict[tuple[str, str], Int8] = field(default_factory=dict)
    levels: LevelDays | None = None
    _items: dict[MetricSpec, ItemColumns] = field(default_factory=dict)
    _places: dict[MetricSpec, tuple[Int64, Int64]] = field(default_factory=dict)
    _closed: dict[tuple[Kind, int, int | None], Int8] = field(default_factory=dict)

    def axis(self, rule_set: RuleSet) -> Axis:
        """Sellers for levels, gigs for promotions."""
        return self.axes.seller if rule_set.kind is Kind.LEVELS else self.axes.gig

    def days_of(self, rule_set: RuleSet, rule_id: str, subject: int) -> Int8:
        """The verdicts of one subject, from its first day on."""
        offset = self.axis(rule_set).offset
        return self.verdicts[rule_set.id, rule_id][offset[subject] : offset[subject + 1]]

    def items(self, spec: MetricSpec) -> ItemColumns:
        """The items of a sum, read once for all rules that use it."""
        if spec not in self._items:
            self._items[spec] = items_of(self.facts, spec)
        return self._items[spec]

    def places(self, spec: MetricSpec) -> tuple[Int64, Int64]:
        """The entries on which each item of a sum begins to count and ends."""
        if spec not in self._places:
            axis, items = self.axes.scope(spec.scope), self.items(spec)
            self._places[spec] = item_places(items, axis)
        return self._places[spec]

    def closed(self, rule_set: RuleSet, rule: Rule | None = None) -> Int8:
        """Entries of :meth:`axis` on which the rule, or the whole set, is out of force."""
        start, end = (rule_set.start_day, rule_set.end_day)
        if rule is not None:
            start, end = force_of(rule, rule_set)
        key = rule_set.kind, start, end
        if key not in self._closed:
            self._closed[key] = closed_days(self.axis(rule_set), start, end)
        return self._closed[key]


def judge(
    facts: EligibilityFacts, rule_sets: Iterable[RuleSet], before: Judgement | None = None
) -> Judgement:
    """Evaluate rule sets, each on its own dates.

    Rule sets of levels come first: a promotion may ask for the level held. Rules that are
    switched off have no verdicts.

    Parameters
    ----------
    before : one seller's days up to some day, levels at least. Every seller of ``facts`` is
        that seller from the following day on, all up to the same last day: ways in which it
        may go on. The levels go on from where they stood.
    """
    rule_sets = tuple(rule_sets)
    found = Judgement(facts, rule_sets, Axes.of(facts))
    level_sets = [r for r in rule_sets if r.kind is Kind.LEVELS]
    for rule_set in level_sets:
        _judge_set(found, rule_set)
    if before is not None:
        found = replace(found, levels=_levels_after(before, found, level_sets))
    elif level_sets:
        found = replace(found, levels=_levels(found, level_sets))
    for rule_set in rule_sets:
        if rule_set.kind is Kind.PROMOTION:
            _judge_set(found, rule_set)
    return found


def judge_as_if_always(facts: EligibilityFacts, rule_sets: Iterable[RuleSet]) -> Judgement:
    """ "If today's rules had applied": these sets on all days, with their own levels."""
    return judge(facts, [rule_set.on_all_days() for rule_set in rule_sets])


def _judge_set(found: Judgement, rule_set: RuleSet) -> None:
    """Verdicts of the rules of one set, and of its levels or the whole."""
    for rule in rule_set.all_rules:
        if rule.enabled:
            found.verdicts[rule_set.id, rule.id] = _rule(found, rule_set, rule)
    groups: list[tuple[str, Sequence[Rule]]] = [(lv.id, lv.rules) for lv in rule_set.levels]
    for name, rules in groups or [("", rule_set.rules)]:
        parts = [found.verdicts[rule_set.id, rule.id] for rule in counted_rules(rules)]
        found.verdicts[rule_set.id, name] = overall_days(parts, found.closed(rule_set))


def _rule(found: Judgement, rule_set: RuleSet, rule: Rule) -> Int8:
    facts, axes = found.facts, found.axes
    closed = found.closed(rule_set, rule)
    if closed.all():
        return closed
    metric = metric_of(found, rule.spec)
    is_pro = facts.is_pro
    if rule.spec.scope is Scope.GIG:
        is_pro = is_pro[axes.gig_seller]
    days = rule_days(rule, metric, is_pro, facts.gig_category)
    if rule_set.kind is Kind.PROMOTION and rule.spec.scope is Scope.SELLER:
        days = days[axes.seller_entries]
    days |= closed
    return days


def metric_of(found: Judgement, spec: MetricSpec) -> DailyMetric:
    """The metric, computed once for all rules that use it."""
    if spec not in found.metrics:
        if spec.metric is Metric.LEVEL:
            found.metrics[spec] = _held(found)
        else:
            summed = (found.items(spec), found.places(spec)) if spec.metric in SUMS else None
            found.metrics[spec] = daily_metric(found.facts, spec, found.axes, summed)
    return found.metrics[spec]


def _held(found: Judgement) -> DailyMetric:
    """The level as a metric: what it is at least and at most, unknown without level rules."""
    axis, levels = found.axes.seller, found.levels
    least = np.zeros(axis.size, np.int8) if levels is None else levels.least
    most = np.zeros(axis.size, np.int8) if levels is None else levels.most
    start = run_starts(axis, [least, most])
    den = np.full(len(start), 0 if levels is None else 1, np.int64)
    return DailyMetric(
        axis, start, least[start].astype(np.int64), den, most[start].astype(np.int64), den
    )


#: Rank to the overall verdicts of a level on every day, and to those of its lasting rules.
_ByRank = tuple[dict[int, Int8], dict[int, Int8]]


def _levels(found: Judgement, level_sets: Sequence[RuleSet]) -> LevelDays:
    axis = found.axes.seller
    by_rank, kept = _by_rank(found, level_sets)
    return _run_levels(found.facts.shown_levels, axis, (by_rank, kept), level_sets)


def _run_levels(
    shown: ShownColumns, axis: Axis, verdicts: _ByRank, level_sets: Sequence[RuleSet]
) -> LevelDays:
    first, last = (int(axis.days().min()), int(axis.days().max())) if axis.size else (0, -1)
    rules = level_rules(list(level_sets), first, last, max(verdicts[0], default=0))
    return level_days(axis, *verdicts, rules, shown)


def _by_rank(found: Judgement, level_sets: Sequence[RuleSet]) -> _ByRank:
    axis = found.axes.seller
    by_rank: dict[int, Int8] = {}
    kept: dict[int, Int8] = {}
    for rule_set in sorted(level_sets, key=lambda one: one.start_day):
        for level in rule_set.levels:
            days = found.verdicts[rule_set.id, level.id]
            for rank_days, of_level in ((by_rank, days), (kept, _kept(found, rule_set, level))):
                own = rank_days.setdefault(level.rank, np.full(axis.size, OUT_OF_FORCE, np.int8))
                np.copyto(own, of_level, where=days != OUT_OF_FORCE)
    return by_rank, kept


def _levels_after(
    before: Judgement, found: Judgement, level_sets: Sequence[RuleSet]
) -> LevelDays | None:
    """The levels of sellers that are all one seller, later.

    The machine goes through the days before for each of them again: they are few, and so what
    it remembers is written down nowhere else.
    """
    own, passed = found.axes.seller, before.axes.seller
    earlier_sets = [rule_set for rule_set in before.rule_sets if rule_set.kind is Kind.LEVELS]
    sets = list({one.id: one for one in (*earlier_sets, *level_sets)}.values())
    if not sets or not own.size:
        return None
    earlier, later = _by_rank(before, earlier_sets), _by_rank(found, level_sets)
    first = passed.first_day if passed.size else own.first_day
    axis = Axis.of(np.broadcast_to(first[:1], own.subjects), own.end_day - 1)
    joined = tuple(
        {
            rank: np.concatenate(
                (
                    np.tile(_days_or_none(early, rank, passed.size), (own.subjects, 1)),
                    _days_or_none(late, rank, own.size).reshape(own.subjects, -1),
                ),
                axis=1,
            ).ravel()
            for rank in early | late
        }
        for early, late in zip(earlier, later, strict=True)
    )
    whole = _run_levels(found.facts.shown_levels, axis, (joined[0], joined[1]), sets)
    columns = [column.name for column in fields(LevelDays) if column.name != "axis"]
    days = {
        name: getattr(whole, name).reshape(own.subjects, -1)[:, passed.size :].ravel()
        for name in columns
    }
    return LevelDays(own, **days)


def _days_or_none(by_rank: dict[int, Int8], rank: int, size: int) -> Int8:
    return by_rank.get(rank, np.full(size, OUT_OF_FORCE, np.int8))


def _kept(found: Judgement, rule_set: RuleSet, level: Level) -> Int8:
    """The verdicts of a level without the rules that are asked for on the way up only."""
    lasting = [rule for rule in counted_rules(level.rules) if not rule.entry_only]
    if len(lasting) == len(counted_rules(level.rules)):
        return found.verdicts[rule_set.id, level.id]
    parts = [found.verdicts[rule_set.id, rule.id] for rule in lasting]
    return overall_days(parts, found.closed(rule_set))
