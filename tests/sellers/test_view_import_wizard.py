"""The steps of an import as a person takes them: file, columns, check, effect, done, undo."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from sellers.importing import batches
from sellers.importing.run import run_batch
from sellers.models import ImportBatch, ImportMapping, ImportState, Order, Review, Seller, User
from tests.builders import PASSWORD, a_seller, a_user, an_admin
from tests.sellers.importing.files import orders_file, reviews_file

pytestmark = pytest.mark.django_db

#: A list as somebody kept it by hand: own names, German amounts, dates that could be two days.
OWN = """Auftrag;Angebot;Bestellt;Fertig;Stand;Preis;Farbe
A-1;logo;05/06/2024;08/06/2024;fertig;1.234,50;rot
A-2;logo;07/06/2024;09/06/2024;fertig;80,00;blau
A-3;logo;08/06/2024;;storniert;12,00;rot
"""
#: The list of orders that browser extensions read from the orders pages.
SCRAPED = (
    "buyer,date_end,date_ordered,description,expected_delivery_days,extend_delivery,"
    "extras_amount,extras_price,gig,includes,order_link,stars,status,total\n"
    "one,31/05/2024,27/05/2024,x,3,0,0,$0,logo,y,https://x.test/orders/FO61B2C3D4E5,5,"
    'Completed,"$1,234.50"\n'
    "two,02/06/2024,30/05/2024,x,3,0,0,$0,logo,y,https://x.test/orders/FO61B2C3D4E6,0,"
    "Cancelled,$80.00\n"
)


@pytest.fixture(autouse=True)
def sent(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Uploads lie in a folder of the test; batches for workers are written down."""
    found: list[int] = []
    settings.MEDIA_ROOT = str(tmp_path / "files")
    monkeypatch.setattr(batches, "_send", found.append)
    monkeypatch.setattr("sellers.import_pages.working.workers_listen", lambda: True)
    return found


def as_user(user: User) -> Client:
    client = Client()
    assert client.login(email=user.email, password=PASSWORD)
    return client


def upload(client: Client, *files: tuple[str, str | bytes], **fields: Any) -> Any:
    sent = [
        SimpleUploadedFile(name, text.encode() if isinstance(text, str) else text)
        for name, text in files
    ]
    return client.post(reverse("sellers:import_new"), {"uploaded": sent, **fields})


def address(name: str, batch: ImportBatch, *more: int) -> str:
    return reverse(f"sellers:{name}", args=[batch.pk, *more])


def fields_of(client: Client, batch: ImportBatch) -> dict[str, str]:
    """The fields of the page of the columns as a browser would send them back."""
    page = client.get(address("import_columns", batch))
    found: dict[str, str] = {}
    for form in (page.context["reading"], page.context["form"]):
        for bound in form or ():
            value = bound.value()
            if bound.field.__class__.__name__ == "BooleanField":
                found |= {bound.html_name: "on"} if value else {}
            else:
                found[bound.html_name] = "" if value is None else str(value)
    return found


def a_list_of_ones_own(client: Client) -> ImportBatch:
    """An upload of ``OWN``, of whose columns not one is known."""
    upload(client, ("own.csv", OWN), seller=a_seller("mira").pk, time_zone="UTC")
    batch = ImportBatch.objects.get()
    assert batch.files.get().role == "orders"
    return batch


def place(page: Any, name: str) -> str:
    """The field that says what a column is."""
    return f"c{page.context['form'].names.index(name)}"


def work(batch: ImportBatch) -> ImportBatch:
    """What a worker would do now."""
    run_batch(batch_id=batch.pk)
    batch.refresh_from_db()
    return batch


