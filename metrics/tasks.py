"""Celery tasks: ids in, one service call, safe to run twice."""

from __future__ import annotations

from typing import Any

from celery import Task, shared_task
from django.db import OperationalError
from django.utils import timezone

from metrics import cohorts, services
from metrics.forecasting import hindsight, track_record
from metrics.models import Run
from metrics.turns import for_each_seller


@shared_task(bind=True, max_retries=3)
def recompute_chunk(self: Task[Any, None], chunk_id: int) -> None:
    """Recompute one chunk of a run; a lost connection is tried again, any other error is
    written into the run."""
    if not services.note_chunk_start(chunk_id=chunk_id, now=timezone.now()):
        return
    try:
        seller_ids = services.complete_chunk(chunk_id=chunk_id, now=timezone.now())
        services.fill_latest_headlines(seller_ids=seller_ids)
    except OperationalError as error:
        if self.request.retries < (self.max_retries or 0):
            raise self.retry(exc=error, countdown=5 * 2**self.request.retries) from error
        services.note_chunk_failure(chunk_id=chunk_id, error=error, now=timezone.now())
        raise
    except Exception as error:
        services.note_chunk_failure(chunk_id=chunk_id, error=error, now=timezone.now())
        raise


@shared_task
def recompute_due() -> None:
    """The nightly pass, taken in steps: sellers whose day, facts or formula moved on.

    Runs often because sellers live in different zones; a pass that still works is not
    doubled.
    """
    services.revive_lost_runs(now=timezone.now())
    if Run.objects.filter(kind=Run.Kind.NIGHTLY, state__in=services.UNFINISHED).exists():
        return
    due = list(services.sellers_out_of_date(timezone.now()).values_list("pk", flat=True))
    if due:
        services.start_run(kind=Run.Kind.NIGHTLY, seller_ids=due, reason="a day or the formula")


@shared_task
def take_snapshots() -> None:
    """Benchmarks of the month, once it has begun everywhere."""
    cohorts.take_snapshots_due(now=timezone.now())


@shared_task
def keep_forecasts() -> None:
    """Forecasts of the week, to be held against what comes; a share of the sellers a turn.

    Whoever has none of a month ago or more gets those of past days too, in hindsight.
    """
    now = timezone.now()

    def keep(seller_id: int) -> None:
        track_record.keep_forecasts(seller_ids=[seller_id], now=now)
        hindsight.keep_in_hindsight(seller_ids=[seller_id], now=now)

    for_each_seller(track_record.sellers_due(now), keep, "Forecasts were not kept")
