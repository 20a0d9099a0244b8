"""What a coach sees of a seller at each scope, on every page, in fragments and in files."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from metrics.services import recompute_sellers
from sellers.access.look_words import page_words
from sellers.models import Grant, Look, Note, Order, Scope, Seller, User
from tests.accounts.browsing import Visitor
from tests.builders import (
    NOW,
    a_gig,
    a_grant,
    a_history,
    a_review,
    a_seller,
    a_user,
    an_admin,
    an_order,
)

BUYER, WORDS, NOTE = "buyer-jonas-17", "Arrived with typos", "two weeks ill"


@pytest.fixture
def seller(db: None) -> Seller:
    """Orders of a named buyer, a review with words, a note; the score is computed."""
    seller = a_seller("annas", owner=a_user("anna@example.test"), keeps_buyer_names=True)
    a_history(seller)
    order = an_order(a_gig(seller), NOW - timedelta(days=40), buyer_label=BUYER)
    a_review(order, 3, text=WORDS)
    Note.objects.create(seller=seller, day=NOW.date() - timedelta(days=5), text=NOTE)
    recompute_sellers(seller_ids=[seller.pk], now=NOW)
    return seller


@pytest.fixture
def order(seller: Seller) -> Order:
    return seller.orders.get(buyer_label=BUYER)


def eyes_of(seller: Seller, scope: Scope) -> Visitor:
    coach = a_user(f"coach{scope}@example.test")
    a_grant(seller, coach, scope)
    visitor = Visitor()
    visitor.force_login(coach)
    return visitor


def test_standing_only_names_no_order_anywhere(seller: Seller) -> None:
    eyes = eyes_of(seller, Scope.STANDING)
    refs = list(seller.orders.values_list("ref", flat=True))
    days = "?from=2024-05-01&to=2024-06-12"
    why = reverse("metrics:why", args=[seller.pk])
    ledger = {"HX-Request": "true", "HX-Target": "ledger"}
    pages = [
        eyes.get(reverse("metrics:seller", args=[seller.pk])),
        eyes.get(why + days),
        eyes.get(f"{why}{days}&by=order&lines=all"),
        eyes.get(why + days, headers=ledger),
        eyes.get(reverse("metrics:why_csv", args=[seller.pk]) + days),
    ]
    for page in pages:
        assert page.status_code == 200
        text = page.content.decode()
        assert [ref for ref in refs if ref in text] == []
        assert (BUYER in text, WORDS in text, NOTE in text) == (False, False, False)
        assert reverse("sellers:orders", args=[seller.pk]) not in text
    assert "an order" in pages[2].content.decode()
    # The lines are all there, without the names: the sum still holds.
    assert 'data-holds="true"' in pages[1].content.decode()


def test_the_owner_reads_the_same_pages_with_the_orders_named(seller: Seller) -> None:
    owner = Client()
    assert seller.owner is not None
    owner.force_login(seller.owner)
    page = owner.get(
        reverse("metrics:why", args=[seller.pk]) + "?from=2024-05-01&to=2024-06-12&lines=all"
    ).content.decode()
    assert any(ref in page for ref in seller.orders.values_list("ref", flat=True))
    assert NOTE in owner.get(reverse("metrics:seller", args=[seller.pk])).content.decode()


def test_orders_without_names_hold_neither_buyer_nor_words(seller: Seller, order: Order) -> None:
    eyes = eyes_of(seller, Scope.ORDERS)
    orders = reverse("sellers:orders", args=[seller.pk])
    pages = [
        eyes.get(reverse("metrics:seller", args=[seller.pk])),
        eyes.get(orders),
        eyes.get(orders, headers={"HX-Request": "true", "HX-Target": "orders_table"}),
        eyes.get(reverse("sellers:order", args=[seller.pk, order.ref])),
    ]
    for page in pages:
        assert page.status_code == 200
        text = page.content.decode()
        assert (BUYER in text, WORDS in text, NOTE in text) == (False, False, False)
        assert "or buyer" not in text
    assert order.ref in pages[1].content.decode()
    assert "Where it comes from" not in pages[3].content.decode()


def test_a_buyer_cannot_be_found_by_searching_where_names_are_hidden(
    seller: Seller, order: Order
) -> None:
    address = f"{reverse('sellers:orders', args=[seller.pk])}?q={BUYER}"
    assert order.ref not in eyes_of(seller, Scope.ORDERS).get(address).content.decode()
    assert order.ref in eyes_of(seller, Scope.EVERYTHING).get(address).content.decode()


def test_everything_shows_names_words_and_notes_but_no_way_to_change_facts(
    seller: Seller, order: Order
) -> None:
    eyes = eyes_of(seller, Scope.EVERYTHING)
    page = eyes.get(reverse("sellers:order", args=[seller.pk, order.ref])).content.decode()
    assert BUYER in page
    assert WORDS in page
    standing = eyes.get(reverse("metrics:seller", args=[seller.pk])).content.decode()
    assert NOTE in standing
    assert reverse("sellers:score_new", args=[seller.pk]) not in standing
    assert "Who may look" not in standing


@pytest.mark.parametrize("scope", list(Scope))
def test_a_coach_changes_no_facts(seller: Seller, scope: Scope) -> None:
    eyes = eyes_of(seller, scope)
    for name in ("sellers:score_new", "sellers:order_entry", "sellers:access_give"):
        assert eyes.post(reverse(name, args=[seller.pk])).status_code == 404, name


@pytest.mark.parametrize("scope", list(Scope))
def test_a_coach_does_not_remove_what_others_wrote(seller: Seller, scope: Scope) -> None:
    note = Note.objects.get()
    eyes_of(seller, scope).post(reverse("sellers:note_remove", args=[seller.pk, note.pk]))
    assert Note.objects.count() == 1


def test_an_order_of_another_seller_is_not_opened_through_a_granted_one(seller: Seller) -> None:
    other = a_seller("others", owner=a_user("bert@example.test"))
    foreign = an_order(a_gig(other))
    eyes = eyes_of(seller, Scope.EVERYTHING)
    assert eyes.get(reverse("sellers:order", args=[seller.pk, foreign.ref])).status_code == 404
    assert eyes.get(reverse("sellers:order", args=[other.pk, foreign.ref])).status_code == 404


def test_a_gig_of_another_seller_in_the_address_counts_as_not_asked(seller: Seller) -> None:
    other = a_gig(a_seller("others"))
    eyes = eyes_of(seller, Scope.ORDERS)
    plain = eyes.get(reverse("sellers:orders", args=[seller.pk]))
    swapped = eyes.get(f"{reverse('sellers:orders', args=[seller.pk])}?gig={other.pk}")
    assert swapped.context["page"].paginator.count == plain.context["page"].paginator.count


def test_the_list_of_a_coach_holds_what_was_granted(seller: Seller) -> None:
    a_seller("others", owner=a_user("bert@example.test"))
    page = eyes_of(seller, Scope.STANDING).get(reverse("sellers:roster")).content.decode()
    assert "annas" in page
    assert "others" not in page


def test_a_missing_seller_and_one_that_is_not_granted_answer_alike(seller: Seller) -> None:
    stranger = Visitor()
    stranger.force_login(a_user("eve@example.test"))
    for name in ("metrics:seller", "metrics:why", "metrics:why_csv", "sellers:orders"):
        hidden = stranger.get(reverse(name, args=[seller.pk]))
        missing = stranger.get(reverse(name, args=[seller.pk + 10_000]))
        assert hidden.status_code == missing.status_code == 404
        assert len(hidden.content) == len(missing.content)
        assert "annas" not in hidden.content.decode()


def test_a_missing_and_a_hidden_seller_cost_the_same_queries(
    seller: Seller, django_assert_num_queries: object
) -> None:
    stranger = Visitor()
    stranger.force_login(a_user("eve@example.test"))
    stranger.get(reverse("metrics:seller", args=[seller.pk]))
    for number in (seller.pk, seller.pk + 10_000):
        # Session, user, the one question of access.
        with django_assert_num_queries(3):  # type: ignore[operator]
            stranger.get(reverse("metrics:seller", args=[number]), headers={"HX-Request": "true"})


def rows() -> list[tuple[str, str, str, str, int]]:
    found = Look.objects.order_by("page", "email")
    return list(found.values_list("email", "role", "page", "detail", "times"))


def test_a_coach_and_an_admin_are_noted_and_the_owner_is_not(seller: Seller, order: Order) -> None:
    eyes = eyes_of(seller, Scope.ORDERS)
    admin, owner = Client(), Client()
    admin.force_login(an_admin("boss@example.test"))
    assert seller.owner is not None
    owner.force_login(seller.owner)
    for browser in (eyes, eyes, admin, owner):
        browser.get(reverse("metrics:seller", args=[seller.pk]))
    eyes.get(reverse("sellers:order", args=[seller.pk, order.ref]))
    admin.get(reverse("sellers:notes", args=[seller.pk]))
    owner.get(reverse("sellers:roster"))
    assert rows() == [
        ("boss@example.test", "admin", "metrics:seller", "", 1),
        ("coach2@example.test", "coach", "metrics:seller", "", 2),
        ("boss@example.test", "admin", "sellers:notes", "", 1),
        ("coach2@example.test", "coach", "sellers:order", order.ref, 1),
    ]


def test_what_was_refused_is_not_noted_as_seen(seller: Seller, order: Order) -> None:
    eyes = eyes_of(seller, Scope.STANDING)
    assert eyes.get(reverse("sellers:orders", args=[seller.pk])).status_code == 404
    assert rows() == []


def test_the_admin_site_is_noted_like_any_page(seller: Seller, order: Order) -> None:
    admin = Client()
    admin.force_login(an_admin("boss@example.test"))
    admin.get(reverse("admin:sellers_order_change", args=[order.pk]))
    admin.get(reverse("admin:sellers_seller_change", args=[seller.pk]))
    assert [row[2] for row in rows()] == ["admin:order", "admin:seller"]
    assert [page_words(look) for look in Look.objects.order_by("page")] == [
        "Administration: order",
        "Administration: seller",
    ]


def test_files_and_lists_are_noted(seller: Seller) -> None:
    eyes = eyes_of(seller, Scope.STANDING)
    eyes.get(reverse("metrics:why_csv", args=[seller.pk]))
    eyes.get(reverse("sellers:roster"))
    assert [row[2] for row in rows()] == ["metrics:why_csv", "sellers:roster"]


def test_the_owner_reads_who_looked_at_what(seller: Seller, order: Order) -> None:
    eyes_of(seller, Scope.ORDERS).get(reverse("sellers:order", args=[seller.pk, order.ref]))
    owner = Client()
    assert seller.owner is not None
    owner.force_login(seller.owner)
    page = owner.get(reverse("sellers:access", args=[seller.pk])).content.decode()
    assert "coach2@example.test" in page
    assert f"Order {order.ref}" in page


def test_a_deleted_account_stays_in_the_list_by_its_address(seller: Seller) -> None:
    eyes_of(seller, Scope.STANDING).get(reverse("metrics:seller", args=[seller.pk]))
    User.objects.filter(email="coach1@example.test").delete()
    assert [row[0] for row in rows()] == ["coach1@example.test"]
    assert not Grant.objects.exists()
