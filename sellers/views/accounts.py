"""One's own account: an overview, and the places where one is logged in."""

from __future__ import annotations

from typing import cast

from allauth.account.models import EmailAddress
from allauth.mfa.utils import is_mfa_enabled
from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from sellers.accounts.places import end_other_places, end_place, places_of
from sellers.models import User
from sellers.row_numbers import row_number


@require_safe
@login_required
@never_cache
def account_page(request: HttpRequest) -> HttpResponse:
    """What there is to look after, with the state of each."""
    user = cast("User", request.user)
    context = {
        "has_second_factor": is_mfa_enabled(user),
        "waiting_address": EmailAddress.objects.filter(user=user, verified=False).first(),
        "places": UserSession.objects.filter(user=user).count(),
    }
    return render(request, "account/account.html", context)


@require_safe
@login_required
@never_cache
def places_page(request: HttpRequest) -> HttpResponse:
    """Where this person is logged in."""
    context = {"places": places_of(cast("User", request.user), request.session.session_key)}
    return render(request, "usersessions/places.html", context)


@require_POST
@login_required
def end_places(request: HttpRequest) -> HttpResponse:
    """Log out one of one's other places, or all of them."""
    user = cast("User", request.user)
    here = request.session.session_key
    asked = request.POST.get("place", "")
    if asked:
        place = row_number(asked)
        ended = 0 if place is None else end_place(user=user, place_id=place, here=here)
    else:
        ended = end_other_places(user=user, here=here)
    words = "That place is logged out." if ended == 1 else f"{ended} places are logged out."
    messages.success(request, words if ended else "There was nothing to log out.")
    return redirect("usersessions_list")
