"""Accounts of people: what several tests of them need."""

from __future__ import annotations

from collections.abc import Callable
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


@pytest.fixture
def letters_go_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """Transactions of a test never commit: letters that wait for that go out at once."""

    def at_once(send: Callable[[], object], *, robust: bool) -> None:
        assert robust  # a mail server that is away loses no change
        send()

    monkeypatch.setattr("sellers.access.invitations.transaction.on_commit", at_once)
