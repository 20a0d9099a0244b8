"""The simulator's state in the address: rows of hypothetical orders, and what else would differ.

``?o1-gig=3&o1-on=2024-07-01&o1-stars=5&o1-how=on-time&o1-times=2&without=FO12&look=2024-09-01``
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from metrics.engine.days import day_number
from metrics.engine.hypothetical import Change, Hypothetical, Scenario
from metrics.engine.types import CancelledBy, OrderStatus
from metrics.forecasting.ground import Ground
from metrics.forecasting.planning import rates_areas
from metrics.words import day_words
from sellers.models import Order

#: Rows of hypothetical orders, equal orders in one row, and weeks of a break, at most.
MOST_ROWS, MOST_TIMES, MOST_WEEKS = 8, 20, 26

HOW = {
    "on-time": ("on time", 0.0, None),
    "late": ("late, within a day", 12.0, None),
    "very-late": ("late by two days", 48.0, None),
    "you-cancel": ("you cancel", 0.0, CancelledBy.SELLER),
    "client-cancels": ("the client cancels", 0.0, CancelledBy.CLIENT),
    "both-cancel": ("both sides cancel", 0.0, CancelledBy.MUTUAL),
}
NO_REVIEW = "none"
STARS = (
    *((str(number), f"{number} stars") for number in (5, 4, 3, 2)),
    ("1", "1 star"),
    (NO_REVIEW, "no review"),
)


#: Who buys hypothetical orders: it counts for the number of clients, and for no score.
BUYERS = (("new", "new clients"), ("returning", "clients who bought before"))


def _day_field(label: str, ground: Ground) -> forms.DateField:
    return forms.DateField(
        label=label,
        required=False,
        input_formats=["%Y-%m-%d"],
        error_messages={"invalid": "This is not a day. Write it as 2024-06-12."},
        widget=forms.DateInput(
            format="%Y-%m-%d",
            attrs={
                "type": "date",
                "min": ground.today.isoformat(),
                "max": (ground.last_day - timedelta(days=1)).isoformat(),
            },
        ),
    )


def _inside(day: date | None, ground: Ground) -> date | None:
    if day is None or ground.today <= day < ground.last_day:
        return day
    raise ValidationError(
        f"Choose a day from {day_words(ground.today)} to"
        f" {day_words(ground.last_day - timedelta(days=1))}: what is known today has left by then."
    )


class RowForm(forms.Form):
    """One row: equal orders on one gig that finish on one day. Without a gig there is no order."""

    amount = forms.DecimalField(
        label="Amount, USD", required=False, min_value=Decimal(0), max_value=Decimal(1_000_000)
    )
    stars = forms.ChoiceField(choices=STARS, required=False)
    how = forms.ChoiceField(
        label="How", choices=[(key, words[0]) for key, words in HOW.items()], required=False
    )
    times = forms.IntegerField(label="How many", required=False, min_value=1, max_value=MOST_TIMES)

    def __init__(self, data: Mapping[str, Any], number: int, ground: Ground) -> None:
        super().__init__(data, prefix=f"o{number}")
        self.number, self.ground = number, ground
        self.fields["on"] = _day_field("Finishes on", ground)
        self.fields["gig"] = forms.ChoiceField(
            required=False,
            choices=[("", "no order"), *((str(gig.pk), gig.title) for gig in ground.gigs)],
            error_messages={"invalid_choice": "This gig is not one of this seller's."},
        )

    def clean_on(self) -> date | None:
        return _inside(self.cleaned_data["on"], self.ground)

    def orders(self) -> tuple[Hypothetical, ...]:
        """The orders of a valid row."""
        found = self.cleaned_data
        if not found["gig"]:
            return ()
        keys = [str(gig.pk) for gig in self.ground.gigs]
        _, late_hours, cancelled_by = HOW[found["how"] or "on-time"]
        stars = found["stars"] or "5"
        order = Hypothetical(
            gig=keys.index(found["gig"]),
            day=day_number(found["on"] or self.ground.today),
            amount_usd=None if found["amount"] is None else float(found["amount"]),
            stars=None if cancelled_by or stars == NO_REVIEW else float(stars),
            late_hours=late_hours,
            cancelled_by=cancelled_by,
            rates_areas=rates_areas(self.ground),
        )
        return (order,) * (found["times"] or 1)


class ScenarioForm(forms.Form):
    """What else would differ, and the day that is looked at."""

    without = forms.CharField(
        label="As if these orders had never been",
        required=False,
        help_text="Order numbers, with commas between.",
    )
    mend = forms.CharField(
        label="As if these had gone well",
        required=False,
        help_text="Completed on time, and five stars where there was a review.",
    )
    buyers = forms.ChoiceField(
        label="Who buys",
        choices=BUYERS,
        required=False,
        help_text="Counts for the level alone.",
    )
    pause = forms.IntegerField(
        label="Break, weeks",
        required=False,
        min_value=0,
        max_value=MOST_WEEKS,
        help_text="At your own pace afterwards.",
    )

    def __init__(self, data: Mapping[str, Any], ground: Ground) -> None:
        super().__init__(data)
        self.ground = ground
        self.fields["look"] = _day_field("Look at", ground)
        self.rows = [RowForm(data, number, ground) for number in _row_numbers(data)]

    def clean_look(self) -> date | None:
        return _inside(self.cleaned_data["look"], self.ground)

    def clean_without(self) -> dict[str, int]:
        return self._orders(self.cleaned_data["without"])

    def clean_mend(self) -> dict[str, int]:
        return self._orders(self.cleaned_data["mend"])

    def _orders(self, text: str) -> dict[str, int]:
        """Order ids by reference, all of this seller's."""
        refs = [ref.strip() for ref in text.split(",") if ref.strip()]
        known = dict(
            Order.objects.filter(seller=self.ground.seller, ref__in=refs)
            .exclude(status=OrderStatus.OPEN)
            .values_list("ref", "pk")
        )
        for ref in refs:
            if ref not in known:
                raise ValidationError(
                    f"“{ref}” is not a finished order of this seller. Copy the number from the"
                    " list of orders."
                )
        return known

    def is_valid(self) -> bool:
        return all([super().is_valid(), *(row.is_valid() for row in self.rows)])

    def clean(self) -> dict[str, Any]:
        found = super().clean() or self.cleaned_data
        both = set(found.get("without") or ()) & set(found.get("mend") or ())
        if both:
            raise ValidationError(
                f"“{min(both)}” cannot both have gone well and never have been. Leave it in one"
                " of the two fields."
            )
        return found

    def scenario(self) -> Scenario:
        """What would be different, of a valid form."""
        return Scenario(
            added=tuple(order for row in self.rows for order in row.orders()),
            changed=tuple(
                self._mended(number) for number in sorted(self.cleaned_data["mend"].values())
            ),
            removed=tuple(sorted(self.cleaned_data["without"].values())),
        )

    def _mended(self, order: int) -> Change:
        """Completed and on time; five stars where there is a review, none is invented."""
        facts = self.ground.facts
        row = int((facts.orders.order == order).argmax())
        reviewed = bool((facts.reviews.row == row).any())
        timed = facts.orders.late_hours[row] == facts.orders.late_hours[row]  # not NaN
        return Change(
            order,
            stars=5.0 if reviewed else None,
            late_hours=0.0 if timed else None,
            completed=True,
        )

    @property
    def from_new_clients(self) -> bool:
        """Whether each hypothetical order comes from a client who never bought before."""
        return str(self.cleaned_data["buyers"] or "new") == "new"

    @property
    def day(self) -> date:
        """The day that is looked at: 30 days from today unless told."""
        return self.cleaned_data["look"] or self.ground.today + timedelta(days=30)


def _row_numbers(data: Mapping[str, Any]) -> Iterator[int]:
    """Rows that the address fills, and one more to fill."""
    filled = [number for number in range(1, MOST_ROWS + 1) if data.get(f"o{number}-gig")]
    last = max(filled, default=0)
    yield from range(1, min(last + 1, MOST_ROWS) + 1)
