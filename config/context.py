"""What every page may ask: worked out only where a template uses it."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest

from sellers import access


def may_import(request: HttpRequest) -> dict[str, Callable[[], bool]]:
    """Whether the header leads to the imports."""
    return {"may_import": lambda: access.may_import(request.user)}
