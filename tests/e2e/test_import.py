"""A list of orders read from a page: mapped, looked at, saved, watched and taken back."""

from __future__ import annotations

import csv
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from sellers.models import ImportBatch, Order, Review, Seller

pytestmark = [
    *(pytest.mark.e2e, pytest.mark.worker, pytest.mark.servers),
    pytest.mark.timeout(600),
]

HEAD = (
    *("buyer", "date_end", "date_ordered", "description", "expected_delivery_days"),
    *("extend_delivery", "extras_amount", "extras_price", "gig", "includes", "order_link"),
    *("stars", "status", "total"),
)
ORDERS = 12
#: A fresh worker compiles the engine before its first preview.
WORKER_MS = 240_000


def write_list(path: Path, today: datetime) -> Path:
    """A scraped list of orders, one of them with an amount that nobody can read."""
    rows: list[tuple[str, ...]] = [HEAD]
    for number in range(ORDERS):
        ordered = today - timedelta(days=20 + 9 * number)
        ended = ordered + timedelta(days=4)
        total = "a lot" if number == 5 else f"${80 + number}.00"
        link = f"https://www.fiverr.com/users/mira/manage_orders/FO{number:011X}"
        dates = f"{ended:%d/%m/%Y}", f"{ordered:%d/%m/%Y}"
        details = ("", "5", "0", "0", "$0", "book-editing", "", link)
        rows.append((f"buyer_{number}", *dates, *details, "5", "Completed", total))
    with path.open("w", newline="") as file:
        csv.writer(file).writerows(rows)
    return path


def test_map_preview_commit_watch_and_undo(
    logged_in: Page, site: str, tmp_path: Path, complaints: list[str]
) -> None:
    page = logged_in
    Seller.objects.create(handle="mira-writes")
    file = write_list(tmp_path / "list.csv", timezone.now())

    # Bad input on the first step: nothing chosen.
    page.goto(f"{site}/imports/new/")
    page.get_by_role("button", name="Look at the columns").click()
    expect(page.get_by_text("Choose a file, or paste a table.")).to_be_visible()
    assert all("422" in complaint for complaint in complaints)
    complaints.clear()

    page.locator("input[type=file]").set_input_files(file)
    page.locator("#id_seller").select_option(label="mira-writes")
    page.get_by_role("button", name="Look at the columns").click()
    expect(page.get_by_role("heading", name="Recognised: Fiverr order list")).to_be_visible()
    expect(page.get_by_text("shows day first").first).to_be_visible()

    # Change a column in place: the sample is read again, and what is wrong is said.
    column = page.locator("li.column", has=page.get_by_text("description", exact=True))
    column.get_by_role("combobox").select_option("orders.amount")
    expect(page.get_by_text("is that already")).to_be_visible()
    assert all("422" in complaint for complaint in complaints)
    complaints.clear()
    page.locator("li.column", has=page.get_by_text("description", exact=True)).get_by_role(
        "combobox"
    ).select_option("")
    expect(page.get_by_text("is that already")).to_have_count(0)

    # Check: one row cannot be read, the others can.
    page.get_by_role("button", name="Check the rows").first.click()
    expect(page.get_by_role("heading", name="cannot be read")).to_be_visible(timeout=WORKER_MS)
    expect(page.get_by_text("a lot").first).to_be_visible()
    page.get_by_role("link", name="See the effect").click()
    expect(page.get_by_text("Nothing is saved yet")).to_be_visible()
    assert not Order.objects.exists()

    # Back to the columns and forward again: the state is in the import, not in the browser.
    page.get_by_role("link", name="Columns", exact=True).click()
    expect(page.get_by_role("heading", name="Recognised: Fiverr order list")).to_be_visible()
    page.get_by_role("link", name="Effect", exact=True).click()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Imported", exact=True)).to_be_visible(timeout=WORKER_MS)
    # One order is rejected, and with it its review.
    assert (Order.objects.count(), Review.objects.count()) == (ORDERS - 1, ORDERS - 1)

    # Undo, after seeing what that does.
    page.get_by_role("link", name="Undo").click()
    expect(page.get_by_text("Nothing is undone yet")).to_be_visible()
    page.get_by_role("button", name="Undo this import").click()
    expect(page.get_by_text("Undone", exact=True)).to_be_visible(timeout=WORKER_MS)
    assert not Order.objects.exists()
    assert ImportBatch.objects.get().state == "undone"
    assert complaints == []
