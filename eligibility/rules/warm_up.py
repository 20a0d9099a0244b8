"""Compiles every loop ahead of its first use: ``python -m eligibility.rules.warm_up``.

Those of the engine first: eligibility is judged after the score.
"""

from __future__ import annotations

from fractions import Fraction

from eligibility.rules.judge import judge
from eligibility.rules.records import GigRecord, OrderRecord, SellerRecord, facts_of
from eligibility.rules.types import (
    Comparison,
    Kind,
    Level,
    Metric,
    MetricSpec,
    Rule,
    RuleSet,
    Window,
    WindowKind,
)
from metrics.engine import warm_up as engine
from metrics.engine.grades import Grade
from metrics.engine.types import OrderFacts, OrderStatus, ReviewFacts


def warm_up() -> None:
    """One review over two days, and the level that comes of it."""
    spec = MetricSpec(Metric.RATING, Window(WindowKind.FROM_LATEST_REVIEW, 1))
    rule = Rule("l/r", "", spec, Comparison.AT_LEAST, Fraction(1), Grade.ASSUMPTION, "")
    rules = RuleSet(
        id="warm-up",
        version=1,
        kind=Kind.LEVELS,
        title="",
        platform="",
        start_day=0,
        start_grade=Grade.ASSUMPTION,
        start_source="",
        levels=(Level("l", "", 1, (rule,)),),
    )
    seller = SellerRecord(
        0,
        1,
        (GigRecord(),),
        (OrderRecord(OrderFacts(1, 0, OrderStatus.OPEN), 0),),
        (ReviewFacts(1, 0, 0, stars=5.0),),
        shown_levels={1: 1},
    )
    judge(facts_of([seller]), [rules])


if __name__ == "__main__":
    engine.warm_up()
    warm_up()
