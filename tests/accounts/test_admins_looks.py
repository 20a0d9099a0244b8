"""What admins open is noted for the sellers that it is about, wherever it is several of them."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from metrics.services import recompute_sellers
from sellers.access.admin_looks import NotedAdmin
from sellers.access.look_words import page_words
from sellers.models import (
    ImportBatch,
    ImportPreview,
    Look,
    Note,
    Order,
    Seller,
)
from tests.builders import NOW, a_history, a_seller, a_user, an_admin

pytestmark = pytest.mark.django_db


@pytest.fixture
def sellers() -> list[Seller]:
    """Two sellers with an owner each, computed."""
    found = [a_seller(handle, owner=a_user()) for handle in ("anna", "bert")]
    for seller in found:
        a_history(seller, orders=3)
    recompute_sellers(seller_ids=[seller.pk for seller in found], now=NOW)
    return found


@pytest.fixture
def boss() -> Client:
    client = Client()
    client.force_login(an_admin("boss@example.test"))
    return client


def noted() -> set[tuple[str, str]]:
    """Whose owners can read of which page."""
    return set(Look.objects.values_list("seller__handle", "page"))


def an_import(**fields: Any) -> ImportBatch:
    return ImportBatch.objects.create(state="done", finished_at=timezone.now(), **fields)


def test_an_import_of_several_sellers_is_noted_for_each_that_it_touched(
    boss: Client, sellers: list[Seller]
) -> None:
    batch = an_import()
    for seller in sellers:
        batch.effects.create(seller=seller)
    other = an_import()
    other.effects.create(seller=a_seller("carl", owner=a_user()))
    assert boss.get(reverse("sellers:import", args=[batch.pk])).status_code == 200
    assert noted() == {("anna", "sellers:import"), ("bert", "sellers:import")}


def test_before_it_is_saved_an_import_is_noted_for_those_whom_its_preview_names(
    boss: Client, sellers: list[Seller]
) -> None:
    batch = ImportBatch.objects.create(state="ready")
    file = batch.files.create(role="orders", name="o.csv", size=1, sha256="0" * 64)
    batch.rejections.create(file=file, line=2, reason="It is blank.", fix="Fill it in.")
    ImportPreview.objects.create(
        batch=batch, computed_at=NOW, effect={}, revisions={str(sellers[1].pk): 1}
    )
    rejected: Any = boss.get(reverse("sellers:import_rejected", args=[batch.pk]))
    assert b"It is blank." in b"".join(rejected.streaming_content)
    assert noted() == {("bert", "sellers:import_rejected")}


def test_lists_of_several_sellers_are_noted_for_each_that_they_show(
    boss: Client, sellers: list[Seller]
) -> None:
    an_import(seller=sellers[0])
    boss.get(reverse("sellers:imports"))
    assert noted() == {("anna", "sellers:imports")}


def test_an_admin_is_not_noted_at_sellers_of_their_own(sellers: list[Seller]) -> None:
    boss = sellers[0].owner
    assert boss is not None
    boss.is_staff = boss.is_superuser = True
    boss.save()
    client = Client()
    client.force_login(boss)
    client.get(reverse("admin:sellers_order_changelist"))
    assert noted() == {("bert", "admin:order_list")}


def test_a_list_on_the_admin_site_is_noted_for_the_rows_that_it_shows(
    boss: Client, sellers: list[Seller]
) -> None:
    boss.get(reverse("admin:sellers_order_changelist"), {"q": "anna"})
    assert noted() == {("anna", "admin:order_list")}
    boss.get(reverse("admin:metrics_standing_changelist"))
    assert {("anna", "admin:standing_list"), ("bert", "admin:standing_list")} <= noted()
    look = Look.objects.filter(page="admin:standing_list").first()
    assert look is not None
    assert page_words(look) == "Administration: standing list"


def test_computed_rows_histories_and_removals_are_noted_like_facts(
    boss: Client, sellers: list[Seller]
) -> None:
    anna = sellers[0]
    note = Note.objects.create(seller=anna, day=NOW.date(), text="two weeks ill")
    boss.get(reverse("admin:metrics_standing_change", args=[anna.standing.pk]))
    boss.get(reverse("admin:sellers_note_change", args=[note.pk]))
    order = Order.objects.filter(seller=anna).earliest("pk")
    boss.get(reverse("admin:sellers_order_history", args=[order.pk]))
    assert noted() == {("anna", "admin:standing"), ("anna", "admin:note"), ("anna", "admin:order")}
    rows = [str(pk) for pk in Order.objects.filter(seller=sellers[1]).values_list("pk", flat=True)]
    asked = {"action": "delete_selected", "_selected_action": rows}
    boss.post(reverse("admin:sellers_order_changelist"), asked)
    assert ("bert", "admin:order_list") in noted()


def test_every_table_about_sellers_is_noted_on_the_admin_site() -> None:
    """A page that is added says where its seller stands, or that it is about none."""
    about_none = set()
    for model, page in admin.site._registry.items():
        if model._meta.app_label not in ("sellers", "metrics", "eligibility"):
            continue
        if isinstance(page, NotedAdmin) and page.seller_paths:
            model._default_manager.values_list(*page.seller_paths)  # the paths lead somewhere
        else:
            about_none.add(model.__name__)
    assert about_none == {"User", "ExchangeRate", "BenchmarkSnapshot", "RunChunk"}
