"""The log of what the platform said: read it, add to it, take from it."""

from __future__ import annotations

from datetime import date
from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from eligibility import services
from eligibility.forms import OutcomeForm
from eligibility.pages.outcomes import new_form, outcomes_context
from metrics.dates import local_date
from sellers.access import look_or_404, managed_or_404
from sellers.fragments import wants_fragment
from sellers.models import Gig, Scope, Seller, User
from sellers.row_numbers import row_number


@require_safe
@login_required
def outcomes_page(request: HttpRequest, seller_id: int) -> HttpResponse:
    """Everything that was noted, how often we agree, and the form."""
    seller = look_or_404(request, seller_id, needs=Scope.ORDERS)
    return _log(request, seller, None)


@require_POST
@login_required
def new_outcome(request: HttpRequest, seller_id: int) -> HttpResponse:
    """Note what the platform said."""
    seller = managed_or_404(request, seller_id)
    gig = _gig(request, seller)
    form = new_form(seller, request.POST, today=_today(seller), gig=gig)
    if not form.is_valid():
        return _log(request, seller, gig, form=form, status=422)
    services.note_outcome(
        seller=seller,
        author=cast("User", request.user),
        kind=form.kind,
        label=form.cleaned_data["label"],
        day=form.cleaned_data["day"],
        words=form.cleaned_data["words"],
        gig=form.cleaned_data["about"],
    )
    return _done(request, seller, gig, "Noted. Verdicts that rest on it are being computed.")


@require_POST
@login_required
def remove_outcome(request: HttpRequest, seller_id: int, observation_id: int) -> HttpResponse:
    """Take away what was noted."""
    seller = managed_or_404(request, seller_id)
    services.remove_outcome(seller=seller, observation_id=observation_id)
    return _done(request, seller, _gig(request, seller), "What was noted is gone.")


def _gig(request: HttpRequest, seller: Seller) -> Gig | None:
    """The gig whose page this was sent from."""
    back = row_number(request.POST.get("back", ""))
    return None if back is None else get_object_or_404(Gig, seller=seller, pk=back)


def _today(seller: Seller) -> date:
    return local_date(seller, timezone.now())


def _log(
    request: HttpRequest,
    seller: Seller,
    gig: Gig | None,
    *,
    form: OutcomeForm | None = None,
    said: str = "",
    status: int = 200,
) -> HttpResponse:
    """The card alone for HTMX, else the page of the log."""
    context = {
        "seller": seller,
        "gig": gig,
        "said_done": said,
        **outcomes_context(seller, today=_today(seller), gig=gig, form=form),
    }
    part = wants_fragment(request, "said")
    name = "eligibility/_outcomes.html" if part else "eligibility/outcomes.html"
    return render(request, name, context, status=status)


def _done(request: HttpRequest, seller: Seller, gig: Gig | None, words: str) -> HttpResponse:
    if wants_fragment(request, "said"):
        return _log(request, seller, gig, said=words)
    messages.success(request, words)
    if gig is not None:
        return redirect("eligibility:gig", seller.pk, gig.pk)
    return redirect("eligibility:outcomes", seller.pk)
