"""The pages of the front end in a real browser, without a server: Playwright answers each request
from the working tree, with the Content-Security-Policy that the settings make."""

from __future__ import annotations

import mimetypes
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from csp.utils import build_policy
from django.contrib.auth.models import AnonymousUser
from django.test import RequestFactory
from playwright.sync_api import Page, Route

ROOT = Path(__file__).resolve().parents[2]
ORIGIN = "http://standing.test"
NONCE = "c3RhbmRpbmc="
COLLECT_VIOLATIONS = """
window.violations = [];
document.addEventListener('securitypolicyviolation', (event) => {
  window.violations.push(event.violatedDirective + ' ' + event.blockedURI + ' ' + event.sourceFile);
});
"""


class Person:
    """Somebody logged in, without a database."""

    is_authenticated = is_active = is_staff = True

    def get_username(self) -> str:
        return "mira@example.org"

    def get_short_name(self) -> str:
        return "Mira"


def request_for(path: str, user: Person | None = None) -> Any:
    """A GET as the middleware would hand it to a view."""
    request: Any = RequestFactory().get(path)
    request.user = user or AnonymousUser()
    request.csp_nonce = NONCE
    return request


Answer = Callable[[str], str | None]


def serve(page: Page, answer: Answer) -> None:
    """Answer every request of `page`: /static/ from the tree, the rest from `answer(path)`."""

    policy = build_policy(nonce=NONCE)

    def handle(route: Route) -> None:
        parts = urlsplit(route.request.url)
        if f"{parts.scheme}://{parts.netloc}" != ORIGIN:
            raise AssertionError(f"request to another host: {route.request.url}")
        if parts.path.startswith("/static/"):
            file = ROOT / parts.path.lstrip("/")
            kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
            route.fulfill(body=file.read_bytes(), content_type=kind)
            return
        body = answer(parts.path + ("?" + parts.query if parts.query else ""))
        if body is None:
            route.fulfill(status=404, body="no page here", content_type="text/plain")
            return
        route.fulfill(
            body=body,
            content_type="text/html; charset=utf-8",
            headers={"Content-Security-Policy": policy},
        )

    page.add_init_script(COLLECT_VIOLATIONS)
    page.route("**/*", handle)
