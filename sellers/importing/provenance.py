"""Where an order comes from: the import, file and row that brought it, and every later word."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sellers.importing.merge_orders import ORDER_LOG
from sellers.importing.raw_cells import RawRow, raw_row
from sellers.models import ChangeKind, ImportBatch, ImportChange, ImportFile, Order


class Verdict(StrEnum):
    BROUGHT = "brought"
    CHANGED = "changed"
    CONFIRMED = "confirmed"


@dataclass(frozen=True, slots=True)
class FactTurn:
    """One fact before and after, as JSON has it: times are ISO texts, None is unknown."""

    fact: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class Statement:
    """What one import said about an order.

    Attributes
    ----------
    at : when the import ended
    file, line : the row that said it; None where that is no longer known
    preset : the preset or saved mapping that the file was read with; "" is our own columns
    turns : the facts that it changed
    cells : the row as the file gave it, without names of buyers; None where not kept
    """

    verdict: Verdict
    batch_id: int
    at: dt.datetime | None
    file: ImportFile | None
    line: int | None
    preset: str
    turns: tuple[FactTurn, ...]
    cells: RawRow | None


def statements_about(order: Order) -> list[Statement]:
    """Every import that spoke of an order, oldest first; empty for one entered otherwise."""
    entries = list(
        ImportChange.objects.filter(kind=ChangeKind.ORDER, row_id=order.pk)
        .select_related("batch", "file")
        .order_by("pk")
    )
    found = []
    if order.first_batch_id is not None:
        file_id, line = _first_place(order, entries)
        file = None if file_id is None else ImportFile.objects.filter(pk=file_id).first()
        batch = ImportBatch.objects.get(pk=order.first_batch_id)
        found.append(_statement(Verdict.BROUGHT, batch, file, line, ()))
    after = _facts_now(order)
    turns: list[tuple[FactTurn, ...]] = []
    for entry in reversed(entries):
        before = entry.before or {}
        facts = [fact for fact in ORDER_LOG.facts if fact in before]
        turns.append(tuple(FactTurn(f, _unknown(before[f]), _unknown(after[f])) for f in facts))
        after |= {fact: before[fact] for fact in facts}
    for entry, turned in zip(entries, reversed(turns), strict=True):
        verdict = Verdict.CHANGED if entry.before is not None else Verdict.CONFIRMED
        found.append(_statement(verdict, entry.batch, entry.file, entry.line, turned))
    return found


def _statement(
    verdict: Verdict,
    batch: ImportBatch,
    file: ImportFile | None,
    line: int | None,
    turns: tuple[FactTurn, ...],
) -> Statement:
    return Statement(
        verdict=verdict,
        batch_id=batch.pk,
        at=batch.finished_at,
        file=file,
        line=line,
        preset=file.mapping_name if file else "",
        turns=turns,
        cells=raw_row(file.pk, line) if file and line is not None else None,
    )


def _first_place(order: Order, entries: Sequence[ImportChange]) -> tuple[int | None, int | None]:
    """Where the order stood first: the first change has kept it, else it stands there still."""
    for entry in entries:
        if entry.before is not None:
            return entry.before["source_file_id"], entry.before["source_line"]
    return order.source_file_id, order.source_line


def _facts_now(order: Order) -> dict[str, Any]:
    facts = {fact: getattr(order, fact) for fact in ORDER_LOG.facts if fact != "gig"}
    facts["gig"] = order.gig.ref
    return {fact: _as_json(value) for fact, value in facts.items()}


def _as_json(value: Any) -> Any:
    if isinstance(value, dt.datetime | dt.date):
        return value.isoformat()
    return value if value is None or isinstance(value, str | bool | int) else float(value)


def _unknown(value: Any) -> Any:
    return None if value == "" else value
