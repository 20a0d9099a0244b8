"""What an import did, for the page of its end."""

from __future__ import annotations

from typing import Any

from sellers.import_pages.check import check_of
from sellers.import_pages.preview import tallies_of
from sellers.import_pages.working import working_context
from sellers.importing.mended import files_with_rejections
from sellers.importing.report import late_rejections
from sellers.importing.undo import why_not_undoable
from sellers.models import ImportBatch, ImportState

SHOWN_SELLERS = 50
_REPORTED = (ImportState.DONE, ImportState.DRY, ImportState.UNDONE)


def end_context(batch: ImportBatch) -> dict[str, Any]:
    """Progress while a worker has it, then the report; in a fixed number of queries."""
    context: dict[str, Any] = working_context(batch)
    if batch.state not in _REPORTED:
        return context
    effects = batch.effects.select_related("seller").order_by("seller__handle", "seller_id")
    return {
        **context,
        "tallies": tallies_of(batch),
        "effects": effects[:SHOWN_SELLERS],
        "effects_count": batch.effects.count(),
        "check": check_of(batch),
        "mendable": files_with_rejections(batch),
        "late": late_rejections(batch),
        "can_undo": batch.state == ImportState.DONE and not why_not_undoable(batch),
    }
