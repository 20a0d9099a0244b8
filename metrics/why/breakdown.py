"""How the score before became the score after: the waterfall and its groups."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from metrics.charts.waterfall import Level, Step, draws_rounding, waterfall, waterfall_table
from metrics.engine.attribution import Form
from metrics.explanation import Explanation
from metrics.forms import Question
from metrics.ledger_view import By, Group
from metrics.why.links import Links, Refs
from metrics.why.printing import direction_of, end_words, rounding_words, score_texts
from metrics.words import NOISE, counted, signed

_TABS = {By.CAUSE: "By cause", By.GIG: "By gig", By.AREA: "By area", By.ORDER: "By order"}
_FILTER_OF = {By.CAUSE: "cause", By.GIG: "gig", By.AREA: "factor"}


@dataclass(frozen=True, slots=True)
class GroupView:
    """A group with its words and the address of its lines."""

    name: str
    meaning: str
    lines: str
    url: str | None
    amount: str
    words: str
    direction: str
    noise: bool
    position: float


@dataclass(frozen=True, slots=True)
class Breakdown:
    """The waterfall and its groups."""

    title: str
    by: str
    tabs: Sequence[Mapping[str, Any]]
    figure: Mapping[str, Any]
    table: Mapping[str, Any]
    label: str
    caption: str
    groups: Sequence[GroupView]


def breakdown_of(
    explanation: Explanation, question: Question, groups: Sequence[Group], refs: Refs, links: Links
) -> Breakdown:
    """How the score before became the score after, by cause, gig, area or order."""
    first_score, last_score = explanation.ends
    views = _group_views(groups, question.by, refs, links)
    steps = [
        Step(view.name, group.amount, view.url) for view, group in zip(views, groups, strict=True)
    ]
    unscored = explanation.form is Form.FIRST_SCORE
    before, after = end_words(explanation)
    start = Level("no history" if unscored else before, first_score)
    end = Level(after, last_score)
    displayed = explanation.after.displayed
    ends: dict[str, Any] = {"start": start, "steps": steps, "end": end, "displayed": displayed}
    caption = "The grey bars are cut off below: the scale runs from 1 to 10."
    if displayed is not None and not draws_rounding(**ends):
        rounding = rounding_words(explanation)
        caption += f" Not drawn, because it dwarfs the rest: rounding {rounding} to {displayed}."
    turn = " to ".join(score_texts(first_score, last_score))
    return Breakdown(
        title=f"From {turn}, {_TABS[question.by].lower()}",
        by=question.by.value,
        tabs=[
            {
                "label": label,
                "url": links.why(by=None if by is By.CAUSE else by.value),
                "current": by is question.by,
            }
            for by, label in _TABS.items()
        ],
        figure=waterfall(**ends),
        table=waterfall_table(**ends),
        label=f"Waterfall from {turn}: " + "; ".join(f"{v.name} {v.words}" for v in views),
        caption=caption,
        groups=views,
    )


def _group_views(groups: Sequence[Group], by: By, refs: Refs, links: Links) -> list[GroupView]:
    largest = max((abs(group.amount) for group in groups), default=0.0) or 1.0
    views = []
    for group in groups:
        name, url = group.name, None
        if group.order is not None:
            ref = refs.get(group.order, "")
            name, url = ref or "an order", links.order(ref)
        elif group.key is not None:
            changes: dict[str, str | None] = {
                _FILTER_OF[by]: group.key,
                "lines": None,
                "page": None,
            }
            url = links.why(**changes) + "#lines"
        views.append(
            GroupView(
                name=name,
                meaning=group.meaning,
                lines=counted(group.lines, "line", "lines"),
                url=url,
                amount=repr(group.amount),
                words=signed(group.amount),
                direction=direction_of(group.amount),
                noise=abs(group.amount) < NOISE,
                position=round(100 * group.amount / largest, 2),
            )
        )
    return views
