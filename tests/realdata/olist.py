"""The Olist exports as canonical files, joined as the README beside them says.

Nothing is mended and nothing left out: an order without items has neither seller nor gig and
becomes a row with blank cells, for the import to refuse.
"""

from __future__ import annotations

import csv
import gzip
import io
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

EXPORTS = ("export_a", "export_b", "export_c")
TIME_ZONE = "America/Sao_Paulo"

Row = dict[str, str]
_STATUS = {"delivered": "completed", "canceled": "cancelled", "unavailable": "cancelled"}


@dataclass(frozen=True)
class Export:
    """The canonical rows of one export, and its own rows to count against."""

    orders: list[Row]
    reviews: list[Row]
    source_orders: list[Row]
    source_reviews: list[Row]

    def orders_csv(self) -> str:
        return _text(self.orders)

    def reviews_csv(self) -> str:
        return _text(self.reviews)


Exports = Mapping[str, Export]


def load_export(folder: Path) -> Export:
    """Join one export."""
    orders = list(_rows(folder, "orders"))
    reviews = list(_rows(folder, "order_reviews"))
    items = _items(folder)
    buyers = {row["customer_id"]: row["customer_unique_id"] for row in _rows(folder, "customers")}
    categories = _categories(folder)
    return Export(
        [row for o in orders for row in _orders(o, items[o["order_id"]], buyers, categories)],
        [row for r in reviews for row in _reviews(r, items[r["order_id"]])],
        orders,
        reviews,
    )


def _rows(folder: Path, name: str) -> Iterator[Row]:
    path = folder / f"{name}.csv.gz"
    if path.exists():
        with gzip.open(path, "rt", encoding="utf-8-sig", newline="") as file:
            yield from csv.DictReader(file)


#: order → seller → product → price of all its items
Items = Mapping[str, Mapping[str, Mapping[str, Decimal]]]


def _items(folder: Path) -> Items:
    found: dict[str, dict[str, dict[str, Decimal]]] = defaultdict(lambda: defaultdict(dict))
    for item in _rows(folder, "order_items"):
        products = found[item["order_id"]][item["seller_id"]]
        price = Decimal(item["price"])
        products[item["product_id"]] = products.get(item["product_id"], Decimal(0)) + price
    return found


def _categories(folder: Path) -> dict[str, str]:
    translation = _rows(folder, "product_category_name_translation")
    english = {r["product_category_name"]: r["product_category_name_english"] for r in translation}
    return {
        row["product_id"]: english.get(row["product_category_name"], row["product_category_name"])
        for row in _rows(folder, "products")
    }


def _orders(
    order: Row,
    sellers: Mapping[str, Mapping[str, Decimal]],
    buyers: Mapping[str, str],
    categories: Mapping[str, str],
) -> Iterator[Row]:
    """One row per seller of the order; the gig is the product that cost most."""
    for seller, products in sellers.items() or [("", {})]:
        gig = min(products, key=lambda product: (-products[product], product), default="")
        status = _STATUS.get(order["order_status"], "open")
        yield {
            "seller": seller,
            "gig": gig,
            "category": categories.get(gig, ""),
            "order_ref": order["order_id"],
            "buyer": buyers[order["customer_id"]],
            "ordered_at": order["order_purchase_timestamp"],
            "due_at": order["order_estimated_delivery_date"][:10],
            "delivered_at": order["order_delivered_customer_date"],
            "status": status,
            "cancelled_by": "seller" if order["order_status"] == "unavailable" else "",
            "amount": str(sum(products.values(), Decimal(0))) if products else "",
            "currency": "BRL",
            "time_zone": TIME_ZONE,
        }


def _reviews(review: Row, sellers: Mapping[str, object]) -> Iterator[Row]:
    """One row per seller of the order; the day of a review has no time."""
    title, message = review["review_comment_title"], review["review_comment_message"]
    for seller in sellers or [""]:
        yield {
            "seller": seller,
            "order_ref": review["order_id"],
            "review_ref": review["review_id"],
            "posted_at": review["review_creation_date"][:10],
            "stars": review["review_score"],
            "text": "\n".join(part for part in (title, message) if part),
            "time_zone": TIME_ZONE,
        }


def _text(rows: list[Row]) -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()
