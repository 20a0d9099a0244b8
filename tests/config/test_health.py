"""The health page: database and broker, in words without secrets."""

from __future__ import annotations

import pytest
from django.test import Client
from pytest_django import Settings

from config.healthcheck import host_to_ask

pytestmark = pytest.mark.servers


@pytest.mark.django_db
def test_it_is_well_when_database_and_broker_answer(client: Client) -> None:
    response = client.get("/health/")
    assert response.status_code == 200
    assert response.json() == {"status": "ok", "database": "ok", "broker": "ok"}


@pytest.mark.django_db
def test_a_broker_that_does_not_answer_is_named_without_its_address(
    client: Client, settings: Settings
) -> None:
    settings.REDIS_URL = "redis://:secret@127.0.0.1:1/0"
    response = client.get("/health/")
    assert response.status_code == 503
    assert response.json() == {"status": "unavailable", "database": "ok", "broker": "no answer"}
    assert "secret" not in response.content.decode()


@pytest.mark.django_db
def test_it_only_answers_to_reading(client: Client) -> None:
    assert client.post("/health/").status_code == 405


@pytest.mark.django_db
def test_it_is_never_cached(client: Client) -> None:
    assert "no-store" in client.get("/health/")["Cache-Control"]


@pytest.mark.parametrize(
    ("allowed", "asked"),
    [
        ("", "localhost"),
        ("*", "localhost"),
        (" , standing.example.org,other.example.org", "standing.example.org"),
        (".example.org", "example.org"),
        ("[::1]", "[::1]"),
    ],
)
def test_a_container_asks_itself_by_a_name_that_is_let_through(
    client: Client, settings: Settings, allowed: str, asked: str
) -> None:
    assert host_to_ask(allowed) == asked
    settings.ALLOWED_HOSTS = [name.strip() for name in allowed.split(",")] or ["localhost"]
    if allowed:
        assert client.post("/health/", headers={"host": asked}).status_code == 405
