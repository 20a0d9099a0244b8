"""Take an import back: facts, log and provenance as if it had never been.

What only this import brought goes; what it changed has its earlier value again, unless a later
import said so too; what later imports brought as well stays, as they have it. One transaction.
What it would do is found out beforehand by the same statements, on copies
(:mod:`sellers.importing.undo_trial`).
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from django.db import connection, models, transaction

from sellers.changes import facts_changed
from sellers.importing.deletion import delete_rows
from sellers.importing.history import Logged, execute
from sellers.importing.merge_inquiries import INQUIRY_LOG
from sellers.importing.merge_observations import OBSERVATION_LOG
from sellers.importing.merge_orders import ORDER_LOG
from sellers.importing.merge_reviews import REVIEW_LOG, WAITING_LOG
from sellers.importing.merge_sellers import GIG_LOG
from sellers.importing.planner import analyze_believed_empty
from sellers.importing.undo_ground import moved_since
from sellers.importing.undo_sql import (
    DROPPED_BACK,
    FORGET_DROPPED,
    GIGS_IN_USE,
    HAND_EDITED,
    LOG_OF_REVIEWS_BACK,
    LOGS,
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
    ImportRawBlock,
    ImportState,
    ImportUndoPreview,
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
Delete = Callable[[type[models.Model], str], int]


NOT_LOGGED = (
    "What this import changed is not in the log (it is older than the log, or its entries were "
    "removed), so it cannot be undone."
)


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
    tables : kinds of facts, in the order in which they are shown
    sellers_removed : sellers that only this import had brought
    waiting_again : reviews whose order goes, so that they wait for it again
    hand_edited : orders among these that somebody corrected by hand since; that goes too
    later : rows that later imports spoke of too, by import
    """

    tables: tuple[TableUndo, ...]
    sellers_removed: int
    waiting_again: int
    hand_edited: int
    later: dict[int, int]
    sellers: tuple[int, ...]


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
        effect = take_out(
            batch, enter=enter, delete=delete_rows, locked=lambda _ids: _note_moved_facts(batch)
        )
        left = Seller.objects.filter(pk__in=effect.sellers)
        facts_changed(seller_ids=left.values_list("pk", flat=True), reason=f"undo {batch.pk}")
        ImportRawBlock.objects.filter(file__batch=batch).delete()
        enter("finishing")
        if not _last_word(batch):
            transaction.set_rollback(True)
            return None
        batch.state, batch.stage, batch.message = ImportState.UNDONE, "", ""
        batch.undone_at = batch.seen_at = now
        ImportUndoPreview.objects.filter(batch=batch).delete()
        fields = ["state", "stage", "message", "notes", "undone_at", "seen_at"]
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


def _note_moved_facts(batch: ImportBatch) -> None:
    """Say so where the undo was decided upon by a preview that is not true any more."""
    preview = ImportUndoPreview.objects.filter(batch=batch, problem="").first()
    if preview is not None and (reason := moved_since(preview)):
        batch.notes.append(
            f"After the preview of the undo, {reason}, so that the undo may have done something "
            "else than was shown."
        )


def why_not_undoable(batch: ImportBatch) -> str:
    """Why an import cannot be taken back, in words; empty where it can."""
    if batch.state == ImportState.UNDONE:
        return "This import has been undone already."
    if batch.state == ImportState.UNDO_TRIAL:
        return "What an undo would do is being worked out. Wait for that, or cancel it first."
    if batch.state not in ImportState.saved():
        return "Nothing of this import was saved, so there is nothing to undo."
    return "" if batch.is_logged else NOT_LOGGED


def _check(batch: ImportBatch) -> None:
    if reason := why_not_undoable(batch):
        raise CannotUndoError(reason)


def take_out(
    batch: ImportBatch,
    *,
    enter: Enter,
    delete: Delete,
    locked: Callable[[Sequence[int]], None],
) -> UndoEffect:
    """All of it, in the caller's transaction.

    Parameters
    ----------
    delete : deletes rows of a table, by the name of a temporary table of their ids
    locked : called with the sellers once nobody else can write to them, before anything is changed
    """
    place = {"batch": batch.pk}
    with _temporary_tables():
        enter("looking for its sellers")
        sellers = _sellers(batch)
        locked(sellers)
        enter("reviews")
        execute(HAND_EDITED, place)
        tables: dict[str, Unwound] = {}
        for words, logged, model in (
            ("reviews", REVIEW_LOG, Review),
            ("reviews waiting for their order", WAITING_LOG, WaitingReview),
        ):
            tables[words] = unwind(logged, batch.pk, removed=_removed(logged))
            delete(model, _removed(logged))
        execute(FORGET_DROPPED, place)
        enter("orders")
        tables["orders"] = unwind(ORDER_LOG, batch.pk, removed=_removed(ORDER_LOG))
        waiting_again = _free_reviews(delete)
        delete(Order, _removed(ORDER_LOG))
        execute(MOVE_JOINED, place)
        waiting_again += execute(DROPPED_BACK, place)
        enter("first messages")
        tables["first messages"] = unwind(INQUIRY_LOG, batch.pk, removed=_removed(INQUIRY_LOG))
        delete(Inquiry, _removed(INQUIRY_LOG))
        enter("observations")
        removed = _removed(OBSERVATION_LOG)
        tables["observations"] = unwind(OBSERVATION_LOG, batch.pk, removed=removed)
        delete(Observation, removed)
        enter("gigs and sellers")
        tables["gigs"] = unwind(GIG_LOG, batch.pk, removed=_removed(GIG_LOG))
        execute(GIGS_IN_USE)
        delete(Gig, _removed(GIG_LOG))
        gone = _sellers_back(place, delete)
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


def _free_reviews(delete: Delete) -> int:
    """Reviews that others brought to orders that go: they wait for them again."""
    execute(REVIEWS_BACK_TO_WAITING)
    count = execute(WAITING_AGAIN)
    if count:
        execute(LOG_OF_REVIEWS_BACK)
        delete(Review, "waiting_again")
    return count


def _sellers_back(place: dict[str, int], delete: Delete) -> int:
    execute(UNDO_CURRENCY, place)
    execute(SELLERS_UNUSED, place)
    gone = delete(Seller, "removed_sellers")
    execute(PASS_ON_SELLERS, place)
    return gone


def _removed(logged: Logged) -> str:
    return f"removed_{logged.table}"


_TEMPORARY = (
    *map(_removed, LOGS),
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
