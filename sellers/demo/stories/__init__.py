"""The demo sellers, one module each; the cases first, ordinary sellers after them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date

from sellers.demo.rows import StoryFacts
from sellers.demo.stories import (
    after_holiday,
    busy_studio,
    case_pack,
    edited_reviews,
    frozen_window,
    new_seller,
    nothing_happened,
    on_grace,
    one_of_four,
    ordinary_writer,
    perfect_order,
    promoted_gate,
    thin_window,
)

STORIES: Mapping[str, Callable[[date], StoryFacts]] = {
    module.HANDLE: module.tell
    for module in (
        perfect_order,
        thin_window,
        nothing_happened,
        case_pack,
        promoted_gate,
        ordinary_writer,
        new_seller,
        after_holiday,
        busy_studio,
        edited_reviews,
        frozen_window,
        on_grace,
        one_of_four,
    )
}
