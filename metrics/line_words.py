"""What one line of a ledger is about, from the facts of its order: "new review, 5 stars"."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from metrics.engine.attribution import Form
from metrics.engine.days import NO_DAY, day_number
from metrics.engine.types import CancelledBy, Cause, Factor, OrderStatus
from metrics.explanation import Explanation
from metrics.words import CAUSE_WORDS, delivery_words, star_words

#: The areas that reviews speak to, with the column of the review that does.
REVIEW_COLUMNS = {
    Factor.CLIENT_SATISFACTION: "quality",
    Factor.COMMUNICATION: "communication",
    Factor.VALUE_FOR_MONEY: "value",
}
_CANCELLED_BY = {
    CancelledBy.UNKNOWN: "cancelled",
    CancelledBy.SELLER: "cancelled by the seller",
    CancelledBy.CLIENT: "cancelled by the client",
    CancelledBy.MUTUAL: "cancelled by both sides",
    CancelledBy.PLATFORM: "cancelled by the platform",
}
#: Indices of lines.
Indices = NDArray[np.integer[Any]]

_GONE = (Cause.AGED_OUT, Cause.REMOVED)


class LineWords:
    """Words for the lines of one explanation."""

    def __init__(self, explanation: Explanation) -> None:
        self._explanation = explanation
        self._orders = explanation.facts.orders
        self._reviews = explanation.facts.reviews
        self._days = (day_number(explanation.before.day), day_number(explanation.after.day))
        # Many lines share an order.
        self._row = cache(explanation.order_row)
        self._version = cache(self._version_on)

    def cause(self, cause: Cause, area: Factor | None) -> str:
        """The cause of one line: a new item is a new review, delivery or order."""
        if cause is Cause.AGED_OUT:
            return f"left the {self._explanation.window}"
        if cause is not Cause.ENTERED:
            return CAUSE_WORDS[cause]
        new = "" if self._explanation.form is Form.FIRST_SCORE else "new "
        if area in REVIEW_COLUMNS:
            return f"{new}review"
        return f"{new}{'delivery' if area is Factor.DELIVERY_TIME else 'order'}"

    def detail(self, order: int, area: Factor | None, cause: Cause) -> str:
        """What the order's fact in this area says: "5 stars", "late by 3 h", "completed"."""
        row = self._row(order)
        if area in REVIEW_COLUMNS:
            return self._rating(row, area, cause)
        if area is Factor.DELIVERY_TIME:
            late = self.late_hours(order)
            return "" if late is None else delivery_words(late)
        if area is Factor.CONFLICT_FREE:
            return "disputed" if int(self._orders.disputes[row]) > 0 else "no dispute"
        if area is Factor.CANCELLATIONS:
            return self.ending(order)
        return ""

    def ending(self, order: int) -> str:
        """How an order ended: "completed", "cancelled by the client", "open"."""
        row = self._row(order)
        status = OrderStatus(int(self._orders.status[row]))
        if status is OrderStatus.CANCELLED:
            return _CANCELLED_BY[CancelledBy(int(self._orders.cancelled_by[row]))]
        return "completed" if status is OrderStatus.COMPLETED else "open"

    def is_perfect(self, order: int, day: int) -> bool:
        """Completed, not late, no dispute, and on that day five stars throughout."""
        version = self._version(self._row(order), day)
        return (
            self.is_clean(order)
            and version is not None
            and not any(
                getattr(self._reviews, name)[version] < 5
                for name in ("stars", "quality", "communication", "value")
            )
        )

    def is_clean(self, order: int) -> bool:
        """Completed, not known to be late, no dispute known."""
        row, orders = self._row(order), self._orders
        return (
            int(orders.status[row]) == OrderStatus.COMPLETED
            and not float(orders.late_hours[row]) > 0
            and not int(orders.disputes[row]) > 0
        )

    def rating(self, order: int, area: Factor, day: int) -> float | None:
        """Stars that the review in force on a day number gives in an area."""
        version = self._version(self._row(order), day)
        return None if version is None else self._rated(version, REVIEW_COLUMNS[area])

    def late_hours(self, order: int) -> float | None:
        """First delivery minus the due time; None where either is unknown."""
        late = float(self._orders.late_hours[self._row(order)])
        return None if np.isnan(late) else late

    def _rating(self, row: int, area: Factor, cause: Cause) -> str:
        then, now = (self._version(row, day) for day in self._days)
        column = REVIEW_COLUMNS[area]
        if cause is Cause.EDITED and then is not None and now is not None:
            was, is_now = self._rated(then, column), self._rated(now, column)
            if was is not None and is_now is not None:
                return f"from {star_words(was)} to {star_words(is_now)}"
        version = then if cause in _GONE or now is None else now
        rated = None if version is None else self._rated(version, column)
        return "" if rated is None else star_words(rated)

    def _rated(self, version: int, column: str) -> float | None:
        value = float(getattr(self._reviews, column)[version])
        if np.isnan(value) and column == "quality":
            value = float(self._reviews.stars[version])
        return None if np.isnan(value) else value

    def _version_on(self, row: int, day: int) -> int | None:
        """The version of an order's review in force on a day."""
        reviews = self._reviews
        low, high = (int(i) for i in np.searchsorted(reviews.row, (row, row + 1)))
        for version in range(high - 1, low - 1, -1):
            end = int(reviews.end_day[version])
            if int(reviews.start_day[version]) <= day and (end == NO_DAY or day < end):
                return version
        return None
