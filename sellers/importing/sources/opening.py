"""Which reader a file needs, by what it holds and never by its name."""

from __future__ import annotations

from pathlib import Path

from sellers.importing.content import open_bytes
from sellers.importing.reading import Table
from sellers.importing.sniffing import sniff_file
from sellers.importing.sources.delimited import DelimitedTable
from sellers.importing.sources.mail import MailTable, is_mail
from sellers.importing.sources.pasted import PageTable, aligned_table, is_page
from sellers.importing.sources.remarks import without_remarks
from sellers.importing.sources.workbook import WorkbookTable

_ZIP = b"PK\x03\x04"
_HEAD_BYTES = 1 << 16


def open_table(path: Path, sheet: str = "") -> Table:
    """A file as rows under column names.

    Parameters
    ----------
    sheet : the sheet of a workbook; "" is the first that holds a table

    Raises
    ------
    FileProblemError
        When it is nothing that can be read as a table.
    """
    with open_bytes(path) as file:
        head = file.read(_HEAD_BYTES)
    if head.startswith(_ZIP) and (b"xl/" in head or b"[Content_Types].xml" in head):
        return without_remarks(WorkbookTable(path, sheet))
    if is_mail(head):
        return MailTable(path)
    if is_page(head):
        return without_remarks(PageTable(path))
    sniffed = sniff_file(path)
    return without_remarks(aligned_table(path, sniffed) or DelimitedTable(path, sniffed))
