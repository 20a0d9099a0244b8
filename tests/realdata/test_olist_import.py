"""Three real exports that overlap: in any order, twice, with the same result."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

from sellers.models import ImportBatch, ImportState, Order, OrderStatus, Review, WaitingReview
from tests.realdata.olist import EXPORTS, TIME_ZONE, Export, Exports
from tests.sellers.importing.files import facts, import_files, undone

pytestmark = [pytest.mark.realdata, pytest.mark.django_db, pytest.mark.timeout(1_200)]


def import_export(folder: Path, export: Export, parts: str = "or") -> ImportBatch:
    """Import orders ("o"), reviews ("r") or both of one export."""
    batch = import_files(
        folder,
        orders=[export.orders_csv()] if "o" in parts else [],
        reviews=[export.reviews_csv()] if "r" in parts and export.reviews else [],
        time_zone=TIME_ZONE,
    )
    assert batch.state == ImportState.DONE, batch.message
    return batch


def test_any_order_of_files_and_any_repetition_give_the_same_tables(
    exports: Exports, tmp_path: Path
) -> None:
    a, b, c = EXPORTS
    with undone():
        for name in (a, b, c):
            import_export(tmp_path, exports[name])
        whole = facts()
    with undone():
        batch = import_files(
            tmp_path,
            orders=[exports[name].orders_csv() for name in (c, b, a)],
            reviews=[exports[name].reviews_csv() for name in (a, b)],
            time_zone=TIME_ZONE,
        )
        assert batch.rows_done == sum(len(e.orders) + len(e.reviews) for e in exports.values())
        assert facts() == whole
    # Reviews before their orders, exports backwards.
    for name, parts in ((b, "r"), (c, "o"), (a, "r"), (b, "o"), (a, "o")):
        import_export(tmp_path, exports[name], parts)
    assert facts() == whole
    again = import_export(tmp_path, exports[a])
    assert again.rows_new == again.rows_changed == again.rows_waiting == 0
    assert again.effects.count() == 0
    assert facts() == whole


def test_every_messy_kind_is_loaded_with_a_meaning_or_refused_with_a_reason(
    exports: Exports, tmp_path: Path
) -> None:
    export = exports["export_a"]
    batch = import_export(tmp_path, export)
    reasons = Counter(batch.rejections.values_list("column", "reason"))

    # Orders without items have neither seller nor gig; their reviews have no seller.
    without = [row for row in export.orders if not row["seller"]]
    assert len(without) == 775
    lost = [row for row in export.reviews if not row["seller"]]
    assert reasons["seller", "“seller” is blank."] == len(without) + len(lost)
    assert reasons["gig", "“gig” is blank."] == len(without)

    # A review dated before the day of purchase is refused; one before delivery is not.
    ordered = {
        row["order_id"]: row["order_purchase_timestamp"][:10] for row in export.source_orders
    }
    early = [
        row
        for row in export.reviews
        if row["seller"] and row["posted_at"] < ordered[row["order_ref"]]
    ]
    assert early
    assert reasons["posted_at", "The review was posted before its order was placed."] == len(early)
    assert set(reasons) == {
        ("seller", "“seller” is blank."),
        ("gig", "“gig” is blank."),
        ("posted_at", "The review was posted before its order was placed."),
    }
    assert batch.rows_rejected == len(without) + len(lost) + len(early)
    # Nothing else is left out.
    assert Order.objects.count() == len(export.orders) - len(without)
    assert batch.rows_done == len(export.orders) + len(export.reviews)
    assert not WaitingReview.objects.exists()
    _check_statuses(export)
    _check_reviews(export)


def _check_statuses(export: Export) -> None:
    sold = {row["order_ref"] for row in export.orders if row["seller"]}
    source = {row["order_id"]: row for row in export.source_orders if row["order_id"] in sold}
    # Completed without a date of delivery, cancelled with one: both are kept as they are.
    undated = {
        ref
        for ref, row in source.items()
        if row["order_status"] == "delivered" and not row["order_delivered_customer_date"]
    }
    found = Order.objects.filter(status=OrderStatus.COMPLETED, delivered_at=None)
    assert set(found.values_list("ref", flat=True)) == undated
    delivered = {
        ref
        for ref, row in source.items()
        if row["order_status"] == "canceled" and row["order_delivered_customer_date"]
    }
    cancelled = Order.objects.filter(status=OrderStatus.CANCELLED, delivered_at__isnull=False)
    assert set(cancelled.values_list("ref", flat=True)) == delivered


def _check_reviews(export: Export) -> None:
    # Several reviews of one order are versions; one reference on several orders is several.
    per_order = Counter((row["seller"], row["order_ref"]) for row in export.reviews)
    several = [key for key, count in per_order.items() if count > 1 and key[0]]
    stored = Counter(Review.objects.values_list("order__seller__handle", "order__ref"))
    assert several
    assert sum(stored[key] > 1 for key in several) > 0
    shared = Counter(Review.objects.values_list("ref", flat=True))
    assert max(shared.values()) > 1
    # Line breaks and emoji of comments arrive.
    texts = list(Review.objects.exclude(text="").values_list("text", flat=True))
    assert sum("\n" in text for text in texts) > 100
    assert any(re.search("[\U0001f300-\U0001faff]", text) for text in texts)


def test_delivery_on_the_due_day_is_on_time(exports: Exports, tmp_path: Path) -> None:
    import_export(tmp_path, exports["export_b"], "o")
    source = {row["order_id"]: row for row in exports["export_b"].source_orders}
    on_the_day = [
        ref
        for ref, row in source.items()
        if row["order_delivered_customer_date"][:10] == row["order_estimated_delivery_date"][:10]
    ]
    orders = Order.objects.filter(ref__in=on_the_day)
    assert orders.count() > 10
    for order in orders:
        assert order.delivered_at is not None
        assert order.due_at is not None
        assert order.delivered_at <= order.due_at
