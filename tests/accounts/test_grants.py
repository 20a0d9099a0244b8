"""A seller lets a coach look: offered, accepted, over, ended; letters; ids of somebody else."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from sellers.access import Role, sellers_shown_to, sight_of
from sellers.access.grants import GRANTS_A_DAY
from sellers.models import Grant, Scope, Seller, User
from tests.accounts.browsing import Visitor, path_in
from tests.builders import a_grant, a_seller, a_user, an_admin

Letters = list[Any]
OFFER = {"email": "coach@example.test", "scope": "2", "reason": "our call on Friday", "days": "30"}


@pytest.fixture
def seller(anna: User) -> Seller:
    return a_seller("annas", owner=anna)


@pytest.fixture
def coach(db: None) -> User:
    return a_user("coach@example.test")


@pytest.fixture
def owner(anna: User) -> Visitor:
    found = Visitor()
    found.force_login(anna)
    return found


@pytest.fixture
def eyes(coach: User) -> Visitor:
    found = Visitor()
    found.force_login(coach)
    return found


pytestmark = pytest.mark.usefixtures("letters_go_out")


def offer(owner: Visitor, seller: Seller, /, **changes: str) -> Any:
    return owner.post(reverse("sellers:access_give", args=[seller.pk]), {**OFFER, **changes})


def scope_of(user: User, seller: Seller) -> Scope | None:
    sight = sight_of(user, seller.pk, now=timezone.now())
    return None if sight is None else sight.scope


def test_offered_accepted_looked_ended_gone(
    owner: Visitor, eyes: Visitor, seller: Seller, coach: User, mailoutbox: Letters
) -> None:
    page = reverse("metrics:seller", args=[seller.pk])
    offer(owner, seller)
    assert eyes.get(page).status_code == 404  # not accepted yet
    assert eyes.post(path_in(mailoutbox[0]))["Location"] == page
    assert eyes.get(page).status_code == 200
    grant = Grant.objects.get()
    owner.post(reverse("sellers:access_end", args=[seller.pk, grant.pk]))
    assert eyes.get(page).status_code == 404
    assert [(letter.to, letter.subject) for letter in mailoutbox[:2]] == [
        (["coach@example.test"], "annas lets you look at their standing"),
        (["anna@example.test"], "coach@example.test may now look at annas"),
    ]
    ended = mailoutbox[2:]
    assert {letter.to[0] for letter in ended} == {"coach@example.test", "anna@example.test"}
    assert {letter.subject for letter in ended} == {"The look at annas has ended"}


def test_the_letter_says_who_what_why_and_until_when(
    owner: Visitor, seller: Seller, coach: User, mailoutbox: Letters
) -> None:
    offer(owner, seller)
    body = mailoutbox[0].body
    until = Grant.objects.get().expires_at
    for words in (
        "anna@example.test lets you look",
        "orders without names and texts",
        "our call on Friday",
        f"{until.day} {until:%b %Y}",
    ):
        assert words in body


def test_a_look_is_over_on_its_day_and_thirty_days_were_asked_for(
    owner: Visitor, seller: Seller, coach: User
) -> None:
    offer(owner, seller)
    grant = Grant.objects.get()
    assert grant.expires_at - grant.given_at == timedelta(days=30)
    Grant.objects.update(coach=coach, accepted_at=grant.given_at)
    before, after = grant.expires_at - timedelta(seconds=1), grant.expires_at
    assert sight_of(coach, seller.pk, now=before) is not None
    assert sight_of(coach, seller.pk, now=after) is None


def test_the_form_proposes_the_days_of_the_setting(
    owner: Visitor, seller: Seller, settings: Any
) -> None:
    settings.STANDING_GRANT_DAYS = 45
    page = owner.get(reverse("sellers:access", args=[seller.pk])).content.decode()
    assert '<option value="45" selected>45 days</option>' in page


def test_the_coach_accepts_declines_and_gives_back_from_the_list(
    owner: Visitor, eyes: Visitor, seller: Seller, coach: User
) -> None:
    offer(owner, seller)
    grant = Grant.objects.get()
    assert "our call on Friday" in eyes.get(reverse("sellers:shared")).content.decode()
    eyes.post(reverse("sellers:shared_accept", args=[grant.pk]))
    assert scope_of(coach, seller) == Scope.ORDERS
    eyes.post(reverse("sellers:shared_end", args=[grant.pk]))
    assert scope_of(coach, seller) is None
    grant.refresh_from_db()
    assert grant.ended_by == coach


def test_a_declined_offer_cannot_be_accepted_by_its_link(
    owner: Visitor, eyes: Visitor, seller: Seller, coach: User, mailoutbox: Letters
) -> None:
    offer(owner, seller)
    eyes.post(reverse("sellers:shared_end", args=[Grant.objects.get().pk]))
    assert eyes.post(path_in(mailoutbox[0])).status_code == 404
    assert scope_of(coach, seller) is None


def test_a_forwarded_offer_lets_nobody_else_in(
    owner: Visitor, seller: Seller, mailoutbox: Letters
) -> None:
    offer(owner, seller)
    eve = a_user("eve@example.test")
    other = Visitor()
    other.force_login(eve)
    assert other.post(path_in(mailoutbox[0])).status_code == 404
    assert (
        other.post(reverse("sellers:shared_accept", args=[Grant.objects.get().pk])).status_code
        == 404
    )
    assert scope_of(eve, seller) is None


def test_an_unconfirmed_address_accepts_nothing(
    owner: Visitor, eyes: Visitor, seller: Seller, coach: User, mailoutbox: Letters
) -> None:
    coach.emailaddress_set.update(verified=False)  # type: ignore[attr-defined]
    offer(owner, seller)
    assert eyes.post(path_in(mailoutbox[0])).status_code == 404


def test_the_same_address_is_asked_once_at_a_time(
    owner: Visitor, seller: Seller, mailoutbox: Letters
) -> None:
    offer(owner, seller)
    again = offer(owner, seller, email="Coach@Example.test")
    assert again.status_code == 422
    assert "may look already, or has been asked" in again.content.decode()
    assert len(mailoutbox) == 1


def test_after_its_end_a_look_can_be_offered_anew(
    owner: Visitor, seller: Seller, coach: User
) -> None:
    grant = a_grant(seller, coach)
    Grant.objects.filter(pk=grant.pk).update(expires_at=timezone.now() - timedelta(days=1))
    assert offer(owner, seller).status_code == 302
    assert Grant.objects.filter(ended_at=None).count() == 1


def test_nobody_offers_a_look_to_themselves(owner: Visitor, seller: Seller) -> None:
    assert "your own address" in offer(owner, seller, email="ANNA@example.test").content.decode()
    assert not Grant.objects.exists()


def test_letters_of_one_seller_have_a_limit_a_day(
    owner: Visitor, seller: Seller, mailoutbox: Letters
) -> None:
    for number in range(GRANTS_A_DAY):
        offer(owner, seller, email=f"c{number}@example.test")
    assert offer(owner, seller).status_code == 422
    assert len(mailoutbox) == GRANTS_A_DAY


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("email", "nobody"),
        ("email", "a@b.test\nBcc: c@d.test"),
        ("scope", "4"),
        ("scope", "x"),
        ("reason", ""),
        ("reason", "x" * 201),
        ("days", "99999"),
        ("days", "-1"),
    ],
)
def test_what_does_not_hold_is_said_beside_its_field(
    owner: Visitor, seller: Seller, mailoutbox: Letters, field: str, value: str
) -> None:
    page = offer(owner, seller, **{field: value})
    assert page.status_code == 422
    assert field in page.context["grant_form"].errors
    assert (Grant.objects.count(), len(mailoutbox)) == (0, 0)


def test_fields_that_are_not_in_the_form_change_nothing(
    owner: Visitor, seller: Seller, coach: User, anna: User
) -> None:
    other = a_seller("others", owner=a_user("bert@example.test"))
    offer(
        owner,
        seller,
        seller=str(other.pk),
        coach=str(coach.pk),
        accepted_at="2024-01-01",
        given_by=str(coach.pk),
        expires_at="2099-01-01",
    )
    grant = Grant.objects.get()
    assert (grant.seller, grant.coach, grant.given_by) == (seller, None, anna)
    assert grant.expires_at - grant.given_at == timedelta(days=30)


def test_a_grant_of_another_seller_cannot_be_ended_by_its_number(
    owner: Visitor, seller: Seller, coach: User
) -> None:
    other = a_seller("others", owner=a_user("bert@example.test"))
    grant = a_grant(other, coach)
    swapped = owner.post(reverse("sellers:access_end", args=[seller.pk, grant.pk]))
    foreign = owner.post(reverse("sellers:access_end", args=[other.pk, grant.pk]))
    assert (swapped.status_code, foreign.status_code) == (404, 404)
    assert scope_of(coach, other) == Scope.STANDING


def test_a_coach_ends_only_their_own(eyes: Visitor, seller: Seller, coach: User) -> None:
    grant = a_grant(seller, a_user("second@example.test"))
    assert eyes.post(reverse("sellers:shared_end", args=[grant.pk])).status_code == 404
    grant.refresh_from_db()
    assert grant.ended_at is None


def test_an_admin_does_not_give_what_only_the_owner_can(seller: Seller) -> None:
    admin = Visitor()
    admin.force_login(an_admin())
    assert offer(admin, seller).status_code == 404


def test_the_largest_of_several_scopes_holds(seller: Seller, coach: User) -> None:
    a_grant(seller, coach, Scope.ORDERS)
    a_grant(seller, coach, Scope.STANDING, email="former@example.test")
    assert scope_of(coach, seller) == Scope.ORDERS


def test_what_a_former_owner_gave_opens_nothing(seller: Seller, coach: User) -> None:
    a_grant(seller, coach)
    Seller.objects.filter(pk=seller.pk).update(owner=a_user("bert@example.test"))
    assert scope_of(coach, seller) is None
    Seller.objects.filter(pk=seller.pk).update(owner=None)
    assert scope_of(coach, seller) is None


def test_a_closed_account_sees_nothing(seller: Seller, coach: User) -> None:
    a_grant(seller, coach)
    coach.is_active = False
    assert scope_of(coach, seller) is None
    assert not sellers_shown_to(coach, now=timezone.now()).exists()


def test_the_one_question_and_the_list_agree(seller: Seller, coach: User, anna: User) -> None:
    a_grant(seller, coach)
    other, now = a_seller("others"), timezone.now()
    people = {anna: Role.OWNER, coach: Role.COACH, an_admin(): Role.ADMIN, a_user(): None}
    for person, role in people.items():
        sight = sight_of(person, seller.pk, now=now)
        assert (sight.role if sight else None) == role
        shown = set(sellers_shown_to(person, now=now))
        assert shown == {
            one for one in (seller, other) if sight_of(person, one.pk, now=now) is not None
        }


@pytest.mark.parametrize("scope", [0, 4])
def test_the_database_knows_three_scopes(seller: Seller, coach: User, scope: int) -> None:
    with pytest.raises((IntegrityError, ValidationError)), transaction.atomic():
        a_grant(seller, coach, scope)  # type: ignore[arg-type]


def test_forms_of_another_site_give_and_end_nothing(
    anna: User, seller: Seller, coach: User
) -> None:
    strict = Visitor(enforce_csrf_checks=True)
    strict.force_login(anna)
    assert offer(strict, seller).status_code == 403
    grant = a_grant(seller, coach)
    ended = strict.post(reverse("sellers:access_end", args=[seller.pk, grant.pk]))
    assert ended.status_code == 403
    assert scope_of(coach, seller) == Scope.STANDING


def test_script_in_what_people_type_is_shown_as_text(
    owner: Visitor, eyes: Visitor, seller: Seller, coach: User, mailoutbox: Letters
) -> None:
    script = "<script>alert(1)</script>"
    offer(owner, seller, reason=script)
    pages = [
        owner.get(reverse("sellers:access", args=[seller.pk])),
        eyes.get(path_in(mailoutbox[0])),
        eyes.get(reverse("sellers:shared")),
    ]
    for page in pages:
        text = page.content.decode()
        assert script not in text
        assert "&lt;script&gt;alert(1)" in text