def test_a_list_of_orders_goes_the_whole_way() -> None:
    client, seller = as_user(an_admin()), a_seller("mira")
    answer = upload(client, ("list.csv", SCRAPED), seller=seller.pk, time_zone="UTC")
    batch = ImportBatch.objects.get()
    assert answer["Location"] == address("import_columns", batch)
    page = client.get(address("import_columns", batch))
    text = page.content.decode()
    assert "Recognised: Fiverr order list" in text
    assert "“31/05/2024” in line 2 shows day first" in text
    assert "Without it, delivery time stays unknown" in text

    answer = client.post(address("import_columns", batch), {**fields_of(client, batch), "go": "on"})
    assert answer["Location"] == address("import_check", batch)
    assert "Waiting for a worker to check" in client.get(answer["Location"]).content.decode()
    work(batch)
    assert batch.state == ImportState.READY
    assert not Order.objects.exists()
    # Two orders, and the review of one of them.
    assert "All 3 rows can be read" in client.get(address("import_check", batch)).content.decode()
    effect = client.get(address("import_effect", batch)).content.decode()
    assert "Nothing is saved yet" in effect
    assert "Save 3 rows" in effect

    assert client.post(address("import_commit", batch))["Location"] == address("import", batch)
    work(batch)
    done = client.get(address("import", batch)).content.decode()
    assert "Imported" in done
    order = Order.objects.get(ref="FO61B2C3D4E5")
    assert str(order.amount) == "1234.50"
    assert order.ordered_at.date().isoformat() == "2024-05-27"
    assert Review.objects.get().stars == 5

    assert address("import_undo_look", batch) in done
    answer = client.post(address("import_undo_look", batch))
    assert answer["Location"] == address("import_undo", batch)
    waiting = client.get(address("import_undo", batch)).content.decode()
    assert "Waiting for a worker to work out what an undo would do" in waiting
    work(batch)
    page = client.get(address("import_undo", batch))
    assert "Nothing is undone yet" in page.content.decode()
    assert "orders that go" in page.content.decode()
    client.post(address("import_undo", batch), {"shown": page.context["preview"].pk})
    work(batch)
    assert batch.state == ImportState.UNDONE
    assert not Order.objects.exists()
    assert "Undone" in client.get(address("import", batch)).content.decode()


def test_what_a_file_leaves_open_is_asked_and_not_guessed() -> None:
    client = as_user(an_admin())
    batch = a_list_of_ones_own(client)
    page = client.get(address("import_columns", batch))
    chosen = {
        **fields_of(client, batch),
        place(page, "Auftrag"): "orders.order_ref",
        place(page, "Angebot"): "orders.gig",
        place(page, "Bestellt"): "orders.ordered_at",
        place(page, "Fertig"): "orders.completed_at",
        place(page, "Stand"): "orders.status",
        place(page, "Preis"): "orders.amount",
    }
    answer = client.post(address("import_columns", batch), {**chosen, "go": "on"})
    assert answer.status_code == 422
    text = answer.content.decode()
    assert "could be two days" in text
    assert "Nothing says what" in text
    assert batch.files.get().mapping is not None

    # Answer what is open; the decimal comma was proved by 1.234,50.
    fields = fields_of(client, batch)
    dates = [name for name in fields if name.startswith("d")]
    words = {
        bound.html_name: "completed" if "fertig" in bound.label else "cancelled"
        for bound in answer.context["form"]
        if bound.html_name.startswith("w.")
    }
    answers = {**fields, **dict.fromkeys(dates, "dmy"), **words, "k.orders.currency": "USD"}
    name = {"save_as": "my list"}
    answer = client.post(address("import_columns", batch), {**answers, **name, "go": "on"})
    assert answer.status_code == 302, answer.content.decode()
    work(batch)
    client.post(address("import_commit", batch))
    work(batch)
    # 05/06/2024, day first, is 5 June; 1.234,50 is 1234.50.
    order = Order.objects.get(ref="A-1")
    assert (order.ordered_at.date().isoformat(), str(order.amount)) == ("2024-06-05", "1234.50")
    saved = ImportMapping.objects.get()
    assert saved.name == "my list"
    assert "Remembered as “my list”" in client.get(address("import", batch)).content.decode()

    # The next file with the same columns is recognised.
    upload(client, ("again.csv", OWN), seller=Seller.objects.get().pk, time_zone="UTC")
    newest = ImportBatch.objects.latest("pk")
    again = client.get(address("import_columns", newest)).content.decode()
    assert "Recognised: my list" in again
    assert ImportMapping.objects.get().used_at > saved.used_at
    assert client.post(
        address("import_columns", newest), {**fields_of(client, newest), "go": "on"}
    )["Location"] == address("import_check", newest)


