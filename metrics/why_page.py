"""What the why page says, from an explanation and the question about it. Pure assembly."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict
from django.urls import NoReverseMatch, reverse

from metrics.charts.waterfall import Level, Step, draws_rounding, waterfall, waterfall_table
from metrics.engine.attribution import Form
from metrics.explanation import Explanation, Side
from metrics.forms import Question
from metrics.headline import headline_of
from metrics.ledger_view import By, Group, Row, Selection, groups_of, rows_of, select
from metrics.words import (
    AREA_WORDS,
    CAUSE_ABSENT,
    CAUSE_THINGS,
    MINUS,
    NOISE,
    counted,
    day_words,
    display_sentence,
    listed,
    pair_decimals,
    score_words,
    signed,
    turn_sentence,
    unsigned,
    whole,
)

_TABS = {By.CAUSE: "By cause", By.GIG: "By gig", By.AREA: "By area", By.ORDER: "By order"}
_FILTER_OF = {By.CAUSE: "cause", By.GIG: "gig", By.AREA: "factor"}

#: Order references by database id.
Refs = Mapping[int, str]


@dataclass(frozen=True, slots=True)
class Links:
    """Addresses of the page: everything that is asked stands in them."""

    seller_id: int
    query: Mapping[str, str]

    def why(self, **changes: str | None) -> str:
        return f"{reverse('metrics:why', args=[self.seller_id])}?{self._encoded(changes)}"

    def csv(self) -> str:
        kept = ("from", "to", "gig", "factor", "cause")
        dropped = {name: None for name in self.query if name not in kept}
        return f"{reverse('metrics:why_csv', args=[self.seller_id])}?{self._encoded(dropped)}"

    def order(self, ref: str | None) -> str | None:
        """The order's page; None for a reference that no address can hold."""
        try:
            return reverse("sellers:order", args=[self.seller_id, ref]) if ref else None
        except NoReverseMatch:
            return None

    def query_dict(self) -> QueryDict:
        return QueryDict(self._encoded({}))

    def _encoded(self, changes: Mapping[str, str | None]) -> str:
        query = {**self.query, **changes}
        return urlencode({name: value for name, value in query.items() if value})


def query_of(
    explanation: Explanation, question: Question, form_data: Mapping[str, Any]
) -> dict[str, str]:
    """The address's query with both days written out and nothing in it that does not hold."""
    asked = question.filter
    return {
        "from": explanation.before.day.isoformat(),
        "to": explanation.after.day.isoformat(),
        "by": "" if question.by is By.CAUSE else question.by.value,
        "gig": str(form_data["gig"] or "") if asked.gig is not None else "",
        "factor": str(form_data["factor"] or "") if asked.area is not None else "",
        "cause": str(form_data["cause"] or "") if asked.cause is not None else "",
        "sort": question.sort_key,
        "lines": "all" if question.everything else "",
        "page": str(question.page) if question.everything and question.page > 1 else "",
    }


# --- before and after ---------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Hero:
    """The state and one sentence of cause."""

    before: str
    after: str
    scores: str
    observed: Sequence[str]
    residuals: Sequence[str]
    turn: str
    cause: str
    display: str
    direction: str


def hero_of(explanation: Explanation, platform: str) -> Hero:
    """Before → after first, then why, then how the display goes with the score."""
    before, after = explanation.before, explanation.after
    sides = (before, after)
    display = ""
    if before.score is not None and after.score is not None:
        display = display_sentence(before.score, after.score)
    return Hero(
        before="" if before.displayed is None else str(before.displayed),
        after="" if after.displayed is None else str(after.displayed),
        scores=" → ".join(score_texts(before.score, after.score)),
        observed=[
            f"{platform} showed {whole(side.observed)} on {day_words(side.day)}"
            for side in sides
            if side.observed is not None
        ],
        residuals=[_residual_words(side) for side in sides if side.residual],
        turn=turn_sentence(before.displayed, after.displayed, before.day, after.day),
        cause="" if explanation.form is Form.UNSCORED else headline_of(explanation)["text"],
        display=display,
        direction=_direction(explanation.change or 0.0),
    )


def score_texts(start: float | None, end: float | None, least: int = 2) -> tuple[str, str]:
    """Two scores, equally exact, with the decimals that they and their difference need."""
    if start is None or end is None:
        words = ["not scored" if score is None else score_words(score) for score in (start, end)]
        return words[0], words[1]
    decimals = pair_decimals(start, end, least)
    return f"{start:.{decimals}f}", f"{end:.{decimals}f}"


