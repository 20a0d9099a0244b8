"""What an undo would do is worked out by a worker, on copies, and not shown once it is not true."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import psycopg
import pytest
from celery.exceptions import SoftTimeLimitExceeded
from django.db import IntegrityError, OperationalError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from sellers.changes import facts_changed
from sellers.importing import batches, copies, standings, undo_trial, undoing
from sellers.importing.batches import MAX_ATTEMPTS, requeue_lost_batches
from sellers.importing.decisions import (
    NOT_AS_SHOWN,
    cancel_batch,
    preview_undo,
    queue_undo,
)
from sellers.importing.run import run_batch
from sellers.importing.undo import CannotUndoError, undo_batch
from sellers.importing.undo_ground import why_outdated
from sellers.importing.undo_trial import TOO_MUCH, TRIAL_STEPS, Foreseen, facts_part, try_undo
from sellers.models import (
    Gig,
    ImportBatch,
    ImportState,
    ImportUndoPreview,
    Observation,
    Order,
    Seller,
)
from tests.builders import PASSWORD, an_admin
from tests.sellers.importing.files import (
    by_somebody_else,
    facts,
    import_files,
    orders_file,
    reviews_file,
    undone,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def sent(monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Path) -> list[int]:
    found: list[int] = []
    settings.MEDIA_ROOT = str(tmp_path / "files")
    settings.STANDING_ON_FACTS_CHANGED = ""
    monkeypatch.setattr(batches, "_send", found.append)
    monkeypatch.setattr("sellers.import_pages.working.workers_listen", lambda: True)
    return found


def looked(batch: ImportBatch) -> ImportUndoPreview:
    """What an undo would do, as a worker finds out."""
    preview_undo(batch_id=batch.pk)
    worked_on(batch)
    assert batch.state == ImportState.DONE
    return ImportUndoPreview.objects.get(batch=batch)


def worked_on(batch: ImportBatch) -> None:
    run_batch(batch_id=batch.pk)
    batch.refresh_from_db()


def outdated(preview: ImportUndoPreview) -> str:
    return why_outdated(preview, now=preview.computed_at)


def as_admin() -> Client:
    client = Client()
    assert client.login(email=an_admin().email, password=PASSWORD)
    return client


def address(name: str, batch: ImportBatch) -> str:
    return reverse(f"sellers:{name}", args=[batch.pk])


def real_rows() -> list[tuple[object, ...]]:
    """The rows of the tables themselves, whatever is in front of them, as they are stored."""
    with connection.cursor() as cursor:
        found = []
        for model in sorted(copies.COPIED, key=lambda model: model._meta.db_table):
            table = model._meta.db_table
            cursor.execute(f"SELECT ctid::text, xmax::text, id FROM public.{table} ORDER BY id")  # noqa: S608 - our own tables
            found += cursor.fetchall()
        return found


# --- What it finds ---------------------------------------------------------------------------


def a_tangled_history(folder: Path) -> ImportBatch:
    """An import in the middle of others, of which each kind of consequence follows."""
    import_files(
        folder,
        orders=[orders_file({"status": "open", "amount": "1.00"})],
        reviews=[reviews_file({"order_ref": "FO2", "review_ref": "early"})],
    )
    batch = import_files(
        folder,
        orders=[
            orders_file(
                {"completed_at": "2024-03-05", "amount": "2.00"},
                {"order_ref": "FO2"},
                {"order_ref": "FO3", "gig": "maps"},
                {"order_ref": "FO4", "gig": "used"},
                {"order_ref": "FO5"},
                {"order_ref": "FO6", "seller": "gone", "gig": "logos"},
                {"order_ref": "FO7", "seller": "stays", "gig": "logos"},
            )
        ],
    )
    import_files(
        folder,
        orders=[orders_file({"order_ref": "FO3", "gig": "maps"}, {"amount": "3.00"})],
        reviews=[
            reviews_file({"order_ref": "FO5"}, {"order_ref": "FO2", "review_ref": "early"}),
        ],
    )
    stays, used = Seller.objects.get(handle="stays"), Gig.objects.get(ref="used")
    Observation.objects.create(seller=stays, day="2024-03-01", kind="score", value=7)
    Observation.objects.create(
        seller=used.seller, gig=used, day="2024-03-01", kind="gig_score", value=7
    )
    assert batch.finished_at is not None
    Order.objects.filter(ref="FO5").update(changed_at=batch.finished_at + dt.timedelta(minutes=1))
    return batch


def test_what_is_found_on_copies_is_what_the_undo_then_does_and_no_real_row_is_touched(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch = a_tangled_history(tmp_path)
    before, rows = facts(), real_rows()
    during: list[object] = []
    standings_of = standings.standings_of

    def looked_at(**asked: Any) -> Any:
        during.append(real_rows())
        return standings_of(**asked)

    monkeypatch.setattr(undo_trial, "standings_of", looked_at)
    steps: list[str] = []
    found = try_undo(batch_id=batch.pk, now=timezone.now(), enter=steps.append)
    assert tuple(steps) == TRIAL_STEPS
    assert (during, real_rows(), facts()) == ([rows, rows], rows, before)
    assert found.effect["sellers_count"] == 3
    assert found.ground["revisions"] == dict(Seller.objects.values_list("pk", "revision"))
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass('pg_temp.sellers_order')")
        assert cursor.fetchone() == (None,)

    effect = undo_batch(batch_id=batch.pk, now=timezone.now())
    assert effect is not None
    assert found.effect.items() >= facts_part(effect).items()
    orders = next(table for table in found.effect["tables"] if table["words"] == "orders")
    # FO2, FO4, FO5, FO6 and FO7 go; FO3 came again later; FO1 is as before and as the later says.
    assert orders == {"words": "orders", "removed": 5, "kept": 1, "restored": 1}
    # The seller "gone"; reviews of FO2 and FO5; the correction of FO5.
    assert found.effect["sellers_removed"] == 1
    assert (found.effect["waiting_again"], found.effect["hand_edited"]) == (2, 1)
    assert "gone" not in set(Seller.objects.values_list("handle", flat=True))


def test_of_very_many_sellers_the_scores_of_those_with_most_rows_are_worked_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(undo_trial, "FIRST_SELLERS", 1)
    rows = [{"order_ref": f"FO{n}", "seller": "most"} for n in range(3)]
    batch = import_files(tmp_path, orders=[orders_file(*rows, {"seller": "few"})])
    effect = try_undo(batch_id=batch.pk, now=timezone.now()).effect
    assert (effect["sellers_count"], effect["sellers_worked_out"]) == (2, 1)
    assert [seller["handle"] for seller in effect["sellers"]] == ["most"]


@pytest.mark.django_db(transaction=True)
def test_a_look_neither_waits_for_others_nor_holds_them_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch = import_files(tmp_path, orders=[orders_file({})], reviews=[reviews_file({})])
    facts_part_, steps = undo_trial.facts_part, list[str]()

    def others_can_write(effect: Any) -> Any:
        # At the end of the trial everything that it touches has been touched.
        with psycopg.connect(**connection.get_connection_params()) as other:
            for table in ("seller", "order", "review", "gig", "importchange", "importbatch"):
                other.execute(f"SELECT FROM sellers_{table} FOR UPDATE NOWAIT")
            [[stage]] = other.execute("SELECT stage FROM sellers_importbatch").fetchall()
        steps.append(stage)
        return facts_part_(effect)

    with psycopg.connect(**connection.get_connection_params()) as other:
        for table in ("seller", "order", "review", "gig"):
            other.execute(f"SELECT FROM sellers_{table} FOR UPDATE")
        assert looked(batch).problem == ""  # somebody else holds the facts all the while
    monkeypatch.setattr(undo_trial, "facts_part", others_can_write)
    assert looked(batch).problem == ""
    assert steps == [TRIAL_STEPS[-1]]


# --- How it ends -----------------------------------------------------------------------------


def test_a_look_ends_with_its_answer_and_leaves_the_import_as_it_was(
    tmp_path: Path, sent: list[int], django_capture_on_commit_callbacks: Any
) -> None:
    batch = import_files(tmp_path, orders=[orders_file({})])
    imported = ImportBatch.objects.filter(pk=batch.pk).values()[0]
    with django_capture_on_commit_callbacks(execute=True):
        preview_undo(batch_id=batch.pk)
        preview_undo(batch_id=batch.pk)  # asked twice, done once
    batch.refresh_from_db()
    assert (batch.state, sent) == (ImportState.UNDO_TRIAL, [batch.pk])
    assert not batch.is_final
    assert batch.is_counted
    with pytest.raises(CannotUndoError, match="being worked out"):
        queue_undo(batch_id=batch.pk, undone_by=None)
    preview = looked(batch)
    assert (preview.problem, outdated(preview)) == ("", "")
    told = {"state", "stage", "attempts", "seen_at", "queued_at"}
    left = ImportBatch.objects.filter(pk=batch.pk).values()[0]
    assert {k: v for k, v in left.items() if k not in told} == {
        k: v for k, v in imported.items() if k not in told
    }
    assert left["state"] == imported["state"]
    queue_undo(batch_id=batch.pk, undone_by=None, shown=preview.pk)
    with pytest.raises(CannotUndoError, match="being undone"):
        preview_undo(batch_id=batch.pk)
    worked_on(batch)
    assert (batch.state, batch.notes) == (ImportState.UNDONE, [])
    assert not ImportUndoPreview.objects.exists()


def test_a_look_is_cancelled_at_once_where_nobody_works_at_it(tmp_path: Path) -> None:
    batch = import_files(tmp_path, orders=[orders_file({}, {"amount": "x"})])
    preview_undo(batch_id=batch.pk)
    assert cancel_batch(batch_id=batch.pk, now=timezone.now())
    batch.refresh_from_db()
    assert (batch.state, batch.cancel_requested_at) == (ImportState.DONE, None)
    assert not ImportUndoPreview.objects.exists()
    # What the import reported is still there.
    assert (batch.rows_new, batch.rejections.count()) == (1, 1)
    assert not cancel_batch(batch_id=batch.pk, now=timezone.now())
    looked(batch)


@pytest.mark.django_db(transaction=True)
def test_a_look_under_way_stops_before_its_next_step(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch = import_files(tmp_path, orders=[orders_file({})])
    imported, client, reached = facts(), as_admin(), list[str]()

    def cancelled(*, enter: Any, **asked: Any) -> Foreseen:
        def watched(step: str) -> None:
            if step == "orders":
                answer = by_somebody_else(
                    lambda: client.post(address("import_cancel", batch), follow=True)
                )
                assert "The worker stops at the end of this step." in answer.content.decode()
            reached.append(step)
            enter(step)

        return try_undo(enter=watched, **asked)

    preview_undo(batch_id=batch.pk)
    with monkeypatch.context() as patched:
        patched.setattr(undoing, "try_undo", cancelled)
        worked_on(batch)
    assert (batch.state, batch.cancel_requested_at) == (ImportState.DONE, None)
    assert reached[-1] == "orders"
    assert (ImportUndoPreview.objects.exists(), facts()) == (False, imported)
    looked(batch)


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (RuntimeError("broken"), "tell an administrator the reference"),
        (SoftTimeLimitExceeded(), "longer than a worker may work"),
    ],
)
def test_a_look_that_fails_says_why_and_can_be_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception, words: str
) -> None:
    batch = import_files(tmp_path, orders=[orders_file({})])

    def fails(**_asked: Any) -> Foreseen:
        raise error

    with monkeypatch.context() as patched:
        patched.setattr(undoing, "try_undo", fails)
        preview = looked(batch)
    assert words in preview.problem
    page = as_admin().get(address("import_undo", batch)).content.decode()
    assert "It could not be worked out" in page
    assert words in page
    assert "Try again" in page
    assert "Undo without looking" in page
    with pytest.raises(CannotUndoError, match="Look again"):
        queue_undo(batch_id=batch.pk, undone_by=None, shown=preview.pk)
    assert looked(batch).problem == ""


def test_where_too_much_is_known_the_page_says_so_and_the_undo_is_still_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(undo_trial, "MOST_TRIED", 1)
    batch = import_files(tmp_path, orders=[orders_file({}, {"order_ref": "FO2"})])
    rows = real_rows()
    assert looked(batch).problem == TOO_MUCH
    assert real_rows() == rows
    client = as_admin()
    assert TOO_MUCH in client.get(address("import_undo", batch)).content.decode()
    client.post(address("import_undo", batch))
    worked_on(batch)
    assert batch.state == ImportState.UNDONE


def test_a_look_that_loses_the_database_is_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch = import_files(tmp_path, orders=[orders_file({})])
    preview_undo(batch_id=batch.pk)

    def gone(**_asked: Any) -> Foreseen:
        raise OperationalError("the connection is closed")

    with monkeypatch.context() as patched:
        patched.setattr(undoing, "try_undo", gone)
        with pytest.raises(OperationalError):
            run_batch(batch_id=batch.pk)
    batch.refresh_from_db()
    assert (batch.state, batch.attempts) == (ImportState.UNDO_TRIAL, 1)
    worked_on(batch)
    assert batch.state == ImportState.DONE
    assert ImportUndoPreview.objects.get().problem == ""


def test_a_look_whose_worker_vanishes_is_handed_out_again_and_given_up_in_the_end(
    tmp_path: Path, sent: list[int], django_capture_on_commit_callbacks: Any
) -> None:
    batch = import_files(tmp_path, orders=[orders_file({})])
    preview_undo(batch_id=batch.pk)
    ImportBatch.objects.update(attempts=1)
    with django_capture_on_commit_callbacks(execute=True):
        assert requeue_lost_batches(now=timezone.now() + dt.timedelta(minutes=1)) == [batch.pk]
    assert sent[-1] == batch.pk
    ImportBatch.objects.update(attempts=MAX_ATTEMPTS)
    worked_on(batch)
    assert batch.state == ImportState.DONE
    assert ImportUndoPreview.objects.get().problem.startswith("The worker stopped 3 times")


def test_a_look_at_an_import_whose_log_was_removed_meanwhile_says_so(tmp_path: Path) -> None:
    batch = import_files(tmp_path, orders=[orders_file({})])
    preview_undo(batch_id=batch.pk)
    ImportBatch.objects.update(is_logged=False)
    worked_on(batch)
    assert "not in the log" in ImportUndoPreview.objects.get().problem
    page = as_admin().get(address("import_undo", batch)).content.decode()
    assert "not in the log" in page
    assert "Undo without looking" not in page


def test_a_preview_of_an_undo_has_an_answer_or_says_why_not(tmp_path: Path) -> None:
    batch = import_files(tmp_path, orders=[orders_file({})])
    for effect, problem in ((None, ""), ({"later": {}}, "It broke.")):
        with pytest.raises(IntegrityError, match="effect_or_problem"), transaction.atomic():
            ImportUndoPreview.objects.create(
                batch=batch, computed_at=timezone.now(), effect=effect, problem=problem
            )


# --- Whether it is still true ----------------------------------------------------------------


def test_it_is_outdated_by_what_touches_the_same_sellers_or_rows_and_by_nothing_else(
    tmp_path: Path,
) -> None:
    running = ImportBatch.objects.create(state=ImportState.RUNNING)
    before = import_files(tmp_path, orders=[orders_file({"gig": "maps"})])
    batch = import_files(tmp_path, orders=[orders_file({"order_ref": "FO2", "gig": "logos"})])
    import_files(tmp_path, orders=[orders_file({"seller": "tom"})])
    preview = looked(batch)

    def after(happens: Any) -> str:
        with undone():
            happens()
            return outdated(preview)

    def again(**row: object) -> Any:
        return lambda: import_files(tmp_path, orders=[orders_file(row)])

    mira = Seller.objects.get(handle="mira")
    changed, repeated = "facts of one seller changed", "another import spoke of some of these rows"
    assert after(lambda: None) == ""
    # Of other sellers, or the same again of other rows: what is shown stays true.
    assert after(again(seller="tom", order_ref="FO2")) == ""
    assert after(again(seller="new")) == ""
    assert after(again(gig="maps")) == ""
    # A row that is named again stays after the undo, although no fact changes.
    assert after(again(order_ref="FO2", gig="logos")) == repeated
    assert after(again(order_ref="FO2", gig="logos", amount="5.00")) == changed
    assert after(again(order_ref="FO3")) == changed
    assert after(lambda: undo_batch(batch_id=before.pk, now=timezone.now())) == changed
    assert after(lambda: facts_changed(seller_ids=[mira.pk], reason="by hand")) == changed
    # What somebody notes down keeps a gig that the import brought; not so one of another.
    logos, maps = Gig.objects.get(ref="logos"), Gig.objects.get(ref="maps")

    def noted(gig: Gig) -> Any:
        shown = {"gig": gig, "day": "2024-03-01", "kind": "gig_score", "value": 7}
        return lambda: Observation.objects.create(seller=mira, **shown)

    assert "keeps a seller or a gig" in after(noted(logos))
    assert after(noted(maps)) == ""
    # An import that had begun before, and ends after it was worked out.
    with undone():
        again(order_ref="FO2", gig="logos")()
        late = ImportBatch.objects.order_by("-pk")[0]
        preview.ground["newest"] = late.pk
        assert outdated(preview) == ""
        preview.ground["unfinished"].append(late.pk)
        assert outdated(preview) == repeated
        assert running.pk in preview.ground["unfinished"]
    # Scores are of a day.
    tomorrow = preview.computed_at + dt.timedelta(days=1)
    assert "a new day began" in why_outdated(preview, now=tomorrow)


def test_what_is_not_true_any_more_is_not_shown_and_nothing_is_undone_by_it(
    tmp_path: Path,
) -> None:
    batch = import_files(tmp_path, orders=[orders_file({})])
    client, page = as_admin(), address("import_undo", batch)
    preview = looked(batch)
    assert client.get(page).context["undo"].lines
    import_files(tmp_path, orders=[orders_file({"order_ref": "FO2"})])
    shown = client.get(page)
    assert "undo" not in shown.context
    text = shown.content.decode()
    assert "What was worked out is not true any more" in text
    assert "Since then facts of one seller changed. Nothing has been undone." in text
    assert "Work it out again" in text
    assert "Undo without looking" in text
    for said in (str(preview.pk), "0", "x", ""):
        answer = client.post(page, {"shown": said}, follow=True)
        assert NOT_AS_SHOWN in answer.content.decode()
        batch.refresh_from_db()
        assert batch.state == ImportState.DONE
    client.post(address("import_undo_look", batch))
    worked_on(batch)
    again = client.get(page)
    assert again.context["preview"].pk != preview.pk
    client.post(page, {"shown": again.context["preview"].pk})
    worked_on(batch)
    assert batch.state == ImportState.UNDONE
    assert set(Order.objects.values_list("ref", flat=True)) == {"FO2"}


def test_an_undo_that_found_other_facts_than_were_shown_says_so(tmp_path: Path) -> None:
    batch = import_files(tmp_path, orders=[orders_file({})])
    queue_undo(batch_id=batch.pk, undone_by=None, shown=looked(batch).pk)
    # No worker listened for a while.
    import_files(tmp_path, orders=[orders_file({"order_ref": "FO2"})])
    worked_on(batch)
    assert batch.state == ImportState.UNDONE
    [note] = batch.notes
    assert note.startswith("After the preview of the undo, facts of one seller changed")
    assert note in as_admin().get(address("import", batch)).content.decode()


def test_an_undo_without_looking_does_not_speak_of_an_old_preview(tmp_path: Path) -> None:
    batch = import_files(tmp_path, orders=[orders_file({})])
    looked(batch)
    import_files(tmp_path, orders=[orders_file({"order_ref": "FO2"})])
    as_admin().post(address("import_undo", batch))
    worked_on(batch)
    assert (batch.state, batch.notes) == (ImportState.UNDONE, [])


# --- The page --------------------------------------------------------------------------------


def test_the_page_shows_how_far_it_is_and_turns_into_what_was_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch = import_files(tmp_path, orders=[orders_file({})])
    client, page = as_admin(), address("import_undo", batch)
    progress = address("import_progress", batch)
    fragment = {"HX-Request": "true", "HX-Target": "import_progress"}
    # Opened by its address, before anybody asked.
    text = client.get(page).content.decode()
    assert "See what it would do" in text
    assert "Undo without looking" not in text
    assert "Nothing is undone yet" not in text
    assert client.get(address("import_undo_look", batch)).status_code == 405

    assert client.post(address("import_undo_look", batch))["Location"] == page
    monkeypatch.setattr("sellers.import_pages.working.workers_listen", lambda: False)
    text = client.get(page).content.decode()
    assert f'hx-get="{progress}"' in text
    assert "No worker is listening" in text
    assert "The work goes on as soon as a worker is started" in text
    assert address("import_cancel", batch) in text
    # Followed as a link, it leads to the page itself.
    assert client.get(progress)["Location"] == page
    # The page of the import leads here, and so does a second wish.
    assert client.get(address("import", batch))["Location"] == page
    answer = client.post(page, follow=True)
    assert "is being worked out. Wait for that, or cancel it first." in answer.content.decode()
    ImportBatch.objects.update(stage=TRIAL_STEPS[3])
    part = client.get(progress, headers=fragment).content.decode()
    assert "Working out what an undo would do, step 4 of 9: reviews" in part
    assert "<html" not in part

    worked_on(batch)
    assert client.get(progress, headers=fragment)["HX-Redirect"] == page
    found = client.get(page).content.decode()
    assert "orders that go" in found
    # Of a seller of whom nothing is left there is no level that would become unknown.
    assert "The seller goes, too" in found
    assert "→ unknown" not in found
    # The report leads to what was found.
    report = client.get(address("import", batch)).content.decode()
    assert f'href="{page}"' in report
    # Where it was cancelled, nothing was found: back to the import.
    client.post(address("import_undo_look", batch))
    client.post(address("import_cancel", batch))
    assert client.get(progress, headers=fragment)["HX-Redirect"] == address("import", batch)
    # An undo that was given up is told on the page of the import, although there is a preview.
    preview = looked(batch)
    queue_undo(batch_id=batch.pk, undone_by=None, shown=preview.pk)
    client.post(address("import_cancel", batch))
    assert ImportUndoPreview.objects.filter(pk=preview.pk).exists()
    assert client.get(progress, headers=fragment)["HX-Redirect"] == address("import", batch)
