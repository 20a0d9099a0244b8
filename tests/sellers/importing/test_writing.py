"""What is written beside the reading: in order, waited for, and never silently lost."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from django.db import ProgrammingError, connection

from sellers.importing.writing import Writing
from sellers.models import ImportBatch

pytestmark = pytest.mark.django_db


def test_a_statement_waits_for_what_was_handed_over_before() -> None:
    batch = ImportBatch.objects.create()
    go_on = threading.Event()

    def write(server: Any) -> None:
        go_on.wait(5)
        server.execute("UPDATE sellers_importbatch SET stage = stage || 'x'")

    with Writing() as writing:
        for _ in range(2):
            writing.put(write)
        threading.Timer(0.05, go_on.set).start()
        batch.refresh_from_db()
        assert batch.stage == "xx"
        writing.put(write)
    batch.refresh_from_db()
    assert batch.stage == "xxx"


def test_what_goes_wrong_is_raised_by_the_next_call_and_the_rest_is_left() -> None:
    written: list[str] = []

    def ask_for_nothing(server: Any) -> None:
        written.append("asked")
        server.execute("SELECT nothing FROM nowhere")

    def write_all() -> None:
        with Writing() as writing:
            writing.put(ask_for_nothing)
            writing.settle()
            written.append("went on")

    with pytest.raises(ProgrammingError):
        write_all()
    assert (written, connection.execute_wrappers) == (["asked"], [])


def test_whoever_stops_the_reading_waits_for_what_is_being_written() -> None:
    written: list[str] = []
    started, go_on = threading.Event(), threading.Event()

    def write(_server: Any) -> None:
        started.set()
        go_on.wait(5)
        written.append("done")

    def stop() -> None:
        with Writing() as writing:
            writing.put(write)
            started.wait(5)
            threading.Timer(0.05, go_on.set).start()
            raise InterruptedError

    with pytest.raises(InterruptedError):
        stop()
    assert written == ["done"]
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("import_")]
