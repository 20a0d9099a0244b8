"""Claims: an admin invites the owner of an imported seller; accepting makes them the owner."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from sellers.access.invitations import (
    Address,
    InvitationGone,
    open_claims,
    owns_address,
    write,
)
from sellers.access.tokens import new_token
from sellers.models import Claim, Seller, User


class AlreadyOwned(Exception):
    """The seller has an owner, so there is nothing to claim."""


@transaction.atomic
def invite_owner(*, seller: Seller, email: str, by: User, now: datetime, address: Address) -> Claim:
    """Write to the owner of a seller without one; an earlier open invitation ends."""
    locked = Seller.objects.select_for_update(no_key=True).get(pk=seller.pk)
    if locked.owner_id is not None:
        raise AlreadyOwned
    withdraw_claim(seller=locked, now=now)
    token, token_hash = new_token()
    claim = Claim.objects.create(
        seller=locked,
        email=email.lower(),
        token_hash=token_hash,
        invited_by=by,
        invited_at=now,
        expires_at=now + timedelta(days=settings.STANDING_INVITATION_DAYS),
    )
    write(
        claim.email,
        f"Is {locked.handle} yours?",
        "claim",
        seller=locked,
        by=by.email,
        url=address(token),
        until=claim.expires_at,
    )
    return claim


def withdraw_claim(*, seller: Seller, now: datetime) -> bool:
    """End the open invitation of a seller; False where there is none."""
    waiting = Claim.objects.filter(seller=seller, accepted_at=None, withdrawn_at=None)
    return bool(waiting.update(withdrawn_at=now))


@transaction.atomic
def accept_claim(*, claim: Claim, user: User, now: datetime) -> Seller:
    """Make this user the owner; :class:`InvitationGone` if it cannot be accepted (any more)."""
    seller = Seller.objects.select_for_update(no_key=True).get(pk=claim.seller_id)
    if not owns_address(user, claim.email):
        raise InvitationGone
    if not open_claims(now).filter(pk=claim.pk).update(accepted_at=now):
        raise InvitationGone
    seller.owner = user
    seller.save(update_fields=["owner"])
    if claim.invited_by is not None:
        write(
            claim.invited_by.email,
            f"{seller.handle} has an owner",
            "claimed",
            seller=seller,
            owner=user.email,
        )
    return seller
