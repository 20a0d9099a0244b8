"""The frame of every page, the login page and the pages for errors."""

from __future__ import annotations

from typing import Any

import pytest
from django.http import HttpRequest
from django.template.loader import render_to_string

from tests.frontend.site import NONCE, Person, request_for


def test_a_stranger_sees_neither_the_navigation_nor_a_way_to_log_out() -> None:
    page = render_to_string("base.html", request=request_for("/"))
    assert "<nav" not in page
    assert "Log out" not in page
    assert 'href="#main"' in page


def test_somebody_logged_in_logs_out_by_a_form_with_a_token() -> None:
    page = render_to_string("base.html", request=request_for("/", Person()))
    assert '<form method="post" action="/logout/">' in page
    assert "csrfmiddlewaretoken" in page
    assert "mira@example.org" in page


def test_requests_of_htmx_carry_the_token() -> None:
    page = render_to_string("base.html", request=request_for("/"))
    assert 'hx-headers=\'{"X-CSRFToken": "' in page


def test_the_style_that_charts_need_carries_the_nonce() -> None:
    page = render_to_string("base.html", request=request_for("/"))
    assert f'<style id="plotly.js-style-global" nonce="{NONCE}"></style>' in page


def test_a_page_that_is_not_there_says_nothing_of_the_address_or_the_reason() -> None:
    context = {"reference": "7f3a09c1", "request_path": "/sellers/7/", "exception": "No Seller"}
    page = render_to_string("404.html", context, request=request_for("/sellers/7/", Person()))
    assert "There is no page here" in page
    for secret in ("/sellers/7/", "No Seller", "mira@example.org", "7f3a09c1"):
        assert secret not in page


@pytest.mark.parametrize("status", ["400", "403", "500"])
def test_an_error_shows_its_reference_number(status: str) -> None:
    page = render_to_string(f"{status}.html", {"reference": "7f3a09c1"}, request=request_for("/"))
    assert '<span class="reference">7f3a09c1</span>' in page
    assert "Reference" not in render_to_string(f"{status}.html", {}, request=request_for("/"))


class Broken:
    """A user that the database cannot give."""

    def __getattr__(self, name: str) -> Any:
        raise RuntimeError("the database is away")


def test_the_page_for_a_broken_server_needs_neither_user_nor_session() -> None:
    request: HttpRequest = request_for("/")
    request.user = Broken()  # type: ignore[assignment]
    assert "Something went wrong" in render_to_string("500.html", {}, request=request)
