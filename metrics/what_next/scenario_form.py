"""The simulator's state in the address: rows of hypothetical orders, and what else would differ.

``?o1-gig=3&o1-on=2024-07-01&o1-stars=5&o1-how=on-time&o1-times=2&without=FO12&look=2024-09-01``

A real order as it would be: ``c1-order=FO12&c1-stars=5&c1-how=on-time``. The day that is looked at
can be dragged too: ``ahead`` counts the days from today, and where it differs from ``ahead_was`` it
was moved and counts instead of ``look``. Addresses that are shown and kept say ``look`` alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.utils.http import urlencode

from metrics.engine.days import day_number
from metrics.engine.hypothetical import Change, Hypothetical, Scenario
from metrics.engine.types import CancelledBy, OrderStatus
from metrics.explanation import GigName
from metrics.forecasting.ground import Ground
from metrics.forecasting.planning import rates_areas
from metrics.words import day_words
from sellers.models import Order

#: Rows of hypothetical orders, equal orders in one row, weeks of a break, and changed orders.
MOST_ROWS, MOST_TIMES, MOST_WEEKS, MOST_CHANGES = 8, 20, 26, 4
#: Days ahead that are looked at unless told.
LOOK_DAYS = 30

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
    times = forms.IntegerField(
        label="How many",
        required=False,
        min_value=1,
        max_value=MOST_TIMES,
        error_messages={"max_value": f"Up to {MOST_TIMES} equal orders fit into one row."},
    )

    def __init__(self, data: Mapping[str, Any], number: int, ground: Ground) -> None:
        super().__init__(data, prefix=f"o{number}")
        self.number, self.ground = number, ground
        self.fields["on"] = _day_field("Finishes on", ground)
        self.fields["gig"] = forms.ChoiceField(
            required=False,
            choices=[("", "no order"), *((str(gig.pk), _gig_words(gig)) for gig in ground.gigs)],
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


def _gig_words(gig: GigName) -> str:
    return gig.title if gig.is_active else f"{gig.title} (paused)"


class ChangeForm(forms.Form):
    """One real order as it would be; what is left out stays as it is."""

    order = forms.CharField(label="Order number", required=False)
    stars = forms.ChoiceField(choices=(("", "as it was"), *STARS), required=False)
    how = forms.ChoiceField(
        label="How",
        choices=[("", "as it was"), *((key, words[0]) for key, words in HOW.items())],
        required=False,
    )

    def __init__(self, data: Mapping[str, Any], number: int) -> None:
        super().__init__(data, prefix=f"c{number}")
        self.number = number

    @property
    def ref(self) -> str:
        return str(self.data.get(self.add_prefix("order")) or "").strip()

    def change(self, order: int) -> Change:
        """Of a valid row: an order that is completed, late or cancelled instead, other stars."""
        how, stars = self.cleaned_data["how"], self.cleaned_data["stars"]
        _, late_hours, cancelled_by = HOW.get(how, ("", None, None))
        # What is cancelled gets no review.
        said = 0.0 if stars == NO_REVIEW or cancelled_by else float(stars) if stars else None
        return Change(
            order,
            stars=said,
            late_hours=None if cancelled_by else late_hours,
            cancelled_by=cancelled_by,
            completed=bool(how) and cancelled_by is None,
        )


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
        error_messages={"max_value": f"A break of up to {MOST_WEEKS} weeks can be looked at."},
    )

    def __init__(self, data: Mapping[str, Any], ground: Ground) -> None:
        moved = _moved_to(data, ground)
        self.query = {name: data.get(name) for name in data}
        if moved is not None:
            self.query["look"] = moved.isoformat()
        days = str(_days_ahead(self.query.get("look"), ground))
        #: What a page that shows the form as it was asked has to show anew.
        self.shows_look, self.shows_ahead = moved is not None, days != data.get("ahead")
        self.asked = data
        self.query |= {"ahead": days, "ahead_was": days}
        super().__init__(self.query)
        self.ground = ground
        self.fields["look"] = _day_field("Look at", ground)
        self.fields["ahead"] = _ahead_field(ground)
        self.fields["ahead_was"] = forms.CharField(required=False, widget=forms.HiddenInput)
        self.rows = [RowForm(data, number, ground) for number in _numbers(data, "o", "gig")]
        self.changes = [ChangeForm(data, number) for number in _numbers(data, "c", "order")]

    def clean_look(self) -> date | None:
        return _inside(self.cleaned_data["look"], self.ground)

    @property
    def state(self) -> dict[str, str]:
        """What the address has to hold to give the same answer."""
        return {
            name: value
            for name, value in self.query.items()
            if value and name not in ("ahead", "ahead_was")
        }

    @property
    def more_rows(self) -> list[RowForm]:
        """Rows that the page which asked does not show yet."""
        return [row for row in self.rows if row.add_prefix("gig") not in self.asked]

    @property
    def more_changes(self) -> list[ChangeForm]:
        """The same of real orders that are changed."""
        return [row for row in self.changes if row.add_prefix("order") not in self.asked]

    def address(self, path: str) -> str:
        """The page with this state."""
        return f"{path}?{urlencode(self.state)}" if self.state else path

    @property
    def problems(self) -> list[str]:
        """What is wrong, a sentence each, with the place where it stands."""
        found = [str(error) for error in self.non_field_errors()]
        found += _field_problems(self, "")
        for row in self.rows:
            found += _field_problems(row, f"Order {row.number}, ")
        for change in self.changes:
            found += _field_problems(change, "A real order, changed, ")
        return found

    def clean_without(self) -> dict[str, int]:
        return self._orders(self.cleaned_data["without"])

    def clean_mend(self) -> dict[str, int]:
        return self._orders(self.cleaned_data["mend"])

    def _orders(self, text: str) -> dict[str, int]:
        """Order ids by reference, all of this seller's."""
        refs = [ref.strip() for ref in text.split(",") if ref.strip()]
        if not refs:
            return {}
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
        rows = [*self.rows, *self.changes]
        return all([super().is_valid(), *(row.is_valid() for row in rows)])

    def clean(self) -> dict[str, Any]:
        found = super().clean() or self.cleaned_data
        self.changed = self._orders(",".join(row.ref for row in self.changes))
        named = [*(found.get("without") or ()), *(found.get("mend") or ()), *self.changed]
        twice = sorted({ref for ref in named if named.count(ref) > 1})
        if twice:
            raise ValidationError(
                f"“{twice[0]}” cannot be two things at once: never have been, have gone well, or be"
                " changed. Leave it in one of the fields."
            )
        for letter, field, most in (("o", "gig", MOST_ROWS), ("c", "order", MOST_CHANGES)):
            beyond = [number for number in _filled(self.data, letter, field) if number > most]
            if beyond:
                raise ValidationError(
                    f"The simulator holds {most} rows of this kind, and the address has a row"
                    f" {beyond[0]}. Use “how many” for equal orders."
                )
        return found

    def scenario(self) -> Scenario:
        """What would be different, of a valid form."""
        return Scenario(
            added=tuple(order for row in self.rows for order in row.orders()),
            changed=(
                *(self._mended(number) for number in sorted(self.cleaned_data["mend"].values())),
                *(row.change(self.changed[row.ref]) for row in self.changes if row.ref),
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
        return self.cleaned_data["look"] or self.ground.today + timedelta(days=LOOK_DAYS)


def _field_problems(form: forms.Form, where: str) -> list[str]:
    return [
        f"{where}{form[name].label}: {error}"
        for name, errors in form.errors.items()
        if name != NON_FIELD_ERRORS
        for error in errors
    ]


def _ahead_field(ground: Ground) -> forms.IntegerField:
    most = ground.policy.window_days - 1
    return forms.IntegerField(
        label="Days ahead",
        required=False,
        widget=forms.NumberInput(attrs={"type": "range", "min": 0, "max": most, "step": 1}),
    )


def _moved_to(data: Mapping[str, Any], ground: Ground) -> date | None:
    """The day to which the slider was moved; None where it stands as it stood."""
    ahead, was = str(data.get("ahead") or ""), str(data.get("ahead_was") or "")
    # "ascii": digits of other scripts are no numbers here.
    if ahead == was or not (ahead.isascii() and ahead.isdecimal() and len(ahead) < 5):
        return None
    return ground.today + timedelta(days=int(ahead))


def _days_ahead(look: object, ground: Ground) -> int:
    """Where the slider stands for a day to look at, which may be no day."""
    try:
        return (date.fromisoformat(str(look or "")) - ground.today).days
    except ValueError:
        return LOOK_DAYS


def _filled(data: Mapping[str, Any], letter: str, field: str) -> list[int]:
    """The rows that the address fills, ascending."""
    found = [re.fullmatch(rf"{letter}(\d{{1,3}})-{field}", name) for name in data]
    return sorted(int(one[1]) for one in found if one and data.get(one[0]))


def _numbers(data: Mapping[str, Any], letter: str, field: str) -> Iterator[int]:
    """Rows that the address fills, and one more to fill."""
    most = MOST_ROWS if letter == "o" else MOST_CHANGES
    last = max((number for number in _filled(data, letter, field) if number <= most), default=0)
    yield from range(1, min(last + 1, most) + 1)
