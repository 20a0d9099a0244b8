"""What the page “Who may look” says."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.paginator import Paginator

from sellers.access.forms import GrantForm, OwnerForm
from sellers.access.look_words import page_url, page_words
from sellers.access.sight import Role
from sellers.models import Grant, Look, Seller

LOOKS = 50


@dataclass(frozen=True, slots=True)
class GrantRow:
    """A grant with its state in words."""

    grant: Grant
    state: str
    is_open: bool


@dataclass(frozen=True, slots=True)
class LookRow:
    """Who looked at what."""

    look: Look
    page: str
    url: str | None


def grant_row(grant: Grant, now: datetime) -> GrantRow:
    """The state of a grant now; what an owner who is no more has given holds nothing."""
    if grant.ended_at is not None:
        return GrantRow(grant, "ended", is_open=False)
    if grant.expires_at <= now:
        return GrantRow(grant, "over", is_open=False)
    if grant.given_by_id != grant.seller.owner_id:
        return GrantRow(grant, "of a former owner", is_open=False)
    return GrantRow(grant, "waits" if grant.accepted_at is None else "may look", is_open=True)


def access_context(
    seller: Seller, sight_role: Role, *, now: datetime, page: str | None = None, **forms: Any
) -> dict[str, Any]:
    """Grants, the invitation of an owner, and who looked, newest first."""
    grants = seller.grants.select_related("coach", "seller", "given_by")
    rows = [grant_row(grant, now) for grant in grants[:200]]
    looks = Paginator(seller.looks.all(), LOOKS).get_page(page)
    return {
        "seller": seller,
        "is_owner": sight_role is Role.OWNER,
        "open_grants": [row for row in rows if row.is_open],
        "past_grants": [row for row in rows if not row.is_open],
        "claim": seller.claims.filter(
            accepted_at=None, withdrawn_at=None, expires_at__gt=now
        ).first(),
        "looks": looks,
        "look_rows": [LookRow(look, page_words(look), page_url(look)) for look in looks],
        "grant_form": GrantForm(),
        "owner_form": OwnerForm(),
        **forms,
    }


def shared_rows(grants: Any, now: datetime) -> list[GrantRow]:
    """Grants as the coach reads them."""
    return [grant_row(grant, now) for grant in grants]
