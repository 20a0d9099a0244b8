"""The three exports as they are — packed, in six files each — through mappings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from sellers.importing.batches import NewFile
from sellers.importing.formats import plain_name
from sellers.importing.mapping.model import ColumnMap
from sellers.importing.mapping.model import Mapping as FileMapping
from sellers.importing.mapping.profile import profile_table
from sellers.importing.mapping.propose import Proposal, judged, propose_mapping
from sellers.importing.mapping.sets import guess_joins, propose_roles
from sellers.importing.sources import file_stem
from sellers.importing.sources.joined import JoinedTable
from sellers.importing.sources.opening import open_table
from sellers.models import FileRole, ImportBatch, ImportState, Order, Review
from tests.realdata.olist import EXPORTS, TIME_ZONE, load_export
from tests.sellers.importing.files import import_files, import_new_files, undone

pytestmark = [
    pytest.mark.realdata,
    pytest.mark.once,
    pytest.mark.django_db,
    pytest.mark.timeout(1_200),
]

#: What a person answers on the page: the words of Olist, and what no column says.
STATUS = {"delivered": "completed", "canceled": "cancelled", "unavailable": "cancelled"}
STATUS |= dict.fromkeys(("shipped", "invoiced", "processing", "created", "approved"), "open")


def mapped_files(folder: Path) -> list[NewFile]:
    """The files of an export, with the mappings that the page proposes and a person completes."""
    today = timezone.now().date()
    paths = {file_stem(path.name): path for path in sorted(folder.glob("*.csv.gz"))}
    tables = {name: open_table(path) for name, path in paths.items()}
    roles = propose_roles(tables, today=today)
    facts = {name for name, role in roles.items() if role is not FileRole.TABLE}
    assert facts == {"orders", "order_reviews"} & set(paths)
    others = {name: table for name, table in tables.items() if name not in facts}
    files = []
    for name, path in paths.items():
        mapping = None
        if name in facts:
            joins = guess_joins(tables[name], others)
            by_plain = {plain_name(other): table for other, table in others.items()}
            joined = JoinedTable(tables[name], joins, by_plain)
            proposal = propose_mapping(joined, today=today, role=roles[name], joins=joins)
            mapping = answered(proposal).as_json()
        files.append(NewFile(roles[name], path.name, path, mapping))
    return files


def answered(proposal: Proposal) -> FileMapping:
    mapping = proposal.mapping
    assert mapping is not None
    columns: dict[str, dict[str, ColumnMap]] = {
        role: dict(of) for role, of in mapping.columns.items()
    }
    for of in columns.values():
        of |= {"platform": ColumnMap(constant="other"), "time_zone": ColumnMap(constant=TIME_ZONE)}
    if orders := columns.get("orders"):
        orders["status"] = replace(orders["status"], words=STATUS)
        by_seller = ColumnMap(theirs=("order_status",), words={"unavailable": "seller"}, other="")
        orders |= {"cancelled_by": by_seller, "currency": ColumnMap(constant="BRL")}
    return replace(mapping, columns=columns)


def import_as_they_are(folder: Path, **options: Any) -> ImportBatch:
    batch = import_new_files(mapped_files(folder), joined=True, **options)
    assert batch.state == ImportState.DONE, batch.message
    return batch


def tables_now() -> tuple[set[Sequence[object]], set[Sequence[object]]]:
    """Orders without their gig (the page takes the first, the joined files the dearest)."""
    orders = Order.objects.values_list(
        "seller__handle", "ref", "ordered_at", "due_at", "delivered_at", "status", "cancelled_by",
        "amount", "currency", "buyer_key",
    )  # fmt: skip
    reviews = Review.objects.values_list(
        "order__seller__handle", "order__ref", "ref", "posted_at", "stars"
    )
    return set(orders), set(reviews)


def test_each_export_goes_in_as_it_is_like_the_same_rows_joined_before(
    realdata: Path, tmp_path: Path
) -> None:
    for name in EXPORTS:
        folder = realdata / "olist" / name
        export = load_export(folder)
        with undone():
            joined = import_files(
                tmp_path,
                orders=[export.orders_csv()],
                reviews=[export.reviews_csv()] if export.reviews else [],
                time_zone=TIME_ZONE,
                platform="other",
            )
            expected = tables_now()
            reasons = Counter(joined.rejections.values_list("reason", flat=True))
        with undone():
            batch = import_as_they_are(folder)
            for found, before in zip(tables_now(), expected, strict=True):
                assert sorted(map(str, found ^ before))[:4] == []
            assert batch.rows_done == joined.rows_done == len(export.orders) + len(export.reviews)
            # Nothing vanishes: what was refused there is refused here, for the same reason.
            assert batch.rows_rejected == joined.rows_rejected
            assert Counter(batch.rejections.values_list("reason", flat=True)) == reasons


def test_all_three_overlap_and_a_second_time_changes_nothing(realdata: Path) -> None:
    for name in EXPORTS:
        import_as_they_are(realdata / "olist" / name)
    before = tables_now()
    for name in EXPORTS:
        again = import_as_they_are(realdata / "olist" / name)
        assert (again.rows_new, again.rows_changed) == (0, 0)
    assert tables_now() == before


def test_the_day_of_estimated_delivery_is_proved_to_be_a_day(realdata: Path) -> None:
    table = open_table(realdata / "olist" / "export_b" / "orders.csv.gz")
    today = timezone.now().date()
    proposal = propose_mapping(table, today=today, role=FileRole.ORDERS)
    due = "order_estimated_delivery_date"
    assert f"“{due}”: every time is midnight, so these are days." in proposal.proofs
    assert proposal.mapping is not None
    again = judged(proposal.mapping, profile_table(table, today), today)
    assert again.mapping == proposal.mapping
