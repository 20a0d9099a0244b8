"""Accounts of people: what several tests of them need."""

from __future__ import annotations

from typing import Any

import pytest

from sellers.models import User
from tests.accounts.browsing import Visitor
from tests.builders import a_user


@pytest.fixture
def anna(db: None) -> User:
    return a_user("anna@example.test")


@pytest.fixture
def visitor(db: None, settings: Any) -> Visitor:
    """A browser of somebody who is not logged in."""
    return Visitor()
