"""Where an order comes from, rejected rows to mend, and how complete a history is."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

from sellers.models import Observation, Order, Seller
from tests.builders import NOW, PASSWORD, a_gig, a_seller, an_admin, an_order
from tests.sellers.importing.files import import_files, orders_file

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(client: Client) -> Client:
    assert client.login(email=an_admin().email, password=PASSWORD)
    return client


def test_an_order_names_every_import_that_spoke_of_it(admin: Client, tmp_path: Path) -> None:
    first = import_files(tmp_path, orders=[orders_file({"amount": "100", "buyer": "somebody"})])
    second = import_files(tmp_path, orders=[orders_file({"amount": "120.5"})])
    order = Order.objects.get()
    page = admin.get(reverse("sellers:order_history", args=[order.seller_id, order.ref]))
    brought, changed = page.context["said"]
    assert (brought.batch_id, brought.words) == (first.pk, "brought the order")
    assert brought.place == "orders-0.csv, line 2"
    assert ("amount", "100") in brought.cells
    # Names of buyers are not kept among the cells.
    assert "somebody" not in page.content.decode()
    assert (changed.batch_id, changed.words) == (second.pk, "changed it")
    [turn] = changed.turns
    assert (turn.name, turn.before, turn.after) == ("price", "100.00", "120.50")
    assert changed.url == reverse("sellers:import", args=[second.pk])


def test_an_order_that_no_import_brought_says_so(admin: Client) -> None:
    order = an_order(a_gig(a_seller("mira")))
    page = admin.get(reverse("sellers:order_history", args=[order.seller_id, order.ref]))
    assert "No import spoke of this order" in page.content.decode()
    missing = admin.get(reverse("sellers:order_history", args=[order.seller_id, "FO0"]))
    assert missing.status_code == 404


def test_rejected_rows_come_under_the_columns_of_their_file(admin: Client, tmp_path: Path) -> None:
    bad = {"order_ref": "FO2", "amount": "=1"}
    batch = import_files(tmp_path, orders=[orders_file({}, bad)])
    file = batch.files.get()
    address = reverse("sellers:import_mendable", args=[batch.pk, file.pk])
    answer = admin.get(address)
    text = b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    head, row = csv.reader(io.StringIO(text))
    cells = dict(zip(head, row, strict=True))
    assert (cells["order_ref"], cells["amount"]) == ("FO2", "'=1")
    assert any("is not an amount" in cell for cell in row)
    assert admin.get(reverse("sellers:import_mendable", args=[batch.pk, 0])).status_code == 404


def a_history_with_a_hole() -> Seller:
    """Ten orders ten days apart, and ten more after 200 days without any."""
    seller = a_seller("mira")
    gig = a_gig(seller)
    for number in range(10):
        an_order(gig, NOW - timedelta(days=30 + 10 * number))
        an_order(gig, NOW - timedelta(days=320 + 10 * number))
    return seller


def test_counters_are_noted_and_compared_and_gaps_are_drawn(admin: Client) -> None:
    seller = a_history_with_a_hole()
    address = reverse("sellers:completeness", args=[seller.pk])
    before = admin.get(address)
    # 120 days ago was the last order before the hole of 199 days, 320 days ago the next.
    [gap] = before.context["completeness"].gaps
    assert gap.length == "199 days"
    assert [span.is_gap for span in before.context["completeness"].spans] == [False, True, False]
    assert "never noted down what Fiverr counts" in before.content.decode()

    noted = {"counters-day": "2024-06-12", "counters-completed_orders": "25"}
    assert admin.post(address, noted)["Location"] == address
    observation = Observation.objects.get()
    assert (observation.kind, observation.value) == ("completed_orders", Decimal(25))
    [orders, *_] = admin.get(address).context["completeness"].counters
    # 20 of 25 are here: 80 in a hundred, 5 missing.
    assert (orders.known, orders.shown, orders.share) == ("20", "25", 80.0)
    assert orders.words == "5 missing here"
    assert orders.day == "shown by Fiverr on 12 Jun 2024"


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"counters-day": "2024-06-12"}, "Enter at least one of the counters."),
        ({"counters-day": "", "counters-earnings": "5"}, "This field is required."),
        ({"counters-day": "2124-01-01", "counters-earnings": "5"}, "This day has not come yet."),
        ({"counters-day": "2024-06-12", "counters-earnings": "-5"}, "Earnings are not below 0."),
        ({"counters-day": "2024-06-12", "counters-unique_clients": "x"}, "Enter a whole number."),
    ],
)
def test_counters_that_cannot_be_are_refused(
    admin: Client, data: dict[str, str], words: str
) -> None:
    seller = a_seller("mira")
    answer = admin.post(reverse("sellers:completeness", args=[seller.pk]), data)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not Observation.objects.exists()


def test_without_orders_the_page_says_what_it_will_show(admin: Client) -> None:
    seller = a_seller("mira")
    page = admin.get(reverse("sellers:completeness", args=[seller.pk])).content.decode()
    assert "No orders yet" in page
