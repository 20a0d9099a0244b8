"""A seller whose score fell from 10 to 9 after a perfect order: ground of the tests of "why"."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from metrics.engine import ENGINE_VERSION
from metrics.engine.reference import display
from metrics.models import Move
from sellers.models import Gig, Order, Seller
from tests.builders import a_gig, a_review, a_seller, an_order

#: The second order of "Query letters" finishes on this day and opens its gate.
TURN = date(2024, 6, 5)
DAY_BEFORE = date(2024, 6, 4)


@dataclass(frozen=True)
class WhyStory:
    """The seller, its two gigs and the order that opened the second one."""

    seller: Seller
    editing: Gig
    letters: Gig
    opener: Order


def finished_order(gig: Gig, day: date, **fields: Any) -> Order:
    """A clean $100 order that was completed at noon UTC of a day."""
    end = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
    return an_order(
        gig,
        end - timedelta(days=6),
        **{
            "due_at": end,
            "delivered_at": end - timedelta(days=1),
            "completed_at": end,
            **fields,
        },
    )


def reviewed(order: Order, rating: int = 5) -> None:
    """Rated alike in all three areas, an hour after completion."""
    value = Decimal(rating)
    assert order.completed_at is not None
    a_review(
        order,
        rating,
        posted_at=order.completed_at + timedelta(hours=1),
        quality_of_delivery=value,
        working_with=value,
        value_for_money=value,
    )


def the_perfect_order(orders: int = 18, **fields: Any) -> WhyStory:
    """18 perfect orders on one gig, then the second perfect order on another one."""
    seller = a_seller(**fields)
    editing = a_gig(seller, title="Book editing")
    letters = a_gig(seller, title="Query letters")
    for number in range(orders):
        reviewed(finished_order(editing, TURN - timedelta(days=2 + 7 * number)))
    reviewed(finished_order(letters, TURN - timedelta(days=40)))
    opener = finished_order(letters, TURN)
    reviewed(opener)
    return WhyStory(seller, editing, letters, opener)


def note_moves(seller: Seller) -> list[Move]:
    """The last move of :func:`the_perfect_order` and an earlier one, as a recompute stores them."""
    return [
        Move.objects.create(
            seller=seller,
            day=day,
            score_before=before,
            score_after=after,
            displayed_before=None if before is None else display(before),
            displayed_after=display(after),
            policy="fiverr-success-2024/1",
            engine_version=ENGINE_VERSION,
            revision=seller.revision,
        )
        for day, before, after in ((date(2024, 2, 12), None, 7.9), (TURN, 9.62, 9.48))
    ]
