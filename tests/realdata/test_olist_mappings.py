"""The three exports as they are — packed, in six files each — through mappings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
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
from tests.realdata.olist import TIME_ZONE, Exports
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


Tables = tuple[set[Sequence[object]], set[Sequence[object]]]


def tables_now() -> Tables:
    """Orders without their gig (the page takes the first, the joined files the dearest)."""
    orders = Order.objects.values_list(
        "seller__handle", "ref", "ordered_at", "due_at", "delivered_at", "status", "cancelled_by",
        "amount", "currency", "buyer_key",
    )  # fmt: skip
    reviews = Review.objects.values_list(
        "order__seller__handle", "order__ref", "ref", "posted_at", "stars"
    )
    return set(orders), set(reviews)


@dataclass(frozen=True)
class After:
    """What an import left: all tables, and what it counted and refused."""

    tables: Tables
    rows: tuple[int, int]
    refused: Counter[str]


def after(batch: ImportBatch) -> After:
    reasons = Counter(batch.rejections.values_list("reason", flat=True))
    return After(tables_now(), (batch.rows_done, batch.rows_rejected), reasons)


def joined_before(exports: Exports, folder: Path) -> Iterator[After]:
    """The three exports, one after the other, as canonical files."""
    for export in exports.values():
        batch = import_files(
            folder,
            orders=[export.orders_csv()],
            reviews=[export.reviews_csv()] if export.reviews else [],
            time_zone=TIME_ZONE,
            platform="other",
        )
        assert batch.rows_done == len(export.orders) + len(export.reviews)
        yield after(batch)


def test_exports_that_overlap_go_in_as_they_are_like_the_same_rows_joined_before(
    realdata: Path, exports: Exports, tmp_path: Path
) -> None:
    with undone():
        expected = list(joined_before(exports, tmp_path))
    for name, before in zip(exports, expected, strict=True):
        found = after(import_as_they_are(realdata / "olist" / name))
        for ours, theirs in zip(found.tables, before.tables, strict=True):
            assert sorted(map(str, ours ^ theirs))[:4] == []
        # Nothing vanishes: what was refused there is refused here, for the same reason.
        assert (found.rows, found.refused) == (before.rows, before.refused), name
    # A second time changes nothing.
    for name in exports:
        again = import_as_they_are(realdata / "olist" / name)
        assert (again.rows_new, again.rows_changed) == (0, 0)
    assert tables_now() == expected[-1].tables


def test_the_day_of_estimated_delivery_is_proved_to_be_a_day(realdata: Path) -> None:
    table = open_table(realdata / "olist" / "export_b" / "orders.csv.gz")
    today = timezone.now().date()
    proposal = propose_mapping(table, today=today, role=FileRole.ORDERS)
    due = "order_estimated_delivery_date"
    assert f"“{due}”: every time is midnight, so these are days." in proposal.proofs
    assert proposal.mapping is not None
    again = judged(proposal.mapping, profile_table(table, today), today)
    assert again.mapping == proposal.mapping
