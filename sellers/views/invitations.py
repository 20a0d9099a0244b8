"""The other end of an invitation: the page of its link, and what was shared with a coach."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from sellers.access.claims import accept_claim
from sellers.access.grants import accept_grant, end_grant
from sellers.access.invitations import (
    InvitationGone,
    addresses_of,
    invitation_of,
    owns_address,
)
from sellers.access.page import shared_rows
from sellers.accounts.invited import remember_invitation
from sellers.models import Claim, Grant, User

#: Ended looks that the page still lists.
PAST = 20


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """What the link of a letter opens: look at it, log in, accept it."""
    found = invitation_of(token, now=timezone.now())
    if found is None:
        return render(request, "sellers/access/gone.html", status=404)
    if request.method == "POST":
        return _accept(request, found)
    context: dict[str, Any] = {"invitation": found, "is_claim": isinstance(found, Claim)}
    if isinstance(request.user, User):
        context["is_mine"] = owns_address(request.user, found.email)
    else:
        remember_invitation(request, found)
    return render(request, "sellers/access/invitation.html", context)


@login_required
def _accept(request: HttpRequest, found: Claim | Grant) -> HttpResponse:
    user, now = cast("User", request.user), timezone.now()
    try:
        if isinstance(found, Claim):
            accept_claim(claim=found, user=user, now=now)
        else:
            accept_grant(grant=found, user=user, now=now)
    except InvitationGone:
        return render(request, "sellers/access/gone.html", status=404)
    words = "is yours now" if isinstance(found, Claim) else "is open to you now"
    messages.success(request, f"{found.seller.handle} {words}.")
    return redirect("metrics:seller", found.seller_id)


@require_safe
@login_required
def shared_page(request: HttpRequest) -> HttpResponse:
    """Looks that were offered to this person, those they have, and those that have ended."""
    now = timezone.now()
    rows = shared_rows(_mine(request).select_related("seller", "given_by")[:500], now)
    context = {
        "waiting": [row for row in rows if row.is_open and row.grant.coach_id is None],
        "live": [row for row in rows if row.is_open and row.grant.coach_id is not None],
        "past": [row for row in rows if not row.is_open and row.grant.coach_id is not None][:PAST],
    }
    return render(request, "sellers/access/shared.html", context)


@require_POST
@login_required
def accept_shared(request: HttpRequest, grant_id: int) -> HttpResponse:
    """Accept an offer from the list."""
    grant = get_object_or_404(_mine(request).select_related("seller", "given_by"), pk=grant_id)
    return _accept(request, grant)


@require_POST
@login_required
def end_shared(request: HttpRequest, grant_id: int) -> HttpResponse:
    """Decline an offer, or give a look back."""
    grant = get_object_or_404(_mine(request).select_related("seller", "given_by"), pk=grant_id)
    end_grant(grant=grant, by=cast("User", request.user), now=timezone.now())
    messages.success(request, f"You see nothing of {grant.seller.handle} any more.")
    return redirect("sellers:shared")


def _mine(request: HttpRequest) -> Any:
    """Offers to one's confirmed addresses, and looks that one has accepted."""
    user = request.user
    if not isinstance(user, User):
        raise Http404
    offered = Q(coach=None, ended_at=None, email__in=addresses_of(user))
    return Grant.objects.filter(offered | Q(coach=user))
