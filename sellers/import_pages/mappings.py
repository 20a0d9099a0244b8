"""The list of saved mappings."""

from __future__ import annotations

from dataclasses import dataclass

from sellers.import_forms import MappingNameForm
from sellers.import_pages.column_words import column_name
from sellers.importing.formats import COLUMNS
from sellers.models import ImportMapping, User


@dataclass(frozen=True, slots=True)
class MappingLine:
    """One saved mapping with the form that renames it."""

    mapping: ImportMapping
    #: Columns of ours that it fills.
    fills: str
    form: MappingNameForm


def mapping_lines(user: User, wrong: MappingNameForm | None = None) -> list[MappingLine]:
    """One's mappings, last used first; ``wrong`` is a form that was refused."""
    return [
        MappingLine(
            mapping,
            _fills(mapping),
            wrong if wrong and wrong.mapping.pk == mapping.pk else MappingNameForm(mapping=mapping),
        )
        for mapping in user.import_mappings.order_by("-used_at", "-pk")
    ]


def _fills(mapping: ImportMapping) -> str:
    """Our columns that it fills, in the order of the canonical files."""
    filled = {name for of in mapping.mapping.get("columns", {}).values() for name in of}
    names = dict.fromkeys(column.name for of in COLUMNS.values() for column in of)
    return ", ".join(column_name(name) for name in names if name in filled)
