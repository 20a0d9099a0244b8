"""The page of saved mappings: one's own, renamed and removed."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from sellers.models import ImportMapping, User
from tests.builders import PASSWORD, a_seller, a_user, an_admin

pytestmark = pytest.mark.django_db

LIST = {"columns": {"orders": {"order_ref": {"theirs": ["link"]}, "amount": {"theirs": ["total"]}}}}


def as_user(user: User) -> Client:
    client = Client()
    assert client.login(email=user.email, password=PASSWORD)
    return client


def a_mapping(owner: User, name: str, **fields: Any) -> ImportMapping:
    values = {"fingerprint": "0" * 64, "role": "orders", "mapping": LIST, **fields}
    return ImportMapping.objects.create(owner=owner, name=name, **values)


def an_importer() -> User:
    owner = a_user()
    a_seller(owner=owner)
    return owner


def test_the_page_lists_ones_own_with_what_they_fill() -> None:
    owner = an_importer()
    a_mapping(owner, "my list")
    a_mapping(an_admin(), "of somebody else")
    text = as_user(owner).get(reverse("sellers:mappings")).content.decode()
    assert "my list" in text
    assert "Fills order number, price." in text
    assert '<a href="/imports/" aria-current="true">' in text
    assert "of somebody else" not in text


def test_without_any_the_page_says_what_they_are_for() -> None:
    text = as_user(an_importer()).get(reverse("sellers:mappings")).content.decode()
    assert "Nothing saved yet" in text


def test_a_mapping_gets_another_name() -> None:
    owner = an_importer()
    mapping = a_mapping(owner, "my list")
    address = reverse("sellers:mapping_rename", args=[mapping.pk])
    assert as_user(owner).post(address, {"name": "orders page"}).status_code == 302
    mapping.refresh_from_db()
    assert mapping.name == "orders page"


@pytest.mark.parametrize("name", ["", "taken"])
def test_a_name_that_is_blank_or_taken_is_refused_at_its_field(name: str) -> None:
    owner = an_importer()
    mapping = a_mapping(owner, "my list")
    a_mapping(owner, "taken")
    answer = as_user(owner).post(
        reverse("sellers:mapping_rename", args=[mapping.pk]), {"name": name}
    )
    assert answer.status_code == 422
    text = answer.content.decode()
    assert ("This field is required." if not name else "already have a mapping") in text
    assert text.count('<details class="more" open>') == 1
    mapping.refresh_from_db()
    assert mapping.name == "my list"


def test_two_people_may_use_the_same_name() -> None:
    owner = an_importer()
    a_mapping(an_admin(), "orders")
    mapping = a_mapping(owner, "my list")
    address = reverse("sellers:mapping_rename", args=[mapping.pk])
    assert as_user(owner).post(address, {"name": "orders"}).status_code == 302


def test_a_removed_mapping_is_gone_and_no_other() -> None:
    owner = an_importer()
    mapping, kept = a_mapping(owner, "my list"), a_mapping(owner, "kept")
    as_user(owner).post(reverse("sellers:mapping_remove", args=[mapping.pk]))
    assert list(ImportMapping.objects.all()) == [kept]


@pytest.mark.parametrize("name", ["mapping_rename", "mapping_remove"])
def test_mappings_of_others_do_not_exist_not_even_for_admins(name: str) -> None:
    mapping = a_mapping(an_importer(), "my list")
    for other in (an_importer(), an_admin()):
        address = reverse(f"sellers:{name}", args=[mapping.pk])
        assert as_user(other).post(address, {"name": "mine"}).status_code == 404
    mapping.refresh_from_db()
    assert mapping.name == "my list"
