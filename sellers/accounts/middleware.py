"""What an admin has to do before anything else."""

from __future__ import annotations

from collections.abc import Callable

from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django_htmx.http import HttpResponseClientRedirect

from sellers.access import is_admin

GetResponse = Callable[[HttpRequest], HttpResponse]

#: Addresses by name that an admin without a second factor may use: those that set one up.
OPEN_NAMES = frozenset(
    {
        *("login", "account_login", "logout", "account_logout", "health"),
        *("mfa_activate_totp", "account_reauthenticate", "account_set_password"),
    }
)


def two_factor_for_admins(get_response: GetResponse) -> GetResponse:
    """Lead an admin without a second factor to the page that sets one up, where it is required."""

    def middleware(request: HttpRequest) -> HttpResponse:
        return get_response(request)

    def process_view(request: HttpRequest, *_: object) -> HttpResponse | None:
        if not settings.STANDING_ADMIN_TWO_FACTOR or not is_admin(request.user):
            return None
        match = request.resolver_match
        if match is None or match.view_name in OPEN_NAMES or is_mfa_enabled(request.user):
            return None
        messages.warning(request, "Admins of this site need a second factor. Set it up to go on.")
        url = reverse("mfa_activate_totp")
        if getattr(request, "htmx", False):
            return HttpResponseClientRedirect(url)
        return HttpResponseRedirect(url)

    middleware.process_view = process_view  # type: ignore[attr-defined]
    return middleware
