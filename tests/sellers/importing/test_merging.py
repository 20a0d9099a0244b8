"""What an import does to facts that are known already."""

from __future__ import annotations

import datetime as dt
import random
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sellers.models import (
    Gig,
    ImportRejection,
    ImportState,
    Order,
    OrderStatus,
    Review,
    Seller,
)
from tests.sellers.importing.files import (
    ORDER,
    REVIEW,
    Row,
    facts,
    import_files,
    orders_file,
    reasons,
    reviews_file,
    text_of,
    undone,
)

pytestmark = pytest.mark.django_db

FULL = {
    "gig_title": "Editing",
    "category": "Writing",
    "price_band": "mid",
    "buyer": "anna",
    "due_at": "2024-03-06",
    "extended_due_at": "2024-03-07",
    "delivered_at": "2024-03-05",
    "completed_at": "2024-03-08",
    "requirements_in": "yes",
    "amount": "120.00",
    "revisions": "2",
    "disputes": "1",
}


def test_the_same_files_twice_change_nothing(tmp_path: Path) -> None:
    files: dict[str, Any] = {"orders": [orders_file(FULL)], "reviews": [reviews_file({})]}
    first = import_files(tmp_path, **files)
    before, revision = facts(), Seller.objects.get().revision
    changed_at = Order.objects.get().changed_at
    again = import_files(tmp_path, **files)
    assert (first.rows_new, again.rows_new, again.rows_unchanged) == (2, 0, 2)
    assert again.effects.count() == 0
    assert facts() == before
    assert Seller.objects.get().revision == revision == 1
    order = Order.objects.get()
    assert (order.changed_at, order.last_batch_id) == (changed_at, first.pk)


def test_a_blank_cell_never_erases_a_known_fact(tmp_path: Path) -> None:
    import_files(tmp_path, orders=[orders_file(FULL)], reviews=[reviews_file({"text": "Fine."})])
    before = facts()
    blank = dict.fromkeys(FULL, "")
    batch = import_files(
        tmp_path,
        orders=[orders_file(blank)],
        reviews=[reviews_file({"communication": "", "text": ""})],
    )
    assert batch.rows_unchanged == 2
    assert facts() == before


def test_an_old_file_in_which_the_order_is_open_does_not_reopen_it(tmp_path: Path) -> None:
    import_files(tmp_path, orders=[orders_file({"completed_at": "2024-03-08", "amount": "120"})])
    older = {"status": "open", "amount": "100", "due_at": "2024-03-06", "gig": "other"}
    batch = import_files(tmp_path, orders=[orders_file(older)])
    order = Order.objects.get()
    assert batch.rows_changed == 1
    assert order.status == OrderStatus.COMPLETED
    assert order.amount == Decimal(120)
    # What was unknown is filled.
    assert order.due_at == dt.datetime(2024, 3, 6, 23, 59, 59, 999999, tzinfo=dt.UTC)
    assert order.gig.ref == "editing"


def test_a_later_file_corrects_facts_and_finishes_an_open_order(tmp_path: Path) -> None:
    import_files(tmp_path, orders=[orders_file({"status": "open", "amount": "100"})])
    row = {"amount": "90", "currency": "EUR", "completed_at": "2024-03-08", "gig": "other"}
    batch = import_files(tmp_path, orders=[orders_file(row)])
    order = Order.objects.get()
    assert batch.rows_changed == 1
    assert (order.amount, order.currency) == (Decimal(90), "EUR")
    assert (order.status, order.gig.ref) == (OrderStatus.COMPLETED, "other")
    effect = batch.effects.get()
    assert (effect.orders_new, effect.orders_changed, effect.gigs_new) == (0, 1, 1)


def test_a_cancellation_is_final(tmp_path: Path) -> None:
    cancelled = {"status": "cancelled", "cancelled_at": "2024-03-10", "cancelled_by": "platform"}
    completed = {"status": "completed", "completed_at": "2024-03-08"}
    for rows in ((cancelled, completed), (completed, cancelled)):
        Order.objects.all().delete()
        for row in rows:
            import_files(tmp_path, orders=[orders_file(row)])
        order = Order.objects.get()
        assert order.status == OrderStatus.CANCELLED
        assert (order.completed_at, order.cancelled_at is None) == (None, False)


def test_an_amount_keeps_its_currency(tmp_path: Path) -> None:
    import_files(tmp_path, orders=[orders_file({"amount": "100", "currency": "EUR"})])
    import_files(tmp_path, orders=[orders_file({"amount": "", "currency": "USD"})])
    order = Order.objects.get()
    assert (order.amount, order.currency) == (Decimal(100), "EUR")


def test_of_two_states_of_an_open_order_what_grows_keeps_the_larger(tmp_path: Path) -> None:
    early = {"status": "open", "revisions": "1", "extended_due_at": "2024-03-07"}
    late = {"status": "open", "revisions": "2", "extended_due_at": "2024-03-09"}
    for rows in ((early, late), (late, early)):
        Order.objects.all().delete()
        for row in rows:
            import_files(tmp_path, orders=[orders_file({**row, "requirements_in": "no"})])
        order = Order.objects.get()
        assert order.revisions == 2
        assert order.extended_due_at == dt.datetime(2024, 3, 9, 23, 59, 59, 999999, tzinfo=dt.UTC)


