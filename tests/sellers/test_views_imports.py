"""The pages of imports: list, upload, one import, its rejected rows."""

from __future__ import annotations

import csv
import datetime as dt
import io
from pathlib import Path
from typing import Any

import pytest
from celery import current_app
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from sellers import tasks
from sellers.importing import report
from sellers.models import ImportBatch, ImportState, User
from tests.builders import NOW, PASSWORD, a_seller, a_user, an_admin
from tests.sellers.importing.files import import_files, orders_file

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true", "HX-Target": "import_progress"}


@pytest.fixture(autouse=True)
def queue(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Uploads lie in a folder of the test; tasks are written down instead of sent."""
    sent: list[int] = []
    settings.MEDIA_ROOT = str(tmp_path / "files")
    monkeypatch.setattr(tasks.import_batch, "delay", sent.append)
    monkeypatch.setattr("sellers.import_pages.working.workers_listen", lambda: True)
    return sent


def as_user(user: User) -> Client:
    client = Client()
    assert client.login(email=user.email, password=PASSWORD)
    return client


def page(batch: ImportBatch) -> str:
    return reverse("sellers:import", args=[batch.pk])


@pytest.mark.parametrize("name", ["imports", "import_new", "import_example"])
def test_who_has_no_seller_finds_no_imports(name: str) -> None:
    address = reverse(f"sellers:{name}")
    assert as_user(a_user()).get(address).status_code == 404
    assert Client().get(address)["Location"].startswith(reverse("login"))


def test_the_imports_of_others_do_not_exist(tmp_path: Path) -> None:
    owner = a_user()
    mine, other = a_seller("mira", owner=owner), a_seller("noor", owner=a_user())
    own = import_files(tmp_path, orders=[orders_file({})], seller=mine)
    foreign = import_files(tmp_path, orders=[orders_file({"seller": "noor"})], seller=other)
    general = import_files(tmp_path, orders=[orders_file({"order_ref": "FO9"})])
    client = as_user(owner)
    listed = client.get(reverse("sellers:imports")).content.decode()
    assert page(own) in listed
    assert page(foreign) not in listed
    for batch in (foreign, general):
        for name in ("import", "import_progress", "import_rejected"):
            address = reverse(f"sellers:{name}", args=[batch.pk])
            assert client.get(address).status_code == 404
            assert client.get(address, headers=HTMX).status_code == 404
            assert Client().get(address).status_code == 302


def test_the_progress_part_asks_again_until_the_end(tmp_path: Path) -> None:
    client = as_user(an_admin())
    batch = ImportBatch.objects.create(
        state=ImportState.RUNNING, stage="reading and checking", rows_total=1234, rows_done=617
    )
    address = reverse("sellers:import_progress", args=[batch.pk])
    part = client.get(address, headers=HTMX).content.decode()
    assert "Reading rows: 617 of 1,234" in part
    assert 'hx-trigger="every 1s"' in part
    assert "<html" not in part
    # Without HTMX it is the page.
    assert client.get(address)["Location"] == page(batch)
    ImportBatch.objects.update(state=ImportState.READY)
    check = reverse("sellers:import_check", args=[batch.pk])
    assert client.get(address, headers=HTMX)["HX-Redirect"] == check
    assert client.get(address)["Location"] == check
    ImportBatch.objects.update(state=ImportState.DONE, finished_at=NOW)
    # The page itself has the report, and the steps across its top.
    assert client.get(address, headers=HTMX)["HX-Redirect"] == page(batch)


def test_the_page_says_when_no_worker_listens(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sellers.import_pages.working.workers_listen", lambda: False)
    batch = ImportBatch.objects.create()
    assert "No worker is listening" in as_user(an_admin()).get(page(batch)).content.decode()


def test_rejected_rows_come_as_a_file_that_runs_no_formula(tmp_path: Path) -> None:
    rows = [{"amount": cell} for cell in ("=1+1", "@x", "+1", "-x")]
    batch = import_files(tmp_path, orders=[orders_file(*rows)])
    answer = as_user(an_admin()).get(reverse("sellers:import_rejected", args=[batch.pk]))
    text = b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    table = list(csv.reader(io.StringIO(text)))
    assert table[0] == ["file", "line", "column", "value", "reason", "fix"]
    assert [row[:4] for row in table[1:]] == [
        ["orders-0.csv", "2", "amount", "'=1+1"],
        ["orders-0.csv", "3", "amount", "'@x"],
        ["orders-0.csv", "4", "amount", "'+1"],
        ["orders-0.csv", "5", "amount", "'-x"],
    ]
    assert f'filename="rejected-{batch.pk}.csv"' in answer["Content-Disposition"]


@pytest.mark.parametrize("role", ["orders", "reviews"])
def test_the_example_file_imports_as_it_is(role: str, tmp_path: Path) -> None:
    answer = as_user(an_admin()).get(reverse("sellers:import_example"), {"of": role})
    given: dict[str, Any] = {role: [answer.content]}
    batch = import_files(tmp_path, **given)
    assert (batch.rows_rejected, batch.rows_done) == (0, 1)


def test_an_example_of_anything_else_does_not_exist() -> None:
    answer = as_user(an_admin()).get(reverse("sellers:import_example"), {"of": "mail"})
    assert answer.status_code == 404


def test_an_empty_list_says_what_will_stand_there() -> None:
    answer = as_user(an_admin()).get(reverse("sellers:imports")).content.decode()
    assert "Nothing imported yet" in answer


def test_the_list_takes_the_same_queries_for_one_import_and_fifty(tmp_path: Path) -> None:
    client = as_user(an_admin())
    seller, user = a_seller("mira"), a_user()

    def queries() -> int:
        client.get(reverse("sellers:imports"))
        with CaptureQueriesContext(connection) as captured:
            client.get(reverse("sellers:imports"))
        return len(captured)

    def add(count: int) -> None:
        for _ in range(count):
            batch = ImportBatch.objects.create(seller=seller, created_by=user)
            batch.files.create(role="orders", name="o.csv", size=1, sha256="0" * 64)

    add(1)
    one = queries()
    add(49)
    assert queries() == one


def test_the_report_takes_the_same_queries_for_one_row_and_fifty(tmp_path: Path) -> None:
    client = as_user(an_admin())

    def queries(count: int) -> int:
        good = [{"order_ref": f"FO{n}", "seller": f"s{n}-{count}"} for n in range(count)]
        bad = [{"order_ref": f"FO{n}", "amount": "x"} for n in range(count)]
        batch = import_files(tmp_path, orders=[orders_file(*good, *bad)])
        client.get(page(batch))
        with CaptureQueriesContext(connection) as captured:
            client.get(page(batch))
        return len(captured)

    assert queries(1) == queries(50)


def test_workers_are_asked_once_in_ten_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[dt.timedelta | float] = []

    def ping(timeout: float, limit: int) -> list[object]:
        asked.append(timeout)
        return [{"worker": {"ok": "pong"}}] * limit

    monkeypatch.setattr(current_app.control, "ping", ping)
    assert report.workers_listen()
    assert report.workers_listen()
    assert len(asked) == 1
