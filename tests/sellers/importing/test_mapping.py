"""Files in other people's columns: recognised, guessed, proved, asked for, and read."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from sellers.importing.batches import NewFile
from sellers.importing.mapping.apply import MappedSource
from sellers.importing.mapping.model import Mapping as FileMapping
from sellers.importing.mapping.presets import preset_for, presets
from sellers.importing.mapping.propose import Proposal, propose_mapping
from sellers.importing.mapping.saved import recognise_mapping, save_mapping
from sellers.importing.problems import FileProblemError
from sellers.importing.sources.opening import open_table
from sellers.models import FileRole, ImportBatch, ImportState, Order, OrderStatus, Review
from tests.builders import a_seller, a_user
from tests.sellers.importing.files import import_new_files, orders_file, reasons, reviews_file

pytestmark = pytest.mark.django_db

TODAY = dt.date(2024, 6, 1)
THEIRS = Path(__file__).parent / "theirs"
SCRAPED = (THEIRS / "fiverr_list.csv").read_text()
UPWORK = (THEIRS / "upwork.csv").read_text()


def propose(folder: Path, text: str, **options: Any) -> Proposal:
    path = folder / "theirs.csv"
    path.write_text(text)
    return propose_mapping(open_table(path), **{"today": TODAY, **options})


def import_mapped(
    folder: Path, text: str, mapping: FileMapping | Mapping[str, Any] | None, **options: Any
) -> ImportBatch:
    """Import one file with a mapping."""
    assert mapping is not None
    path = folder / "theirs.csv"
    path.write_text(text)
    data = mapping.as_json() if isinstance(mapping, FileMapping) else dict(mapping)
    role = FileRole(data["role"])
    return import_new_files([NewFile(role, path.name, path, data)], **options)


def test_a_scraped_list_is_recognised_and_becomes_orders_and_reviews(tmp_path: Path) -> None:
    mira = a_seller("mira", time_zone="Europe/Berlin")
    proposal = propose(tmp_path, SCRAPED, has_seller=True)
    assert proposal.known_as == "Fiverr order list (scraped)"
    assert proposal.is_complete
    assert "“date_ordered”: “31/01/2024” in line 2 shows day first." in proposal.proofs
    batch = import_mapped(tmp_path, SCRAPED, proposal.mapping, seller=mira)
    # Three orders and the one review that has stars.
    assert (batch.state, batch.rows_new, batch.rows_rejected) == (ImportState.DONE, 4, 0)
    first, second, third = Order.objects.order_by("ref")
    assert (first.ref, first.status) == ("FO61B2C3D4E5", OrderStatus.COMPLETED)
    assert (first.amount, first.currency) == (Decimal("1234.50"), "USD")
    # Midnight of 31 January in Berlin; due seven days later, at the end of that day.
    assert first.ordered_at == dt.datetime(2024, 1, 30, 23, tzinfo=dt.UTC)
    assert first.due_at == dt.datetime(2024, 2, 7, 22, 59, 59, 999999, dt.UTC)
    assert (first.extended_due_at, first.delivered_at) == (None, None)
    assert first.completed_at == dt.datetime(2024, 2, 4, 23, tzinfo=dt.UTC)
    # Due on the 6th (3 days), extended by 2 days.
    assert second.extended_due_at == dt.datetime(2024, 2, 8, 22, 59, 59, 999999, dt.UTC)
    assert second.cancelled_at == dt.datetime(2024, 2, 11, 23, tzinfo=dt.UTC)
    assert (third.status, third.completed_at) == (OrderStatus.OPEN, None)
    review = Review.objects.get()
    assert (review.order_id, review.stars) == (first.pk, Decimal(5))
    assert any("day on which the order ended is taken" in note for note in batch.notes)


def test_importing_a_mapped_file_again_changes_nothing(tmp_path: Path) -> None:
    mira = a_seller("mira")
    mapping = propose(tmp_path, SCRAPED).mapping
    import_mapped(tmp_path, SCRAPED, mapping, seller=mira)
    again = import_mapped(tmp_path, SCRAPED, mapping, seller=mira)
    assert (again.rows_new, again.rows_changed, again.rows_unchanged) == (0, 0, 4)


def test_a_refused_order_takes_its_review_with_it(tmp_path: Path) -> None:
    mapping = propose(tmp_path, SCRAPED).mapping
    broken = SCRAPED.replace('"$1,234.50"', "free")
    batch = import_mapped(tmp_path, broken, mapping, seller=a_seller("mira"))
    assert (batch.rows_new, batch.rows_rejected) == (2, 1)
    assert not Review.objects.exists()
    # Their name of the column, and their cell.
    rejection = batch.rejections.get()
    assert (rejection.line, rejection.column, rejection.value) == (2, "total", "free")
    assert rejection.reason == "“free” cannot be read as an amount. It is not a number."


def test_an_upwork_report_brings_payments_and_passes_over_fees(tmp_path: Path) -> None:
    proposal = propose(tmp_path, UPWORK)
    assert (proposal.known_as, proposal.is_complete) == ("Upwork transaction report", True)
    batch = import_mapped(tmp_path, UPWORK, proposal.mapping)
    assert (batch.rows_done, batch.rows_new) == (1, 1)
    order = Order.objects.select_related("seller", "gig").get()
    assert (order.seller.platform, order.seller.handle) == ("upwork", "Mira Writes")
    assert (order.ref, order.amount, order.gig.ref) == ("501000001", Decimal(1050), "Team One")
    passed = "2 rows are not about orders and were passed over: “Service Fee” 1, “Withdrawal” 1."
    assert f"theirs.csv: {passed}" in batch.notes


@pytest.mark.parametrize(
    "names",
    [
        "Date,Activity,Description,Order,Currency,Amount",
        "Transaction date,Type,From / Order,Net amount",
        "Date;Activity;Order #;Buyer;Net Earnings",
    ],
)
def test_earnings_come_under_many_names(names: str) -> None:
    preset = preset_for(names.replace(";", ",").split(","))
    assert preset is not None
    assert preset.key == "fiverr-earnings"
    mapping = preset.mapping(names.replace(";", ",").split(","))
    assert {"order_ref", "ordered_at", "amount", "gig"} <= set(mapping.of(FileRole.ORDERS))


EARNINGS = """Date,Activity,Order,Currency,Amount
2024-02-08,Earning,FO61B2C3D4E5,USD,987.60
2024-02-09,Earning,FO61B2C3D4E9,USD,40.00
2024-02-10,Withdrawal,,USD,-1000.00
"""


def test_earnings_only_complete_what_is_known_whichever_file_comes_first(tmp_path: Path) -> None:
    mira = a_seller("mira")
    known = orders_file({"order_ref": "FO61B2C3D4E5", "ordered_at": "2024-01-31"})

    def import_known() -> None:
        path = tmp_path / "orders.csv"
        path.write_text(known)
        import_new_files([NewFile(FileRole.ORDERS, path.name, path)], seller=mira)

    def import_earnings() -> ImportBatch:
        return import_mapped(tmp_path, EARNINGS, propose(tmp_path, EARNINGS).mapping, seller=mira)

    import_known()
    batch = import_earnings()
    assert (batch.rows_new, batch.rows_changed) == (1, 1)
    first = Order.objects.select_related("gig").get(ref="FO61B2C3D4E5")
    assert (first.ordered_at.date(), first.gig.ref) == (dt.date(2024, 1, 31), "editing")
    assert first.amount == Decimal("987.60")
    assert first.completed_at is not None
    assert Order.objects.get(ref="FO61B2C3D4E9").gig.ref == "unknown-gig"
    state = set(Order.objects.values_list("ref", "ordered_at", "gig__ref", "amount"))
    Order.objects.all().delete()
    import_earnings()
    import_known()
    assert set(Order.objects.values_list("ref", "ordered_at", "gig__ref", "amount")) == state


GENERIC = """Order No;Service;Client;Purchase date;Delivery date;Order status;Total;Rating;Colour
A-1;logo;buyer_one;05/04/2024;07/04/2024;Finished;1.250,00 €;5;green
A-2;logo;buyer_two;06/04/2024;08/04/2024;Refunded;80,00 €;0;red
"""


def test_columns_are_guessed_with_how_sure_that_is_and_why(tmp_path: Path) -> None:
    proposal = propose(tmp_path, GENERIC, has_seller=True)
    assert (proposal.role, proposal.known_as) == (FileRole.ORDERS, "")
    found = {g.ours: (g.theirs, g.confidence.value, g.why) for g in proposal.guesses}
    assert found["order_ref"] == (
        "Order No", "high", "The name says so and no two cells are alike."
    )  # fmt: skip
    assert found["ordered_at"] == (
        "Purchase date", "high", "The name says so and the cells are dates."
    )  # fmt: skip
    assert found["currency"] == ("Total", "high", "The amounts name it: EUR.")
    assert "Colour" in proposal.unused
    mapping = proposal.mapping
    assert mapping is not None
    orders = mapping.of(FileRole.ORDERS)
    assert orders["status"].words == {"finished": "completed", "refunded": "cancelled"}
    assert orders["amount"].decimal == ","


UNKNOWN_NAMES = """Vorgang;Stand;Tag;Betrag;Geld;Wer
FO61B2C3D4E5;Completed;2024-03-01;1250.00;EUR;anna
FO61B2C3D4E6;Cancelled;2024-03-02;80.50;EUR;anna
FO61B2C3D4E7;Completed;2024-03-02;80.50;USD;ben
"""


def test_columns_with_unknown_names_are_guessed_by_their_cells_where_a_person_looks(
    tmp_path: Path,
) -> None:
    assert propose(tmp_path, UNKNOWN_NAMES).guesses == ()
    found = propose(tmp_path, UNKNOWN_NAMES, by_cells=True)
    assert {g.ours: g.theirs for g in found.guesses} == {
        "order_ref": "Vorgang",
        "status": "Stand",
        "ordered_at": "Tag",
        "amount": "Betrag",
        "currency": "Geld",
    }
    assert {g.confidence.value for g in found.guesses} == {"unsure"}
    assert found.unused == ("Wer",)
    assert not found.is_complete  # whose they are, and the gig, nobody said


def test_of_two_columns_that_could_be_it_neither_is_guessed_by_its_cells(tmp_path: Path) -> None:
    text = "\n".join(f"{row};{row.partition(';')[2]}" for row in UNKNOWN_NAMES.splitlines())
    text = text.replace("Stand;Tag;Betrag;Geld;Wer\n", "a;b;c;d;e\n", 1)
    found = propose(tmp_path, text, by_cells=True)
    assert [g.ours for g in found.guesses] == ["order_ref"]


def test_cells_guess_what_a_file_of_reviews_holds(tmp_path: Path) -> None:
    text = "Vorgang;Tag;Sterne\nFO61B2C3D4E5;2024-03-01;5\nFO61B2C3D4E6;2024-03-02;4\n"
    found = propose(tmp_path, text, by_cells=True, role=FileRole.REVIEWS)
    assert {g.ours: g.theirs for g in found.guesses} == {
        "order_ref": "Vorgang",
        "posted_at": "Tag",
        "stars": "Sterne",
    }


def test_what_is_not_proved_is_asked_and_never_guessed(tmp_path: Path) -> None:
    proposal = propose(tmp_path, GENERIC, has_seller=True)
    assert not proposal.is_complete
    asked = {q.theirs: q for q in proposal.questions}
    assert set(asked) == {"Purchase date", "Delivery date"}
    question = asked["Purchase date"]
    assert question.evidence == (
        "“05/04/2024” in line 2 could be two days, and no other cell of the file shows which."
    )
    assert dict(question.options) == {
        "dmy": "day first: “05/04/2024” is 5 Apr 2024",
        "mdy": "month first: “05/04/2024” is 4 May 2024",
    }
    # Used all the same, every such date is refused.
    batch = import_mapped(tmp_path, GENERIC, proposal.mapping, seller=a_seller("mira"))
    assert (batch.rows_new, batch.rows_rejected) == (0, 2)
    assert "could be two days" in reasons(batch)[0][2]


def test_one_column_that_shows_the_order_settles_the_others(tmp_path: Path) -> None:
    text = GENERIC.replace("08/04/2024", "28/04/2024")
    proposal = propose(tmp_path, text, has_seller=True)
    assert proposal.is_complete
    assert proposal.proofs[:2] == (
        "“Purchase date”: read like “Delivery date”, where “28/04/2024” in line 3 shows day first.",
        "“Delivery date”: “28/04/2024” in line 3 shows day first.",
    )
    batch = import_mapped(tmp_path, text, proposal.mapping, seller=a_seller("mira"))
    assert (batch.rows_new, batch.rows_rejected) == (2, 0)
    assert Order.objects.get(ref="A-1").amount == Decimal(1250)


def test_a_file_with_dates_of_both_orders_says_so(tmp_path: Path) -> None:
    text = GENERIC.replace("05/04/2024", "25/04/2024").replace("06/04/2024", "06/24/2024")
    asked = {q.theirs: q.evidence for q in propose(tmp_path, text).questions}
    assert (
        "written in two ways: “25/04/2024” in line 2 and “06/24/2024” in line 3"
        in (asked["Purchase date"])
    )


def test_words_that_nobody_knows_are_asked_for(tmp_path: Path) -> None:
    text = GENERIC.replace("Finished", "Archived").replace("05/04/2024", "25/04/2024")
    (question,) = propose(tmp_path, text).questions
    assert (question.about, question.words) == ("words", ("archived",))
    assert {"completed", "cancelled", "open"} == {value for value, _ in question.options}


def test_an_amount_that_could_be_two_is_asked_for(tmp_path: Path) -> None:
    text = "Order No,Service,Date ordered,Status,Total,Currency\n"
    text += 'A-1,logo,2024-01-05,done,"1,250",USD\n'
    proposal = propose(tmp_path, text, has_seller=True)
    (question,) = proposal.questions
    assert (question.about, question.theirs) == ("decimal", "Total")
    assert question.evidence == (
        "“1,250” in line 2 could be two amounts, and no other cell of the file shows which."
    )


def test_what_is_missing_is_said_with_its_consequence(tmp_path: Path) -> None:
    text = "Order No,Date ordered,Status,Total\nA-1,2024-01-31,done,12.50\n"
    proposal = propose(tmp_path, text)
    missing = {m.ours: (m.required, m.consequence) for m in proposal.missing}
    assert missing["gig"][0]
    assert missing["seller"][0]
    assert missing["due_at"] == (False, "delivery time stays unknown")
    assert "revisions" not in missing
    assert [q.about for q in proposal.questions] == ["currency"]


def test_constants_stand_in_for_columns_that_are_missing(tmp_path: Path) -> None:
    text = "Order No,Date ordered,Status,Total\nA-1,2024-01-31,done,12.50\nA-2,2024-02-01,done,\n"
    mapping = propose(tmp_path, text).mapping
    assert mapping is not None
    data = mapping.as_json()
    data["columns"]["orders"] |= {
        "seller": {"constant": "mira"},
        "gig": {"constant": "the-gig"},
        "currency": {"constant": "XQX"},
    }
    batch = import_mapped(tmp_path, text, data)
    assert (batch.rows_new, batch.rows_rejected) == (0, 2)  # there is no such currency
    data["columns"]["orders"]["currency"] = {"constant": "USD"}
    assert import_mapped(tmp_path, text, data).rows_new == 2
    assert {o.seller.handle for o in Order.objects.select_related("seller")} == {"mira"}


def test_an_amount_in_another_currency_than_was_said_is_refused(tmp_path: Path) -> None:
    text = "Order No,Service,Date ordered,Status,Total\nA-1,logo,2024-01-31,done,€12.50\n"
    mapping = {
        "role": "orders",
        "columns": {
            "orders": {
                "order_ref": {"theirs": ["Order No"]},
                "gig": {"theirs": ["Service"]},
                "ordered_at": {"theirs": ["Date ordered"]},
                "status": {"theirs": ["Status"], "words": {"done": "completed"}},
                "amount": {"theirs": ["Total"]},
                "currency": {"constant": "USD"},
            }
        },
    }
    batch = import_mapped(tmp_path, text, mapping, seller=a_seller("mira"))
    assert batch.rejections.get().reason == (
        "“€12.50” is in EUR, but the amounts of this file were said to be in USD."
    )


def test_a_file_in_our_own_columns_needs_no_mapping(tmp_path: Path) -> None:
    for text, role in ((orders_file({}), "orders"), (reviews_file({}), "reviews")):
        proposal = propose(tmp_path, text)
        assert (proposal.mapping, proposal.role.value) == (None, role)
        assert proposal.is_complete


def test_a_saved_mapping_is_known_again_whatever_the_order_of_columns(tmp_path: Path) -> None:
    mira, other = a_user("mira@example.org"), a_user("other@example.org")
    mapping = propose(tmp_path, GENERIC, has_seller=True).mapping
    assert mapping is not None
    names = GENERIC.splitlines()[0].split(";")
    save_mapping(owner=mira, name="My shop", mapping=mapping, names=names)
    again = propose(tmp_path, _shuffled(GENERIC), owner=mira, has_seller=True)
    assert again.known_as == "My shop"
    assert again.mapping is not None
    assert again.mapping.of(FileRole.ORDERS) == mapping.of(FileRole.ORDERS)
    assert recognise_mapping(owner=other, names=names) is None
    save_mapping(owner=mira, name="My shop", mapping=mapping, names=names[:-1])
    assert recognise_mapping(owner=mira, names=names) is None


def _shuffled(text: str) -> str:
    rows = list(csv.reader(io.StringIO(text), delimiter=";"))
    out = io.StringIO()
    csv.writer(out, delimiter=";").writerows(row[::-1] for row in rows)
    return out.getvalue()


def test_a_mapping_survives_json_and_refuses_what_is_none() -> None:
    for preset in presets().values():
        names = [name for group in preset.needs for name in group]
        mapping = preset.mapping(names)
        assert FileMapping.from_json(mapping.as_json()) == mapping
    blank = {"role": "orders", "columns": {"orders": {"cancelled_by": {"other": ""}}}}
    assert FileMapping.from_json(blank).as_json() == {"version": 1, **blank}
    good = {"role": "orders", "columns": {"orders": {"order_ref": {"theirs": ["x"]}}}}
    assert FileMapping.from_json(good).of(FileRole.ORDERS)["order_ref"].theirs == ("x",)
    wrong: tuple[object, ...] = (
        None,
        [],
        {},
        {**good, "version": 99},
        {**good, "role": "nothing"},
        {**good, "more": 1},
        {"role": "orders", "columns": {}},
        {"role": "orders", "columns": {"orders": {"no_such": {}}}},
        {"role": "orders", "columns": {"orders": {"order_ref": {"theirs": [1]}}}},
        {"role": "orders", "columns": {"orders": {"amount": {"decimal": "x"}}}},
        {**good, "joins": [{"file": "items"}]},
    )
    for bad in wrong:
        with pytest.raises(FileProblemError, match="The mapping cannot be used"):
            FileMapping.from_json(bad)


def test_a_mapping_of_another_file_is_refused_in_words(tmp_path: Path) -> None:
    mapping = propose(tmp_path, GENERIC).mapping
    batch = import_mapped(tmp_path, SCRAPED, mapping, seller=a_seller("mira"))
    assert batch.state == ImportState.FAILED
    assert "The file has no column “" in batch.message


def test_review_text_is_dropped_where_the_import_or_the_seller_says_so(tmp_path: Path) -> None:
    files = {
        "orders.csv": orders_file({}, {"seller": "noor"}),
        "reviews.csv": reviews_file({"text": "kind"}, {"seller": "noor", "text": "quick"}),
    }
    a_seller("noor", keeps_review_text=False)
    new = []
    for name, text in files.items():
        (tmp_path / name).write_text(text)
        new.append(NewFile(FileRole(name[:-4]), name, tmp_path / name))
    import_new_files(new)
    kept = dict(Review.objects.values_list("order__seller__handle", "text"))
    assert kept == {"mira": "kind", "noor": ""}
    Review.objects.all().delete()
    batch = import_new_files(new, keeps_review_text=False)
    assert batch.rows_new == 2
    assert set(Review.objects.values_list("text", flat=True)) == {""}


def test_dates_without_a_year_are_of_the_year_of_the_upload(tmp_path: Path) -> None:
    year = timezone.now().year
    text = "Order No,Service,Date ordered,Status,Total,Currency\nA-1,logo,Jan 01,done,5,USD\n"
    text += f'A-2,logo,"Dec 10, {year - 1}",done,5,USD\n'
    text += f'A-3,logo,"Apr 8, {year - 1}, 2:14 PM",done,5,USD\n'
    proposal = propose(tmp_path, text, has_seller=True)
    assert proposal.is_complete
    import_mapped(tmp_path, text, proposal.mapping, seller=a_seller("mira"))
    days = {o.ref: o.ordered_at for o in Order.objects.all()}
    assert days["A-1"] == dt.datetime(year, 1, 1, tzinfo=dt.UTC)
    assert days["A-2"] == dt.datetime(year - 1, 12, 10, tzinfo=dt.UTC)
    assert days["A-3"] == dt.datetime(year - 1, 4, 8, 14, 14, tzinfo=dt.UTC)


def test_names_of_buyers_are_marked_as_personal_in_orders_and_reviews(tmp_path: Path) -> None:
    mapping = propose(tmp_path, SCRAPED).mapping
    assert mapping is not None
    (block,) = MappedSource(open_table(tmp_path / "theirs.csv"), mapping, TODAY).blocks()
    assert block.companion is not None
    buyer = list(block.raw.names).index("buyer")
    assert block.raw.personal == block.companion.raw.personal == {buyer}
