"""Rule files: every number of the shipped ones, and errors that name file, rule and field."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest
from django.test import override_settings

from eligibility.rule_files import (
    SHIPPED,
    RuleFileError,
    read_rule_file,
    read_rule_folders,
    rule_sets,
    rule_sets_by_id,
    without_rules,
)
from eligibility.rules.types import Demotion, Group, Kind, Metric, RuleSet, WindowKind
from metrics.engine.days import date_of
from tests.eligibility.rules.shipped import (
    LEVELS_2018,
    LEVELS_2024,
    PROMOTED_2020,
    PROMOTED_2024,
    RULES,
)


def thresholds(rule_set: RuleSet, name: str) -> list[float]:
    return [
        float(rule.threshold)
        for level in rule_set.levels
        for rule in level.rules
        if rule.id == f"{level.id}/{name}"
    ]


def test_the_levels_since_2024_ask_for_what_is_published() -> None:
    asked = {
        "success-score": [5, 7, 9],
        "rating": [4.4, 4.6, 4.7],
        "response-rate": [0.8, 0.9, 0.9],
        "completed-orders": [5, 20, 40],
        "unique-clients": [3, 10, 20],
        "earnings": [400, 2_000, 10_000],
        "human-review": [3],
    }
    for name, numbers in asked.items():
        assert thresholds(LEVELS_2024, name) == numbers
    assert {len(level.rules) for level in LEVELS_2024.levels} == {6, 7}
    assert (LEVELS_2024.judged_on, LEVELS_2024.grace_days) == (None, 30)
    assert LEVELS_2024.review_before_loss


def test_the_levels_of_2018_ask_for_what_was_published() -> None:
    asked = {
        "completion": [0.9] * 3,
        "on-time": [0.9] * 3,
        "response-rate": [0.9] * 3,
        "rating": [4.7] * 3,
        "days-active": [60, 120, 180],
        "completed-orders": [10, 50, 100],
        "earnings": [400, 2_000, 20_000],
    }
    for name, numbers in asked.items():
        assert thresholds(LEVELS_2018, name) == numbers
    assert LEVELS_2018.judged_on == 15
    assert LEVELS_2018.demotion is Demotion.ONE_LEVEL
    lasting = {r.id for r in LEVELS_2018.levels[0].rules if not r.entry_only}
    assert {rule_id.partition("/")[2] for rule_id in lasting} == {
        "completion",
        "on-time",
        "response-rate",
        "rating-first",
        "rating",
    }


def test_the_dates_meet_without_gap_or_overlap() -> None:
    starts = {r.id: str(date_of(r.start_day)) for r in RULES.values()}
    assert starts == {
        "levels-2018": "2018-01-15",
        "promoted-2020": "2020-07-30",
        "levels-2024": "2024-03-14",
        "promoted-2024": "2024-03-14",
    }
    assert LEVELS_2018.end_day == LEVELS_2024.start_day
    assert PROMOTED_2020.end_day == PROMOTED_2024.start_day


def test_promoted_gigs_ask_for_what_is_published_and_list_the_guesses_apart() -> None:
    rules = {rule.id: rule for rule in PROMOTED_2020.rules}
    assert rules["gig-rating"].threshold == Fraction(47, 10)
    assert rules["gig-reviews"].threshold == 20
    assert rules["gig-reviews"].pro_threshold == 5
    inferred = [rule.id for rule in PROMOTED_2020.rules if rule.group is Group.INFERRED]
    assert inferred == [
        "private-feedback",
        "on-time",
        "completion",
        "response-rate",
        "recent-cancellations",
    ]
    assert PROMOTED_2024.rules[-1].names == (
        "legal consulting",
        "legal writing",
        "tax consulting",
        "accounting and bookkeeping",
    )


def test_an_empty_window_shows_100_percent_only_where_the_file_says_so() -> None:
    empties = {
        (r.id, rule.metric, rule.spec.window.kind): rule.spec.empty.value
        for r in RULES.values()
        for rule in r.all_rules
        if rule.metric in (Metric.RATING, Metric.RESPONSE_RATE)
    }
    anchored = WindowKind.FROM_LATEST_REVIEW
    assert empties["levels-2018", Metric.RATING, WindowKind.TRAILING] == "full"
    assert empties["promoted-2020", Metric.RATING, anchored] == "unknown"
    assert empties["levels-2024", Metric.RESPONSE_RATE, WindowKind.TRAILING] == "unknown"


def changed(tmp_path: Path, shipped: str, *changes: tuple[str, str]) -> Path:
    text = (SHIPPED / f"{shipped}.toml").read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    path = tmp_path / f"{shipped}.toml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("shipped", "old", "new", "words"),
    [
        ("promoted-2024", 'kind = "promotion"', "kind = ", "this is not TOML"),
        ("promoted-2024", "version = 1", "version = 0", "version: "),
        ("promoted-2020", 'metric = "review_count"', 'metric = "fame"', "“gig-reviews”: metric: "),
        ("promoted-2020", "at_least = 20", "at_least = -1", "“gig-reviews”: at_least"),
        ("promoted-2020", "at_least = 20", "atleast = 20", "“gig-reviews”: atleast: Extra"),
        ("promoted-2020", "at_most = 0", "at_most = 0\nat_least = 0", "exactly one of"),
        ("promoted-2020", "days = 30", "days = 0", "“recent-cancellations”: window: days: "),
        ("promoted-2020", "days = 730", "weeks = 104", "“gig-rating”: window: "),
        ("promoted-2020", 'end_grade = "A"', "", "in_force: an end has an end_grade"),
        ("promoted-2020", "end = 2024-03-14", "end = 2020-01-01", "in_force: the end lies on"),
        ("promoted-2020", 'id = "completion"', 'id = "on-time"', "“on-time” stands there twice"),
        (
            "promoted-2020",
            'pro_at_least = 5\ngrade = "P"',
            'pro_at_least = 5\nenabled = false\ngrade = "P"',
            "“gig-reviews”: enabled: a published rule cannot be switched off",
        ),
        (
            "promoted-2020",
            '[treatment.cancellations]\nvalue = "every"',
            '[treatment.cancellations]\nvalue = "at_fault"',
            "at_fault needs [treatment.mutual_cancellations]",
        ),
        ("levels-2024", "level-2 = 7", "level-9 = 7", "“success-score”: at_least: there is no"),
        ("levels-2024", "top-rated = 3", "top-rated = 2", "“human-review”: at_least: a review"),
        ("levels-2024", 'value = "net"', 'value = "half"', "treatment: earnings: value: "),
        ("levels-2024", "[treatment.net_share]", "[treatment.share]", "treatment: share: Extra"),
        (
            "levels-2024",
            'metric = "rating"\n',
            'metric = "rating"\nscope = "gig"\n',
            "“rating”: scope: levels are about the seller",
        ),
        (
            "promoted-2024",
            'metric = "gig_active"\nscope = "gig"',
            'metric = "gig_active"\nscope = "seller"',
            "“gig-active”: scope: gig_active is known of a gig only",
        ),
        (
            "promoted-2024",
            'metric = "level"\nwindow = { kind = "state" }',
            'metric = "level"\nwindow = { kind = "all_time" }',
            "“level”: window: level is taken over state",
        ),
    ],
)
def test_an_error_names_file_rule_and_field(
    tmp_path: Path, shipped: str, old: str, new: str, words: str
) -> None:
    path = changed(tmp_path, shipped, (old, new))
    with pytest.raises(RuleFileError) as error:
        read_rule_file(path)
    assert str(error.value).startswith(f"{shipped}.toml: ")
    assert words in str(error.value)


def test_a_deployment_adds_a_rule_set_and_replaces_one_without_code(tmp_path: Path) -> None:
    changed(tmp_path, "promoted-2024", ('id = "promoted-2024"', 'id = "promoted-2026"'))
    changed(
        tmp_path,
        "promoted-2020",
        ("version = 1", "version = 2"),
        ("at_least = 20", "at_least = 25"),
    )
    found = read_rule_folders([SHIPPED, tmp_path])
    assert set(found) == {*RULES, "promoted-2026"}
    assert found["promoted-2020"].key == "promoted-2020/2"
    assert next(r for r in found["promoted-2020"].rules if r.id == "gig-reviews").threshold == 25


def test_an_older_version_never_replaces_a_newer_one(tmp_path: Path) -> None:
    changed(tmp_path, "promoted-2020", ("at_least = 20", "at_least = 25"))
    assert read_rule_folders([SHIPPED, tmp_path])["promoted-2020"] == PROMOTED_2020


def test_levels_of_one_platform_never_overlap(tmp_path: Path) -> None:
    path = changed(tmp_path, "levels-2024", ('id = "levels-2024"', 'id = "levels-2026"'))
    with pytest.raises(RuleFileError, match="levels-2024 and levels-2026: both say"):
        read_rule_folders([SHIPPED, tmp_path])
    path.write_text(
        path.read_text(encoding="utf-8").replace('platform = "fiverr"', 'platform = "other"'),
        encoding="utf-8",
    )
    assert read_rule_folders([SHIPPED, tmp_path])["levels-2026"].platform == "other"


def test_inferred_rules_are_switched_off_by_name_and_published_ones_are_not() -> None:
    found = without_rules(RULES, ["promoted-2020/on-time"])
    off = [rule.id for rule in found["promoted-2020"].rules if not rule.enabled]
    assert off == ["on-time"]
    for name in ("promoted-2020/gig-rating", "promoted-2020", "nothing/at-all"):
        with pytest.raises(
            RuleFileError, match=f"“{name}” is no inferred rule; there are promoted"
        ):
            without_rules(RULES, [name])


def test_the_settings_of_a_deployment_are_read(tmp_path: Path) -> None:
    changed(tmp_path, "promoted-2024", ('id = "promoted-2024"', 'id = "promoted-2026"'))
    rule_sets_by_id.cache_clear()
    try:
        with override_settings(
            STANDING_RULE_DIRS=[tmp_path], STANDING_RULES_OFF=["promoted-2020/completion"]
        ):
            found = {rule_set.id: rule_set for rule_set in rule_sets("fiverr")}
            assert "promoted-2026" in found
            assert [r.id for r in found["promoted-2020"].rules if not r.enabled] == ["completion"]
            assert rule_sets("upwork") == ()
    finally:
        rule_sets_by_id.cache_clear()


def test_every_rule_and_setting_carries_a_source() -> None:
    for rule_set in RULES.values():
        assert all(rule.source for rule in rule_set.all_rules)
        assert all(setting.source for setting in rule_set.settings)
        assert rule_set.kind in (Kind.LEVELS, Kind.PROMOTION)
