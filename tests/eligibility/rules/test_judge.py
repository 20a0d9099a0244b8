"""Verdicts, levels and spans of all days equal the plain walk from day to day."""

from __future__ import annotations

import random
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eligibility.rules.flips import FlipCause
from eligibility.rules.judge import Judgement, judge
from eligibility.rules.records import SellerRecord, facts_of
from eligibility.rules.reference_walk import walk
from eligibility.rules.spans import all_spans, level_spans
from eligibility.rules.types import OUT_OF_FORCE, Comparison, Kind, Metric, Rule, RuleSet
from metrics.engine.days import FOREVER, NO_DAY
from tests.eligibility.rules.shipped import EVERYTHING, LEVELS_2018, LEVELS_2024
from tests.eligibility.rules.strategies import a_good_order, sellers
from tests.kernels.strategies import BASE_DAY


def around(change: int) -> tuple[RuleSet, ...]:
    """The shipped rules with the change-over of 2024-03-14 moved into the test's days."""
    return tuple(
        replace(r, start_day=change)
        if r.start_day == LEVELS_2024.start_day
        else replace(r, start_day=BASE_DAY - 10 * len(r.id), end_day=change)
        for r in EVERYTHING
    )


def easy(rule_sets: tuple[RuleSet, ...]) -> tuple[RuleSet, ...]:
    """Thresholds that few facts can reach, so that levels come and go."""

    def lower(rule_set: RuleSet) -> RuleSet:
        def of(rule: Rule) -> Rule:
            if rule.metric in (Metric.COMPLETED_ORDERS, Metric.UNIQUE_CLIENTS):
                return replace(rule, threshold=rule.threshold / 10)
            if rule.metric is Metric.EARNINGS_USD:
                return replace(rule, threshold=rule.threshold / 100)
            if rule.metric is Metric.REVIEW_COUNT:
                return replace(
                    rule, threshold=rule.threshold / 10, pro_threshold=rule.threshold / 20
                )
            return rule

        levels = tuple(
            replace(
                level, rules=tuple(of(rule) for rule in level.rules if rule.metric not in LEFT_OUT)
            )
            for level in rule_set.levels
        )
        return replace(rule_set, levels=levels, rules=tuple(of(rule) for rule in rule_set.rules))

    return tuple(lower(rule_set) for rule_set in rule_sets)


#: Rarely known in random facts: with them almost every level would be unknown.
LEFT_OUT = {Metric.RESPONSE_RATE, Metric.SUCCESS_SCORE, Metric.DAYS_ACTIVE}


def assert_equal_to_walk(
    found: Judgement, number: int, seller: SellerRecord, gigs_before: int
) -> None:
    axes, levels = found.axes, found.levels
    assert levels is not None
    for at, day in enumerate(walk(seller, found.rule_sets)):
        entry = int(axes.seller.offset[number]) + at
        machine = (levels.held, levels.phase, levels.least, levels.most)
        assert [int(a[entry]) for a in machine] == [day.held, day.phase, day.least, day.most]
        assert (levels.supported[entry], levels.possible[entry]) == (day.supported, day.possible)
        grace = int(levels.grace_start[entry])
        assert (None if grace == NO_DAY else grace) == day.grace_start
        for (rule_set, rule), verdicts in found.verdicts.items():
            kind = next(r.kind for r in found.rule_sets if r.id == rule_set)
            if kind is Kind.LEVELS:
                expected = day.verdicts.get((rule_set, None, rule), OUT_OF_FORCE)
                assert verdicts[entry] == expected
                continue
            for gig in range(len(seller.gigs)):
                subject = gigs_before + gig
                own = at + seller.first_day - int(axes.gig.first_day[subject])
                if own >= 0:
                    expected = day.verdicts.get((rule_set, gig, rule), OUT_OF_FORCE)
                    assert verdicts[int(axes.gig.offset[subject]) + own] == expected


@settings(max_examples=40, deadline=None)
@given(sellers(), sellers(numbers_from=20_000), st.integers(-5, 100), st.booleans())
def test_every_verdict_equals_the_plain_walk(
    one: SellerRecord, other: SellerRecord, change: int, lenient: bool
) -> None:
    one, other = (replace(s, last_day=min(s.last_day, s.first_day + 120)) for s in (one, other))
    rule_sets = around(BASE_DAY + change)
    found = judge(facts_of([one, other]), easy(rule_sets) if lenient else rule_sets)
    assert_equal_to_walk(found, 0, one, 0)
    assert_equal_to_walk(found, 1, other, len(one.gigs))


@settings(max_examples=40, deadline=None)
@given(sellers(), st.integers(-5, 900), st.booleans())
def test_spans_are_the_verdicts_of_their_days(
    seller: SellerRecord, change: int, lenient: bool
) -> None:
    rule_sets = around(BASE_DAY + change)
    found = judge(facts_of([seller]), easy(rule_sets) if lenient else rule_sets)
    for spans in all_spans(found):
        axis = found.axis(spans.rule_set)
        again = np.full(axis.size, OUT_OF_FORCE, np.int8)
        columns = (spans.subject, spans.verdict, spans.start_day, spans.end_day, spans.cause)
        for subject, verdict, start, end, cause in zip(*(c.tolist() for c in columns), strict=True):
            low = axis.index(subject, start)
            last = end == FOREVER
            high = int(axis.offset[subject + 1]) if last else axis.index(subject, end - 1) + 1
            assert (again[low:high] == OUT_OF_FORCE).all()
            again[low:high] = verdict
            first = start == axis.first_day[subject]
            assert (cause == FlipCause.BEGAN) == first
        assert (again == found.verdicts[spans.rule_set.id, spans.rule_id]).all()


