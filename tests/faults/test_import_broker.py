"""An import whose broker goes away in the middle ends all the same."""

from __future__ import annotations

from pathlib import Path

import psycopg
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.utils import timezone
from kombu import Connection

from config.embedded import Home, valkey
from config.env import broker
from metrics.models import Standing
from metrics.services import sellers_out_of_date
from sellers.importing.batches import NewFile, create_batch
from sellers.models import FileRole, ImportState, Order
from sellers.tasks import import_batch
from tests.sellers.importing.files import check_counts, orders_file
from tests.servers import database_url, start_worker, wait_until

pytestmark = [
    pytest.mark.faults,
    pytest.mark.servers,
    pytest.mark.django_db(transaction=True),
]

ROWS = [{"order_ref": f"FO{number}"} for number in range(300)]


def test_an_import_ends_though_its_broker_is_gone_while_it_is_saved(
    home: Home, tmp_path: Path
) -> None:
    home.prepare()
    first = valkey.start(home)
    url = database_url(connection.settings_dict)
    worker = start_worker(url, home.redis_url(), tmp_path / "worker.log")
    upload = SimpleUploadedFile("o.csv", orders_file(*ROWS).encode())
    batch = create_batch(
        files=[NewFile(FileRole.ORDERS, upload.name or "", upload)], created_by=None, seller=None
    )

    def reads(state: str, stage: str = "") -> bool:
        batch.refresh_from_db()
        return batch.state == state and (not stage or batch.stage == stage)

    with psycopg.connect(**connection.get_connection_params()) as holds:
        # Nobody can add a seller now: the worker stops in the middle of its merge.
        holds.execute("LOCK TABLE sellers_seller IN SHARE ROW EXCLUSIVE MODE")
        with Connection(broker(home.redis_url())) as through:
            import_batch.apply_async((batch.pk,), connection=through)  # type: ignore[call-arg]  # the stubs forget it
        wait_until(lambda: reads(ImportState.RUNNING, "saving"), "it is saved", seconds=60)
        first.kill()
        first.wait()
    wait_until(lambda: "on_commit" in worker.said(), "the broker is missed", seconds=60)
    second = valkey.start(home)
    worker.stop()
    valkey.stop(second)
    assert reads(ImportState.DONE), batch.message
    assert Order.objects.count() == len(ROWS)
    check_counts(batch)
    # Nobody could be told that scores have to follow: the next pass finds that out by itself.
    assert not Standing.objects.exists()
    assert sellers_out_of_date(timezone.now()).count() == 1
