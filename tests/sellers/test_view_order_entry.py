"""One order entered by hand: same checks as a file, errors beside the fields."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from sellers import tasks
from sellers.importing.decisions import commit_batch
from sellers.importing.run import run_batch
from sellers.models import ImportBatch, Order, Review, Seller, User
from tests.builders import PASSWORD, a_gig, a_seller, a_user, an_admin

pytestmark = pytest.mark.django_db

ENTRY = {
    "order_ref": "FO61B2C3D4E5",
    "gig": "new_gig",
    "new_gig": "editing",
    "status": "completed",
    "ordered_at": "2024-03-01T09:30",
    "due_at": "2024-03-06",
    "delivered_at": "2024-03-05T18:00",
    "completed_at": "2024-03-08T18:00",
    "amount": "120",
}


@pytest.fixture(autouse=True)
def _files_of_the_test(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.MEDIA_ROOT = str(tmp_path / "files")
    monkeypatch.setattr(tasks.import_batch, "delay", lambda _batch_id: None)


def as_user(user: User) -> Client:
    client = Client()
    assert client.login(email=user.email, password=PASSWORD)
    return client


def enter(client: Client, seller: Seller, **cells: str) -> Any:
    return client.post(reverse("sellers:order_entry", args=[seller.pk]), {**ENTRY, **cells})


def test_an_order_with_its_review_goes_in_as_an_import_of_its_own() -> None:
    seller = a_seller("mira", owner=a_user(), time_zone="Asia/Tokyo")
    assert seller.owner is not None
    enter(as_user(seller.owner), seller, stars="4", posted_at="2024-03-09T08:00")
    batch = ImportBatch.objects.get()
    run_batch(batch_id=batch.pk)
    assert not Order.objects.exists()
    commit_batch(batch_id=batch.pk)
    run_batch(batch_id=batch.pk)
    order = Order.objects.get()
    # 09:30 in Tokyo is 00:30 UTC; a day alone lasts until its end.
    assert order.ordered_at.isoformat() == "2024-03-01T00:30:00+00:00"
    assert order.due_at is not None
    assert order.due_at.isoformat() == "2024-03-06T14:59:59.999999+00:00"
    assert (order.gig.ref, str(order.amount), order.currency) == ("editing", "120.00", "USD")
    assert order.first_batch == batch
    assert Review.objects.get().stars == 4


def test_what_is_wrong_stands_beside_its_field_and_nothing_begins() -> None:
    seller = a_seller("mira")
    answer = enter(
        as_user(an_admin()),
        seller,
        amount="1.234,50",
        delivered_at="2024-02-01",
        cancelled_by="seller",
        currency="XXX",
        stars="9",
    )
    assert answer.status_code == 422
    errors = answer.context["form"].errors
    assert "is not an amount" in errors["amount"][0]
    assert "delivered before it was ordered" in errors["delivered_at"][0]
    assert "not cancelled" in errors["cancelled_by"][0]
    assert "no exchange rate" in errors["currency"][0]
    assert "not a rating" in errors["stars"][0]
    assert "posted_at" in errors
    assert not ImportBatch.objects.exists()


def test_a_new_gig_has_to_be_named() -> None:
    seller = a_seller("mira")
    answer = enter(as_user(an_admin()), seller, new_gig="")
    assert answer.status_code == 422
    assert answer.context["form"].errors["new_gig"] == ["Name the gig."]


def test_known_gigs_of_this_seller_alone_can_be_chosen() -> None:
    seller, other = a_seller("mira"), a_seller("noor")
    a_gig(seller, "editing", title="Book editing")
    a_gig(other, "logo", title="Logo design")
    client = as_user(an_admin())
    form = client.get(reverse("sellers:order_entry", args=[seller.pk])).content.decode()
    assert "Book editing" in form
    assert "Logo design" not in form
    assert enter(client, seller, gig="logo").status_code == 422
    assert enter(client, seller, gig="editing", new_gig="").status_code == 302


def test_the_orders_of_others_are_not_for_an_owner_to_enter() -> None:
    owner, other = a_user(), a_seller("noor", owner=a_user())
    a_seller("mira", owner=owner)
    client = as_user(owner)
    assert enter(client, other).status_code == 404
    chosen = client.get(reverse("sellers:import_by_hand"), {"seller": other.pk})
    assert chosen.status_code == 404
    assert not ImportBatch.objects.exists()


def test_with_one_seller_the_form_comes_at_once_with_several_the_choice() -> None:
    client, address = as_user(an_admin()), reverse("sellers:import_by_hand")
    assert "No seller yet" in client.get(address).content.decode()
    mira = a_seller("mira")
    assert client.get(address)["Location"] == reverse("sellers:order_entry", args=[mira.pk])
    a_seller("noor")
    assert "Whose order is it?" in client.get(address).content.decode()
