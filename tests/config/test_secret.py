"""The signing key: given, kept, or asked for."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.embedded import Home
from config.env import BadSetting
from config.secret import secret_key


def test_the_given_key_is_used_and_nothing_is_written(tmp_path: Path) -> None:
    assert secret_key({"DJANGO_SECRET_KEY": "given"}, Home(tmp_path / "home")) == "given"
    assert not (tmp_path / "home").exists()


def test_without_one_a_key_is_made_once_for_this_user_alone(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    first = secret_key({}, home)
    assert len(first) >= 50
    assert secret_key({}, home) == first
    assert (home.root / "secret_key").stat().st_mode & 0o077 == 0
    assert [path.name for path in home.root.iterdir()] == ["secret_key"]


def test_a_key_that_was_left_half_written_is_made_anew(tmp_path: Path) -> None:
    home = Home(tmp_path)
    (tmp_path / "secret_key").write_text("short")
    assert len(secret_key({}, home)) >= 50
    assert secret_key({}, home) == secret_key({}, home)


def test_with_a_database_of_ones_own_the_key_must_be_given(tmp_path: Path) -> None:
    with pytest.raises(BadSetting, match=r"DJANGO_SECRET_KEY.*the same for web and workers"):
        secret_key({"DATABASE_URL": "postgres://a@b/c"}, Home(tmp_path))
