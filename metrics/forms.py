"""Query strings of the pages about numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError

from metrics.engine.attribution import Form
from metrics.engine.ledger import NONE
from metrics.engine.types import Cause
from metrics.explanation import Explanation
from metrics.ledger_view import NO_GIG, By, Filter, Sort
from metrics.policy_files import policies_to_ask_under
from metrics.words import (
    AREA_BY_SLUG,
    AREA_WORDS,
    CAUSE_BY_SLUG,
    CAUSE_WORDS,
    FIRST_WORDS,
    area_slug,
    cause_slug,
    day_words,
)

#: No marketplace is older; and far from the ends of the calendar.
EARLIEST = date(1990, 1, 1)
#: Names in the address of the settings under which either day is taken.
UNDER = ("from-under", "to-under")


def _both_days(data: Mapping[str, Any], default: tuple[date, date]) -> dict[str, str]:
    """Both days as written; a missing one is the day beside the other."""
    start, end = (str(data.get(name) or "").strip() for name in ("from", "to"))
    if not start and not end:
        start, end = (day.isoformat() for day in default)
    elif not start:
        start = _day_beside(end, -1)
    elif not end:
        end = _day_beside(start, 1)
    return {"from": start, "to": end, "known": str(data.get("known") or "").strip()}


def _day_beside(text: str, days: int) -> str:
    """The neighbour of a day; nothing where there is none, and the form says why."""
    try:
        return (date.fromisoformat(text) + timedelta(days=days)).isoformat()
    except (ValueError, OverflowError):
        return ""


class DaysForm(forms.Form):
    """The two days of the question: ``?from=2024-06-11&to=2024-06-12``.

    ``to`` alone asks about that day, ``from`` alone about the day after it. With
    ``known=2024-06-11`` the earlier day is taken as it was known at the end of that day.
    """

    start = forms.DateField(label="From", required=False, input_formats=["%Y-%m-%d"])
    end = forms.DateField(label="To", required=False, input_formats=["%Y-%m-%d"])
    known = forms.DateField(label="Known on", required=False, input_formats=["%Y-%m-%d"])

    def __init__(self, data: Mapping[str, Any], *, today: date, default: tuple[date, date]) -> None:
        super().__init__(_both_days(data, default))
        self.today = today
        for field in self.fields.values():
            if isinstance(field, forms.DateField):
                field.widget = forms.DateInput(
                    format="%Y-%m-%d",
                    attrs={"type": "date", "min": EARLIEST.isoformat(), "max": today.isoformat()},
                )
                field.error_messages["invalid"] = "This is not a day. Write it as 2024-06-12."

    def add_prefix(self, field_name: str) -> str:
        """``from`` is a word of Python, so the fields have other names than the address."""
        return {"start": "from", "end": "to"}.get(field_name, field_name)

    def clean_start(self) -> date | None:
        return self._possible(self.cleaned_data["start"])

    def clean_end(self) -> date | None:
        return self._possible(self.cleaned_data["end"])

    def clean_known(self) -> date | None:
        return self._possible(self.cleaned_data["known"])

    def _possible(self, day: date | None) -> date | None:
        if day is not None and day > self.today:
            raise ValidationError(
                f"{day_words(day)} has not come yet. The last day that can be explained is "
                f"today, {day_words(self.today)}."
            )
        if day is not None and day < EARLIEST:
            raise ValidationError(f"Choose a day from {day_words(EARLIEST)} on.")
        return day

    def clean(self) -> dict[str, Any]:
        found = super().clean() or self.cleaned_data
        if self.errors:
            return found
        start, end = found.get("start"), found.get("end")
        if start is None or end is None:
            raise ValidationError("Choose both days.")
        if start == end and not self._seen_in_two_ways():
            raise ValidationError("These are the same day. Choose two different days.")
        if start > end:
            raise ValidationError(
                f"{day_words(start)} comes after {day_words(end)}. Put the earlier day first."
            )
        return found

    def _seen_in_two_ways(self) -> bool:
        """Whether one and the same day can be asked about."""
        return self.cleaned_data.get("known") is not None

    @property
    def days(self) -> tuple[date, date]:
        """The two days of a valid form, the earlier first."""
        return self.cleaned_data["start"], self.cleaned_data["end"]

    @property
    def known_day(self) -> date | None:
        """The day whose knowledge the earlier day is taken from; None: what is known now."""
        day: date | None = self.cleaned_data["known"]
        return day

    @property
    def swapped(self) -> tuple[date, date] | None:
        """The days the right way round, where that is all that is wrong."""
        start, end = self["start"].data, self["end"].data
        if not self.non_field_errors() or not start or not end or start == end:
            return None
        return date.fromisoformat(end), date.fromisoformat(start)


class MomentsForm(DaysForm):
    """Two days, and the settings of the formula under which each is taken.

    ``?from-under=evidence-halves-in-90-days`` names a variant of the site's policy or another
    policy; without it a day is taken as the site computes it.
    """

    start_under = forms.ChoiceField(label="The earlier day under", required=False)
    end_under = forms.ChoiceField(label="The later day under", required=False)

    def __init__(self, data: Mapping[str, Any], *, today: date, default: tuple[date, date]) -> None:
        super().__init__(data, today=today, default=default)
        self.policies = policies_to_ask_under()
        self.data = {**self.data, **{name: str(data.get(name) or "").strip() for name in UNDER}}
        for field in self.fields.values():
            if isinstance(field, forms.ChoiceField):
                field.choices = [(name, self.words_of(name)) for name in self.policies]
                field.error_messages["invalid_choice"] = "There are no such settings."

    def add_prefix(self, field_name: str) -> str:
        names = dict(zip(("start_under", "end_under"), UNDER, strict=True))
        return names.get(field_name) or super().add_prefix(field_name)

    def words_of(self, name: str) -> str:
        """The site's own policy by what it is here, any other by its title."""
        return self.policies[name].title if name else "the settings of this site"

    def _seen_in_two_ways(self) -> bool:
        return super()._seen_in_two_ways() or len(set(self.under)) == 2

    @property
    def under(self) -> tuple[str, str]:
        """Names of the settings of the earlier and the later day; empty for the site's own."""
        return self.cleaned_data["start_under"], self.cleaned_data["end_under"]

    @property
    def asked(self) -> dict[str, Any]:
        """The question as :meth:`metrics.explain.Explainer.explain` takes it."""
        start, end = self.days
        before, after = (self.policies[name] for name in self.under)
        return {
            "start": start,
            "end": end,
            "known_day": self.known_day,
            "policy_before": before,
            "policy_after": after,
        }


