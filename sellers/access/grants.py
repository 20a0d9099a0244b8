"""Grants: an owner lets a coach look, within a scope and up to a day; either side ends it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.module_loading import import_string

from sellers.access.invitations import (
    Address,
    InvitationGone,
    owns_address,
    waiting_grants,
    write,
)
from sellers.access.sight import live_grants
from sellers.access.tokens import new_token
from sellers.models import Grant, Scope, Seller, User

#: Letters that one seller may cause in a day.
GRANTS_A_DAY = 20


class GrantRefused(Exception):
    """Why no leave is given, in words for the person who asked."""


@transaction.atomic
def give_grant(
    *,
    seller: Seller,
    by: User,
    email: str,
    scope: Scope,
    reason: str,
    days: int,
    now: datetime,
    address: Address,
) -> Grant:
    """Offer a coach a look; they have to accept. :class:`GrantRefused` says why not."""
    Seller.objects.select_for_update(no_key=True).get(pk=seller.pk)
    email = email.lower()
    if owns_address(by, email):
        raise GrantRefused("That is your own address: you see everything already.")
    made_today = Grant.objects.filter(seller=seller, given_at__gt=now - timedelta(days=1))
    if made_today.count() >= GRANTS_A_DAY:
        raise GrantRefused(f"{GRANTS_A_DAY} offers in a day are the most. Try again tomorrow.")
    Grant.objects.filter(seller=seller, ended_at=None, expires_at__lte=now).update(ended_at=now)
    token, token_hash = new_token()
    try:
        with transaction.atomic():
            grant = Grant.objects.create(
                seller=seller,
                given_by=by,
                email=email,
                scope=scope,
                reason=reason,
                token_hash=token_hash,
                given_at=now,
                expires_at=now + timedelta(days=days),
            )
    except IntegrityError as error:
        raise GrantRefused(
            "This address may look already, or has been asked. End that first to change it."
        ) from error
    write(
        email,
        f"{seller.handle} lets you look at their standing",
        "grant",
        grant=grant,
        seller=seller,
        by=by.email,
        url=address(token),
    )
    return grant


@transaction.atomic
def accept_grant(*, grant: Grant, user: User, now: datetime) -> Grant:
    """Let this coach in; :class:`InvitationGone` if it cannot be accepted (any more)."""
    if not owns_address(user, grant.email) or grant.given_by_id == user.pk:
        raise InvitationGone
    waiting = waiting_grants(now).filter(pk=grant.pk, given_by=grant.seller.owner_id)
    _stop_feeds(grant.seller, user, now)  # of a look that ran out, or of a former owner's
    if not waiting.update(accepted_at=now, coach=user):
        raise InvitationGone
    write(
        grant.given_by.email,
        f"{user.email} may now look at {grant.seller.handle}",
        "accepted",
        grant=grant,
        seller=grant.seller,
        coach=user.email,
    )
    return grant


@transaction.atomic
def end_grant(*, grant: Grant, by: User, now: datetime) -> bool:
    """End a grant at once, from either side; False where it had ended already.

    Both sides are written to: who ended it, and when.
    """
    if not Grant.objects.filter(pk=grant.pk, ended_at=None).update(ended_at=now, ended_by=by):
        return False
    if grant.coach is not None:
        _stop_feeds(grant.seller, grant.coach, now)
    for to in {grant.email, grant.given_by.email}:
        write(
            to,
            f"The look at {grant.seller.handle} has ended",
            "ended",
            grant=grant,
            seller=grant.seller,
            by=by.email,
            now=now,
        )
    return True


def _stop_feeds(seller: Seller, coach: User, now: datetime) -> None:
    """Tell those who keep private addresses that this person has no look any more.

    They are named by the setting ``STANDING_ON_LOOK_ENDED``, a dotted path to a function
    taking ``seller``, ``user`` and ``now``: this app knows nothing of those above it.
    """
    if not live_grants(now).filter(seller=seller, coach=coach).exists():
        hook: Callable[..., object] = import_string(settings.STANDING_ON_LOOK_ENDED)
        hook(seller=seller, user=coach, now=now)
