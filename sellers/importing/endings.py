"""How an attempt at an import ends: previewed, saved, rehearsed, failed, or taken back."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from typing import Any

import structlog
from django.db import InterfaceError, OperationalError, transaction
from django.utils import timezone

from sellers.changes import facts_changed
from sellers.importing.batches import MAX_ATTEMPTS, remove_files
from sellers.importing.decisions import COUNTED, clear_traces
from sellers.importing.merging import leave_out, merge_staged, touched_sellers
from sellers.importing.outcome import EFFECT_COLUMNS, Outcome
from sellers.importing.preview import duplicates_in, effect_of, sellers_part
from sellers.importing.report import COUNTS
from sellers.importing.standings import (
    MOST_SELLERS,
    SellerShift,
    Standings,
    handles_of,
    shifts,
    standings_of,
)
from sellers.importing.undo import CannotUndoError, undo_batch
from sellers.models import ImportBatch, ImportEffect, ImportPreview, ImportState, Seller

log = structlog.get_logger(__name__)

_ENDED = ("state", "stage", "message", "notes", "rows_total", "seen_at", "finished_at", *COUNTED)


def merge_for_preview(
    batch: ImportBatch, *, watch: Callable[[], None]
) -> tuple[Outcome, dict[str, Any]]:
    """The merge with everything that can be told of it, in a transaction to be rolled back."""
    now = timezone.now()
    duplicates = duplicates_in(batch)
    batch.rows_left_out = leave_out(batch)
    before: Standings = {}
    revisions: dict[int, int] = {}

    def locked() -> None:
        nonlocal before, revisions
        known = touched_sellers(known_only=True)
        revisions = dict(Seller.objects.filter(pk__in=known).values_list("pk", "revision"))
        if len(touched_sellers()) <= MOST_SELLERS:
            before = standings_of(seller_ids=known, now=now, may_be_stored=True)

    outcome = merge_staged(batch, watch=watch, locked=locked)
    effect = effect_of(batch, duplicates)
    shifted: tuple[SellerShift, ...] = ()
    everybody = touched_sellers()
    if len(everybody) <= MOST_SELLERS:
        changed = [each["seller_id"] for each in _effects(outcome) if _facts_changed(each)]
        # Of the others nothing has changed.
        after = {**before, **standings_of(seller_ids=changed, now=now, may_be_stored=False)}
        shifted = shifts(before, after, handles_of(everybody))
    effect |= sellers_part(shifted)
    effect["revisions"] = revisions
    return outcome, effect


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
    effects = _effects(outcome)
    changed = [effect for effect in effects if _facts_changed(effect)]
    facts_changed(
        seller_ids=[effect["seller_id"] for effect in changed], reason=f"import {batch.pk}"
    )
    _note(batch, outcome, changed)
    batch.is_logged = True
    batch.save(update_fields=["is_logged"])
    _end(batch, ImportState.DONE)


def end_dry(batch: ImportBatch, outcome: Outcome) -> None:
    """Report and final state of a rehearsal, after its merge was rolled back."""
    effects = _effects(outcome)
    known = [effect for effect in effects if _facts_changed(effect) and not effect["is_new"]]
    created = sum(1 for effect in effects if effect["is_new"])
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


def take_back(batch: ImportBatch) -> None:
    """Undo by a worker; where that cannot be done, the import stays as it was and says why."""
    if batch.attempts >= MAX_ATTEMPTS:
        _stay(batch, f"The worker stopped {MAX_ATTEMPTS} times while undoing this import.")
        return
    batch.attempts += 1
    batch.stage, batch.seen_at = "undoing", timezone.now()
    batch.save(update_fields=["attempts", "stage", "seen_at"])
    try:
        undo_batch(batch_id=batch.pk, now=timezone.now())
        batch.refresh_from_db()
    except CannotUndoError as problem:
        _stay(batch, str(problem))
    except (OperationalError, InterfaceError):
        raise
    except Exception:
        reference = uuid.uuid4().hex[:8]
        log.exception("undo failed", batch=batch.pk, reference=reference)
        _stay(
            batch,
            "Something went wrong on our side, and nothing was undone. Try again; if it happens "
            f"again, tell an administrator the reference {reference}.",
        )


def _stay(batch: ImportBatch, message: str) -> None:
    batch.state, batch.stage, batch.message = ImportState.DONE, "", message
    batch.save(update_fields=["state", "stage", "message"])


def _effects(outcome: Outcome) -> list[dict[str, int]]:
    return [dict(zip(EFFECT_COLUMNS, row, strict=True)) for row in outcome.effects]


def _facts_changed(effect: Mapping[str, int]) -> bool:
    return any(n for name, n in effect.items() if name not in {"seller_id", "is_new"})


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
