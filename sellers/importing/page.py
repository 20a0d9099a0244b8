"""What the page of one import shows."""

from __future__ import annotations

from typing import Any

from django.contrib.humanize.templatetags.humanize import intcomma

from sellers.importing.report import counts_of, late_rejections, workers_listen
from sellers.models import ImportBatch, ImportState

SHOWN_ROWS, SHOWN_SELLERS = 50, 50
#: Steps across the top; choosing columns and looking at the effect first will stand between.
_STEPS = ("File", "Check", "Save", "Done")
_AT = {ImportState.QUEUED: 1, ImportState.RUNNING: 1, ImportState.FAILED: 1}


def batch_context(batch: ImportBatch) -> dict[str, Any]:
    """Everything that the page and its refreshed part need, in a fixed number of queries."""
    context: dict[str, Any] = {
        "batch": batch,
        "files": list(batch.files.all()),
        "steps": _steps(batch),
        "words": _words(batch),
        "nobody_listens": not batch.is_final and not workers_listen(),
    }
    if batch.is_final and batch.state != ImportState.FAILED:
        context |= _report(batch)
    return context


def _report(batch: ImportBatch) -> dict[str, Any]:
    effects = batch.effects.select_related("seller").order_by("seller__handle", "seller_id")
    rejections = batch.rejections.select_related("file").order_by("file", "line", "id")
    problems = batch.rejections.count()
    return {
        "counts": counts_of(batch),
        "effects": effects[:SHOWN_SELLERS],
        "effects_count": batch.effects.count(),
        "rejections": rejections[:SHOWN_ROWS],
        "problems": problems,
        "late": late_rejections(batch),
    }


def _steps(batch: ImportBatch) -> list[dict[str, Any]]:
    at = _AT.get(ImportState(batch.state), len(_STEPS))
    if batch.stage == "saving":
        at = 2
    failed = batch.state == ImportState.FAILED

    def state(place: int) -> str:
        if place == at:
            return "failed" if failed else "current"
        return "done" if place < at else "todo"

    return [{"name": name, "state": state(i), "url": None} for i, name in enumerate(_STEPS)]


def _words(batch: ImportBatch) -> str:
    """What it is doing now, in words with numbers."""
    if batch.state == ImportState.QUEUED:
        return "Waiting for a worker"
    done = intcomma(batch.rows_done)
    if batch.stage == "saving":
        return f"Saving {done} rows"
    if not batch.rows_total:
        return "Looking at the files"
    # The total is an estimate until all is read.
    return f"Reading rows: {done} of {intcomma(max(batch.rows_total, batch.rows_done))}"
