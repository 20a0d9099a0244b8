"""Reads the files of a batch block by block: checks rows, stages those that pass, reports others.

Outside any transaction: what is staged ends with the connection, what is reported is cleared
when the batch is begun again.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from psycopg import Connection

from sellers.importing import staging
from sellers.importing.columns import BlockCells, Checked, is_zone
from sellers.importing.context import Context
from sellers.importing.gigs import check_gigs
from sellers.importing.inquiries import check_inquiries
from sellers.importing.numbering import SellerNumbers
from sellers.importing.observations import check_observations
from sellers.importing.orders import check_orders
from sellers.importing.problems import FileProblemError, Problem
from sellers.importing.raw_cells import keep_cells
from sellers.importing.reading import Block
from sellers.importing.reviews import check_reviews
from sellers.importing.sources import Source, open_source
from sellers.importing.writing import Writing
from sellers.models import FileRole, ImportBatch, ImportFile

#: What checks the rows of which role, and where they are staged.
_CHECKS: Mapping[FileRole, tuple[Callable[[Block, Context], Checked], str]] = {
    FileRole.ORDERS: (check_orders, staging.ORDERS),
    FileRole.REVIEWS: (check_reviews, staging.REVIEWS),
    FileRole.GIGS: (check_gigs, staging.GIGS),
    FileRole.INQUIRIES: (check_inquiries, staging.INQUIRIES),
    FileRole.OBSERVATIONS: (check_observations, staging.OBSERVATIONS),
}
#: Blocks after which is looked for garbage: each look goes through all cells of a block.
_COLLECTED = 16


@dataclass(frozen=True)
class _Opened:
    """One file, ready to be read."""

    file: ImportFile
    source: Source


class FileStaging:
    """The files of one batch on their way into the staging tables.

    ``after_block`` is called after each block; it may raise to stop. What is counted and noted
    is set on the batch, and saved by the caller.
    """

    def __init__(
        self,
        batch: ImportBatch,
        paths: Mapping[int, Path],
        after_block: Callable[[Writing], None],
    ) -> None:
        self.batch, self.paths, self.after_block = batch, paths, after_block
        self.opened: list[_Opened] = []
        self.sellers = SellerNumbers()
        self.blocks = 0

    def open(self) -> None:
        """Look at every file before a row is read; orders come before reviews.

        Raises
        ------
        FileProblemError
            If a file cannot be read as a whole; the text names it.
        """
        context = Context.of(self.batch, self.paths)
        for file in sorted(self.batch.files.all(), key=lambda f: (f.role, f.pk)):
            with _about(file):
                source = open_source(file, context.path_of(file), context)
                context.require_some_seller(source.columns)
            self.opened.append(_Opened(file, source))
        self.batch.rows_total = sum(each.source.rows for each in self.opened)

    def stage(self) -> None:
        """Check every row, and stage or report it.

        Raises
        ------
        FileProblemError
            If there is no row, or a file turns out to be unreadable.
        """
        batch = self.batch
        context = Context.of(batch, self.paths)
        for each in self.opened:
            _collect_zones(each, context)
        staging.create_staging()
        with Writing() as writing:
            for each in self.opened:
                self._stage_file(each, context, writing)
            writing.put(self.sellers.stage)
        batch.rows_total = batch.rows_done
        if not batch.rows_done:
            names = ", ".join(each.file.name for each in self.opened)
            raise FileProblemError(f"{names}: there is a line of column names, but no row.")

    def _stage_file(self, opened: _Opened, context: Context, writing: Writing) -> None:
        file, before = opened.file, self.batch.rows_done
        with _about(file):
            for block in opened.source.blocks():
                self._stage_block(block, file, context, writing)
        file.rows = self.batch.rows_done - before
        file.save(update_fields=["rows"])
        self._note(file, *opened.source.notes)
        if not file.rows and opened.source.roles:
            self._note(file, "There is a line of column names, but no row.")

    def _note(self, file: ImportFile, *notes: str) -> None:
        self.batch.notes += [f"{file.name}: {note}" for note in notes]

    def _stage_block(
        self,
        block: Block,
        file: ImportFile,
        context: Context,
        writing: Writing,
        *,
        is_first: bool = True,
    ) -> None:
        """One block, then what the same lines say beside; their cells are kept once."""
        batch = self.batch
        check, table = _CHECKS[block.role]
        checked = check(block, context)
        bad = checked.problems.bad
        lines, good = checked.good()
        columns = self.sellers.numbered(good) if lines else good
        writing.put(
            partial(staging.stage, table=table, file_id=file.pk, lines=lines, columns=columns)
        )
        if found := [*checked.found(block), *((p.row, p) for p in block.torn)]:
            writing.put(partial(_reject, batch_id=batch.pk, file_id=file.pk, found=found))
        if is_first:
            words = batch.keeps_review_text
            writing.put(partial(keep_cells, file_id=file.pk, block=block, keeps_words=words))
        batch.rows_rejected += int(bad.sum()) + len(block.torn)
        batch.rows_no_review += checked.no_review
        batch.rows_done += block.rows
        self.blocks += 1
        if self.blocks % _COLLECTED == 0:
            gc.collect(0)  # only what these blocks made; the collector is paused
        self.after_block(writing)
        if block.companion is not None:
            refused = {checked.lines[row] for row in bad.nonzero()[0].tolist()}
            review = block.companion.without(refused)
            self._stage_block(review, file, context, writing, is_first=False)


def _reject(
    server: Connection[Any], *, batch_id: int, file_id: int, found: Sequence[tuple[int, Problem]]
) -> None:
    staging.copy_rows(
        server,
        "sellers_importrejection",
        {
            "batch_id": [str(batch_id)] * len(found),
            "file_id": [str(file_id)] * len(found),
            "line": [str(line) for line, _ in found],
            "column": [p.column for _, p in found],
            "value": [p.value for _, p in found],
            "reason": [p.reason[:300] for _, p in found],
            "fix": [p.fix for _, p in found],
        },
    )


def _collect_zones(opened: _Opened, context: Context) -> None:
    """Which zones the file names for which seller; a second reading, only where it names any."""
    if "time_zone" not in opened.source.columns:
        return
    platform, handle = context.only or (context.batch.platform, "")
    with _about(opened.file):
        for block in opened.source.blocks():
            given = BlockCells(block)
            named = zip(given["platform"], given["seller"], given["time_zone"], strict=True)
            for of_platform, of_handle, zone in set(named):
                if zone and is_zone(zone):
                    key = (of_platform.casefold() or platform, of_handle or handle)
                    context.new_zones.setdefault(key, set()).add(zone)


@contextmanager
def _about(file: ImportFile) -> Iterator[None]:
    """Say which file a problem is about."""
    try:
        yield
    except FileProblemError as problem:
        raise FileProblemError(f"{file.name}: {problem}") from None
    except FileNotFoundError:
        raise FileProblemError(
            f"{file.name}: the uploaded file is no longer there. Upload it again."
        ) from None
    except OSError as error:
        raise FileProblemError(f"{file.name} cannot be read: {error.strerror}.") from None
