"""Imports by a real Celery worker: to the end, killed in the middle, and lost."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.utils import timezone

from metrics.models import Standing
from sellers import tasks
from sellers.importing import batches
from sellers.importing.batches import (
    LOCK_SPACE,
    MAX_ATTEMPTS,
    NewFile,
    create_batch,
    queue_batch,
    requeue_lost_batches,
)
from sellers.importing.reading import BLOCK_ROWS
from sellers.importing.run import run_batch
from sellers.models import FileRole, ImportBatch, ImportState, Order, Seller, User
from tests.builders import an_admin
from tests.sellers.importing.files import (
    check_counts,
    facts,
    import_new_files,
    orders_file,
    reviews_file,
    undone,
)
from tests.servers import Worker, wait_until

ROWS = BLOCK_ROWS + 1_000  # more than one block


def a_large_history() -> list[NewFile]:
    rows = [{"order_ref": f"FO{n}", "seller": f"s{n % 5}"} for n in range(ROWS)]
    return [
        NewFile(FileRole.ORDERS, "o.csv", SimpleUploadedFile("o.csv", text.encode()))
        for text in (orders_file(*rows),)
    ]


def start(files: list[NewFile], user: User) -> ImportBatch:
    with transaction.atomic():
        batch = create_batch(files=files, created_by=user, seller=None)
        queue_batch(batch_id=batch.pk)
    return batch


def ended(batch: ImportBatch) -> bool:
    batch.refresh_from_db()
    return batch.is_final


@pytest.mark.worker
@pytest.mark.servers
def test_a_worker_brings_an_import_to_its_final_state(worker: Worker) -> None:
    files = [
        NewFile(FileRole.ORDERS, "o.csv", SimpleUploadedFile("o.csv", orders_file({}).encode())),
        NewFile(FileRole.REVIEWS, "r.csv", SimpleUploadedFile("r.csv", reviews_file({}).encode())),
    ]
    batch = start(files, an_admin())
    wait_until(lambda: ended(batch), worker.said(), seconds=60)
    assert (batch.state, batch.rows_new) == (ImportState.DONE, 2)
    check_counts(batch)
    # What the import queued on commit: the scores of the seller it touched.
    wait_until(Standing.objects.filter(revision=1).exists, worker.said(), seconds=60)


@pytest.mark.worker
@pytest.mark.faults
@pytest.mark.timeout(600)
def test_a_worker_killed_in_the_middle_leaves_nothing_and_the_next_one_finishes(
    new_worker: Callable[..., Worker],
) -> None:
    user = an_admin()
    with undone():
        import_new_files(a_large_history())
        undisturbed = facts()
    with psycopg.connect(**connection.get_connection_params()) as holds:
        # Nobody can add a seller now: the worker stops in the middle of its merge.
        holds.execute("LOCK TABLE sellers_seller IN SHARE ROW EXCLUSIVE MODE")
        batch = start(a_large_history(), user)
        first = new_worker()
        wait_until(lambda: _is_saving(batch), first.said(), seconds=120)
        first.kill()
    assert not ended(batch)
    assert batch.state == ImportState.RUNNING
    assert not Order.objects.exists()

    second = new_worker()
    later = timezone.now() + dt.timedelta(minutes=1)
    # Either the broker gives the task of the dead worker out again, or the periodic look does.
    wait_until(
        lambda: ended(batch) or requeue_lost_batches(now=later), "nobody holds the batch any more"
    )
    wait_until(lambda: ended(batch), second.said(), seconds=240)
    assert batch.state == ImportState.DONE, batch.message
    assert (batch.rows_new, batch.attempts) == (ROWS, 2)
    check_counts(batch)
    assert facts() == undisturbed
    second.stop()


def _is_saving(batch: ImportBatch) -> bool:
    batch.refresh_from_db()
    return batch.stage == "saving" and batch.rows_done == ROWS


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Path) -> list[int]:
    """Batches handed to the workers, of which there are none."""
    settings.MEDIA_ROOT = str(tmp_path)
    settings.STANDING_ON_FACTS_CHANGED = ""
    found: list[int] = []
    monkeypatch.setattr(batches, "_send", found.append)
    return found


def a_small_batch() -> ImportBatch:
    content = ContentFile(orders_file({}).encode(), "o.csv")
    upload = SimpleUploadedFile("o.csv", content.read())
    return create_batch(
        files=[NewFile(FileRole.ORDERS, "o.csv", upload)], created_by=None, seller=None
    )


@pytest.mark.django_db
def test_an_import_whose_worker_vanished_is_handed_out_again(
    sent: list[int], django_capture_on_commit_callbacks: Any
) -> None:
    batch = a_small_batch()
    ImportBatch.objects.update(state=ImportState.RUNNING, attempts=1, seen_at=timezone.now())
    soon, later = (timezone.now() + dt.timedelta(seconds=s) for s in (5, 60))
    with django_capture_on_commit_callbacks(execute=True):
        assert requeue_lost_batches(now=soon) == []
        assert requeue_lost_batches(now=later) == [batch.pk]
    assert sent == [batch.pk]
    done = run_batch(batch_id=batch.pk)
    assert done is not None
    assert (done.state, done.attempts, done.rows_new) == (ImportState.DONE, 2, 1)
    assert requeue_lost_batches(now=later + dt.timedelta(days=1)) == []


@pytest.mark.django_db
def test_an_import_that_no_worker_took_is_handed_out_again_after_ten_minutes(
    sent: list[int], django_capture_on_commit_callbacks: Any
) -> None:
    batch = a_small_batch()
    now = timezone.now()
    with django_capture_on_commit_callbacks(execute=True):
        assert requeue_lost_batches(now=now + dt.timedelta(minutes=5)) == []
        assert requeue_lost_batches(now=now + dt.timedelta(minutes=11)) == [batch.pk]
    assert sent == [batch.pk]


@pytest.mark.django_db
def test_after_three_attempts_an_import_fails_in_words(sent: list[int]) -> None:
    batch = a_small_batch()
    ImportBatch.objects.update(state=ImportState.RUNNING, attempts=MAX_ATTEMPTS)
    done = run_batch(batch_id=batch.pk)
    assert done is not None
    assert done.state == ImportState.FAILED
    assert "The worker stopped 3 times" in done.message
    assert not Order.objects.exists()


@pytest.mark.django_db
def test_an_import_whose_file_is_gone_fails_in_words(sent: list[int], settings: Any) -> None:
    batch = a_small_batch()
    for path in Path(settings.MEDIA_ROOT).rglob("*.csv"):
        path.unlink()
    done = run_batch(batch_id=batch.pk)
    assert done is not None
    assert done.message == "o.csv: the uploaded file is no longer there. Upload it again."


@pytest.mark.django_db
def test_a_finished_import_is_not_run_again(sent: list[int]) -> None:
    batch = a_small_batch()
    run_batch(batch_id=batch.pk)
    again = run_batch(batch_id=batch.pk)
    assert again is not None
    assert again.attempts == 1


@pytest.mark.django_db
def test_a_mistake_of_ours_is_told_with_a_reference_and_leaves_nothing(
    sent: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(*_: object) -> None:
        raise RuntimeError("broken on purpose")

    monkeypatch.setattr("sellers.importing.merge_reviews.merge_reviews", breaks)
    done = run_batch(batch_id=a_small_batch().pk)
    assert done is not None
    assert done.state == ImportState.FAILED
    assert "tell an administrator the reference" in done.message
    assert "broken on purpose" not in done.message
    assert not Seller.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_two_workers_do_not_run_one_batch_at_once(sent: list[int]) -> None:
    batch = a_small_batch()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s, %s)", [LOCK_SPACE, batch.pk])
        assert in_another_connection(lambda: run_batch(batch_id=batch.pk)) is None
        later = timezone.now() + dt.timedelta(days=1)
        assert requeue_lost_batches(now=later) == []
        cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [LOCK_SPACE, batch.pk])
    done = in_another_connection(lambda: run_batch(batch_id=batch.pk))
    assert isinstance(done, ImportBatch)
    assert done.state == ImportState.DONE


def test_what_is_asked_for_while_the_worker_before_tidies_up_is_done_a_moment_later(
    sent: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[int] = []

    def run_a_moment_later(*, batch_id: int) -> ImportBatch | None:
        tried.append(batch_id)
        return None if len(tried) < 3 else ImportBatch(pk=batch_id)

    monkeypatch.setattr(tasks, "run_batch", run_a_moment_later)
    assert tasks.import_batch.apply((7,)).successful()
    assert tried == [7, 7, 7]
    tried.clear()  # never alone: it is given up, without an error
    monkeypatch.setattr(tasks, "run_batch", lambda *, batch_id: tried.append(batch_id))
    assert tasks.import_batch.apply((8,)).successful()
    assert tried == [8] * (tasks.RETRIES + 1)


@pytest.mark.django_db(transaction=True)
def test_two_imports_of_the_same_sellers_at_once_end_as_if_one_after_the_other(
    sent: list[int],
) -> None:
    ours = [{"order_ref": f"FO{n}", "seller": f"s{n % 7}"} for n in range(70)]
    texts = [orders_file(*ours), orders_file(*reversed(ours), {"order_ref": "FO99"})]
    pairs = [
        create_batch(
            files=[NewFile(FileRole.ORDERS, "o.csv", SimpleUploadedFile("o.csv", t.encode()))],
            created_by=None,
            seller=None,
        )
        for t in texts
    ]
    threads = [
        threading.Thread(target=in_this_thread, args=(lambda b=b: run_batch(batch_id=b.pk),))
        for b in pairs
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for batch in pairs:
        batch.refresh_from_db()
        assert batch.state == ImportState.DONE, batch.message
        check_counts(batch)
    assert sum(batch.rows_new for batch in pairs) == Order.objects.count() == 71
    assert sum(batch.rows_unchanged for batch in pairs) == 70


def in_this_thread(work: Callable[[], object]) -> None:
    """Run with a connection of this thread, and close it."""
    try:
        work()
    finally:
        connection.close()


def in_another_connection(work: Callable[[], object]) -> object:
    found: list[object] = []
    thread = threading.Thread(target=in_this_thread, args=(lambda: found.append(work()),))
    thread.start()
    thread.join()
    return found[0]
