"""An undo by a worker can be watched and stopped, and a preview holds nobody up."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from sellers.import_pages.working import working_context
from sellers.importing import batches, trial, undo
from sellers.importing.batches import NewFile, create_batch
from sellers.importing.decisions import UNDO_CANCELLED, cancel_batch, preview_batch, queue_undo
from sellers.importing.deletion import delete_rows
from sellers.importing.preview import effect_of
from sellers.importing.run import run_batch
from sellers.importing.undo import UNDO_STEPS
from sellers.models import FileRole, ImportBatch, ImportState
from tests.builders import PASSWORD, an_admin
from tests.sellers.importing.files import (
    by_somebody_else,
    facts,
    import_files,
    orders_file,
    reviews_file,
)

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _no_workers(monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = str(tmp_path)
    settings.STANDING_ON_FACTS_CHANGED = ""
    monkeypatch.setattr(batches, "_send", lambda _batch_id: None)
    monkeypatch.setattr("sellers.import_pages.working.workers_listen", lambda: True)


def elsewhere(question: str, *values: object) -> list[tuple[Any, ...]]:
    """What somebody else sees meanwhile."""
    with psycopg.connect(**connection.get_connection_params()) as other:
        return other.execute(question, values).fetchall()


def test_an_undo_is_told_step_by_step_and_can_be_cancelled_until_it_ends(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch = import_files(tmp_path, orders=[orders_file({})], reviews=[reviews_file({})])
    imported = facts()
    client = Client()
    assert client.login(email=an_admin().email, password=PASSWORD)
    cancel, page = (
        reverse(f"sellers:{name}", args=[batch.pk]) for name in ("import_cancel", "import")
    )

    # Nobody works at it yet: it ends at once.
    queue_undo(batch_id=batch.pk, undone_by=None)
    assert "Cancel the undo" in client.get(page).content.decode()
    answer = client.post(cancel, follow=True).content.decode()
    assert "It was not undone" in answer
    assert UNDO_CANCELLED in answer

    # A worker is in the middle of it: it stops before the next step.
    seen: list[str] = []
    take_away = delete_rows

    def watched(*arguments: Any) -> int:
        [(stage,)] = elsewhere("SELECT stage FROM sellers_importbatch WHERE id = %s", batch.pk)
        if stage not in seen:
            seen.append(stage)
        if stage == stop_at:
            shown = by_somebody_else(lambda: client.post(cancel, follow=True)).content.decode()
            assert "step 3 of 7: orders" in shown
            assert "The worker stops at the end of this step." in shown
        return take_away(*arguments)

    monkeypatch.setattr(undo, "delete_rows", watched)
    stop_at = "orders"
    queue_undo(batch_id=batch.pk, undone_by=None)
    run_batch(batch_id=batch.pk)
    batch.refresh_from_db()
    assert (batch.state, batch.message) == (ImportState.DONE, UNDO_CANCELLED)
    assert (facts(), seen) == (imported, ["reviews", "orders"])

    # Asked again, it goes through.
    stop_at = ""
    queue_undo(batch_id=batch.pk, undone_by=None)
    run_batch(batch_id=batch.pk)
    batch.refresh_from_db()
    assert (batch.state, batch.message, batch.stage) == (ImportState.UNDONE, "", "")
    assert not any(facts().values())
    assert seen == [step for step in UNDO_STEPS if step not in (UNDO_STEPS[0], UNDO_STEPS[-1])]
    assert "too late" in client.post(cancel, follow=True).content.decode()


def test_the_progress_of_an_undo_counts_its_steps() -> None:
    batch = ImportBatch(pk=1, state=ImportState.UNDOING, rows_done=9, rows_total=9)
    waiting = working_context(batch)
    assert (waiting["words"], waiting["bar_end"]) == (
        "Waiting for a worker to undo the import",
        None,
    )
    for done, step in enumerate(UNDO_STEPS):
        batch.stage = step
        context = working_context(batch)
        assert context["words"] == f"Undoing the import, step {done + 1} of 7: {step}"
        assert (context["bar"], context["bar_end"]) == (done, 7)


def test_a_preview_neither_waits_for_others_nor_holds_them_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import_files(tmp_path, orders=[orders_file({})])
    text = orders_file({"order_ref": "FO2"}).encode()
    batch = create_batch(
        files=[NewFile(FileRole.ORDERS, "o.csv", SimpleUploadedFile("o.csv", text))],
        created_by=None,
        seller=None,
        state=ImportState.COLUMNS,
    )
    preview_batch(batch_id=batch.pk)
    locked: list[object] = []

    def looked_at(*arguments: Any) -> dict[str, Any]:
        locked.extend(elsewhere("SELECT handle FROM sellers_seller FOR UPDATE NOWAIT"))
        return effect_of(*arguments)

    with psycopg.connect(**connection.get_connection_params()) as other:
        other.execute("SELECT FROM sellers_seller FOR UPDATE")
        run_batch(batch_id=batch.pk)  # somebody else holds the seller all the while
    batch.refresh_from_db()
    assert (batch.state, batch.rows_new) == (ImportState.READY, 1)
    monkeypatch.setattr(trial, "effect_of", looked_at)
    preview_batch(batch_id=batch.pk)
    run_batch(batch_id=batch.pk)
    assert locked == [("mira",)]
    assert cancel_batch(batch_id=batch.pk, now=timezone.now())
