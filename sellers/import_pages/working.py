"""An import that a worker has, or should have: how far it is, and whether anybody listens."""

from __future__ import annotations

from typing import Any

from django.contrib.humanize.templatetags.humanize import intcomma

from sellers.importing.report import workers_listen
from sellers.importing.undo import UNDO_STEPS
from sellers.models import ImportBatch, ImportState

_WAITING = {
    ImportState.CHECKING: "Waiting for a worker to check the files",
    ImportState.UNDOING: "Waiting for a worker to undo the import",
}

_MERGING = {"saving": "Saving", "working out the effect": "Working out the effect of"}


def working_context(batch: ImportBatch) -> dict[str, Any]:
    """Words and warnings of the progress line."""
    working = batch.state in ImportState.for_workers()
    is_undo = batch.state == ImportState.UNDOING
    # Rows are counted while files are read; of an undo its steps are.
    bar = _steps_done(batch) if is_undo else (batch.rows_done, batch.rows_total)
    return {
        "words": words_of(batch),
        "bar": bar[0],
        "bar_end": bar[1] if batch.stage else None,
        "is_undo": is_undo,
        "nobody_listens": working and not workers_listen(),
        "is_stopping": working and batch.cancel_requested_at is not None,
    }


def _steps_done(batch: ImportBatch) -> tuple[int, int]:
    """How many steps of an undo are done, and how many there are."""
    return UNDO_STEPS.index(batch.stage) if batch.stage in UNDO_STEPS else 0, len(UNDO_STEPS)


def words_of(batch: ImportBatch) -> str:
    """What it is doing now, in words with numbers."""
    if not batch.stage:
        return _WAITING.get(ImportState(batch.state), "Waiting for a worker")
    done = intcomma(batch.rows_done)
    if batch.state == ImportState.UNDOING:
        at, steps = _steps_done(batch)
        return f"Undoing the import, step {at + 1} of {steps}: {batch.stage}"
    if batch.stage in _MERGING:
        return f"{_MERGING[batch.stage]} {done} row{'s' * (batch.rows_done != 1)}"
    if not batch.rows_total:
        return "Looking at the files"
    # The total is an estimate until all is read.
    return f"Reading rows: {done} of {intcomma(max(batch.rows_total, batch.rows_done))}"
