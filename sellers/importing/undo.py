"""Take an import back: facts, log and provenance as if it had never been.

What only this import brought goes; what it changed has its earlier value again, unless a later
import said so too; what later imports brought as well stays, as they have it. One transaction,
and :func:`undo_preview` is the same transaction rolled back.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from django.db import connection, transaction
from django.db.models import F, Value

from sellers.changes import facts_changed
from sellers.importing.deletion import delete_rows
from sellers.importing.history import Logged, execute
from sellers.importing.merge_inquiries import INQUIRY_LOG
from sellers.importing.merge_observations import OBSERVATION_LOG
from sellers.importing.merge_orders import ORDER_LOG
from sellers.importing.merge_reviews import REVIEW_LOG, WAITING_LOG
from sellers.importing.merge_sellers import GIG_LOG
from sellers.importing.outcome import EFFECT_COLUMNS
from sellers.importing.planner import analyze_believed_empty
from sellers.importing.standings import (
    FIRST_SELLERS,
    SellerShift,
    handles_of,
    shifts,
    standings_of,
)
from sellers.importing.undo_sql import (
    DROPPED_BACK,
    FORGET_DROPPED,
    GIGS_IN_USE,
    HAND_EDITED,
    LOG_OF_REVIEWS_BACK,
    MOVE_JOINED,
    PASS_ON_SELLERS,
    REVIEWS_BACK_TO_WAITING,
    SELLERS_OF_BATCH,
    SELLERS_UNUSED,
    UNDO_CURRENCY,
    WAITING_AGAIN,
)
from sellers.importing.unwinding import Unwound, unwind
from sellers.models import (
    Gig,
    ImportBatch,
    ImportEffect,
    ImportRawBlock,
    ImportState,
    Inquiry,
    Observation,
    Order,
    Review,
    Seller,
    User,
    WaitingReview,
)

#: What an undo goes through, in words; it tells when it enters each.
UNDO_STEPS = (
    "looking for its sellers",
    "reviews",
    "orders",
    "first messages",
    "observations",
    "gigs and sellers",
    "finishing",
)
Enter = Callable[[str], None]


class CannotUndoError(Exception):
    """The import cannot be taken back; the text says why."""


class UndoStoppedError(Exception):
    """Somebody asked to stop the undo before it was done."""


@dataclass(frozen=True, slots=True)
class TableUndo:
    """One kind of facts: how many rows go, stay, and have their earlier values again."""

    words: str
    removed: int
    kept: int
    restored: int


@dataclass(frozen=True, slots=True)
class UndoEffect:
    """What taking an import back does.

    Attributes
    ----------
    tables : orders, reviews, reviews that wait, gigs, in this order
    sellers_removed : sellers that only this import had brought
    waiting_again : reviews whose order goes, so that they wait for it again
    hand_edited : orders among these that somebody corrected by hand since; that goes too
    later : rows that later imports spoke of too, by import
    shifts : what it does to the scores, in a preview; of very many sellers those with most rows
    """

    tables: tuple[TableUndo, ...]
    sellers_removed: int
    waiting_again: int
    hand_edited: int
    later: dict[int, int]
    sellers: tuple[int, ...]
    shifts: tuple[SellerShift, ...] = field(default=())


def undo_batch(
    *,
    batch_id: int,
    now: dt.datetime,
    undone_by: User | None = None,
    enter: Enter = lambda _step: None,
) -> UndoEffect | None:
    """Take an import back; None where that was done already.

    Parameters
    ----------
    enter : called with each of :data:`UNDO_STEPS` when it begins; may raise to stop

    Raises
    ------
    CannotUndoError
        If nothing was imported, or what it did is not in the log.
    UndoStoppedError
        If somebody asked for that meanwhile.
    """
    analyze_believed_empty()
    with transaction.atomic():
        batch = _held(batch_id)
        if batch.state == ImportState.UNDONE:
            return None
        _check(batch)
        effect = _take_back(batch, enter)
        left = Seller.objects.filter(pk__in=effect.sellers)
        facts_changed(seller_ids=left.values_list("pk", flat=True), reason=f"undo {batch.pk}")
        ImportRawBlock.objects.filter(file__batch=batch).delete()
        enter("finishing")
        if not _last_word(batch):
            transaction.set_rollback(True)
            return None
        batch.state, batch.stage, batch.message = ImportState.UNDONE, "", ""
        batch.undone_at = batch.seen_at = now
        fields = ["state", "stage", "message", "undone_at", "seen_at"]
        if undone_by is not None:
            batch.undone_by = undone_by
            fields.append("undone_by")
        batch.save(update_fields=fields)
    return effect


def _held(batch_id: int) -> ImportBatch:
    """The batch, which nobody may delete or prune now; how far it is can still be told."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT FROM sellers_importbatch WHERE id = %s FOR KEY SHARE",
            [batch_id],
        )
    return ImportBatch.objects.get(pk=batch_id)