def test_rows_of_one_order_in_a_file_are_one_order(tmp_path: Path) -> None:
    rows = [{"status": "open", "due_at": "2024-03-06"}, {"amount": "5"}, {"amount": "5"}]
    batch = import_files(tmp_path, orders=[orders_file(*rows)])
    order = Order.objects.get()
    assert (batch.rows_new, batch.rows_unchanged) == (1, 2)
    assert order.status == OrderStatus.COMPLETED
    assert order.due_at is not None


def test_what_would_contradict_itself_afterwards_is_refused(tmp_path: Path) -> None:
    import_files(tmp_path, orders=[orders_file({"delivered_at": "2024-03-05"})])
    before = facts()
    # Fine by itself, but delivered on 5 March is already known.
    row = {"ordered_at": "2024-03-20", "gig": "new-gig"}
    batch = import_files(tmp_path, orders=[orders_file(row, row, {"order_ref": "FO2"})])
    assert (batch.rows_new, batch.rows_rejected) == (1, 2)
    assert [(line, column) for line, column, _ in reasons(batch)] == [
        (2, "delivered_at"),
        (3, "delivered_at"),
    ]
    assert "Together with what is already known" in reasons(batch)[0][2]
    after = facts()
    assert after["Gig"] == before["Gig"]
    assert before["Order"] < after["Order"]


def test_rows_that_contradict_each_other_leave_nothing_behind(tmp_path: Path) -> None:
    rows = [{"delivered_at": "2024-03-05"}, {"ordered_at": "2024-03-20", "amount": "7"}]
    batch = import_files(tmp_path, orders=[orders_file(*rows)])
    assert batch.rows_rejected == 2
    assert "contradict each other" in reasons(batch)[0][2]
    assert not Seller.objects.exists()


def test_a_gig_has_the_title_of_its_newest_order(tmp_path: Path) -> None:
    new = {"order_ref": "FO2", "ordered_at": "2024-05-01", "gig_title": "New title"}
    old = {"order_ref": "FO1", "ordered_at": "2024-03-01", "gig_title": "Old title"}
    for rows in ((new, old), (old, new)):
        Order.objects.all().delete()
        Gig.objects.all().delete()
        batches = [import_files(tmp_path, orders=[orders_file(row)]) for row in rows]
        assert Gig.objects.get().title == "New title"
    assert batches[-1].effects.get().gigs_changed == 1


def test_later_versions_of_a_review_are_kept_beside_the_first(tmp_path: Path) -> None:
    rows = [{"stars": "2"}, {"stars": "4", "posted_at": "2024-03-20"}]
    import_files(tmp_path, orders=[orders_file({})], reviews=[reviews_file(*rows)])
    stars = Review.objects.order_by("posted_at").values_list("stars", flat=True)
    assert list(stars) == [Decimal(2), Decimal(4)]


def test_a_removal_learned_later_changes_the_review(tmp_path: Path) -> None:
    import_files(tmp_path, orders=[orders_file({})], reviews=[reviews_file({})])
    batch = import_files(tmp_path, reviews=[reviews_file({"removed_at": "2024-04-01"})])
    assert batch.rows_changed == 1
    assert Review.objects.get().removed_at is not None
    assert batch.effects.get().reviews_changed == 1


def test_a_rehearsal_reports_everything_and_saves_nothing(tmp_path: Path) -> None:
    import_files(tmp_path, orders=[orders_file({})])
    before = facts()
    batch = import_files(
        tmp_path,
        orders=[orders_file({"amount": "5"}, {"order_ref": "FO2"}, {"status": "x"})],
        reviews=[reviews_file({"posted_at": "2020-01-01"}, {"seller": "noor"})],
        is_dry=True,
    )
    assert batch.state == ImportState.DRY
    assert (batch.rows_new, batch.rows_changed, batch.rows_waiting) == (1, 1, 1)
    assert batch.rows_rejected == ImportRejection.objects.count() == 2
    assert batch.effects.get().orders_new == 1
    assert "Sellers that would be created: 1." in batch.notes
    assert facts() == before
    assert Seller.objects.get().revision == 1


def test_the_number_of_queries_does_not_grow_with_the_rows(tmp_path: Path) -> None:
    def queries(count: int, mark: str) -> int:
        rows = [{"order_ref": f"FO{n}", "seller": f"{mark}{n}"} for n in range(count)]
        with CaptureQueriesContext(connection) as captured:
            import_files(tmp_path, orders=[orders_file(*rows)], reviews=[reviews_file(*rows)])
        return len(captured)

    queries(1, "first")  # what is cached once
    assert queries(50, "many") == queries(1, "one")


