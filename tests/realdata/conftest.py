"""The three exports, read and joined once for all files of this folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.realdata.olist import EXPORTS, Exports, load_export


@pytest.fixture(scope="session")
def exports(realdata: Path) -> Exports:
    """By name, in the order in which they were made."""
    return {name: load_export(realdata / "olist" / name) for name in EXPORTS}
