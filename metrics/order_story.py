"""What one order did to the score, as a person would say it: "a review with 3 stars"."""

from __future__ import annotations

from dataclasses import dataclass

from metrics.engine.days import day_number
from metrics.engine.ledger import totals
from metrics.engine.types import Cause, Factor
from metrics.explanation import Explanation
from metrics.line_words import REVIEW_COLUMNS, Indices, LineWords
from metrics.words import counted, delivery_words, star_words

_RATED = {
    Factor.CLIENT_SATISFACTION: "",
    Factor.COMMUNICATION: " for communication",
    Factor.VALUE_FOR_MONEY: " for value",
}


@dataclass(frozen=True, slots=True)
class OrderStory:
    """``words`` stand before the amount, ``after`` behind it."""

    words: str
    after: str = ""


def story_of_order(
    explanation: Explanation, words: LineWords, cause: Cause, rows: Indices
) -> OrderStory:
    """The story of the lines ``rows``: all those of one order and cause."""
    lines = explanation.lines
    order, gig = int(lines.order[rows[0]]), int(lines.gig[rows[0]])
    on = f"on “{explanation.gigs[gig].title}”"
    areas = totals(lines.factor[rows], lines.amount[rows])
    finished = Factor.CANCELLATIONS in areas
    if cause is Cause.EDITED:
        return OrderStory(f"a review {on} was edited")
    if cause is Cause.REMOVED:
        what = "cancellation" if finished else "review"
        return OrderStory(f"a {what} {on} was taken out of the count")
    side = explanation.before if cause is Cause.AGED_OUT else explanation.after
    told = _Told(words, order, day_number(side.day), set(areas))
    main = _main_area(areas)
    what = told.kind(main, on)
    if cause is Cause.AGED_OUT:
        what = f"{what} left the {explanation.window}"
    after = ""
    if main is Factor.GIG_WEIGHT:
        after = (
            "so the gig weighs less" if cause is Cause.AGED_OUT else "as the gig weighs more now"
        )
    return OrderStory(what, after)


def story_of_orders(explanation: Explanation, cause: Cause, orders: int) -> OrderStory:
    """The story of many orders at once."""
    number = counted(orders, "order", "orders")
    was = "was" if orders == 1 else "were"
    return OrderStory(
        {
            Cause.ENTERED: f"{number} {was} delivered, finished or reviewed",
            Cause.AGED_OUT: f"{number} left the {explanation.window}",
            Cause.EDITED: f"the reviews of {number} were edited",
            Cause.REMOVED: f"facts of {number} were taken out of the count",
        }[cause]
    )


def _main_area(areas: dict[int, float]) -> Factor:
    """The area that carries most of the order's effect, in the effect's direction."""
    total = sum(areas.values())
    return Factor(max(areas, key=lambda area: areas[area] if total > 0 else -areas[area]))


@dataclass(frozen=True, slots=True)
class _Told:
    """An order on a day number, and the areas in which it has lines."""

    words: LineWords
    order: int
    day: int
    areas: set[int]

    def kind(self, main: Factor, on: str) -> str:
        words, order = self.words, self.order
        reviewed = bool(self.areas & REVIEW_COLUMNS.keys())
        finished = Factor.CANCELLATIONS in self.areas
        if finished and reviewed and words.is_perfect(order, self.day):
            return f"a perfect order {on}"
        if main in REVIEW_COLUMNS:
            rated = words.rating(order, main, self.day)
            stars = "" if rated is None else f"with {star_words(rated)}{_RATED[main]} "
            return f"{'an order' if finished else 'a review'} {stars}{on}"
        if main is Factor.DELIVERY_TIME:
            late = words.late_hours(order)
            if late is None or late <= 0:
                return f"an on-time delivery {on}"
            return f"a delivery {delivery_words(late)} {on}"
        if main is Factor.CONFLICT_FREE and not words.is_clean(order):
            return f"an order with a dispute {on}"
        ending = words.ending(order)
        return f"a completed order {on}" if ending == "completed" else f"an order {on} {ending}"
