"""Sellers as they come, with the arithmetic beside the numbers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from fractions import Fraction

from eligibility.rules.flips import FlipCause
from eligibility.rules.judge import Judgement, judge, judge_as_if_always
from eligibility.rules.records import GigRecord, InquiryRecord, OrderRecord, SellerRecord, facts_of
from eligibility.rules.reference import metric_value
from eligibility.rules.spans import RuleSpans, all_spans
from eligibility.rules.types import Phase, Reason, RuleSet, Verdict
from metrics.engine.days import FOREVER, NO_DAY, date_of, day_number
from metrics.engine.types import CancelledBy, OrderFacts, OrderStatus, ReviewFacts
from tests.eligibility.rules.shipped import (
    EVERYTHING,
    LEVELS_2018,
    LEVELS_2024,
    PROMOTED_2020,
    PROMOTED_2024,
)

MET, NOT_MET, UNKNOWN = Verdict.MET, Verdict.NOT_MET, Verdict.UNKNOWN
CHANGE = day_number(date(2024, 3, 14))


def day_of(year: int, month: int, day: int) -> int:
    return day_number(date(year, month, day))


def an_order(number: int, day: int, gig: int = 0, **facts: object) -> OrderRecord:
    """Completed on the day it was delivered, in time, for $100, by a client of its own."""
    known = OrderFacts(number, gig, OrderStatus.COMPLETED, day, day, -2.0)
    return OrderRecord(replace(known, **facts), day - 3, number, 10_000)  # type: ignore[arg-type]


def a_review(order: OrderRecord, stars: float) -> ReviewFacts:
    day = order.facts.finished_day or 0
    return ReviewFacts(order.number, day, day, stars=stars)


def orders_every(
    days: int, count: int, last: int, gig: int = 0, first: int = 1
) -> list[OrderRecord]:
    """``count`` orders, the last one completed on ``last``."""
    return [an_order(first + n, last - days * (count - 1 - n), gig) for n in range(count)]


def reviews_of(orders: Sequence[OrderRecord], stars: Sequence[float]) -> tuple[ReviewFacts, ...]:
    return tuple(a_review(order, star) for order, star in zip(orders, stars, strict=True))


def answered(days: Iterable[int]) -> tuple[InquiryRecord, ...]:
    return tuple(InquiryRecord(number, day, day, 60) for number, day in enumerate(days))


def verdicts_on(
    found: Judgement, rule_set: RuleSet, day: int, subject: int = 0
) -> dict[str, Verdict]:
    at = found.axis(rule_set).index(subject, day)
    return {
        rule: Verdict(int(days[at]))
        for (name, rule), days in found.verdicts.items()
        if name == rule_set.id and days[at] >= 0
    }


def spans_of(found: Judgement, rule_set: RuleSet, rule: str) -> RuleSpans:
    return next(s for s in all_spans(found) if (s.rule_set.id, s.rule_id) == (rule_set.id, rule))


def told(spans: RuleSpans, subject: int = 0) -> list[tuple[str, str, str, int]]:
    """Start, verdict, cause and number of each span of a subject."""
    return [
        (str(date_of(start)), Verdict(verdict).name, FlipCause(cause).name, number)
        for own, start, verdict, cause, number in zip(
            spans.subject.tolist(),
            spans.start_day.tolist(),
            spans.verdict.tolist(),
            spans.cause.tolist(),
            spans.number.tolist(),
            strict=True,
        )
        if own == subject
    ]


def test_promoted_gate_all_published_rules_met_says_met_and_guesses_stay_apart() -> None:
    # Level 1 shown; 20 reviews of 5 stars on the gig: 100/20 = 5.0 ≥ 4.7 and 20 ≥ 20.
    today = day_of(2023, 6, 12)
    orders = orders_every(7, 20, today - 3)
    seller = SellerRecord(
        orders[0].ordered_day,
        today,
        (GigRecord(),),
        tuple(orders),
        reviews_of(orders, [5.0] * 20),
        shown_levels={today - 100: 1},
    )
    found = verdicts_on(judge(facts_of([seller]), EVERYTHING), PROMOTED_2020, today)
    published = {rule: found[rule] for rule in ("level", "gig-rating", "gig-reviews")}
    assert set(published.values()) == {MET}
    assert found[""] is MET
    # What the platform may have refused for: unknown for good, or not imported.
    assert found["private-feedback"] is UNKNOWN
    assert found["response-rate"] is UNKNOWN
    assert (found["on-time"], found["completion"]) == (MET, MET)


def test_an_inferred_rule_that_fails_is_never_folded_into_the_verdict() -> None:
    today = day_of(2023, 6, 12)
    orders = orders_every(7, 20, today - 3)
    cancelled = an_order(99, today - 1, status=OrderStatus.CANCELLED, delivered_day=None)
    seller = SellerRecord(
        orders[0].ordered_day,
        today,
        (GigRecord(),),
        (*orders, cancelled),
        reviews_of(orders, [5.0] * 20),
        shown_levels={today - 100: 1},
    )
    found = verdicts_on(judge(facts_of([seller]), EVERYTHING), PROMOTED_2020, today)
    assert found["recent-cancellations"] is NOT_MET
    assert found[""] is MET


def test_one_gig_of_four_is_eligible_and_the_other_three_say_which_rule() -> None:
    # Gig 0: 20 × 5 → 5.0, met. Gig 1: 19 reviews. Gig 2: 20 × 4.5 = 4.5 < 4.7. Gig 3: none.
    today = day_of(2023, 6, 12)
    stars: list[list[float]] = [[5.0] * 20, [5.0] * 19, [4.5] * 20, []]
    orders = [
        orders_every(5, max(len(own), 1), today - 10, gig, first=100 * gig + 1)
        for gig, own in enumerate(stars)
    ]
    reviews = [
        r
        for own, given in zip(orders, stars, strict=True)
        for r in reviews_of(own[: len(given)], given)
    ]
    seller = SellerRecord(
        today - 200,
        today,
        (GigRecord(),) * 4,
        tuple(order for own in orders for order in own),
        tuple(reviews),
        shown_levels={today - 300: 2},
    )
    found = judge(facts_of([seller]), EVERYTHING)
    by_gig = [verdicts_on(found, PROMOTED_2020, today, gig) for gig in range(4)]
    assert [gig[""] for gig in by_gig] == [MET, NOT_MET, NOT_MET, NOT_MET]
    assert [gig["gig-reviews"] for gig in by_gig] == [MET, NOT_MET, MET, NOT_MET]
    assert [gig["gig-rating"] for gig in by_gig] == [MET, MET, NOT_MET, UNKNOWN]


def test_weekly_flapping_at_the_margin_names_the_order_each_time() -> None:
    # 7 × 5 + 3 × 4 = 47 over 10 = 4.70, met. Then a review a week:
    # 4 → 51/11 = 4.636 · 5 → 56/12 = 4.667 · 5 → 61/13 = 4.692 · 5 → 66/14 = 4.714 met
    # 4 → 70/15 = 4.667 · 5 → 75/16 = 4.688 · 5 → 80/17 = 4.706 met · 4 → 84/18 = 4.667
    start = day_of(2023, 1, 2)
    first = [an_order(number, start) for number in range(1, 11)]
    weekly = [an_order(11 + week, start + 7 * (week + 1)) for week in range(8)]
    stars = [5.0] * 7 + [4.0] * 3 + [4.0, 5.0, 5.0, 5.0, 4.0, 5.0, 5.0, 4.0]
    orders = (*first, *weekly)
    seller = SellerRecord(start, start + 80, (GigRecord(),), orders, reviews_of(orders, stars))
    found = judge(facts_of([seller]), EVERYTHING)
    assert told(spans_of(found, PROMOTED_2020, "gig-rating")) == [
        ("2023-01-02", "MET", "BEGAN", -1),
        ("2023-01-09", "NOT_MET", "REVIEW_POSTED", 11),
        ("2023-01-30", "MET", "REVIEW_POSTED", 14),
        ("2023-02-06", "NOT_MET", "REVIEW_POSTED", 15),
        ("2023-02-20", "MET", "REVIEW_POSTED", 17),
        ("2023-02-27", "NOT_MET", "REVIEW_POSTED", 18),
    ]


def test_a_pro_seller_needs_five_reviews_and_no_level() -> None:
    today = day_of(2023, 6, 12)
    orders = orders_every(7, 5, today - 3)
    seller = SellerRecord(
        today - 60, today, (GigRecord(),), tuple(orders), reviews_of(orders, [5.0] * 5)
    )
    plain = verdicts_on(judge(facts_of([seller]), EVERYTHING), PROMOTED_2020, today)
    assert (plain["gig-reviews"], plain[""]) == (NOT_MET, NOT_MET)  # 5 < 20
    pro = replace(seller, is_pro=True)
    found = verdicts_on(judge(facts_of([pro]), EVERYTHING), PROMOTED_2020, today)
    assert (found["level"], found["gig-reviews"], found[""]) == (MET, MET, MET)  # 5 ≥ 5
    four = replace(pro, reviews=pro.reviews[:4])
    found = verdicts_on(judge(facts_of([four]), EVERYTHING), PROMOTED_2020, today)
    assert (found["gig-reviews"], found[""]) == (NOT_MET, NOT_MET)  # 4 < 5


def test_a_bad_review_never_ages_out_while_the_seller_is_idle() -> None:
    # 4 × 5 + 1 = 21 over 5 = 4.2 < 4.4, on the last day of work and 1,500 idle days later.
    last = day_of(2020, 5, 1)
    orders = orders_every(30, 5, last)
    seller = SellerRecord(
        last - 130,
        last + 1_500,
        (GigRecord(),),
        tuple(orders),
        reviews_of(orders, [1.0, 5.0, 5.0, 5.0, 5.0]),
    )
    found = judge_as_if_always(facts_of([seller]), [LEVELS_2024])
    spans = spans_of(found, LEVELS_2024, "level-1/rating")
    assert spans.end_day.tolist()[-1] == FOREVER
    assert spans.verdict.tolist()[-1] == NOT_MET
    value = metric_value(seller, LEVELS_2024.levels[0].rules[1].spec, last + 1_500)
    assert value.bounds.exact == Fraction(21, 5)
    assert (value.start_day, value.end_day) == (last + 1 - 730, last + 1)
    assert {item.reason for item in value.items} == {Reason.COUNTS}


def test_an_empty_window_showed_100_percent_under_the_old_rules() -> None:
    # One order cancelled on 1 June 2022: 0 of 1 until 30 July, then nothing: 100%.
    day = day_of(2022, 6, 1)
    seller = SellerRecord(
        day - 5,
        day + 100,
        (GigRecord(),),
        (an_order(1, day, status=OrderStatus.CANCELLED, delivered_day=None, late_hours=None),),
    )
    found = judge(facts_of([seller]), EVERYTHING)
    assert told(spans_of(found, LEVELS_2018, "level-1/completion")) == [
        ("2022-05-27", "MET", "BEGAN", -1),
        ("2022-06-01", "NOT_MET", "ORDER_ENTERED", 1),
        ("2022-07-31", "MET", "ORDER_LEFT", 1),
    ]


def test_no_sales_alone_did_not_demote_and_no_day_but_the_15th_did() -> None:
    # 10 orders, $1,000 gross of which $800 ≥ $400, all in time; joined 2 years before.
    # Level 1 is given on the 15th after everything holds. Then a year without any sale: kept.
    last = day_of(2021, 3, 2)
    orders = orders_every(5, 10, last)
    seller = SellerRecord(
        last - 100,
        last + 365,
        (GigRecord(),),
        tuple(orders),
        reviews_of(orders, [5.0] * 10),
        answered(range(last - 90, last + 365, 20)),
        joined_day=last - 700,
    )
    levels = judge(facts_of([seller]), EVERYTHING).levels
    assert levels is not None
    at = levels.axis.index
    assert levels.held[at(0, day_of(2021, 3, 14))] == 0
    assert levels.supported[at(0, day_of(2021, 3, 14))] == 1
    assert levels.held[at(0, day_of(2021, 3, 15))] == 1
    assert (levels.held[at(0, day_of(2021, 3, 15)) :] == 1).all()
    # A cancellation on 20 March: 9 of 10 in 60 days … the tenth leaves: 8/9 < 90%, but only
    # the 15th judges: 31 days later the window of 60 days holds 15 Feb – 15 April.
    bad = an_order(50, day_of(2021, 3, 20), status=OrderStatus.CANCELLED, delivered_day=None)
    levels = judge(facts_of([replace(seller, orders=(*orders, bad))]), EVERYTHING).levels
    assert levels is not None
    # On 15 April count those of 15 Feb (order 7 of 15, 20, 25 Feb, 2 Mar): 4 of 5 = 80%.
    assert levels.held[at(0, day_of(2021, 4, 14))] == 1
    assert levels.held[at(0, day_of(2021, 4, 15))] == 0


def established(last: int, *, clients: int, count: int = 30) -> SellerRecord:
    """Everything that Level 2 asks for since 2024, but for the number of different clients.

    30 orders of $100 gross: 80% is $2,400 ≥ $2,000; 30 ≥ 20 orders; 5.0 stars; score 8.
    """
    orders = orders_every(10, count, CHANGE - 20)
    orders = [replace(order, buyer=order.number % clients) for order in orders]
    first = orders[0].ordered_day
    return SellerRecord(
        first,
        last,
        (GigRecord(category="Logo Design"),),
        tuple(orders),
        reviews_of(orders, [5.0] * count),
        answered(range(first, last, 10)),
        joined_day=first - 900,
        scores=dict.fromkeys(range(CHANGE - 30, last + 1), 8),
        shown_levels={CHANGE - 100: 2},
    )


def test_a_history_that_crosses_the_change_of_rules_starts_its_grace_that_day() -> None:
    # Level 2 was shown in December 2023. 4 different clients: enough for Level 1 (3), not for
    # Level 2 (10). Grace from 14 March to 12 April 2024 (30 days); Level 1 from 13 April.
    last = day_of(2024, 6, 1)
    seller = established(last, clients=4)
    found = judge(facts_of([seller]), EVERYTHING)
    levels = found.levels
    assert levels is not None
    at = levels.axis.index
    assert levels.held[at(0, CHANGE - 1)] == 2
    assert levels.phase[at(0, CHANGE - 1)] == Phase.HOLDS
    grace = slice(at(0, CHANGE), at(0, day_of(2024, 4, 13)))
    assert set(levels.phase[grace].tolist()) == {Phase.GRACE}
    assert set(levels.held[grace].tolist()) == {2}
    assert set(levels.grace_start[grace].tolist()) == {CHANGE}
    after = at(0, day_of(2024, 4, 13))
    assert (levels.held[after:] == 1).all()
    assert (levels.grace_start[after:] == NO_DAY).all()
    # The rules of each date, and nothing of the other's.
    before, behind = (
        verdicts_on(found, LEVELS_2018, CHANGE - 1),
        verdicts_on(found, LEVELS_2018, CHANGE),
    )
    assert before["level-1/completion"] is MET
    assert behind == {}
    assert verdicts_on(found, LEVELS_2024, CHANGE)["level-2/unique-clients"] is NOT_MET


def test_promotion_follows_a_level_lost_after_grace() -> None:
    # 2 clients only: not even Level 1 (3). Promotion holds through the grace period and goes
    # with the level on 13 April 2024.
    seller = established(day_of(2024, 6, 1), clients=2)
    found = judge(facts_of([seller]), EVERYTHING)
    overall = spans_of(found, PROMOTED_2024, "")
    assert told(overall) == [
        ("2024-03-14", "MET", "RULES_CHANGED", -1),
        ("2024-04-13", "NOT_MET", "LEVEL_CHANGED", -1),
    ]
    assert PROMOTED_2024.all_rules[overall.by_rule.tolist()[1]].id == "level"


def test_recovering_within_the_grace_period_keeps_the_level() -> None:
    # 9 clients on 14 March; the tenth buys on 1 April: recovered, the clock stops.
    seller = established(day_of(2024, 6, 1), clients=9)
    tenth = replace(an_order(500, day_of(2024, 4, 1)), buyer=777)
    levels = judge(facts_of([replace(seller, orders=(*seller.orders, tenth))]), EVERYTHING).levels
    assert levels is not None
    at = levels.axis.index
    assert levels.phase[at(0, day_of(2024, 3, 31))] == Phase.GRACE
    assert levels.phase[at(0, day_of(2024, 4, 1))] == Phase.HOLDS
    assert (levels.held[at(0, CHANGE) :] == 2).all()


def test_top_rated_is_reviewed_after_grace_and_not_dropped() -> None:
    # Top Rated asks for 40 orders, 30 are there: grace from 14 March, review from 13 April.
    # Meanwhile the level is at least what the metrics support (2) and at most Top Rated (3).
    seller = replace(established(day_of(2024, 6, 1), clients=30), shown_levels={CHANGE - 100: 3})
    found = judge(facts_of([seller]), EVERYTHING)
    levels = found.levels
    assert levels is not None
    in_review = levels.axis.index(0, day_of(2024, 4, 13))
    assert levels.phase[in_review - 1] == Phase.GRACE
    assert set(levels.phase[in_review:].tolist()) == {Phase.REVIEW}
    columns = (levels.held, levels.least, levels.most, levels.supported)
    assert [int(column[in_review]) for column in columns] == [3, 2, 3, 2]
    assert verdicts_on(found, PROMOTED_2024, day_of(2024, 5, 1))["level"] is MET


def test_top_rated_is_never_granted_by_numbers_alone() -> None:
    # 60 orders of $300: 80% is $14,400 ≥ $10,000; score 9: all but the review by people.
    seller = established(day_of(2024, 6, 1), clients=60, count=60)
    seller = replace(
        seller,
        orders=tuple(replace(order, cents=30_000) for order in seller.orders),
        scores=dict.fromkeys(seller.scores, 9),
    )
    found = judge(facts_of([seller]), EVERYTHING)
    verdicts = verdicts_on(found, LEVELS_2024, CHANGE)
    assert verdicts["top-rated"] is UNKNOWN
    assert [rule for rule, verdict in verdicts.items() if verdict is not MET] == [
        "top-rated/human-review",
        "top-rated",
    ]
    levels = found.levels
    assert levels is not None
    at = levels.axis.index(0, CHANGE)
    assert [int(c[at]) for c in (levels.held, levels.most, levels.possible)] == [2, 3, 3]
    granted = replace(seller, shown_levels={**seller.shown_levels, day_of(2024, 5, 1): 3})
    found = judge(facts_of([granted]), EVERYTHING)
    assert verdicts_on(found, LEVELS_2024, day_of(2024, 5, 1))["top-rated"] is MET


def test_without_inquiries_the_level_cannot_be_established_but_its_bounds_can() -> None:
    seller = replace(established(day_of(2024, 6, 1), clients=12), inquiries=(), shown_levels={})
    found = judge(facts_of([seller]), EVERYTHING)
    levels = found.levels
    assert levels is not None
    at = levels.axis.index(0, day_of(2024, 5, 1))
    # Score 8 and 30 orders: never Top Rated (9, 40), perhaps Level 2, for certain none.
    assert [int(column[at]) for column in (levels.held, levels.least, levels.most)] == [0, 0, 2]
    verdicts = verdicts_on(found, PROMOTED_2024, day_of(2024, 5, 1))
    assert (verdicts["level"], verdicts[""]) == (UNKNOWN, UNKNOWN)


def test_what_the_platform_showed_outweighs_what_we_would_have_said() -> None:
    # 4 clients: we say Level 1 from 13 April. The platform shows Level 2 on 1 May: Level 2, and
    # a new grace period, as the rule still fails.
    seller = established(day_of(2024, 5, 10), clients=4)
    seller = replace(seller, shown_levels={**seller.shown_levels, day_of(2024, 5, 1): 2})
    levels = judge(facts_of([seller]), EVERYTHING).levels
    assert levels is not None
    at = levels.axis.index
    assert levels.held[at(0, day_of(2024, 4, 30))] == 1
    assert levels.held[at(0, day_of(2024, 5, 1))] == 2
    assert levels.grace_start[at(0, day_of(2024, 5, 1))] == day_of(2024, 5, 1)


def test_on_the_day_of_an_observation_the_level_is_the_one_that_was_shown() -> None:
    # 12 clients (≥ 10): all of Level 2 is met on every day since 14 March; of Top Rated the 40
    # orders fail (30). The platform shows Level 1 on 1 May: Level 1 on that day for certain, and
    # promotion with it. From the next day on the rules grant Level 2 again.
    shown = day_of(2024, 5, 1)
    seller = established(day_of(2024, 5, 10), clients=12)
    seller = replace(seller, shown_levels={**seller.shown_levels, shown: 1})
    levels = judge(facts_of([seller]), EVERYTHING).levels
    assert levels is not None
    at = levels.axis.index(0, shown)
    for column in (levels.held, levels.least, levels.most):
        assert column[at - 1 : at + 2].tolist() == [2, 1, 2]
    assert levels.supported[at - 1 : at + 2].tolist() == [2, 2, 2]
    assert set(levels.phase[at - 1 : at + 2].tolist()) == {Phase.HOLDS}


def test_what_may_be_does_not_rise_above_a_shown_level_on_its_day() -> None:
    # No first messages: the response rate, and with it Level 2, stays open. Shown: Level 1.
    shown = day_of(2024, 5, 1)
    seller = replace(established(day_of(2024, 5, 10), clients=12), inquiries=())
    seller = replace(seller, shown_levels={shown: 1})
    found = judge(facts_of([seller]), EVERYTHING)
    levels = found.levels
    assert levels is not None
    at = levels.axis.index(0, shown)
    assert levels.held[at - 1 : at + 2].tolist() == [0, 1, 1]
    assert levels.least[at - 1 : at + 2].tolist() == [0, 1, 1]
    assert levels.most[at - 1 : at + 2].tolist() == [2, 1, 2]
    # "Level 1 or more" was open the day before, and is certain on the day.
    days = [verdicts_on(found, PROMOTED_2024, shown + n)["level"] for n in (-1, 0)]
    assert days == [UNKNOWN, MET]


def test_a_level_shown_on_the_day_its_grace_runs_out_is_kept_with_a_new_clock() -> None:
    # 4 clients: grace for Level 2 from 14 March, Level 1 from 13 April. On 13 April the platform
    # still shows Level 2: grace of 30 days from then, Level 1 from 13 May.
    shown = day_of(2024, 4, 13)
    seller = established(day_of(2024, 6, 1), clients=4)
    seller = replace(seller, shown_levels={**seller.shown_levels, shown: 2})
    levels = judge(facts_of([seller]), EVERYTHING).levels
    assert levels is not None
    at = levels.axis.index
    assert levels.held[at(0, shown)] == 2
    assert levels.grace_start[at(0, shown)] == shown
    assert levels.held[at(0, day_of(2024, 5, 12))] == 2
    assert levels.held[at(0, day_of(2024, 5, 13))] == 1


def test_top_rated_shown_during_its_review_is_certain_on_that_day_only() -> None:
    # As above: review from 13 April; the metrics support Level 2. Shown on 1 May: Top Rated.
    shown = day_of(2024, 5, 1)
    seller = established(day_of(2024, 6, 1), clients=30)
    seller = replace(seller, shown_levels={CHANGE - 100: 3, shown: 3})
    levels = judge(facts_of([seller]), EVERYTHING).levels
    assert levels is not None
    at = levels.axis.index(0, shown)
    assert levels.least[at - 1 : at + 2].tolist() == [2, 3, 2]
    assert levels.held[at - 1 : at + 2].tolist() == [3, 3, 3]
    assert set(levels.phase[at - 1 : at + 2].tolist()) == {Phase.REVIEW}


def test_a_category_that_cannot_be_promoted_and_one_that_nobody_typed() -> None:
    seller = established(CHANGE + 5, clients=30)
    gigs = (
        GigRecord(category="accounting and bookkeeping"),
        GigRecord(),
        GigRecord(category="Logos"),
    )
    found = judge(facts_of([replace(seller, gigs=gigs)]), EVERYTHING)
    by_gig = [verdicts_on(found, PROMOTED_2024, CHANGE, gig)["category"] for gig in range(3)]
    assert by_gig == [NOT_MET, UNKNOWN, MET]


def test_a_paused_gig_was_active_until_its_last_order() -> None:
    seller = established(CHANGE + 5, clients=30)
    late = an_order(900, CHANGE + 5)  # ordered on CHANGE + 2
    paused = replace(
        seller, gigs=(GigRecord(active=False, category="Logos"),), orders=(*seller.orders, late)
    )
    found = judge(facts_of([paused]), EVERYTHING)
    assert told(spans_of(found, PROMOTED_2024, "gig-active")) == [
        ("2024-03-14", "MET", "RULES_CHANGED", -1),
        ("2024-03-17", "NOT_MET", "DAY_PASSED", -1),
    ]


def test_if_todays_rules_had_applied_the_years_before_are_judged_by_them() -> None:
    seller = established(day_of(2024, 6, 1), clients=12)
    asked = day_of(2024, 3, 1)  # before the rules of 2024
    as_it_was = judge(facts_of([seller]), EVERYTHING)
    assert verdicts_on(as_it_was, LEVELS_2024, asked) == {}
    as_if = judge_as_if_always(facts_of([seller]), [LEVELS_2024, PROMOTED_2024])
    verdicts = verdicts_on(as_if, LEVELS_2024, asked)
    assert verdicts["level-2"] is MET
    assert verdicts_on(as_if, PROMOTED_2024, asked)[""] is MET


def test_between_two_thresholds_told_of_the_old_rating_cannot_be_judged() -> None:
    # 3 × 5 + 1 × 4 = 19 over 4 = 4.75: above 4.7, below 4.8. In 2018 unknown, in 2019 met.
    for year, expected in ((2018, UNKNOWN), (2019, MET)):
        day = day_of(year, 6, 1)
        orders = orders_every(2, 4, day - 2)
        seller = SellerRecord(
            day - 30, day, (GigRecord(),), tuple(orders), reviews_of(orders, [5.0, 5.0, 5.0, 4.0])
        )
        found = verdicts_on(judge(facts_of([seller]), EVERYTHING), LEVELS_2018, day)
        rule = "level-1/rating-first" if year == 2018 else "level-1/rating"
        assert found[rule] is expected
        assert len([name for name in found if "rating" in name]) == 3  # one for each level


def test_a_ruling_takes_a_cancellation_out_from_its_day_on() -> None:
    day = day_of(2022, 6, 1)
    bad = an_order(
        1,
        day,
        status=OrderStatus.CANCELLED,
        delivered_day=None,
        cancelled_by=CancelledBy.CLIENT,
        excluded_day=day + 10,
    )
    seller = SellerRecord(day - 5, day + 30, (GigRecord(),), (bad, an_order(2, day - 1)))
    found = judge(facts_of([seller]), EVERYTHING)
    assert told(spans_of(found, LEVELS_2018, "level-1/completion")) == [
        ("2022-05-27", "MET", "BEGAN", -1),
        ("2022-06-01", "NOT_MET", "ORDER_ENTERED", 1),
        ("2022-06-11", "MET", "RULED_OUT", 1),
    ]
    value = metric_value(seller, LEVELS_2018.levels[0].rules[0].spec, day + 11)
    assert {item.number: item.reason for item in value.items} == {
        1: Reason.RULED_OUT,
        2: Reason.COUNTS,
    }


def test_of_several_facts_on_one_day_the_strongest_that_pushed_this_way_is_named() -> None:
    # Day 60: order 1 (completed on day 0) leaves its window, 50 is cancelled, 51 completed.
    # Before: 9 of 9. After: 8 + 1 of 8 + 1 + 1 = 9 of 10, still 90%; so one more is cancelled:
    # 9 of 11 = 81.8%. Both cancellations and the leaving order pushed down, 51 did not.
    start = day_of(2022, 6, 1)
    orders = [an_order(1, start), *(an_order(n, start + 30) for n in range(2, 10))]
    cancelled = [
        an_order(n, start + 60, status=OrderStatus.CANCELLED, delivered_day=None) for n in (50, 52)
    ]
    seller = SellerRecord(
        start, start + 70, (GigRecord(),), (*orders, *cancelled, an_order(51, start + 60))
    )
    spans = spans_of(judge(facts_of([seller]), EVERYTHING), LEVELS_2018, "level-1/completion")
    assert told(spans) == [
        ("2022-06-01", "MET", "BEGAN", -1),
        ("2022-07-31", "NOT_MET", "ORDER_ENTERED", 50),
    ]
    assert spans.others.tolist() == [0, 2]
