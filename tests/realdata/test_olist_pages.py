"""A cut of an Olist export through the pages: six files, joined, mapped by hand, saved, undone."""

from __future__ import annotations

import csv
import gzip
import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from sellers.importing import batches
from sellers.importing.run import run_batch
from sellers.models import CancelledBy, ImportBatch, ImportState, Order, OrderStatus, Review, Seller
from tests.builders import PASSWORD, an_admin
from tests.realdata.olist import TIME_ZONE

pytestmark = [
    pytest.mark.realdata,
    pytest.mark.once,
    pytest.mark.django_db,
    pytest.mark.timeout(600),
]

ORDERS = 1_200
#: By file, the column by which its rows belong to those of the orders or of their items.
_KEYS = {
    "orders": "order_id",
    "order_items": "order_id",
    "order_reviews": "order_id",
    "customers": "customer_id",
}


def rows_of(folder: Path, name: str) -> list[dict[str, str]]:
    with gzip.open(folder / f"{name}.csv.gz", "rt", encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def a_cut(folder: Path) -> dict[str, list[dict[str, str]]]:
    """The first orders of an export, and what belongs to them; their products."""
    tables = {path.name.removesuffix(".csv.gz"): rows_of(folder, path.name.removesuffix(".csv.gz"))
              for path in sorted(folder.glob("*.csv.gz"))}  # fmt: skip
    tables["orders"] = tables["orders"][:ORDERS]
    for name, key in _KEYS.items():
        wanted = {row[key] for row in tables["orders"]}
        tables[name] = [row for row in tables[name] if row[key] in wanted]
    sold = {row["product_id"] for row in tables["order_items"]}
    tables["products"] = [row for row in tables["products"] if row["product_id"] in sold]
    return tables


def as_upload(name: str, rows: list[dict[str, str]]) -> SimpleUploadedFile:
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return SimpleUploadedFile(f"{name}.csv.gz", gzip.compress(out.getvalue().encode(), 1))


class Person:
    """Somebody who fills in the page of the columns as a browser shows it."""

    def __init__(self, client: Client, batch: ImportBatch) -> None:
        self.client, self.batch = client, batch

    def answer(self, file: str, go: str = "", **answers: str) -> Any:
        """Answer some fields of one file and leave the others; names with dots as ``a__b``."""
        pk = self.batch.files.get(name=f"{file}.csv.gz").pk
        address = reverse("sellers:import_file_columns", args=[self.batch.pk, pk])
        page = self.client.get(address)
        given = {name.replace("__", "."): value for name, value in answers.items()}
        found = {**fields_of(page.context), **given, **({"go": go} if go else {})}
        return self.client.post(address, found)


def fields_of(context: Any) -> dict[str, str]:
    found: dict[str, str] = {}
    for form in (context["reading"], context["form"]):
        for bound in form or ():
            value = bound.value()
            if bound.widget_type == "checkbox":
                found |= {bound.html_name: "on"} if value else {}
            else:
                found[bound.html_name] = "" if value is None else str(value)
    return found


def test_a_person_maps_the_files_and_sees_saves_and_undoes_them(
    realdata: Path, settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.MEDIA_ROOT = str(tmp_path)
    monkeypatch.setattr(batches, "_send", lambda _: None)
    client, cut = Client(), a_cut(realdata / "olist" / "export_a")
    assert client.login(email=an_admin().email, password=PASSWORD)
    uploads = [as_upload(name, rows) for name, rows in cut.items()]
    client.post(reverse("sellers:import_new"), {"uploaded": uploads, "time_zone": TIME_ZONE,
                                                "keeps_review_text": "on"})  # fmt: skip
    batch = ImportBatch.objects.get()
    person = Person(client, batch)
    facts = {file.name for file in batch.files.exclude(role="table")}
    assert facts == {"orders.csv.gz", "order_reviews.csv.gz"}

    # Nothing is checked while the words of Olist and the currency are open.
    stuck = person.answer("orders", go="on")
    assert stuck.status_code == 422
    assert "Nothing says what “delivered”, “unavailable” mean" in stuck.content.decode()
    words = [pair for group in stuck.context["columns"].words for pair in group.pairs]
    meant = {"delivered": "completed", "unavailable": "cancelled"}
    status = {p.field.html_name: meant[p.theirs] for p in words if p.theirs in meant}
    named = {"k.orders.currency": "BRL", "k.orders.platform": "other"}
    by = {"s.orders.cancelled_by": "order_status", "o.orders.cancelled_by": "-"}
    person.answer("orders", **status, **named, **by)
    page = person.answer("orders", **{"k.orders.time_zone": "Brasil"})
    assert "No such time zone" in page.content.decode()
    asked = client.get(reverse("sellers:import_columns", args=[batch.pk])).context["columns"]
    assert asked.holds == "reviews"
    person.answer("order_reviews", **{"k.reviews.platform": "other"})
    [seller] = [p.field.html_name for p in _words_of(client, batch, "cancelled by")
                if p.theirs == "unavailable"]  # fmt: skip
    answer = person.answer("orders", go="on", **{seller: "seller", "o.orders.cancelled_by": "-"})
    assert answer["Location"] == reverse("sellers:import_check", args=[batch.pk])

    run_batch(batch_id=batch.pk)
    batch.refresh_from_db()
    assert batch.state == ImportState.READY, batch.message
    assert not Seller.objects.exists()
    # Orders without items name neither seller nor gig, and are the only ones refused.
    with_items = {row["order_id"] for row in cut["order_items"]}
    bare = sum(row["order_id"] not in with_items for row in cut["orders"])
    refused = batch.rejections.filter(file__name="orders.csv.gz")
    assert refused.values("line").distinct().count() == bare
    check = client.get(reverse("sellers:import_check", args=[batch.pk]))
    assert "order_items.seller_id" in {repair.column for repair in check.context["check"].repairs}
    client.post(reverse("sellers:import_commit", args=[batch.pk]))
    run_batch(batch_id=batch.pk)
    _compare(cut)

    client.post(reverse("sellers:import_undo", args=[batch.pk]))
    run_batch(batch_id=batch.pk)
    batch.refresh_from_db()
    assert batch.state == ImportState.UNDONE
    assert [model for model in (Order, Review, Seller) if model.objects.exists()] == []


def _words_of(client: Client, batch: ImportBatch, ours: str) -> list[Any]:
    pk = batch.files.get(name="orders.csv.gz").pk
    page = client.get(reverse("sellers:import_file_columns", args=[batch.pk, pk]))
    return [p for group in page.context["columns"].words if group.ours == ours for p in group.pairs]


def _compare(cut: Mapping[str, list[dict[str, str]]]) -> None:
    """Every order × seller of the files is there once, with the sum of its prices."""
    orders = {row["order_id"]: row for row in cut["orders"]}
    sums: dict[tuple[str, str], int] = {}
    for item in cut["order_items"]:
        key = (item["order_id"], item["seller_id"])
        sums[key] = sums.get(key, 0) + round(float(item["price"]) * 100)
    found = Order.objects.select_related("seller")
    assert {(o.ref, o.seller.handle): int(o.amount * 100) for o in found} == sums  # type: ignore[operator]
    assert {o.currency for o in found} == {"BRL"}
    assert {o.seller.time_zone for o in found} == {TIME_ZONE}
    for order in found:
        theirs = orders[order.ref]["order_status"]
        expected = {"delivered": OrderStatus.COMPLETED, "canceled": OrderStatus.CANCELLED,
                    "unavailable": OrderStatus.CANCELLED}.get(theirs, OrderStatus.OPEN)  # fmt: skip
        assert order.status == expected
        assert (order.cancelled_by == CancelledBy.SELLER) == (theirs == "unavailable")
    assert Review.objects.exists()
