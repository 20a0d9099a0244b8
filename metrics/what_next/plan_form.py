"""The target of a plan, in the address: ``?target=9&plan-gig=&by=2024-09-01&quality=clean``.

A public rating is ``target=rating-4.7``.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from metrics.forecasting.ground import Ground
from metrics.forecasting.planning import Quality, Target
from metrics.forecasting.rating_planning import RatingTarget
from metrics.words import day_words

#: A plan's day where none is chosen.
DEFAULT_DAYS = 60
QUALITIES = ((Quality.CLEAN, "clean orders"), (Quality.OWN_AVERAGE, "orders of your usual quality"))
#: Ratings to choose from, in tenths of a star.
RATINGS = tuple(f"{tenths / 10:.1f}" for tenths in range(50, 39, -1))
_RATING = "rating-"
TARGETS = (
    ("Success score", [(str(number), str(number)) for number in range(10, 1, -1)]),
    ("Public rating", [(f"{_RATING}{stars}", f"{stars} stars") for stars in RATINGS]),
)


class PlanDayForm(forms.Form):
    """By when, and with what kind of orders; fields that are left out have defaults."""

    by = forms.DateField(
        label="By",
        input_formats=["%Y-%m-%d"],
        error_messages={"invalid": "This is not a day. Write it as 2024-06-12."},
    )
    quality = forms.ChoiceField(label="With", choices=QUALITIES)

    def __init__(
        self, data: Mapping[str, Any], ground: Ground, defaults: Mapping[str, str], **options: Any
    ) -> None:
        self.ground = ground
        whole = {
            "by": (ground.today + timedelta(days=DEFAULT_DAYS)).isoformat(),
            "quality": Quality.CLEAN.value,
            **defaults,
        }
        super().__init__(
            {name: data.get(name) or value for name, value in whole.items()}, **options
        )
        self.fields["by"].widget = forms.DateInput(
            format="%Y-%m-%d",
            attrs={
                "type": "date",
                "min": (ground.today + timedelta(days=1)).isoformat(),
                "max": (ground.last_day - timedelta(days=1)).isoformat(),
            },
        )

    def clean_by(self) -> date:
        day: date = self.cleaned_data["by"]
        first, last = self.ground.today + timedelta(days=1), self.ground.last_day
        if first <= day < last:
            return day
        raise ValidationError(
            f"Choose a day from {day_words(first)} to {day_words(last - timedelta(days=1))}."
        )

    @property
    def wanted_quality(self) -> Quality:
        """Of a valid form."""
        return Quality(self.cleaned_data["quality"])


class PlanForm(PlanDayForm):
    """What is to be reached, where, by when, and with what kind of orders."""

    target = forms.ChoiceField(label="Display at least", choices=TARGETS)

    def __init__(
        self, data: Mapping[str, Any], ground: Ground, displayed: int | None, default: str = ""
    ) -> None:
        higher = default or str(min((displayed or 6) + 1, 10))
        super().__init__(data, ground, {"target": higher, "plan-gig": ""})
        self.fields["gig"] = forms.ChoiceField(
            label="Where",
            required=False,
            choices=gig_choices(ground),
            error_messages={"invalid_choice": "This is not an active gig of this seller's."},
        )

    def add_prefix(self, field_name: str) -> str:
        """The simulator's rows have gigs too."""
        return "plan-gig" if field_name == "gig" else field_name

    def asked(self) -> tuple[Target | RatingTarget, date, Quality]:
        """The question of a valid form."""
        found = self.cleaned_data
        target = target_of(self.ground, found["target"], found["gig"])
        return target, found["by"], self.wanted_quality


def gig_choices(ground: Ground) -> list[tuple[str, str]]:
    """All gigs together, or one that is active."""
    active = ((str(gig.pk), gig.title) for gig in ground.gigs if gig.is_active)
    return [("", "overall"), *active]


def target_of(ground: Ground, wanted: str, gig: str) -> Target | RatingTarget:
    """A choice of :data:`TARGETS` and one of :func:`gig_choices` as a target."""
    number = [str(one.pk) for one in ground.gigs].index(gig) if gig else None
    if wanted.startswith(_RATING):
        return RatingTarget(Fraction(wanted.removeprefix(_RATING)), number)
    return Target(int(wanted), number)
