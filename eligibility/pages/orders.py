"""Which orders count: the number behind a rule, and every order, review or message of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from django.urls import reverse

from eligibility.forms import CountsQuestion
from eligibility.pages.orders_parts import CountedRow, CountsPage
from eligibility.pages.reading import Reading, rules_in_force
from eligibility.rule_words import (
    PARTS,
    margin_words,
    needed_words,
    value_words,
    window_words,
)
from eligibility.rules.evaluate import margin_on
from eligibility.rules.totals import DOUBTFUL
from eligibility.rules.types import (
    Bounds,
    Counted,
    Metric,
    MetricValue,
    Reason,
    Rule,
    RuleSet,
    Scope,
)
from eligibility.words import COUNTABLE, MISSING_WORDS, REASON_WORDS, state_of
from metrics.engine.days import date_of
from metrics.standing_words import shown_words
from metrics.words import counted, star_words
from sellers.models import Inquiry, Order

#: What the rows of a metric are.
_THINGS: Mapping[Metric, str] = {
    Metric.RATING: "reviews",
    Metric.REVIEW_COUNT: "reviews",
    Metric.RESPONSE_RATE: "first messages",
}
_NOT_IN_FORCE = "These rules were not in force on this day. This is what they would have counted."


@dataclass(frozen=True, slots=True)
class Named:
    """What a number in a list stands for."""

    ref: str
    url: str
    gig: str


def rule_choices(rule_sets: Iterable[RuleSet]) -> list[tuple[str, list[tuple[str, str]]]]:
    """Rules with a list behind them, by rule set, the newest set first."""
    newest = sorted(rule_sets, key=lambda one: (-one.start_day, one.id))
    found = []
    for rule_set in newest:
        titles = {level.id: f"{level.title}: " for level in rule_set.levels}
        some = [
            (f"{rule_set.id}:{rule.id}", f"{titles.get(rule.level_id, '')}{rule.title}")
            for rule in rule_set.all_rules
            if rule.metric in COUNTABLE
        ]
        if some:
            found.append((rule_set.title, some))
    return found


def counts_page(reading: Reading, asked: CountsQuestion) -> CountsPage | None:
    """The number and its rows; None where no such rule is known."""
    rule_set = reading.rule_sets.get(asked.rule_set)
    rules = () if rule_set is None else rule_set.all_rules
    rule = next((one for one in rules if one.id == asked.rule), None)
    if rule_set is None or rule is None or rule.metric not in COUNTABLE:
        return None
    gig = asked.gig if rule.spec.scope is Scope.GIG else None
    finding = reading.finding(rule, reading.situation(asked.day, gig), gig=gig)
    value, is_pro = finding.value, reading.seller.is_pro
    items = sorted(value.items, key=lambda item: (-(item.day or 0), item.number))
    rows = _rows(reading, rule, items)
    numerator, denominator = _parts(rule, value.bounds)
    in_force = rule in rules_in_force(rules, rule_set, asked.day)
    return CountsPage(
        rule=rule.id,
        title=rule.title,
        level=_where(rule_set, rule),
        day=asked.day,
        gig="" if gig is None else str(gig),
        value=value_words(rule, value.bounds, is_pro=is_pro, levels=reading.levels),
        state=state_of(finding.verdict),
        needed=needed_words(rule, is_pro=is_pro, levels=reading.levels),
        margin=margin_words(
            rule,
            margin_on(rule, value.bounds, is_pro=is_pro),
            certain=value.bounds.exact is not None,
        ),
        numerator=numerator,
        numerator_name=PARTS.get(rule.metric, ("", ""))[0],
        denominator=denominator,
        denominator_name=PARTS.get(rule.metric, ("", ""))[1],
        window=window_words(rule.spec.window, value),
        because="" if value.missing is None else MISSING_WORDS[value.missing],
        rows=rows,
        what=_THINGS.get(rule.metric, "orders"),
        totals=dict(Counter(row.kind for row in rows)),
        shown=_shown(reading, value),
        notes=" ".join(
            words
            for words in (_fee(rule), _doubt(rows), "" if in_force else _NOT_IN_FORCE)
            if words
        ),
    )


def _where(rule_set: RuleSet, rule: Rule) -> str:
    level = next((one.title for one in rule_set.levels if one.id == rule.level_id), "")
    return f"{level}, {rule_set.title}" if level else rule_set.title


def _shown(reading: Reading, value: MetricValue) -> str:
    if value.shown_day is None:
        return ""
    return shown_words(reading.seller.get_platform_display(), date_of(value.shown_day))


def _parts(rule: Rule, bounds: Bounds) -> tuple[str, str]:
    """Numerator and denominator; a range where only that is known; "" for plain numbers."""
    if rule.metric not in PARTS or not (bounds.low_den or bounds.high_den):
        return "", ""
    scale = 100 if rule.metric is Metric.RATING else 1
    numerators, denominators = (
        [Fraction(one, scale) for one in pair]
        for pair in ((bounds.low_num, bounds.high_num), (bounds.low_den, bounds.high_den))
    )
    return _span(numerators), _span(denominators)


def _span(ends: Sequence[Fraction]) -> str:
    low, high = (f"{float(one):,.2f}".rstrip("0").rstrip(".") for one in (min(ends), max(ends)))
    return low if low == high else f"{low} to {high}"


def _fee(rule: Rule) -> str:
    share = rule.spec.earnings_share
    if rule.metric is not Metric.EARNINGS_USD or share == 1:
        return ""
    return f"Of the amount of an order {float(share):.0%} counts: what is left after the fee."


def _doubt(rows: Sequence[CountedRow]) -> str:
    number = sum(row.kind == "maybe" for row in rows)
    if not number:
        return ""
    verb = "is" if number == 1 else "are"
    return (
        f"{counted(number, 'row', 'rows')} {verb} in doubt: counted both ways, the value lies "
        "between the two results."
    )


# --- rows ---------------------------------------------------------------------------------


def _rows(reading: Reading, rule: Rule, items: Sequence[Counted]) -> list[CountedRow]:
    names = _names(reading, rule, [item.number for item in items])
    return [_row(rule, item, names[item.number]) for item in items if item.number in names]


def _names(reading: Reading, rule: Rule, numbers: Sequence[int]) -> dict[int, Named]:
    """What the numbers stand for, in one query."""
    seller = reading.seller
    if rule.metric is Metric.RESPONSE_RATE:
        messages = Inquiry.objects.filter(seller=seller, pk__in=numbers)
        return {pk: Named(ref, "", "") for pk, ref in messages.values_list("pk", "ref")}
    orders = Order.objects.filter(seller=seller, pk__in=numbers).select_related("gig")
    return {
        order.pk: Named(
            order.ref, reverse("sellers:order", args=[seller.pk, order.ref]), str(order.gig)
        )
        for order in orders
    }


def _row(rule: Rule, item: Counted, named: Named) -> CountedRow:
    return CountedRow(
        ref=named.ref,
        url=named.url,
        gig=named.gig,
        day=_day(item.day),
        kind=_kind(item.reason),
        reason=REASON_WORDS[item.reason],
        brings=_brings(rule, item),
        until=_last_day(item) if item.counts else None,
    )


def _last_day(item: Counted) -> date | None:
    """The last day on which it counts."""
    return None if item.until is None else date_of(item.until - 1)


def _day(number: int | None) -> date | None:
    return None if number is None else date_of(number)


def _kind(reason: Reason) -> str:
    if reason is Reason.COUNTS:
        return "yes"
    if reason is Reason.COUNTS_AGAINST:
        return "against"
    return "maybe" if reason in DOUBTFUL else "no"


def _brings(rule: Rule, item: Counted) -> str:
    """What a row that counts adds: stars, or the part of the amount that is earned."""
    if rule.metric is Metric.RATING and item.stars is not None:
        return star_words(float(item.stars))
    if rule.metric is Metric.EARNINGS_USD and item.cents is not None:
        earned = rule.spec.earnings_share * item.cents / 100
        gross = item.cents / 100
        if rule.spec.earnings_share == 1:
            return f"${gross:,.2f}"
        return f"${float(earned):,.2f} of ${gross:,.2f}"
    return ""
