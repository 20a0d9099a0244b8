from __future__ import annotations

from pathlib import Path

import pytest
from pytest_django import Settings

from metrics.checks import policy_files_hold
from metrics.engine.grades import Grade
from metrics.engine.types import Unscored
from metrics.policy_files import (
    SHIPPED,
    PolicyFileError,
    read_policy_file,
    read_policy_folders,
)

SHIPPED_FILE = SHIPPED / "fiverr-success-2024.toml"


def changed(tmp_path: Path, old: str, new: str) -> Path:
    text = SHIPPED_FILE.read_text(encoding="utf-8")
    assert old in text
    path = tmp_path / "changed.toml"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return path


def test_every_shipped_parameter_has_a_grade_and_a_source() -> None:
    file = read_policy_file(SHIPPED_FILE)
    for name in type(file.parameters).model_fields:
        parameter = getattr(file.parameters, name)
        assert isinstance(parameter.grade, Grade), name
        assert len(parameter.source) > 10, name


def test_no_half_life_reads_as_none(tmp_path: Path) -> None:
    path = changed(
        tmp_path,
        "[parameters.half_life_days]\nvalue = 180",
        "[parameters.half_life_days]\nvalue = 0",
    )
    assert read_policy_file(path).policy().half_life_days is None


def test_a_variant_changes_what_it_names_and_nothing_else() -> None:
    file = read_policy_file(SHIPPED_FILE)
    base, variants = file.policy(), dict(file.variant_policies())
    assert variants["Evidence halves in 90 days"].half_life_days == 90
    assert variants["Gigs without a score count as neutral"].unscored is Unscored.NEUTRAL
    assert variants["Own orders speak sooner"].prior_strength == (2.5,) * 6
    assert variants["Own orders speak sooner"].slope == base.slope


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        (
            "[parameters.slope]\nvalue = 3.2",
            "[parameters.slope]\nvalue = -1",
            "parameters.slope.value",
        ),
        (
            "[parameters.slope]\nvalue = 3.2",
            "[parameters.slope]\nvalue = 'steep'",
            "parameters.slope.value",
        ),
        (
            "[parameters.intercept]",
            "[parameters.intersept]",
            "parameters.intercept: Field required",
        ),
        ('grade = "A"', 'grade = "Z"', "grade"),
        ("client_satisfaction = 0.25", "client_satisfaction = 0.35", "have to add up to 1"),
        ("set = { half_life_days = 90 }", "set = { halflife = 90 }", "“halflife”, unknown"),
        ("version = 1", "version = ", "this is not TOML"),
        (
            "[parameters.half_life_days]\nvalue = 180",
            "[parameters.half_life_days]\nvalue = 0.5",
            "at least a thousandth of window_days",
        ),
    ],
)
def test_a_broken_file_is_refused_with_file_and_field(
    tmp_path: Path, old: str, new: str, words: str
) -> None:
    with pytest.raises(PolicyFileError) as error:
        read_policy_file(changed(tmp_path, old, new))
    assert words in str(error.value)
    assert "changed.toml" in str(error.value) or "fiverr-success-2024" in str(error.value)


def test_a_deployment_replaces_a_shipped_policy_by_a_higher_version(tmp_path: Path) -> None:
    changed(tmp_path, "version = 1", "version = 2")
    assert read_policy_folders([SHIPPED, tmp_path])["fiverr-success-2024"].version == 2


def test_a_policy_that_is_not_there_stops_the_start_and_the_known_ones_are_named(
    settings: Settings,
) -> None:
    assert policy_files_hold(None) == []
    settings.STANDING_POLICY = "fiverr-success-2042"
    [error] = policy_files_hold(None)
    assert error.id == "metrics.E001"
    assert "“fiverr-success-2042”; this deployment has fiverr-success-2024." in error.msg
