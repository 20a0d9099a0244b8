"""From a file of orders to why the score moved, as a person does it."""

from __future__ import annotations

import csv
import io
import math
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from metrics.models import Move, Standing
from sellers.models import ImportBatch, Order, Seller

pytestmark = [
    *(pytest.mark.e2e, pytest.mark.worker, pytest.mark.servers),
    pytest.mark.timeout(600),
]

ORDERS = 40
ORDER_HEAD = (
    *("seller", "gig", "gig_title", "order_ref", "ordered_at", "due_at", "delivered_at"),
    *("completed_at", "status", "amount", "currency", "disputes"),
)


def write_history(folder: Path, today: datetime) -> tuple[Path, Path]:
    """A seller who was perfect for a year and then had two bad orders; the last row is broken."""
    orders: list[tuple[str, ...]] = [ORDER_HEAD]
    reviews: list[tuple[str, ...]] = [("seller", "order_ref", "posted_at", "stars")]
    for number in range(ORDERS):
        bad = number < 2
        ordered = today - timedelta(days=13 + 9 * number)
        due = ordered + timedelta(days=3)
        delivered = due + timedelta(days=4 if bad else -1)
        done, posted = delivered + timedelta(days=1), delivered + timedelta(days=2)
        gig, ref = f"gig-{number % 2}", f"FO{number:010X}"
        times = (at.isoformat() for at in (ordered, due, delivered, done))
        orders.append(
            ("acme-editing", gig, f"Gig {gig}", ref, *times, "completed", "80.00", "USD", "0")
        )
        reviews.append(("acme-editing", ref, posted.isoformat(), "1" if bad else "5"))
    orders.append(("acme-editing", "gig-0", "", "FOBAD", "yesterday", *[""] * 7))
    paths = folder / "orders.csv", folder / "reviews.csv"
    for path, rows in zip(paths, (orders, reviews), strict=True):
        with path.open("w", newline="") as file:
            csv.writer(file).writerows(rows)
    return paths


def amounts(page: Page) -> list[float]:
    cells = page.locator(".ledger tbody [data-amount]")
    return [float(cell.get_attribute("data-amount") or "nan") for cell in cells.all()]


def test_import_watch_open_ask_why_and_add_up(
    logged_in: Page, site: str, tmp_path: Path, complaints: list[str]
) -> None:
    page = logged_in
    orders, reviews = write_history(tmp_path, timezone.now())

    # Import two files; watch the check and the import without touching the page.
    page.get_by_role("navigation").get_by_role("link", name="Imports").click()
    page.get_by_role("link", name="Import files").first.click()
    page.locator("input[type=file]").set_input_files([orders, reviews])
    page.get_by_role("button", name="Look at the columns").click()
    expect(page.get_by_text("Its columns have our own names")).to_be_visible()
    page.get_by_role("button", name="On to reviews.csv").first.click()
    page.get_by_role("button", name="Check the rows").first.click()
    heading = f"1 of {2 * ORDERS + 1} rows cannot be read"
    # A fresh worker compiles the engine before its first preview.
    expect(page.get_by_role("heading", name=heading)).to_be_visible(timeout=240_000)
    expect(page.get_by_text("yesterday").first).to_be_visible()
    page.get_by_role("link", name="See the effect").click()
    expect(page.get_by_text("Nothing is saved yet")).to_be_visible()
    assert Order.objects.count() == 0
    page.get_by_role("button", name=f"Save {2 * ORDERS} rows").click()
    expect(page.get_by_text("Imported", exact=True)).to_be_visible(timeout=60_000)
    batch = ImportBatch.objects.get()
    assert (batch.rows_new, batch.rows_rejected) == (2 * ORDERS, 1)
    assert Order.objects.count() == ORDERS

    # Open the seller once the worker has computed it.
    seller = Seller.objects.get(handle="acme-editing")
    for _ in range(200):
        if Standing.objects.filter(seller=seller).exists():
            break
        page.wait_for_timeout(100)
    page.goto(site)
    page.get_by_role("link", name="acme-editing").click()
    expect(page.get_by_role("heading", name="acme-editing")).to_be_visible()
    standing = Standing.objects.get(seller=seller)
    expect(page.locator(".score-value")).to_have_text(str(standing.displayed))
    expect(page.locator("#trajectory .main-svg").first).to_be_visible()

    # Click the newest move; its page says the same two numbers.
    move = Move.objects.filter(seller=seller).latest("day")
    page.get_by_role("link", name="why ›").or_(page.get_by_role("link", name="why")).first.click()
    page.wait_for_url(f"**/sellers/{seller.pk}/why/?*")
    assert f"to={move.day.isoformat()}" in page.url
    expect(page.get_by_role("heading", level=1)).to_contain_text("Why it moved")
    said = page.locator("main").inner_text()
    assert f"from {move.displayed_before} to {move.displayed_after}" in said

    # The lines on the page add up to the change, to the last digit.
    assert move.score_after is not None
    assert move.score_before is not None
    change = move.score_after - move.score_before
    assert abs(math.fsum(amounts(page)) - change) <= 1e-10
    expect(page.locator(".why-sum")).to_have_attribute("data-holds", "true")

    # So they do in the file.
    with page.expect_download() as download:
        page.get_by_role("link", name="CSV").click()
    text = Path(download.value.path()).read_text("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    lines = [float(row["amount"]) for row in rows if row["area"]]
    assert abs(math.fsum(lines) - change) <= 1e-10

    # A filter answers in place, is in the address, and Back brings the whole page.
    page.get_by_label("Area").select_option(label="client satisfaction")
    expect(page.locator(".ledger [data-filtered-sum]")).to_be_visible()
    page.wait_for_url("**factor=**")
    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Why it moved")

    # Every line leads to its order.
    page.locator(".ledger a.ref").first.click()
    page.wait_for_url("**/orders/FO*/")
    expect(page.get_by_role("heading", level=1)).to_contain_text("FO")
    assert complaints == []
