"""A rule in words: what it asks, what the value is, how far apart they lie, over which days."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from eligibility.rules.types import (
    RATES,
    Bounds,
    Comparison,
    Metric,
    MetricValue,
    Rule,
    Window,
    WindowKind,
)
from metrics.engine.days import date_of
from metrics.words import counted, day_words, listed, whole

#: Titles of levels by rank; rank 0 is a seller without a level.
Levels = Mapping[int, str]
NO_LEVEL = "New seller"

#: What the numerator and the denominator of a share are made of.
PARTS: Mapping[Metric, tuple[str, str]] = {
    Metric.RATING: ("stars in all", "reviews"),
    Metric.RESPONSE_RATE: ("answered in time", "first messages"),
    Metric.COMPLETION_RATE: ("completed", "finished orders"),
    Metric.ON_TIME_RATE: ("on time", "deliveries"),
    Metric.CANCELLATION_RATE: ("cancellations that count", "finished orders"),
}
_UNITS: Mapping[Metric, tuple[str, str]] = {
    Metric.REVIEW_COUNT: ("review", "reviews"),
    Metric.COMPLETED_ORDERS: ("order", "orders"),
    Metric.UNIQUE_CLIENTS: ("client", "clients"),
    Metric.CANCELLATIONS: ("cancellation", "cancellations"),
    Metric.DAYS_ACTIVE: ("day", "days"),
}
#: Decimals at which a metric prints while nothing is misread.
_DECIMALS: Mapping[Metric, int] = {Metric.RATING: 2, Metric.EARNINGS_USD: 0}
_MOST_DECIMALS = 9


# --- numbers ------------------------------------------------------------------------------


def number_words(metric: Metric, value: Fraction, beside: Fraction | None = None) -> str:
    """A value in its own unit: ``4.96``, ``92%``, ``$1,204``, ``118``.

    With as many decimals as it takes to see on which side of ``beside`` it lies: 4.6996 is
    short of 4.7, so it does not print as 4.70.
    """
    scaled = _scaled(metric, value)
    decimals = _decimals(metric, scaled, None if beside is None else _scaled(metric, beside))
    text = f"{_rounded(scaled, decimals):,.{decimals}f}"
    if metric in RATES:
        return f"{text}%"
    return f"${text}" if metric is Metric.EARNINGS_USD else text


def threshold_words(metric: Metric, threshold: Fraction) -> str:
    """A threshold as the platform writes it: ``4.7``, ``90%``, ``$2,000``, ``20``."""
    scaled = _scaled(metric, threshold)
    text = whole(float(scaled)) if scaled < 1000 else f"{float(scaled):,.0f}"
    if metric in RATES:
        return f"{text}%"
    return f"${text}" if metric is Metric.EARNINGS_USD else text


def _scaled(metric: Metric, value: Fraction) -> Fraction:
    return value * 100 if metric in RATES else value


def _rounded(value: Fraction, decimals: int) -> Decimal:
    """Half away from zero, so that a printed number never depends on binary floats."""
    size = math.floor(abs(value) * 10**decimals + Fraction(1, 2))
    return Decimal(size if value >= 0 else -size).scaleb(-decimals)


def _decimals(metric: Metric, value: Fraction, beside: Fraction | None) -> int:
    least = _DECIMALS.get(metric, 0)
    if metric in RATES and value.denominator != 1:
        least = 1
    if beside is None or value == beside:
        return least
    for decimals in range(least, _MOST_DECIMALS):
        shown = Fraction(_rounded(value, decimals))
        if shown != beside and (shown > beside) == (value > beside):
            # Cents come in pairs.
            return max(decimals, 2) if decimals and metric is Metric.EARNINGS_USD else decimals
    return _MOST_DECIMALS


# --- what is asked ------------------------------------------------------------------------


def needed_words(rule: Rule, *, is_pro: bool, levels: Levels) -> str:
    """What the rule asks of this seller: ``4.7 or more``, ``$2,000 or more``, ``active``."""
    threshold = rule.threshold_for(is_pro=is_pro)
    match rule.metric:
        case Metric.LEVEL:
            return _level_needed(rule, threshold, is_pro=is_pro, levels=levels)
        case Metric.GIG_ACTIVE:
            return "active"
        case Metric.CATEGORY:
            return f"none of {listed(rule.names, 'or')}"
        case Metric.HUMAN_REVIEW:
            return "granted by the platform’s own review"
        case Metric.PRIVATE_FEEDBACK:
            return "not published"
    text = threshold_words(rule.metric, threshold)
    if rule.comparison is Comparison.AT_MOST:
        fewer = "fewer" if rule.metric is Metric.CANCELLATIONS else "less"
        words = f"{text} or {fewer}"
    else:
        words = f"{text} or more"
    if rule.disputed_threshold is not None and threshold == rule.threshold:
        words += f", some say {threshold_words(rule.metric, rule.disputed_threshold)}"
    if is_pro and rule.pro_threshold is not None:
        words += " (for Pro)"
    return words


def _level_needed(rule: Rule, threshold: Fraction, *, is_pro: bool, levels: Levels) -> str:
    if is_pro and rule.pro_threshold is not None and rule.pro_threshold <= 0:
        return "any level, as a Pro"
    title = level_title(int(threshold), levels)
    return f"{title} or higher" + ("" if rule.pro_threshold is None else ", or Pro")


# --- what is there ------------------------------------------------------------------------


def value_words(rule: Rule, bounds: Bounds, *, is_pro: bool, levels: Levels) -> str:
    """The value on a day; ``between 88% and 93%`` where only that is known; "" for nothing."""
    metric, exact = rule.metric, bounds.exact
    low, high = bounds.low, bounds.high
    if metric in (Metric.LEVEL, Metric.HUMAN_REVIEW):
        return _level_value(low, high, levels, shown=metric is Metric.HUMAN_REVIEW)
    if metric is Metric.GIG_ACTIVE:
        return "" if exact is None else "active" if exact else "paused or removed"
    if metric in (Metric.CATEGORY, Metric.PRIVATE_FEEDBACK):
        return ""
    beside = rule.threshold_for(is_pro=is_pro)
    if exact is not None:
        return number_words(metric, exact, beside)
    if low is not None and high is not None:
        ends = [number_words(metric, end, beside) for end in (low, high)]
        return f"between {ends[0]} and {ends[1]}"
    if low is not None:
        return f"at least {number_words(metric, low, beside)}"
    return "" if high is None else f"at most {number_words(metric, high, beside)}"


def _level_value(
    low: Fraction | None, high: Fraction | None, levels: Levels, *, shown: bool
) -> str:
    """ "Level 2", "Level 1 or Level 2", "Level 2 was shown"."""
    if low is None:
        return ""
    titles = [level_title(int(low), levels)]
    if shown:
        return f"{titles[0]} was shown" if low else ""
    if high is None:
        return f"at least {titles[0]}"
    titles += [level_title(rank, levels) for rank in range(int(low) + 1, int(high) + 1)]
    return listed(titles, "or")


def level_title(rank: int, levels: Levels) -> str:
    """The title of a level; a seller without one is a new seller."""
    return levels.get(rank, NO_LEVEL if rank == 0 else f"level {rank}")


def share_words(metric: Metric, bounds: Bounds) -> str:
    """What the value is made of: ``118 reviews``, ``18 of 20 first messages``; else ""."""
    if bounds.exact is None or not bounds.low_den:
        return ""
    if metric is Metric.RATING:  # hundredths of stars over a hundred a review
        return counted(bounds.low_den // 100, "review", "reviews")
    if metric in PARTS:
        return f"{bounds.low_num:,} of {bounds.low_den:,} {PARTS[metric][1]}"
    return ""


def margin_words(rule: Rule, margin: Fraction | None, *, certain: bool = True) -> str:
    """How far the value lies from what is asked: ``0.26 above``, ``3 orders short``.

    ``margin`` is :func:`eligibility.rules.evaluate.margin_on`: positive on the good side. Where
    the value is not ``certain`` it is the margin that can be relied on. Empty where there is no
    distance to speak of: levels, categories, unknown values.
    """
    if margin is None or rule.metric not in _MEASURED:
        return ""
    if margin == 0:
        return "exactly what is needed" if _is_floor(rule) else "exactly at the limit"
    size = _size_words(rule.metric, abs(margin))
    least = "" if certain else "at least "
    if _is_floor(rule):
        return f"{least}{size} {'above' if margin > 0 else 'short'}"
    return f"{least}{size} {'under the limit' if margin > 0 else 'over the limit'}"


_MEASURED = (
    frozenset(_UNITS)
    | frozenset(RATES)
    | {
        Metric.SUCCESS_SCORE,
        Metric.RATING,
        Metric.EARNINGS_USD,
    }
)


def _is_floor(rule: Rule) -> bool:
    return rule.comparison is Comparison.AT_LEAST


def _size_words(metric: Metric, size: Fraction) -> str:
    if metric in _UNITS:
        return counted(int(size), *_UNITS[metric])
    if metric in RATES:
        text = number_words(metric, size, Fraction(0)).removesuffix("%")
        return f"{text} {'point' if text == '1' else 'points'}"
    return number_words(metric, size, Fraction(0))


# --- over which days ----------------------------------------------------------------------


def window_words(window: Window, value: MetricValue | None = None) -> str:
    """Which facts count: ``all time``, ``90 days: 15 Mar 2024 to 12 Jun 2024``."""
    days = "" if value is None else days_words(value)
    match window.kind:
        case WindowKind.ALL_TIME:
            return "all time"
        case WindowKind.TRAILING:
            name = counted(window.days or 0, "day", "days")
        case WindowKind.FROM_LATEST_REVIEW:
            name = f"{_length(window.days or 0)} back from the latest review"
        case WindowKind.UNPUBLISHED:
            name = "window not published"
        case WindowKind.STATE:
            return ""
    return f"{name}: {days}" if days else name


def days_words(value: MetricValue) -> str:
    """The window's first and last day; "" where it has none."""
    first = None if value.start_day is None else date_of(value.start_day)
    last = None if value.end_day is None else date_of(value.end_day) - timedelta(days=1)
    return span_words(first, last)


def span_words(first: date | None, last: date | None) -> str:
    """``15 Mar 2024 to 12 Jun 2024``, or the side that is known."""
    if first is not None and last is not None:
        return f"{day_words(first)} to {day_words(last)}"
    if last is not None:
        return f"up to {day_words(last)}"
    return "" if first is None else f"since {day_words(first)}"


def _length(days: int) -> str:
    return {365: "one year", 730: "two years", 1095: "three years"}.get(
        days, counted(days, "day", "days")
    )
