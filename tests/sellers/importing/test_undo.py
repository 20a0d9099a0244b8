"""Taking imports back: everything as if the import had never been."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from sellers.importing.undo import CannotUndoError, TableUndo, undo_batch
from sellers.importing.undo_trial import facts_part, try_undo
from sellers.models import (
    FileRole,
    Gig,
    ImportBatch,
    ImportChange,
    ImportState,
    Observation,
    Order,
    OrderStatus,
    Review,
    Seller,
    WaitingReview,
)
from tests.builders import NOW
from tests.sellers.importing.files import (
    FACTS,
    ORDER,
    REVIEW,
    Row,
    facts,
    import_files,
    text_of,
    undone,
)

pytestmark = pytest.mark.django_db


def everything() -> dict[str, list[dict[str, Any]]]:
    """Every row of every table of facts, with its number and provenance; but not the counter
    of changes, which an undo counts up."""
    return {
        model.__name__: [
            {name: value for name, value in row.items() if name != "revision"}
            for row in model._default_manager.order_by("pk").values()
        ]
        for model in FACTS
    }


def undo(batch: ImportBatch) -> None:
    undo_batch(batch_id=batch.pk, now=NOW)


# --- Random histories ----------------------------------------------------------------------

ORDERED = dt.datetime(2024, 3, 1, tzinfo=dt.UTC)


def _hours(hours: int | None) -> str:
    return "" if hours is None else (ORDERED + dt.timedelta(hours=hours)).isoformat()


#: Imports cost the same for few rows and for many: histories of several sellers run side by side.
sellers = st.sampled_from(["mira", "tom", "noor", "ada"])


@st.composite
def an_order(draw: st.DrawFn) -> Row:
    status = draw(st.sampled_from(["open", "completed", "cancelled"]))
    later = st.none() | st.integers(1, 4).map(lambda n: n * 24)
    row: dict[str, object] = {
        "seller": draw(sellers),
        "gig": draw(st.sampled_from(["editing", "logos"])),
        "gig_title": draw(st.sampled_from(["", "One", "Two"])),
        "category": draw(st.sampled_from(["", "Writing"])),
        "order_ref": f"FO{draw(st.integers(1, 4))}",
        "ordered_at": _hours(draw(st.sampled_from([0, 0, 6]))),
        "status": status,
        "currency": draw(st.sampled_from(["USD", "EUR"])),
        "amount": draw(st.sampled_from(["", "10.00", "20.00"])),
        "due_at": _hours(draw(later)),
        "delivered_at": _hours(draw(later)),
        "revisions": draw(st.sampled_from(["", "0", "2"])),
        "requirements_in": draw(st.sampled_from(["", "yes", "no"])),
        "buyer": draw(st.sampled_from(["", "anna", "ben"])),
    }
    if status == "completed":
        row["completed_at"] = _hours(draw(later))
    if status == "cancelled":
        row["cancelled_at"] = _hours(draw(later))
        row["cancelled_by"] = draw(st.sampled_from(["", "seller", "client"]))
    return row


@st.composite
def a_review(draw: st.DrawFn) -> Row:
    return {
        "seller": draw(sellers),
        "order_ref": f"FO{draw(st.integers(1, 4))}",
        "posted_at": draw(st.sampled_from(["2024-03-01", "2024-03-09"])),
        "stars": draw(st.sampled_from(["3", "5"])),
        "communication": draw(st.sampled_from(["", "4"])),
        "removed_at": draw(st.sampled_from(["", "2024-05-01"])),
        "text": draw(st.sampled_from(["", "Fine."])),
    }


a_gig = st.fixed_dictionaries(
    {
        "seller": sellers,
        "gig": st.sampled_from(["editing", "logos", "pages"]),
        "gig_title": st.sampled_from(["", "Three", "Four"]),
        "is_active": st.sampled_from(["", "yes", "no"]),
    }
)
an_inquiry = st.fixed_dictionaries(
    {
        "seller": sellers,
        "inquiry_ref": st.sampled_from(["chat-1", "chat-2"]),
        "first_message_at": st.just("2024-03-01T09:00:00Z"),
        "first_reply_at": st.sampled_from(["", "2024-03-01T11:00:00Z", "2024-03-03T11:00:00Z"]),
    }
)
an_observation = st.fixed_dictionaries(
    {
        "seller": sellers,
        "day": st.sampled_from(["2024-03-01", "2024-03-02"]),
        "kind": st.just("score"),
        "value": st.sampled_from(["7", "8"]),
        "words": st.sampled_from(["", "as shown"]),
    }
)


def some(rows: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.lists(rows, min_size=1, max_size=5)


Batch = tuple[list[Row], list[Row], dict[FileRole, list[Row]]]
others = st.fixed_dictionaries(
    {},
    optional={
        FileRole.GIGS: some(a_gig),
        FileRole.INQUIRIES: some(an_inquiry),
        FileRole.OBSERVATIONS: some(an_observation),
    },
)
batches = st.tuples(
    st.lists(an_order(), min_size=1, max_size=9), st.lists(a_review(), max_size=9), others
)
batches |= st.tuples(st.just([]), st.lists(a_review(), min_size=1, max_size=9), others)
FAST = settings(
    max_examples=9,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def take_in(folder: Path, batch: Batch) -> ImportBatch:
    orders, reviews, others = batch
    return import_files(
        folder,
        orders=[text_of(orders)] if orders else [],
        reviews=[text_of(reviews)] if reviews else [],
        others={role: text_of(rows) for role, rows in others.items()},
    )


@FAST
@given(history=st.lists(batches, min_size=1, max_size=4))
def test_undoing_the_last_import_restores_every_table(
    tmp_path_factory: pytest.TempPathFactory, history: list[Batch]
) -> None:
    folder = tmp_path_factory.mktemp("files")
    with undone():
        for batch in history[:-1]:
            take_in(folder, batch)
        before, log = everything(), list(ImportChange.objects.order_by("pk").values())
        last = take_in(folder, history[-1])
        undo(last)
        assert everything() == before
        assert list(ImportChange.objects.order_by("pk").values()) == log
        undo(last)  # a second time changes nothing
        assert everything() == before


def comparable() -> dict[str, set[tuple[object, ...]]]:
    """Facts of orders, reviews, first messages and observations, whatever brought them.

    What a seller or a gig is called is not compared: a zone or a title of its first import
    stays where a later import named none.
    """
    found = facts()
    named = ("Order", "Review", "WaitingReview", "Inquiry", "Observation")
    return {name: found[name] for name in named}


def provenance(imports: list[int]) -> set[tuple[object, ...]]:
    """Which order was brought and last changed by which of the imports, by its place."""
    rows = Order.objects.values_list("seller__handle", "ref", "first_batch_id", "last_batch_id")
    return {
        (handle, ref, imports.index(first), imports.index(last))
        for handle, ref, first, last in rows
        if first is not None and last is not None
    }


@FAST
@given(history=st.lists(batches, min_size=2, max_size=4), data=st.data())
def test_undoing_any_import_leaves_what_the_others_say(
    tmp_path_factory: pytest.TempPathFactory, history: list[Batch], data: st.DataObject
) -> None:
    """Imports without contradictions: a row that is refused stays refused after an undo.

    What is found out beforehand, on copies, is what the undo then does.
    """
    folder = tmp_path_factory.mktemp("files")
    taken = data.draw(st.integers(0, len(history) - 1))
    with undone():
        without = [take_in(folder, b) for n, b in enumerate(history) if n != taken]
        assume(not any(batch.rows_rejected for batch in without))
        expected = comparable()
        brought_by = provenance([batch.pk for batch in without])
    with undone():
        imported = [take_in(folder, batch) for batch in history]
        assume(not any(batch.rows_rejected for batch in imported))
        as_imported = everything()
        foreseen = try_undo(batch_id=imported[taken].pk, now=NOW).effect
        assert everything() == as_imported
        effect = undo_batch(batch_id=imported[taken].pk, now=NOW)
        assert effect is not None
        assert foreseen.items() >= facts_part(effect).items()
        assert comparable() == expected
        left = [batch.pk for n, batch in enumerate(imported) if n != taken]
        assert provenance(left) == brought_by
        for batch in reversed(imported):
            if batch is not imported[taken]:
                undo(batch)
        assert not any(everything().values())
        assert not ImportChange.objects.exists()


# --- Single cases ----------------------------------------------------------------------------

FULL = {
    "gig_title": "Editing",
    "due_at": "2024-03-06",
    "delivered_at": "2024-03-05",
    "completed_at": "2024-03-08",
    "amount": "120.00",
}


def orders(*rows: Row) -> list[str]:
    return [text_of([{**ORDER, **row} for row in rows])]


def reviews(*rows: Row) -> list[str]:
    return [text_of([{**REVIEW, **row} for row in rows])]


def test_a_sighting_by_a_later_import_keeps_what_it_named_and_no_more(tmp_path: Path) -> None:
    first = import_files(tmp_path, orders=orders(FULL))
    second = import_files(tmp_path, orders=orders({"amount": "120.00"}))
    assert second.rows_unchanged == 1
    number = Order.objects.get().pk
    effect = undo_batch(batch_id=first.pk, now=NOW)
    order = Order.objects.get()
    assert (order.pk, order.first_batch_id, order.last_batch_id) == (number, second.pk, second.pk)
    assert order.amount == 120
    # The second file named no times of its own.
    assert (order.due_at, order.delivered_at, order.completed_at) == (None, None, None)
    assert effect is not None
    assert effect.tables[0] == TableUndo("orders", removed=0, kept=1, restored=0)
    assert effect.later == {second.pk: 2}  # the order and its gig
    assert not ImportChange.objects.exists()


def test_what_an_older_file_said_in_vain_counts_once_the_newer_is_undone(tmp_path: Path) -> None:
    newer = import_files(tmp_path, orders=orders({"status": "cancelled", "amount": "90.00"}))
    older = import_files(tmp_path, orders=orders({"status": "completed", "amount": "80.00"}))
    order = Order.objects.get()
    assert (OrderStatus(order.status), order.amount) == (OrderStatus.CANCELLED, Decimal(90))
    undo(newer)
    order = Order.objects.get()
    assert (OrderStatus(order.status), order.amount) == (OrderStatus.COMPLETED, Decimal(80))
    undo(older)
    assert not any(everything().values())


def test_a_change_that_a_later_import_repeats_becomes_the_later_ones(tmp_path: Path) -> None:
    import_files(tmp_path, orders=orders({"amount": "1.00"}))
    middle = import_files(tmp_path, orders=orders({"amount": "2.00"}))
    last = import_files(tmp_path, orders=orders({"amount": "2.00"}))
    undo(middle)
    assert Order.objects.get().amount == 2
    undo(last)
    assert Order.objects.get().amount == 1


def test_reviews_of_an_order_that_goes_wait_for_it_again(tmp_path: Path) -> None:
    waiting = import_files(tmp_path, reviews=reviews({"review_ref": "early"}))
    number = WaitingReview.objects.get().pk
    brings = import_files(tmp_path, orders=orders({}))
    import_files(tmp_path, reviews=reviews({"review_ref": "late"}))
    assert Review.objects.count() == 2
    effect = undo_batch(batch_id=brings.pk, now=NOW)
    assert effect is not None
    assert (effect.waiting_again, Order.objects.count(), Review.objects.count()) == (2, 0, 0)
    assert WaitingReview.objects.get(ref="early").pk == number
    assert WaitingReview.objects.get(ref="early").first_batch_id == waiting.pk
    import_files(tmp_path, orders=orders({}))
    assert Review.objects.count() == 2


def test_a_review_that_was_refused_when_its_order_came_waits_again(tmp_path: Path) -> None:
    import_files(tmp_path, reviews=reviews({"posted_at": "2024-02-01"}))
    before = everything()
    brings = import_files(tmp_path, orders=orders({"ordered_at": "2024-03-01"}))
    assert not WaitingReview.objects.exists()
    undo(brings)
    assert everything() == before


def test_a_seller_or_gig_that_people_have_used_stays(tmp_path: Path) -> None:
    batch = import_files(tmp_path, orders=orders({}))
    seller, gig = Seller.objects.get(), Gig.objects.get()
    Observation.objects.create(seller=seller, gig=gig, day="2024-03-01", kind="gig_score", value=7)
    undo(batch)
    assert (Seller.objects.get(), Gig.objects.get()) == (seller, gig)
    assert not Order.objects.exists()


@pytest.mark.parametrize(
    ("role", "row"),
    [
        (FileRole.GIGS, {"gig": "pages"}),
        (FileRole.INQUIRIES, {"inquiry_ref": "chat-1", "first_message_at": "2024-03-01"}),
        (FileRole.OBSERVATIONS, {"day": "2024-03-01", "kind": "score", "value": "7"}),
    ],
)
def test_a_seller_goes_with_the_last_import_that_knows_it(
    role: FileRole, row: Row, tmp_path: Path
) -> None:
    first = import_files(tmp_path, orders=orders({}))
    second = import_files(tmp_path, others={role: text_of([{"seller": "mira", **row}])})
    undo(first)
    assert Seller.objects.get().first_batch_id == second.pk
    undo(second)
    assert not any(everything().values())


def test_the_counter_of_changes_goes_up_and_a_recompute_is_asked_for(
    tmp_path: Path, settings: Any, django_capture_on_commit_callbacks: Any
) -> None:
    import_files(tmp_path, orders=orders({}))
    batch = import_files(tmp_path, orders=orders({"order_ref": "FO2"}))
    settings.STANDING_ON_FACTS_CHANGED = ""
    with django_capture_on_commit_callbacks() as callbacks:
        undo(batch)
    assert callbacks
    assert Seller.objects.get().revision == 3
    batch.refresh_from_db()
    assert (batch.state, batch.undone_at) == (ImportState.UNDONE, NOW)


def test_orders_corrected_by_hand_since_are_counted(tmp_path: Path) -> None:
    batch = import_files(tmp_path, orders=orders({}, {"order_ref": "FO2"}))
    assert batch.finished_at is not None
    Order.objects.filter(ref="FO2").update(
        amount=5, changed_at=batch.finished_at + dt.timedelta(minutes=1)
    )
    assert try_undo(batch_id=batch.pk, now=NOW).effect["hand_edited"] == 1


def test_a_preview_tells_scores_and_counts_and_changes_nothing(tmp_path: Path) -> None:
    rows = [{**FULL, "order_ref": f"FO{n}"} for n in range(6)]
    import_files(tmp_path, orders=orders(*rows))
    stars = [{"order_ref": f"FO{n}", "stars": "1"} for n in range(6)]
    batch = import_files(tmp_path, reviews=reviews(*stars))
    before, log = everything(), ImportChange.objects.count()
    effect = try_undo(batch_id=batch.pk, now=dt.datetime(2024, 6, 1, tzinfo=dt.UTC)).effect
    assert effect["tables"][1] == {"words": "reviews", "removed": 6, "kept": 0, "restored": 0}
    [shift] = effect["sellers"]
    # Without six reviews of one star the score can only be better.
    assert shift["after"]["score"] > shift["before"]["score"]
    assert effect["sellers_displayed"] == 1
    assert (everything(), ImportChange.objects.count()) == (before, log)
    batch.refresh_from_db()
    assert batch.state == ImportState.DONE


def test_what_was_not_saved_or_not_logged_cannot_be_undone(tmp_path: Path) -> None:
    dry = import_files(tmp_path, orders=orders({}), is_dry=True)
    with pytest.raises(CannotUndoError, match="Nothing of this import was saved"):
        undo(dry)
    old = import_files(tmp_path, orders=orders({}))
    ImportBatch.objects.filter(pk=old.pk).update(is_logged=False)
    with pytest.raises(CannotUndoError, match="not in the log"):
        undo(old)
