"""Runs and their chunks: done once, whatever is delivered twice, lost or killed."""

from __future__ import annotations

from datetime import timedelta
from unittest.mock import patch

import pytest
from django.db import OperationalError
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks

from metrics import services, tasks
from metrics.models import Run, RunChunk, Standing
from sellers.changes import facts_changed
from sellers.models import Seller
from tests.builders import a_history, a_seller

pytestmark = pytest.mark.django_db


def a_run(sellers: list[Seller], **fields: object) -> Run:
    run = Run.objects.create(kind=Run.Kind.RECOMPUTE, sellers_total=len(sellers), **fields)
    for seller in sellers:
        RunChunk.objects.create(run=run, seller_ids=[seller.pk])
    return run


def do(chunk: RunChunk) -> None:
    tasks.recompute_chunk.apply(args=(chunk.pk,), throw=True)


def test_a_change_of_facts_queues_its_sellers_on_commit_and_not_before(
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    seller = a_seller()
    with (
        patch.object(tasks.recompute_chunk, "delay_on_commit") as task,
        django_capture_on_commit_callbacks(execute=True),
    ):
        facts_changed(seller_ids=[seller.pk], reason="a test")
        assert not Run.objects.exists()
    run = Run.objects.get()
    assert (run.seller, run.reason, run.sellers_total) == (seller, "a test", 1)
    task.assert_called_once_with(run.chunks.get().pk)


def test_a_run_is_done_when_its_last_chunk_is() -> None:
    sellers = [a_seller(), a_seller()]
    run = a_run(sellers)
    first, second = run.chunks.order_by("pk")
    do(first)
    run.refresh_from_db()
    assert (run.state, run.sellers_done) == (Run.State.RUNNING, 1)
    do(second)
    run.refresh_from_db()
    assert (run.state, run.sellers_done) == (Run.State.DONE, 2)
    assert run.finished_at is not None


def test_a_chunk_that_is_delivered_twice_counts_once() -> None:
    seller = a_seller()
    a_history(seller)
    run = a_run([seller])
    do(run.chunks.get())
    computed_at = Standing.objects.get(seller=seller).computed_at
    do(run.chunks.get())
    run.refresh_from_db()
    assert (run.sellers_done, run.state) == (1, Run.State.DONE)
    assert Standing.objects.get(seller=seller).computed_at == computed_at


def test_an_error_ends_the_run_with_words_and_leaves_nothing_half_written() -> None:
    seller = a_seller()
    a_history(seller)
    run = a_run([seller])
    with (
        patch.object(services, "replace_results", side_effect=ZeroDivisionError("no weight")),
        pytest.raises(ZeroDivisionError),
    ):
        do(run.chunks.get())
    run.refresh_from_db()
    assert (run.state, run.message) == (Run.State.FAILED, "ZeroDivisionError: no weight")
    assert not Standing.objects.exists()
    assert not run.chunks.get().is_done


def test_a_lost_connection_is_tried_again_and_then_said() -> None:
    run = a_run([a_seller()])
    with patch.object(services, "complete_chunk", side_effect=OperationalError("gone")) as complete:
        tasks.recompute_chunk.apply(args=(run.chunks.get().pk,))
    assert complete.call_count == 4  # once, and three retries
    run.refresh_from_db()
    assert (run.state, run.message) == (Run.State.FAILED, "OperationalError: gone")


def test_a_chunk_whose_worker_dies_each_time_is_given_up() -> None:
    run = a_run([a_seller()])
    run.chunks.update(attempts=services.MOST_ATTEMPTS)
    do(run.chunks.get())
    run.refresh_from_db()
    assert run.state == Run.State.FAILED
    assert "its worker disappeared each time" in run.message
    assert not Standing.objects.exists()


def test_a_silent_run_is_queued_again_and_a_busy_one_is_left_alone(
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    now = timezone.now()
    long_ago = now - services.RUN_SILENT_FOR - timedelta(minutes=1)
    silent = a_run([a_seller()], state=Run.State.RUNNING, seen_at=long_ago)
    a_run([a_seller()], state=Run.State.RUNNING, seen_at=now)
    with patch.object(tasks.recompute_chunk, "delay_on_commit") as task:
        assert services.revive_lost_runs(now=now) == 1
    task.assert_called_once_with(silent.chunks.get().pk)
    with patch.object(tasks.recompute_chunk, "delay_on_commit") as task:
        assert services.revive_lost_runs(now=now) == 0  # it has just shown a sign of life
    task.assert_not_called()


def test_a_run_without_sellers_is_done_at_once() -> None:
    run = services.start_run(kind=Run.Kind.RECOMPUTE_ALL, seller_ids=[])
    run.refresh_from_db()
    assert run.state == Run.State.DONE


def test_the_nightly_pass_takes_what_is_behind_and_is_not_doubled() -> None:
    behind, fresh = a_seller(), a_seller()
    services.recompute_sellers(seller_ids=[fresh.pk], now=timezone.now())
    tasks.recompute_due.apply(throw=True)
    run = Run.objects.get(kind=Run.Kind.NIGHTLY)
    assert [chunk.seller_ids for chunk in run.chunks.all()] == [[behind.pk]]
    tasks.recompute_due.apply(throw=True)
    assert Run.objects.filter(kind=Run.Kind.NIGHTLY).count() == 1


def test_chunks_hold_a_bounded_number_of_sellers() -> None:
    ids = list(range(1, 2 * services.CHUNK_SELLERS + 2))
    run = services.start_run(kind=Run.Kind.RECOMPUTE_ALL, seller_ids=ids)
    sizes = [len(chunk.seller_ids) for chunk in run.chunks.order_by("pk")]
    assert sizes == [services.CHUNK_SELLERS, services.CHUNK_SELLERS, 1]
