"""How an attempt at an import ends: previewed, saved, rehearsed or failed."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone

from sellers.changes import facts_changed
from sellers.importing.batches import remove_files
from sellers.importing.decisions import COUNTED, clear_traces
from sellers.importing.outcome import Outcome
from sellers.importing.report import COUNTS
from sellers.models import ImportBatch, ImportEffect, ImportPreview, ImportState, Seller

_ENDED = ("state", "stage", "message", "notes", "rows_total", "seen_at", "finished_at", *COUNTED)


def note_moved_facts(batch: ImportBatch) -> None:
    """Say so where the facts have moved since the preview that was decided upon."""
    preview = ImportPreview.objects.filter(batch=batch).first()
    if preview is None:
        return
    seen = {int(pk): revision for pk, revision in preview.revisions.items()}
    now = dict(Seller.objects.filter(pk__in=seen).values_list("pk", "revision"))
    moved = sum(1 for pk, revision in seen.items() if now.get(pk) != revision)
    if moved:
        whose = "one seller" if moved == 1 else f"{moved:,} sellers"
        batch.notes.append(
            f"Between the preview and the import, facts of {whose} changed, so that the result "
            "may differ from what was shown."
        )


def end_done(batch: ImportBatch, outcome: Outcome) -> None:
    """Report and final state of a batch that was saved, in the transaction that saved it."""
    changed = outcome.of_changed_sellers()
    facts_changed(
        seller_ids=[effect["seller_id"] for effect in changed], reason=f"import {batch.pk}"
    )
    _note(batch, outcome, changed)
    batch.is_logged = True
    batch.save(update_fields=["is_logged"])
    _end(batch, ImportState.DONE)


def end_dry(batch: ImportBatch, outcome: Outcome) -> None:
    """Report and final state of a rehearsal, after its merge was rolled back."""
    known = [effect for effect in outcome.of_changed_sellers() if not effect["is_new"]]
    created = sum(1 for effect in outcome.of_sellers() if effect["is_new"])
    if created:
        batch.notes.append(f"Sellers that would be created: {created}.")
    _note(batch, outcome, known)
    _end(batch, ImportState.DRY)


def end_previewed(batch: ImportBatch, outcome: Outcome, effect: dict[str, Any]) -> None:
    """Keep the preview, after its merge was rolled back; now a person decides."""
    _note(batch, outcome, [])
    effect["rows"] = {field: getattr(batch, field) for field, _, _ in COUNTS}
    ImportPreview.objects.update_or_create(
        batch=batch,
        defaults={
            "computed_at": timezone.now(),
            "revisions": effect.pop("revisions"),
            "effect": effect,
        },
    )
    batch.state, batch.stage, batch.seen_at = ImportState.READY, "", timezone.now()
    batch.save(update_fields=_ENDED)


def end_failed(batch: ImportBatch, message: str) -> None:
    """The final state of a batch of which nothing was imported, and why."""
    with transaction.atomic():
        clear_traces(batch)
        batch.message = message
        batch.rows_rejected = batch.rows_no_review = 0
        _end(batch, ImportState.FAILED)


def _note(batch: ImportBatch, outcome: Outcome, effects: list[dict[str, int]]) -> None:
    outcome.write_rejections()
    ImportEffect.objects.bulk_create(
        [ImportEffect(batch=batch, **effect) for effect in effects], batch_size=2000
    )
    batch.rows_new, batch.rows_changed = outcome.new, outcome.changed
    batch.rows_unchanged, batch.rows_waiting = outcome.unchanged, outcome.waiting
    batch.rows_rejected += outcome.refused
    batch.reviews_joined = outcome.joined


def _end(batch: ImportBatch, state: ImportState) -> None:
    batch.state, batch.stage = state, ""
    batch.finished_at = batch.seen_at = timezone.now()
    batch.save(update_fields=_ENDED)
    transaction.on_commit(lambda: remove_files(batch), robust=True)
