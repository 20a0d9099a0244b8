"""What a preview leaves behind in the tables does not mislead the next import."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.db import connection

from sellers.importing.planner import analyze_believed_empty
from sellers.models import Order
from tests.sellers.importing.files import import_files, orders_file, undone

pytestmark = pytest.mark.django_db(transaction=True)

ROWS = [{"order_ref": f"FO{number}"} for number in range(200)]


def known_rows() -> float:
    with connection.cursor() as cursor:
        cursor.execute("SELECT reltuples FROM pg_class WHERE oid = 'sellers_order'::regclass")
        (rows,) = cursor.fetchone()
    return float(rows)


def test_tables_that_are_wrongly_on_record_as_empty_are_looked_at(tmp_path: Path) -> None:
    with undone():
        import_files(tmp_path, orders=[orders_file(*ROWS)])
    with connection.cursor() as cursor:
        # What autovacuum does when it cannot cut the pages off.
        cursor.execute("VACUUM (TRUNCATE FALSE) sellers_order")
    assert known_rows() == 0
    import_files(tmp_path, orders=[orders_file(*ROWS)])
    assert Order.objects.count() == known_rows() == 200
    assert "sellers_order" not in analyze_believed_empty()
