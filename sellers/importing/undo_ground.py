"""What a preview of an undo was worked out from, so that one can tell whether it is still true.

It is stored with the preview, as JSON::

    {"revisions": {"7": 3, …},      of each seller whose facts the import touched
     "newest": 41,                  the newest import of all that existed then
     "unfinished": [38, 40],        those that had not been saved yet
     "stood_on": [0, 2, 0, 0]}      what stood on sellers and gigs that the import brought

A later import that changes facts of these sellers counts up their revisions, and so does an undo.
One that only says again what is known does not; but what it names stays after the undo. Such
imports are those that were saved since. What people note down about a seller or a gig that the
import brought keeps it, too.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import Max, Q

from sellers.importing.history import holds
from sellers.importing.undo_sql import entries_about
from sellers.models import (
    ImportBatch,
    ImportState,
    ImportUndoPreview,
    Note,
    Observation,
    Seller,
)


def ground_of(batch_id: int) -> dict[str, Any]:
    """What is there beside the facts; to be asked before anything is read of those."""
    ended = (*ImportState.final(), *ImportState.saved())
    unfinished = ImportBatch.objects.exclude(state__in=ended).order_by("pk")
    return {
        "newest": ImportBatch.objects.aggregate(newest=Max("pk"))["newest"] or 0,
        "unfinished": list(unfinished.values_list("pk", flat=True)),
        "stood_on": _stood_on(batch_id),
    }


def _stood_on(batch_id: int) -> list[int]:
    """How much keeps the sellers and gigs that an import brought, beside what imports bring."""
    brought = Q(seller__first_batch=batch_id)
    return [
        Note.objects.filter(brought).count(),
        Observation.objects.filter(brought | Q(gig__first_batch=batch_id)).count(),
        ImportBatch.objects.filter(brought).count(),
        Seller.objects.filter(first_batch=batch_id, owner__isnull=False).count(),
    ]


def why_outdated(preview: ImportUndoPreview, *, now: dt.datetime) -> str:
    """Why a preview is not true any more, as half a sentence; empty while it is."""
    if reason := moved_since(preview):
        return reason
    is_of_today = preview.computed_at.astimezone(dt.UTC).date() == now.astimezone(dt.UTC).date()
    return "" if is_of_today else "a new day began, and scores are of a day"


def moved_since(preview: ImportUndoPreview) -> str:
    """What happened to the facts since, as half a sentence; empty where nothing did."""
    seen = {int(pk): revision for pk, revision in preview.ground["revisions"].items()}
    now = dict(Seller.objects.filter(pk__in=seen).values_list("pk", "revision"))
    moved = sum(1 for pk, revision in seen.items() if now.get(pk) != revision)
    if moved:
        return (
            "facts of one seller changed" if moved == 1 else f"facts of {moved:,} sellers changed"
        )
    if _stood_on(preview.batch_id) != preview.ground["stood_on"]:
        return "something was noted down that keeps a seller or a gig"
    since = _saved_since(preview)
    if since and holds(entries_about(preview.batch_id, of=f"entry.batch_id = ANY(ARRAY{since})")):
        return "another import spoke of some of these rows"
    return ""


def _saved_since(preview: ImportUndoPreview) -> list[int]:
    ground = preview.ground
    later = Q(pk__gt=ground["newest"]) | Q(pk__in=ground["unfinished"])
    batches = ImportBatch.objects.filter(later, state__in=ImportState.saved())
    return list(batches.exclude(pk=preview.batch_id).order_by("pk").values_list("pk", flat=True))
