"""The form of the columns: a mapping as fields, and the fields as a mapping."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping as MappingOf
from collections.abc import Sequence
from typing import Any

from django import forms

from sellers.import_pages.column_words import (
    Key,
    column_name,
    field_name,
    keys_of,
    target_choices,
)
from sellers.importing.columns import is_zone
from sellers.importing.formats import COLUMNS, Kind
from sellers.importing.mapping.model import ColumnMap, Mapping
from sellers.importing.mapping.synonyms import words_of
from sellers.models import FileRole, Platform

#: Columns of ours that one value can stand for in all rows.
CONSTANTS = frozenset(
    {"seller", "platform", "gig", "gig_title", "category", "status", "currency", "time_zone"}
)
#: Times, of which several columns may be parts (a day and an hour).
_PARTS = frozenset({"ordered_at", "due_at", "delivered_at", "completed_at", "posted_at"})
DATE_ORDERS = (
    ("", "not answered"),
    ("dmy", "day first: 05/06/2024 is 5 June"),
    ("mdy", "month first: 05/06/2024 is 6 May"),
)
DECIMALS = (("", "not answered"), (".", "a point: 1,234.50"), (",", "a comma: 1.234,50"))
#: Answers about a word: left as it is, so that the check refuses its rows; or it says nothing.
_REFUSED, _NOTHING = "=", "-"
REFUSE, NOTHING = "refuse these rows", "nothing: it stays unknown"


@dataclasses.dataclass(frozen=True)
class Asked:
    """What the form asks beside the columns.

    ``dates`` and ``marks`` are places of columns whose dates or amounts can be read in two
    ways, ``words`` the words of columns that hold choices, ``meanings`` what they may mean.
    ``currencies`` are those with a rate.
    """

    dates: frozenset[int] = frozenset()
    marks: frozenset[int] = frozenset()
    words: MappingOf[Key, Sequence[str]] = dataclasses.field(default_factory=dict)
    meanings: MappingOf[Key, Sequence[str]] = dataclasses.field(default_factory=dict)
    currencies: Sequence[str] = ()


class ColumnsForm(forms.Form):
    """What each column of one file becomes.

    Fields: ``c0`` … what their column becomes; ``s.orders.due_at`` from which of their columns
    ours is taken as well; ``k.orders.currency`` one value for all rows; ``d0`` … the order of
    day and month in a column; ``m0`` … its decimal mark; ``w.orders.status.0`` … what a word
    means; ``o.orders.status`` what every other word means; ``save_as``.
    """

    def __init__(
        self,
        data: MappingOf[str, Any] | None = None,
        *,
        names: Sequence[str],
        mapping: Mapping,
        asked: Asked,
        seller_chosen: bool,
    ) -> None:
        super().__init__(data, auto_id="id_%s")
        self.names, self.mapping, self.asked = list(names), mapping, asked
        self.role = FileRole(mapping.role)
        self.keys = [
            key for key in keys_of(self.role) if not (seller_chosen and key[1] == "seller")
        ]
        self.primary = _primary(mapping, self.names)
        self._add_columns()
        self._add_rest()
        self._add_reading()
        self._add_words()
        self.fields["save_as"] = forms.CharField(
            label="Save this mapping as",
            required=False,
            max_length=100,
            help_text="A mapping of yours that has this name is replaced.",
        )

    def _add_columns(self) -> None:
        choices = target_choices(self.role)
        for place in range(len(self.names)):
            key = self.primary.get(place)
            self.fields[f"c{place}"] = forms.ChoiceField(
                choices=choices, required=False, initial=field_name(key) if key else ""
            )

    def _add_rest(self) -> None:
        """Where ours could come from that are no column's first meaning."""
        sources = [("", "not in the file"), *((n, n) for n in dict.fromkeys(self.names) if n)]
        first = set(self.primary.values())
        for key in self.keys:
            known = self._known(key)
            if key not in first:
                source = known.theirs[0] if known and known.theirs else ""
                self.fields[f"s.{field_name(key)}"] = forms.ChoiceField(
                    label="Take it from", choices=sources, required=False, initial=source
                )
            if key[1] in CONSTANTS:
                label = "Where blank, in all rows" if key in first else "One value for all rows"
                self._add_constant(key, label, known.constant if known else "")

    def _add_constant(self, key: Key, label: str, initial: str) -> None:
        listed: MappingOf[str, Sequence[tuple[str, str]]] = {
            "platform": Platform.choices,
            "status": [(word, word) for word in dict.fromkeys(words_of("status").values())],
            "currency": [(code, code) for code in self.asked.currencies],
        }
        self.fields[f"k.{field_name(key)}"] = (
            forms.ChoiceField(
                label=label,
                choices=[("", "not said"), *listed[key[1]]],
                required=False,
                initial=initial,
            )
            if key[1] in listed
            else forms.CharField(label=label, required=False, max_length=300, initial=initial)
        )

    def _add_reading(self) -> None:
        for letter, places, attribute, label, choices in (
            ("d", self.asked.dates, "date_order", "what comes first in dates", DATE_ORDERS),
            ("m", self.asked.marks, "decimal", "what stands before the cents", DECIMALS),
        ):
            for place in sorted(places):
                self.fields[f"{letter}{place}"] = forms.ChoiceField(
                    label=f"“{self.names[place]}”: {label}",
                    choices=choices,
                    required=False,
                    initial=self._answer(place, attribute),
                )

    def _answer(self, place: int, attribute: str) -> str:
        """What the mapping says of one of their columns, whatever it serves for."""
        maps = (one for of in self.mapping.columns.values() for one in of.values())
        answers = (getattr(one, attribute) for one in maps if self.names[place] in one.theirs)
        return next((answer for answer in answers if answer), "")

    def _add_words(self) -> None:
        for key, found in self.asked.words.items():
            known = self._known(key)
            values = list(self.asked.meanings.get(key, ()))
            answers = [*((v, v) for v in values), (_NOTHING, NOTHING), (_REFUSED, REFUSE)]
            choices = [("", "not answered"), *answers]
            for number, word in enumerate(found):
                self.fields[f"w.{field_name(key)}.{number}"] = forms.ChoiceField(
                    label=f"“{word}” is",
                    choices=choices,
                    required=False,
                    initial=_meaning(word, known, values),
                )
            self.fields[f"o.{field_name(key)}"] = forms.ChoiceField(
                label="Every other word is",
                choices=[("", "to be answered one by one"), *answers[:-1]],
                required=False,
                initial=_other(known),
            )

    def _known(self, key: Key) -> ColumnMap | None:
        return self.mapping.columns.get(key[0], {}).get(key[1])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        seen: dict[str, int] = {}
        for place in range(len(self.names)):
            target = cleaned.get(f"c{place}")
            if target and target in seen and target.split(".")[1] not in _PARTS:
                other = self.names[seen[target]]
                self.add_error(f"c{place}", f"“{other}” is that already. Choose one of the two.")
            if target:
                seen.setdefault(target, place)
        zones = [name for name in cleaned if name.startswith("k.") and name.endswith(".time_zone")]
        for name in zones:
            if cleaned[name] and not is_zone(cleaned[name]):
                self.add_error(name, "No such time zone. They are called like Europe/Berlin.")
        return cleaned

    def to_columns(self) -> dict[str, dict[str, ColumnMap]]:
        """Our columns as the fields say."""
        theirs: dict[Key, list[str]] = {}
        for place, name in enumerate(self.names):
            if target := self.cleaned_data.get(f"c{place}"):
                kind, ours = target.split(".")
                theirs.setdefault((kind, ours), []).append(name)
        columns: dict[str, dict[str, ColumnMap]] = {}
        for key in self.keys:
            source = self.cleaned_data.get(f"s.{field_name(key)}")
            found = theirs.get(key) or ([source] if source else [])
            constant = self.cleaned_data.get(f"k.{field_name(key)}", "")
            if found or constant:
                columns.setdefault(key[0], {})[key[1]] = self._column(key, found, constant)
        return columns

    def _column(self, key: Key, theirs: list[str], constant: str) -> ColumnMap:
        known = self._known(key) or ColumnMap()
        same = sorted(known.theirs) == sorted(theirs)
        changed: dict[str, Any] = {"constant": constant}
        if not same:
            known = ColumnMap(words=known.words, other=known.other)
            changed["theirs"] = tuple(theirs)
        for letter, attribute in (("d", "date_order"), ("m", "decimal")):
            for name in theirs:
                answer = self.cleaned_data.get(f"{letter}{self.names.index(name)}")
                if answer and _takes(key, attribute):
                    changed[attribute] = answer
        if same and key in self.asked.words:
            changed["words"] = {**known.words, **self._meant(key)}
            other = self.cleaned_data.get(f"o.{field_name(key)}", "")
            changed["other"] = "" if other == _NOTHING else other or None
        return dataclasses.replace(known, **changed)

    def _meant(self, key: Key) -> dict[str, str]:
        """What the words of one column mean, those that were answered."""
        answers = {
            word.casefold(): self.cleaned_data.get(f"w.{field_name(key)}.{number}", "")
            for number, word in enumerate(self.asked.words[key])
        }
        said = {word: meaning for word, meaning in answers.items() if meaning}
        return said | {
            word: word if meaning == _REFUSED else ""
            for word, meaning in said.items()
            if meaning in (_REFUSED, _NOTHING)
        }

    def also(self, name: str) -> list[str]:
        """Ours that are taken from a column beside what it becomes first."""
        first = {self.primary[place] for place, n in enumerate(self.names) if place in self.primary}
        return [
            column_name(ours)
            for kind, of in self.mapping.columns.items()
            for ours, one in of.items()
            if name in one.theirs and (kind, ours) not in first
        ]


