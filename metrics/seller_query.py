"""What the seller's page may be asked by its address."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from django import forms

#: Ranges of the trajectory: key, label, days back; None is all there is.
RANGES: tuple[tuple[str, str, int | None], ...] = (
    ("1m", "1 m", 30),
    ("3m", "3 m", 91),
    ("6m", "6 m", 182),
    ("1y", "1 y", 365),
    ("2y", "2 y", 730),
    ("all", "All", None),
)
DEFAULT_RANGE = "1y"


class SellerQuery(forms.Form):
    """Range of the chart and gig of the area panel; nonsense counts as not asked."""

    range = forms.ChoiceField(
        required=False, choices=[(key, label) for key, label, _days in RANGES]
    )
    gig = forms.IntegerField(required=False, min_value=1)

    def asked_range(self) -> str:
        self.is_valid()
        return self.cleaned_data.get("range") or DEFAULT_RANGE

    def asked_gig(self) -> int | None:
        self.is_valid()
        gig = self.cleaned_data.get("gig")
        return int(gig) if gig else None


@dataclass(frozen=True, slots=True)
class Days:
    """The days start <= day < end."""

    start: date
    end: date


def days_of_range(key: str, first: date, last: date) -> Days:
    """The days of a range that ends with ``last``; all there is begins with ``first``."""
    back = next(days for name, _label, days in RANGES if name == key)
    start = first if back is None else last - timedelta(days=back)
    return Days(start, last + timedelta(days=1))
