"""Answers on the page of the columns: sheets, words that say nothing, values for all rows; undo."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse

from sellers.importing import batches
from sellers.models import (
    CancelledBy,
    ImportBatch,
    ImportMapping,
    ImportState,
    Order,
    OrderStatus,
    Seller,
)
from tests.builders import a_seller, a_user, an_admin
from tests.sellers.importing.files import import_files, orders_file
from tests.sellers.importing.test_sheets import WORKBOOK
from tests.sellers.importing.test_workbooks import book, sheet, text
from tests.sellers.test_view_import_wizard import address, as_user, fields_of, upload, work

pytestmark = pytest.mark.django_db

#: Their words for who ended an order, most of which say nothing of the kind.
ENDED = """Order number,Gig,Ordered,Status,Ended by
A-1,logo,2024-06-05,Completed,done
A-2,logo,2024-06-07,Cancelled,freelancer walked
A-3,logo,2024-06-08,Cancelled,unclear
"""


@pytest.fixture(autouse=True)
def sent(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Uploads lie in a folder of the test; batches for workers are written down."""
    found: list[int] = []
    settings.MEDIA_ROOT = str(tmp_path / "files")
    monkeypatch.setattr(batches, "_send", found.append)
    monkeypatch.setattr("sellers.import_pages.working.workers_listen", lambda: True)
    return found


def test_the_sheet_is_chosen_on_the_page_and_remembered_with_the_mapping() -> None:
    client, seller = as_user(an_admin()), a_seller("mira")
    upload(client, ("w.xlsx", WORKBOOK), seller=seller.pk, time_zone="UTC")
    batch = ImportBatch.objects.get()
    file = batch.files.get()
    page = client.get(address("import_columns", batch))
    assert page.context["reading"]["sheet"].value() == "2024"
    assert "Read “Reviews” too" in page.content.decode()

    # Another sheet: its columns, and back again.
    fields = fields_of(client, batch)
    client.post(address("import_columns", batch), {**fields, "sheet": "Cover"})
    turned = client.get(address("import_columns", batch))
    assert turned.context["form"].names == ["Made by", "me"]
    client.post(address("import_columns", batch), {**fields_of(client, batch), "sheet": "2024"})

    # One more sheet is one more file of the import.
    answer = client.post(address("import_sheet", batch, file.pk), {"also": "Reviews"})
    added = batch.files.get(sheet="Reviews")
    assert answer["Location"] == address("import_file_columns", batch, added.pk)
    nothing = client.post(address("import_sheet", batch, file.pk), {"also": "Nowhere"}, follow=True)
    assert "has no such sheet" in nothing.content.decode()
    client.post(address("import_take_out", batch, added.pk))

    answers = {"k.orders.currency": "USD", "save_as": "my year", "go": "on"}
    answer = client.post(address("import_columns", batch), {**fields_of(client, batch), **answers})
    assert answer["Location"] == address("import_check", batch)
    assert ImportMapping.objects.get().mapping["sheet"] == "2024"
    work(batch)
    client.post(address("import_commit", batch))
    work(batch)
    assert Order.objects.get().ref == "W-1"
    assert any("The sheet “2024” was read" in note for note in batch.notes)


def test_a_sheet_of_the_import_of_another_does_not_exist() -> None:
    owner, stranger = a_user(), a_user()
    mine = a_seller("mira", owner=owner)
    a_seller("noor", owner=stranger)
    upload(as_user(owner), ("w.xlsx", WORKBOOK), seller=mine.pk)
    batch = ImportBatch.objects.get()
    place = address("import_sheet", batch, batch.files.get().pk)
    assert as_user(stranger).post(place, {"also": "Reviews"}).status_code == 404
    assert as_user(owner).get(place).status_code == 405
    assert batch.files.count() == 1
    assert as_user(owner).post(place, {"also": "Reviews"}).status_code == 302
    assert batch.files.count() == 2


def test_an_empty_sheet_is_refused_in_words_and_the_one_before_stays() -> None:
    client = as_user(an_admin())
    content = book(sheet([[text("a"), text("b")], [text("1"), text("2")]]), sheet([]))
    upload(client, ("w.xlsx", content), time_zone="UTC")
    batch = ImportBatch.objects.get()
    answer = client.post(
        address("import_columns", batch), {**fields_of(client, batch), "sheet": "Other"}
    )
    assert answer.status_code == 422
    assert "The sheet is empty. Choose another one." in answer.content.decode()
    assert batch.files.get().sheet == "Orders"


