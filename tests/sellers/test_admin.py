"""Admin pages: all of them open, and every fact that is changed there is told on."""

from __future__ import annotations

from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.admin import ModelAdmin
from django.db import IntegrityError, connection, transaction
from django.db.models import Model
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import timezone
from zeal import zeal_ignore

from metrics.models import Move, Run, Series, Standing
from metrics.services import recompute_sellers
from sellers.changes import facts_changed
from sellers.models import (
    ExchangeRate,
    Gig,
    ImportBatch,
    Order,
    Review,
    Seller,
    User,
    WaitingReview,
)
from tests.builders import NOW, PASSWORD, a_gig, a_history, a_review, a_seller, an_admin, an_order

pytestmark = [pytest.mark.django_db, pytest.mark.servers]

OURS = {
    model: page
    for model, page in admin.site._registry.items()
    if model._meta.app_label in ("sellers", "metrics")
}


@pytest.fixture(autouse=True)
def _logged_in(client: Client) -> User:
    user = an_admin("admin@example.test")
    client.login(username=user.email, password=PASSWORD)
    return user


@pytest.fixture
def seller() -> Seller:
    found = a_seller("mira")
    a_history(found, gigs=1, orders=3)
    return found


def address(model: type[Model], what: str, *args: Any) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{what}", args=args)


def filled(client: Client, model: type[Model], row: Model, **changes: Any) -> dict[str, Any]:
    """The form of a change page as a browser would send it back, with changes."""
    form = client.get(address(model, "change", row.pk)).context["adminform"].form
    data: dict[str, Any] = {}
    for bound in form:
        value = bound.value()
        if hasattr(bound.field.widget, "decompress"):
            for number, part in enumerate(bound.field.widget.decompress(value)):
                data[f"{bound.html_name}_{number}"] = "" if part is None else str(part)
        elif value is not None and value is not False:
            data[bound.html_name] = value
    for formset in client.get(address(model, "change", row.pk)).context["inline_admin_formsets"]:
        management = formset.formset.management_form
        for field in ("TOTAL_FORMS", "INITIAL_FORMS"):
            data[f"{management.prefix}-{field}"] = 0
    return data | changes


def revision(seller: Seller) -> int:
    return Seller.objects.get(pk=seller.pk).revision


@pytest.mark.parametrize("model", OURS, ids=lambda model: model.__name__)
def test_every_list_and_search_opens(client: Client, model: type[Model]) -> None:
    assert client.get(address(model, "changelist")).status_code == 200
    assert client.get(address(model, "changelist"), {"q": "mira"}).status_code == 200


def test_all_models_of_facts_and_numbers_have_a_page() -> None:
    assert {model.__name__ for model in OURS} >= {
        "User", "Seller", "Gig", "Order", "Review", "WaitingReview", "Inquiry", "Observation",
        "Note", "ExchangeRate", "ImportBatch", "ImportFile", "ImportRejection", "Standing",
        "GigStanding", "Move", "Series", "BenchmarkSnapshot", "Run",
    }  # fmt: skip


@pytest.mark.parametrize("model", [Standing, Move, Series, Run, ImportBatch, WaitingReview])
def test_computed_rows_can_be_looked_at_and_not_changed(
    client: Client, seller: Seller, model: type[Model]
) -> None:
    recompute_sellers(seller_ids=[seller.pk], now=NOW)
    ImportBatch.objects.create(seller=seller, state="done", finished_at=timezone.now())
    Run.objects.create(kind=Run.Kind.NIGHTLY)
    WaitingReview.objects.create(seller=seller, order_ref="FO1", posted_at=NOW, stars=5)
    row = model._default_manager.first()
    assert row is not None
    assert client.get(address(model, "change", row.pk)).status_code == 200
    assert client.post(address(model, "change", row.pk), {}).status_code == 403
    assert client.get(address(model, "add")).status_code == 403
    assert client.post(address(model, "delete", row.pk), {"post": "yes"}).status_code == 403


def test_a_changed_order_counts_up_the_revision(client: Client, seller: Seller) -> None:
    order = seller.orders.earliest("pk")
    data = filled(client, Order, order, disputes="1")
    assert client.post(address(Order, "change", order.pk), data).status_code == 302
    order.refresh_from_db()
    assert order.disputes == 1
    assert revision(seller) == 1


def test_what_the_form_refuses_counts_up_nothing(client: Client, seller: Seller) -> None:
    order = seller.orders.earliest("pk")
    data = filled(client, Order, order, amount="-5")
    with zeal_ignore():  # Django's form of one order asks for its seller more than once
        assert client.post(address(Order, "change", order.pk), data).status_code == 200
    assert revision(seller) == 0


def test_an_order_that_moves_to_another_seller_is_told_to_both(
    client: Client, seller: Seller
) -> None:
    order, other = seller.orders.earliest("pk"), a_seller("other")
    gig = a_gig(other)
    data = filled(client, Order, order, seller=str(other.pk), gig=str(gig.pk))
    assert client.post(address(Order, "change", order.pk), data).status_code == 302
    assert (revision(seller), revision(other)) == (1, 1)