def _residual_words(side: Side) -> str:
    residual = side.residual or 0.0
    more = "more" if residual > 0 else "less"
    return (
        f"On {day_words(side.day)} the platform showed {whole(abs(residual))} {more} than our "
        "estimate. That part cannot be explained from your data."
    )


def _direction(amount: float) -> str:
    return "up" if amount > 0 else "down" if amount < 0 else "flat"


# --- the breakdown ------------------------------------------------------------------------


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
    start = Level("no history" if unscored else day_words(explanation.before.day), first_score)
    end = Level(day_words(explanation.after.day), last_score)
    displayed = explanation.after.displayed
    ends: dict[str, Any] = {"start": start, "steps": steps, "end": end, "displayed": displayed}
    caption = ""
    if displayed is not None and not draws_rounding(**ends):
        rounding = _rounding_words(explanation)
        caption = f"Not drawn, because it dwarfs the rest: rounding {rounding} to {displayed}."
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
            name = refs.get(group.order, "")
            url = links.order(name)
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
                direction=_direction(group.amount),
                noise=abs(group.amount) < NOISE,
                position=round(100 * group.amount / largest, 2),
            )
        )
    return views


# --- the ledger ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class LineView:
    """A line of the ledger as printed; ``amount`` has every digit."""

    row: Row
    ref: str
    url: str | None
    amount: str
    words: str
    direction: str
    position: float


@dataclass(frozen=True, slots=True)
class RestView:
    """The lines that are not printed one by one."""

    words: str
    amount: str
    amount_words: str
    url: str | None


@dataclass(frozen=True, slots=True)
class LedgerTable:
    """Lines, the folded rest, and the sum that proves them."""

    lines: Sequence[LineView]
    rest: RestView | None
    fold_url: str | None
    pages: Sequence[Mapping[str, Any]]
    filtered: str
    filtered_amount: str
    filtered_words: str
    sum_words: str
    total: str
    total_words: str
    holds: bool
    after: Sequence[Mapping[str, Any]]


def ledger_of(
    explanation: Explanation, question: Question, selection: Selection, refs: Refs, links: Links
) -> LedgerTable:
    """The lines that are asked for, with the sums of what is shown and of everything."""
    rows = rows_of(explanation, selection.shown)
    largest = max((abs(row.amount) for row in rows), default=0.0) or 1.0
    number = counted(len(explanation.lines), "line", "lines")
    everything = "all " if question.filter.is_on else ""
    return LedgerTable(
        lines=[_line_view(row, refs, links, largest) for row in rows],
        rest=_rest_view(selection, question, links),
        fold_url=links.why(lines=None, page=None) + "#lines" if question.everything else None,
        pages=_pages(selection, links),
        filtered=counted(selection.lines, "line", "lines") if question.filter.is_on else "",
        filtered_amount=repr(selection.amount),
        filtered_words=signed(selection.amount),
        sum_words=f"Sum of {everything}{number} = {_difference(explanation)}",
        total=repr(explanation.total),
        total_words=signed(explanation.total, pair_decimals(*explanation.ends, least=3)),
        holds=explanation.adds_up,
        after=_after_sum(explanation),
    )


def _difference(explanation: Explanation) -> str:
    start, end = score_texts(*explanation.ends, least=3)
    return f"{end} {MINUS} {start}"


def _after_sum(explanation: Explanation) -> list[dict[str, Any]]:
    """Rounding to the display, and what the platform showed."""
    after = explanation.after
    found: list[dict[str, Any]] = []
    if explanation.rounding is not None:
        words = f"rounding {_rounding_words(explanation)} → {after.displayed}"
        found.append({"words": words, "holds": None})
    for side in (explanation.before, after):
        if side.observed is not None and side.displayed is not None:
            words = f"platform showed {whole(side.observed)} on {day_words(side.day)}"
            found.append({"words": words, "holds": side.residual == 0})
    return found


def _rounding_words(explanation: Explanation) -> str:
    """As exact as the score beside it, so that the two lead to the displayed number."""
    decimals = pair_decimals(*explanation.ends)
    return signed(explanation.rounding or 0.0, decimals)


