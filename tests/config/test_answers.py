"""What every answer carries, and the pages for requests that went wrong."""

from __future__ import annotations

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory

from config import errors, middleware

pytestmark = pytest.mark.servers


@pytest.mark.django_db
def test_a_page_that_does_not_exist_is_told_so_with_a_reference(client: Client) -> None:
    response = client.get("/no/such/page/")
    assert response.status_code == 404
    assert response["Content-Type"].startswith("text/html")


@pytest.mark.django_db
def test_the_policy_allows_nothing_from_elsewhere(client: Client) -> None:
    policy = client.get("/login/")["Content-Security-Policy"]
    parts = dict(part.strip().split(" ", 1) for part in policy.split(";"))
    assert parts["default-src"] == "'none'"
    assert parts["script-src"] == "'self'"
    assert parts["frame-ancestors"] == "'none'"
    assert parts["base-uri"] == "'none'"
    assert "unsafe" not in policy
    assert "http" not in policy


@pytest.mark.django_db
def test_pages_vary_on_htmx_and_data_does_not(client: Client) -> None:
    assert "HX-Request" in client.get("/login/")["Vary"]
    assert "HX-Request" not in client.get("/health/").get("Vary", "")


def test_a_server_error_names_the_reference_of_its_request(rf: RequestFactory) -> None:
    seen: list[str] = []

    def view(request: HttpRequest) -> HttpResponse:
        seen.append(request.reference)  # type: ignore[attr-defined]
        return errors.server_error(request)

    response = middleware.reference(view)(rf.get("/"))
    assert response.status_code == 500
    assert len(seen[0]) == 8
    assert seen[0] in response.content.decode()
    assert response["X-Reference"] == seen[0]


@pytest.mark.parametrize(
    ("page", "status"),
    [
        (lambda request: errors.bad_request(request, ValueError("secret")), 400),
        (lambda request: errors.forbidden(request, PermissionError("secret")), 403),
        (lambda request: errors.csrf_failure(request, "secret"), 403),
    ],
)
def test_an_error_page_shows_nothing_of_the_error_itself(
    rf: RequestFactory, page: middleware.GetResponse, status: int
) -> None:
    response = page(rf.get("/"))
    assert response.status_code == status
    assert "secret" not in response.content.decode()
