"""Rejected rows as a file to mend and put back in.

It has the columns of the file they came from and ours beside, which say what is wrong. When it
comes back, our columns are not there: it fits the same mapping as before. While the upload is
still kept, cells are as it has them; afterwards names of buyers are blank.
"""

from __future__ import annotations

from collections.abc import Iterator

from sellers.importing.batches import stored_path
from sellers.importing.context import Context
from sellers.importing.raw_cells import RawRow, raw_rows
from sellers.importing.report import neutralised
from sellers.importing.sources import open_source
from sellers.importing.sources.remarks import REMARKS
from sellers.models import ImportBatch, ImportFile


def files_with_rejections(batch: ImportBatch) -> list[ImportFile]:
    """The files of a batch of which rows were rejected."""
    ids = batch.rejections.filter(file__batch=batch).order_by().values("file")
    return list(batch.files.filter(pk__in=ids))


def mendable_rows(*, file: ImportFile) -> Iterator[list[str]]:
    """The rejected rows of a file under its own columns, with remarks; first the header.

    Safe to open in a spreadsheet. Empty where neither the file nor its cells are kept.
    """
    remarks: dict[int, list[tuple[str, str]]] = {}
    found = file.batch.rejections.filter(file=file).order_by("line", "id")
    for line, column, reason, fix in found.values_list("line", "column", "reason", "fix"):
        what = f"{column}: {reason}" if column else reason
        remarks.setdefault(line, []).append((what, fix))
    is_first = True
    for row in _given(file, set(remarks)):
        if is_first:
            yield [neutralised(name) for name in (*row.names, *REMARKS)]
            is_first = False
        cells = [*row.cells, *[""] * (len(row.names) - len(row.cells))]
        said = remarks[row.line]
        reasons, fixes = (" / ".join(dict.fromkeys(part)) for part in zip(*said, strict=True))
        yield [neutralised(cell) for cell in (*cells, str(row.line), reasons, fixes)]


def _given(file: ImportFile, lines: set[int]) -> Iterator[RawRow]:
    if file.path and stored_path(file).exists():
        yield from _from_upload(file, lines)
        return
    for _, row in raw_rows(file.batch, {file.pk: lines}):
        yield row


def _from_upload(file: ImportFile, lines: set[int]) -> Iterator[RawRow]:
    context = Context.of(file.batch)
    for block in open_source(file, stored_path(file), context).blocks():
        places = [*block.lines, *(problem.row for problem in block.torn)]
        rows = [*block.raw.rows, *block.raw.torn]
        for line, cells in zip(places, rows, strict=False):
            if line in lines:
                yield RawRow(line, block.raw.names, cells)
