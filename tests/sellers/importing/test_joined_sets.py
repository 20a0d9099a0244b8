"""Files that look others up: what is proposed, and what comes back when rows were rejected."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from sellers.importing.batches import NewFile, remove_files
from sellers.importing.decisions import commit_batch, preview_batch
from sellers.importing.drafts import start_draft
from sellers.importing.mended import files_with_rejections, mendable_rows
from sellers.importing.run import run_batch
from sellers.models import FileRole, ImportBatch, ImportState, Order, User
from tests.builders import an_admin

pytestmark = pytest.mark.django_db

#: Order 2 has a day that does not exist; it has two items, of 10 and 15 dollars.
ORDERS = """order_id,customer_id,order_status,order_date
1,c1,completed,2024-03-01
2,c2,completed,2024-02-31
"""
ITEMS = """order_id,product_id,seller_id,price,currency
1,logo,mira,20.00,USD
2,logo,mira,10.00,USD
2,logo,mira,15.00,USD
"""
#: Nobody needs to know where customers live.
CUSTOMERS = "customer_id,city\nc1,Bonn\nc2,Pune\n"


@pytest.fixture(autouse=True)
def folder(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = str(tmp_path / "files")


def upload(name: str, content: str) -> NewFile:
    return NewFile(FileRole.ORDERS, name, SimpleUploadedFile(name, content.encode()))


def checked(user: User, *files: NewFile, like: ImportBatch | None = None) -> ImportBatch:
    batch = start_draft(files=files, created_by=user, seller=None, like=like)
    preview_batch(batch_id=batch.pk)
    run_batch(batch_id=batch.pk)
    batch.refresh_from_db()
    assert batch.state == ImportState.READY, batch.message
    return batch


def saved(batch: ImportBatch) -> ImportBatch:
    commit_batch(batch_id=batch.pk)
    run_batch(batch_id=batch.pk)
    batch.refresh_from_db()
    assert batch.state == ImportState.DONE, batch.message
    return batch


def test_rows_brought_together_come_back_as_all_their_rows_and_add_up_again() -> None:
    user = an_admin()
    batch = checked(
        user,
        upload("orders.csv", ORDERS),
        upload("items.csv", ITEMS),
        upload("customers.csv", CUSTOMERS),
    )
    orders = batch.files.get(name="orders.csv")
    assert orders.mapping is not None
    # Of the customers nothing is used, so they are not looked up.
    assert [join["file"] for join in orders.mapping["joins"]] == ["items"]
    assert orders.mapping["gathers"]
    assert files_with_rejections(batch) == [orders]
    table = list(mendable_rows(file=orders))
    at = {name: place for place, name in enumerate(table[0])}
    assert [row[at["items.price"]] for row in table[1:]] == ["10.00", "15.00"]
    assert {row[at["order_id"]] for row in table[1:]} == {"2"}

    remove_files(saved(batch))
    assert list(Order.objects.values_list("ref", flat=True)) == ["1"]
    # Afterwards one row of each order is kept: half an order would have half its price.
    assert files_with_rejections(batch) == []

    # The mended file needs no other files beside it: what they said stands in it.
    out = io.StringIO()
    csv.writer(out).writerows(table)
    again = checked(
        user, upload("mended.csv", out.getvalue().replace("2024-02-31", "2024-02-29")), like=batch
    )
    saved(again)
    found = dict(Order.objects.values_list("ref", "amount"))
    assert {ref: str(amount) for ref, amount in found.items()} == {"1": "20.00", "2": "25.00"}
