"""One plain sentence of cause for a move: its one or two biggest stories.

A *story* is what a person would call one event: a gig that began to count, one order's
review, the fading of everything else. Lines are gathered into stories first, so that six
lines of one order are not six events.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypedDict

import numpy as np

from metrics.engine.attribution import Form
from metrics.engine.changes import GateFlip
from metrics.engine.days import day_number
from metrics.engine.types import Cause
from metrics.explanation import Explanation
from metrics.line_words import Indices, LineWords
from metrics.order_story import story_of_order, story_of_orders
from metrics.words import signed

#: Causes whose lines belong to single orders that a person remembers.
_BY_ORDER = (Cause.ENTERED, Cause.AGED_OUT, Cause.EDITED, Cause.REMOVED)
_GATES = (Cause.GIG_BEGAN, Cause.GIG_CEASED)
#: One order stands for its whole cause where it carries this part of it.
_ALONE = 0.6
#: A second story is told where it is at least this part of the first.
_SECOND = 0.4


class Headline(TypedDict):
    """As it is stored in ``Move.headline``: ready to print, and what it rests on."""

    text: str
    form: str
    change: float | None
    causes: list[str]


@dataclass(frozen=True, slots=True)
class Story:
    """``words`` reads "“Book editing” began to count", ``after`` "after a perfect order on it"."""

    cause: Cause
    amount: float
    words: str
    after: str = ""


def headline_of(explanation: Explanation) -> Headline:
    """The sentence of cause of an explanation, and the causes it names."""
    told: list[Story] = []
    match explanation.form:
        case Form.UNSCORED:
            text = f"On the later day: {explanation.after.reason}."
        case Form.LOST_SCORE:
            text = f"Why: {_gates_or_reason(explanation)}."
        case Form.FIRST_SCORE:
            text = f"Why: {_gates_or_reason(explanation)}."
        case _:
            told = _chosen(explanation)
            text = _sentence(told)
    return Headline(
        text=text,
        form=explanation.form.value,
        change=explanation.change if explanation.form is Form.MOVE else None,
        causes=[story.cause.name.lower() for story in told],
    )


def stories_of(explanation: Explanation) -> list[Story]:
    """All stories of a move, the largest first."""
    stories = list(_stories(explanation))
    return sorted(stories, key=lambda story: -abs(story.amount))


def _stories(explanation: Explanation) -> Iterator[Story]:
    lines, words = explanation.lines, LineWords(explanation)
    flips = {(flip.cause, flip.gig): flip for flip in explanation.gates}
    for cause in Cause:
        rows = np.flatnonzero(lines.cause == cause)
        if not len(rows):
            continue
        if cause in _GATES:
            for gig in np.unique(lines.gig[rows]).tolist():
                amount = math.fsum(lines.amount[rows[lines.gig[rows] == gig]].tolist())
                yield _gate_story(explanation, words, flips.get((cause, gig)), cause, gig, amount)
        elif cause in _BY_ORDER:
            yield _order_story(explanation, words, cause, rows)
        else:
            amount = math.fsum(lines.amount[rows].tolist())
            yield Story(cause, amount, _WHOLE[cause])


_WHOLE = {
    Cause.FADED: "older orders and reviews faded",
    Cause.BENCHMARK: "the benchmark of comparable gigs moved",
    Cause.LEARNED_LATE: "facts became known late",
    Cause.POLICY: "the rules changed",
}


def _gate_story(
    explanation: Explanation,
    words: LineWords,
    flip: GateFlip | None,
    cause: Cause,
    gig: int,
    amount: float,
) -> Story:
    verb = "began to count" if cause is Cause.GIG_BEGAN else "ceased to count"
    order = None if flip is None else flip.trigger_order
    after = "" if order is None else _trigger_words(explanation, words, order, cause)
    return Story(cause, amount, f"“{explanation.gigs[gig].title}” {verb}", after)


def _trigger_words(explanation: Explanation, words: LineWords, order: int, cause: Cause) -> str:
    if cause is Cause.GIG_CEASED:
        return f"as an order of it left the {explanation.window}"
    if words.is_perfect(order, day_number(explanation.after.day)):
        return "after a perfect order on it"
    if words.is_clean(order):
        return "after another completed order on it"
    return f"after an order on it that was {words.ending(order)}"


def _order_story(explanation: Explanation, words: LineWords, cause: Cause, rows: Indices) -> Story:
    """One order, where it carries most of the cause; otherwise all of them by number."""
    lines = explanation.lines
    orders, slot = np.unique(lines.order[rows], return_inverse=True)
    amounts = lines.amount[rows]
    gross = np.bincount(slot, weights=np.abs(amounts))
    largest = int(gross.argmax())
    if gross[largest] < _ALONE * gross.sum():
        told = story_of_orders(explanation, cause, len(orders))
        return Story(cause, math.fsum(amounts.tolist()), told.words)
    mine = rows[slot == largest]
    told = story_of_order(explanation, words, cause, mine)
    return Story(cause, math.fsum(lines.amount[mine].tolist()), told.words, told.after)


def _chosen(explanation: Explanation) -> list[Story]:
    """The largest story in the direction of the change, and a second one of its size."""
    stories, change = stories_of(explanation), explanation.change or 0.0
    pulling = [story for story in stories if story.amount * change > 0]
    if not pulling:
        return []
    first = pulling[0]
    rest = [story for story in stories if story is not first]
    told = [first]
    if rest and abs(rest[0].amount) >= _SECOND * abs(first.amount):
        told.append(rest[0])
    return told


def _sentence(told: list[Story]) -> str:
    if not told:
        return "Nothing moved it between these days."
    first = f"Mostly: {_with_amount(told[0])}"
    if len(told) == 1:
        return f"{first}."
    if told[0].amount * told[1].amount > 0:
        return f"{first}; and {_with_amount(told[1])}."
    return f"{first}. Against it: {_with_amount(told[1])}."


def _with_amount(story: Story) -> str:
    decimals = next((d for d in (2, 3, 4) if abs(story.amount) >= 0.5 * 10**-d), 5)
    after = f", {story.after}" if story.after else ""
    return f"{story.words} ({signed(story.amount, decimals)}){after}"


def _gates_or_reason(explanation: Explanation) -> str:
    """Which gig opened or closed the score, and with which order."""
    began = explanation.form is Form.FIRST_SCORE
    words = LineWords(explanation)
    for flip in explanation.gates:
        if flip.opened is began and flip.cause in _GATES:
            story = _gate_story(explanation, words, flip, flip.cause, flip.gig, 0.0)
            return f"{story.words}, {story.after}" if story.after else story.words
    if explanation.after.reason:
        return explanation.after.reason
    return "there is enough in the window now"
