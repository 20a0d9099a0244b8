"""Rejected rows as a file to mend and put back in.

It has the columns of the file they came from and ours beside, which say what is wrong. When it
comes back, our columns are not there: it fits the same mapping as before. While the upload is
still kept, cells are as it has them; afterwards names of buyers are blank. Of rows that were
brought together all come back, so that their prices add up again; this needs the upload.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from sellers.importing.batches import stored_path
from sellers.importing.context import Context
from sellers.importing.mapping.apply import MappedSource
from sellers.importing.mapping.gather import groups_of
from sellers.importing.raw_cells import RawRow, raw_rows
from sellers.importing.sources import open_source
from sellers.importing.sources.remarks import REMARKS
from sellers.models import ImportBatch, ImportFile
from sellers.spreadsheets import neutralised


def files_with_rejections(batch: ImportBatch) -> list[ImportFile]:
    """The files of a batch of which rows were rejected."""
    ids = batch.rejections.filter(file__batch=batch).order_by().values("file")
    return [file for file in batch.files.filter(pk__in=ids) if _is_whole(file)]


def _is_whole(file: ImportFile) -> bool:
    """Whether all cells of its rows are at hand: of rows brought together, one alone is kept."""
    return _is_there(file) or not (file.mapping or {}).get("gathers")


def _is_there(file: ImportFile) -> bool:
    return bool(file.path) and stored_path(file).exists()


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
    if _is_there(file):
        yield from _from_upload(file, lines)
        return
    for _, row in raw_rows(file.batch, {file.pk: lines}):
        yield row


def _from_upload(file: ImportFile, lines: set[int]) -> Iterator[RawRow]:
    source = open_source(file, stored_path(file), Context.of(file.batch))
    gathers = isinstance(source, MappedSource) and source.mapping.gathers
    if isinstance(source, MappedSource) and gathers:
        source.mapping = replace(source.mapping, gathers=False)
    for block in source.blocks():
        groups = groups_of(block) if gathers else [[row] for row in range(len(block.lines))]
        for group in groups:
            line = block.lines[group[0]]
            if line in lines:
                for row in group:
                    yield RawRow(line, block.raw.names, block.raw.rows[row])
        for problem, cells in zip(block.torn, block.raw.torn, strict=False):
            if problem.row in lines:
                yield RawRow(problem.row, block.raw.names, cells)
