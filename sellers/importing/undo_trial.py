"""What taking an import back would do: the very undo, tried on copies.

Everything that is known of the sellers that the import touched is copied, and the entries of the
log about its rows (:mod:`sellers.importing.copies`); the statements of
:mod:`sellers.importing.undo` then run on the copies, which end with the transaction. No real row is
written or locked.

The answer is JSON, stored with the batch (:class:`sellers.models.ImportUndoPreview`)::

    {"tables": [{"words": "orders", "removed": 3, "kept": 1, "restored": 0}, …],
     "sellers_removed": 0, "waiting_again": 0, "hand_edited": 0,
     "later": {"12": 4},                   rows that later imports spoke of too, by import
     "sellers": [SellerShift.as_json(), …], "sellers_worked_out": 3, …}

What it says of sellers is as in the preview of an import (:mod:`sellers.importing.preview`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import F, Value
from psycopg.sql import SQL

from sellers.importing.copies import COPIED, put_copies_in_front
from sellers.importing.deletion import delete_rows
from sellers.importing.history import execute
from sellers.importing.outcome import EFFECT_COLUMNS
from sellers.importing.planner import analyze_believed_empty
from sellers.importing.preview import sellers_part
from sellers.importing.standings import (
    FIRST_SELLERS,
    Standings,
    handles_of,
    shifts,
    standings_of,
)
from sellers.importing.undo import (
    NOT_LOGGED,
    UNDO_STEPS,
    CannotUndoError,
    Enter,
    UndoEffect,
    take_out,
)
from sellers.importing.undo_ground import ground_of
from sellers.importing.undo_sql import FIND_TOUCHED, entries_about
from sellers.models import ImportBatch, ImportEffect, Seller

_COPY, _BEFORE, _AFTER = "copying what is known", "scores as they are", "scores afterwards"
#: What a trial goes through, in words; it tells when it enters each.
TRIAL_STEPS = (_COPY, UNDO_STEPS[0], _BEFORE, *UNDO_STEPS[1:-1], _AFTER)

#: With more known orders of its sellers than this, an undo is not tried beforehand. Unlike the
#: preview of an import, it is never tried on the tables themselves: it would hold up everybody.
MOST_TRIED = 2_000_000
TOO_MUCH = (
    "So many orders are known of its sellers that this cannot be worked out beforehand. What later "
    "imports brought as well would stay, what they did not bring would go, and the scores would be "
    "worked out afterwards."
)


class TooMuchError(Exception):
    """More is known of the sellers than can be copied; the text says so."""


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What an undo would do, as JSON, and what that was worked out from."""

    effect: dict[str, Any]
    ground: dict[str, Any]


def try_undo(*, batch_id: int, now: dt.datetime, enter: Enter = lambda _step: None) -> Foreseen:
    """What :func:`sellers.importing.undo.undo_batch` would do, found out by doing it on copies.

    Parameters
    ----------
    enter : called with each of :data:`TRIAL_STEPS` when it begins; may raise to stop

    Raises
    ------
    CannotUndoError
        If what the import did is not in the log.
    TooMuchError
        If more is known of its sellers than can be copied.
    """
    analyze_believed_empty()
    ground = ground_of(batch_id)
    with transaction.atomic():
        batch = ImportBatch.objects.get(pk=batch_id)
        if not batch.is_logged:
            raise CannotUndoError(NOT_LOGGED)
        enter(_COPY)
        execute(FIND_TOUCHED, {"batch": batch_id})
        log = f"id IN ({entries_about(batch_id, schema='{schema}.')})"
        if not put_copies_in_front(log=log, most=MOST_TRIED):
            raise TooMuchError(TOO_MUCH)
        # Serves the look whether a seller has any order left.
        execute(SQL("CREATE INDEX ON pg_temp.sellers_order (seller_id)"))
        trial = _Trial(batch, now, enter)
        effect = trial.run()
        transaction.set_rollback(True)
    return Foreseen(effect, {"revisions": trial.revisions, **ground})


class _Trial:
    """The undo on copies, with a look at the sellers before and after."""

    def __init__(self, batch: ImportBatch, now: dt.datetime, enter: Enter) -> None:
        self.batch, self.now, self.enter = batch, now, enter
        self.revisions: dict[int, int] = {}
        self.handles: dict[int, str] = {}
        self.before: Standings = {}

    def run(self) -> dict[str, Any]:
        effect = take_out(
            self.batch,
            enter=self.enter,
            delete=partial(delete_rows, within=COPIED),
            locked=self._look_before,
        )
        self.enter(_AFTER)
        after = standings_of(seller_ids=list(self.before), now=self.now, may_be_stored=False)
        moved = shifts(self.before, after, self.handles)
        return facts_part(effect) | sellers_part(moved, len(effect.sellers))

    def _look_before(self, sellers: Sequence[int]) -> None:
        self.enter(_BEFORE)
        # Of the copies, so that they are of the moment at which the facts were copied.
        self.revisions = dict(Seller.objects.filter(pk__in=sellers).values_list("pk", "revision"))
        chosen = _most_touched(self.batch, sellers)
        self.handles = handles_of(chosen)
        self.before = standings_of(seller_ids=chosen, now=self.now, may_be_stored=True)


def _most_touched(batch: ImportBatch, sellers: Sequence[int]) -> list[int]:
    """The sellers whose scores are worked out: those of whom the import changed most."""
    columns = (name for name in EFFECT_COLUMNS if name not in ("seller_id", "is_new"))
    rows = dict(
        ImportEffect.objects.filter(batch=batch)
        .annotate(rows=sum(map(F, columns), start=Value(0)))
        .values_list("seller_id", "rows")
    )
    return sorted(sellers, key=lambda pk: (-rows.get(pk, 0), pk))[:FIRST_SELLERS]


def facts_part(effect: UndoEffect) -> dict[str, Any]:
    """What becomes of the facts."""
    return {
        "tables": [asdict(table) for table in effect.tables],
        "sellers_removed": effect.sellers_removed,
        "waiting_again": effect.waiting_again,
        "hand_edited": effect.hand_edited,
        "later": {str(batch_id): rows for batch_id, rows in effect.later.items()},
    }
