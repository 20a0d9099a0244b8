"""Leads one batch from its files to its report. Running it twice equals running it once.

Staging lies outside the transaction, so that progress can be seen; the merge, the report and
the final state are one transaction, so that a batch is there as a whole or not at all.
"""

from __future__ import annotations

import gc
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import structlog
from celery.exceptions import SoftTimeLimitExceeded
from django.db import InterfaceError, OperationalError, connection, transaction
from django.db.models import F
from django.utils import timezone
from psycopg import Connection

from sellers.importing import staging
from sellers.importing.batches import MAX_ATTEMPTS, only_worker
from sellers.importing.decisions import COUNTED, clear_traces, end_cancelled
from sellers.importing.endings import (
    end_done,
    end_dry,
    end_failed,
    end_previewed,
    note_moved_facts,
)
from sellers.importing.file_staging import FileStaging
from sellers.importing.merging import gather_staged, merge_staged
from sellers.importing.outcome import Outcome
from sellers.importing.planner import analyze_believed_empty, tell_planner
from sellers.importing.problems import FileProblemError
from sellers.importing.trial import try_merge
from sellers.importing.undoing import foresee, take_back
from sellers.importing.writing import Writing
from sellers.models import ImportBatch, ImportState

log = structlog.get_logger(__name__)

#: Seconds between two updates of the progress row.
PROGRESS_SECONDS = 1.0
_PROGRESS = """
UPDATE sellers_importbatch SET rows_done = %s, seen_at = %s WHERE id = %s
RETURNING cancel_requested_at IS NOT NULL
"""

Progress = Callable[[ImportBatch], None]


def run_batch(
    *,
    batch_id: int,
    paths: Mapping[int, Path] | None = None,
    on_progress: Progress | None = None,
) -> ImportBatch | None:
    """Do what a batch is waiting for: preview it, import it, or take it back.

    ``paths`` says where files lie that were not uploaded, by ``ImportFile`` id. Returns the
    batch in the state that it ends in; None when another worker is at it. Errors of the
    connection to the database are raised: the batch stays where it was, and the next attempt
    begins anew.
    """
    with only_worker(batch_id) as alone:
        if not alone:
            return None
        batch = ImportBatch.objects.select_related("seller").get(pk=batch_id)
        if batch.state not in ImportState.for_workers():
            return batch
        if batch.state == ImportState.UNDOING:
            take_back(batch)
            return batch
        if batch.state == ImportState.UNDO_TRIAL:
            foresee(batch)
            return batch
        runner = _Runner(batch, paths or {}, on_progress)
        if batch.cancel_requested_at is not None:
            runner.stop()
        elif batch.attempts >= MAX_ATTEMPTS:
            runner.fail(
                f"The worker stopped {MAX_ATTEMPTS} times during this import. Nothing was "
                "imported. Try smaller files, or ask an administrator to look at the log."
            )
        else:
            runner.attempt()
        return batch


class _StoppedError(Exception):
    """Somebody cancelled the import."""