@settings(max_examples=40, deadline=None)
@given(sellers(), st.integers(-5, 900))
def test_a_named_order_did_something_on_the_day_of_the_flip(
    seller: SellerRecord, change: int
) -> None:
    found = judge(facts_of([seller]), easy(around(BASE_DAY + change)))
    orders = {order.number: order.facts for order in seller.orders}
    for spans in all_spans(found):
        for cause, number, start in zip(
            spans.cause.tolist(), spans.number.tolist(), spans.start_day.tolist(), strict=True
        ):
            if cause == FlipCause.ORDER_ENTERED:
                assert start in (orders[number].finished_day, orders[number].delivered_day)
            if cause == FlipCause.ORDER_LEFT:
                days = (orders[number].finished_day, orders[number].delivered_day)
                assert start in [day + n for day in days if day is not None for n in (30, 60)]
            if cause == FlipCause.REVIEW_POSTED:
                assert start in [r.posted_day for r in seller.reviews if r.order == number]
            if cause == FlipCause.RULED_OUT:
                assert start == orders[number].excluded_day


@settings(max_examples=40, deadline=None)
@given(sellers(), st.randoms(use_true_random=False), st.integers(-5, 900))
def test_the_order_of_facts_is_irrelevant(
    seller: SellerRecord, dice: random.Random, change: int
) -> None:
    def shuffled(values: tuple) -> tuple:  # type: ignore[type-arg]
        return tuple(dice.sample(values, len(values)))

    other = replace(
        seller,
        orders=shuffled(seller.orders),
        reviews=shuffled(seller.reviews),
        inquiries=shuffled(seller.inquiries),
    )
    rule_sets = easy(around(BASE_DAY + change))
    one, two = judge(facts_of([seller]), rule_sets), judge(facts_of([other]), rule_sets)
    for key, verdicts in one.verdicts.items():
        assert (verdicts == two.verdicts[key]).all()
    for left, right in zip(all_spans(one), all_spans(two), strict=True):
        assert left.number.tolist() == right.number.tolist()
        assert left.cause.tolist() == right.cause.tolist()


COUNTS = (Metric.COMPLETED_ORDERS, Metric.UNIQUE_CLIENTS, Metric.EARNINGS_USD, Metric.REVIEW_COUNT)


@settings(max_examples=40, deadline=None)
@given(sellers(), st.integers(0, 900))
def test_one_more_good_order_never_breaks_a_count(seller: SellerRecord, day: int) -> None:
    rule_sets = easy(EVERYTHING)
    plain = judge(facts_of([seller]), rule_sets)
    richer = judge(facts_of([a_good_order(seller, BASE_DAY + day)]), rule_sets)
    if plain.axes.gig.size != richer.axes.gig.size:
        return  # The first order of a gig: its days begin earlier.
    for rule_set in rule_sets:
        for rule in rule_set.all_rules:
            if rule.metric in COUNTS and rule.comparison is Comparison.AT_LEAST:
                before = plain.verdicts[rule_set.id, rule.id] == 1
                assert (richer.verdicts[rule_set.id, rule.id][before] == 1).all()


@settings(max_examples=40, deadline=None)
@given(sellers())
def test_rules_apply_on_exactly_their_dates(seller: SellerRecord) -> None:
    seller = replace(
        seller, first_day=LEVELS_2018.start_day - 40, last_day=LEVELS_2024.start_day + 40
    )
    found = judge(facts_of([replace(seller, orders=(), reviews=())]), EVERYTHING)
    for rule_set in EVERYTHING:
        axis = found.axis(rule_set)
        days = axis.days()
        for rule in rule_set.all_rules:
            verdicts = found.verdicts[rule_set.id, rule.id]
            starts = max(rule_set.start_day, rule.start_day or rule_set.start_day)
            ends = [day for day in (rule_set.end_day, rule.end_day) if day is not None]
            inside = (days >= starts) & (days < min(ends, default=FOREVER))
            assert ((verdicts != OUT_OF_FORCE) == inside).all()


def test_level_spans_leave_out_the_days_without_rules() -> None:
    seller = SellerRecord(LEVELS_2018.start_day - 10, LEVELS_2018.start_day + 10)
    levels = judge(facts_of([seller]), EVERYTHING).levels
    assert levels is not None
    spans = level_spans(levels)
    assert spans.start_day.tolist()[0] == LEVELS_2018.start_day
    assert spans.end_day.tolist()[-1] == FOREVER


def test_a_batch_without_sellers_or_without_days_has_no_spans() -> None:
    for batch in ([], [SellerRecord(100, 99)]):
        found = judge(facts_of(batch), EVERYTHING)
        assert [len(spans) for spans in all_spans(found)] == [0] * len(list(all_spans(found)))


def test_a_promotion_without_level_rules_cannot_check_the_level() -> None:
    from eligibility.rules.records import GigRecord
    from tests.eligibility.rules.shipped import PROMOTED_2024

    day = PROMOTED_2024.start_day
    seller = SellerRecord(day, day, gigs=(GigRecord(),))
    found = judge(facts_of([seller]), [PROMOTED_2024])
    assert found.verdicts["promoted-2024", "level"].tolist() == [2]
    with pytest.raises(KeyError):
        found.verdicts["promoted-2024", "unheard-of"]
