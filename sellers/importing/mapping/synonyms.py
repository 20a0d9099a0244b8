"""What other people call our columns and our words (``data/synonyms.toml``)."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from sellers.models import FileRole


@cache
def _read() -> Mapping[str, Mapping[str, Mapping[str, object]]]:
    text = files("sellers.importing.mapping").joinpath("data/synonyms.toml").read_text("utf-8")
    return tomllib.loads(text)


def names_of(role: FileRole) -> Mapping[str, list[str]]:
    """By our column, the names that it goes by elsewhere, plain, the most telling first."""
    return _read()["columns"].get(role.value, {})  # type: ignore[return-value]


def words_of(column: str) -> Mapping[str, str]:
    """By their word in lower case, our value of a choice."""
    return _read()["words"].get(column, {})  # type: ignore[return-value]
