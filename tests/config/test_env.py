"""Readers of environment variables: what they accept, and what they say otherwise."""

from __future__ import annotations

from pathlib import Path

import pytest

from config import env
from config.env import BadSetting


@pytest.mark.parametrize("value", ["1", "true", "YES", " on "])
def test_a_flag_reads_what_people_write_for_yes(value: str) -> None:
    assert env.flag({"DEBUG": value}, "DEBUG", default=False) is True


@pytest.mark.parametrize("value", ["0", "False", "no", "OFF"])
def test_a_flag_reads_what_people_write_for_no(value: str) -> None:
    assert env.flag({"DEBUG": value}, "DEBUG", default=True) is False


def test_an_empty_value_counts_as_not_set() -> None:
    assert env.flag({"DEBUG": " "}, "DEBUG", default=True) is True
    assert env.text({"NAME": ""}, "NAME", "other") == "other"
    assert env.database({"DATABASE_URL": ""}, "DATABASE_URL") is None
    assert env.redis({}, "REDIS_URL") is None


def test_an_error_names_variable_value_and_what_is_allowed() -> None:
    with pytest.raises(BadSetting) as caught:
        env.flag({"DEBUG": "perhaps"}, "DEBUG", default=False)
    assert str(caught.value) == (
        "DEBUG: read 'perhaps', allowed: 1, true, yes, on or 0, false, no, off."
    )


@pytest.mark.parametrize("value", ["0", "65536", "8000.5", "eight", "-1"])
def test_a_number_outside_its_range_is_refused(value: str) -> None:
    with pytest.raises(BadSetting, match="a whole number from 1 to 65535"):
        env.integer({"PORT": value}, "PORT", default=8000, least=1, most=65535)


def test_a_number_at_either_end_of_its_range_is_read() -> None:
    for value in (1, 65535):
        read = env.integer({"PORT": str(value)}, "PORT", default=8000, least=1, most=65535)
        assert read == value


def test_a_choice_that_is_none_of_the_options_lists_them() -> None:
    with pytest.raises(BadSetting, match="allowed: policy, cohort"):
        env.choice({"B": "both"}, "B", default="policy", options=("policy", "cohort"))


def test_words_lose_blanks_and_empty_places() -> None:
    assert env.words({"HOSTS": " a.example, ,b.example,"}, "HOSTS") == ["a.example", "b.example"]
    assert env.words({"HOSTS": " , "}, "HOSTS", ("localhost",)) == ["localhost"]


def test_folders_must_exist(tmp_path: Path) -> None:
    assert env.folders({"DIRS": str(tmp_path)}, "DIRS") == [tmp_path]
    with pytest.raises(BadSetting, match="folders that exist"):
        env.folders({"DIRS": str(tmp_path / "missing")}, "DIRS")


def test_a_database_url_becomes_settings() -> None:
    url = "postgres://ann:p%40ss@db.example:5433/standing?sslmode=require"
    assert env.database({"U": url}, "U") == {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": "standing",
        "USER": "ann",
        "PASSWORD": "p@ss",
        "HOST": "db.example",
        "PORT": "5433",
        "OPTIONS": {"sslmode": "require"},
    }


def test_a_database_url_may_name_a_folder_of_sockets_in_its_own_letters() -> None:
    read = env.database({"U": "postgresql://ann@%2Frun%2FPost/standing"}, "U")
    assert read is not None
    assert (read["HOST"], read["PORT"]) == ("/run/Post", "")


def test_a_database_url_may_name_an_ipv6_address() -> None:
    read = env.database({"U": "postgres://ann@[::1]:5433/standing"}, "U")
    assert read is not None
    assert (read["HOST"], read["PORT"]) == ("::1", "5433")


@pytest.mark.parametrize(
    "url",
    [
        "mysql://ann:secret@host/name",
        "postgres://ann:secret@host/",
        "postgres://ann:secret@host/a/b",
        "postgres://ann:secret@host:port/name",
        "standing",
    ],
)
def test_a_database_url_that_cannot_be_used_is_shown_without_its_password(url: str) -> None:
    with pytest.raises(BadSetting, match=r"postgres://user:password@host:port/name") as caught:
        env.database({"DATABASE_URL": url}, "DATABASE_URL")
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("redis://host:6379", "redis://host:6379/0"),
        ("redis://host:6379/3", "redis://host:6379/3"),
        ("rediss://:word@host/1", "rediss://:word@host/1"),
        ("unix:///run/redis.sock", "unix:///run/redis.sock?db=0"),
        ("unix:///run/redis.sock?db=2", "unix:///run/redis.sock?db=2"),
    ],
)
def test_a_redis_url_gets_its_database_number(given: str, kept: str) -> None:
    assert env.redis({"REDIS_URL": given}, "REDIS_URL") == kept


@pytest.mark.parametrize(
    "url", ["http://host", "redis://host/zero", "unix://", "redis://host:port/0", "/run/redis.sock"]
)
def test_a_redis_url_that_cannot_be_used_is_refused(url: str) -> None:
    with pytest.raises(BadSetting, match="redis://host:port/number"):
        env.redis({"REDIS_URL": url}, "REDIS_URL")


def test_cache_and_broker_are_two_databases_of_one_server() -> None:
    assert env.redis_with_number("redis://host:6379/0", 1) == "redis://host:6379/1"
    assert env.redis_with_number("unix:///r.sock?db=0", 1) == "unix:///r.sock?db=1"


def test_the_broker_reads_sockets_in_a_form_of_its_own() -> None:
    assert env.broker("unix:///run/v.sock?db=4") == "redis+socket:///run/v.sock?virtual_host=4"
    assert env.broker("redis://host:6379/0") == "redis://host:6379/0"
