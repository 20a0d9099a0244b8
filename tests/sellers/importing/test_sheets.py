"""Which sheet of a workbook is read first, and how files of one import are told apart."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from sellers.importing.batches import NewFile
from sellers.importing.drafts import add_files, add_sheet, choose_sheet, sheets_of, start_draft
from sellers.importing.mapping.model import Mapping
from sellers.importing.mapping.saved import save_mapping
from sellers.importing.sheets import best_sheet
from sellers.models import FileRole, ImportBatch, ImportState, User
from tests.builders import an_admin
from tests.sellers.importing.files import orders_file
from tests.sellers.importing.test_workbooks import book, number, sheet, text

pytestmark = pytest.mark.django_db

TODAY = dt.date(2024, 6, 1)
COVER = sheet([[text("Made by"), text("me")], [text("Total"), number(80)]])
ORDERS = sheet(
    [
        [text(name) for name in ("Order number", "Gig", "Ordered", "Status", "Price")],
        [text("W-1"), text("logo"), number(45292, 1), text("Completed"), number(80)],
    ]
)
REVIEWS = sheet(
    [
        [text(name) for name in ("Order number", "Stars", "Review date")],
        [text("W-1"), number(5), number(45300, 1)],
    ]
)
WORKBOOK = book(COVER, ORDERS, REVIEWS, names=("Cover", "2024", "Reviews"))
NAMES = ["Order number", "Gig", "Ordered", "Status", "Price"]


@pytest.fixture(autouse=True)
def folder(settings: Any, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = str(tmp_path / "files")
    return tmp_path


def upload(name: str, content: str | bytes) -> NewFile:
    data = content.encode() if isinstance(content, str) else content
    return NewFile(FileRole.ORDERS, name, SimpleUploadedFile(name, data))


def a_draft(*files: NewFile, user: User | None = None, **options: Any) -> ImportBatch:
    return start_draft(files=files, created_by=user or an_admin(), seller=None, **options)


def test_the_sheet_that_holds_orders_comes_before_a_cover(folder: Path) -> None:
    path = folder / "w.xlsx"
    path.write_bytes(WORKBOOK)
    assert best_sheet(path, None, TODAY) == "2024"
    path.write_bytes(book(ORDERS))
    assert best_sheet(path, None, TODAY) == ""
    path.write_text(orders_file({}))
    assert best_sheet(path, None, TODAY) == ""
    path.write_bytes(WORKBOOK[:300])
    assert best_sheet(path, None, TODAY) == ""


def test_of_sheets_alike_the_one_that_a_saved_mapping_names_is_read(folder: Path) -> None:
    path, user = folder / "w.xlsx", an_admin()
    path.write_bytes(book(ORDERS, ORDERS, names=("2023", "2024")))
    columns = {"orders": {"order_ref": {"theirs": ["Order number"]}}}
    mapping = Mapping.from_json({"role": "orders", "columns": columns, "sheet": "2024"})
    assert best_sheet(path, user, TODAY) == "2023"
    save_mapping(owner=user, name="mine", mapping=mapping, names=NAMES)
    assert best_sheet(path, user, TODAY) == "2024"
    assert best_sheet(path, an_admin("other@example.test"), TODAY) == "2023"


def test_another_sheet_can_be_read_instead_or_as_a_file_of_its_own() -> None:
    user = an_admin()
    batch = a_draft(upload("w.xlsx", WORKBOOK), user=user)
    file = batch.files.get()
    assert (file.sheet, file.role) == ("2024", "orders")
    assert sheets_of(file) == ("Cover", "2024", "Reviews")
    added = add_sheet(file=file, sheet="Reviews", owner=user)
    assert added is not None
    assert (added.name, added.sheet, added.role) == ("w Reviews.xlsx", "Reviews", "reviews")
    file.refresh_from_db()
    assert (file.sheet, file.role) == ("2024", "orders")
    assert choose_sheet(file=file, sheet="Cover", owner=user)
    assert file.sheet == "Cover"
    ImportBatch.objects.update(state=ImportState.RUNNING)
    assert add_sheet(file=file, sheet="Reviews", owner=user) is None
    assert not choose_sheet(file=file, sheet="2024", owner=user)
    assert batch.files.count() == 2


def test_files_of_one_name_are_told_apart_and_what_was_said_about_one_stays() -> None:
    user = an_admin()
    one, two = orders_file({"order_ref": "FO1"}), orders_file({"order_ref": "FO2"})
    batch = a_draft(upload("o.csv", one), upload("o.csv", two), user=user)
    assert [file.name for file in batch.files.all()] == ["o.csv", "o 2.csv"]
    first = batch.files.earliest("pk")
    first.role = FileRole.TABLE
    first.save()
    assert add_files(batch=batch, files=[upload("O.CSV", one)], owner=user)
    assert [(file.name, file.role) for file in batch.files.all()] == [
        ("o.csv", "table"),
        ("o 2.csv", "orders"),
        ("O 3.CSV", "orders"),
    ]


def test_a_file_with_the_columns_of_another_is_read_by_what_it_shows_itself() -> None:
    head = "order number,gig,ordered,status,price,currency,seller\n"
    days = {"dmy": "31/05/2024", "mdy": "05/31/2024", "neither": "05/04/2024"}
    texts = {
        name: f"{head}{name},logo,{day},completed,80.00,USD,mira\n" for name, day in days.items()
    }
    user = an_admin()

    def orders_of(batch: ImportBatch) -> list[str | None]:
        return [
            file.mapping["columns"]["orders"]["ordered_at"].get("date_order")
            for file in batch.files.all()
            if file.mapping
        ]

    together = a_draft(*[upload(f"{name}.csv", text) for name, text in texts.items()], user=user)
    # Of files that come together nothing was said yet: what shows nothing is asked for.
    assert orders_of(together) == ["dmy", "mdy", None]
    first = a_draft(upload("dmy.csv", texts["dmy"]), user=user)
    for name in ("mdy", "neither"):
        assert add_files(batch=first, files=[upload(f"{name}.csv", texts[name])], owner=user)
    # What is added to a file with these columns is read like it, unless it shows otherwise.
    assert orders_of(first) == ["dmy", "mdy", "dmy"]


def test_what_buyers_wrote_is_kept_only_where_the_upload_says_so() -> None:
    assert a_draft(upload("o.csv", orders_file({}))).keeps_review_text
    user = an_admin("second@example.test")
    silent = a_draft(upload("o.csv", orders_file({})), user=user, keeps_review_text=False)
    assert not silent.keeps_review_text
