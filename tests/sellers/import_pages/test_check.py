"""Rejected rows by what would mend them."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from sellers.import_pages.check import check_of
from tests.sellers.importing.files import import_files, orders_file, reviews_file

pytestmark = pytest.mark.django_db


def test_rows_with_the_same_remedy_are_one_group_with_the_first_three_examples(
    tmp_path: Path,
) -> None:
    # Five amounts with a comma, two blank gigs; one good row.
    commas = [{"order_ref": f"FO{n}", "amount": f"{n},50"} for n in range(1, 6)]
    blanks = [{"order_ref": f"FX{n}", "gig": ""} for n in range(2)]
    batch = import_files(tmp_path, orders=[orders_file(*commas, *blanks, {})])
    check = check_of(batch)
    assert (check.rows, check.rejected, check.mistakes, check.accepted) == (8, 7, 7, 1)
    assert [(r.column, r.rows) for r in check.repairs] == [("amount", 5), ("gig", 2)]
    commas_mended, blanks_mended = check.repairs
    assert commas_mended.reason == "“…” is not an amount."
    assert [e.value for e in commas_mended.examples] == ["1,50", "2,50", "3,50"]
    assert [e.where for e in commas_mended.examples] == [
        f"orders-0.csv, line {line}" for line in (2, 3, 4)
    ]
    assert [e.value for e in blanks_mended.examples] == ["", ""]


def test_a_row_with_two_mistakes_counts_once_but_in_both_groups(tmp_path: Path) -> None:
    batch = import_files(tmp_path, orders=[orders_file({"amount": "x", "gig": ""})])
    check = check_of(batch)
    assert (check.rejected, check.mistakes) == (1, 2)
    assert sorted(r.column for r in check.repairs) == ["amount", "gig"]


def test_groups_name_the_file_of_each_example(tmp_path: Path) -> None:
    batch = import_files(
        tmp_path,
        orders=[orders_file({})],
        reviews=[reviews_file({"stars": "9"}), reviews_file({"stars": "8"})],
    )
    (repair,) = check_of(batch).repairs
    assert [e.where for e in repair.examples] == ["reviews-1.csv, line 2", "reviews-2.csv, line 2"]


def test_an_import_without_a_mistake_has_nothing_to_mend(tmp_path: Path) -> None:
    check = check_of(import_files(tmp_path, orders=[orders_file({})]))
    assert check.repairs == ()
    assert (check.rows, check.accepted) == (1, 1)


def test_the_check_takes_the_same_queries_for_one_group_and_ten(tmp_path: Path) -> None:
    def queries(columns: int) -> int:
        names = ["amount", "revisions", "disputes", "status", "ordered_at", "currency", "gig"]
        bad = [{"order_ref": f"FO{n}", name: ""} for n, name in enumerate(names[:columns])]
        rows = [{k: v or "?!" * 60 for k, v in row.items()} for row in bad]
        batch = import_files(tmp_path, orders=[orders_file(*rows)])
        with CaptureQueriesContext(connection) as captured:
            check_of(batch)
        return len(captured)

    assert queries(1) == queries(6) == 4
