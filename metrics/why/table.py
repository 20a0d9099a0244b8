"""The lines that are asked for, the folded rest, and the sum that proves them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from metrics.explanation import Explanation
from metrics.forms import Question
from metrics.ledger_view import Row, Selection, rows_of
from metrics.why.links import Links, Refs
from metrics.why.printing import direction_of, rounding_words, score_texts
from metrics.words import MINUS, NOISE, counted, day_words, pair_decimals, signed, whole


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
    # Of the whole ledger: a filter must not make small lines look large.
    largest = float(np.abs(explanation.lines.amount).max(initial=0.0)) or 1.0
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
        words = f"rounding {rounding_words(explanation)} → {after.displayed}"
        found.append({"words": words, "holds": None})
    for side in explanation.sides:
        if side.observed is not None and side.displayed is not None:
            words = f"platform showed {whole(side.observed)} on {day_words(side.day)}"
            found.append({"words": words, "holds": side.residual == 0})
    return found


def _line_view(row: Row, refs: Refs, links: Links, largest: float) -> LineView:
    ref = "" if row.order is None else refs.get(row.order, "")
    return LineView(
        row=row,
        ref=ref,
        url=links.order(ref),
        amount=repr(row.amount),
        words=signed(row.amount),
        direction=direction_of(row.amount),
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
        words = f"{number} more under {bound_words(rest.largest)}, together"
        url = links.why(lines="all") + "#lines"
    return RestView(words, repr(rest.amount), signed(rest.amount), url)


def bound_words(largest: float) -> str:
    """The next number of one digit above an amount: 0.03 for 0.0297."""
    if largest < NOISE:
        return str(NOISE)
    places = max(-math.floor(math.log10(largest)), 0)
    return f"{(math.floor(largest * 10**places) + 1) / 10**places:g}"


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
