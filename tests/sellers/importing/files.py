"""Small files and whole imports for the tests of importing."""

from __future__ import annotations

import csv
import io
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.db import connection, transaction
from django.db.models import Model

from sellers.importing.batches import NewFile, create_batch
from sellers.importing.run import run_batch
from sellers.models import (
    ExchangeRate,
    FileRole,
    Gig,
    ImportBatch,
    Inquiry,
    Observation,
    Order,
    Review,
    Seller,
    WaitingReview,
)

Row = Mapping[str, object]

ORDER: dict[str, object] = {
    "seller": "mira",
    "gig": "editing",
    "order_ref": "FO1",
    "ordered_at": "2024-03-01T09:00:00Z",
    "status": "completed",
    "currency": "USD",
}
REVIEW: dict[str, object] = {
    "seller": "mira",
    "order_ref": "FO1",
    "posted_at": "2024-03-09",
    "stars": "5",
}


def text_of(rows: Sequence[Row]) -> str:
    """Rows as a CSV file; columns are those of all rows."""
    columns = list(dict.fromkeys(name for row in rows for name in row))
    out = io.StringIO()
    writer = csv.DictWriter(out, columns, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def orders_file(*rows: Row) -> str:
    """A file of orders; what a row does not say is as in ``ORDER``."""
    return text_of([{**ORDER, **row} for row in rows])


def reviews_file(*rows: Row) -> str:
    return text_of([{**REVIEW, **row} for row in rows])


def import_files(
    folder: Path,
    orders: Sequence[str | bytes] = (),
    reviews: Sequence[str | bytes] = (),
    others: Mapping[FileRole, str] | None = None,
    **options: Any,
) -> ImportBatch:
    """Import files of these contents, as the command does."""
    ExchangeRate.objects.get_or_create(
        currency="EUR", day="2016-01-01", defaults={"usd_per_unit": "1.107", "source": "test"}
    )
    files = []
    given = [(FileRole.ORDERS, c) for c in orders] + [(FileRole.REVIEWS, c) for c in reviews]
    given += (others or {}).items()
    for number, (role, content) in enumerate(given):
        path = folder / f"{role.value}-{number}.csv"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        files.append(NewFile(role, path.name, path))
    return import_new_files(files, **options)


def import_new_files(
    files: Sequence[NewFile], *, joined: bool = False, **options: Any
) -> ImportBatch:
    """Import files as they are; ``joined``: one line of a file may become several rows."""
    batch = create_batch(files=files, **{"created_by": None, "seller": None, **options})
    kept = batch.files.order_by("pk")
    paths = {
        file.pk: new.content
        for file, new in zip(kept, files, strict=True)
        if isinstance(new.content, Path)
    }
    done = run_batch(batch_id=batch.pk, paths=paths)
    assert done is not None
    done.refresh_from_db()
    check_counts(done, joined=joined)
    return done


def check_counts(batch: ImportBatch, *, joined: bool = False) -> None:
    """Rows read = the sum of their verdicts; rejected rows are those listed."""
    assert batch.is_final
    if batch.state != "failed":
        assert batch.rows_done == (
            batch.rows_new
            + batch.rows_changed
            + batch.rows_unchanged
            + batch.rows_waiting
            + batch.rows_no_review
            + batch.rows_rejected
            + batch.rows_left_out
        )
        assert batch.rows_done == batch.rows_total
        own = batch.rejections.filter(file__batch=batch)
        lines = own.values("file", "line").distinct().count()
        assert lines <= batch.rows_rejected if joined else lines == batch.rows_rejected


#: Columns that say where a fact came from, not what it is.
PROVENANCE = {
    "id",
    "created_at",
    "changed_at",
    "first_batch_id",
    "last_batch_id",
    "source_file_id",
    "source_line",
    "revision",
}


#: All that imports write.
FACTS: tuple[type[Model], ...] = (
    *(Seller, Gig, Order, Review, WaitingReview),
    *(Inquiry, Observation),
)


def facts() -> dict[str, set[tuple[object, ...]]]:
    """Everything that imports write, without where it came from."""
    sellers = dict(Seller.objects.values_list("pk", "handle"))
    gigs, orders = (
        {pk: (sellers[of], ref) for pk, of, ref in table.values_list("pk", "seller_id", "ref")}
        for table in (Gig.objects.order_by(), Order.objects.order_by())
    )
    names: dict[str, Mapping[int, object]] = {
        "seller_id": sellers,
        "gig_id": gigs,
        "order_id": orders,
    }

    def table(model: type[Model]) -> set[tuple[object, ...]]:
        fields = [f.attname for f in model._meta.concrete_fields if f.attname not in PROVENANCE]
        rows = model._default_manager.values_list(*fields)
        return {
            tuple(names[f].get(v) if f in names else v for f, v in zip(fields, row, strict=True))
            for row in rows
        }

    return {model.__name__: table(model) for model in FACTS}


def reasons(batch: ImportBatch) -> list[tuple[int, str, str]]:
    """Line, column and reason of every rejection."""
    return [(r.line, r.column, r.reason) for r in batch.rejections.order_by("file", "line", "id")]


@contextmanager
def undone() -> Iterator[None]:
    """What happens inside did not happen afterwards."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def by_somebody_else(work: Callable[[], Any]) -> Any:
    """Done on a connection of its own, while the one of the test is in a transaction."""
    found: list[Any] = []

    def done() -> None:
        try:
            found.append(work())
        finally:
            connection.close()

    thread = threading.Thread(target=done)
    thread.start()
    thread.join()
    return found[0]
