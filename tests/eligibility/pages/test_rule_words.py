"""A rule in words: exact at the threshold, unknown never a number."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest

from eligibility.rule_words import (
    margin_words,
    needed_words,
    number_words,
    share_words,
    value_words,
    window_words,
)
from eligibility.rules.evaluate import margin_on
from eligibility.rules.types import (
    Bounds,
    Comparison,
    Metric,
    MetricValue,
    Rule,
    Window,
    WindowKind,
)
from metrics.engine.days import day_number
from tests.eligibility.pages.rules import LEVELS, a_rule, exactly


def value(rule: Rule, bounds: Bounds, *, is_pro: bool = False) -> str:
    return value_words(rule, bounds, is_pro=is_pro, levels=LEVELS)


def needed(rule: Rule, *, is_pro: bool = False) -> str:
    return needed_words(rule, is_pro=is_pro, levels=LEVELS)


def margin(rule: Rule, bounds: Bounds) -> str:
    found = margin_on(rule, bounds, is_pro=False)
    return margin_words(rule, found, certain=bounds.exact is not None)


# --- what is needed -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("metric", "threshold", "words"),
    [
        (Metric.SUCCESS_SCORE, "7", "7 or more"),
        (Metric.RATING, "47/10", "4.7 or more"),
        (Metric.RESPONSE_RATE, "9/10", "90% or more"),
        (Metric.COMPLETED_ORDERS, "20", "20 or more"),
        (Metric.EARNINGS_USD, "2000", "$2,000 or more"),
        (Metric.LEVEL, "1", "Level 1 or higher"),
        (Metric.GIG_ACTIVE, "1", "active"),
    ],
)
def test_what_a_rule_asks(metric: Metric, threshold: str, words: str) -> None:
    assert needed(a_rule(metric, threshold)) == words


def test_a_ceiling_says_or_less() -> None:
    rule = a_rule(Metric.CANCELLATION_RATE, "1/10", comparison=Comparison.AT_MOST)
    assert needed(rule) == "10% or less"
    rule = a_rule(Metric.CANCELLATIONS, "2", comparison=Comparison.AT_MOST)
    assert needed(rule) == "2 or fewer"


def test_pro_sellers_read_their_own_threshold() -> None:
    rule = a_rule(Metric.REVIEW_COUNT, "20", pro_threshold=Fraction(5))
    assert needed(rule) == "20 or more"
    assert needed(rule, is_pro=True) == "5 or more (for Pro)"


def test_a_disputed_threshold_is_told() -> None:
    rule = a_rule(Metric.RATING, "47/10", disputed_threshold=Fraction(48, 10))
    assert needed(rule) == "4.7 or more, some say 4.8"


def test_categories_that_are_left_out_are_named() -> None:
    names = ("legal consulting", "tax consulting")
    rule = a_rule(Metric.CATEGORY, "0", comparison=Comparison.NOT_IN, names=names)
    assert needed(rule) == "none of legal consulting or tax consulting"


# --- what is there ------------------------------------------------------------------------


def test_a_value_never_prints_as_the_threshold_that_it_misses() -> None:
    # 46996 hundredths over 100 a review for 100 reviews: 4.6996, and 4.70 would read as met.
    assert number_words(Metric.RATING, Fraction(46996, 10000), Fraction(47, 10)) == "4.6996"
    assert number_words(Metric.RATING, Fraction(4695, 1000), Fraction(47, 10)) == "4.695"
    # 899 of 1,000 is short of 90%; 8,999 of 10,000 needs one more decimal.
    assert number_words(Metric.RESPONSE_RATE, Fraction(899, 1000), Fraction(9, 10)) == "89.9%"
    assert number_words(Metric.RESPONSE_RATE, Fraction(8999, 10000), Fraction(9, 10)) == "89.99%"
    # $1,999.60 is short of $2,000.
    assert number_words(Metric.EARNINGS_USD, Fraction(199960, 100), Fraction(2000)) == "$1,999.60"


def test_a_value_at_the_threshold_prints_plainly() -> None:
    assert number_words(Metric.RATING, Fraction(47, 10), Fraction(47, 10)) == "4.70"
    assert number_words(Metric.RESPONSE_RATE, Fraction(9, 10), Fraction(9, 10)) == "90%"


def test_bounds_print_as_what_they_are() -> None:
    rule = a_rule(Metric.COMPLETION_RATE, "9/10")
    # 88 of 100 for certain, 93 of 100 at best
    assert value(rule, Bounds(88, 100, 93, 100)) == "between 88% and 93%"
    assert value(a_rule(Metric.EARNINGS_USD, "400"), Bounds(39000, 100)) == "at least $390"
    assert value(rule, Bounds()) == ""


def test_levels_print_by_their_titles() -> None:
    rule = a_rule(Metric.LEVEL, "1")
    assert value(rule, exactly(2)) == "Level 2"
    assert value(rule, exactly(0)) == "New seller"
    assert value(rule, Bounds(1, 1, 2, 1)) == "Level 1 or Level 2"
    assert value(a_rule(Metric.HUMAN_REVIEW, "3"), Bounds(3, 1)) == "Top Rated was shown"
    assert value(a_rule(Metric.HUMAN_REVIEW, "3"), Bounds(0, 1)) == ""


def test_shares_name_their_parts() -> None:
    assert share_words(Metric.RESPONSE_RATE, exactly(18, 20)) == "18 of 20 first messages"
    # 20 reviews of 4.95 on average: 20 × 495 hundredths over 20 × 100
    assert share_words(Metric.RATING, exactly(9900, 2000)) == "20 reviews"
    assert share_words(Metric.COMPLETED_ORDERS, exactly(12)) == ""


# --- by how much --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("metric", "threshold", "bounds", "words"),
    [
        (Metric.RATING, "47/10", exactly(496, 100), "0.26 above"),  # 4.96 − 4.7
        (Metric.RATING, "47/10", exactly(46996, 10000), "0.0004 short"),  # 4.7 − 4.6996
        (Metric.COMPLETED_ORDERS, "20", exactly(17), "3 orders short"),
        (Metric.COMPLETED_ORDERS, "20", exactly(21), "1 order above"),
        (Metric.RESPONSE_RATE, "9/10", exactly(18, 20), "exactly what is needed"),
        (Metric.RESPONSE_RATE, "9/10", exactly(91, 100), "1 point above"),
        (Metric.EARNINGS_USD, "2000", exactly(188000, 100), "$120 short"),
        (Metric.SUCCESS_SCORE, "7", exactly(9), "2 above"),
        (Metric.UNIQUE_CLIENTS, "10", Bounds(12, 1, 15, 1), "at least 2 clients above"),
        (Metric.RATING, "47/10", Bounds(), ""),
        (Metric.LEVEL, "1", exactly(2), ""),
    ],
)
def test_margins(metric: Metric, threshold: str, bounds: Bounds, words: str) -> None:
    assert margin(a_rule(metric, threshold), bounds) == words


def test_the_margin_of_a_ceiling_speaks_of_the_limit() -> None:
    rule = a_rule(Metric.CANCELLATIONS, "2", comparison=Comparison.AT_MOST)
    assert margin(rule, exactly(1)) == "1 cancellation under the limit"
    assert margin(rule, exactly(4)) == "2 cancellations over the limit"
    assert margin(rule, exactly(2)) == "exactly at the limit"


# --- over which days ----------------------------------------------------------------------


def test_windows_name_their_first_and_last_day() -> None:
    start, end = day_number(date(2024, 3, 15)), day_number(date(2024, 6, 13))
    found = MetricValue(exactly(1), start_day=start, end_day=end)
    words = "90 days: 15 Mar 2024 to 12 Jun 2024"  # 17 + 30 + 31 + 12 = 90 days
    assert window_words(Window(WindowKind.TRAILING, 90), found) == words
    assert window_words(Window(WindowKind.ALL_TIME), found) == "all time"
    assert window_words(Window(WindowKind.STATE)) == ""
    frozen = window_words(Window(WindowKind.FROM_LATEST_REVIEW, 730), found)
    assert frozen == "two years back from the latest review: 15 Mar 2024 to 12 Jun 2024"
    assert window_words(Window(WindowKind.UNPUBLISHED)) == "window not published"
