"""What people decide about an import: look at its effect, save it, stop it, take it back.

Each is one short transaction that moves the state and hands the work to a worker; the worker
does it in :mod:`sellers.importing.run`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.db import transaction
from django.utils import timezone

from sellers.importing.batches import is_worked_on, queue_batch, remove_files
from sellers.importing.undo import CannotUndoError, why_not_undoable
from sellers.importing.undo_ground import why_outdated
from sellers.importing.undo_trial import Foreseen
from sellers.models import ImportBatch, ImportRawBlock, ImportState, ImportUndoPreview, User

#: An import that nobody decided about is cancelled after this time, and its files removed.
ABANDONED_AFTER = dt.timedelta(days=14)


class TooLateError(Exception):
    """The import is past the point at which this could be decided; the text says where it is."""


def preview_batch(
    *,
    batch_id: int,
    left_out: Iterable[tuple[int, int]] | None = None,
    all_scores: bool = False,
) -> None:
    """Have the files checked and the effect worked out; nothing is saved.

    May be asked again, after other columns or other rows were chosen.

    Parameters
    ----------
    left_out : rows that are not to be imported, as (file id, line); None: as chosen before
    all_scores : work out the scores of all sellers from now on, not only of those with most rows

    Raises
    ------
    TooLateError
        If it is being worked on or has ended.
    """
    with transaction.atomic():
        batch = _locked(batch_id)
        if batch.state not in ImportState.for_people():
            raise TooLateError(f"This import is {batch.get_state_display()}.")
        if left_out is not None:
            _leave_out(batch, left_out)
        if all_scores:
            batch.wants_all_scores = True
            batch.save(update_fields=["wants_all_scores"])
        _hand_over(batch, ImportState.CHECKING)


def commit_batch(*, batch_id: int, left_out: Iterable[tuple[int, int]] | None = None) -> None:
    """Have the import saved as its preview says.

    Parameters
    ----------
    left_out : rows that are not to be imported, as (file id, line); None: as chosen before

    Raises
    ------
    TooLateError
        If it is not waiting for this decision.
    """
    with transaction.atomic():
        batch = _locked(batch_id)
        if batch.state != ImportState.READY:
            raise TooLateError(f"This import is {batch.get_state_display()}.")
        if left_out is not None:
            _leave_out(batch, left_out)
        _hand_over(batch, ImportState.QUEUED)


def cancel_batch(*, batch_id: int, now: dt.datetime) -> bool:
    """Stop an import before it saves anything; nothing of it is left but the batch itself.

    An undo is stopped before it takes anything back; the import stays. So it does where somebody
    only wanted to know what an undo would do.

    Returns
    -------
    False when it is too late. Where a worker is at it, the worker stops within moments.
    """
    with transaction.atomic():
        batch = _locked(batch_id)
        if batch.is_final:
            return False
        batch.cancel_requested_at = now
        batch.save(update_fields=["cancel_requested_at"])
        if not is_worked_on(batch.pk):
            if batch.state == ImportState.UNDOING:
                end_undo_given_up(batch=batch, message=UNDO_CANCELLED)
            elif batch.state == ImportState.UNDO_TRIAL:
                end_undo_preview(batch=batch, now=now)
            else:
                end_cancelled(batch=batch, now=now)
    return True


#: Said of an import whose undo was stopped.
UNDO_CANCELLED = "The undo was cancelled before it took anything back."


def end_undo_given_up(*, batch: ImportBatch, message: str) -> None:
    """An import that stays although somebody wanted it undone; the message says why."""
    batch.state, batch.stage, batch.message = ImportState.DONE, "", message
    batch.cancel_requested_at = None
    batch.save(update_fields=["state", "stage", "message", "cancel_requested_at"])


def end_undo_preview(
    *, batch: ImportBatch, now: dt.datetime, found: Foreseen | None = None, problem: str = ""
) -> None:
    """Keep what an undo would do, or why that could not be found out; the import is as before.

    In the caller's transaction, with the batch locked. Where somebody cancelled it, nothing is
    kept.

    Parameters
    ----------
    now : the moment of which the scores are
    """
    if (found or problem) and batch.cancel_requested_at is None:
        ImportUndoPreview.objects.create(
            batch=batch,
            computed_at=now,
            effect=found.effect if found else None,
            problem=problem,
            ground=found.ground if found else {},
        )
    batch.state, batch.stage, batch.cancel_requested_at = ImportState.DONE, "", None
    batch.save(update_fields=["state", "stage", "cancel_requested_at"])


def end_cancelled(*, batch: ImportBatch, now: dt.datetime) -> None:
    """The final state of a batch that was stopped, in the caller's transaction."""
    clear_traces(batch)
    batch.state, batch.stage, batch.message, batch.notes = ImportState.CANCELLED, "", "", []
    batch.rows_total, batch.finished_at, batch.seen_at = None, now, now
    fields = ["state", "stage", "message", "notes", "rows_total", "finished_at", "seen_at"]
    for name in COUNTED:
        setattr(batch, name, 0)
    batch.save(update_fields=[*fields, *COUNTED])
    transaction.on_commit(lambda: remove_files(batch), robust=True)


