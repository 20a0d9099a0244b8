"""Files that are not what they should be: a clear message, and nothing is written."""

from __future__ import annotations

import csv
import gzip
import io
import tracemalloc
import zipfile
from pathlib import Path

import pytest

from sellers.importing import content, reading, sniffing
from sellers.models import ImportState, Order, Seller
from tests.sellers.importing.files import (
    ORDER,
    facts,
    import_files,
    orders_file,
    reasons,
    reviews_file,
    text_of,
)

pytestmark = pytest.mark.django_db


def _zip(name: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(name, orders_file({}))
    return out.getvalue()


REFUSED: dict[str, tuple[bytes, str]] = {
    "empty": (b"", "The file is empty"),
    "blank lines only": (b"\n\n  \n", "The file is empty"),
    "zip named csv": (_zip("orders.csv"), "a ZIP archive"),
    "half a workbook": (_zip("xl/workbook.xml"), "The workbook is damaged"),
    "half of a gzip archive": (gzip.compress(orders_file({}).encode())[:60], "was cut off"),
    "picture": (b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "a picture"),
    "web page": (b"<!DOCTYPE html><html><body>Log in</body></html>", "a web page"),
    "json": (b'[{"order_ref": "FO1"}]', "a JSON file"),
    "binary": (bytes(200) + b"MZ" + bytes(200), "full of zero bytes"),
    "a damaged name": (
        ("Order number,Gig,Sta\0tus\n" + "A-1,logo,done\n" * 99).encode("utf-16"),
        "line of column names is damaged",
    ),
    "a damaged name below sep=": (
        b"sep=;\nOrder number;Sta\0tus\n" + b"A-1;done\n" * 99,
        "line of column names is damaged",
    ),
    "prose": (b"Dear all,\nhere is the file.\n", "names none of the known columns"),
    "no order_ref": (b"seller,gig,ordered_at,status\nmira,g,2024-01-01,open\n", "“order_ref”"),
    "a column twice": (b"seller,gig,gig,order_ref\na,b,c,d\n", "“gig” is there twice"),
    "reviews given as orders": (reviews_file({}).encode(), "Choose it in the field for reviews"),
    "an open quotation": (
        orders_file({}).encode() + b'mira,"editing,FO2,2024-03-01,completed,USD\n',
        "row of line 3 and is not closed",
    ),
}


@pytest.mark.parametrize("kind", REFUSED)
def test_a_file_that_cannot_be_read_is_refused_in_words(kind: str, tmp_path: Path) -> None:
    content, words = REFUSED[kind]
    before = facts()
    batch = import_files(tmp_path, orders=[content, orders_file({})])
    assert batch.state == ImportState.FAILED
    assert words in batch.message
    assert batch.message.startswith("orders-0.csv")
    assert facts() == before
    assert batch.rejections.count() == 0


def test_a_header_without_rows_imports_nothing_and_says_so(tmp_path: Path) -> None:
    header = text_of([ORDER]).splitlines()[0]
    batch = import_files(tmp_path, orders=[header])
    assert batch.state == ImportState.FAILED
    assert batch.message == "orders-0.csv: there is a line of column names, but no row."
    beside = import_files(tmp_path, orders=[header, orders_file({})])
    assert (beside.state, beside.rows_new) == (ImportState.DONE, 1)
    assert beside.notes == ["orders-0.csv: There is a line of column names, but no row."]


def test_a_line_of_100_megabytes_is_refused_without_filling_the_memory(tmp_path: Path) -> None:
    path = tmp_path / "long.csv"
    with path.open("w") as file:
        file.write(orders_file({}))
        for _ in range(100):
            file.write("x" * 1_000_000)
    content = path.read_bytes()
    tracemalloc.start()
    tracemalloc.reset_peak()
    before = tracemalloc.get_traced_memory()[0]
    batch = import_files(tmp_path, orders=[content])
    peak = tracemalloc.get_traced_memory()[1] - before
    tracemalloc.stop()
    assert batch.state == ImportState.FAILED
    assert "Line 3 is longer than 1,000,000 characters" in batch.message
    assert not Order.objects.exists()
    # Pieces of a megabyte, decoded: a few of them at once, never the line.
    assert peak < 30_000_000


def test_utf_16_is_read_and_said(tmp_path: Path) -> None:
    text = orders_file({"gig_title": "Übersetzung"})
    for encoding in ("utf-16", "utf-16-le", "utf-16-be"):
        batch = import_files(tmp_path, orders=[text.encode(encoding)])
        assert batch.state == ImportState.DONE, batch.message
        assert "UTF-16" in batch.notes[0]
    assert Order.objects.get().gig.title == "Übersetzung"


def test_latin_1_is_read_and_said(tmp_path: Path) -> None:
    text = orders_file({"gig_title": "Übersetzung für Geschäfte, größer"})
    batch = import_files(tmp_path, orders=[text.encode("latin-1")])
    assert batch.state == ImportState.DONE
    assert "not UTF-8; it was read as Windows-1252" in batch.notes[0]
    assert Order.objects.get().gig.title == "Übersetzung für Geschäfte, größer"


@pytest.mark.parametrize("sign", [";", "\t", "|"])
def test_other_signs_between_cells_are_found_by_looking(sign: str, tmp_path: Path) -> None:
    rows = [{"gig_title": "Letters, long and short", "amount": f"{n}.50"} for n in range(3)]
    text = orders_file(*({**row, "order_ref": f"FO{n}"} for n, row in enumerate(rows)))
    text = "\n".join(sign.join(cells) for cells in csv.reader(io.StringIO(text)))
    batch = import_files(tmp_path, orders=[text])
    assert (batch.state, batch.rows_new) == (ImportState.DONE, 3), batch.message
    assert Order.objects.first().gig.title == "Letters, long and short"  # type: ignore[union-attr]


def test_what_stands_above_the_column_names_is_passed_over(tmp_path: Path) -> None:
    above = "My orders,,,,,\n\nfrom the spreadsheet of last year,,,,,\n"
    text = above + orders_file({}, {"order_ref": "FO2", "amount": "x"})
    batch = import_files(tmp_path, orders=[text])
    # Lines 1 and 3 hold one cell, 2 none; the names stand on 4, FO1 on 5, FO2 on 6.
    assert (batch.rows_done, batch.rows_new) == (2, 1)
    assert [line for line, _, _ in reasons(batch)] == [6]
    excel = import_files(tmp_path, orders=["sep=;\n" + orders_file({}).replace(",", ";")])
    assert (excel.state, excel.rows_unchanged) == (ImportState.DONE, 1)


def test_a_file_packed_by_gzip_is_read_as_it_is(tmp_path: Path) -> None:
    batch = import_files(tmp_path, orders=[gzip.compress(orders_file({}).encode())])
    assert (batch.state, batch.rows_new) == (ImportState.DONE, 1)


def test_an_archive_that_unpacks_without_end_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(content, "FREE_BYTES", 1_000)
    packed = gzip.compress(orders_file({}).encode() + b"\n" * 5_000_000)
    assert len(packed) * content.MAX_RATIO < 1_000_000
    batch = import_files(tmp_path, orders=[packed])
    assert batch.state == ImportState.FAILED
    assert "more than a hundred times its size" in batch.message


def test_a_byte_order_mark_is_no_part_of_the_first_column(tmp_path: Path) -> None:
    batch = import_files(tmp_path, orders=[b"\xef\xbb\xbf" + orders_file({}).encode()])
    assert (batch.state, batch.rows_new, batch.notes) == (ImportState.DONE, 1, [])


def test_zero_bytes_in_a_cell_refuse_their_row_only(tmp_path: Path) -> None:
    text = orders_file({"gig_title": "a\x00b"}, {"order_ref": "FO2", "gig_title": "fine" * 20})
    batch = import_files(tmp_path, orders=[text])
    assert (batch.rows_new, batch.rows_rejected) == (1, 1)
    assert reasons(batch) == [(2, "gig_title", "The cell holds bytes that are not text.")]
    assert batch.rejections.get().value == "a\\x00b"


def test_a_zero_byte_in_a_seller_s_name_refuses_its_row_only(tmp_path: Path) -> None:
    text = orders_file({"seller": "de\x00mo"}, {"order_ref": "FO2"})
    batch = import_files(tmp_path, orders=[text])
    assert (batch.rows_new, batch.rows_rejected) == (1, 1)
    assert reasons(batch) == [(2, "seller", "The cell holds bytes that are not text.")]


def test_damaged_utf_8_refuses_the_damaged_rows_only(tmp_path: Path) -> None:
    good = {"gig_title": "Größe ändern für schöne Bücher"}
    text = orders_file(good, {**good, "order_ref": "FO2"}, {"order_ref": "FO3", "gig_title": "?"})
    batch = import_files(tmp_path, orders=[text.encode().replace(b"?", b"\xff")])
    assert (batch.rows_new, batch.rows_rejected) == (2, 1)
    assert "damaged" in batch.notes[0]


def test_line_numbers_count_breaks_inside_quotation_marks(tmp_path: Path) -> None:
    rows = [
        {"gig_title": "two\nlines"},
        {"order_ref": "FO2", "amount": "x"},
        {"order_ref": "FO3", "gig_title": "three\r\nmore\n lines"},
        {"order_ref": "FO4", "amount": "y"},
    ]
    batch = import_files(tmp_path, orders=[orders_file(*rows)])
    # Header 1, FO1 on 2–3, FO2 on 4, FO3 on 5–7, FO4 on 8.
    assert [line for line, _, _ in reasons(batch)] == [4, 8]


def test_rows_of_the_wrong_width_are_rejected_with_their_line(tmp_path: Path) -> None:
    text = orders_file({}) + "\nmira,editing,FO2\n,,,,,\nmira,editing,FO3,2024-01-01,open,USD,,\n"
    text += "mira,editing,FO4,2024-01-01,open,USD,more\n"
    batch = import_files(tmp_path, orders=[text])
    # Line 3 is blank, 5 holds nothing, 6 has empty cells too many.
    assert (batch.rows_done, batch.rows_new) == (4, 2)
    assert [(line, reason) for line, _, reason in reasons(batch)] == [
        (4, "The row has 3 cells, the first line names 6."),
        (7, "The row has 7 cells, the first line names 6."),
    ]


def test_columns_are_known_by_name_in_any_order_and_unknown_ones_are_named(
    tmp_path: Path,
) -> None:
    text = "Currency,STATUS,Ordered At,order-ref,GIG,Seller,Favourite colour\n"
    text += "USD,Completed,2024-03-01,FO1,editing,mira,green\n"
    batch = import_files(tmp_path, orders=[text])
    assert batch.rows_new == 1
    assert batch.notes == [
        "orders-0.csv: Columns that are not known were passed over: “Favourite colour”."
    ]


def test_one_bad_file_keeps_the_good_one_out_too(tmp_path: Path) -> None:
    batch = import_files(tmp_path, orders=[orders_file({})], reviews=[b"PK\x03\x04 something"])
    assert batch.state == ImportState.FAILED
    assert batch.message.startswith("reviews-1.csv: This is a ZIP archive")
    assert not Seller.objects.exists()


def test_memory_stays_flat_however_many_rows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "BLOCK_ROWS", 500)
    monkeypatch.setattr(sniffing, "PIECE_BYTES", 10_000)  # smaller than either file

    def peak(rows: int) -> int:
        text = orders_file(*({"order_ref": f"FO{n}", "status": "odd"} for n in range(rows)))
        path_text = text.encode()
        del text
        tracemalloc.start()
        before = tracemalloc.get_traced_memory()[0]
        batch = import_files(tmp_path, orders=[path_text])
        used = tracemalloc.get_traced_memory()[1] - before
        tracemalloc.stop()
        assert batch.rows_rejected == rows
        return used

    peak(500)  # what is made once
    small, large = peak(1_000), peak(6_000)
    # Held in memory, a row takes more than a kilobyte.
    assert (large - small) / 5_000 < 100
