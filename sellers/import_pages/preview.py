"""The stored preview of an import as the page of the effect shows it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils.dateformat import format as format_date
from django.utils.dateparse import parse_datetime

from sellers.import_pages.column_words import column_name
from sellers.import_pages.effect import ChangedRow, Duplicate, Effect, FieldTurn, Tally, TwinRow
from sellers.import_pages.moves import Moves, moves_of
from sellers.importing.report import counts_of
from sellers.importing.standings import SellerShift
from sellers.models import CancelledBy, ImportBatch, OrderStatus

_KINDS = {"waiting": "waiting review"}
_CHOICES: Mapping[str, type[OrderStatus | CancelledBy]] = {
    "status": OrderStatus,
    "cancelled_by": CancelledBy,
}

_ALWAYS = ("new", "changed", "unchanged", "rejected")


def effect_of(batch: ImportBatch) -> Effect:
    """What the import would do; the batch must have its preview."""
    found = batch.preview.effect
    files = {file.pk: file.name for file in batch.files.all()}
    rows = found["rows"]
    return Effect(
        rows=batch.rows_done,
        tallies=tallies_of(batch),
        moves=stored_moves(found),
        changed=tuple(_changed(row, files) for row in found["changed"]),
        changed_count=rows["rows_changed"],
        duplicates=tuple(_duplicate(one, files) for one in found["duplicates"]),
        duplicates_count=found["duplicates_count"],
        notes=tuple(batch.notes),
        news=rows["rows_new"] + rows["rows_changed"] + rows["rows_waiting"],
    )


def tallies_of(batch: ImportBatch) -> tuple[Tally, ...]:
    """Rows by outcome; outcomes that are rare are named where there are any."""
    check = reverse("sellers:import_check", args=[batch.pk])
    links = {"rejected": check}
    return tuple(
        Tally(count.words, count.meaning, count.rows, links.get(count.words, "") * bool(count.rows))
        for count in counts_of(batch)
        if count.rows or count.words in _ALWAYS
    )


def stored_moves(found: Mapping[str, Any]) -> Moves:
    """What becomes of the sellers.

    Counts that an older preview does not hold are those of the sellers that it does.
    """
    shifts = [_shift(one) for one in found.get("sellers", ())]
    return moves_of(
        sellers=found.get("sellers_count", len(shifts)),
        worked_out=found.get("sellers_worked_out", len(shifts)),
        moving=found.get("sellers_moving", sum(shift.moves for shift in shifts)),
        displayed=found.get("sellers_displayed", sum(shift.moves_display for shift in shifts)),
        shifts=shifts,
    )


def _shift(one: Mapping[str, Any]) -> SellerShift:
    return SellerShift(one["seller_id"], one["handle"], one["before"], one["after"])


def _changed(row: Mapping[str, Any], files: Mapping[int, str]) -> ChangedRow:
    kind = row["kind"]
    about_order = kind in ("order", "review")
    return ChangedRow(
        kind=_KINDS.get(kind, kind),
        ref=row["ref"],
        seller=row["seller"],
        url=reverse("sellers:order", args=[row["seller_id"], row["ref"]]) if about_order else "",
        where=_place(row, files),
        fields=tuple(
            FieldTurn(column_name(name), fact_words(name, before), fact_words(name, after))
            for name, (before, after) in row["fields"].items()
        ),
    )


def _duplicate(one: Mapping[str, Any], files: Mapping[int, str]) -> Duplicate:
    return Duplicate(
        kind=one["kind"],
        ref=one["ref"],
        seller=one["seller"],
        verdict="The rows say the same." if one["same"] else _differing(one["differing"]),
        rows=tuple(
            TwinRow(
                value=f"{row['file_id']}:{row['line']}",
                where=_place(row, files),
                says=", ".join(
                    f"{column_name(name)} {fact_words(name, value) or 'unknown'}"
                    for name, value in row["says"].items()
                ),
                left_out=row["left_out"],
            )
            for row in one["rows"]
        ),
    )


def _differing(names: list[str]) -> str:
    listed = ", ".join(column_name(name) for name in names)
    return f"They differ: {listed}. They are laid over each other, the more advanced one on top."


def _place(row: Mapping[str, Any], files: Mapping[int, str]) -> str:
    name = files.get(row["file_id"] or 0, "")
    return f"{name}, line {row['line']:,}" if name and row["line"] else name


def fact_words(name: str, value: Any, zone: dt.tzinfo = dt.UTC) -> str:
    """A stored fact as a person reads it; "" is unknown. Times are those of ``zone``."""
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if name in _CHOICES and str(value).isdecimal():
        return str(_CHOICES[name](int(value)).label)
    if name.endswith("_at"):
        at = parse_datetime(str(value))
        return format_date(at.astimezone(zone), "j M Y, H:i") if at else str(value)
    if name == "amount":
        return f"{Decimal(str(value)):,.2f}"
    return f"{value:g}" if isinstance(value, float) else str(value)
