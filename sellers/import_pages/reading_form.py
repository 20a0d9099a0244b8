"""How a file is read as a whole: what it holds, which recipe, which other files it looks up."""

from __future__ import annotations

from collections.abc import Mapping as MappingOf
from collections.abc import Sequence
from typing import Any

from django import forms

from sellers.importing.mapping.model import Join, Mapping
from sellers.importing.mapping.presets import presets
from sellers.models import FileRole, ImportMapping

#: Other files that one file may look up.
MOST_JOINS = 4
_ROLES = (
    FileRole.ORDERS,
    FileRole.MIXED,
    FileRole.REVIEWS,
    FileRole.GIGS,
    FileRole.INQUIRIES,
    FileRole.OBSERVATIONS,
    FileRole.TABLE,
)


class ReadingForm(forms.Form):
    """``others`` are the columns of the other files of the import, by file name."""

    sheet = forms.ChoiceField(label="Sheet of the workbook")
    recipe = forms.ChoiceField(label="Read it like", required=False)
    role = forms.ChoiceField(label="The file holds")
    gathers = forms.BooleanField(
        label="Bring rows of one order together, and add up their prices", required=False
    )

    def __init__(
        self,
        data: MappingOf[str, Any] | None = None,
        *,
        role: FileRole,
        mapping: Mapping | None,
        names: Sequence[str],
        others: MappingOf[str, Sequence[str]],
        saved: Sequence[ImportMapping],
        sheets: Sequence[str] = (),
        sheet: str = "",
    ) -> None:
        super().__init__(data, auto_id="id_%s")
        self.others = others
        #: Sheets of the workbook that are not read.
        self.other_sheets = [name for name in sheets if name != sheet] if sheet else []
        if self.other_sheets:
            self._choose("sheet", [(name, name) for name in sheets], sheet)
        else:
            del self.fields["sheet"]
        roles = [*_ROLES, *(() if role in _ROLES else (role,))]
        self._choose("role", [(r.value, r.label) for r in roles], role.value)
        self._choose("recipe", _recipes(saved), "")
        self.fields["gathers"].initial = bool(mapping and mapping.gathers)
        joins = mapping.joins if mapping else ()
        self.join_count = min(len(joins) + 1, MOST_JOINS) if others and mapping else 0
        for number in range(self.join_count):
            self._add_join(number, joins[number] if number < len(joins) else None, names)

    def _choose(self, name: str, choices: Any, initial: str) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - declared above
        field.choices, field.initial = choices, initial

    def _add_join(self, number: int, join: Join | None, names: Sequence[str]) -> None:
        files = [("", "no other file"), *((name, name) for name in self.others)]
        keys = [
            (f"{name}:{key}", f"{name}: {key}") for name, of in self.others.items() for key in of
        ]
        own = [("", "choose a column"), *((name, name) for name in dict.fromkeys(names) if name)]
        for part, label, choices, initial in (
            ("file", "Look rows up in", files, join.file if join else ""),
            ("on", "where this column", own, join.on if join else ""),
            (
                "key",
                "is the same as",
                [("", "choose a column"), *keys],
                f"{join.file}:{join.key}" if join else "",
            ),
        ):
            self.fields[f"j{number}.{part}"] = forms.ChoiceField(
                label=label, choices=choices, required=False, initial=initial
            )

    def join_rows(self) -> list[list[forms.BoundField]]:
        """The fields of each other file that is looked up."""
        return [
            [self[f"j{number}.{part}"] for part in ("file", "on", "key")]
            for number in range(self.join_count)
        ]

    def joins(self) -> tuple[Join, ...]:
        """The joins that are complete; one that is not yet is left for the next answer."""
        found = []
        for number in range(self.join_count):
            file, on, key = (
                self.cleaned_data.get(f"j{number}.{part}", "") for part in ("file", "on", "key")
            )
            named, _, column = key.partition(":")
            if file and on and column and named == file:
                found.append(Join(file, on, column))
        return tuple(found)


def _recipes(saved: Sequence[ImportMapping]) -> list[tuple[str, object]]:
    recipes: list[tuple[str, object]] = [("", "as it says below"), ("guess", "guess once more")]
    if saved:
        mine = [(f"saved:{one.pk}", one.name) for one in saved]
        recipes.append(("Saved mappings", mine))
    recipes.append(("Presets", [(f"preset:{p.key}", p.name) for p in presets().values()]))
    return recipes
