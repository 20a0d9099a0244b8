"""docs/POLICIES.md says what the rule files say: ids, thresholds, grades, sources, dates."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from eligibility.rules.types import Metric, RuleSet
from tests.eligibility.rules.policies_page import RULE_HEAD, SETTING_HEAD, section
from tests.eligibility.rules.shipped import EVERYTHING

PAGE = (Path(__file__).parents[3] / "docs" / "POLICIES.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("rule_set", EVERYTHING, ids=lambda rule_set: rule_set.id)
def test_the_section_of_a_rule_set_is_what_its_file_says(rule_set: RuleSet) -> None:
    assert "\n".join(section(rule_set)) + "\n" in PAGE


def test_there_is_a_section_for_every_rule_set_and_no_other() -> None:
    assert re.findall(r"^### (.+)$", PAGE, re.MULTILINE) == [r.id for r in EVERYTHING]
    assert PAGE.count(RULE_HEAD) == len(EVERYTHING)
    assert PAGE.count(SETTING_HEAD) == sum(1 for r in EVERYTHING if r.settings)


def test_every_metric_has_its_row_among_what_is_counted() -> None:
    table = PAGE.split("## What is counted")[1].split("A window of 60 days")[0]
    assert len(re.findall(r"^\| ", table, re.MULTILINE)) - 1 == len(Metric)
