"""The nearest flip really flips, and nothing smaller does: brute force on the records."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eligibility.rules.evaluate import verdict_on
from eligibility.rules.nearest import Situation, nearest
from eligibility.rules.records import GigRecord, InquiryRecord, OrderRecord, SellerRecord
from eligibility.rules.reference import metric_value
from eligibility.rules.steps import Step, StepKind, events
from eligibility.rules.types import (
    RATES,
    Bounds,
    Comparison,
    Empty,
    Metric,
    MetricSpec,
    Rule,
    RuleSet,
    Scope,
    Verdict,
    Window,
    WindowKind,
)
from metrics.engine.days import day_number
from metrics.engine.grades import Grade
from metrics.engine.types import OrderFacts, OrderStatus, ReviewFacts
from tests.eligibility.rules.hypothetical import carried_out, known_on
from tests.eligibility.rules.shipped import LEVELS_2018, LEVELS_2024, PROMOTED_2020, PROMOTED_2024
from tests.eligibility.rules.strategies import sellers
from tests.eligibility.rules.test_metrics import SPECS

LOOKED_AT = 25


def a_rule(spec: MetricSpec, threshold: Fraction, comparison: Comparison) -> Rule:
    return Rule("rule", "Rule", spec, comparison, threshold, Grade.PUBLISHED, "source")


def thresholds_of(metric: Metric) -> st.SearchStrategy[Fraction]:
    if metric in RATES:
        return st.sampled_from([Fraction(n, 10) for n in (2, 5, 8, 9)])
    if metric is Metric.RATING:
        return st.sampled_from([Fraction(47, 10), Fraction(4), Fraction(5, 2)])
    if metric is Metric.EARNINGS_USD:
        return st.sampled_from([Fraction(1), Fraction(150), Fraction(400)])
    return st.integers(0, 6).map(Fraction)


def verdict_after(
    rule: Rule, seller: SellerRecord, step: Step, day: int, gig: int | None
) -> Verdict:
    if step.day is not None:
        changed, day = seller, step.day
    else:
        changed = carried_out(seller, step, rule.spec, day, gig)
    bounds = metric_value(changed, rule.spec, day, gig).bounds
    return verdict_on(rule, bounds, is_pro=changed.is_pro)


def nothing_smaller_does(
    rule: Rule, seller: SellerRecord, step: Step, target: Verdict, day: int, gig: int | None
) -> None:
    if step.day is not None:
        for earlier in range(day + 1, step.day):
            wait = replace(step, day=earlier)
            assert verdict_after(rule, seller, wait, day, gig) is not target
        return
    smaller = [step.count - 1] if step.count > LOOKED_AT else range(1, step.count)
    for count in smaller:
        assert verdict_after(rule, seller, replace(step, count=count), day, gig) is not target


SUMMED = [spec for spec in SPECS if events(spec, rising=True)]


@settings(max_examples=25, deadline=None)
@given(sellers(max_orders=8), st.data())
@pytest.mark.parametrize("spec", SUMMED, ids=lambda spec: f"{spec.metric}-{spec.window.kind}")
def test_every_step_flips_and_nothing_smaller_does(
    spec: MetricSpec, seller: SellerRecord, data: st.DataObject
) -> None:
    falling = spec.metric in (Metric.CANCELLATION_RATE, Metric.CANCELLATIONS)
    comparison = Comparison.AT_MOST if falling else Comparison.AT_LEAST
    rule = a_rule(spec, data.draw(thresholds_of(spec.metric)), comparison)
    day = seller.first_day + data.draw(st.integers(0, 90))
    seller = known_on(seller, day)
    gig = 0 if spec.scope is Scope.GIG else None
    found = nearest(Situation(seller, day, gig), rule)
    assert (found.grants == ()) or found.verdict is not Verdict.MET
    for target, steps in ((Verdict.MET, found.grants), (Verdict.NOT_MET, found.loses)):
        if found.verdict is target:
            assert steps == ()
            continue
        for step in steps:
            assert verdict_after(rule, seller, step, day, gig) is target
            nothing_smaller_does(rule, seller, step, target, day, gig)
        if messages_known(spec, seller, day):
            nothing_else_does(rule, seller, steps, target, day, gig)
        else:
            assert steps == ()


def messages_known(spec: MetricSpec, seller: SellerRecord, day: int) -> bool:
    """Whether there is a known number to which one more event can be added."""
    if spec.metric is not Metric.RESPONSE_RATE:
        return True
    value = metric_value(seller, spec, day)
    return bool(seller.inquiries) and value.shown_day is None


def nothing_else_does(
    rule: Rule,
    seller: SellerRecord,
    steps: tuple[Step, ...],
    target: Verdict,
    day: int,
    gig: int | None,
) -> None:
    """A kind of event that is not among the steps does not flip, however often (within reason)."""
    told = {(step.kind, step.stars) for step in steps}
    fewest = min((step.count for step in steps if step.count), default=LOOKED_AT)
    for rising in (True, False):
        for event in events(rule.spec, rising=rising):
            if (event.kind, event.stars) in told:
                continue
            toward = rising == ((rule.comparison is Comparison.AT_LEAST) == (target is Verdict.MET))
            for count in range(1, min(fewest, LOOKED_AT) if toward else 1):
                step = Step(event.kind, count, event.stars)
                assert verdict_after(rule, seller, step, day, gig) is not target
    if StepKind.WAIT not in {step.kind for step in steps}:
        for later in range(day + 1, day + 100):
            assert (
                verdict_after(rule, seller, Step(StepKind.WAIT, day=later), day, gig) is not target
            )


# The scenarios below use days of 2024; arithmetic stands beside the numbers.
TODAY = day_number(date(2024, 6, 12))


def order(number: int, finished: int, gig: int = 0, **facts: object) -> OrderRecord:
    known = OrderFacts(number, gig, OrderStatus.COMPLETED, finished, finished, -2.0)
    return OrderRecord(replace(known, **facts), finished - 5, number, 10_000)  # type: ignore[arg-type]


def reviewed(stars: list[float], day: int) -> SellerRecord:
    numbers = range(1, len(stars) + 1)
    return SellerRecord(
        day - 400,
        day,
        (GigRecord(),),
        tuple(order(number, day - 20) for number in numbers),
        tuple(
            ReviewFacts(number, day - 10, day - 10, stars=star)
            for number, star in zip(numbers, stars, strict=True)
        ),
    )


def rule_of(rule_set: RuleSet, rule_id: str) -> Rule:
    return next(rule for rule in rule_set.all_rules if rule.id == rule_id)


def test_five_more_five_star_reviews_lift_the_rating_of_a_gig() -> None:
    # 7 × 5 + 2 × 3 = 41 over 9 is 4.56. (41 + 5n)/(9 + n) ≥ 4.7 ⟺ 0.3 n ≥ 1.3 ⟺ n ≥ 4.33: five.
    seller = reviewed([5.0] * 7 + [3.0] * 2, TODAY)
    found = nearest(Situation(seller, TODAY, 0), rule_of(PROMOTED_2020, "gig-rating"))
    assert found.verdict is Verdict.NOT_MET
    assert found.grants == (Step(StepKind.REVIEW, 5, 5),)


def test_one_four_star_review_would_lose_a_rating_on_the_edge() -> None:
    # 7 × 5 + 3 × 4 = 47 over 10 is 4.7 exactly: met. With one more 4: 51/11 = 4.636, not met.
    seller = reviewed([5.0] * 7 + [4.0] * 3, TODAY)
    found = nearest(Situation(seller, TODAY, 0), rule_of(PROMOTED_2020, "gig-rating"))
    assert found.verdict is Verdict.MET
    assert found.loses == (Step(StepKind.REVIEW, 1, 4),)


def test_harsher_reviews_are_told_where_fewer_of_them_do() -> None:
    # 20 × 5 = 100 over 20. n fours: (100 + 4n)/(20 + n) < 4.7 ⟺ 6 < 0.7 n: 9 (8 give 4.714).
    # Threes: 6 < 1.7 n: 4. Twos: 6 < 2.7 n: 3. Ones: 6 < 3.7 n: 2.
    seller = reviewed([5.0] * 20, TODAY)
    found = nearest(Situation(seller, TODAY, 0), rule_of(PROMOTED_2020, "gig-rating"))
    assert [(step.stars, step.count) for step in found.loses] == [(4, 9), (3, 4), (2, 3), (1, 2)]


def test_a_new_review_moves_the_window_and_may_drop_the_old_bad_ones() -> None:
    # Idle for three years after ten reviews at 3.0: the window is frozen on them. One review of
    # today moves it past all of them: 5.0 from one review.
    seller = reviewed([3.0] * 10, TODAY - 3 * 365)
    seller = replace(seller, last_day=TODAY)
    found = nearest(Situation(seller, TODAY), rule_of(LEVELS_2024, "level-1/rating"))
    assert found.verdict is Verdict.NOT_MET
    assert found.grants == (Step(StepKind.REVIEW, 1, 5),)


def test_one_more_on_time_or_waiting_for_the_late_order_to_leave() -> None:
    # 60 days, 8 on time and 1 late: 8/9 = 88.9%. One more on time: 9/10 = 90%, met.
    # The late one was delivered on 1 May and counts for 60 days: until 29 June, gone on 30 June.
    late = order(1, day_number(date(2024, 5, 1)), late_hours=5.0)
    rest = tuple(order(n, day_number(date(2024, 6, 1))) for n in range(2, 10))
    seller = SellerRecord(TODAY - 90, TODAY, (GigRecord(),), (late, *rest))
    found = nearest(Situation(seller, TODAY, 0), rule_of(PROMOTED_2020, "on-time"))
    wait = Step(StepKind.WAIT, day=day_number(date(2024, 6, 30)))
    assert found.grants == (Step(StepKind.ON_TIME, 1), wait)


def test_the_amount_that_lacks_to_a_level_is_exact_to_the_cent() -> None:
    # 3 × $100, of which 80% is $240. $160 lack, that is $200 gross: 20,000 cents.
    orders = tuple(order(n, TODAY - 30) for n in range(3))
    seller = SellerRecord(TODAY - 90, TODAY, (GigRecord(),), orders)
    found = nearest(Situation(seller, TODAY), rule_of(LEVELS_2024, "level-1/earnings"))
    assert found.grants == (Step(StepKind.EARNED, 20_000),)
    assert found.loses == ()


def test_points_of_the_score_are_whole_and_never_beyond_ten() -> None:
    seller = SellerRecord(TODAY - 1, TODAY, (GigRecord(),), scores={TODAY: 6})
    situation = Situation(seller, TODAY)
    found = nearest(situation, rule_of(LEVELS_2024, "level-2/success-score"))
    assert found.grants == (Step(StepKind.SCORE, 1),)  # 6 + 1 = 7
    found = nearest(situation, rule_of(LEVELS_2024, "level-1/success-score"))
    assert found.loses == (Step(StepKind.SCORE, 2),)  # 6 − 2 = 4, below 5
    unscored = Situation(SellerRecord(TODAY, TODAY), TODAY)
    assert nearest(unscored, rule_of(LEVELS_2024, "level-1/success-score")).grants == ()


def test_days_as_a_seller_are_waited_for() -> None:
    # Joined 40 days ago; 60 are asked for: 20 days from today.
    seller = SellerRecord(TODAY - 40, TODAY, joined_day=TODAY - 40)
    found = nearest(Situation(seller, TODAY), rule_of(LEVELS_2018, "level-1/days-active"))
    assert found.grants == (Step(StepKind.WAIT, day=TODAY + 20),)
    # Joining unknown, the first order 10 days ago: proved in 50 days.
    seller = replace(seller, joined_day=None, gigs=(GigRecord(),), orders=(order(1, TODAY - 5),))
    found = nearest(Situation(seller, TODAY), rule_of(LEVELS_2018, "level-1/days-active"))
    assert found.verdict is Verdict.UNKNOWN
    assert found.grants == (Step(StepKind.WAIT, day=TODAY + 50),)


def test_an_unanswered_message_becomes_late_by_itself() -> None:
    # 9 of 10 answered in 90 days is 90%, met; today's message, unanswered, makes 9 of 11.
    answered = [InquiryRecord(n, TODAY - 5, TODAY - 5, 30) for n in range(9)]
    late = InquiryRecord(20, TODAY - 5, TODAY - 3, 3_000)
    waiting = InquiryRecord(21, TODAY)
    seller = SellerRecord(TODAY - 90, TODAY, inquiries=(*answered, late, waiting))
    found = nearest(Situation(seller, TODAY), rule_of(LEVELS_2024, "level-2/response-rate"))
    assert found.verdict is Verdict.MET
    assert found.loses == (Step(StepKind.UNANSWERED, 1), Step(StepKind.WAIT, day=TODAY + 1))


def test_a_paused_gig_is_switched_on_and_an_active_one_paused() -> None:
    rule = rule_of(PROMOTED_2024, "gig-active")
    paused = SellerRecord(TODAY, TODAY, (GigRecord(active=False),))
    assert nearest(Situation(paused, TODAY, 0), rule).grants == (Step(StepKind.ACTIVATED, 1),)
    active = SellerRecord(TODAY, TODAY, (GigRecord(),))
    assert nearest(Situation(active, TODAY, 0), rule).loses == (Step(StepKind.PAUSED, 1),)


def test_levels_categories_and_private_feedback_have_no_step_of_their_own() -> None:
    seller = SellerRecord(TODAY, TODAY, (GigRecord(category="Tax consulting"),))
    situation = Situation(seller, TODAY, 0, Bounds(0, 1, 0, 1))
    for rule in (rule_of(PROMOTED_2024, "level"), rule_of(PROMOTED_2024, "category")):
        assert nearest(situation, rule).verdict is Verdict.NOT_MET
        assert nearest(situation, rule).grants == ()
    found = nearest(situation, rule_of(PROMOTED_2020, "private-feedback"))
    assert (found.verdict, found.grants, found.loses) == (Verdict.UNKNOWN, (), ())


def test_an_empty_window_that_shows_100_percent_is_lost_by_one_cancellation() -> None:
    # Nothing in 60 days shows 100%. One cancellation: 0 of 1.
    spec = MetricSpec(Metric.COMPLETION_RATE, Window(WindowKind.TRAILING, 60), empty=Empty.FULL)
    rule = a_rule(spec, Fraction(9, 10), Comparison.AT_LEAST)
    found = nearest(Situation(SellerRecord(TODAY, TODAY), TODAY), rule)
    assert found.verdict is Verdict.MET
    assert found.loses == (Step(StepKind.CANCELLED, 1),)


def test_a_shown_response_rate_that_expires_proves_nothing_without_inquiries() -> None:
    # 80% shown 20 days ago stands for 30 days: not met now, unknown in 10 days, never met. How
    # many messages the 80% are of is unknown, so one more answered does not make 100%.
    seller = SellerRecord(TODAY - 30, TODAY, shown_response={TODAY - 20: Fraction(8, 10)})
    found = nearest(Situation(seller, TODAY), rule_of(LEVELS_2018, "level-1/response-rate"))
    assert found.verdict is Verdict.NOT_MET
    assert found.grants == ()
    nothing_known = SellerRecord(TODAY - 30, TODAY)
    found = nearest(Situation(nothing_known, TODAY), rule_of(LEVELS_2018, "level-1/response-rate"))
    assert (found.verdict, found.grants, found.loses) == (Verdict.UNKNOWN, (), ())
