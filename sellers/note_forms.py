"""Forms for what people note by hand."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django import forms

from sellers.access import Role

_EARLIEST = date(2010, 1, 1)
_READERS = {
    Role.OWNER: "Otherwise the coaches read it whom you let see everything.",
    Role.COACH: "Otherwise the seller reads it, and every coach who sees everything.",
    Role.ADMIN: "Otherwise the seller reads it, and every coach who sees everything.",
}


def day_field(label: str, **options: Any) -> forms.DateField:
    return forms.DateField(
        label=label, widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}), **options
    )


def _counter(label: str) -> forms.IntegerField:
    return forms.IntegerField(
        label=label,
        required=False,
        min_value=0,
        max_value=10_000_000,
        error_messages={"min_value": "A counter is not below 0."},
    )


class DatedForm(forms.Form):
    """A form with a day that has come: ``today`` is the day in the seller's zone."""

    day = day_field("Day")

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        self.fields["day"].initial = today

    def clean_day(self) -> date:
        day: date = self.cleaned_data["day"]
        if day > self.today:
            raise forms.ValidationError("This day has not come yet.")
        if day < _EARLIEST:
            raise forms.ValidationError("There is no history before 2010.")
        return day


class NoteForm(DatedForm):
    """A remark on the trajectory."""

    prefix = "note"

    until = day_field("Until", required=False)
    text = forms.CharField(
        label="What happened",
        max_length=200,
        widget=forms.TextInput(attrs={"placeholder": "Ill for two weeks"}),
    )
    is_private = forms.BooleanField(label="Only for me", required=False)
    field_order = ("text", "day", "until", "is_private")

    def __init__(self, *args: Any, role: Role, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields[
            "is_private"
        ].help_text = (
            f"{_READERS[role]} A note for you alone is read by nobody else, admins included."
        )

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        day, until = found.get("day"), found.get("until")
        if day and until and until < day:
            self.add_error("until", "The last day lies before the first.")
        if until and until.year > self.today.year + 5:
            self.add_error("until", "That is more than five years away.")
        return found


class ScoreForm(DatedForm):
    """The overall score that the platform displayed."""

    prefix = "score"

    value = forms.IntegerField(
        label="Score shown",
        min_value=1,
        max_value=10,
        error_messages={
            "min_value": "The platform shows 1 to 10.",
            "max_value": "The platform shows 1 to 10.",
        },
    )
    field_order = ("value", "day")


class CountersForm(DatedForm):
    """The counters that the platform displayed; any of them may be left blank."""

    prefix = "counters"

    completed_orders = _counter("Completed orders")
    unique_clients = _counter("Different clients")
    earnings = forms.DecimalField(
        label="Earnings in US dollars",
        required=False,
        min_value=0,
        max_digits=12,
        decimal_places=2,
        error_messages={"min_value": "Earnings are not below 0."},
    )
    field_order = ("day", "completed_orders", "unique_clients", "earnings")

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        if not self.errors and not self.values():
            raise forms.ValidationError("Enter at least one of the counters.")
        return found

    def values(self) -> dict[str, Decimal]:
        """The counters that were entered, by kind of observation."""
        given = {name: self.cleaned_data.get(name) for name in self.fields if name != "day"}
        return {name: Decimal(value) for name, value in given.items() if value is not None}