def _last_word(batch: ImportBatch) -> bool:
    """From here to the end of the transaction nobody can stop it; False: it is undone already."""
    now = ImportBatch.objects.select_for_update(no_key=True).get(pk=batch.pk)
    if now.cancel_requested_at is not None:
        raise UndoStoppedError
    return now.state != ImportState.UNDONE


def undo_preview(*, batch: ImportBatch, now: dt.datetime) -> UndoEffect:
    """What :func:`undo_batch` would do, by doing it in a transaction that is rolled back."""
    analyze_believed_empty()
    with transaction.atomic():
        batch = ImportBatch.objects.select_for_update().get(pk=batch.pk)
        _check(batch)
        sellers = _sellers(batch)
        handles = handles_of(sellers)
        shown = _most_touched(batch, sellers)
        before = standings_of(seller_ids=shown, now=now, may_be_stored=True)
        effect = _take_back(batch, lambda _step: None)
        after = standings_of(seller_ids=shown, now=now, may_be_stored=False)
        transaction.set_rollback(True)
    return replace(effect, shifts=shifts(before, after, handles))


def _most_touched(batch: ImportBatch, sellers: Sequence[int]) -> list[int]:
    """The sellers whose scores are worked out: those of whom the import changed most."""
    columns = (name for name in EFFECT_COLUMNS if name not in ("seller_id", "is_new"))
    rows = dict(
        ImportEffect.objects.filter(batch=batch)
        .annotate(rows=sum(map(F, columns), start=Value(0)))
        .values_list("seller_id", "rows")
    )
    return sorted(sellers, key=lambda pk: (-rows.get(pk, 0), pk))[:FIRST_SELLERS]


def why_not_undoable(batch: ImportBatch) -> str:
    """Why an import cannot be taken back, in words; empty where it can."""
    if batch.state == ImportState.UNDONE:
        return "This import has been undone already."
    if batch.state not in (ImportState.DONE, ImportState.UNDOING):
        return "Nothing of this import was saved, so there is nothing to undo."
    if not batch.is_logged:
        return (
            "What this import changed is not in the log (it is older than the log, or its "
            "entries were removed), so it cannot be undone."
        )
    return ""


def _check(batch: ImportBatch) -> None:
    if reason := why_not_undoable(batch):
        raise CannotUndoError(reason)


