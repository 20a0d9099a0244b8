"""Tables copied from a page: with tabs, as HTML, or in aligned columns."""

from __future__ import annotations

from pathlib import Path

import pytest

from sellers.importing.problems import FileProblemError
from sellers.importing.sources.opening import open_table

HTML = """<!DOCTYPE html><html><body><table><tr><td>Menu</td></tr></table>
<table class="orders"><thead><tr><th>Buyer</th><th>Gig</th><th>Due on</th><th>Total</th>
<th>Status</th></tr></thead><tbody>
<tr><td><a href="/users/buyer_one">buyer_one</a></td>
<td><a href="https://www.fiverr.com/orders/FO61B2C3D4E5/activities">I will edit<br>
your book</a></td>
<td>Jan 09</td><td>$1,234.50</td><td><script>x()</script>Completed</td></tr>
<tr><td>buyer_two</td><td><a href="/orders/FO61B2C3D4E6">I will edit</a></td><td>Dec 10, 2020</td>
<td>$20</td></tr></tbody></table></body></html>"""

TABS = "Buyer\tGig\tDue on\tTotal\nbuyer_one\tI will edit\tJan 09\t$20\n"
ALIGNED = """Order no    Gig             Total   Status
A-1         I will edit     $20     Completed
A-2         I will write    $35     Cancelled
A-3         I will check    $5      Completed
A-4         cut
"""


def read(folder: Path, text: str) -> tuple[list[str], list[list[str]], list[int]]:
    path = folder / "pasted.txt"
    path.write_text(text)
    table = open_table(path)
    chunks = list(table.chunks())
    rows = [list(row) for chunk in chunks for row in chunk.rows]
    return table.names, rows, [p.row for chunk in chunks for p in chunk.torn]


def test_the_largest_table_of_a_page_is_read_with_the_links_of_its_orders(tmp_path: Path) -> None:
    names, rows, _ = read(tmp_path, HTML)
    assert names == ["Buyer", "Gig", "Due on", "Total", "Status", "order_link"]
    assert rows == [
        ["buyer_one", "I will edit your book", "Jan 09", "$1,234.50", "Completed",
         "https://www.fiverr.com/orders/FO61B2C3D4E5/activities"],
        ["buyer_two", "I will edit", "Dec 10, 2020", "$20", "", "/orders/FO61B2C3D4E6"],
    ]  # fmt: skip


def test_a_table_with_tabs_is_read(tmp_path: Path) -> None:
    names, rows, _ = read(tmp_path, TABS)
    assert (names[0], rows) == ("Buyer", [["buyer_one", "I will edit", "Jan 09", "$20"]])


def test_aligned_columns_are_told_apart_by_the_blanks_between_them(tmp_path: Path) -> None:
    names, rows, torn = read(tmp_path, ALIGNED)
    assert names == ["Order no", "Gig", "Total", "Status"]
    assert rows[1] == ["A-2", "I will write", "$35", "Cancelled"]
    assert torn == [5]


def test_a_page_without_a_table_is_refused(tmp_path: Path) -> None:
    for text in ("<html><table></table></html>", "<table><tr></tr>"):
        with pytest.raises(FileProblemError, match="a web page without a table"):
            read(tmp_path, text)
