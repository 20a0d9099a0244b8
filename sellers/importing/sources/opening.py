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
from sellers.importing.sources.workbook_parts import Workbook

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
    if _is_workbook(head):
        return without_remarks(WorkbookTable(path, sheet))
    if is_mail(head):
        return MailTable(path)
    if is_page(head):
        return without_remarks(PageTable(path))
    sniffed = sniff_file(path)
    return without_remarks(aligned_table(path, sniffed) or DelimitedTable(path, sniffed))


def sheet_names(path: Path) -> tuple[str, ...]:
    """The visible sheets of a workbook; none where the file is no workbook.

    Raises
    ------
    FileProblemError
        When it is a workbook that cannot be read.
    """
    with open_bytes(path) as file:
        head = file.read(_HEAD_BYTES)
    if not _is_workbook(head):
        return ()
    return tuple(name for name, _ in Workbook(path).sheets)


def _is_workbook(head: bytes) -> bool:
    return head.startswith(_ZIP) and (b"xl/" in head or b"[Content_Types].xml" in head)
