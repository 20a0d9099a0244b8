"""What every page of one import says first: which import, how far, and where to go."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from sellers.import_pages.steps import steps
from sellers.models import ImportBatch, ImportState

#: How far an import has come, by its state.
_REACHED = {
    ImportState.COLUMNS: "columns",
    ImportState.CHECKING: "check",
    ImportState.READY: "effect",
}
_URLS = {
    "file": "sellers:import_files",
    "columns": "sellers:import_columns",
    "check": "sellers:import_check",
    "effect": "sellers:import_effect",
    "done": "sellers:import",
}
#: States in which columns and files may still change.
EDITABLE = (ImportState.COLUMNS, ImportState.READY)
CANCELLABLE = (
    ImportState.COLUMNS,
    ImportState.CHECKING,
    ImportState.READY,
    ImportState.QUEUED,
    ImportState.RUNNING,
    ImportState.UNDO_TRIAL,
    ImportState.UNDOING,
)


def frame(batch: ImportBatch, here: str) -> dict[str, Any]:
    """Context of the frame of every step of ``batch``."""
    files = list(batch.files.all())
    return {
        "batch": batch,
        "files": files,
        "steps": steps(
            here=here,
            reached=reached(batch),
            urls=_urls(batch),
            failed=batch.state in (ImportState.FAILED, ImportState.CANCELLED),
        ),
        "can_cancel": batch.state in CANCELLABLE and batch.cancel_requested_at is None,
        "can_edit": batch.state in EDITABLE,
    }


def reached(batch: ImportBatch) -> str:
    """The last step that can be opened."""
    return _REACHED.get(ImportState(batch.state), "done")


def step_url(batch: ImportBatch) -> str:
    """The page on which an import goes on."""
    if batch.state == ImportState.UNDO_TRIAL:
        return reverse("sellers:import_undo", args=[batch.pk])
    return reverse(_URLS[reached(batch)], args=[batch.pk])


def _urls(batch: ImportBatch) -> dict[str, str]:
    urls = {step: reverse(name, args=[batch.pk]) for step, name in _URLS.items()}
    if not hasattr(batch, "preview"):
        del urls["effect"]  # imported at once, or not counted yet
    return urls
