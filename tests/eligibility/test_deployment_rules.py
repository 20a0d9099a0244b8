"""A deployment's own rules: a file in a folder, and nothing else, brings a rule set."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from eligibility.checks import rule_files_hold
from eligibility.models import EligibilityStanding, RuleSpan
from eligibility.rule_files import SHIPPED, rule_sets_by_id
from eligibility.services import recompute_eligibility, sellers_behind
from metrics.services import recompute_sellers
from tests.builders import NOW, a_history, a_seller

OWN_RULES = """
id = "our-badge"
version = 1
kind = "promotion"
title = "The badge of this house"
platform = "fiverr"

[in_force]
start = 2024-05-01
grade = "P"
source = "Decided in the house."

[[rules]]
id = "orders"
title = "Completed orders"
metric = "completed_orders"
window = { kind = "all_time" }
at_least = 3
grade = "P"
source = "Decided in the house."
"""


@pytest.fixture
def own_folder(tmp_path: Path, settings: Any) -> Iterator[Path]:
    settings.STANDING_RULE_DIRS = [tmp_path]
    rule_sets_by_id.cache_clear()
    yield tmp_path
    rule_sets_by_id.cache_clear()


@pytest.mark.django_db
def test_a_file_in_a_folder_brings_a_rule_set_and_its_spans(own_folder: Path) -> None:
    seller = a_seller()
    a_history(seller, orders=5)
    recompute_sellers(seller_ids=[seller.pk], now=NOW)
    assert not RuleSpan.objects.filter(rule_set="our-badge").exists()
    (own_folder / "badge.toml").write_text(OWN_RULES)
    rule_sets_by_id.cache_clear()
    assert list(sellers_behind()) == [seller]
    assert recompute_eligibility(seller_ids=[seller.pk], now=NOW) == 1
    spans = RuleSpan.objects.filter(seller=seller, rule_set="our-badge")
    assert set(spans.values_list("rule", flat=True)) == {"", "orders"}
    assert spans.filter(rule="", end=None).get().start == max(spans.values_list("start", flat=True))
    # The rule set that began last is the one that counts in lists.
    assert EligibilityStanding.objects.get(seller=seller).promotion_rules == "our-badge"


def test_shipped_rules_hold() -> None:
    rule_sets_by_id.cache_clear()
    assert rule_files_hold(None) == []


def test_a_file_that_does_not_hold_stops_the_start_and_is_named(own_folder: Path) -> None:
    text = (SHIPPED / "promoted-2024.toml").read_text().replace("at_least = 1", "at_least = -1")
    (own_folder / "broken.toml").write_text(text.replace('grade = "P"', 'grade = "X"', 1))
    [error] = rule_files_hold(None)
    assert error.id == "eligibility.E001"
    assert "broken.toml" in error.msg
    assert "grade" in error.msg
