"""Logging in and out: limits, lockout, sessions, and where one gets to afterwards."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth import SESSION_KEY
from django.test import Client
from django.urls import reverse

from sellers.models import User
from tests.accounts.browsing import Visitor
from tests.builders import PASSWORD, a_user, an_admin


def test_the_right_password_opens_the_first_page(visitor: Visitor, anna: User) -> None:
    assert visitor.log_in("anna@example.test")["Location"] == reverse("sellers:roster")
    assert visitor.is_logged_in


def test_the_address_is_read_without_its_case(visitor: Visitor, anna: User) -> None:
    visitor.log_in("Anna@Example.TEST")
    assert visitor.is_logged_in


def test_an_unknown_address_and_a_wrong_password_are_answered_alike(
    visitor: Visitor, anna: User
) -> None:
    wrong = visitor.log_in("anna@example.test", "no")
    unknown = visitor.log_in("nobody@example.test", "no")
    assert wrong.status_code == unknown.status_code == 200
    said = [page.context["form"].non_field_errors() for page in (wrong, unknown)]
    assert (
        said[0]
        == said[1]
        == ["That e-mail and password do not belong together. Check both and try again."]
    )


def test_five_wrong_passwords_lock_the_address_also_for_the_right_one(
    visitor: Visitor, anna: User
) -> None:
    for _ in range(5):
        visitor.log_in("anna@example.test", "no")
    page = visitor.log_in("anna@example.test")
    assert "Too many attempts with this address" in page.content.decode()
    assert not visitor.is_logged_in
    # Another person is not locked out by that.
    a_user("other@example.test")
    visitor.log_in("other@example.test")
    assert visitor.is_logged_in


def test_the_lock_does_not_tell_whether_the_account_exists(visitor: Visitor, anna: User) -> None:
    for _ in range(5):
        visitor.log_in("anna@example.test", "no")
        Visitor(REMOTE_ADDR="10.0.0.9").log_in("nobody@example.test", "no")
    known = visitor.log_in("anna@example.test", "no")
    unknown = Visitor(REMOTE_ADDR="10.0.0.9").log_in("nobody@example.test", "no")
    errors = [page.context["form"].non_field_errors() for page in (known, unknown)]
    assert errors[0] == errors[1]


def test_thirty_attempts_of_one_machine_in_a_minute_end_in_a_page_that_says_so(
    visitor: Visitor,
) -> None:
    answers = [visitor.log_in(f"n{number}@example.test", "no") for number in range(31)]
    assert answers[-1].status_code == 429
    assert "That was too often" in answers[-1].content.decode()


def test_a_closed_account_does_not_open(visitor: Visitor, anna: User) -> None:
    User.objects.filter(pk=anna.pk).update(is_active=False)
    assert visitor.log_in("anna@example.test")["Location"] == reverse("account_inactive")
    assert not visitor.is_logged_in


def test_the_key_of_the_session_changes_at_log_in(visitor: Visitor, anna: User) -> None:
    session = visitor.session
    session["planted"] = True
    session.save()
    before = session.session_key
    visitor.cookies["sessionid"] = str(before)
    visitor.log_in("anna@example.test")
    assert visitor.session.session_key != before
    # The planted key is worth nothing to who planted it.
    thief = Client()
    thief.cookies["sessionid"] = str(before)
    assert thief.get(reverse("account")).status_code == 302
    assert SESSION_KEY not in thief.session


@pytest.mark.parametrize(
    "place",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example",
        "javascript:alert(1)",
        "http:///evil.example",
        "\thttps://evil.example",
    ],
)
def test_nobody_is_sent_to_another_site_after_log_in_or_out(
    visitor: Visitor, anna: User, place: str
) -> None:
    assert visitor.log_in("anna@example.test", next=place)["Location"] == reverse("sellers:roster")
    left = visitor.post(reverse("logout"), {"next": place})
    assert left["Location"] == reverse("login")


def test_the_page_that_was_asked_for_follows_log_in(visitor: Visitor, anna: User) -> None:
    asked = visitor.get(reverse("account"))
    assert asked["Location"] == f"{reverse('login')}?next={reverse('account')}"
    page = visitor.get(asked["Location"])
    assert "Log in to go on to the page you asked for" in page.content.decode()
    assert visitor.log_in("anna@example.test", next=reverse("account"))["Location"] == reverse(
        "account"
    )


def test_logging_out_takes_a_form_of_this_site(anna: User) -> None:
    strict = Visitor(enforce_csrf_checks=True)
    strict.force_login(anna)
    assert strict.post(reverse("logout")).status_code == 403
    assert strict.get(reverse("logout")).status_code == 200  # asks first
    assert strict.is_logged_in


def test_logging_in_takes_a_form_of_this_site(anna: User) -> None:
    strict = Visitor(enforce_csrf_checks=True)
    assert strict.log_in("anna@example.test").status_code == 403


def test_a_form_cannot_make_somebody_an_admin(visitor: Visitor, anna: User, settings: Any) -> None:
    settings.STANDING_SIGNUP = "open"
    rights = {"is_staff": "on", "is_superuser": "on", "is_active": "on"}
    visitor.post(
        reverse("account_signup"), {"email": "eve@example.test", "password1": PASSWORD, **rights}
    )
    eve = User.objects.get(email="eve@example.test")
    assert (eve.is_staff, eve.is_superuser) == (False, False)
    visitor.force_login(anna)
    visitor.post(
        reverse("account_email"), {"action_add": "", "email": "new@example.test", **rights}
    )
    anna.refresh_from_db()
    assert (anna.is_staff, anna.is_superuser) == (False, False)


def test_the_admin_site_has_no_log_in_of_its_own(visitor: Visitor, anna: User) -> None:
    assert visitor.get(reverse("admin:login"))["Location"].startswith(reverse("login"))
    an_admin("boss@example.test")
    sent = visitor.post(
        reverse("admin:login"), {"username": "boss@example.test", "password": PASSWORD}
    )
    assert sent["Location"].startswith(reverse("login"))
    assert not visitor.is_logged_in


def test_an_address_with_another_host_is_refused(visitor: Visitor, anna: User) -> None:
    sent = visitor.post(
        reverse("account_reset_password"), {"email": "anna@example.test"}, HTTP_HOST="evil.example"
    )
    assert sent.status_code == 400
