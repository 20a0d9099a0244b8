"""When an answer is only a part of the page."""

from __future__ import annotations

from django.http import HttpRequest


def wants_fragment(request: HttpRequest, target: str) -> bool:
    """Whether HTMX asks for the part with this id, and not for the page or its history."""
    htmx = getattr(request, "htmx", None)
    if htmx is None or not htmx or htmx.history_restore_request:
        return False
    return bool(htmx.target == target)
