"""Sign-up of somebody who holds an invitation."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils import timezone

from sellers.access.invitations import open_claims, waiting_grants
from sellers.models import Claim, Grant

_KEY = "invitation"


def remember_invitation(request: HttpRequest, invitation: Claim | Grant) -> None:
    """Let the sign-up page know that this visitor's link came by mail, so the address is theirs."""
    request.session[_KEY] = invitation.token_hash
    request.session["account_verified_email"] = invitation.email


def invited_address(request: HttpRequest) -> str | None:
    """The address that this visitor's invitation was sent to, while it can be accepted."""
    token_hash = request.session.get(_KEY)
    if not token_hash:
        return None
    now = timezone.now()
    for waiting in (open_claims(now), waiting_grants(now)):
        found = waiting.filter(token_hash=token_hash).values_list("email", flat=True).first()
        if found is not None:
            return str(found)
    return None
