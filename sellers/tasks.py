"""Background jobs about facts. Thin: an id in, one call, safe to run twice."""

from __future__ import annotations

from typing import Any

from celery import Task, shared_task
from django.conf import settings
from django.db import InterfaceError, OperationalError, connection
from django.utils import timezone

from sellers.importing import retention
from sellers.importing.batches import requeue_lost_batches
from sellers.importing.decisions import cancel_abandoned
from sellers.importing.run import run_batch

RETRIES = 5
_RETRY_SECONDS, _AGAIN_SECONDS = 5, 2


@shared_task(bind=True, max_retries=RETRIES)
def import_batch(self: Task[Any, None], batch_id: int) -> None:
    """Preview, import or undo one batch, or look what an undo would do.

    Where the database goes away, begin anew later. Where another worker is at it, look again: it
    may have ended and only be tidying up, and this is about what somebody asked for since.
    """
    try:
        run = run_batch(batch_id=batch_id)
    except (OperationalError, InterfaceError) as error:
        connection.close()
        raise self.retry(
            exc=error, countdown=_RETRY_SECONDS * (self.request.retries + 1)
        ) from error
    if run is None and self.request.retries < RETRIES:
        raise self.retry(countdown=_AGAIN_SECONDS)


@shared_task
def look_after_imports() -> None:
    """Every minute: hand out again the imports whose worker vanished; end abandoned ones."""
    now = timezone.now()
    requeue_lost_batches(now=now)
    cancel_abandoned(now=now)


@shared_task
def prune_imports() -> None:
    """Every day: remove what is kept of imports for longer than the deployment wants."""
    retention.prune_imports(
        now=timezone.now(), raw_days=settings.IMPORT_RAW_DAYS, log_days=settings.IMPORT_LOG_DAYS
    )
