"""What invitations to own a seller and to look at one have in common."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import structlog
from allauth.account.models import EmailAddress
from django.core.mail import send_mail
from django.db import transaction
from django.template.loader import render_to_string

from sellers.access.tokens import hash_of
from sellers.models import Claim, Grant, User

log = structlog.get_logger(__name__)

#: Turns the secret of an invitation into the address that its letter names.
Address = Callable[[str], str]


class InvitationGone(Exception):
    """The invitation does not hold (any more), or is not for this person."""


def open_claims(now: datetime) -> Any:
    """Invitations to own a seller that can be accepted now."""
    return Claim.objects.filter(
        accepted_at=None, withdrawn_at=None, expires_at__gt=now, seller__owner=None
    )


def waiting_grants(now: datetime) -> Any:
    """Grants that can be accepted now."""
    return Grant.objects.filter(accepted_at=None, ended_at=None, expires_at__gt=now)


def invitation_of(token: str, *, now: datetime) -> Claim | Grant | None:
    """The invitation that this secret opens, if it can be accepted now."""
    by_hash = {"token_hash": hash_of(token)}
    claim: Claim | None = open_claims(now).filter(**by_hash).select_related("seller").first()
    if claim is not None:
        return claim
    grant: Grant | None = (
        waiting_grants(now).filter(**by_hash).select_related("seller", "given_by").first()
    )
    return grant


def owns_address(user: User, email: str) -> bool:
    """Whether this address is confirmed for the account: letters went to this person."""
    mine = EmailAddress.objects.filter(user=user, verified=True, email=email.lower())
    return bool(mine.exists())


def addresses_of(user: User) -> list[str]:
    """The confirmed addresses of an account."""
    return list(
        EmailAddress.objects.filter(user=user, verified=True).values_list("email", flat=True)
    )


def write(to: str, subject: str, letter: str, **words: Any) -> None:
    """Send a letter once the transaction holds; a mail server that fails loses no change."""
    text = render_to_string(f"sellers/access/letters/{letter}.txt", words)
    transaction.on_commit(lambda: send_mail(subject, text, None, [to]), robust=True)
