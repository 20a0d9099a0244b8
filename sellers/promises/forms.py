"""What is asked of who writes a promise down, and of who decides."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django import forms

from sellers.access import Role
from sellers.models import Promise
from sellers.note_forms import DatedForm, day_field

#: Nobody keeps in view what lies further ahead.
_MOST_DAYS = 366
_SIDES = {
    Role.OWNER: (("seller", "I do"), ("coach", "my coach does")),
    Role.COACH: (("seller", "the seller does"), ("coach", "I do")),
    Role.ADMIN: (("seller", "the seller does"), ("coach", "the coach does")),
}
_MEASURES = (
    (Promise.Measure.NONE, "Nothing, people judge"),
    (Promise.Measure.LATE, "Orders due in that time: how many were late"),
    (Promise.Measure.CANCELLED, "Orders that the seller cancelled in that time"),
)


class PromiseForm(DatedForm):
    """Who promises what, from which day until which."""

    prefix = "promise"

    text = forms.CharField(
        label="What is promised",
        max_length=200,
        widget=forms.TextInput(attrs={"placeholder": "Deliver everything on time"}),
        help_text="Everybody who may look at this seller reads it.",
    )
    side = forms.ChoiceField(label="Who promises", choices=_SIDES[Role.ADMIN])
    due = day_field("Until")
    measure = forms.ChoiceField(label="Count beside it", choices=_MEASURES, required=False)
    field_order = ("text", "side", "day", "due", "measure")

    def __init__(self, *args: Any, role: Role, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["side"] = forms.ChoiceField(
            label="Who promises",
            choices=_SIDES[role],
            initial="coach" if role is Role.COACH else "seller",
        )
        self.fields["day"].label = "From"
        self.fields["due"].initial = self.today + timedelta(days=30)
        self.order_fields(self.field_order)

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        day, due = found.get("day"), found.get("due")
        if day and due and due < day:
            self.add_error("due", "The last day lies before the first.")
        elif due and due > self.today + timedelta(days=_MOST_DAYS):
            self.add_error("due", "That is more than a year away. Choose a nearer day.")
        return found

    def asked(self) -> dict[str, Any]:
        """The promise of a valid form, by the names of its service."""
        found = self.cleaned_data
        made_on: date = found["day"]
        return {
            "side": Promise.Side(found["side"]),
            "text": found["text"],
            "made_on": made_on,
            "due": found["due"],
            "measure": Promise.Measure(found["measure"]),
        }


class DecisionForm(forms.Form):
    """How it went."""

    prefix = "decision"

    state = forms.ChoiceField(choices=Promise.State.choices)
