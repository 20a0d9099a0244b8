"""The line on a seller's pages that tells a coach or an admin as what they see them."""

from __future__ import annotations

from datetime import datetime

from django.utils.dateformat import format as format_date

from sellers.access import Role, Sight, live_grants
from sellers.models import User

_READS = "The seller can read when you looked, and at what."


def seen_as_words(sight: Sight, reader: User, *, now: datetime) -> str:
    """ "You see this as coach: standing only, until 3 Mar 2025. …"; "" for the owner."""
    if sight.role is Role.OWNER:
        return ""
    if sight.role is Role.ADMIN:
        if sight.seller.owner_id is None:
            return "You see this as admin. Nobody owns this seller yet."
        return f"You see this as admin: everything. {_READS}"
    scope = sight.scope.label[0].lower() + sight.scope.label[1:]
    grants = live_grants(now).filter(coach=reader, seller=sight.seller, scope=sight.scope)
    until = grants.order_by("-expires_at").values_list("expires_at", flat=True).first()
    days = "" if until is None else f", until {format_date(until, 'j M Y')}"
    return f"You see this as coach: {scope}{days}. {_READS}"
