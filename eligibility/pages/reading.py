"""What the pages read: stored spans, and the values of one day worked out of the facts.

Verdicts of the page's day come from the values by the one evaluator; spans say since when
they hold and what began them. Access is settled before: callers pass sellers that may be seen.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TypeVar

from django.db.models import Q, QuerySet

from eligibility.cause_words import Flip, Places
from eligibility.facts import read_eligibility_facts
from eligibility.margins import is_thin
from eligibility.models import EligibilityStanding, LevelSpan, RuleSpan
from eligibility.pages.level_words import LevelState
from eligibility.pages.lines import Finding, Reader
from eligibility.rule_files import rule_sets
from eligibility.rule_words import Levels
from eligibility.rules.evaluate import force_of
from eligibility.rules.facts import EligibilityFacts
from eligibility.rules.flips import FlipCause
from eligibility.rules.nearest import Situation, nearest
from eligibility.rules.records import SellerRecord, record_of
from eligibility.rules.types import Bounds, Metric, Phase, Rule, RuleSet
from eligibility.step_words import gain_words, loss_words
from metrics.engine.days import day_number
from sellers.models import Gig, Seller


@dataclass(frozen=True, slots=True)
class Reading:
    """One seller as the pages read it.

    ``gig_ids`` are in the order of the record's gigs.
    """

    seller: Seller
    standing: EligibilityStanding
    rule_sets: Mapping[str, RuleSet]
    columns: EligibilityFacts
    record: SellerRecord
    gig_ids: Sequence[int]
    level: LevelState | None

    @property
    def as_of(self) -> date:
        return self.standing.as_of

    @property
    def levels(self) -> Levels:
        """Titles of levels by rank, as the rules in force name them."""
        rules = self.rule_sets.get(self.standing.level_rules)
        return {level.rank: level.title for level in rules.levels} if rules else {}

    def reader(self, rule_set: str, gig: Gig | None = None) -> Reader:
        """What words and addresses of this seller's rules depend on."""
        places = Places(self.seller.pk, None if gig is None else gig.pk)
        return Reader(rule_set, self.seller.is_pro, self.levels, places)

    def situation(self, day: date | None = None, gig: Gig | None = None) -> Situation:
        """The seller on a day, by default the last computed one, for rules to be put to."""
        level = self.level if day in (None, self.as_of) else level_on(self.seller, day)
        held = Bounds() if level is None else Bounds(level.least, 1, level.most, 1)
        number = None if gig is None else self.gig_ids.index(gig.pk)
        return Situation(self.record, day_number(day or self.as_of), number, held)

    def finding(
        self, rule: Rule, situation: Situation, *, gig: Gig | None = None, near: bool = False
    ) -> Finding:
        """What is known of a rule in a situation; ``near`` also asks what would change it."""
        value = situation.value(rule.spec)
        found = nearest(situation, rule) if near else None
        return Finding(
            rule=rule,
            verdict=situation.verdict(rule),
            value=value,
            thin=rule.enabled and is_thin(rule, value.bounds, is_pro=self.seller.is_pro),
            gains="" if found is None else gain_words(found.grants),
            loses="" if found is None else loss_words(found.loses),
            named="" if gig is None or rule.metric is not Metric.CATEGORY else gig.category,
        )


def since(finding: Finding, span: RuleSpan | None) -> Finding:
    """The finding with what began its verdict, where the stored span says the same verdict."""
    if span is None or span.verdict != finding.verdict:
        return finding
    return replace(finding, flip=flip_of(span))


def read_seller(seller: Seller) -> Reading | None:
    """None before the first computation."""
    standing = EligibilityStanding.objects.filter(seller=seller).first()
    if standing is None or standing.held is None:
        return None
    read = read_eligibility_facts({seller.pk: day_number(standing.as_of)})
    return Reading(
        seller=seller,
        standing=standing,
        rule_sets={one.id: one for one in rule_sets(seller.platform)},
        columns=read.columns,
        record=record_of(read.columns, 0),
        gig_ids=read.gig_ids.tolist(),
        level=level_on(seller, standing.as_of),
    )


def level_on(seller: Seller, day: date) -> LevelState | None:
    """The level machine on a stored day; None where no level rules were in force."""
    span = _covering(LevelSpan.objects.filter(seller=seller), day).first()
    if span is None:
        return None
    return LevelState(
        held=span.held,
        least=span.least,
        most=span.most,
        phase=Phase(span.phase),
        supported=span.supported,
        possible=span.possible,
        grace_start=span.grace_start,
        grace_end=span.grace_end,
    )


AnySpan = TypeVar("AnySpan", LevelSpan, RuleSpan)


def _covering(spans: QuerySet[AnySpan], day: date) -> QuerySet[AnySpan]:
    return spans.filter(Q(end=None) | Q(end__gt=day), start__lte=day)


def spans_on(seller: Seller, day: date, rule_set: str) -> list[RuleSpan]:
    """Spans of one rule set that cover a day, of the seller and of every gig."""
    spans = RuleSpan.objects.filter(seller=seller, rule_set=rule_set)
    return list(_covering(spans, day).select_related("cause_order"))


def spans_between(seller: Seller, gig: Gig | None, start: date, end: date) -> list[RuleSpan]:
    """Spans that touch ``start <= day < end``, in order: of one gig, or of the seller's levels."""
    spans = RuleSpan.objects.filter(seller=seller, gig=gig, start__lt=end)
    touching = spans.filter(Q(end=None) | Q(end__gt=start))
    return list(touching.select_related("cause_order").order_by("rule_set", "rule", "start"))


def flip_of(span: RuleSpan, titles: Mapping[str, str] | None = None) -> Flip:
    """What began a span; ``titles`` name the rule that decided, for an overall verdict."""
    order = span.cause_order
    return Flip(
        cause=FlipCause(span.cause),
        day=span.start,
        ref="" if order is None else order.ref,
        others=span.cause_others,
        rule=(titles or {}).get(span.cause_rule, ""),
        by=span.cause_rule,
    )


def rules_in_force(rules: Iterable[Rule], rule_set: RuleSet, day: date) -> list[Rule]:
    """The rules of a set that hold on a day, switched off or not."""
    number, found = day_number(day), []
    for rule in rules:
        start, end = force_of(rule, rule_set)
        if start <= number and (end is None or number < end):
            found.append(rule)
    return found


def titles_of(rule_set: RuleSet | None) -> dict[str, str]:
    """Titles of a set's rules by id."""
    return {} if rule_set is None else {rule.id: rule.title for rule in rule_set.all_rules}
