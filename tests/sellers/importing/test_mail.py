"""Order e-mails: single messages and archives of thousands become orders."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from email.message import EmailMessage
from pathlib import Path

import pytest

from sellers.importing.batches import NewFile
from sellers.importing.problems import FileProblemError
from sellers.importing.sources.messages import read_message
from sellers.importing.sources.opening import open_table
from sellers.models import FileRole, ImportBatch, ImportState, Order, OrderStatus
from tests.builders import a_seller
from tests.sellers.importing.files import import_new_files, orders_file

REF = "FO61B2C3D4E5"


def mail(
    subject: str,
    text: str = "",
    html: str = "",
    *,
    at: str = "Fri, 01 Mar 2024 09:30:00 +0100",
    sender: str = "Fiverr <noreply@e.fiverr.com>",
) -> bytes:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = sender, "mira@example.org", subject
    message["Date"] = at
    message.set_content(text or "See the other part.")
    if html:
        message.add_alternative(html, subtype="html")
    return message.as_bytes()


START = mail(
    "You've received an order from buyer_one",
    f"Great news!\nYou've received an order from buyer_one.\nOrder #{REF} is due Mar 08, 2024.\n"
    "I will edit your book\nOrder total: $1,250.00\n",
)
DELIVERED = mail(
    f"You delivered order {REF}",
    html="<html><head><style>p {color: red}</style></head><body><table><tr><td><p>You&#8217;ve "
    f"delivered order #{REF}</p></td></tr></table></body></html>",
    at="Wed, 06 Mar 2024 17:00:00 +0000",
)
COMPLETED = mail(
    "Order completed", f"Your order #{REF} was completed.", at="Sat, 09 Mar 2024 10:00:00 +0000"
)
CANCELLED = mail(
    "Order cancelled",
    "Order #FO61B2C3D4E6 was cancelled by the buyer.",
    at="Sun, 10 Mar 2024 10:00:00 +0000",
)
NEWSLETTER = mail("Tips for sellers", "Five ways to grow.")
STRANGER = mail("You've received an order", f"Order #{REF} of $5", sender="x@fiverr.com.evil.test")


def mbox(*messages: bytes) -> bytes:
    return b"".join(b"From MAILER Fri Mar  1 09:30:00 2024\n" + m + b"\n" for m in messages)


def import_mail(folder: Path, content: bytes, name: str = "mail.mbox") -> ImportBatch:
    path = folder / name
    path.write_bytes(content)
    seller = a_seller("mira", time_zone="Europe/Berlin") if not Order.objects.exists() else None
    seller = seller or Order.objects.first().seller  # type: ignore[union-attr]
    return import_new_files([NewFile(FileRole.MAIL, name, path)], seller=seller)


@pytest.mark.django_db
def test_messages_about_one_order_become_one_order(tmp_path: Path) -> None:
    batch = import_mail(
        tmp_path, mbox(COMPLETED, NEWSLETTER, START, DELIVERED, CANCELLED, STRANGER)
    )
    assert (batch.state, batch.rows_new, batch.rows_rejected) == (ImportState.DONE, 2, 0)
    order = Order.objects.select_related("gig").get(ref=REF)
    assert order.status == OrderStatus.COMPLETED
    assert order.ordered_at == dt.datetime(2024, 3, 1, 8, 30, tzinfo=dt.UTC)
    # The end of 8 March in Berlin.
    assert order.due_at == dt.datetime(2024, 3, 8, 22, 59, 59, 999999, dt.UTC)
    assert order.delivered_at == dt.datetime(2024, 3, 6, 17, tzinfo=dt.UTC)
    assert order.completed_at == dt.datetime(2024, 3, 9, 10, tzinfo=dt.UTC)
    assert (order.amount, order.currency) == (Decimal(1250), "USD")
    assert order.gig.title == "I will edit your book"
    assert "buyer_one" not in order.buyer_label
    assert order.buyer_key
    gone = Order.objects.get(ref="FO61B2C3D4E6")
    assert (gone.status, gone.get_cancelled_by_display()) == (OrderStatus.CANCELLED, "the client")
    passed, unstarted = batch.notes
    assert passed == "mail.mbox: 4 of 6 messages tell of orders; the others were passed over."
    assert unstarted.startswith("mail.mbox: Of 1 order the first e-mail is not there")
    again = import_mail(tmp_path, mbox(START, COMPLETED, DELIVERED))
    assert (again.rows_new, again.rows_changed, again.rows_unchanged) == (0, 0, 1)


@pytest.mark.django_db
def test_a_single_message_is_read_and_never_replaces_what_a_file_said(tmp_path: Path) -> None:
    mira = a_seller("mira")
    path = tmp_path / "orders.csv"
    path.write_text(orders_file({"order_ref": REF, "amount": "1000", "status": "open"}))
    import_new_files([NewFile(FileRole.ORDERS, path.name, path)], seller=mira)
    for number, message in enumerate((START, COMPLETED)):
        batch = import_mail(tmp_path, message, f"{number}.eml")
        assert batch.rows_changed == 1
    order = Order.objects.select_related("gig").get()
    assert (order.amount, order.gig.ref) == (Decimal(1000), "editing")
    assert order.ordered_at == dt.datetime(2024, 3, 1, 9, tzinfo=dt.UTC)
    assert order.status == OrderStatus.COMPLETED
    assert order.due_at is not None


def test_a_due_day_without_a_year_follows_the_message() -> None:
    late = mail(
        "You've received an order from buyer_two",
        f"Order #{REF} is due Jan 09",
        at="Fri, 22 Dec 2023 09:30:00 +0000",
    )
    (news,) = read_message(late)
    assert news.facts["due_at"] == "2024-01-09"


def test_an_archive_of_thousands_is_read_message_by_message(tmp_path: Path) -> None:
    path = tmp_path / "all.mbox"
    with path.open("wb") as file:
        for number in range(3_000):
            file.write(mbox(START.replace(REF.encode(), b"FO%010X" % number)))
    table = open_table(path)
    chunks = list(table.chunks())
    assert sum(len(chunk.rows) for chunk in chunks) == 3_000
    assert chunks[0].lines[:3] == [1, 2, 3]
    assert table.place_word == "message"


def test_a_mailbox_without_orders_says_what_to_export(tmp_path: Path) -> None:
    path = tmp_path / "other.mbox"
    path.write_bytes(mbox(NEWSLETTER, STRANGER))
    with pytest.raises(FileProblemError, match="None of the 2 messages tells of an order"):
        list(open_table(path).chunks())


@pytest.mark.parametrize(
    "broken",
    [
        START.replace(b"Date: Fri, 01 Mar 2024", b"Date: some day"),
        START.replace(b"utf-8", b"klingon"),
        START.replace(b"Subject: ", b"Subject: =?utf-8?b?////?= "),
        START[: len(START) // 2],
        b"From: noreply@e.fiverr.com\nDate: Fri, 01 Mar 2024 09:30:00 +0100\n\n\xff\xfe"
        + REF.encode(),
        b"",
    ],
)
def test_a_broken_message_is_no_error(broken: bytes) -> None:
    assert len(read_message(broken)) <= 1
