"""An admin invites the owner of an imported seller; accepting claims it."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from sellers.models import Claim, Seller, User
from tests.accounts.browsing import Visitor, path_in
from tests.builders import PASSWORD, a_seller, a_user, an_admin

Letters = list[Any]


@pytest.fixture
def seller(db: None) -> Seller:
    return a_seller("imported")


@pytest.fixture
def admin(db: None) -> Visitor:
    admin = Visitor()
    admin.force_login(an_admin("boss@example.test"))
    return admin


pytestmark = pytest.mark.usefixtures("letters_go_out")


def invite(admin: Visitor, seller: Seller, email: str = "anna@example.test") -> Any:
    return admin.post(reverse("sellers:owner_invite", args=[seller.pk]), {"email": email})


def test_the_owner_accepts_and_owns_the_seller(
    admin: Visitor, visitor: Visitor, seller: Seller, anna: User, mailoutbox: Letters
) -> None:
    invite(admin, seller)
    letter = mailoutbox[0]
    assert (letter.to, letter.subject) == (["anna@example.test"], "Is imported yours?")
    visitor.force_login(anna)
    link = path_in(letter)
    assert "Yes, it is mine" in visitor.get(link).content.decode()
    assert Seller.objects.get().owner is None  # looking is not accepting
    assert visitor.post(link)["Location"] == reverse("metrics:seller", args=[seller.pk])
    assert Seller.objects.get().owner == anna
    assert mailoutbox[1].to == ["boss@example.test"]


def test_one_owner_may_have_several_sellers(
    admin: Visitor, visitor: Visitor, seller: Seller, anna: User, mailoutbox: Letters
) -> None:
    second = a_seller("second")
    visitor.force_login(anna)
    for one in (seller, second):
        invite(admin, one)
        visitor.post(path_in(mailoutbox[-1]))
    assert set(anna.sellers.all()) == {seller, second}


def test_a_link_counts_once(
    admin: Visitor, visitor: Visitor, seller: Seller, anna: User, mailoutbox: Letters
) -> None:
    invite(admin, seller)
    visitor.force_login(anna)
    visitor.post(path_in(mailoutbox[0]))
    Seller.objects.update(owner=None)
    assert visitor.post(path_in(mailoutbox[0])).status_code == 404
    assert "opens nothing" in visitor.get(path_in(mailoutbox[0])).content.decode()


def test_a_link_runs_out(
    admin: Visitor, visitor: Visitor, seller: Seller, anna: User, mailoutbox: Letters
) -> None:
    invite(admin, seller)
    Claim.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    visitor.force_login(anna)
    assert visitor.post(path_in(mailoutbox[0])).status_code == 404
    assert not anna.sellers.exists()


def test_a_new_letter_ends_the_link_of_the_former_one(
    admin: Visitor, visitor: Visitor, seller: Seller, anna: User, mailoutbox: Letters
) -> None:
    invite(admin, seller, "wrong@example.test")
    invite(admin, seller)
    assert visitor.get(path_in(mailoutbox[0])).status_code == 404
    assert visitor.get(path_in(mailoutbox[1])).status_code == 200
    assert Claim.objects.filter(withdrawn_at=None).count() == 1


def test_a_link_that_was_taken_back_opens_nothing(
    admin: Visitor, visitor: Visitor, seller: Seller, mailoutbox: Letters
) -> None:
    invite(admin, seller)
    admin.post(reverse("sellers:owner_withdraw", args=[seller.pk]))
    assert visitor.get(path_in(mailoutbox[0])).status_code == 404


def test_a_forwarded_letter_gives_the_seller_to_nobody_else(
    admin: Visitor, visitor: Visitor, seller: Seller, mailoutbox: Letters
) -> None:
    invite(admin, seller)
    visitor.force_login(a_user("eve@example.test"))
    page = visitor.get(path_in(mailoutbox[0]))
    assert "You are logged in with another address" in page.content.decode()
    assert visitor.post(path_in(mailoutbox[0])).status_code == 404
    seller.refresh_from_db()
    assert seller.owner is None
    assert Claim.objects.get().accepted_at is None


def test_an_owned_seller_is_claimed_by_nobody(
    admin: Visitor, seller: Seller, anna: User, mailoutbox: Letters
) -> None:
    Seller.objects.update(owner=anna)
    page = admin.post(
        reverse("sellers:owner_invite", args=[seller.pk]), {"email": "e@e.test"}, follow=True
    )
    assert "has an owner already" in page.content.decode()
    assert mailoutbox == []


def test_the_table_holds_no_secret(admin: Visitor, seller: Seller, mailoutbox: Letters) -> None:
    invite(admin, seller)
    token = path_in(mailoutbox[0]).rstrip("/").rpartition("/")[2]
    assert len(token) == 43  # 32 random bytes
    assert Claim.objects.get().token_hash == hashlib.sha256(token.encode()).hexdigest()


def test_who_is_invited_makes_an_account_without_a_second_letter(
    admin: Visitor, visitor: Visitor, seller: Seller, settings: Any, mailoutbox: Letters
) -> None:
    settings.STANDING_SIGNUP = "invited"
    invite(admin, seller, "new@example.test")
    link = path_in(mailoutbox[0])
    assert "Make an account" in visitor.get(link).content.decode()
    form = {"email": "new@example.test", "password1": PASSWORD, "next": link}
    assert visitor.post(reverse("account_signup"), form)["Location"] == link
    assert visitor.is_logged_in
    visitor.post(link)
    seller.refresh_from_db()
    assert seller.owner is not None
    assert seller.owner.email == "new@example.test"


def test_an_invitation_makes_an_account_for_its_own_address_alone(
    admin: Visitor, visitor: Visitor, seller: Seller, settings: Any, mailoutbox: Letters
) -> None:
    settings.STANDING_SIGNUP = "invited"
    invite(admin, seller, "new@example.test")
    visitor.get(path_in(mailoutbox[0]))
    form = {"email": "eve@example.test", "password1": PASSWORD}
    page = visitor.post(reverse("account_signup"), form)
    assert "for the address that it was sent to" in page.content.decode()
    assert not User.objects.filter(email="eve@example.test").exists()


def test_a_used_invitation_makes_no_account(
    admin: Visitor, visitor: Visitor, seller: Seller, settings: Any, mailoutbox: Letters
) -> None:
    settings.STANDING_SIGNUP = "invited"
    invite(admin, seller, "new@example.test")
    visitor.get(path_in(mailoutbox[0]))
    admin.post(reverse("sellers:owner_withdraw", args=[seller.pk]))
    form = {"email": "new@example.test", "password1": PASSWORD}
    assert (
        "Accounts are by invitation"
        in visitor.post(reverse("account_signup"), form).content.decode()
    )


def test_where_sign_up_is_closed_an_invitation_makes_no_account(
    admin: Visitor, visitor: Visitor, seller: Seller, settings: Any, mailoutbox: Letters
) -> None:
    settings.STANDING_SIGNUP = "closed"
    invite(admin, seller, "new@example.test")
    page = visitor.get(path_in(mailoutbox[0])).content.decode()
    assert "Make an account" not in page
    assert "Log in to accept" in page
    form = {"email": "new@example.test", "password1": PASSWORD}
    visitor.post(reverse("account_signup"), form)
    assert not User.objects.filter(email="new@example.test").exists()


@pytest.mark.parametrize("email", ["", "no address", "a@b", "x" * 250 + "@example.test"])
def test_an_address_that_is_none_is_said_beside_the_field(
    admin: Visitor, seller: Seller, mailoutbox: Letters, email: str
) -> None:
    page = invite(admin, seller, email)
    assert page.status_code == 422
    assert page.context["owner_form"].errors["email"]
    assert mailoutbox == []


@pytest.mark.parametrize("token", ["x", "a" * 43, "%00", "..", "' OR 1=1"])
def test_made_up_secrets_open_nothing(visitor: Visitor, seller: Seller, token: str) -> None:
    assert visitor.get(f"/invitations/{token}/").status_code == 404