def test_changing_one_column_reads_the_sample_again_and_is_kept() -> None:
    client = as_user(an_admin())
    batch = a_list_of_ones_own(client)
    page = client.get(address("import_columns", batch))
    file = batch.files.get()
    answer = client.post(
        address("import_file_columns", batch, file.pk),
        {**fields_of(client, batch), place(page, "Preis"): "orders.amount"},
        headers={"HX-Request": "true", "HX-Target": "columns_form"},
    )
    assert answer.status_code == 200
    text = answer.content.decode()
    assert "<html" not in text
    assert "1234.50" in text
    assert "1234.50" in client.get(address("import_columns", batch)).content.decode()


def test_two_columns_cannot_be_the_same_thing() -> None:
    client = as_user(an_admin())
    batch = a_list_of_ones_own(client)
    page = client.get(address("import_columns", batch))
    twice = {place(page, "Preis"): "orders.amount", place(page, "Farbe"): "orders.amount"}
    answer = client.post(address("import_columns", batch), {**fields_of(client, batch), **twice})
    assert answer.status_code == 422
    assert "“Preis” is that already" in answer.content.decode()


def test_without_a_seller_the_page_asks_whose_orders_they_are() -> None:
    client = as_user(an_admin())
    upload(client, ("list.csv", SCRAPED), time_zone="UTC")
    batch = ImportBatch.objects.get()
    answer = client.post(address("import_columns", batch), {**fields_of(client, batch), "go": "on"})
    assert answer.status_code == 422
    assert "Needed, and not in the file" in answer.content.decode()
    named = {**fields_of(client, batch), "k.orders.seller": "mira", "k.reviews.seller": "mira"}
    assert client.post(address("import_columns", batch), {**named, "go": "on"}).status_code == 302
    work(batch)
    client.post(address("import_commit", batch))
    work(batch)
    assert Seller.objects.get().handle == "mira"


def test_a_set_of_our_own_files_needs_no_explanation() -> None:
    client = as_user(an_admin())
    upload(client, ("o.csv", orders_file({})), ("r.csv", reviews_file({})), time_zone="UTC")
    batch = ImportBatch.objects.get()
    assert {file.role for file in batch.files.all()} == {"orders", "reviews"}
    first, second = batch.files.order_by("pk")
    page = client.get(address("import_columns", batch)).content.decode()
    assert "our own names" in page
    answer = client.post(
        address("import_file_columns", batch, first.pk), {"role": "orders", "go": "on"}
    )
    assert answer["Location"] == address("import_file_columns", batch, second.pk)
    answer = client.post(
        address("import_file_columns", batch, second.pk), {"role": "reviews", "go": "on"}
    )
    assert answer["Location"] == address("import_check", batch)


def test_a_pasted_table_is_read_like_a_file() -> None:
    client = as_user(an_admin())
    pasted = orders_file({}).replace(",", "\t")
    client.post(reverse("sellers:import_new"), {"pasted": pasted, "time_zone": "UTC"})
    batch = ImportBatch.objects.get()
    assert batch.files.get().role == "orders"
    assert "pasted table" in client.get(address("import_columns", batch)).content.decode()


def test_a_file_that_is_no_table_is_explained_and_can_be_taken_out() -> None:
    client = as_user(an_admin())
    upload(client, ("o.csv", orders_file({})), ("x.pdf", b"%PDF-1.7 nothing"), time_zone="UTC")
    batch = ImportBatch.objects.get()
    bad = batch.files.get(name="x.pdf")
    answer = client.get(address("import_file_columns", batch, bad.pk))
    assert answer.status_code == 422
    assert "PDF" in answer.content.decode()
    client.post(address("import_take_out", batch, bad.pk))
    assert [file.name for file in batch.files.all()] == ["o.csv"]
    # The last file stays.
    client.post(address("import_take_out", batch, batch.files.get().pk))
    assert batch.files.count() == 1


def checked(client: Client, *files: tuple[str, str]) -> ImportBatch:
    """An import of our own files with its preview."""
    upload(client, *files, time_zone="UTC")
    batch = ImportBatch.objects.latest("pk")
    for file in batch.files.order_by("pk"):
        client.post(address("import_file_columns", batch, file.pk), {"role": file.role, "go": "on"})
    batch.refresh_from_db()
    assert batch.state == ImportState.CHECKING
    return work(batch)


