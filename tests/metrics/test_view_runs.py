from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from metrics.models import Run
from tests.builders import PASSWORD, a_seller, a_user, an_admin

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin_client(client: Client) -> Client:
    client.login(username=an_admin("admin@example.test").email, password=PASSWORD)
    return client


def test_an_anonymous_visitor_is_asked_to_log_in(client: Client) -> None:
    response = client.get(reverse("metrics:runs"))
    assert response.status_code == 302
    assert response["Location"].startswith(reverse("login"))


@pytest.mark.parametrize("name", ["metrics:runs", "metrics:recompute_everything"])
def test_for_an_owner_the_page_does_not_exist(client: Client, name: str) -> None:
    owner = a_user("owner@example.test")
    a_seller(owner=owner)
    client.login(username=owner.email, password=PASSWORD)
    send = client.get if name == "metrics:runs" else client.post
    assert send(reverse(name)).status_code == 404
    assert not Run.objects.exists()


def test_an_admin_reads_state_count_and_reason_of_a_failure(admin_client: Client) -> None:
    Run.objects.create(
        kind=Run.Kind.NIGHTLY, state=Run.State.FAILED, sellers_total=1200, message="disk full"
    )
    page = admin_client.get(reverse("metrics:runs")).content.decode()
    assert "disk full" in page
    assert "0 of 1,200" in page


def test_no_run_yet_says_what_will_stand_here(admin_client: Client) -> None:
    assert "No job has run yet" in admin_client.get(reverse("metrics:runs")).content.decode()


def test_the_table_renews_itself_only_while_something_runs(admin_client: Client) -> None:
    run = Run.objects.create(kind=Run.Kind.NIGHTLY, state=Run.State.RUNNING)
    assert 'hx-trigger="every 2s"' in admin_client.get(reverse("metrics:runs")).content.decode()
    Run.objects.filter(pk=run.pk).update(state=Run.State.DONE)
    assert "hx-trigger" not in admin_client.get(reverse("metrics:runs")).content.decode()


def test_htmx_gets_the_table_and_a_history_restore_the_page(admin_client: Client) -> None:
    part = {"HX-Request": "true", "HX-Target": "_runs"}
    fragment = admin_client.get(reverse("metrics:runs"), headers=part)
    assert fragment.content.strip().startswith(b"<section")
    assert "HX-Request" in fragment["Vary"]
    restored = admin_client.get(
        reverse("metrics:runs"), headers={**part, "HX-History-Restore-Request": "true"}
    )
    assert b"<html" in restored.content


def test_the_button_queues_every_seller_and_only_by_post(admin_client: Client) -> None:
    a_seller()
    a_seller()
    url = reverse("metrics:recompute_everything")
    assert admin_client.get(url).status_code == 405
    response = admin_client.post(url, follow=True)
    run = Run.objects.get()
    assert (run.sellers_total, run.from_scratch) == (2, True)
    assert run.requested_by is not None
    assert f"Run {run.pk} recomputes 2 sellers." in response.content.decode()


def test_as_many_queries_for_fifty_runs_as_for_one(admin_client: Client) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            admin_client.get(reverse("metrics:runs"))
        return len(captured)

    Run.objects.create(kind=Run.Kind.RECOMPUTE, seller=a_seller())
    one = queries()
    for _ in range(49):
        Run.objects.create(kind=Run.Kind.RECOMPUTE, seller=a_seller())
    assert queries() == one
