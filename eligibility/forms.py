"""What the pages about eligibility may be asked, and what people note of the platform's words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError

from metrics.forms import EARLIEST
from metrics.words import day_words
from sellers.models import Gig, Observation, Seller

SHOW_ALL = "all"
#: Which rows of a list: key and words.
SHOW: tuple[tuple[str, str], ...] = (
    (SHOW_ALL, "All"),
    ("yes", "Count"),
    ("against", "Count against"),
    ("maybe", "In doubt"),
    ("no", "Do not count"),
)


def _day_widget(today: date) -> forms.DateInput:
    return forms.DateInput(
        format="%Y-%m-%d",
        attrs={"type": "date", "min": EARLIEST.isoformat(), "max": today.isoformat()},
    )


@dataclass(frozen=True, slots=True)
class CountsQuestion:
    """Which number is asked about; ``rule`` is "rule set:rule"."""

    rule_set: str
    rule: str
    gig: Gig | None
    day: date
    show: str
    page: int


class CountsForm(forms.Form):
    """The question behind "which orders count"; nonsense counts as not asked.

    Parameters
    ----------
    rules : (key, words) of the rules that have a list, by the name of their group
    last : the last day that is computed, the default
    """

    rule = forms.ChoiceField(label="Rule")
    gig = forms.ModelChoiceField(
        label="Gig", required=False, queryset=Gig.objects.none(), empty_label="First gig"
    )
    day = forms.DateField(label="Day", input_formats=["%Y-%m-%d"])
    show = forms.ChoiceField(required=False, choices=SHOW, widget=forms.HiddenInput)
    page = forms.IntegerField(
        required=False, min_value=1, max_value=10_000, widget=forms.HiddenInput
    )

    def __init__(
        self,
        data: Mapping[str, Any],
        *,
        seller: Seller,
        rules: Sequence[tuple[str, Sequence[tuple[str, str]]]],
        last: date,
    ) -> None:
        self.first_rule = next((key for _, some in rules for key, _ in some), "")
        # What is not asked stands in the form as its default, so that the page says it.
        shown = {name: value for name, value in data.items() if value}
        super().__init__({"rule": self.first_rule, "day": last.isoformat(), **shown})
        self.seller, self.last = seller, last
        cast("forms.ChoiceField", self.fields["rule"]).choices = rules
        cast("forms.ModelChoiceField[Gig]", self.fields["gig"]).queryset = seller.gigs.all()
        self.fields["day"].widget = _day_widget(last)

    def question(self) -> CountsQuestion:
        """What is asked, every part of it with a value that holds."""
        self.is_valid()
        asked = self.cleaned_data
        rule_set, _, rule = str(asked.get("rule") or self.first_rule).partition(":")
        day = asked.get("day") or self.last
        return CountsQuestion(
            rule_set=rule_set,
            rule=rule,
            gig=asked.get("gig") or self.seller.gigs.first(),
            day=min(max(day, EARLIEST), self.last),
            show=asked.get("show") or SHOW_ALL,
            page=asked.get("page") or 1,
        )


class HistoryQuery(forms.Form):
    """Which days and which rules the strip of a gig shows.

    ``rules`` is empty for the rules as they were, else the id of a rule set that is looked at
    as if it had always been in force.
    """

    rules = forms.ChoiceField(required=False)
    until = forms.DateField(required=False, input_formats=["%Y-%m-%d"])

    def __init__(self, data: Mapping[str, Any], *, rule_sets: Sequence[str], last: date) -> None:
        super().__init__(data)
        self.last = last
        cast("forms.ChoiceField", self.fields["rules"]).choices = [(one, one) for one in rule_sets]

    def asked_rules(self) -> str:
        self.is_valid()
        return str(self.cleaned_data.get("rules") or "")

    def asked_until(self) -> date:
        """The last day shown."""
        self.is_valid()
        day: date = self.cleaned_data.get("until") or self.last
        return min(max(day, EARLIEST), self.last)


class OutcomeForm(forms.Form):
    """What the platform said: a level it shows, or whether a gig can be promoted.

    Parameters
    ----------
    levels : titles that a level may have, the lowest first
    gig : where only this gig is spoken of
    """

    prefix = "said"

    said = forms.ChoiceField(label="It said")
    about = forms.ModelChoiceField(
        label="About the gig",
        required=False,
        queryset=Gig.objects.none(),
        empty_label="No gig: the seller level",
    )
    day = forms.DateField(label="On", input_formats=["%Y-%m-%d"])
    words = forms.CharField(
        label="Its words",
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Word for word, as far as you have them. Leave out what names a client.",
    )

    def __init__(
        self,
        *args: Any,
        seller: Seller,
        levels: Sequence[str],
        today: date,
        gig: Gig | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        promotion = [("promotable:yes", "It can be promoted"), ("promotable:no", "It cannot")]
        choices: list[Any] = [("Promotion of a gig", promotion)]
        about = cast("forms.ModelChoiceField[Gig]", self.fields["about"])
        about.queryset = seller.gigs.all()
        if gig is None:
            shown = [(f"level:{title}", f"Shows {title}") for title in levels]
            choices.insert(0, ("Seller level", shown))
        else:
            about.initial = gig
            about.widget = forms.HiddenInput()
        cast("forms.ChoiceField", self.fields["said"]).choices = choices
        self.fields["day"].widget = _day_widget(today)
        self.fields["day"].initial = today
        self.fields["day"].error_messages["invalid"] = "This is not a day. Write it as 2024-06-12."

    def clean_day(self) -> date:
        day: date = self.cleaned_data["day"]
        if day > self.today:
            raise ValidationError(f"{day_words(day)} has not come yet.")
        if day < EARLIEST:
            raise ValidationError(f"Choose a day from {day_words(EARLIEST)} on.")
        return day

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        kind, _, label = str(found.get("said", "")).partition(":")
        if kind == "promotable" and found.get("about") is None and "about" not in self.errors:
            self.add_error("about", "Choose the gig that it spoke of.")
        if kind == "level" and found.get("about") is not None:
            self.add_error("about", "A level belongs to the seller, not to a gig.")
        return {**found, "kind": kind, "label": label}

    @property
    def kind(self) -> Observation.Kind:
        """Of a valid form: what sort of observation it makes."""
        return Observation.Kind(self.cleaned_data["kind"])
