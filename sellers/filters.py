"""What the lists may be asked by the address: filter, order, page. Nonsense counts as not asked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms

from sellers.models import Gig, Platform, Seller

_STATES = (
    ("", "All"),
    ("fell", "Fell lately"),
    ("rose", "Rose lately"),
    ("unscored", "Not scored"),
)
ROSTER_SORTS: tuple[str, ...] = (
    "attention",
    "seller",
    "platform",
    "score",
    "week",
    "month",
    "rating",
    "computed",
)

_ORDER_STATES = (
    ("", "All"),
    ("completed", "Completed"),
    ("cancelled", "Cancelled"),
    ("open", "Open"),
    ("late", "Delivered late"),
    ("below", "Below five stars"),
    ("unreviewed", "Completed without a review"),
)
ORDER_SORTS = ("ordered", "finished", "amount", "late", "stars")


class _Query(forms.Form):
    """Query-string state; a value that does not hold is left out, never an error page."""

    sorts: tuple[str, ...] = ()
    default_sort = ""

    page = forms.IntegerField(
        required=False, min_value=1, max_value=10_000, widget=forms.HiddenInput
    )
    sort = forms.CharField(required=False, max_length=20, widget=forms.HiddenInput)

    def clean_sort(self) -> str:
        sort = str(self.cleaned_data.get("sort") or "")
        return sort if sort.removeprefix("-") in self.sorts else self.default_sort

    def asked(self) -> dict[str, Any]:
        """Every field with a value that holds; the others with their default."""
        self.is_valid()
        found = {name: self.cleaned_data.get(name) for name in self.fields}
        return {**found, "sort": found["sort"] or self.default_sort, "page": found["page"] or 1}


class NotesQuery(forms.Form):
    """Which page of the remarks, and which of what the platform showed."""

    remarks = forms.IntegerField(required=False, min_value=1, max_value=10_000)
    shown = forms.IntegerField(required=False, min_value=1, max_value=10_000)

    def asked(self) -> dict[str, int]:
        """The page of each list, 1 where none that holds is asked for."""
        self.is_valid()
        return {name: self.cleaned_data.get(name) or 1 for name in self.fields}


class RosterQuery(_Query):
    """Which sellers, in which order."""

    sorts: tuple[str, ...] = ROSTER_SORTS
    default_sort = "attention"

    q = forms.CharField(
        label="Find a seller",
        required=False,
        max_length=100,
        widget=forms.TextInput(
            attrs={"type": "search", "placeholder": "Name or category", "data-filter-focus": ""}
        ),
    )
    platform = forms.ChoiceField(
        label="Platform", required=False, choices=[("", "All"), *Platform.choices]
    )
    state = forms.ChoiceField(label="Show", required=False, choices=_STATES)


class OrdersQuery(_Query):
    """Which orders of one seller, in which order."""

    sorts = ORDER_SORTS
    default_sort = "-ordered"

    q = forms.CharField(
        label="Find an order",
        required=False,
        max_length=100,
        widget=forms.TextInput(
            attrs={
                "type": "search",
                "placeholder": "Order number or buyer",
                "data-filter-focus": "",
            }
        ),
    )
    gig = forms.ModelChoiceField(
        label="Gig", required=False, queryset=Gig.objects.none(), empty_label="All gigs"
    )
    state = forms.ChoiceField(label="Show", required=False, choices=_ORDER_STATES)

    def __init__(self, data: Mapping[str, Any], *, seller: Seller, by_buyer: bool = True) -> None:
        super().__init__(data)
        if not by_buyer:
            self.fields["q"].widget.attrs["placeholder"] = "Order number"
        gigs = self.fields["gig"]
        if isinstance(gigs, forms.ModelChoiceField):
            gigs.queryset = seller.gigs.all()
