"""Files of gigs, first messages and observations: merged by their keys, again without effect."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from sellers.importing.batches import NewFile
from sellers.importing.formats import COLUMNS, example_file
from sellers.importing.undo import undo_batch
from sellers.models import (
    FileRole,
    Gig,
    ImportBatch,
    ImportState,
    Inquiry,
    Observation,
    Seller,
)
from tests.builders import a_seller, a_user
from tests.sellers.importing.files import Row, import_new_files, orders_file, reasons, text_of

pytestmark = pytest.mark.django_db


def import_kind(folder: Path, role: str, *rows: Row, **options: Any) -> ImportBatch:
    text = text_of([{"seller": "mira", **row} for row in rows])
    return import_set(folder, {role: text}, **options)


def import_set(folder: Path, files: dict[str, str], **options: Any) -> ImportBatch:
    new = []
    for role, text in files.items():
        path = folder / f"{role}.csv"
        path.write_text(text)
        new.append(NewFile(FileRole(role), path.name, path))
    return import_new_files(new, **options)


NOW = dt.datetime(2024, 6, 1, tzinfo=dt.UTC)
GIG = {"gig": "editing", "gig_title": "I will edit", "category": "Writing", "is_active": "no"}


def test_a_file_of_gigs_creates_and_completes_them(tmp_path: Path) -> None:
    batch = import_kind(tmp_path, "gigs", GIG, {"gig": "pages"})
    assert (batch.state, batch.rows_new) == (ImportState.DONE, 2)
    known = Gig.objects.get(ref="editing")
    assert (known.title, known.category, known.is_active) == ("I will edit", "Writing", False)
    assert Gig.objects.get(ref="pages").is_active
    again = import_kind(tmp_path, "gigs", GIG, {"gig": "pages"})
    assert (again.rows_new, again.rows_changed, again.rows_unchanged) == (0, 0, 2)
    more = import_kind(tmp_path, "gigs", {"gig": "editing", "is_active": "yes"})
    assert (more.rows_changed, Gig.objects.get(ref="editing").is_active) == (1, True)
    # A blank cell never erases.
    assert Gig.objects.get(ref="editing").title == "I will edit"


def test_a_file_of_gigs_wins_over_the_words_of_orders(tmp_path: Path) -> None:
    files = {
        "orders": orders_file({"gig_title": "as the order says", "category": "Books"}),
        "gigs": text_of([{"seller": "mira", "gig": "editing", "gig_title": "as it is called"}]),
    }
    batch = import_set(tmp_path, files)
    assert (batch.rows_done, batch.rows_new) == (2, 2)
    assert Gig.objects.values_list("title", "category").get() == ("as it is called", "Books")
    effect = batch.effects.get()
    assert (effect.gigs_new, effect.orders_new) == (1, 1)


INQUIRY = {"inquiry_ref": "chat-1", "first_message_at": "2024-03-01T09:00:00Z"}


def test_first_messages_are_kept_and_answered_later(tmp_path: Path) -> None:
    mira = a_seller("mira")
    import_kind(tmp_path, "inquiries", INQUIRY, {**INQUIRY, "inquiry_ref": "chat-2"})
    reply = {**INQUIRY, "first_reply_at": "2024-03-01T11:00:00Z"}
    batch = import_kind(tmp_path, "inquiries", reply, {**INQUIRY, "inquiry_ref": "chat-2"})
    assert (batch.rows_changed, batch.rows_unchanged) == (1, 1)
    found = dict(Inquiry.objects.values_list("ref", "first_reply_at"))
    assert found == {"chat-1": dt.datetime(2024, 3, 1, 11, tzinfo=dt.UTC), "chat-2": None}
    effect = batch.effects.get()
    assert (effect.inquiries_new, effect.inquiries_changed) == (0, 1)
    revision = mira.revision
    mira.refresh_from_db()
    assert mira.revision > revision


def test_a_reply_before_its_message_is_refused_in_one_row_or_in_two(tmp_path: Path) -> None:
    early = {**INQUIRY, "first_reply_at": "2024-03-01T08:00:00Z"}
    batch = import_kind(tmp_path, "inquiries", early)
    assert reasons(batch) == [(2, "first_reply_at", "The reply lies before the message.")]
    import_kind(tmp_path, "inquiries", {**INQUIRY, "first_reply_at": "2024-03-01T10:00:00Z"})
    later = {**INQUIRY, "first_message_at": "2024-03-01T12:00:00Z"}
    batch = import_kind(tmp_path, "inquiries", later, {**INQUIRY, "inquiry_ref": "chat-2"})
    assert (batch.rows_new, batch.rows_rejected) == (1, 1)
    assert "the reply would lie before the message" in batch.rejections.get().reason


SCORE = {"day": "2024-03-10", "kind": "score", "value": "8"}


def test_observations_are_one_a_day_and_kind(tmp_path: Path) -> None:
    user = a_user("mira@example.org")
    import_kind(tmp_path, "gigs", GIG)
    rows = (SCORE, {**SCORE, "kind": "gig_score", "gig": "editing", "value": "7"})
    level = {"day": "2024-03-10", "kind": "level", "label": "Level 2"}
    batch = import_kind(tmp_path, "observations", *rows, level, created_by=user)
    assert (batch.rows_new, batch.rows_rejected) == (3, 0), reasons(batch)
    found = Observation.objects.order_by("kind").values_list("kind", "value", "label", "gig__ref")
    assert list(found) == [
        ("gig_score", Decimal(7), "", "editing"),
        ("level", None, "Level 2", None),
        ("score", Decimal(8), "", None),
    ]
    assert set(Observation.objects.values_list("created_by", flat=True)) == {user.pk}
    again = import_kind(tmp_path, "observations", *rows, {**SCORE, "day": "2024-03-11"})
    assert (again.rows_new, again.rows_unchanged) == (1, 2)
    changed = import_kind(tmp_path, "observations", {**SCORE, "value": "9"})
    assert (changed.rows_changed, Observation.objects.count()) == (1, 4)


BAD: dict[str, tuple[dict[str, object], str, str]] = {
    "odd kind": ({**SCORE, "kind": "mood"}, "kind", "“mood” is not a known kind."),
    "eleven": ({**SCORE, "value": "11"}, "value", "The platform cannot have shown “11” for this."),
    "no number": ({**SCORE, "value": ""}, "value", "The number that was shown is missing."),
    "words": ({**SCORE, "value": "high"}, "value", "“high” is not a number."),
    "no word": (
        {"day": "2024-03-10", "kind": "level"},
        "label",
        "The word that was shown is missing.",
    ),
    "whose": ({**SCORE, "kind": "gig_score"}, "gig", "The row does not say which gig it is about."),
    "unknown gig": (
        {**SCORE, "kind": "gig_score", "gig": "x"},
        "gig",
        "The seller has no such gig.",
    ),
    "a time": (
        {**SCORE, "day": "2024-03-10T10:00"},
        "day",
        "“2024-03-10T10:00” is a time; this column holds a day.",
    ),
}


@pytest.mark.parametrize("kind", BAD)
def test_a_bad_observation_is_refused_with_its_reason(kind: str, tmp_path: Path) -> None:
    row, column, reason = BAD[kind]
    batch = import_kind(tmp_path, "observations", SCORE, row)
    assert (batch.rows_new, batch.rows_rejected) == (1, 1)
    assert reasons(batch) == [(3, column, reason)]


def test_a_set_of_files_goes_in_together_and_again_without_effect(tmp_path: Path) -> None:
    files = {role.value: example_file(role) for role in COLUMNS}
    batch = import_set(tmp_path, files)
    assert (batch.state, batch.rows_rejected, batch.rows_new) == (ImportState.DONE, 0, 5)
    seller = Seller.objects.get()
    assert (seller.orders.count(), seller.inquiries.count()) == (1, 1)
    assert seller.observations.count() == 1
    again = import_set(tmp_path, files)
    assert (again.rows_new, again.rows_changed, again.rows_unchanged) == (0, 0, 5)
    assert again.effects.count() == 0


def test_sellers_of_nothing_but_refused_rows_are_not_created(tmp_path: Path) -> None:
    batch = import_kind(tmp_path, "observations", {**SCORE, "kind": "gig_score", "gig": "x"})
    assert (batch.rows_new, batch.rows_rejected) == (0, 1)
    assert not Seller.objects.exists()


def test_undo_takes_back_what_each_kind_brought_and_changed(tmp_path: Path) -> None:
    first = import_set(tmp_path, {role.value: example_file(role) for role in COLUMNS})
    seller = Seller.objects.get(handle="demo-writer").handle
    whose = {"seller": seller}
    before = _everything()
    batch = import_set(
        tmp_path,
        {
            "gigs": text_of([{**whose, "gig": "book-editing", "is_active": "no"}]),
            "inquiries": text_of([{**whose, **INQUIRY}]),
            "observations": text_of(
                [{**whose, **SCORE, "value": "9"}, {**whose, **SCORE, "day": "2024-04-01"}]
            ),
        },
    )
    assert (batch.rows_new, batch.rows_changed) == (2, 2)
    undo_batch(batch_id=batch.pk, now=NOW)
    assert _everything() == before
    undo_batch(batch_id=first.pk, now=NOW)
    assert not Seller.objects.exists()
    assert not Inquiry.objects.exists()


def _everything() -> list[set[tuple[object, ...]]]:
    return [
        set(Gig.objects.values_list("ref", "title", "is_active")),
        set(Inquiry.objects.values_list("ref", "first_message_at", "first_reply_at")),
        set(Observation.objects.values_list("kind", "day", "value", "label")),
    ]
