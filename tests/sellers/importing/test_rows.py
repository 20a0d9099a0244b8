"""Rows: what they mean, and how a mistake in one is reported."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path

import pytest

from sellers.importing.buyers import buyer_keys
from sellers.models import CancelledBy, Order, OrderStatus, Review, Seller, WaitingReview
from tests.builders import a_seller
from tests.sellers.importing.files import import_files, orders_file, reasons, reviews_file

pytestmark = pytest.mark.django_db

#: What is wrong with one cell of an otherwise good order, and the words of the reason.
BAD_ORDERS: dict[str, tuple[dict[str, object], str, str]] = {
    "no reference": ({"order_ref": ""}, "order_ref", "“order_ref” is blank."),
    "no gig": ({"gig": " "}, "gig", "“gig” is blank."),
    "no seller": ({"seller": ""}, "seller", "“seller” is blank."),
    "no status": ({"status": ""}, "status", "“status” is blank."),
    "no day": ({"ordered_at": ""}, "ordered_at", "“ordered_at” is blank."),
    "no currency": ({"currency": ""}, "currency", "“currency” is blank."),
    "odd status": ({"status": "lost"}, "status", "“lost” is not a known status."),
    "odd platform": ({"platform": "ebay"}, "platform", "“ebay” is not a known platform."),
    "no time": ({"ordered_at": "1/2/2024"}, "ordered_at", "“1/2/2024” is not a time."),
    "no such day": ({"due_at": "2024-02-30"}, "due_at", "“2024-02-30” is not a time."),
    "1900": (
        {"ordered_at": "1900-01-01"},
        "ordered_at",
        "“1900-01-01” lies before 2005, when there was no such marketplace.",
    ),
    "2100": ({"due_at": "2100-01-01"}, "due_at", "“2100-01-01” lies more than a year ahead"),
    "year 0001": ({"ordered_at": "0001-01-01"}, "ordered_at", "“0001-01-01” lies before 2005"),
    "delivered before ordered": (
        {"delivered_at": "2024-02-29"},
        "delivered_at",
        "The order is delivered before it was ordered.",
    ),
    "due before ordered": ({"due_at": "2024-02-29"}, "due_at", "The order is due before"),
    "extended backwards": (
        {"due_at": "2024-03-09", "extended_due_at": "2024-03-08"},
        "extended_due_at",
        "The extended due time lies before the first one.",
    ),
    "negative amount": ({"amount": "-5"}, "amount", "The amount is negative."),
    "absurd amount": (
        {"amount": "10000000.01"},
        "amount",
        "The amount is above 10,000,000, which no order is worth.",
    ),
    "decimal comma": ({"amount": "12,50"}, "amount", "“12,50” is not an amount."),
    "dollar sign": ({"amount": "$12"}, "amount", "“$12” is not an amount."),
    "not a number": ({"amount": "nan"}, "amount", "“nan” is not an amount."),
    "three decimals": ({"amount": "1.005"}, "amount", "The amount has more than two decimals."),
    "unknown currency": (
        {"currency": "XQX"},
        "currency",
        "There is no exchange rate for “XQX”.",
    ),
    "half a revision": ({"revisions": "1.5"}, "revisions", "“1.5” is not a whole number"),
    "cancelled by nobody": (
        {"status": "cancelled", "cancelled_by": "me"},
        "cancelled_by",
        "“me” is not a known cancelled by.",
    ),
    "cancellation of a completed order": (
        {"cancelled_by": "seller"},
        "cancelled_by",
        "The order is not cancelled, but the row says something about a cancellation.",
    ),
    "completion of an open order": (
        {"status": "open", "completed_at": "2024-03-05"},
        "completed_at",
        "The order is open, but the row says when it was completed.",
    ),
    "maybe": ({"requirements_in": "maybe"}, "requirements_in", "“maybe” is not a known"),
    "a reference too long": ({"order_ref": "F" * 101}, "order_ref", "longer than 100 characters"),
    "a ruling at a time": (
        {"status": "cancelled", "excluded_on": "2024-05-01T12:00"},
        "excluded_on",
        "“2024-05-01T12:00” is a time; this column holds a day.",
    ),
    "no such zone": ({"time_zone": "Mars/Base"}, "time_zone", "“Mars/Base” is not a time zone."),
}


@pytest.mark.parametrize("kind", BAD_ORDERS)
def test_a_bad_order_is_rejected_with_line_column_value_reason_and_fix(
    kind: str, tmp_path: Path
) -> None:
    cells, column, words = BAD_ORDERS[kind]
    good = {"order_ref": "FO2"}
    batch = import_files(tmp_path, orders=[orders_file(good, cells)])
    assert (batch.rows_new, batch.rows_rejected) == (1, 1)
    rejection = batch.rejections.get()
    assert (rejection.line, rejection.column) == (3, column)
    assert words in rejection.reason
    assert rejection.fix.endswith(".")
    assert Order.objects.get().ref == "FO2"


BAD_REVIEWS: dict[str, tuple[dict[str, object], str, str]] = {
    "six stars": ({"stars": "6"}, "stars", "“6” is not a rating from 1 to 5."),
    "half a star": ({"stars": "0.5"}, "stars", "“0.5” is not a rating from 1 to 5."),
    "five in letters": ({"stars": "five"}, "stars", "“five” is not a rating from 1 to 5."),
    "no rating": ({"stars": ""}, "stars", "The row holds no rating."),
    "no order": ({"order_ref": ""}, "order_ref", "“order_ref” is blank."),
    "no day": ({"posted_at": ""}, "posted_at", "“posted_at” is blank."),
    "removed before posted": (
        {"removed_at": "2024-03-08"},
        "removed_at",
        "The review was removed before it was posted.",
    ),
    "older than its order": (
        {"posted_at": "2024-02-29"},
        "posted_at",
        "The review was posted before its order was placed.",
    ),
}


@pytest.mark.parametrize("kind", BAD_REVIEWS)
def test_a_bad_review_is_rejected_and_the_good_one_beside_it_goes_in(
    kind: str, tmp_path: Path
) -> None:
    cells, column, words = BAD_REVIEWS[kind]
    batch = import_files(tmp_path, orders=[orders_file({})], reviews=[reviews_file({}, cells)])
    assert (batch.rows_new, batch.rows_rejected) == (2, 1)
    assert reasons(batch) == [(3, column, words)]
    assert Review.objects.count() == 1


def test_every_mistake_of_a_row_is_listed_and_the_row_counts_once(tmp_path: Path) -> None:
    batch = import_files(tmp_path, orders=[orders_file({"amount": "x", "status": "y"})])
    assert batch.rows_rejected == 1
    assert {column for _, column, _ in reasons(batch)} == {"amount", "status"}


def test_zero_stars_mean_that_no_review_was_left(tmp_path: Path) -> None:
    rows = [{"stars": "0"}, {"order_ref": "FO2", "stars": "0", "communication": "4"}]
    batch = import_files(
        tmp_path,
        orders=[orders_file({}, {"order_ref": "FO2"})],
        reviews=[reviews_file(*rows)],
    )
    assert (batch.rows_new, batch.rows_no_review) == (3, 1)
    review = Review.objects.get()
    # A zero beside another rating is "not rated", never 0.
    assert (review.order.ref, review.stars, review.communication) == ("FO2", None, Decimal(4))


def test_times_without_a_zone_are_the_sellers_and_a_due_day_lasts_until_its_end(
    tmp_path: Path,
) -> None:
    row = {
        "ordered_at": "2024-03-01 09:30",
        "due_at": "2024-03-06",
        "delivered_at": "2024-03-05",
        "completed_at": "2024-03-08T18:00:00+02:00",
        "time_zone": "America/New_York",
    }
    import_files(tmp_path, orders=[orders_file(row)])
    order = Order.objects.get()
    # New York is five hours behind UTC before 10 March 2024.
    assert order.ordered_at == dt.datetime(2024, 3, 1, 14, 30, tzinfo=dt.UTC)
    assert order.due_at == dt.datetime(2024, 3, 7, 4, 59, 59, 999999, tzinfo=dt.UTC)
    assert order.delivered_at == dt.datetime(2024, 3, 5, 5, tzinfo=dt.UTC)
    assert order.completed_at == dt.datetime(2024, 3, 8, 16, tzinfo=dt.UTC)
    assert Seller.objects.get().time_zone == "America/New_York"


def test_the_zone_of_a_known_seller_stays_and_its_currency_fills_blanks(tmp_path: Path) -> None:
    a_seller("mira", time_zone="Asia/Tokyo", currency="EUR")
    row = {"ordered_at": "2024-03-01T09:00", "currency": "", "time_zone": "Europe/Berlin"}
    batch = import_files(tmp_path, orders=[orders_file(row)])
    assert batch.rows_new == 1
    order = Order.objects.get()
    # Tokyo is nine hours ahead.
    assert order.ordered_at == dt.datetime(2024, 3, 1, 0, tzinfo=dt.UTC)
    assert order.currency == "EUR"
    assert Seller.objects.get().time_zone == "Asia/Tokyo"


def test_two_zones_for_a_seller_who_is_not_known_are_refused(tmp_path: Path) -> None:
    rows = [
        {"time_zone": "UTC"},
        {"order_ref": "FO2", "time_zone": "Asia/Tokyo"},
        {"order_ref": "FO3", "seller": "noor", "time_zone": "UTC"},
    ]
    batch = import_files(tmp_path, orders=[orders_file(*rows)])
    assert (batch.rows_new, batch.rows_rejected) == (1, 2)
    assert [seller.handle for seller in Seller.objects.all()] == ["noor"]


def test_a_zone_named_on_one_row_counts_for_all_rows_of_the_seller(tmp_path: Path) -> None:
    rows = [
        {"ordered_at": "2024-03-01T09:00"},
        {"order_ref": "FO2", "ordered_at": "2024-03-01T09:00", "time_zone": "Asia/Tokyo"},
    ]
    import_files(tmp_path, orders=[orders_file(*rows)])
    assert {order.ordered_at.hour for order in Order.objects.all()} == {0}


def test_a_cancelled_order_keeps_its_delivery_and_needs_no_time_of_cancellation(
    tmp_path: Path,
) -> None:
    row = {
        "status": "Canceled",
        "cancelled_by": "buyer",
        "requirements_in": "yes",
        "delivered_at": "2024-03-04",
        "completed_at": "2024-03-06",
    }
    batch = import_files(tmp_path, orders=[orders_file(row)])
    order = Order.objects.get()
    assert batch.rows_new == 1
    assert (order.status, order.cancelled_by) == (OrderStatus.CANCELLED, CancelledBy.CLIENT)
    assert order.requirements_in is True
    assert order.cancelled_at is None
    assert order.delivered_at is not None
    # A cancelled order has no completion: the table forbids it, and the rule says so.
    assert order.completed_at is None


def test_unknown_facts_stay_unknown(tmp_path: Path) -> None:
    import_files(tmp_path, orders=[orders_file({})])
    order = Order.objects.get()
    for field in ("due_at", "delivered_at", "amount", "revisions", "disputes", "buyer_key"):
        assert getattr(order, field) is None, field
    assert order.requirements_in is None


def test_buyers_are_kept_as_a_keyed_hash_and_a_label(tmp_path: Path) -> None:
    rows = [{"buyer": "Anna K"}, {"order_ref": "FO2", "buyer": " anna  k "}]
    import_files(tmp_path, orders=[orders_file(*rows)])
    one, two = Order.objects.order_by("ref")
    assert one.buyer_key == two.buyer_key == buyer_keys("fiverr", ["Anna K"])["Anna K"]
    assert len(one.buyer_key or "") == 32
    assert one.buyer_label == f"Buyer {one.buyer_key[:4].upper()}" if one.buyer_key else False
    assert "nna" not in one.buyer_label


def test_names_of_buyers_are_kept_where_the_seller_wants_them(tmp_path: Path) -> None:
    a_seller("mira", keeps_buyer_names=True)
    import_files(tmp_path, orders=[orders_file({"buyer": "Anna K"})])
    assert Order.objects.get().buyer_label == "Anna K"


def test_an_order_number_of_two_sellers_is_two_orders(tmp_path: Path) -> None:
    batch = import_files(tmp_path, orders=[orders_file({}, {"seller": "noor"})])
    assert batch.rows_new == 2
    assert {(o.seller.handle, o.ref) for o in Order.objects.select_related("seller")} == {
        ("mira", "FO1"),
        ("noor", "FO1"),
    }


def test_the_same_handle_on_two_platforms_is_two_sellers(tmp_path: Path) -> None:
    import_files(tmp_path, orders=[orders_file({}, {"platform": "Upwork"})])
    assert set(Seller.objects.values_list("platform", "handle")) == {
        ("fiverr", "mira"),
        ("upwork", "mira"),
    }


def test_an_import_for_one_seller_refuses_rows_of_another(tmp_path: Path) -> None:
    mira = a_seller("mira")
    rows = [{"seller": "Mira"}, {"order_ref": "FO2", "seller": ""}, {"seller": "noor"}]
    batch = import_files(tmp_path, orders=[orders_file(*rows)], seller=mira)
    assert (batch.rows_new, batch.rows_rejected) == (2, 1)
    assert reasons(batch) == [
        (4, "seller", "This import is for mira only, the row names another seller.")
    ]
    assert Seller.objects.count() == 1


def test_a_file_without_a_seller_needs_one_to_be_chosen(tmp_path: Path) -> None:
    text = "gig,order_ref,ordered_at,status,currency\nediting,FO1,2024-03-01,open,USD\n"
    batch = import_files(tmp_path, orders=[text])
    assert "no seller was chosen" in batch.message
    assert import_files(tmp_path, orders=[text], seller=a_seller("mira")).rows_new == 1


def test_a_review_without_its_order_waits_and_joins_it_later(tmp_path: Path) -> None:
    first = import_files(tmp_path, reviews=[reviews_file({"text": "Kind."})])
    assert (first.rows_waiting, first.rows_new) == (1, 0)
    assert Seller.objects.get().revision == 0
    again = import_files(tmp_path, reviews=[reviews_file({"text": "Kind."})])
    assert again.rows_waiting == 1
    assert WaitingReview.objects.count() == 1
    with_order = import_files(tmp_path, orders=[orders_file({"currency": "EUR"})])
    assert (with_order.rows_new, with_order.reviews_joined) == (1, 1)
    assert not WaitingReview.objects.exists()
    review = Review.objects.get()
    assert (review.order.ref, review.stars, review.text) == ("FO1", Decimal(5), "Kind.")
    assert Seller.objects.get().revision == 1
    assert Seller.objects.get().currency == "EUR"


def test_a_waiting_review_older_than_its_order_is_refused_when_the_order_comes(
    tmp_path: Path,
) -> None:
    import_files(tmp_path, reviews=[reviews_file({"posted_at": "2024-02-01"})])
    batch = import_files(tmp_path, orders=[orders_file({})])
    assert (batch.rows_new, batch.rows_rejected, batch.reviews_joined) == (1, 0, 0)
    late = batch.rejections.get()
    assert (late.file.name, late.line) == ("reviews-0.csv", 2)
    assert late.file.batch_id != batch.pk
    assert not WaitingReview.objects.exists()
    assert not Review.objects.exists()


def test_a_review_on_the_day_of_the_order_is_not_too_early(tmp_path: Path) -> None:
    # Ordered at 09:00, the review's day alone is read as midnight.
    batch = import_files(
        tmp_path, orders=[orders_file({})], reviews=[reviews_file({"posted_at": "2024-03-01"})]
    )
    assert batch.rows_new == 2
