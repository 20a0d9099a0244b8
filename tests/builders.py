"""Plain builders of facts: every argument has a harmless default, every default is fixed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import Any

from django.utils import timezone

from sellers.access.tokens import hash_of
from sellers.models import (
    Gig,
    Grant,
    Order,
    OrderStatus,
    Promise,
    Review,
    Scope,
    Seller,
    User,
    WrittenAs,
)

_numbers = count(1)

#: The usual "now" of tests: a Wednesday, noon UTC.
NOW = datetime(2024, 6, 12, 12, tzinfo=UTC)
PASSWORD = "correct-horse-battery"


def a_user(email: str | None = None, **extra: Any) -> User:
    return User.objects.create_user(
        email or f"user{next(_numbers)}@example.test", PASSWORD, **extra
    )


def an_admin(email: str | None = None) -> User:
    return a_user(email, is_staff=True, is_superuser=True)


def a_seller(handle: str | None = None, **fields: Any) -> Seller:
    return Seller.objects.create(handle=handle or f"seller-{next(_numbers)}", **fields)


def a_grant(
    seller: Seller,
    coach: User,
    scope: Scope = Scope.STANDING,
    *,
    token: str | None = None,
    **fields: Any,
) -> Grant:
    """An accepted look of a coach, given by the owner today for ninety days."""
    now = timezone.now()
    values: dict[str, Any] = {
        "given_by": seller.owner,
        "email": coach.email,
        "coach": coach,
        "reason": "to look at it together",
        "given_at": now,
        "accepted_at": now,
        "expires_at": now + timedelta(days=90),
        "token_hash": hash_of(token or f"token {next(_numbers)}"),
        **fields,
    }
    return Grant.objects.create(seller=seller, scope=scope, **values)


def a_promise(seller: Seller, **fields: Any) -> Promise:
    """An open promise of the seller's own, for the thirty days before NOW and the ten after."""
    values: dict[str, Any] = {
        "side": Promise.Side.SELLER,
        "text": "deliver everything on time",
        "made_on": NOW.date() - timedelta(days=30),
        "due": NOW.date() + timedelta(days=10),
        "author": seller.owner,
        "written_as": WrittenAs.OWNER,
        "created_at": NOW,
        **fields,
    }
    return Promise.objects.create(seller=seller, **values)


def a_gig(seller: Seller, ref: str | None = None, **fields: Any) -> Gig:
    ref = ref or f"gig-{next(_numbers)}"
    return Gig.objects.create(seller=seller, ref=ref, **{"title": ref, **fields})


def an_order(gig: Gig, ordered_at: datetime = NOW - timedelta(days=30), **fields: Any) -> Order:
    """A completed order of $100, delivered a day early, without a dispute."""
    values: dict[str, Any] = {
        "ref": f"FO{next(_numbers):010X}",
        "status": OrderStatus.COMPLETED,
        "ordered_at": ordered_at,
        "amount": Decimal(100),
        "currency": "USD",
        "disputes": 0,
        **fields,
    }
    if values["status"] == OrderStatus.COMPLETED:
        values.setdefault("due_at", ordered_at + timedelta(days=5))
        values.setdefault("delivered_at", ordered_at + timedelta(days=4))
        values.setdefault("completed_at", ordered_at + timedelta(days=7))
    return Order.objects.create(seller=gig.seller, gig=gig, **values)


def a_review(order: Order, stars: float | None = 5, **fields: Any) -> Review:
    """Posted on the day after completion, unless told otherwise."""
    finished = order.completed_at or order.ordered_at
    return Review.objects.create(
        order=order,
        stars=None if stars is None else Decimal(str(stars)),
        **{"posted_at": finished + timedelta(days=1), **fields},
    )


def a_history(seller: Seller, *, gigs: int = 1, orders: int = 6) -> list[Order]:
    """A regular history: on every gig an order every ten days, the newest 15 days before NOW."""
    found = []
    for _ in range(gigs):
        gig = a_gig(seller)
        for number in range(orders):
            order = an_order(gig, NOW - timedelta(days=22 + 10 * number))
            a_review(order)
            found.append(order)
    return found