def test_rejected_rows_come_by_remedy_and_can_be_put_back_in() -> None:
    client = as_user(an_admin())
    rows = [{"order_ref": f"FO{n}", "amount": "x"} for n in range(3)]
    batch = checked(client, ("o.csv", orders_file({}, *rows)))
    page = client.get(address("import_check", batch)).content.decode()
    assert "3 of 4 rows cannot be read" in page
    assert "“…” is not an amount." in page
    mended = SimpleUploadedFile(
        "m.csv", orders_file(*[{**r, "amount": "1"} for r in rows]).encode()
    )
    answer = client.post(address("import_mend", batch), {"uploaded": [mended]})
    assert answer["Location"] == address("import_columns", batch)
    batch.refresh_from_db()
    assert batch.state == ImportState.COLUMNS
    assert batch.files.count() == 2
    assert not hasattr(batch, "preview")


def test_a_remedy_leads_back_to_the_column_that_may_be_read_otherwise() -> None:
    client = as_user(an_admin())
    bad = SCRAPED.replace('"$1,234.50"', "much")
    upload(client, ("list.csv", bad), seller=a_seller("mira").pk, time_zone="UTC")
    batch = ImportBatch.objects.get()
    client.post(address("import_columns", batch), {**fields_of(client, batch), "go": "on"})
    work(batch)
    page = client.get(address("import_check", batch)).content.decode()
    assert "Choose again how “total” is read" in page
    assert address("import_file_columns", batch, batch.files.get().pk) in page


def test_a_mended_file_of_an_import_that_ended_begins_a_new_one() -> None:
    client = as_user(an_admin())
    batch = checked(client, ("o.csv", orders_file({}, {"order_ref": "FO2", "amount": "x"})))
    client.post(address("import_commit", batch))
    work(batch)
    mended = SimpleUploadedFile("m.csv", orders_file({"order_ref": "FO2"}).encode())
    answer = client.post(address("import_mend", batch), {"uploaded": [mended]})
    newest = ImportBatch.objects.latest("pk")
    assert newest.pk != batch.pk
    assert answer["Location"] == address("import_columns", newest)
    nothing = client.post(address("import_mend", batch), {})
    assert nothing.status_code == 422
    assert "Choose a file" in nothing.content.decode()


def test_a_mended_file_is_read_like_the_one_that_it_came_from() -> None:
    client = as_user(an_admin())
    batch = a_list_of_ones_own(client)
    page = client.get(address("import_columns", batch))
    chosen = {place(page, "Auftrag"): "orders.order_ref", place(page, "Preis"): "orders.amount"}
    client.post(address("import_columns", batch), {**fields_of(client, batch), **chosen})
    mended = SimpleUploadedFile("m.csv", OWN.encode())
    client.post(address("import_mend", batch), {"uploaded": [mended]})
    first, second = batch.files.order_by("pk")
    assert first.mapping is not None
    assert first.mapping["columns"]["orders"]["order_ref"] == {"theirs": ["Auftrag"]}
    assert second.mapping == first.mapping


def test_what_would_change_is_shown_before_and_after() -> None:
    client = as_user(an_admin())
    first = checked(client, ("o.csv", orders_file({"status": "open"})))
    client.post(address("import_commit", first))
    work(first)
    second = checked(client, ("o.csv", orders_file({"completed_at": "2024-03-08"})))
    effect = client.get(address("import_effect", second)).context["effect"]
    [row] = effect.changed
    turns = {field.name: (field.before, field.after) for field in row.fields}
    assert turns["status"] == ("open", "completed")
    assert turns["completed"] == ("", "8 Mar 2024, 00:00")
    assert row.url == reverse("sellers:order", args=[Seller.objects.get().pk, "FO1"])


def test_a_row_that_is_there_twice_can_be_left_out() -> None:
    client = as_user(an_admin())
    twins = orders_file({"amount": "100"}, {"amount": "210"})
    batch = checked(client, ("o.csv", twins))
    [twin] = client.get(address("import_effect", batch)).context["effect"].duplicates
    assert [row.says for row in twin.rows] == ["price 100.00", "price 210.00"]
    values = [row.value for row in twin.rows]
    answer = client.post(
        address("import_duplicates", batch), {"shown": values, "left_out": values[1:]}
    )
    assert answer["Location"] == address("import_check", batch)
    work(batch)
    [twin] = client.get(address("import_effect", batch)).context["effect"].duplicates
    assert [row.left_out for row in twin.rows] == [False, True]
    client.post(address("import_commit", batch))
    work(batch)
    assert str(Order.objects.get().amount) == "100.00"


