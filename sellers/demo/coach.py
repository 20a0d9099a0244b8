"""The demo coach: looks of different scope that demo sellers give, and the coach's own order."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import NamedTuple

from django.conf import settings

from sellers.access.tokens import new_token
from sellers.models import ClientMark, Grant, Scope, Seller, User


class DemoLook(NamedTuple):
    """What the coach sees of one seller, why, and where it stands in the coach's list."""

    scope: Scope
    reason: str
    group: str = ""
    tags: tuple[str, ...] = ()


#: The other demo sellers stay hidden from the coach.
LOOKS: Mapping[str, DemoLook] = {
    "demo-perfect-order": DemoLook(
        Scope.EVERYTHING, "to find out why a perfect order cost a point", "Cases", ("score",)
    ),
    "demo-thin-window": DemoLook(
        Scope.ORDERS, "to come back after the illness", "Cases", ("few orders",)
    ),
    "demo-nothing-happened": DemoLook(
        Scope.STANDING, "to see whether it goes on falling", "Cases", ("few orders",)
    ),
    "demo-case-pack": DemoLook(
        Scope.ORDERS, "to go through the cancellations", "Cases", ("cancellations",)
    ),
    "demo-ordinary-writer": DemoLook(
        Scope.ORDERS, "a look every month", "Monthly", ("first messages",)
    ),
    "demo-on-grace": DemoLook(
        Scope.ORDERS, "to get through the grace period", "Weekly", ("first messages",)
    ),
    "demo-busy-studio": DemoLook(Scope.STANDING, "to keep an eye on the score", "Weekly"),
    "demo-edited-reviews": DemoLook(Scope.EVERYTHING, "a look every month", "Monthly"),
    "demo-after-holiday": DemoLook(
        Scope.ORDERS, "to come back after the holiday", "Weekly", ("late",)
    ),
}


def let_coach_look(*, coach: User, now: datetime) -> None:
    """Give and accept the looks above; those that are open stay, those that ran out go on.

    The coach's own marks are set once, and then are whoever's who tries the demo.
    """
    ends = now + timedelta(days=settings.STANDING_GRANT_DAYS)
    for seller in Seller.objects.filter(handle__in=LOOKS).select_related("owner"):
        if seller.owner is None:
            continue
        look = LOOKS[seller.handle]
        grant, made = Grant.objects.get_or_create(
            seller=seller,
            email=coach.email,
            ended_at=None,
            defaults={
                "given_by": seller.owner,
                "coach": coach,
                "scope": look.scope,
                "reason": look.reason,
                "token_hash": new_token()[1],
                "given_at": now,
                "accepted_at": now,
                "expires_at": ends,
            },
        )
        if not made and grant.expires_at <= now:
            Grant.objects.filter(pk=grant.pk).update(expires_at=ends)
        ClientMark.objects.get_or_create(
            user=coach,
            seller=seller,
            defaults={"group": look.group, "tags": list(look.tags)},
        )
