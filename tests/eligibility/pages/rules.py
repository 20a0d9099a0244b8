"""Rules as tests of the pages need them: only what is said differs."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from eligibility.rules.types import (
    Bounds,
    Comparison,
    Metric,
    MetricSpec,
    Rule,
    Window,
    WindowKind,
)
from metrics.engine.grades import Grade

LEVELS = {1: "Level 1", 2: "Level 2", 3: "Top Rated"}


def a_rule(metric: Metric, threshold: str = "1", **fields: Any) -> Rule:
    """A published rule "at least ``threshold``" over all time."""
    window = fields.pop("window", Window(WindowKind.ALL_TIME))
    values: dict[str, Any] = {
        "id": "level-1/some-rule",
        "title": "Some rule",
        "comparison": Comparison.AT_LEAST,
        "grade": Grade.PUBLISHED,
        "source": "A public page.",
    }
    return Rule(spec=MetricSpec(metric, window), threshold=Fraction(threshold), **(values | fields))


def exactly(num: int, den: int = 1) -> Bounds:
    return Bounds(num, den, num, den)
