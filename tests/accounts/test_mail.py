"""Letters where no mail server is set, and the settings of one."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.mail import send_mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from config import env
from config.env import BadSetting
from sellers.accounts.mailbox import PATH
from sellers.models import Letter, User
from tests.builders import a_user, an_admin


@pytest.fixture(autouse=True)
def _kept(settings: Any) -> None:
    settings.EMAIL_BACKEND = PATH


@pytest.fixture
def boss(db: None, client: Client) -> User:
    boss = an_admin()
    client.force_login(boss)
    return boss


def test_a_letter_is_kept_and_read_by_a_superuser(client: Client, boss: User) -> None:
    send_mail("Hello", "Open http://testserver/x/ <b>", None, ["a@example.test"])
    assert "Hello" in client.get(reverse("mail")).content.decode()
    letter = Letter.objects.get()
    page = client.get(reverse("mail_letter", args=[letter.pk])).content.decode()
    assert '<a href="http://testserver/x/" rel="nofollow">' in page
    assert "&lt;b&gt;" in page


def test_without_letters_the_page_says_what_will_be_there(client: Client, boss: User) -> None:
    assert "No letters yet" in client.get(reverse("mail")).content.decode()


def test_old_letters_go_when_a_new_one_comes(db: None) -> None:
    old = timezone.now() - timedelta(days=31)
    Letter.objects.create(to="a@example.test", subject="Old", text="", written_at=old)
    send_mail("New", "", None, ["a@example.test"])
    assert [letter.subject for letter in Letter.objects.all()] == ["New"]


def test_staff_that_may_not_change_every_account_do_not_read_letters(
    client: Client, db: None
) -> None:
    client.force_login(a_user(is_staff=True))
    assert client.get(reverse("mail")).status_code == 404


def test_with_a_mail_server_there_is_no_such_page(
    client: Client, boss: User, settings: Any
) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    assert client.get(reverse("mail")).status_code == 404
    assert "Mail of this site" not in client.get(reverse("account")).content.decode()


@pytest.mark.parametrize(
    ("url", "host", "port", "tls", "ssl"),
    [
        ("smtp://mail.example.test", "mail.example.test", 587, True, False),
        ("smtps://mail.example.test", "mail.example.test", 465, False, True),
        ("smtp://localhost:25?tls=0", "localhost", 25, False, False),
    ],
)
def test_a_mail_server_is_named_by_one_address(
    url: str, host: str, port: int, tls: bool, ssl: bool
) -> None:
    found = env.email({"EMAIL_URL": url}, "EMAIL_URL")
    assert found is not None
    assert (found["EMAIL_HOST"], found["EMAIL_PORT"]) == (host, port)
    assert (found["EMAIL_USE_TLS"], found["EMAIL_USE_SSL"]) == (tls, ssl)


def test_user_and_password_of_a_mail_server_may_hold_any_sign() -> None:
    found = env.email({"EMAIL_URL": "smtp://me%40site:p%3Aw%2F@mail.test"}, "EMAIL_URL")
    assert found is not None
    assert (found["EMAIL_HOST_USER"], found["EMAIL_HOST_PASSWORD"]) == ("me@site", "p:w/")


@pytest.mark.parametrize("url", ["http://mail.test", "smtp://", "smtp://u:secret@h:x"])
def test_an_address_that_is_none_stops_the_start_without_telling_the_password(url: str) -> None:
    with pytest.raises(BadSetting) as caught:
        env.email({"EMAIL_URL": url}, "EMAIL_URL")
    assert "EMAIL_URL" in str(caught.value)
    assert "secret" not in str(caught.value)


def test_no_address_means_that_letters_are_kept() -> None:
    assert env.email({}, "EMAIL_URL") is None
