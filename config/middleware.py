"""What every request and answer gets."""

from __future__ import annotations

import secrets
from collections.abc import Callable

import structlog
from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers

GetResponse = Callable[[HttpRequest], HttpResponse]


def reference(get_response: GetResponse) -> GetResponse:
    """Name each request, so that an error page and the log can speak of the same one."""

    def middleware(request: HttpRequest) -> HttpResponse:
        request.reference = secrets.token_hex(4)  # type: ignore[attr-defined]
        with structlog.contextvars.bound_contextvars(reference=request.reference):  # type: ignore[attr-defined]
            response = get_response(request)
        if response.status_code >= 500:  # static/js/app.js says it where a part of a page failed
            response["X-Reference"] = request.reference  # type: ignore[attr-defined]
        return response

    return middleware


def vary_on_htmx(get_response: GetResponse) -> GetResponse:
    """Tell caches that a page and its fragment share an address."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if response.get("Content-Type", "").startswith("text/html"):
            patch_vary_headers(response, ["HX-Request", "HX-History-Restore-Request"])
        return response

    return middleware
