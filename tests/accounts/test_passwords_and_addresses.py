"""Sign-up, confirming an address, lost passwords, and what letters say."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.apps import apps
from django.urls import reverse

from sellers.demo.accounts import DEMO_ACCOUNTS, create_demo_accounts
from sellers.models import User
from tests.accounts.browsing import Visitor, path_in
from tests.builders import PASSWORD, a_user

Letters = list[Any]
NEW = {"email": "new@example.test", "password1": PASSWORD}


@pytest.mark.parametrize("mode", ["closed", "invited"])
def test_nobody_signs_up_uninvited_where_sign_up_is_not_open(
    visitor: Visitor, settings: Any, mode: str
) -> None:
    settings.STANDING_SIGNUP = mode
    assert (
        "Accounts are by invitation"
        in visitor.post(reverse("account_signup"), NEW).content.decode()
    )
    assert not User.objects.exists()
    assert "Make one" not in visitor.get(reverse("login")).content.decode()


def test_an_open_site_takes_accounts_whose_address_is_confirmed(
    visitor: Visitor, settings: Any, mailoutbox: Letters
) -> None:
    settings.STANDING_SIGNUP = "open"
    assert "Make one" in visitor.get(reverse("login")).content.decode()
    sent = visitor.post(reverse("account_signup"), NEW)
    assert sent["Location"] == reverse("account_email_verification_sent")
    assert not visitor.is_logged_in
    # Looking at the link is not yet a yes: programs that read mail open links, too.
    page = visitor.get(path_in(mailoutbox[0]))
    assert "Is this your address?" in page.content.decode()
    assert not EmailAddress.objects.get().verified
    visitor.post(path_in(mailoutbox[0]))
    assert EmailAddress.objects.get().verified
    visitor.log_in("new@example.test")
    assert visitor.is_logged_in


def test_an_unconfirmed_address_does_not_log_in(
    visitor: Visitor, settings: Any, mailoutbox: Letters
) -> None:
    settings.STANDING_SIGNUP = "open"
    visitor.post(reverse("account_signup"), NEW)
    other = Visitor()
    assert other.log_in("new@example.test")["Location"] == reverse(
        "account_email_verification_sent"
    )
    assert not other.is_logged_in


def test_signing_up_with_a_known_address_looks_the_same_and_writes_to_its_owner(
    visitor: Visitor, settings: Any, anna: User, mailoutbox: Letters
) -> None:
    settings.STANDING_SIGNUP = "open"
    known = visitor.post(reverse("account_signup"), {**NEW, "email": "anna@example.test"})
    new = Visitor().post(reverse("account_signup"), NEW)
    assert (known.status_code, known["Location"]) == (new.status_code, new["Location"])
    assert [letter.subject for letter in mailoutbox] == [
        "You have an account already",
        "Confirm your e-mail address",
    ]
    assert User.objects.count() == 2


@pytest.mark.parametrize("password", ["short", "12345678901", "password"])
def test_weak_passwords_are_refused(visitor: Visitor, settings: Any, password: str) -> None:
    settings.STANDING_SIGNUP = "open"
    page = visitor.post(reverse("account_signup"), {**NEW, "password1": password})
    assert page.context["form"].errors["password1"]
    assert not User.objects.exists()


def test_a_lost_password_is_chosen_anew_once(
    visitor: Visitor, anna: User, mailoutbox: Letters
) -> None:
    elsewhere = Visitor()
    elsewhere.log_in("anna@example.test")
    visitor.post(reverse("account_reset_password"), {"email": "anna@example.test"})
    link = path_in(mailoutbox[0])
    form = visitor.get(link)["Location"]
    assert form != link  # the key is not in the address of the form
    words = {"password1": "another-horse-battery", "password2": "another-horse-battery"}
    assert visitor.post(form, words).status_code == 302
    assert not elsewhere.is_logged_in
    visitor.log_in("anna@example.test", "another-horse-battery")
    assert visitor.is_logged_in
    assert "does not help any more" in Visitor().get(link).content.decode()
    assert [letter.subject for letter in mailoutbox][1:] == ["Your password was changed"]


def test_a_lost_password_of_an_unknown_address_is_answered_alike(
    visitor: Visitor, anna: User, mailoutbox: Letters
) -> None:
    address = reverse("account_reset_password")
    known = visitor.post(address, {"email": "anna@example.test"})
    unknown = visitor.post(address, {"email": "nobody@example.test"})
    assert (known.status_code, known["Location"]) == (unknown.status_code, unknown["Location"])
    assert [letter.subject for letter in mailoutbox] == [
        "Choose a new password",
        "No account with this address",
    ]


@pytest.mark.parametrize("key", ["x", "set-password", "0-0", "%00"])
def test_a_made_up_key_chooses_no_password(visitor: Visitor, anna: User, key: str) -> None:
    address = f"/account/password/lost/{anna.pk}-{key}/"
    words = {"password1": "another-horse-battery", "password2": "another-horse-battery"}
    assert visitor.post(address, words).status_code in (200, 404)
    anna.refresh_from_db()
    assert anna.check_password(PASSWORD)


def test_a_changed_password_ends_the_other_places(visitor: Visitor, anna: User) -> None:
    elsewhere = Visitor()
    for one in (visitor, elsewhere):
        one.log_in("anna@example.test")
    words = {
        "oldpassword": PASSWORD,
        "password1": "another-horse-1",
        "password2": "another-horse-1",
    }
    visitor.post(reverse("account_change_password"), words)
    assert visitor.is_logged_in
    assert not elsewhere.is_logged_in


def test_a_new_address_counts_when_it_is_confirmed_and_the_old_one_is_told(
    visitor: Visitor, anna: User, mailoutbox: Letters
) -> None:
    visitor.log_in("anna@example.test")
    visitor.confirm_password("account_email")
    visitor.post(reverse("account_email"), {"action_add": "", "email": "anna@new.test"})
    anna.refresh_from_db()
    assert anna.email == "anna@example.test"
    assert mailoutbox[0].to == ["anna@new.test"]
    visitor.post(path_in(mailoutbox[0]))
    anna.refresh_from_db()
    assert anna.email == "anna@new.test"
    assert "Your e-mail address was changed" in [
        letter.subject for letter in mailoutbox if letter.to == ["anna@example.test"]
    ]


def test_an_address_of_somebody_else_is_not_taken_over(
    visitor: Visitor, anna: User, mailoutbox: Letters
) -> None:
    a_user("bert@example.test")
    visitor.log_in("anna@example.test")
    visitor.confirm_password("account_email")
    visitor.post(reverse("account_email"), {"action_add": "", "email": "bert@example.test"})
    anna.refresh_from_db()
    assert anna.email == "anna@example.test"
    assert not EmailAddress.objects.filter(user=anna, email="bert@example.test", verified=True)


def test_no_letter_names_another_host(visitor: Visitor, anna: User, mailoutbox: Letters) -> None:
    visitor.post(reverse("account_reset_password"), {"email": "anna@example.test"})
    assert "http://testserver/account/password/lost/" in mailoutbox[0].body


def test_demo_accounts_enter_with_their_password_at_once(visitor: Visitor, settings: Any) -> None:
    settings.STANDING_DEMO = True
    create_demo_accounts()
    for account in DEMO_ACCOUNTS:
        visitor.log_in(account.email, account.password)
        assert visitor.is_logged_in, account.email
        visitor.post(reverse("logout"))


def test_an_account_made_on_the_admin_site_enters_at_once(
    visitor: Visitor, admin_client: Any
) -> None:
    form = {"email": "made@example.test", "usable_password": "true"}
    admin_client.post(
        reverse("admin:sellers_user_add"), {**form, "password1": PASSWORD, "password2": PASSWORD}
    )
    visitor.log_in("made@example.test")
    assert visitor.is_logged_in


def test_accounts_from_before_letters_keep_entering(visitor: Visitor, anna: User) -> None:
    EmailAddress.objects.all().delete()
    a_user("bert@example.test")
    migration = import_module("sellers.migrations.0010_confirm_known_addresses")
    migration.confirm(apps, None)
    migration.confirm(apps, None)  # finds nothing more to do
    found = EmailAddress.objects.order_by("email").values_list("email", "verified", "primary")
    assert list(found) == [("anna@example.test", True, True), ("bert@example.test", True, True)]
    visitor.log_in("anna@example.test")
    assert visitor.is_logged_in