def _line_view(row: Row, refs: Refs, links: Links, largest: float) -> LineView:
    ref = "" if row.order is None else refs.get(row.order, "")
    return LineView(
        row=row,
        ref=ref,
        url=links.order(ref),
        amount=repr(row.amount),
        words=signed(row.amount),
        direction=_direction(row.amount),
        position=round(100 * row.amount / largest, 2),
    )


def _rest_view(selection: Selection, question: Question, links: Links) -> RestView | None:
    rest = selection.rest
    if rest is None:
        return None
    number = f"{rest.lines:,}"
    if question.everything:
        words, url = f"{number} on other pages, together", None
    else:
        words = f"{number} more under {_bound(rest.largest)}, together"
        url = links.why(lines="all") + "#lines"
    return RestView(words, repr(rest.amount), signed(rest.amount), url)


def _bound(largest: float) -> str:
    """The next number of one digit above an amount: 0.03 for 0.0297."""
    if largest < NOISE:
        return str(NOISE)
    places = max(-math.floor(math.log10(largest)), 0)
    return f"{(math.floor(largest * 10**places) + 1) / 10**places:.{places}f}"


def _pages(selection: Selection, links: Links) -> list[dict[str, Any]]:
    """First, last, and the pages around this one; an entry without a page is a gap."""
    if selection.pages < 2:
        return []
    near = {1, selection.pages, *range(selection.page - 1, selection.page + 2)}
    numbers = [number for number in sorted(near) if 1 <= number <= selection.pages]
    found: list[dict[str, Any]] = []
    for index, number in enumerate(numbers):
        if index and number > numbers[index - 1] + 1:
            found.append({"number": None})
        url = links.why(page=str(number)) + "#lines"
        found.append({"number": number, "url": url, "current": number == selection.page})
    return found


# --- what played no part ------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Checked:
    """Factors and causes that were looked at and did nothing, and what no data can show."""

    absent: str
    slight: str
    missing: str


def checked_of(explanation: Explanation) -> Checked:
    """One sentence each; an empty one is not printed."""
    parts = explanation.parts()
    absent = [AREA_WORDS[area] for area in parts.absent_areas]
    events = [CAUSE_ABSENT[cause] for cause in parts.absent]
    slight = [AREA_WORDS[area] for area in parts.slight_areas]
    slight += [CAUSE_THINGS[cause] for cause in parts.slight]
    return Checked(
        absent="; ".join(part for part in (listed(absent), *events) if part),
        slight=listed(slight),
        missing=missing_words(explanation),
    )


def missing_words(explanation: Explanation) -> str:
    """What is not in the seller's data."""
    number, days = explanation.immature_orders, explanation.immature_days
    young = ""
    if number:
        verb = "was" if number == 1 else "were"
        rating = "a private rating of it" if number == 1 else "private ratings of them"
        young = (
            f" {counted(number, 'order', 'orders')} {verb} completed less than {days} days before "
            f"{day_words(explanation.after.day)}, so {rating} could still come."
        )
    return (
        "Private ratings: clients may give one up to "
        f"{days} days after completion, and the platform never shows it to you.{young}"
    )


def shown_orders(
    groups: Sequence[Group], explanation: Explanation, selection: Selection
) -> set[int]:
    """Database ids of every order that the page names."""
    named = {group.order for group in groups if group.order is not None}
    named |= {row.order for row in rows_of(explanation, selection.shown) if row.order is not None}
    return named


def context_of(
    explanation: Explanation,
    question: Question,
    *,
    platform: str,
    links: Links,
    read_refs: Callable[[set[int]], Refs],
) -> dict[str, Any]:
    """Everything that the templates of the page need of an explanation."""
    context: dict[str, Any] = {
        "explanation": explanation,
        "hero": hero_of(explanation, platform),
        "checked": checked_of(explanation),
        "links": links,
        "permalink": links.why(),
        "csv_url": links.csv(),
        "has_ledger": explanation.change is not None,
        "base": None if explanation.start is None else unsigned(explanation.start),
    }
    if explanation.change is None:
        return context
    groups = groups_of(explanation, question.by)
    selection = select(
        explanation,
        question.filter,
        sort=question.sort,
        descending=question.descending,
        everything=question.everything,
        page=question.page,
    )
    refs = read_refs(shown_orders(groups, explanation, selection))
    return {
        **context,
        "breakdown": breakdown_of(explanation, question, groups, refs, links),
        "ledger": ledger_of(explanation, question, selection, refs, links),
        "sort": question.sort_key,
        "filtered": question.filter.is_on,
    }