class _Runner:
    def __init__(
        self, batch: ImportBatch, paths: Mapping[int, Path], on_progress: Progress | None
    ) -> None:
        self.batch, self.paths, self.on_progress = batch, paths, on_progress
        self.told_at = 0.0
        self.is_cancelled = False
        self.is_preview = batch.state == ImportState.CHECKING
        self.is_kept = not (batch.is_dry or self.is_preview)

    def attempt(self) -> None:
        try:
            self._begin()
            with _collector_paused():
                self._stage()
            self._merge()
        except _StoppedError:
            self.stop()
        except FileProblemError as problem:
            self.fail(str(problem))
        except SoftTimeLimitExceeded:
            self.fail(
                "The import took longer than a worker may work on one task. Nothing was "
                "imported. Split the file, or run “manage.py import_orders” on the server."
            )
        except (OperationalError, InterfaceError):
            raise
        except Exception:
            reference = uuid.uuid4().hex[:8]
            log.exception("import failed", batch=self.batch.pk, reference=reference)
            self.fail(
                "Something went wrong on our side, and nothing was imported. Try again; if it "
                f"happens again, tell an administrator the reference {reference}."
            )
        finally:
            if connection.is_usable():
                staging.drop_staging()

    def _begin(self) -> None:
        batch, now = self.batch, timezone.now()
        state = batch.state if self.is_preview else ImportState.RUNNING
        # Unless somebody cancelled it a moment ago.
        begun = ImportBatch.objects.filter(
            pk=batch.pk, state=batch.state, cancel_requested_at=None
        ).update(
            state=state,
            stage="looking at the files",
            attempts=F("attempts") + 1,
            started_at=now,
            seen_at=now,
            notes=[],
            message="",
            rows_total=None,
            **dict.fromkeys(COUNTED, 0),
        )
        if not begun:
            raise _StoppedError
        batch.refresh_from_db()
        clear_traces(batch)
        self._tell()

    def _stage(self) -> None:
        batch = self.batch
        files = FileStaging(batch, self.paths, self._tell_in_time)
        files.open()
        batch.stage = "reading and checking"
        self._tell()
        files.stage()
        batch.stage = "saving" if self.is_kept else "working out the effect"
        self._tell()
        analyze_believed_empty()

    def _tell_in_time(self, writing: Writing) -> None:
        """Show how far it is, behind the blocks on their way, which nobody waits for."""
        if self.is_cancelled:
            raise _StoppedError
        if time.monotonic() - self.told_at > PROGRESS_SECONDS:
            self.told_at = time.monotonic()
            writing.put(partial(self._write_progress, rows=self.batch.rows_done))
            if self.on_progress is not None:
                self.on_progress(self.batch)

    def _write_progress(self, server: Connection[Any], *, rows: int) -> None:
        told = server.execute(_PROGRESS, (rows, timezone.now(), self.batch.pk)).fetchone()
        self.is_cancelled = told is None or told[0]

    def _tell(self) -> None:
        """Show how far it is; outside any transaction, so that others see it."""
        self.told_at = time.monotonic()
        self.batch.seen_at = timezone.now()
        self.batch.save(
            update_fields=["stage", "rows_total", "rows_done", "seen_at", "notes"],
        )
        if self.on_progress is not None:
            self.on_progress(self.batch)
        self._watch()

    def _watch(self) -> None:
        """Stop where somebody asked for it."""
        if ImportBatch.objects.filter(pk=self.batch.pk, cancel_requested_at=None).exists():
            return
        raise _StoppedError

    def _merge(self) -> None:
        """One transaction: all of it is there afterwards, or nothing."""
        batch = self.batch
        with ExitStack() as ends:
            with transaction.atomic():
                outcome, effect = self._merged()
                ends.callback(outcome.close)
                self._last_word()
                if self.is_kept:
                    end_done(batch, outcome)
                else:
                    transaction.set_rollback(True)
            if not self.is_kept:
                self._report(outcome, effect)
        if self.is_kept:
            tell_planner(outcome.new)
        if self.on_progress is not None:
            self.on_progress(batch)

    def _merged(self) -> tuple[Outcome, dict[str, Any]]:
        if self.is_preview:
            return try_merge(self.batch, watch=self._watch)
        gather_staged(self.batch)
        merged = merge_staged(
            self.batch, watch=self._watch, locked=lambda: note_moved_facts(self.batch)
        )
        return merged, {}

    def _report(self, outcome: Outcome, effect: dict[str, Any]) -> None:
        """What a merge did that was rolled back."""
        with transaction.atomic():
            self._last_word()
            if self.is_preview:
                end_previewed(self.batch, outcome, effect)
            else:
                end_dry(self.batch, outcome)

    def _last_word(self) -> None:
        """From here to the end of the transaction nobody can cancel it any more."""
        now = ImportBatch.objects.select_for_update().get(pk=self.batch.pk)
        if now.cancel_requested_at is not None:
            raise _StoppedError

    def stop(self) -> None:
        """The final state of a batch that somebody cancelled."""
        with transaction.atomic():
            batch = ImportBatch.objects.select_for_update().get(pk=self.batch.pk)
            if not batch.is_final:
                end_cancelled(batch=batch, now=timezone.now())
        self.batch.refresh_from_db()
        if self.on_progress is not None:
            self.on_progress(self.batch)

    def fail(self, message: str) -> None:
        """The final state of a batch of which nothing was imported, and why."""
        end_failed(self.batch, message)
        if self.on_progress is not None:
            self.on_progress(self.batch)


@contextmanager
def _collector_paused() -> Iterator[None]:
    """Rows are no cycles; looking for some among them took as long as reading them."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
