"""Leads one batch from its files to its report. Running it twice equals running it once.

Staging lies outside the transaction, so that progress can be seen; the merge, the report and
the final state are one transaction, so that a batch is there as a whole or not at all.
"""

from __future__ import annotations

import gc
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import structlog
from celery.exceptions import SoftTimeLimitExceeded
from django.db import InterfaceError, OperationalError, connection, transaction
from django.utils import timezone

from sellers.changes import facts_changed
from sellers.importing import merge_orders, merge_reviews, merge_sellers, staging
from sellers.importing.batches import LOCK_SPACE, MAX_ATTEMPTS, remove_files
from sellers.importing.columns import BlockCells, Checked, is_zone
from sellers.importing.context import Context
from sellers.importing.orders import check_orders
from sellers.importing.outcome import EFFECT_COLUMNS, Outcome, read_outcome
from sellers.importing.problems import FileProblemError
from sellers.importing.reading import Block
from sellers.importing.reviews import check_reviews
from sellers.importing.sources import Source, open_source
from sellers.models import FileRole, ImportBatch, ImportEffect, ImportFile, ImportState

log = structlog.get_logger(__name__)

#: Seconds between two updates of the progress row.
PROGRESS_SECONDS = 0.5

Progress = Callable[[ImportBatch], None]


#: What checks the rows of which role, and where they are staged.
_CHECKS: Mapping[FileRole, tuple[Callable[[Block, Context], Checked], str]] = {
    FileRole.ORDERS: (check_orders, staging.ORDERS),
    FileRole.REVIEWS: (check_reviews, staging.REVIEWS),
}


@dataclass(frozen=True)
class _Opened:
    """One file, ready to be read."""

    file: ImportFile
    source: Source


def run_batch(
    *,
    batch_id: int,
    paths: Mapping[int, Path] | None = None,
    on_progress: Progress | None = None,
) -> ImportBatch | None:
    """Import a batch that was created before; returns it in its final state.

    ``paths`` says where files lie that were not uploaded, by ``ImportFile`` id. Returns None
    when another worker is at it. Errors of the connection to the database are raised: the
    batch stays where it was, and the next attempt begins anew.
    """
    with _only_runner(batch_id) as alone:
        if not alone:
            return None
        batch = ImportBatch.objects.select_related("seller").get(pk=batch_id)
        if batch.is_final:
            return batch
        runner = _Runner(batch, paths or {}, on_progress)
        if batch.attempts >= MAX_ATTEMPTS:
            runner.fail(
                f"The worker stopped {MAX_ATTEMPTS} times during this import. Nothing was "
                "imported. Try smaller files, or ask an administrator to look at the log."
            )
        else:
            runner.attempt()
        return batch


@contextmanager
def _only_runner(batch_id: int) -> Iterator[bool]:
    """Hold the lock that says "somebody is at this batch"; it ends with the connection."""
    number = batch_id % (1 << 31)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [LOCK_SPACE, number])
        row = cursor.fetchone()
    alone = bool(row and row[0])
    try:
        yield alone
    finally:
        if alone and connection.is_usable():
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [LOCK_SPACE, number])


