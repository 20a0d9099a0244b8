"""Preview, commit, cancel and undo of an import: every way ends in a state that says so."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import OperationalError
from django.utils import timezone

from sellers.importing import batches, reading, run, undoing
from sellers.importing.batches import NewFile, create_batch, requeue_lost_batches
from sellers.importing.decisions import (
    TooLateError,
    cancel_abandoned,
    cancel_batch,
    commit_batch,
    preview_batch,
    queue_undo,
)
from sellers.importing.file_staging import FileStaging
from sellers.importing.run import run_batch
from sellers.importing.undo import CannotUndoError
from sellers.models import (
    FileRole,
    ImportBatch,
    ImportChange,
    ImportRawBlock,
    ImportState,
    Order,
    Review,
    Seller,
)
from tests.builders import an_admin
from tests.sellers.importing.files import (
    check_counts,
    facts,
    import_files,
    orders_file,
    reviews_file,
    undone,
)

pytestmark = pytest.mark.django_db

FINISHED = {"completed_at": "2024-03-08", "amount": "100.00"}


@pytest.fixture(autouse=True)
def sent(monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Path) -> list[int]:
    """Batches handed to the workers, of which there are none."""
    settings.MEDIA_ROOT = str(tmp_path)
    settings.STANDING_ON_FACTS_CHANGED = ""
    found: list[int] = []
    monkeypatch.setattr(batches, "_send", found.append)
    return found


def a_batch(*texts: tuple[FileRole, str]) -> ImportBatch:
    files = [
        NewFile(role, f"{role}.csv", SimpleUploadedFile(f"{role}.csv", text.encode()))
        for role, text in texts
    ]
    return create_batch(files=files, created_by=None, seller=None, state=ImportState.COLUMNS)


def previewed(*texts: tuple[FileRole, str]) -> ImportBatch:
    batch = a_batch(*texts)
    preview_batch(batch_id=batch.pk)
    run_batch(batch_id=batch.pk)
    batch.refresh_from_db()
    assert batch.state == ImportState.READY, batch.message
    return batch


def worked_on(batch: ImportBatch) -> ImportBatch:
    run_batch(batch_id=batch.pk)
    batch.refresh_from_db()
    return batch


ORDERS = (FileRole.ORDERS, orders_file(FINISHED, {"order_ref": "FO2", **FINISHED}))
REVIEWS = (FileRole.REVIEWS, reviews_file({}))


def test_a_preview_says_what_would_be_new_and_saves_nothing() -> None:
    batch = previewed(ORDERS, REVIEWS)
    assert facts() == {name: set() for name in facts()}
    assert not ImportChange.objects.exists()
    assert (batch.rows_new, batch.rows_done) == (3, 3)
    effect = batch.preview.effect
    assert effect["rows"]["rows_new"] == 3
    assert [(row["kind"], row["ref"]) for row in effect["new"]] == [
        ("order", "FO1"),
        ("order", "FO2"),
        ("review", "FO1"),
    ]
    assert (effect["sellers_count"], effect["sellers_new"]) == (1, 1)
    [seller] = effect["sellers"]
    assert (seller["handle"], seller["is_new"], seller["before"]) == ("mira", True, {})


def test_a_commit_does_what_the_preview_said(
    tmp_path: Path, django_capture_on_commit_callbacks: Any
) -> None:
    batch = previewed(ORDERS, REVIEWS)
    commit_batch(batch_id=batch.pk)
    batch.refresh_from_db()
    assert batch.state == ImportState.QUEUED
    with django_capture_on_commit_callbacks(execute=True):
        worked_on(batch)
    assert batch.state == ImportState.DONE, batch.message
    assert (batch.rows_new, batch.rows_left_out) == (3, 0)
    check_counts(batch)
    assert (Order.objects.count(), Review.objects.count()) == (2, 1)
    assert not (tmp_path / "imports" / str(batch.pk)).exists()
    assert batch.notes == []


def test_changes_are_shown_from_before_to_after_field_by_field() -> None:
    worked_on_batch = previewed(ORDERS)
    commit_batch(batch_id=worked_on_batch.pk)
    worked_on(worked_on_batch)
    text = orders_file({**FINISHED, "amount": "80.00", "gig": "logos", "gig_title": "Logos"})
    effect = previewed((FileRole.ORDERS, text)).preview.effect
    [row] = effect["changed"]
    assert (row["kind"], row["ref"], row["seller"], row["line"]) == ("order", "FO1", "mira", 2)
    assert row["fields"] == {"gig": ["editing", "logos"], "amount": [100.0, 80.0]}
    assert {(f["kind"], f["field"], f["rows"]) for f in effect["fields"]} == {
        ("order", "gig", 1),
        ("order", "amount", 1),
    }


def test_the_scores_that_would_move_are_worked_out_without_being_stored(tmp_path: Path) -> None:
    today = timezone.now().date()
    ordered, done = (today - dt.timedelta(days=days) for days in (30, 20))
    rows = [{"order_ref": f"FO{n}", "ordered_at": ordered, "completed_at": done} for n in range(6)]
    import_files(tmp_path, orders=[orders_file(*rows)])
    stars = [{"order_ref": f"FO{n}", "posted_at": done, "stars": 1} for n in range(6)]
    [seller] = previewed((FileRole.REVIEWS, reviews_file(*stars))).preview.effect["sellers"]
    assert seller["before"]["score"] > seller["after"]["score"]
    assert seller["before"]["displayed"] > seller["after"]["displayed"]
    assert not Review.objects.exists()


def test_rows_about_the_same_order_are_shown_and_one_can_be_left_out() -> None:
    text = orders_file({"amount": "100.00"}, {"amount": "90.00"}, {"order_ref": "FO2"})
    batch = previewed((FileRole.ORDERS, text))
    effect = batch.preview.effect
    [twins] = effect["duplicates"]
    assert effect["duplicates_count"] == 1
    assert (twins["ref"], twins["same"], twins["differing"]) == ("FO1", False, ["amount"])
    assert [row["says"] for row in twins["rows"]] == [{"amount": 100.0}, {"amount": 90.0}]
    first = twins["rows"][0]
    assert (first["line"], first["left_out"]) == (2, False)
    commit_batch(batch_id=batch.pk, left_out=[(first["file_id"], first["line"])])
    worked_on(batch)
    check_counts(batch)
    assert (batch.rows_new, batch.rows_left_out, batch.rows_unchanged) == (2, 1, 0)
    assert Order.objects.get(ref="FO1").amount == 90


def test_a_commit_says_when_facts_have_moved_since_the_preview(tmp_path: Path) -> None:
    import_files(tmp_path, orders=[orders_file({})])
    batch = previewed((FileRole.ORDERS, orders_file({"order_ref": "FO2"})))
    import_files(tmp_path, orders=[orders_file({"order_ref": "FO3"})])
    commit_batch(batch_id=batch.pk)
    worked_on(batch)
    assert any("facts of one seller changed" in note for note in batch.notes)


def test_only_what_waits_for_a_decision_can_be_decided() -> None:
    batch = a_batch(ORDERS)
    with pytest.raises(TooLateError, match="waiting for its columns"):
        commit_batch(batch_id=batch.pk)
    preview_batch(batch_id=batch.pk)
    with pytest.raises(TooLateError, match="being checked"):
        preview_batch(batch_id=batch.pk)
    worked_on(batch)
    commit_batch(batch_id=batch.pk)
    worked_on(batch)
    with pytest.raises(TooLateError, match="done"):
        commit_batch(batch_id=batch.pk)
    assert cancel_batch(batch_id=batch.pk, now=timezone.now()) is False


def nothing_left(batch: ImportBatch, folder: Path) -> None:
    batch.refresh_from_db()
    assert (batch.state, batch.stage, batch.rows_done) == (ImportState.CANCELLED, "", 0)
    assert batch.finished_at is not None
    assert not batch.rejections.exists()
    assert not ImportRawBlock.objects.exists()
    assert not Order.objects.exists()
    assert not (folder / "imports" / str(batch.pk)).exists()


@pytest.mark.parametrize("far", ["columns", "checking", "ready", "queued"])
def test_an_import_can_be_cancelled_wherever_it_waits(
    far: str, tmp_path: Path, django_capture_on_commit_callbacks: Any
) -> None:
    batch = a_batch(ORDERS)
    if far in ("checking", "ready", "queued"):
        preview_batch(batch_id=batch.pk)
    if far in ("ready", "queued"):
        worked_on(batch)
    if far == "queued":
        commit_batch(batch_id=batch.pk)
    with django_capture_on_commit_callbacks(execute=True):
        assert cancel_batch(batch_id=batch.pk, now=timezone.now()) is True
    nothing_left(batch, tmp_path)
    run_batch(batch_id=batch.pk)  # a worker that comes too late does nothing
    nothing_left(batch, tmp_path)


@pytest.mark.parametrize(
    ("worker", "step"),
    [(FileStaging, "open"), (FileStaging, "stage"), (run._Runner, "_merge")],
)
@pytest.mark.parametrize("saving", [False, True])
def test_a_worker_stops_where_it_is_when_the_import_is_cancelled(
    worker: type,
    step: str,
    saving: bool,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: Any,
) -> None:
    batch = previewed(ORDERS) if saving else a_batch(ORDERS)
    (commit_batch if saving else preview_batch)(batch_id=batch.pk)
    goes_on = getattr(worker, step)
    if step == "_merge":  # the last look is enough
        monkeypatch.setattr(run._Runner, "_watch", lambda _runner: None)

    def cancelled_meanwhile(runner: Any, *arguments: Any) -> Any:
        assert cancel_batch(batch_id=batch.pk, now=timezone.now()) is True
        batch.refresh_from_db()
        assert not batch.is_final  # the worker itself ends it
        return goes_on(runner, *arguments)

    monkeypatch.setattr(worker, step, cancelled_meanwhile)
    with django_capture_on_commit_callbacks(execute=True):
        run_batch(batch_id=batch.pk)
    nothing_left(batch, tmp_path)


def test_reading_tells_how_far_it_is_and_stops_a_few_blocks_after_it_is_cancelled(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    monkeypatch.setattr(reading, "BLOCK_ROWS", 1)
    monkeypatch.setattr(run, "PROGRESS_SECONDS", 0.0)
    twenty = orders_file(*({"order_ref": f"FO{n}"} for n in range(20)))
    batch = a_batch((FileRole.ORDERS, twenty))
    preview_batch(batch_id=batch.pk)
    told: list[int] = []

    def look(running: ImportBatch) -> None:
        told.append(ImportBatch.objects.get(pk=running.pk).rows_done)
        if told[-1] == 5:
            assert cancel_batch(batch_id=batch.pk, now=timezone.now()) is True

    with django_capture_on_commit_callbacks(execute=True):
        run_batch(batch_id=batch.pk, on_progress=look)
    assert max(told) < 10
    assert {1, 2, 3, 4, 5} <= set(told)
    nothing_left(batch, tmp_path)


def test_a_cancelled_import_whose_worker_died_is_ended_by_the_next_one(tmp_path: Path) -> None:
    batch = a_batch(ORDERS)
    ImportBatch.objects.update(
        state=ImportState.RUNNING, attempts=1, cancel_requested_at=timezone.now()
    )
    run_batch(batch_id=batch.pk)
    batch.refresh_from_db()
    assert batch.state == ImportState.CANCELLED


def test_what_nobody_decides_about_is_cancelled_after_two_weeks() -> None:
    old, young = previewed(ORDERS), previewed(ORDERS)
    now = timezone.now()
    ago = now - dt.timedelta(days=15)
    ImportBatch.objects.filter(pk=old.pk).update(created_at=ago, seen_at=ago)
    assert cancel_abandoned(now=now) == [old.pk]
    old.refresh_from_db()
    young.refresh_from_db()
    assert (old.state, young.state) == (ImportState.CANCELLED, ImportState.READY)


def test_a_preview_whose_worker_vanished_is_handed_out_again(
    sent: list[int], django_capture_on_commit_callbacks: Any
) -> None:
    batch = a_batch(ORDERS)
    preview_batch(batch_id=batch.pk)
    ImportBatch.objects.update(attempts=1)
    later = timezone.now() + dt.timedelta(minutes=1)
    with django_capture_on_commit_callbacks(execute=True):
        assert requeue_lost_batches(now=later) == [batch.pk]
    assert sent[-1] == batch.pk


def test_an_undo_by_a_worker_ends_undone(tmp_path: Path) -> None:
    user = an_admin()
    batch = import_files(tmp_path, orders=[orders_file({})])
    queue_undo(batch_id=batch.pk, undone_by=user)
    batch.refresh_from_db()
    assert batch.state == ImportState.UNDOING
    worked_on(batch)
    assert (batch.state, batch.undone_by) == (ImportState.UNDONE, user)
    assert not Seller.objects.exists()
    with pytest.raises(CannotUndoError, match="already"):
        queue_undo(batch_id=batch.pk, undone_by=user)


def test_an_undo_that_fails_leaves_the_import_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch = import_files(tmp_path, orders=[orders_file({})])
    queue_undo(batch_id=batch.pk, undone_by=None)

    def breaks(**_arguments: Any) -> None:
        raise RuntimeError("broken")

    monkeypatch.setattr(undoing, "undo_batch", breaks)
    worked_on(batch)
    assert batch.state == ImportState.DONE
    assert "nothing was undone" in batch.message
    assert Order.objects.exists()


def test_an_undo_that_loses_the_database_is_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch = import_files(tmp_path, orders=[orders_file({})])
    queue_undo(batch_id=batch.pk, undone_by=None)

    def gone(**_arguments: Any) -> None:
        raise OperationalError("the connection is closed")

    with monkeypatch.context() as patched:
        patched.setattr(undoing, "undo_batch", gone)
        with pytest.raises(OperationalError):
            run_batch(batch_id=batch.pk)
    batch.refresh_from_db()
    assert (batch.state, batch.attempts) == (ImportState.UNDOING, 1)
    worked_on(batch)
    assert batch.state == ImportState.UNDONE


def test_a_preview_equals_the_import_that_follows(tmp_path: Path) -> None:
    import_files(tmp_path, orders=[orders_file({"status": "open"})])
    texts = (ORDERS, REVIEWS)
    with undone():
        batch = previewed(*texts)
        shown = batch.preview.effect["rows"]
    with undone():
        direct = import_files(tmp_path, orders=[ORDERS[1]], reviews=[REVIEWS[1]])
        assert shown == {field: getattr(direct, field) for field in shown}
