"""Undo by a worker, and the look at what it would do: how far it is can be seen, it can be
stopped, and it always ends."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator
from contextlib import contextmanager

import structlog
from celery.exceptions import SoftTimeLimitExceeded
from django.db import DEFAULT_DB_ALIAS, InterfaceError, OperationalError, connections, transaction
from django.utils import timezone

from sellers.importing.batches import MAX_ATTEMPTS
from sellers.importing.decisions import UNDO_CANCELLED, end_undo_given_up, end_undo_preview
from sellers.importing.undo import CannotUndoError, Enter, UndoStoppedError, undo_batch
from sellers.importing.undo_trial import Foreseen, TooMuchError, try_undo
from sellers.models import ImportBatch, ImportState

log = structlog.get_logger(__name__)

_TELL = """
UPDATE sellers_importbatch SET stage = %s, seen_at = %s WHERE id = %s
RETURNING cancel_requested_at IS NOT NULL
"""


def take_back(batch: ImportBatch) -> None:
    """Undo an import; where that cannot be done, the import stays as it was and says why."""
    if batch.cancel_requested_at is not None:
        end_undo_given_up(batch=batch, message=UNDO_CANCELLED)
        return
    if not _begin(batch):
        stopped = f"The worker stopped {MAX_ATTEMPTS} times while undoing this import."
        end_undo_given_up(batch=batch, message=stopped)
        return
    try:
        with _telling(batch) as enter:
            undo_batch(batch_id=batch.pk, now=timezone.now(), enter=enter)
        batch.refresh_from_db()
    except (OperationalError, InterfaceError):
        raise
    except Exception as problem:
        end_undo_given_up(batch=batch, message=_reason(problem, batch))


def foresee(batch: ImportBatch) -> None:
    """Find out what an undo would do; where that cannot be done, keep why."""
    now = timezone.now()
    if batch.cancel_requested_at is not None:
        _end_preview(batch, now)
        return
    if not _begin(batch):
        stopped = f"The worker stopped {MAX_ATTEMPTS} times while working it out."
        _end_preview(batch, now, problem=stopped)
        return
    try:
        with _telling(batch) as enter:
            found = try_undo(batch_id=batch.pk, now=now, enter=enter)
        _end_preview(batch, now, found=found)
    except (OperationalError, InterfaceError):
        raise
    except UndoStoppedError:
        _end_preview(batch, now)
    except Exception as problem:
        _end_preview(batch, now, problem=_reason(problem, batch))


def _end_preview(
    batch: ImportBatch, now: dt.datetime, *, found: Foreseen | None = None, problem: str = ""
) -> None:
    with transaction.atomic():
        locked = ImportBatch.objects.select_for_update(no_key=True).get(pk=batch.pk)
        if locked.state == ImportState.UNDO_TRIAL:
            end_undo_preview(batch=locked, now=now, found=found, problem=problem)


def _begin(batch: ImportBatch) -> bool:
    """Count the attempt; False where there were too many already."""
    if batch.attempts >= MAX_ATTEMPTS:
        return False
    batch.attempts += 1
    batch.seen_at = timezone.now()
    batch.save(update_fields=["attempts", "seen_at"])
    return True


def _reason(problem: Exception, batch: ImportBatch) -> str:
    if isinstance(problem, CannotUndoError | TooMuchError):
        return str(problem)
    if isinstance(problem, UndoStoppedError):
        return UNDO_CANCELLED
    if isinstance(problem, SoftTimeLimitExceeded):
        return "It took longer than a worker may work on one task, and nothing was undone."
    reference = uuid.uuid4().hex[:8]
    log.error("undo failed", batch=batch.pk, reference=reference, exc_info=problem)
    return (
        "Something went wrong on our side, and nothing was undone. Try again; if it happens "
        f"again, tell an administrator the reference {reference}."
    )


@contextmanager
def _telling(batch: ImportBatch) -> Iterator[Enter]:
    """Tells how far it is, and looks whether somebody wants it stopped.

    All of it is one transaction, out of which nobody could see anything: so this has a
    connection of its own.
    """
    own = connections.create_connection(DEFAULT_DB_ALIAS)

    def enter(step: str) -> None:
        with own.cursor() as cursor:
            cursor.execute(_TELL, [step, timezone.now(), batch.pk])
            row = cursor.fetchone()
        if row is not None and row[0]:
            raise UndoStoppedError

    try:
        yield enter
    finally:
        own.close()
