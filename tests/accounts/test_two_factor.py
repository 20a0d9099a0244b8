"""Codes of an app, recovery codes, and the setting that admins need a second factor."""

from __future__ import annotations

from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.urls import reverse

from sellers.models import User
from tests.accounts.browsing import Visitor, code_of
from tests.builders import an_admin


def with_factor(anna: User) -> tuple[Visitor, str]:
    """A fresh browser, and the secret of anna's app."""
    first = Visitor()
    first.log_in(anna.email)
    return Visitor(), first.set_up_second_factor()


def test_setting_it_up_asks_for_the_password_again(visitor: Visitor, anna: User) -> None:
    visitor.log_in(anna.email)
    asked = visitor.get(reverse("mfa_activate_totp"))
    assert asked["Location"].startswith(reverse("account_reauthenticate"))
    visitor.set_up_second_factor()
    page = visitor.get(reverse("mfa_view_recovery_codes"))
    assert len(page.context["unused_codes"]) == 10
    kinds = Authenticator.objects.filter(user=anna).values_list("type", flat=True)
    assert sorted(kinds) == ["recovery_codes", "totp"]


def test_a_password_alone_does_not_open_an_account_with_a_second_factor(anna: User) -> None:
    visitor, secret = with_factor(anna)
    assert visitor.log_in(anna.email)["Location"] == reverse("mfa_authenticate")
    assert not visitor.is_logged_in
    wrong = visitor.post(reverse("mfa_authenticate"), {"code": "000000"})
    assert "That code is not valid" in wrong.content.decode()
    assert not visitor.is_logged_in
    visitor.post(reverse("mfa_authenticate"), {"code": code_of(secret, 1)})
    assert visitor.is_logged_in


def test_a_code_counts_once(anna: User) -> None:
    visitor, secret = with_factor(anna)
    code = code_of(secret, 1)
    visitor.log_in(anna.email)
    visitor.post(reverse("mfa_authenticate"), {"code": code})
    assert visitor.is_logged_in
    second = Visitor()
    second.log_in(anna.email)
    second.post(reverse("mfa_authenticate"), {"code": code})
    assert not second.is_logged_in


def test_guessing_codes_is_stopped(anna: User) -> None:
    visitor, secret = with_factor(anna)
    visitor.log_in(anna.email)
    for _ in range(5):
        visitor.post(reverse("mfa_authenticate"), {"code": "000000"})
    visitor.post(reverse("mfa_authenticate"), {"code": code_of(secret, 1)})
    assert not visitor.is_logged_in


def test_a_recovery_code_lets_in_once(anna: User) -> None:
    first = Visitor()
    first.log_in(anna.email)
    first.set_up_second_factor()
    code = first.get(reverse("mfa_view_recovery_codes")).context["unused_codes"][0]
    for browser, opens in ((Visitor(), True), (Visitor(), False)):
        browser.log_in(anna.email)
        browser.post(reverse("mfa_authenticate"), {"code": code})
        assert browser.is_logged_in is opens


@pytest.fixture
def boss(db: None, settings: Any) -> User:
    settings.STANDING_ADMIN_TWO_FACTOR = True
    return an_admin("boss@example.test")


@pytest.mark.parametrize(
    "name", ["sellers:roster", "metrics:runs", "admin:index", "mail", "account"]
)
def test_an_admin_without_a_second_factor_gets_no_further_where_it_is_required(
    visitor: Visitor, boss: User, name: str
) -> None:
    visitor.log_in(boss.email)
    assert visitor.get(reverse(name))["Location"] == reverse("mfa_activate_totp")
    fragment = visitor.get(reverse(name), headers={"HX-Request": "true"})
    assert fragment["HX-Redirect"] == reverse("mfa_activate_totp")


def test_an_admin_sets_it_up_and_goes_on(visitor: Visitor, boss: User) -> None:
    visitor.log_in(boss.email)
    visitor.set_up_second_factor()
    assert visitor.get(reverse("metrics:runs")).status_code == 200
    assert visitor.get(reverse("mfa_view_recovery_codes")).status_code == 200


def test_a_required_second_factor_that_is_turned_off_is_asked_for_again(
    visitor: Visitor, boss: User
) -> None:
    visitor.log_in(boss.email)
    visitor.set_up_second_factor()
    visitor.post(reverse("mfa_deactivate_totp"))
    assert visitor.get(reverse("metrics:runs"))["Location"] == reverse("mfa_activate_totp")


def test_the_requirement_is_for_admins(visitor: Visitor, boss: User, anna: User) -> None:
    visitor.log_in(anna.email)
    assert visitor.get(reverse("sellers:roster")).status_code == 200


def test_without_the_setting_admins_choose(visitor: Visitor, settings: Any) -> None:
    settings.STANDING_ADMIN_TWO_FACTOR = False
    boss = an_admin()
    visitor.log_in(boss.email)
    assert visitor.get(reverse("metrics:runs")).status_code == 200