@pytest.mark.parametrize("field", ["", "x:y", "999:1", "1:1:1"])
def test_strange_rows_in_the_form_of_duplicates_do_nothing(field: str) -> None:
    client = as_user(an_admin())
    batch = checked(client, ("o.csv", orders_file({})))
    client.post(address("import_duplicates", batch), {"shown": [field], "left_out": [field]})
    batch.refresh_from_db()
    assert batch.left_out == []


def test_a_cancelled_import_leaves_nothing(tmp_path: Path) -> None:
    client = as_user(an_admin())
    batch = checked(client, ("o.csv", orders_file({})))
    client.post(address("import_cancel", batch))
    batch.refresh_from_db()
    assert batch.state == ImportState.CANCELLED
    page = client.get(address("import", batch)).content.decode()
    assert "Nothing of this import was saved" in page
    assert client.get(address("import_check", batch))["Location"] == address("import", batch)
    client.post(address("import_commit", batch))
    batch.refresh_from_db()
    assert batch.state == ImportState.CANCELLED


def test_pages_of_steps_that_lie_ahead_lead_to_where_the_import_is() -> None:
    client = as_user(an_admin())
    upload(client, ("o.csv", orders_file({})), time_zone="UTC")
    batch = ImportBatch.objects.get()
    for name in ("import", "import_check", "import_effect"):
        assert client.get(address(name, batch))["Location"] == address("import_columns", batch)


def test_what_has_been_saved_can_be_looked_at_and_not_changed() -> None:
    client = as_user(an_admin())
    batch = checked(client, ("o.csv", orders_file({})))
    client.post(address("import_commit", batch))
    work(batch)
    assert "was shown before" in client.get(address("import_effect", batch)).content.decode()
    assert (
        "How the files were read" in client.get(address("import_columns", batch)).content.decode()
    )
    assert "The import has ended" in client.get(address("import_files", batch)).content.decode()
    more = SimpleUploadedFile("more.csv", orders_file({"order_ref": "FO2"}).encode())
    client.post(address("import_files", batch), {"uploaded": [more]})
    assert batch.files.count() == 1


def test_the_rejected_file_keeps_its_rows() -> None:
    client = as_user(an_admin())
    batch = checked(client, ("o.csv", orders_file({}, {"order_ref": "FO2", "amount": "x"})))
    answer = client.get(address("import_rejected", batch))
    text = b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    assert any("FO2" in row or "x" in row for row in csv.reader(io.StringIO(text)))


def test_an_owner_takes_every_step_for_the_own_seller_and_none_for_others() -> None:
    owner = a_user()
    mine, other = a_seller("mira", owner=owner), a_seller("noor", owner=a_user())
    client = as_user(owner)
    assert upload(client, ("l.csv", SCRAPED), seller=other.pk).status_code == 422
    upload(client, ("l.csv", SCRAPED), seller=mine.pk)
    batch = ImportBatch.objects.get()
    assert client.get(address("import_columns", batch)).status_code == 200
    assert other.owner is not None
    stranger = as_user(other.owner)
    for name in ("import_files", "import_columns", "import_check", "import_effect", "import_undo"):
        assert stranger.get(address(name, batch)).status_code == 404
    for name in ("import_commit", "import_cancel", "import_duplicates", "import_mend"):
        assert stranger.post(address(name, batch)).status_code == 404


def test_without_a_file_and_with_too_much_nothing_begins(settings: Any) -> None:
    client = as_user(an_admin())
    empty = client.post(reverse("sellers:import_new"), {"time_zone": "UTC"})
    assert empty.status_code == 422
    assert "Choose a file, or paste a table." in empty.content.decode()
    settings.IMPORT_MAX_BYTES = 100
    large = upload(client, ("o.csv", "x" * 101), time_zone="UTC")
    assert large.status_code == 413
    assert "this page takes up to 100" in large.content.decode()
    assert not ImportBatch.objects.exists()
