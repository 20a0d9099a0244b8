"""An import that a worker has, or should have: how far it is, and whether anybody listens."""

from __future__ import annotations

from typing import Any

from django.contrib.humanize.templatetags.humanize import intcomma

from sellers.importing.report import workers_listen
from sellers.models import ImportBatch, ImportState

_WAITING = {
    ImportState.CHECKING: "Waiting for a worker to check the files",
    ImportState.UNDOING: "Waiting for a worker to undo the import",
}

_MERGING = {"saving": "Saving", "working out the effect": "Working out the effect of"}


def working_context(batch: ImportBatch) -> dict[str, Any]:
    """Words and warnings of the progress line."""
    working = batch.state in ImportState.for_workers()
    # Rows are counted while files are read; the counts of an import that is undone are old.
    counts = bool(batch.stage) and batch.state != ImportState.UNDOING
    return {
        "words": words_of(batch),
        "bar_end": batch.rows_total if counts else None,
        "nobody_listens": working and not workers_listen(),
        "is_stopping": working and batch.cancel_requested_at is not None,
    }


def words_of(batch: ImportBatch) -> str:
    """What it is doing now, in words with numbers."""
    if not batch.stage:
        return _WAITING.get(ImportState(batch.state), "Waiting for a worker")
    done = intcomma(batch.rows_done)
    if batch.state == ImportState.UNDOING:
        return "Undoing the import"
    if batch.stage in _MERGING:
        return f"{_MERGING[batch.stage]} {done} row{'s' * (batch.rows_done != 1)}"
    if not batch.rows_total:
        return "Looking at the files"
    # The total is an estimate until all is read.
    return f"Reading rows: {done} of {intcomma(max(batch.rows_total, batch.rows_done))}"
