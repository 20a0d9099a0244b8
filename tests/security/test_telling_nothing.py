"""Answers and work for what exists and for what does not: they do not differ in kind.

Work is counted, not timed: passwords hashed, letters written, questions to the database.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.contrib.auth.hashers import MD5PasswordHasher
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from sellers.models import Seller
from tests.builders import PASSWORD, a_seller, a_user
from tests.scene import Scene
from tests.test_every_address import ADDRESSES, Visitor, in_vain

#: What differs from answer to answer: the number of the request, the token of forms, the nonce.
CHANGING = re.compile(
    rb'nonce="[^"]+"|"X-CSRFToken": ?"[^"]+"|value="[A-Za-z0-9]{64}"|\b[0-9a-f]{8}\b'
)


@dataclass
class Work:
    """What an answer cost."""

    hashes: int = 0
    letters: int = 0
    queries: int = 0
    answer: Any = field(default=None, compare=False)


@pytest.fixture
def work(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[], Any]], Work]:
    """Counts what a request costs; nothing of it stays."""
    hashed: list[str] = []
    encode = MD5PasswordHasher.encode

    def counted(self: Any, password: str, salt: str) -> str:
        hashed.append(password)
        return str(encode(self, password, salt))

    monkeypatch.setattr(MD5PasswordHasher, "encode", counted)

    def measure(ask: Callable[[], Any]) -> Work:
        hashed.clear()
        with sent() as letters, CaptureQueriesContext(connection) as queries:
            answer = in_vain(ask)
        return Work(len(hashed), len(letters), len(queries), answer)

    return measure


@contextmanager
def sent() -> Iterator[list[Any]]:
    before = len(mail.outbox)
    letters: list[Any] = []
    yield letters
    letters += mail.outbox[before:]


def test_a_log_in_of_nobody_costs_a_hash_like_any(db: None, work: Any) -> None:
    a_user("anna@example.test")
    known, unknown = (
        work(lambda to=to: Client().post(reverse("login"), {"login": to, "password": "no"}))
        for to in ("anna@example.test", "nobody@example.test")
    )
    assert known.hashes == unknown.hashes == 1
    assert known.letters == unknown.letters == 0
    assert known.answer.status_code == unknown.answer.status_code


def test_a_closed_account_costs_what_a_wrong_password_costs(db: None, work: Any) -> None:
    a_user("anna@example.test")
    a_user("gone@example.test", is_active=False)
    open_, closed = (
        work(lambda to=to: Client().post(reverse("login"), {"login": to, "password": "no"}))
        for to in ("anna@example.test", "gone@example.test")
    )
    assert (open_.hashes, open_.letters) == (closed.hashes, closed.letters) == (1, 0)
    assert open_.answer.status_code == closed.answer.status_code


def test_a_sign_up_with_a_known_address_costs_a_hash_and_a_letter_too(
    db: None, work: Any, settings: Any
) -> None:
    settings.STANDING_SIGNUP = "open"
    a_user("anna@example.test")
    known, new = (
        work(
            lambda to=to: Client().post(
                reverse("account_signup"), {"email": to, "password1": PASSWORD}
            )
        )
        for to in ("anna@example.test", "new@example.test")
    )
    assert (known.hashes, known.letters) == (new.hashes, new.letters) == (1, 1)
    assert known.answer["Location"] == new.answer["Location"]


def test_a_lost_password_costs_a_letter_whoever_asks(db: None, work: Any) -> None:
    a_user("anna@example.test")
    known, unknown = (
        work(lambda to=to: Client().post(reverse("account_reset_password"), {"email": to}))
        for to in ("anna@example.test", "nobody@example.test")
    )
    assert (known.hashes, known.letters) == (unknown.hashes, unknown.letters) == (0, 1)
    assert known.answer["Location"] == unknown.answer["Location"]


@pytest.mark.usefixtures("letters_at_once")
def test_an_offer_and_an_invitation_do_not_tell_who_has_an_account(db: None, work: Any) -> None:
    a_user("coach@example.test")
    seller, orphan = a_seller("annas", owner=a_user()), a_seller("orphan")
    assert seller.owner is not None
    owner, admin = Client(), Client()
    owner.force_login(seller.owner)
    admin.force_login(a_user(is_staff=True, is_superuser=True))
    offer = {"scope": "1", "reason": "a call", "days": "30"}

    def give(to: str) -> Any:
        return owner.post(reverse("sellers:access_give", args=[seller.pk]), {**offer, "email": to})

    def invite(to: str) -> Any:
        return admin.post(reverse("sellers:owner_invite", args=[orphan.pk]), {"email": to})

    for ask in (give, invite):
        known, unknown = (
            work(lambda to=to, ask=ask: ask(to))
            for to in ("coach@example.test", "other@example.test")
        )
        assert known == unknown
        assert known.letters == 1
        assert known.answer["Location"] == unknown.answer["Location"]


@pytest.fixture
def letters_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Transactions of a test never commit: letters that wait for that go out at once."""

    def at_once(send: Callable[[], object], *, robust: bool) -> None:
        assert robust
        send()

    monkeypatch.setattr("sellers.access.invitations.transaction.on_commit", at_once)


def test_a_new_address_of_somebody_else_is_answered_like_a_free_one(db: None, work: Any) -> None:
    anna, _ = a_user("anna@example.test"), a_user("bert@example.test")

    def change(to: str) -> Any:
        client = Client()
        client.post(reverse("login"), {"login": anna.email, "password": PASSWORD})
        return client.post(reverse("account_email"), {"action_add": "", "email": to})

    taken, free = (
        work(lambda to=to: change(to)) for to in ("bert@example.test", "free@example.test")
    )
    assert taken.answer.status_code == free.answer.status_code == 302
    assert taken.answer["Location"] == free.answer["Location"]
    assert taken.letters == free.letters


def test_what_is_hidden_and_what_is_missing_answer_byte_for_byte_alike(
    scene: Scene, work: Any
) -> None:
    """Of every address with a number in it, for a stranger and for the owner of another seller."""
    missing = {
        key: value + 100_000 if isinstance(value, int) else f"{value}x"
        for key, value in vars(scene.things).items()
    }
    walked = 0
    for role in ("stranger", "other owner"):
        visitor = Visitor(role, scene)
        visitor.client.get(reverse("account"))
        for name, rule in ADDRESSES.items():
            if not rule.arguments or rule.who == "public":
                continue
            hidden, gone = (
                work(
                    lambda name=name, kwargs=kwargs, visitor=visitor: visitor.send(
                        name, reverse(name, kwargs=kwargs)
                    )
                )
                for kwargs in (
                    {key: getattr(scene.things, what) for key, what in rule.arguments.items()},
                    {key: missing[what] for key, what in rule.arguments.items()},
                )
            )
            walked += 1
            assert hidden.answer.status_code == gone.answer.status_code == 404, name
            assert CHANGING.sub(b"", hidden.answer.content) == CHANGING.sub(
                b"", gone.answer.content
            ), name
            assert hidden.queries == gone.queries, name
    assert walked > 60
    assert Seller.objects.filter(pk=scene.things.seller_id).exists()
