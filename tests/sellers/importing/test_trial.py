"""A preview tries the merge on copies: the real tables are not touched, and nobody waits."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.urls import reverse

from sellers.importing import batches, copies, merging, trial
from sellers.importing.batches import NewFile, create_batch
from sellers.importing.decisions import preview_batch
from sellers.importing.preview import effect_of
from sellers.importing.run import run_batch
from sellers.models import FileRole, ImportBatch, ImportState
from tests.builders import PASSWORD, an_admin
from tests.sellers.importing.files import facts, import_files, orders_file, reviews_file, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_workers(monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = str(tmp_path)
    settings.STANDING_ON_FACTS_CHANGED = ""
    monkeypatch.setattr(batches, "_send", lambda _batch_id: None)


def draft(*texts: tuple[FileRole, str]) -> ImportBatch:
    files = [
        NewFile(role, f"{role}.csv", SimpleUploadedFile(f"{role}.csv", text.encode()))
        for role, text in texts
    ]
    return create_batch(files=files, created_by=None, seller=None, state=ImportState.COLUMNS)


def worked_out(batch: ImportBatch) -> ImportBatch:
    preview_batch(batch_id=batch.pk)
    run_batch(batch_id=batch.pk)
    batch.refresh_from_db()
    assert batch.state == ImportState.READY, batch.message
    return batch


def a_bit_of_everything(folder: Path) -> tuple[tuple[FileRole, str], ...]:
    """What is known, and files that change, repeat, contradict and add to it."""
    import_files(
        folder,
        orders=[
            orders_file(
                {"gig_title": "Old", "status": "open"},
                {"order_ref": "FO2", "completed_at": "2024-03-05", "amount": "10.00"},
                {"order_ref": "FO9", "seller": "tom", "gig": "logos"},
            )
        ],
        reviews=[
            reviews_file({"order_ref": "FO2"}, {"order_ref": "FO3"}, {"order_ref": "FO4"}),
        ],
    )
    orders = orders_file(
        {"gig_title": "New", "completed_at": "2024-03-08", "amount": "50.00"},
        {"amount": "40.00", "completed_at": "2024-03-08"},
        {"order_ref": "FO2", "completed_at": "2024-03-05", "amount": "10.00"},
        {"order_ref": "FO3"},  # a review waits for it
        {"order_ref": "FO4", "ordered_at": "2024-04-01"},  # and here one is too early
        {"order_ref": "FO5", "seller": "new", "gig": "maps"},
        {"order_ref": "FO9", "seller": "tom", "gig": "logos", "due_at": "2024-02-01"},
    )
    reviews = reviews_file(
        {"stars": "4"}, {"order_ref": "FO2", "stars": "1"}, {"order_ref": "FO5", "seller": "new"}
    )
    gigs = text_of([{"seller": "tom", "gig": "logos", "gig_title": "Logos", "is_active": "no"}])
    message = {"seller": "tom", "inquiry_ref": "c1", "first_message_at": "2024-03-01T09:00:00Z"}
    shown = {"seller": "mira", "day": "2024-03-10", "kind": "score", "value": "8"}
    return (
        (FileRole.ORDERS, orders),
        (FileRole.REVIEWS, reviews),
        (FileRole.GIGS, gigs),
        (FileRole.INQUIRIES, text_of([message])),
        (FileRole.OBSERVATIONS, text_of([shown])),
    )


def real_rows() -> list[int]:
    """Rows of the tables themselves, whatever is in front of them."""
    with connection.cursor() as cursor:
        counts = (
            f"(SELECT count(*) FROM public.{model._meta.db_table})"  # noqa: S608 - our own tables
            for model in copies._COPIED
        )
        cursor.execute(f"SELECT {', '.join(counts)}")
        return list(cursor.fetchone())


def without_numbers(effect: dict[str, Any]) -> dict[str, Any]:
    """An effect without the numbers that rows get anew in each trial."""
    return {
        name: [{k: v for k, v in row.items() if k != "seller_id"} for row in value]
        if name in ("new", "sellers")
        else value
        for name, value in effect.items()
    }


def test_a_trial_on_copies_tells_what_one_on_the_tables_themselves_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch = draft(*a_bit_of_everything(tmp_path))
    before, rows = facts(), real_rows()
    during: list[list[int]] = []

    def looked_at(*arguments: Any) -> dict[str, Any]:
        during.append(real_rows())
        return effect_of(*arguments)

    monkeypatch.setattr(trial, "effect_of", looked_at)
    on_copies = worked_out(batch)
    copied = (on_copies.preview.effect, on_copies.preview.revisions, on_copies.notes)
    rejected = list(batch.rejections.values_list("line", "reason"))
    # Three of seven orders are new: FO3, FO4, FO5; FO9 would be due before it was ordered.
    assert (during, real_rows(), facts()) == ([rows], rows, before)
    assert (batch.rows_rejected, len(rejected)) == (1, 2)
    assert (batch.reviews_joined, copied[0]["duplicates_count"]) == (1, 1)
    assert {row["ref"] for row in copied[0]["new"]} >= {"FO3", "FO4", "FO5"}

    monkeypatch.setattr(copies, "MOST_COPIED", 0)
    on_tables = worked_out(batch)
    assert during[1] != rows
    assert (real_rows(), facts()) == (rows, before)
    assert without_numbers(on_tables.preview.effect) == without_numbers(copied[0])
    assert (on_tables.preview.revisions, on_tables.notes) == copied[1:]
    assert list(batch.rejections.values_list("line", "reason")) == rejected


def test_copies_end_with_the_trial_however_it_ends(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch = draft(*a_bit_of_everything(tmp_path))
    before = facts()

    def breaks(*_arguments: Any) -> None:
        raise RuntimeError("broken")

    with monkeypatch.context() as patched:
        patched.setattr(merging, "read_outcome", breaks)
        preview_batch(batch_id=batch.pk)
        run_batch(batch_id=batch.pk)
    batch.refresh_from_db()
    assert batch.state == ImportState.FAILED
    assert facts() == before
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass('pg_temp.sellers_order')")
        assert cursor.fetchone() == (None,)


def test_of_very_many_sellers_those_with_most_rows_are_worked_out_and_the_rest_when_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trial, "FIRST_SELLERS", 1)
    rows = [{"order_ref": f"FO{n}", "seller": "most"} for n in range(3)]
    few = [{"order_ref": f"FO{n}", "seller": f"few{n}"} for n in range(2)]
    batch = worked_out(draft((FileRole.ORDERS, orders_file(*few, *rows))))
    effect = batch.preview.effect
    assert (effect["sellers_count"], effect["sellers_worked_out"]) == (3, 1)
    assert [seller["handle"] for seller in effect["sellers"]] == ["most"]

    client = Client()
    assert client.login(email=an_admin().email, password=PASSWORD)
    page = client.get(reverse("sellers:import_effect", args=[batch.pk])).content.decode()
    assert "3 sellers are touched" in page
    assert "Work out the other 2, too" in page
    ask = reverse("sellers:import_all_scores", args=[batch.pk])
    assert ask in page
    assert client.post(ask).status_code == 302
    run_batch(batch_id=batch.pk)
    batch.refresh_from_db()
    assert batch.preview.effect["sellers_worked_out"] == 3
    page = client.get(reverse("sellers:import_effect", args=[batch.pk])).content.decode()
    assert "Work out the other" not in page
    # Once it is saved there is nothing to work out beforehand.
    ImportBatch.objects.update(state=ImportState.QUEUED)
    answer = client.post(ask, follow=True)
    assert "waiting for a worker" in answer.content.decode()
