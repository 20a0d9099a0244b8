"""What every page may ask: worked out only where a template uses it."""

from __future__ import annotations

from collections.abc import Callable

from allauth.account.adapter import get_adapter
from django.http import HttpRequest

from sellers import access
from sellers.accounts.mailbox import may_read_mail


def may_import(request: HttpRequest) -> dict[str, Callable[[], bool]]:
    """Whether the header leads to the imports."""
    return {"may_import": lambda: access.may_import(request.user)}


def sight(request: HttpRequest) -> dict[str, access.Sight | None]:
    """What has to be hidden on a page about a seller; None where the page is for its owner."""
    return {"sight": getattr(request, "sight", None)}


def accounts(request: HttpRequest) -> dict[str, Callable[[], bool]]:
    """Whether this visitor may make an account, and read the letters that were not sent."""
    return {
        "signup_is_open": lambda: get_adapter().is_open_for_signup(request),
        "may_read_mail": lambda: may_read_mail(request.user),
    }
