"""Who may look at a seller: for its owner to give and end, for admins to find an owner."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from sellers.access import Role, admin_or_404, managed_or_404, sight_in
from sellers.access.claims import AlreadyOwned, invite_owner, withdraw_claim
from sellers.access.forms import GrantForm, OwnerForm
from sellers.access.grants import GrantRefused, end_grant, give_grant
from sellers.access.page import access_context
from sellers.models import Seller, User


@require_safe
@login_required
def access_page(request: HttpRequest, seller_id: int) -> HttpResponse:
    """Who may look, who was asked, who looked."""
    seller = managed_or_404(request, seller_id)
    return _page(request, seller)


@require_POST
@login_required
def give(request: HttpRequest, seller_id: int) -> HttpResponse:
    """Offer a coach a look; only the owner can."""
    seller = managed_or_404(request, seller_id)
    if sight_in(request).role is not Role.OWNER:
        raise Http404
    form = GrantForm(request.POST)
    if form.is_valid():
        try:
            grant = give_grant(
                seller=seller,
                by=_me(request),
                now=timezone.now(),
                address=_address(request),
                **form.cleaned_data,
            )
        except GrantRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, f"A letter is on its way to {grant.email}.")
            return redirect("sellers:access", seller.pk)
    return _page(request, seller, status=422, grant_form=form)


@require_POST
@login_required
def end(request: HttpRequest, seller_id: int, grant_id: int) -> HttpResponse:
    """End a look at once."""
    seller = managed_or_404(request, seller_id)
    grant = get_object_or_404(seller.grants.select_related("given_by", "seller"), pk=grant_id)
    ended = end_grant(grant=grant, by=_me(request), now=timezone.now())
    messages.success(
        request, f"{grant.email} sees nothing any more." if ended else "It had ended already."
    )
    return redirect("sellers:access", seller.pk)


@require_POST
@login_required
def invite(request: HttpRequest, seller_id: int) -> HttpResponse:
    """Write to the owner of an imported seller; only admins can."""
    admin_or_404(request.user)
    seller = managed_or_404(request, seller_id)
    form = OwnerForm(request.POST)
    if not form.is_valid():
        return _page(request, seller, status=422, owner_form=form)
    try:
        claim = invite_owner(
            seller=seller,
            email=form.cleaned_data["email"],
            by=_me(request),
            now=timezone.now(),
            address=_address(request),
        )
    except AlreadyOwned:
        messages.warning(request, f"{seller.handle} has an owner already.")
    else:
        messages.success(request, f"A letter is on its way to {claim.email}.")
    return redirect("sellers:access", seller.pk)


@require_POST
@login_required
def withdraw(request: HttpRequest, seller_id: int) -> HttpResponse:
    """Take back the open invitation of an owner; only admins can."""
    admin_or_404(request.user)
    seller = managed_or_404(request, seller_id)
    withdraw_claim(seller=seller, now=timezone.now())
    messages.success(request, "The invitation is taken back: its link opens nothing any more.")
    return redirect("sellers:access", seller.pk)


def _me(request: HttpRequest) -> User:
    return cast("User", request.user)


def _address(request: HttpRequest) -> Any:
    """Turns the secret of an invitation into its full address on this site."""
    return lambda token: request.build_absolute_uri(reverse("sellers:invitation", args=[token]))


def _page(request: HttpRequest, seller: Seller, status: int = 200, **forms: Any) -> HttpResponse:
    context = access_context(
        seller,
        sight_in(request).role,
        now=timezone.now(),
        page=request.GET.get("page"),
        **forms,
    )
    return render(request, "sellers/access/access.html", context, status=status)
