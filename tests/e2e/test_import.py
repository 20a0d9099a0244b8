"""A list of orders read from a page: mapped, mended, looked at, saved, watched and taken back."""

from __future__ import annotations

import csv
import re
from datetime import datetime, timedelta
from decimal import Decimal
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
ORDERS, UNREADABLE, TWICE = 12, 5, 3
#: A fresh worker compiles the engine before its first preview.
WORKER_MS = 240_000


def write_list(path: Path, today: datetime) -> Path:
    """A scraped list: one amount that nobody can read, one order twice with two amounts."""
    rows: list[tuple[str, ...]] = [HEAD]
    for number in (*range(ORDERS), TWICE):
        ordered = today - timedelta(days=20 + 9 * number)
        ended = ordered + timedelta(days=4)
        total = "a lot" if number == UNREADABLE else f"${80 + number}.00"
        if len(rows) > ORDERS:
            total = "$999.00"
        link = f"https://www.fiverr.com/users/mira/manage_orders/FO{number:011X}"
        dates = f"{ended:%d/%m/%Y}", f"{ordered:%d/%m/%Y}"
        details = ("", "5", "0", "0", "$0", "book-editing", "", link)
        rows.append((f"buyer_{number}", *dates, *details, "5", "Completed", total))
    with path.open("w", newline="") as file:
        csv.writer(file).writerows(rows)
    return path


def check_the_rows(page: Page) -> None:
    """Wait until the worker has checked the files: one row of the list stays unreadable."""
    page.get_by_role("button", name="Check the rows").first.click()
    expect(page.get_by_role("heading", name="cannot be read")).to_be_visible(timeout=WORKER_MS)


def mend_the_rejected_row(page: Page, folder: Path) -> None:
    """Take the rejected row as a file, write its amount, and put it back in."""
    with page.expect_download() as download:
        page.get_by_role("link", name="Rows to mend of list.csv").click()
    text = Path(download.value.path()).read_text("utf-8-sig")
    assert "a lot" in text
    (folder / "mended.csv").write_text(text.replace("a lot", f"${80 + UNREADABLE}.00"))
    page.get_by_text("Put the mended file back in").click()
    page.locator("#id_mended").set_input_files(folder / "mended.csv")
    page.get_by_role("button", name="Put it back in").click()
    page.get_by_role("button", name="On to mended.csv").first.click()
    expect(page.get_by_role("heading", name="Recognised: Fiverr order list")).to_be_visible()


def test_map_mend_preview_commit_watch_and_undo(
    logged_in: Page, site: str, tmp_path: Path, complaints: list[str]
) -> None:
    page = logged_in
    seller = Seller.objects.create(handle="mira-writes")
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

    # Check: one row cannot be read, the others can. It is mended and put back in.
    check_the_rows(page)
    expect(page.get_by_text("a lot").first).to_be_visible()
    mend_the_rejected_row(page, tmp_path)
    check_the_rows(page)
    page.get_by_role("link", name="See the effect").click()
    expect(page.get_by_text("Nothing is saved yet")).to_be_visible()
    assert not Order.objects.exists()

    # The order that is there twice: the second row is left out, and everything counted again.
    page.get_by_role("checkbox", name=re.compile(f"list.csv, line {ORDERS + 2}")).first.check()
    page.get_by_role("button", name="Count again with these left out").click()
    expect(page.get_by_role("heading", name="cannot be read")).to_be_visible(timeout=WORKER_MS)

    # Back to the columns and forward again: the state is in the import, not in the browser.
    page.get_by_role("link", name="Columns", exact=True).click()
    expect(page.get_by_role("heading", name="Recognised: Fiverr order list")).to_be_visible()
    page.get_by_role("link", name="Effect", exact=True).click()
    page.get_by_role("button", name="Save").click()
    expect(page).to_have_url(re.compile(r"/imports/\d+/$"))
    page.reload()
    expect(page.get_by_text("Imported", exact=True)).to_be_visible(timeout=WORKER_MS)
    assert (Order.objects.count(), Review.objects.count()) == (ORDERS, ORDERS)
    twice = Order.objects.get(ref=f"FO{TWICE:011X}")
    assert twice.amount == Decimal(80 + TWICE)

    # Where an order comes from: the row as the file gave it.
    page.goto(f"{site}/sellers/{seller.pk}/order-history/FO{UNREADABLE:011X}/")
    expect(page.get_by_text("mended.csv")).to_be_visible()

    # Undo, after seeing what that does; the worker's progress survives that one leaves.
    batch = ImportBatch.objects.get()
    page.goto(f"{site}/imports/{batch.pk}/")
    page.get_by_role("button", name="Undo").click()
    page.reload()
    expect(page.get_by_text("Nothing is undone yet")).to_be_visible(timeout=WORKER_MS)
    expect(page.get_by_text("orders that go")).to_be_visible()
    page.get_by_role("button", name="Undo this import").click()
    expect(page).to_have_url(f"{site}/imports/{batch.pk}/")
    page.reload()
    expect(page.get_by_text("Undone", exact=True)).to_be_visible(timeout=WORKER_MS)
    assert not Order.objects.exists()
    batch.refresh_from_db()
    assert batch.state == "undone"
    assert complaints == []
