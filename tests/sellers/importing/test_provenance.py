"""Where orders come from, the cells of their rows, and rejected rows that come back mended."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from sellers.importing.batches import NewFile
from sellers.importing.mended import files_with_rejections, mendable_rows
from sellers.importing.provenance import Verdict, statements_about
from sellers.importing.raw_cells import raw_row
from sellers.importing.undo import undo_batch
from sellers.models import FileRole, ImportBatch, ImportRawBlock, Order
from tests.builders import NOW, a_gig, a_seller, an_order
from tests.sellers.importing.files import (
    import_files,
    import_new_files,
    orders_file,
    reviews_file,
)

pytestmark = pytest.mark.django_db


def test_an_order_tells_its_import_file_row_and_cells(tmp_path: Path) -> None:
    rows = [{"order_ref": "FO0"}, {"amount": "12.50", "buyer": "anna", "gig_title": "A, B"}]
    batch = import_files(tmp_path, orders=[orders_file(*rows)])
    [brought] = statements_about(Order.objects.get(ref="FO1"))
    assert (brought.verdict, brought.batch_id, brought.at) == (
        Verdict.BROUGHT,
        batch.pk,
        batch.finished_at,
    )
    assert brought.file is not None
    assert (brought.file.name, brought.line, brought.preset) == ("orders-0.csv", 3, "")
    assert brought.cells is not None
    cells = dict(brought.cells.pairs)
    assert (cells["order_ref"], cells["amount"], cells["gig_title"]) == ("FO1", "12.50", "A, B")
    assert cells["buyer"] == ""  # names of buyers are not kept here


def test_every_later_word_is_told_from_before_to_after(tmp_path: Path) -> None:
    batches = [
        import_files(tmp_path, orders=[orders_file({}, {**row})])
        for row in (
            {"order_ref": "FO1", "amount": "10.00"},
            {"order_ref": "FO1", "amount": "20.00", "due_at": "2024-03-06"},
            {"order_ref": "FO1"},
            {"order_ref": "FO1", "amount": "30.00", "gig": "logos"},
        )
    ]
    told = statements_about(Order.objects.get(ref="FO1"))
    assert [(s.verdict.value, s.batch_id) for s in told] == list(
        zip(
            ["brought", "changed", "confirmed", "changed"],
            [batch.pk for batch in batches],
            strict=True,
        )
    )
    turns = [{t.fact: (t.before, t.after) for t in statement.turns} for statement in told]
    # A day alone lasts until its last microsecond.
    assert turns[1] == {
        "due_at": (None, "2024-03-06T23:59:59.999999+00:00"),
        "amount": (10.0, 20.0),
    }
    assert (turns[0], turns[2]) == ({}, {})
    assert turns[3] == {"gig": ("editing", "logos"), "amount": (20.0, 30.0)}
    # The first import is still told by the file it came in.
    assert told[0].file is not None
    assert told[0].file.batch_id == batches[0].pk


def test_an_order_entered_otherwise_has_no_statements() -> None:
    assert statements_about(an_order(a_gig(a_seller()))) == []


def test_the_story_of_an_order_takes_few_queries(tmp_path: Path) -> None:
    for amount in ("1.00", "2.00", "3.00"):
        import_files(tmp_path, orders=[orders_file({"amount": amount})])
    order = Order.objects.select_related("gig").get()
    with CaptureQueriesContext(connection) as queries:
        statements_about(order)
    # Entries, the first file and its import, and one block of cells a statement.
    assert len(queries) == 3 + 3


def test_cells_of_reviews_are_kept_without_words_where_words_are_not_kept(tmp_path: Path) -> None:
    for keeps in (True, False):
        batch = import_files(
            tmp_path,
            orders=[orders_file({})],
            reviews=[reviews_file({"text": "Fine."})],
            keeps_review_text=keeps,
        )
        row = raw_row(batch.files.get(role=FileRole.REVIEWS).pk, 2)
        assert row is not None
        assert dict(row.pairs)["text"] == ("Fine." if keeps else "")


def test_cells_that_hold_odd_signs_come_back_whole(tmp_path: Path) -> None:
    batch = import_files(tmp_path, orders=[orders_file({"gig_title": 'a\x1eb\x1fc "q"\nä'})])
    row = raw_row(batch.files.get().pk, 2)
    assert row is not None
    assert dict(row.pairs)["gig_title"] == 'a b c "q"\nä'
    assert raw_row(batch.files.get().pk, 3) is None


def test_an_undone_import_keeps_no_cells(tmp_path: Path) -> None:
    batch = import_files(tmp_path, orders=[orders_file({})])
    assert ImportRawBlock.objects.exists()
    undo_batch(batch_id=batch.pk, now=NOW)
    assert not ImportRawBlock.objects.exists()


def csv_of(batch: ImportBatch) -> str:
    [file] = files_with_rejections(batch)
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(mendable_rows(file=file))
    return out.getvalue()


def test_rejected_rows_come_under_their_own_columns_and_go_in_once_mended(
    tmp_path: Path,
) -> None:
    bad = {"order_ref": "FO2", "amount": "-5", "status": "lost", "gig_title": "=1+1"}
    batch = import_files(tmp_path, orders=[orders_file({"amount": "1.00"}, bad)])
    assert batch.rows_rejected == 1
    text = csv_of(batch)
    header, row = csv.reader(io.StringIO(text))
    assert header[-3:] == ["standing: line", "standing: problem", "standing: fix"]
    told = dict(zip(header, row, strict=True))
    assert (told["order_ref"], told["standing: line"]) == ("FO2", "3")
    assert (told["amount"], told["gig_title"]) == ("'-5", "'=1+1")  # no spreadsheet runs it
    assert "status: " in told["standing: problem"]
    assert "amount: " in told["standing: problem"]
    mended = text.replace("'-5", "5.00").replace("lost", "completed")
    again = import_files(tmp_path, orders=[mended])
    assert (again.rows_new, again.rows_rejected) == (1, 0)
    assert not any("standing" in note for note in again.notes)
    order = Order.objects.get(ref="FO2")
    assert order.amount == 5
    assert order.gig.title == "=1+1"


def test_while_the_upload_is_kept_rejected_rows_are_as_it_has_them(tmp_path: Path) -> None:
    text = orders_file({"amount": "x", "buyer": "anna"}).encode()
    new = NewFile(FileRole.ORDERS, "o.csv", SimpleUploadedFile("o.csv", text))
    batch = import_new_files([new])
    # The test's transaction never commits, so the upload is still there.
    assert "anna" in csv_of(batch)
    file = batch.files.get()
    file.path = ""
    file.save(update_fields=["path"])
    assert "anna" not in csv_of(batch)
    assert "FO1" in csv_of(batch)


def test_torn_rows_are_among_the_rejected_ones(tmp_path: Path) -> None:
    text = orders_file({}) + "FO9,too,few\n"
    batch = import_files(tmp_path, orders=[text])
    assert batch.rows_rejected == 1
    assert "FO9,too,few" in csv_of(batch)