def test_words_that_say_nothing_leave_a_fact_unknown() -> None:
    client, seller = as_user(an_admin()), a_seller("mira")
    upload(client, ("e.csv", ENDED), seller=seller.pk, time_zone="UTC")
    batch = ImportBatch.objects.get()
    first = {**fields_of(client, batch), "k.orders.currency": "USD", "c4": "orders.cancelled_by"}
    client.post(address("import_columns", batch), first)
    page = client.get(address("import_columns", batch))
    group = next(g for g in page.context["columns"].words if g.ours == "cancelled by")
    assert group.evidence.startswith("Nothing says what")
    said = {pair.theirs: pair.field.html_name for pair in group.pairs}
    answers = {said["freelancer walked"]: "seller", said["unclear"]: "-"}
    stuck = client.post(
        address("import_columns", batch), {**fields_of(client, batch), **answers, "go": "on"}
    )
    assert stuck.status_code == 422
    assert "Nothing says what “done” means" in stuck.content.decode()

    rest = {"o.orders.cancelled_by": "-", "go": "on"}
    answer = client.post(address("import_columns", batch), {**fields_of(client, batch), **rest})
    assert answer["Location"] == address("import_check", batch)
    work(batch)
    client.post(address("import_commit", batch))
    work(batch)
    found = dict(Order.objects.values_list("ref", "cancelled_by"))
    assert found == {"A-1": None, "A-2": CancelledBy.SELLER, "A-3": None}
    assert Order.objects.filter(status=OrderStatus.CANCELLED).count() == 2


def test_values_for_all_rows_are_chosen_from_what_there_is() -> None:
    client = as_user(an_admin())
    upload(client, ("e.csv", ENDED), time_zone="UTC")
    batch = ImportBatch.objects.get()
    given = {"k.orders.seller": "noor", "k.orders.currency": "USD", "k.orders.platform": "upwork"}
    fields = {**fields_of(client, batch), **given}
    wrong = client.post(
        address("import_columns", batch), {**fields, "k.orders.time_zone": "Berlin", "go": "on"}
    )
    assert wrong.status_code == 422
    assert "They are called like Europe/Berlin." in wrong.content.decode()
    unknown = client.post(address("import_columns", batch), {**fields, "k.orders.currency": "XXX"})
    assert unknown.status_code == 422
    good = {**fields, "k.orders.time_zone": "Asia/Kolkata", "go": "on"}
    assert client.post(address("import_columns", batch), good).status_code == 302
    work(batch)
    client.post(address("import_commit", batch))
    work(batch)
    seller = Seller.objects.get()
    assert (seller.handle, seller.platform, seller.time_zone) == ("noor", "upwork", "Asia/Kolkata")


def test_an_undo_waits_for_a_worker_and_shows_no_bar_of_old_rows(
    tmp_path: Path, sent: list[int], django_capture_on_commit_callbacks: Any
) -> None:
    user = an_admin()
    client = as_user(user)
    batch = import_files(tmp_path, orders=[orders_file({})])
    with django_capture_on_commit_callbacks(execute=True):
        client.post(address("import_undo", batch))
    batch.refresh_from_db()
    assert (batch.state, batch.undone_by, sent) == (ImportState.UNDOING, user, [batch.pk])
    # Asked for once more, it shows what is under way.
    assert client.get(address("import_undo", batch))["Location"] == address("import", batch)
    with django_capture_on_commit_callbacks(execute=True):
        again = client.post(address("import_undo", batch))
    assert again["Location"] == address("import", batch)
    assert sent == [batch.pk]
    page = client.get(address("import", batch))
    assert "Waiting for a worker to undo the import" in page.content.decode()
    assert page.context["bar_end"] is None
    work(batch)
    assert batch.state == ImportState.UNDONE
    assert not Order.objects.exists()


def test_the_list_names_no_number_for_what_was_never_counted() -> None:
    client = as_user(an_admin())
    upload(client, ("o.csv", orders_file({})), time_zone="UTC")
    [batch] = client.get(reverse("sellers:imports")).context["page"]
    assert not batch.is_counted
    text = client.get(reverse("sellers:imports")).content.decode()
    assert '<td class="num" data-label="New" data-blank></td>' in text