def _takes(key: Key, attribute: str) -> bool:
    """Whether one of our columns is read by an order of dates, or by a decimal mark."""
    column = next(c for c in COLUMNS[FileRole(key[0])] if c.name == key[1])
    dates = column.kind in (Kind.TIME, Kind.DAY)
    return dates if attribute == "date_order" else column.kind in (Kind.AMOUNT, Kind.NUMBER)


def _meaning(word: str, known: ColumnMap | None, values: Sequence[str]) -> str:
    plain = word.casefold()
    said = known.words.get(plain) if known else None
    if said is None:
        return plain if plain in values else ""
    if not said:
        return _NOTHING
    return said if said in values else _REFUSED


def _other(known: ColumnMap | None) -> str:
    """The answer about words that are not named."""
    if known is None or known.other is None:
        return ""
    return known.other or _NOTHING


def _primary(mapping: Mapping, names: Sequence[str]) -> dict[int, Key]:
    """What each of their columns becomes first, by its place."""
    found: dict[int, Key] = {}
    # In the order of our own files: what was ordered comes before what is due.
    for key in keys_of(FileRole(mapping.role)):
        one = mapping.columns.get(key[0], {}).get(key[1])
        places = [names.index(name) for name in one.theirs if name in names] if one else []
        if places and not any(place in found for place in places):
            found.update(dict.fromkeys(places, key))
    return found