#: Fields that count rows while a batch is worked on.
COUNTED = (
    "rows_done",
    "rows_new",
    "rows_changed",
    "rows_unchanged",
    "rows_waiting",
    "rows_no_review",
    "rows_rejected",
    "rows_left_out",
    "reviews_joined",
)


def clear_traces(batch: ImportBatch) -> None:
    """Remove what an attempt has written beside the facts."""
    batch.rejections.all().delete()
    batch.effects.all().delete()
    ImportRawBlock.objects.filter(file__batch=batch).delete()


def preview_undo(*, batch_id: int) -> None:
    """Have a worker find out what taking the import back would do; nothing is taken back.

    Raises
    ------
    CannotUndoError
        If it cannot be taken back; the text says why.
    """
    with transaction.atomic():
        batch = _locked(batch_id)
        if batch.state == ImportState.UNDO_TRIAL:
            return
        if reason := why_not_undoable(batch):
            raise CannotUndoError(reason)
        if batch.state == ImportState.UNDOING:
            raise CannotUndoError("This import is being undone.")
        ImportUndoPreview.objects.filter(batch=batch).delete()
        batch.cancel_requested_at = None
        batch.save(update_fields=["cancel_requested_at"])
        _hand_over(batch, ImportState.UNDO_TRIAL)


#: Said to somebody who wanted an import undone as a preview showed it.
NOT_AS_SHOWN = "Nothing was undone: what you saw is not true any more. Look again."


def queue_undo(*, batch_id: int, undone_by: User | None, shown: int | None = None) -> None:
    """Have a worker take the import back.

    Parameters
    ----------
    shown : the preview that was decided upon, by its id; None: none was looked at

    Raises
    ------
    CannotUndoError
        If it cannot be taken back, or not as it was shown; the text says why.
    """
    with transaction.atomic():
        batch = _locked(batch_id)
        if reason := why_not_undoable(batch):
            raise CannotUndoError(reason)
        previews = ImportUndoPreview.objects.filter(batch=batch)
        if shown is None:
            previews.delete()
        else:
            preview = previews.filter(pk=shown, problem="").first()
            if preview is None or why_outdated(preview, now=timezone.now()):
                raise CannotUndoError(NOT_AS_SHOWN)
        batch.undone_by, batch.cancel_requested_at = undone_by, None
        batch.save(update_fields=["undone_by", "cancel_requested_at"])
        _hand_over(batch, ImportState.UNDOING)


def cancel_abandoned(*, now: dt.datetime) -> list[int]:
    """Uploads hold names of buyers: what nobody decides about does not lie around for ever."""
    waiting = ImportBatch.objects.filter(
        state__in=ImportState.for_people(), created_at__lt=now - ABANDONED_AFTER
    ).exclude(seen_at__gte=now - ABANDONED_AFTER)
    ids = list(waiting.order_by("pk").values_list("pk", flat=True))
    return [pk for pk in ids if cancel_batch(batch_id=pk, now=now)]


def _locked(batch_id: int) -> ImportBatch:
    # No key of it changes, so that a worker that holds its row against deletion is not waited for.
    return ImportBatch.objects.select_for_update(no_key=True).get(pk=batch_id)


def _hand_over(batch: ImportBatch, state: ImportState) -> None:
    batch.state, batch.stage, batch.attempts, batch.seen_at = state, "", 0, timezone.now()
    batch.message = ""
    batch.save(update_fields=["state", "stage", "attempts", "seen_at", "message"])
    queue_batch(batch_id=batch.pk)


def _leave_out(batch: ImportBatch, rows: Iterable[tuple[int, int]]) -> None:
    files = set(batch.files.values_list("pk", flat=True))
    batch.left_out = sorted({(file, line) for file, line in rows if file in files})
    batch.save(update_fields=["left_out"])