@dataclass(frozen=True, slots=True)
class Question:
    """How the ledger is to be shown."""

    by: By
    filter: Filter
    sort: Sort | None
    descending: bool
    everything: bool
    page: int

    @property
    def sort_key(self) -> str:
        """As in the address: ``effect``, ``-effect``; empty for the default."""
        return "" if self.sort is None else ("-" if self.descending else "") + self.sort.value


class LedgerForm(forms.Form):
    """Grouping, filter and order of the ledger. A value that does not hold is left out."""

    gig = forms.ChoiceField(label="Gig", required=False)
    factor = forms.ChoiceField(label="Area", required=False)
    cause = forms.ChoiceField(label="Cause", required=False)
    by = forms.ChoiceField(
        required=False, choices=[(by.value, by.value) for by in By], widget=forms.HiddenInput
    )
    sort = forms.CharField(required=False, max_length=20, widget=forms.HiddenInput)
    lines = forms.ChoiceField(required=False, choices=[("all", "all")], widget=forms.HiddenInput)
    page = forms.IntegerField(
        required=False, min_value=1, max_value=1_000_000, widget=forms.HiddenInput
    )

    def __init__(self, data: Mapping[str, Any], *, explanation: Explanation) -> None:
        super().__init__(data)
        self.explanation = explanation
        gigs = [(str(gig.pk), gig.title) for gig in explanation.gigs]
        present = explanation.lines
        if (present.gig == NONE).any():
            gigs.append((NO_GIG, "no single gig"))
        asked_area, asked_cause = data.get("factor"), data.get("cause")
        areas = [
            (area_slug(area), name)
            for area, name in AREA_WORDS.items()
            if (present.factor == (NONE if area is None else area)).any()
            or area_slug(area) == asked_area
        ]
        first = explanation.form is Form.FIRST_SCORE
        causes = [
            (cause_slug(cause), FIRST_WORDS if first else CAUSE_WORDS[cause])
            for cause in Cause
            if (present.cause == cause).any() or cause_slug(cause) == asked_cause
        ]
        for name, everything, choices in (
            ("gig", "All gigs", gigs),
            ("factor", "All areas", areas),
            ("cause", "All causes", causes),
        ):
            cast("forms.ChoiceField", self.fields[name]).choices = [("", everything), *choices]

    def question(self) -> Question:
        """What is asked, every part of it with a value that holds."""
        self.is_valid()
        asked = {name: self.cleaned_data.get(name) or "" for name in self.fields}
        sort = str(asked["sort"])
        key = sort.removeprefix("-")
        return Question(
            by=By(asked["by"] or By.CAUSE),
            filter=self._filter(asked),
            sort=Sort(key) if key in list(Sort) else None,
            descending=sort.startswith("-"),
            everything=bool(asked["lines"]),
            page=int(asked["page"] or 1),
        )

    def _filter(self, asked: Mapping[str, Any]) -> Filter:
        gig, area = None, None
        if asked["gig"] == NO_GIG:
            gig = NONE
        elif asked["gig"]:
            gig = [str(known.pk) for known in self.explanation.gigs].index(asked["gig"])
        if asked["factor"]:
            found = AREA_BY_SLUG[asked["factor"]]
            area = NONE if found is None else int(found)
        cause = CAUSE_BY_SLUG[asked["cause"]] if asked["cause"] else None
        return Filter(gig=gig, area=area, cause=cause)