def _take_back(batch: ImportBatch, enter: Enter) -> UndoEffect:
    """All of it, in the caller's transaction."""
    place = {"batch": batch.pk}
    with _temporary_tables():
        enter("looking for its sellers")
        sellers = _sellers(batch)
        enter("reviews")
        execute(HAND_EDITED, place)
        tables: dict[str, Unwound] = {}
        for words, logged, model in (
            ("reviews", REVIEW_LOG, Review),
            ("reviews waiting for their order", WAITING_LOG, WaitingReview),
        ):
            tables[words] = unwind(logged, batch.pk, removed=_removed(logged))
            delete_rows(model, _removed(logged))
        execute(FORGET_DROPPED, place)
        enter("orders")
        tables["orders"] = unwind(ORDER_LOG, batch.pk, removed=_removed(ORDER_LOG))
        waiting_again = _free_reviews(place)
        delete_rows(Order, _removed(ORDER_LOG))
        execute(MOVE_JOINED, place)
        waiting_again += execute(DROPPED_BACK, place)
        enter("first messages")
        tables["first messages"] = unwind(INQUIRY_LOG, batch.pk, removed=_removed(INQUIRY_LOG))
        delete_rows(Inquiry, _removed(INQUIRY_LOG))
        enter("observations")
        removed = _removed(OBSERVATION_LOG)
        tables["observations"] = unwind(OBSERVATION_LOG, batch.pk, removed=removed)
        delete_rows(Observation, removed)
        enter("gigs and sellers")
        tables["gigs"] = unwind(GIG_LOG, batch.pk, removed=_removed(GIG_LOG))
        execute(GIGS_IN_USE)
        delete_rows(Gig, _removed(GIG_LOG))
        gone = _sellers_back(place)
        hand_edited = _count("SELECT count(*) FROM hand_edited")
    return UndoEffect(
        tables=tuple(_table(words, tables[words]) for words in _SHOWN_TABLES),
        sellers_removed=gone,
        waiting_again=waiting_again,
        hand_edited=hand_edited,
        later=_later(tables.values()),
        sellers=tuple(sellers),
    )


#: Kinds of facts in the order in which they are shown.
_SHOWN_TABLES = (
    "orders",
    "reviews",
    "reviews waiting for their order",
    "gigs",
    "first messages",
    "observations",
)


def _table(words: str, found: Unwound) -> TableUndo:
    return TableUndo(words, found.removed, found.kept, found.restored)


def _later(tables: Iterable[Unwound]) -> dict[int, int]:
    """Rows that later imports spoke of too, by import."""
    later: Counter[int] = Counter()
    for found in tables:
        later.update(found.later)
    return dict(sorted(later.items()))


def _sellers(batch: ImportBatch) -> Sequence[int]:
    """Lock the sellers whose facts this import touched, in the order of their ids."""
    with connection.cursor() as cursor:
        cursor.execute(SELLERS_OF_BATCH, {"batch": batch.pk})
        return [row[0] for row in cursor.fetchall()]


def _free_reviews(place: dict[str, int]) -> int:
    """Reviews that others brought to orders that go: they wait for them again."""
    execute(REVIEWS_BACK_TO_WAITING)
    count = execute(WAITING_AGAIN)
    if count:
        execute(LOG_OF_REVIEWS_BACK)
        delete_rows(Review, "waiting_again")
    return count


def _sellers_back(place: dict[str, int]) -> int:
    execute(UNDO_CURRENCY, place)
    execute(SELLERS_UNUSED, place)
    gone = delete_rows(Seller, "removed_sellers")
    execute(PASS_ON_SELLERS, place)
    return gone


def _removed(logged: Logged) -> str:
    return f"removed_{logged.table}"


_TEMPORARY = (
    *(
        _removed(log)
        for log in (ORDER_LOG, REVIEW_LOG, WAITING_LOG, GIG_LOG, INQUIRY_LOG, OBSERVATION_LOG)
    ),
    *("unwound", "restated", "remerged", "hand_edited", "waiting_again", "removed_sellers"),
)


@contextmanager
def _temporary_tables() -> Iterator[None]:
    """Names that are free before and after, also where one transaction does it twice."""
    drop = f"DROP TABLE IF EXISTS {', '.join(f'pg_temp.{name}' for name in _TEMPORARY)}"
    with connection.cursor() as cursor:
        cursor.execute(drop)
    yield
    with connection.cursor() as cursor:
        cursor.execute(drop)


def _count(query: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(query)
        return int(cursor.fetchone()[0])
