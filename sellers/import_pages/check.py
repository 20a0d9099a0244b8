"""The page of the check: rows that cannot be read, grouped by what would mend them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import CharField, Count, F, Func, QuerySet, Value, Window
from django.db.models.functions import Concat, RowNumber
from django.urls import reverse

from sellers.models import ImportBatch, ImportRejection, ImportState

#: Groups and examples of each that the page shows.
SHOWN_REPAIRS, SHOWN_EXAMPLES = 40, 3
_GROUP = ("column", "what", "fix")
_PLACE = Concat("file_id", Value(":"), "line", output_field=CharField())


@dataclass(frozen=True, slots=True)
class Example:
    """One row of a group: where it stands, and what stands there. "" is a blank cell."""

    where: str
    value: str


@dataclass(frozen=True, slots=True)
class Repair:
    """Rows that the same remedy would mend, with the first few of them."""

    reason: str
    fix: str
    column: str
    rows: int
    examples: tuple[Example, ...]
    #: The page of the columns, where another answer may mend all of them; "" where it is too late.
    url: str = ""


@dataclass(frozen=True, slots=True)
class Check:
    """Everything that the page says."""

    rows: int
    rejected: int
    mistakes: int
    repairs: tuple[Repair, ...]
    notes: tuple[str, ...] = ()

    @property
    def accepted(self) -> int:
        return self.rows - self.rejected


def check_of(batch: ImportBatch) -> Check:
    """Rejected rows of a batch by what would mend them, in a fixed number of queries."""
    found = batch.rejections.filter(file__batch=batch).annotate(
        # One remedy mends "“1,5” is not an amount" and "“2,5” is not an amount".
        what=Func("reason", "value", Value("…"), function="REPLACE", output_field=CharField())
    )
    groups = list(
        found.order_by()
        .values(*_GROUP)
        .annotate(rows=Count(_PLACE, distinct=True))
        .order_by("-rows", *_GROUP)[:SHOWN_REPAIRS]
    )
    examples = _examples(found, groups)
    columns, theirs = _columns_url(batch), _their_names(batch)
    return Check(
        rows=batch.rows_done,
        rejected=batch.rows_rejected,
        mistakes=found.count(),
        repairs=tuple(
            _repair(
                group,
                examples.get(_key(group), []),
                columns if group["column"] else "",
                theirs.get(group["column"], group["column"]),
            )
            for group in groups
        ),
        notes=tuple(batch.notes),
    )


def _examples(
    found: QuerySet[ImportRejection], groups: list[dict[str, Any]]
) -> dict[tuple[str, ...], list[Example]]:
    """The first rows of each group."""
    if not groups:
        return {}
    numbered = found.annotate(
        number=Window(
            RowNumber(), partition_by=[F(name) for name in _GROUP], order_by=("file", "line", "id")
        )
    ).filter(number__lte=SHOWN_EXAMPLES)
    shown = {_key(group) for group in groups}
    rows = numbered.order_by("file", "line", "id").values(*_GROUP, "file__name", "line", "value")
    return _by_group(row for row in rows if _key(row) in shown)


def _by_group(rows: Iterable[dict[str, Any]]) -> dict[tuple[str, ...], list[Example]]:
    examples: dict[tuple[str, ...], list[Example]] = {}
    for row in rows:
        where = f"{row['file__name']}, line {row['line']:,}"
        examples.setdefault(_key(row), []).append(Example(where, row["value"]))
    return examples


def _key(row: dict[str, Any]) -> tuple[str, ...]:
    return tuple(row[name] for name in _GROUP)


def _columns_url(batch: ImportBatch) -> str:
    """Where columns can be read otherwise, as long as they can."""
    if batch.state not in ImportState.for_people():
        return ""
    mapped = batch.files.exclude(mapping=None).order_by("pk").first()
    if mapped is None:
        return ""
    return reverse("sellers:import_file_columns", args=[batch.pk, mapped.pk])


def _their_names(batch: ImportBatch) -> dict[str, str]:
    """What the files call our columns: what is found only by comparing facts is about ours."""
    found: dict[str, str] = {}
    for mapping in batch.files.exclude(mapping=None).values_list("mapping", flat=True):
        for columns in (mapping or {}).get("columns", {}).values():
            for ours, how in columns.items():
                if how.get("theirs"):
                    found.setdefault(ours, how["theirs"][0])
    return found


def _repair(group: dict[str, Any], examples: list[Example], url: str, column: str) -> Repair:
    return Repair(
        reason=group["what"],
        fix=group["fix"],
        column=column,
        rows=group["rows"],
        examples=tuple(examples),
        url=url,
    )
