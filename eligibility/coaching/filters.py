"""Which clients, in which order: the address of the roster. Nonsense counts as not asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.db.models import (
    Case,
    Exists,
    F,
    IntegerField,
    OuterRef,
    QuerySet,
    Subquery,
    Value,
    When,
)

from eligibility.models import ComingLoss
from eligibility.rule_files import rule_sets_by_id
from eligibility.rules.types import Kind, Phase
from metrics.models import Move
from sellers.filters import ROSTER_SORTS, RosterQuery
from sellers.models import ClientMark, Seller
from sellers.selectors import roster

#: As the level machine's phases are called in a list.
_PHASES = (
    (Phase.HOLDS, "Holds"),
    (Phase.GRACE, "On grace"),
    (Phase.REVIEW, "People decide"),
    (Phase.NO_RULES, "No level rules"),
)
LOST, LEVEL = "lost", "level"


class ClientsQuery(RosterQuery):
    """The roster's query with what a coach sorts clients by. Groups and tags are the user's own."""

    sorts = (*ROSTER_SORTS, LOST, LEVEL)

    level = forms.ChoiceField(label="Level", required=False)
    phase = forms.ChoiceField(
        label="Phase", required=False, choices=[("", "All"), *((p.value, w) for p, w in _PHASES)]
    )
    group = forms.ChoiceField(label="Group", required=False)
    tag = forms.ChoiceField(label="Tag", required=False)
    since = forms.DateField(
        label="Moved since",
        required=False,
        input_formats=["%Y-%m-%d"],
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )
    snoozed = forms.BooleanField(label="Snoozed ones too", required=False)

    def __init__(self, data: Mapping[str, Any], marks: Sequence[ClientMark]) -> None:
        super().__init__(data)
        groups = sorted({mark.group for mark in marks if mark.group}, key=str.casefold)
        tags = sorted({tag for mark in marks for tag in mark.tags}, key=str.casefold)
        self._offer("level", [(str(rank), title) for rank, title in level_choices()])
        self._offer("group", [(name, name) for name in groups])
        self._offer("tag", [(name, name) for name in tags])
        self.has_labels = {"group": bool(groups), "tag": bool(tags)}

    def _offer(self, name: str, choices: list[tuple[str, str]]) -> None:
        field = self.fields[name]
        if isinstance(field, forms.ChoiceField):
            field.choices = [("", "All"), *choices]

    @property
    def filters(self) -> dict[str, Any]:
        """What narrows the list, by field; empty where all are asked for."""
        asked = self.asked()
        names = ("q", "platform", "state", "level", "phase", "group", "tag", "since")
        return {name: asked[name] for name in names if asked[name]}


def level_choices() -> list[tuple[int, str]]:
    """Levels by rank as the newest rules of each marketplace name them; rank 0 is none."""
    titles: dict[int, list[str]] = {0: ["No level yet"]}
    for rule_set in rule_sets_by_id().values():
        if rule_set.kind is Kind.LEVELS and rule_set.end_day is None:
            for level in rule_set.levels:
                names = titles.setdefault(level.rank, [])
                names += [level.title] if level.title not in names else []
    return [(rank, " / ".join(names)) for rank, names in sorted(titles.items())]


def clients(
    sellers: QuerySet[Seller], asked: dict[str, Any], marks: QuerySet[ClientMark], now: datetime
) -> QuerySet[Seller]:
    """Sellers as the query asks: those who lose something first come first by default.

    Each carries ``days_left`` until its first coming loss, NULL without one and while it is
    snoozed. ``marks`` are the user's own; ``now`` is the moment of the page.
    """
    today = now.date()
    asleep = marks.filter(snoozed_until__gt=today)
    if asked["snoozed"]:
        asleep = marks.none()
    losses = ComingLoss.objects.filter(seller=OuterRef("pk")).order_by("days_left", "kind")
    rows = roster(sellers, asked, today=today).annotate(
        days_left=Case(
            When(Exists(_of(asleep)), then=Value(None)),
            default=Subquery(losses.values("days_left")[:1]),
            output_field=IntegerField(),
        )
    )
    if asked["level"]:
        rows = rows.filter(eligibility__held=int(asked["level"]))
    if asked["phase"]:
        rows = rows.filter(eligibility__phase=int(asked["phase"]))
    for name, kept in (("group", "group"), ("tag", "tags__contains")):
        if asked[name]:
            value = asked[name] if name == "group" else [asked[name]]
            rows = rows.filter(Exists(_of(marks.filter(**{kept: value}))))
    if asked["since"]:
        moves = Move.objects.filter(seller=OuterRef("pk"), day__gte=asked["since"])
        rows = rows.filter(Exists(moves))
    return _ordered(rows, asked["sort"])


def _of(marks: QuerySet[ClientMark]) -> QuerySet[ClientMark]:
    return marks.filter(seller=OuterRef("pk"))


def _ordered(rows: QuerySet[Seller], sort: str) -> QuerySet[Seller]:
    soonest = F("days_left").asc(nulls_last=True)
    if sort == "attention":
        return rows.order_by(soonest, *rows.query.order_by)
    descends = sort.startswith("-")
    name = sort.removeprefix("-")
    if name == LOST:
        return rows.order_by(
            F("days_left").desc(nulls_last=True) if descends else soonest, "handle", "pk"
        )
    if name == LEVEL:
        held = F("eligibility__held")
        first = held.desc(nulls_last=True) if descends else held.asc(nulls_last=True)
        return rows.order_by(first, "handle", "pk")
    return rows