class _Runner:
    def __init__(
        self, batch: ImportBatch, paths: Mapping[int, Path], on_progress: Progress | None
    ) -> None:
        self.batch, self.paths, self.on_progress = batch, paths, on_progress
        self.told_at = 0.0

    def attempt(self) -> None:
        try:
            self._begin()
            opened = self._open_files()
            with _collector_paused():
                self._stage(opened)
            self._merge()
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
        batch = self.batch
        batch.rejections.all().delete()
        batch.effects.all().delete()
        now = timezone.now()
        batch.state, batch.stage = ImportState.RUNNING, "looking at the files"
        batch.attempts += 1
        batch.started_at, batch.seen_at = now, now
        batch.notes, batch.message = [], ""
        for name in ("done", "new", "changed", "unchanged", "waiting", "no_review", "rejected"):
            setattr(batch, f"rows_{name}", 0)
        batch.save()
        self._tell()

    def _open_files(self) -> list[_Opened]:
        """Look at every file before a row is read; orders come before reviews."""
        opened = []
        context = Context.of(self.batch, self.paths)
        for file in sorted(self.batch.files.all(), key=lambda f: (f.role, f.pk)):
            with _about(file):
                source = open_source(file, context.path_of(file), context)
                context.require_some_seller(source.columns)
            opened.append(_Opened(file, source))
        self.batch.rows_total = sum(each.source.rows for each in opened)
        return opened

    def _note(self, file: ImportFile, *notes: str) -> None:
        self.batch.notes += [f"{file.name}: {note}" for note in notes]

    def _stage(self, opened: list[_Opened]) -> None:
        batch = self.batch
        batch.stage = "reading and checking"
        self._tell()
        context = Context.of(batch, self.paths)
        for each in opened:
            _collect_zones(each, context)
        staging.create_staging()
        for each in opened:
            before = batch.rows_done
            with _about(each.file):
                for block in each.source.blocks():
                    self._stage_block(block, each.file, context)
            each.file.rows = batch.rows_done - before
            each.file.save(update_fields=["rows"])
            self._note(each.file, *each.source.notes)
            if not each.file.rows and each.source.roles:
                self._note(each.file, "There is a line of column names, but no row.")
        batch.rows_total = batch.rows_done
        if not batch.rows_done:
            names = ", ".join(each.file.name for each in opened)
            raise FileProblemError(f"{names}: there is a line of column names, but no row.")
        batch.stage = "saving"
        self._tell()
        staging.analyze(*staging.TABLES)

    def _stage_block(self, block: Block, file: ImportFile, context: Context) -> None:
        check, table = _CHECKS[block.role]
        checked = check(block, context)
        bad = checked.problems.bad
        keep = [row for row, wrong in enumerate(bad.tolist()) if not wrong]
        whole = len(keep) == len(checked.lines)
        staging.stage(
            table,
            file_id=file.pk,
            lines=checked.lines if whole else [checked.lines[row] for row in keep],
            columns=checked.columns
            if whole
            else {n: [column[row] for row in keep] for n, column in checked.columns.items()},
        )
        self._reject(file, checked, block)
        self.batch.rows_rejected += int(bad.sum()) + len(block.torn)
        self.batch.rows_no_review += checked.no_review
        self.batch.rows_done += block.rows
        gc.collect(0)  # only what this block made; the collector is paused
        if time.monotonic() - self.told_at > PROGRESS_SECONDS:
            self._tell()
        if block.companion is not None:
            refused = {checked.lines[row] for row in bad.nonzero()[0].tolist()}
            self._stage_block(block.companion.without(refused), file, context)

    def _reject(self, file: ImportFile, checked: Checked, block: Block) -> None:
        found = checked.found(block)
        found += [(p.row, p) for p in block.torn]
        if not found:
            return
        staging.copy_rows(
            "sellers_importrejection",
            {
                "batch_id": [str(self.batch.pk)] * len(found),
                "file_id": [str(file.pk)] * len(found),
                "line": [str(line) for line, _ in found],
                "column": [p.column for _, p in found],
                "value": [p.value for _, p in found],
                "reason": [p.reason[:300] for _, p in found],
                "fix": [p.fix for _, p in found],
            },
        )

    def _tell(self) -> None:
        """Show how far it is; outside any transaction, so that others see it."""
        self.told_at = time.monotonic()
        self.batch.seen_at = timezone.now()
        self.batch.save(
            update_fields=["stage", "rows_total", "rows_done", "seen_at", "notes", "state"]
        )
        if self.on_progress is not None:
            self.on_progress(self.batch)

    def _merge(self) -> None:
        batch = self.batch
        with transaction.atomic():
            merge_sellers.create_and_lock_sellers(batch.pk)
            merge_orders.propose_orders()
            merge_sellers.merge_gigs(batch.pk)
            merge_orders.write_orders(batch.pk)
            merge_reviews.join_waiting_reviews(batch.pk)
            merge_reviews.merge_reviews(batch.pk)
            outcome = read_outcome(batch.pk)
            merge_sellers.forget_empty_sellers()
            if batch.is_dry:
                transaction.set_rollback(True)
            else:
                self._finish(outcome)
        if batch.is_dry:
            with transaction.atomic():
                self._finish(outcome)
        if self.on_progress is not None:
            self.on_progress(batch)

    def _finish(self, outcome: Outcome) -> None:
        batch = self.batch
        outcome.write_rejections()
        effects = [dict(zip(EFFECT_COLUMNS, row, strict=True)) for row in outcome.effects]
        changed = [e for e in effects if _facts_changed(e)]
        if batch.is_dry:
            changed = [effect for effect in changed if not effect["is_new"]]
        else:
            facts_changed(
                seller_ids=[effect["seller_id"] for effect in changed],
                reason=f"import {batch.pk}",
            )
        ImportEffect.objects.bulk_create(
            [ImportEffect(batch=batch, **effect) for effect in changed], batch_size=2000
        )
        self._note_outcome(effects)
        batch.rows_new, batch.rows_changed = outcome.new, outcome.changed
        batch.rows_unchanged, batch.rows_waiting = outcome.unchanged, outcome.waiting
        batch.rows_rejected += outcome.refused
        batch.reviews_joined = outcome.joined
        batch.state = ImportState.DRY if batch.is_dry else ImportState.DONE
        batch.is_logged = not batch.is_dry
        self._end()

    def _note_outcome(self, effects: list[dict[str, int]]) -> None:
        created = sum(1 for effect in effects if effect["is_new"])
        if created and self.batch.is_dry:
            self.batch.notes.append(f"Sellers that would be created: {created}.")

    def fail(self, message: str) -> None:
        """The final state of a batch of which nothing was imported, and why."""
        batch = self.batch
        with transaction.atomic():
            batch.rejections.all().delete()
            batch.state, batch.message = ImportState.FAILED, message
            batch.rows_rejected = batch.rows_no_review = 0
            self._end()
        if self.on_progress is not None:
            self.on_progress(batch)

    def _end(self) -> None:
        batch = self.batch
        batch.stage = ""
        batch.finished_at = batch.seen_at = timezone.now()
        batch.save()
        transaction.on_commit(lambda: remove_files(batch), robust=True)


def _facts_changed(effect: Mapping[str, int]) -> bool:
    return any(n for name, n in effect.items() if name not in {"seller_id", "is_new"})


def _collect_zones(opened: _Opened, context: Context) -> None:
    """Which zones the file names for which seller; a second reading, only where it names any."""
    if "time_zone" not in opened.source.columns:
        return
    platform, handle = context.only or (context.batch.platform, "")
    with _about(opened.file):
        for block in opened.source.blocks():
            given = BlockCells(block)
            named = zip(given["platform"], given["seller"], given["time_zone"], strict=True)
            for of_platform, of_handle, zone in set(named):
                if zone and is_zone(zone):
                    key = (of_platform.casefold() or platform, of_handle or handle)
                    context.new_zones.setdefault(key, set()).add(zone)


@contextmanager
def _about(file: ImportFile) -> Iterator[None]:
    """Say which file a problem is about."""
    try:
        yield
    except FileProblemError as problem:
        raise FileProblemError(f"{file.name}: {problem}") from None
    except FileNotFoundError:
        raise FileProblemError(
            f"{file.name}: the uploaded file is no longer there. Upload it again."
        ) from None
    except OSError as error:
        raise FileProblemError(f"{file.name} cannot be read: {error.strerror}.") from None


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
