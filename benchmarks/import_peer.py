"""django-import-export doing the job of ``import_orders``, written as a good user of it would.

Two peers. One does the same job as far as the library can: every row is held against the
model's own checks and keys (``clean_model_instances``), and rows that say nothing new are left
alone (``skip_unchanged``). The other writes what it is given; the first wrong row would end it,
which is not the same job, but says what the checks cost.
"""

from __future__ import annotations

import time
from functools import cache
from pathlib import Path
from typing import Any

import tablib
from django.utils.dateparse import parse_datetime
from django.utils.timezone import make_aware
from import_export import fields, instance_loaders, resources, widgets

from sellers.models import CancelledBy, Gig, Order, OrderStatus, Review, Seller


class _Found(widgets.Widget):
    """A related row by its reference, from a dictionary made once."""

    def __init__(self, rows: Any) -> None:
        super().__init__()
        self.rows = cache(rows)

    def clean(self, value: Any, *_: Any, **__: Any) -> Any:
        return self.rows()[value]


class _Word(widgets.Widget):
    def __init__(self, words: dict[str, int]) -> None:
        super().__init__()
        self.words = words

    def clean(self, value: Any, *_: Any, **__: Any) -> Any:
        return self.words[value] if value else None


class _Time(widgets.Widget):
    """ISO 8601, which the library's own widget tries format by format."""

    def clean(self, value: Any, *_: Any, **__: Any) -> Any:
        parsed = parse_datetime(value) if value else None
        return make_aware(parsed) if parsed else None


def _times(*names: str) -> dict[str, fields.Field]:
    return {name: fields.Field(name, name, widget=_Time()) for name in names}


class _Bulk:
    use_bulk = True
    batch_size = 1000
    skip_diff = True
    skip_html_diff = True
    report_skipped = False
    use_transactions = True
    instance_loader_class = instance_loaders.CachedInstanceLoader


class _Checked(_Bulk):
    clean_model_instances = True
    skip_unchanged = True


class _Orders(resources.ModelResource):
    seller = fields.Field("seller", "seller", widget=_Found(lambda: _by(Seller, "handle")))
    gig = fields.Field("gig", "gig", widget=_Found(lambda: _by(Gig, "ref")))
    order_ref = fields.Field("ref", "order_ref")
    status = fields.Field(
        "status",
        "status",
        widget=_Word({"completed": OrderStatus.COMPLETED, "cancelled": OrderStatus.CANCELLED}),
    )
    cancelled_by = fields.Field(
        "cancelled_by", "cancelled_by", widget=_Word({"seller": CancelledBy.SELLER})
    )
    buyer = fields.Field("buyer_key", "buyer")
    locals().update(_times("ordered_at", "due_at", "delivered_at", "completed_at", "cancelled_at"))

    class Meta(_Bulk):
        model = Order
        import_id_fields = ("order_ref",)
        fields = (
            *("order_ref", "seller", "gig", "buyer", "status", "cancelled_by", "amount"),
            *("currency", "ordered_at", "due_at", "delivered_at", "completed_at"),
            "cancelled_at",
        )


class _Reviews(resources.ModelResource):
    order = fields.Field("order", "order_ref", widget=_Found(lambda: _by(Order, "ref")))
    posted_at = fields.Field("posted_at", "posted_at", widget=_Time())

    class Meta(_Bulk):
        model = Review
        import_id_fields = ("order",)
        fields = ("order", "posted_at", "stars", "quality_of_delivery", "text")


class _CheckedOrders(_Orders):
    class Meta(_Checked, _Orders.Meta):
        pass


class _CheckedReviews(_Reviews):
    class Meta(_Checked, _Reviews.Meta):
        pass


def _by(model: Any, field: str) -> dict[str, Any]:
    return {getattr(row, field): row for row in model.objects.all()}


def import_by_peer(folder: Path, *, checked: bool) -> float:
    """Seconds for both files; sellers and gigs are there already."""
    start = time.perf_counter()
    orders, reviews = (_CheckedOrders, _CheckedReviews) if checked else (_Orders, _Reviews)
    for name, kind in ("orders", orders), ("reviews", reviews):
        for field in kind().fields.values():
            if isinstance(field.widget, _Found):
                field.widget.rows.cache_clear()  # what an earlier import found
        rows = tablib.Dataset().load((folder / f"{name}.csv").read_text("utf-8"), "csv")
        kind().import_data(rows, raise_errors=True)
    return time.perf_counter() - start