def test_no_order_can_be_on_the_gig_of_another_seller(client: Client, seller: Seller) -> None:
    order, gig = seller.orders.earliest("pk"), a_gig(a_seller("other"))
    moved = filled(client, Order, order, gig=str(gig.pk))
    given = filled(client, Gig, order.gig, seller=str(gig.seller_id))
    with zeal_ignore():  # as above
        said = client.post(address(Order, "change", order.pk), moved).content.decode()
        answer = client.post(address(Gig, "change", order.gig_id), given).content.decode()
    assert "This gig belongs to another seller." in said
    assert "This gig has orders of another seller." in answer
    assert revision(seller) == 0
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS order_gig_of_seller IMMEDIATE")
    for change in ({"gig": gig}, {"seller": gig.seller}):
        with pytest.raises(IntegrityError, match="order_gig_of_seller"), transaction.atomic():
            Order.objects.filter(pk=order.pk).update(**change)


def test_a_review_is_told_to_the_seller_of_its_order(client: Client, seller: Seller) -> None:
    review = Review.objects.earliest("pk")
    data = filled(client, Review, review, stars="1")
    assert client.post(address(Review, "change", review.pk), data).status_code == 302
    assert revision(seller) == 1
    assert client.post(address(Review, "delete", review.pk), {"post": "yes"}).status_code == 302
    assert revision(seller) == 2


def test_rows_deleted_from_a_list_are_told_once_a_seller(client: Client, seller: Seller) -> None:
    other = a_seller("other")
    a_review(an_order(a_gig(other)))
    rows = [str(pk) for pk in Review.objects.values_list("pk", flat=True)]
    data = {"action": "delete_selected", "_selected_action": rows, "post": "yes"}
    assert client.post(address(Review, "changelist"), data).status_code == 302
    assert not Review.objects.exists()
    assert (revision(seller), revision(other)) == (1, 1)


def test_a_gig_and_a_zone_are_facts_too(client: Client, seller: Seller) -> None:
    gig = seller.gigs.get()
    data = filled(client, Gig, gig, price_band="over $150")
    assert client.post(address(Gig, "change", gig.pk), data).status_code == 302
    data = filled(client, Seller, seller, time_zone="Asia/Tokyo")
    assert client.post(address(Seller, "change", seller.pk), data).status_code == 302
    assert revision(seller) == 2


def test_an_edit_of_a_seller_does_not_undo_a_revision_that_was_counted_meanwhile(
    client: Client, seller: Seller
) -> None:
    page = OURS[Seller]
    stale = Seller.objects.get(pk=seller.pk)
    with transaction.atomic():
        facts_changed(seller_ids=[seller.pk], reason="an import")
        form = SimpleNamespace(changed_data=["category"])
        stale.category = "Design"
        page.save_model(RequestFactory().post("/"), stale, form, change=True)
    seller.refresh_from_db()
    assert (seller.category, seller.revision) == ("Design", 2)


def test_a_new_seller_can_be_made_by_hand(client: Client) -> None:
    data = {"platform": "fiverr", "handle": "new", "time_zone": "UTC", "currency": "USD"}
    assert client.post(address(Seller, "add"), data).status_code == 302
    assert Seller.objects.get(handle="new").revision == 1


def test_a_rate_is_told_to_all_who_were_paid_in_its_currency(
    client: Client, seller: Seller
) -> None:
    paid_in_euro = a_seller("euro")
    an_order(a_gig(paid_in_euro), currency="EUR")
    data = {"currency": "EUR", "day": "2024-01-03", "usd_per_unit": "1.25", "source": "a bank"}
    assert client.post(address(ExchangeRate, "add"), data).status_code == 302
    rate = ExchangeRate.objects.get(currency="EUR", day="2024-01-03")
    assert rate.usd_per_unit == Decimal("1.25")
    assert (revision(paid_in_euro), revision(seller)) == (1, 0)


def test_a_seller_goes_with_all_its_facts_and_numbers(client: Client, seller: Seller) -> None:
    recompute_sellers(seller_ids=[seller.pk], now=NOW)
    kept = an_order(a_gig(a_seller("other")))
    assert client.post(address(Seller, "delete", seller.pk), {"post": "yes"}).status_code == 302
    assert not Seller.objects.filter(pk=seller.pk).exists()
    assert list(Order.objects.all()) == [kept]
    assert not Standing.objects.exists()


def test_somebody_without_rights_finds_a_log_in_page(client: Client) -> None:
    client.logout()
    response = client.get(address(Order, "changelist"))
    assert response["Location"].startswith("/admin/login/")


def test_each_page_lists_without_a_query_for_every_row(client: Client, seller: Seller) -> None:
    # the tests' settings raise on a query that is repeated for every row
    recompute_sellers(seller_ids=[seller.pk], now=NOW)
    page: ModelAdmin[Any]
    for model, page in OURS.items():
        assert page.list_display
        assert client.get(address(model, "changelist")).status_code == 200
