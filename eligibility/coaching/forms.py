"""What a coach types about a client: a group, tags, a day until which to leave it alone."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from metrics.words import day_words
from sellers.models import ClientMark

MOST_TAGS = 10
LONGEST_TAG = 30
#: A year: who wants to look away for longer does not need the client on the list.
LONGEST_SNOOZE_DAYS = 366
SNOOZES = ((3, "3 days"), (7, "1 week"), (30, "30 days"))


class LabelForm(forms.Form):
    """A group, and tags by commas."""

    group = forms.CharField(
        label="Group",
        required=False,
        max_length=60,
        help_text="One group for each client, such as “New in May”.",
        widget=forms.TextInput(attrs={"list": "known_groups", "autocomplete": "off"}),
    )
    tags = forms.CharField(
        label="Tags",
        required=False,
        max_length=400,
        help_text=f"Up to {MOST_TAGS}, with commas between them: late, wants Level 2",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    @classmethod
    def of(cls, mark: ClientMark | None) -> LabelForm:
        """Filled with what there is."""
        if mark is None:
            return cls()
        return cls(initial={"group": mark.group, "tags": ", ".join(mark.tags)})

    def clean_group(self) -> str:
        return " ".join(str(self.cleaned_data["group"]).split())

    def clean_tags(self) -> Sequence[str]:
        """Each once, in the order given."""
        parts = (" ".join(part.split()) for part in str(self.cleaned_data["tags"]).split(","))
        tags = list(dict.fromkeys(part for part in parts if part))
        if len(tags) > MOST_TAGS:
            raise ValidationError(f"These are {len(tags)} tags. Keep {MOST_TAGS} or fewer.")
        for tag in tags:
            if len(tag) > LONGEST_TAG:
                raise ValidationError(
                    f"The tag “{tag}” has {len(tag)} letters. Keep {LONGEST_TAG} or fewer."
                )
        return tags


class SnoozeForm(forms.Form):
    """Some days from today, or a day; neither of them lists the client again."""

    days = forms.IntegerField(required=False, min_value=1, max_value=LONGEST_SNOOZE_DAYS)
    until = forms.DateField(
        label="Leave it alone until",
        required=False,
        input_formats=["%Y-%m-%d"],
        error_messages={"invalid": "This is not a day. Write it as 2024-06-12."},
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )

    def __init__(self, data: Any = None, *, today: date, until: date | None = None) -> None:
        super().__init__(data, initial={"until": until})
        self.today = today
        first, last = today + timedelta(days=1), today + timedelta(days=LONGEST_SNOOZE_DAYS)
        self.fields["until"].widget.attrs |= {"min": first.isoformat(), "max": last.isoformat()}

    def clean_until(self) -> date | None:
        until: date | None = self.cleaned_data["until"]
        last = self.today + timedelta(days=LONGEST_SNOOZE_DAYS)
        if until is not None and not self.today < until <= last:
            first = day_words(self.today + timedelta(days=1))
            raise ValidationError(f"Choose a day from {first} to {day_words(last)}.")
        return until

    def day(self) -> date | None:
        """Until when, of a valid form."""
        days: int | None = self.cleaned_data["days"]
        until: date | None = self.cleaned_data["until"]
        return self.today + timedelta(days=days) if days else until
