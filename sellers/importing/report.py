"""What a person reads about an import: counts in words, rejected rows, state of the workers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from celery import current_app
from django.core.cache import cache
from django.db.models import F

from sellers.models import ImportBatch
from sellers.spreadsheets import neutralised

#: Fields that add up to the rows read, with what they are called and what they mean.
COUNTS = (
    ("rows_new", "new", "orders and reviews that were not known before"),
    ("rows_changed", "changed", "a known order or review now says more, or something else"),
    ("rows_unchanged", "unchanged", "nothing that was not known, or a repetition within the files"),
    ("rows_waiting", "waiting", "reviews whose order is not known yet; they join it when it comes"),
    ("rows_no_review", "no review", "rows that say that the buyer left no review (0 stars)"),
    ("rows_rejected", "rejected", "rows with a mistake; nothing of them was saved"),
    ("rows_left_out", "left out", "rows that you chose not to import"),
)
REJECTED_COLUMNS = ("file", "line", "column", "value", "reason", "fix")
_WORKERS_KEY, _WORKERS_SECONDS = "sellers:workers-listen", 10


@dataclass(frozen=True, slots=True)
class Count:
    words: str
    meaning: str
    rows: int


def counts_of(batch: ImportBatch) -> list[Count]:
    return [Count(words, meaning, getattr(batch, field)) for field, words, meaning in COUNTS]


def rejected_rows(*, batch: ImportBatch) -> Iterator[list[str]]:
    """The rejected rows as a table with a header, safe to open in a spreadsheet."""
    yield list(REJECTED_COLUMNS)
    fields = ("file__name", "line", "column", "value", "reason", "fix")
    rows = batch.rejections.order_by("file", "line", "id").values_list(*fields)
    for row in rows.iterator(chunk_size=2000):
        yield [neutralised(str(cell)) for cell in row]


def late_rejections(batch: ImportBatch) -> int:
    """Reviews of earlier imports that could not join their order; no rows of this one."""
    return batch.rejections.exclude(file__batch=F("batch")).count()


def workers_listen() -> bool:
    """Whether any worker answers; asked at most every ten seconds."""
    known: bool | None = cache.get(_WORKERS_KEY)
    if known is not None:
        return known
    try:
        listen = bool(current_app.control.ping(timeout=0.5, limit=1))
    except OSError:  # the broker cannot be reached
        listen = False
    cache.set(_WORKERS_KEY, listen, _WORKERS_SECONDS)
    return listen
