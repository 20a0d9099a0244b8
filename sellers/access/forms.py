"""What is asked of an owner who lets somebody look, and of an admin who invites an owner."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings

from sellers.models import Scope

_EMAIL = forms.EmailInput(attrs={"autocomplete": "off"})


def day_choices() -> list[tuple[int, str]]:
    """How long a look may last; what the setting says is among them."""
    days = sorted({7, 30, 90, 180, 365, int(settings.STANDING_GRANT_DAYS)})
    return [(number, f"{number} days") for number in days]


class GrantForm(forms.Form):
    """Whom, how much, why, how long."""

    email = forms.EmailField(label="E-mail address of the coach", max_length=254, widget=_EMAIL)
    scope = forms.TypedChoiceField(
        label="What they see",
        choices=Scope.choices,
        coerce=lambda value: Scope(int(value)),
        initial=Scope.STANDING,
        widget=forms.RadioSelect,
    )
    reason = forms.CharField(
        label="Why",
        max_length=200,
        help_text="For the letter, and for you when you read this list later.",
    )
    days = forms.TypedChoiceField(label="How long", coerce=int)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        days = self.fields["days"]
        if isinstance(days, forms.ChoiceField):
            days.choices = day_choices()
        days.initial = int(settings.STANDING_GRANT_DAYS)


class OwnerForm(forms.Form):
    """Who owns an imported seller."""

    email = forms.EmailField(label="E-mail address of the owner", max_length=254, widget=_EMAIL)
