"""What can make a verdict flip."""

from __future__ import annotations

from enum import IntEnum


class FlipCause(IntEnum):
    """Why a span begins on its day."""

    #: The first day of the history: nothing flipped.
    BEGAN = 0
    RULES_CHANGED = 1
    #: An order began to count: completed, cancelled or delivered.
    ORDER_ENTERED = 2
    #: Time alone: an order left its window.
    ORDER_LEFT = 3
    #: A ruling took a cancellation out of the count.
    RULED_OUT = 4
    REVIEW_POSTED = 5
    REVIEW_EDITED = 6
    REVIEW_LEFT = 7
    REVIEW_REMOVED = 8
    INQUIRY_ENTERED = 9
    INQUIRY_LEFT = 10
    SCORE_MOVED = 11
    LEVEL_CHANGED = 12
    #: Time alone, without an order: days on the marketplace, a value shown too long ago.
    DAY_PASSED = 13
    #: The platform showed a value.
    SHOWN = 14