def test_orders_written_in_slices_are_all_there_in_the_order_of_sellers_and_times(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [
        {"seller": f"seller-{n % 5}", "order_ref": f"FO{n:02d}", "ordered_at": f"2024-03-{30 - n}"}
        for n in range(20)
    ]
    monkeypatch.setattr("sellers.importing.staging._SLICE_ROWS", 7)
    with CaptureQueriesContext(connection) as captured:
        reviews = reviews_file(*({**row, "posted_at": "2024-04-09"} for row in rows))
        batch = import_files(tmp_path, orders=[orders_file(*rows)], reviews=[reviews])
    inserts = [q for q in captured if "INSERT INTO sellers_order" in q["sql"]]
    assert (batch.rows_new, len(inserts)) == (40, 5)  # 8 rows of each seller: one a slice
    written = Order.objects.order_by("pk").values_list("seller_id", "ordered_at", "ref")
    assert list(written) == sorted(written)
    assert Review.objects.count() == 20


def test_sellers_of_one_name_on_two_platforms_stay_two(tmp_path: Path) -> None:
    both = [{"platform": "fiverr"}, {"platform": "upwork"}]
    import_files(tmp_path, orders=[orders_file(*both)], reviews=[reviews_file(*both)])
    found = Review.objects.values_list("order__seller__platform", "order__seller__handle")
    assert sorted(found) == [("fiverr", "mira"), ("upwork", "mira")]


# --- histories: any order of files, any split, any repetition -------------------------------

_DAYS = st.integers(0, 20)


@st.composite
def histories(draw: st.DrawFn) -> tuple[list[Row], list[Row]]:
    """Snapshots of orders and reviews that agree with each other, shuffled."""
    orders: list[Row] = []
    reviews: list[Row] = []
    for number in range(draw(st.integers(1, 9))):
        who = {"seller": draw(st.sampled_from(["mira", "noor"])), "order_ref": f"FO{number}"}
        orders += draw(_snapshots(who))
        reviews += [
            {
                **REVIEW,
                **who,
                "posted_at": f"2024-04-{1 + 2 * version:02d}",
                "stars": draw(st.sampled_from(["1", "4.7", "5"])),
                "removed_at": draw(st.sampled_from(["", "2024-05-01"])),
            }
            for version in range(draw(st.integers(0, 2)))
        ]
    return draw(st.permutations(orders)), draw(st.permutations(reviews))


@st.composite
def _snapshots(draw: st.DrawFn, who: Row) -> list[Row]:
    """One order as files of different ages show it."""
    base = {**ORDER, **who, "ordered_at": f"2024-03-{1 + draw(_DAYS):02d}T08:00:00Z"}
    base |= {"gig": draw(st.sampled_from(["g1", "g2"])), "gig_title": "", "due_at": "2024-03-25"}
    end: Row = draw(
        st.sampled_from(
            [
                {"status": "open"},
                {"status": "completed", "delivered_at": "2024-03-24", "completed_at": "2024-03-28"},
                {"status": "cancelled", "cancelled_by": "client", "cancelled_at": "2024-03-30"},
            ]
        )
    )
    facts_of_it = {"amount": "40.00", "buyer": "anna", "revisions": "2", "requirements_in": "yes"}
    rows: list[Row] = []
    for _ in range(draw(st.integers(1, 3))):
        known = draw(st.sets(st.sampled_from(sorted(facts_of_it))))
        row = {**base, **{name: facts_of_it[name] for name in known}}
        early = draw(st.booleans())
        row |= {"status": "open"} if early else end
        if draw(st.booleans()):
            row["due_at"] = ""
        rows.append(row)
    return rows


def _pieces(orders: list[Row], reviews: list[Row], dice: random.Random) -> list[dict[str, Any]]:
    """The history cut into files, shuffled, one of them given twice."""
    pieces: list[dict[str, Any]] = []
    for role, rows in (("orders", orders), ("reviews", reviews)):
        shuffled = dice.sample(rows, len(rows))
        while shuffled:
            size = dice.randint(2, 16)
            pieces.append({role: [text_of(shuffled[:size])]})
            shuffled = shuffled[size:]
    dice.shuffle(pieces)
    return [*pieces, dice.choice(pieces)]


@settings(max_examples=12, suppress_health_check=list(HealthCheck))
@given(history=histories(), seed=st.integers(0, 10**6))
def test_a_history_gives_the_same_facts_however_it_is_cut_shuffled_and_repeated(
    tmp_path: Path, history: tuple[list[Row], list[Row]], seed: int
) -> None:
    orders, reviews = history
    files: dict[str, Any] = {
        "orders": [text_of(orders)],
        "reviews": [text_of(reviews)] if reviews else [],
    }
    with undone():
        import_files(tmp_path, **files)
        whole = facts()
        repeated = import_files(tmp_path, **files)
        assert repeated.rows_new == repeated.rows_changed == 0
        assert facts() == whole
    with undone():
        for piece in _pieces(orders, reviews, random.Random(seed)):
            import_files(tmp_path, **piece)
        assert facts() == whole
