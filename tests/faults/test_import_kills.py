"""An import whose worker dies anywhere leaves nothing half, and the next attempt ends it."""

from __future__ import annotations

import os
import random
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.db import InterfaceError, OperationalError, connection, connections, transaction
from django.db.backends.utils import CursorWrapper

from sellers.importing import batches
from sellers.importing.batches import NewFile, create_batch
from sellers.importing.decisions import (
    commit_batch,
    preview_batch,
    preview_undo,
    queue_undo,
)
from sellers.importing.run import run_batch
from sellers.models import (
    FileRole,
    ImportBatch,
    ImportChange,
    ImportRawBlock,
    ImportRejection,
    ImportState,
    ImportUndoPreview,
)
from tests.sellers.importing.files import check_counts, facts, orders_file, reviews_file, text_of
from tests.servers import wait_until

pytestmark = [
    pytest.mark.faults,
    pytest.mark.servers,
    pytest.mark.timeout(1200),
    pytest.mark.django_db(transaction=True),
]

#: Kills at points that differ from run to run; those at every stage boundary come on top.
KILLS = 36
KILLS_OF_UNDO = 12
KILLS_OF_LOOK = 8
KILLS_OF_PREVIEW = 8
ROLES = (
    *(FileRole.ORDERS, FileRole.REVIEWS),
    *(FileRole.GIGS, FileRole.INQUIRIES, FileRole.OBSERVATIONS),
)
#: How a worker tells the stage that it enters, and the state in which a batch ends.
TELLS = 'UPDATE "sellers_importbatch"'


@pytest.fixture(autouse=True)
def alone(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    """Nobody but the test works on imports, and nothing is computed from them."""
    settings.STANDING_ON_FACTS_CHANGED = ""
    monkeypatch.setattr(batches, "_send", lambda _batch_id: None)


@pytest.fixture
def paths(tmp_path: Path) -> list[Path]:
    """Files of every kind, in the order of ``ROLES``.

    Orders that change what is known, some rejected, and reviews that come too early.
    """
    orders = [{"order_ref": f"FO{n}", "seller": f"s{n % 3}", "amount": n} for n in range(40)]
    bad = {"order_ref": "BAD", "amount": "x"}
    reviews = [{"order_ref": f"FO{n}", "seller": f"s{n % 3}"} for n in range(0, 50, 2)]
    whose = [{"seller": f"s{n}"} for n in range(4)]
    gigs = [{**who, "gig": "pages", "gig_title": "I write pages"} for who in whose]
    chats = [{**who, "inquiry_ref": "chat", "first_message_at": "2024-03-01"} for who in whose]
    shown = [{**who, "day": "2024-03-01", "kind": "score", "value": 7} for who in whose]
    texts = (
        orders_file(*orders, bad),
        reviews_file(*reviews),
        *(text_of(rows) for rows in (gigs, chats, shown)),
    )
    found = []
    for role, text in zip(ROLES, texts, strict=True):
        found.append(tmp_path / f"{role}.csv")
        found[-1].write_text(text)
    return found


def known_before(folder: Path) -> None:
    """Half of the orders are open, and two reviews wait."""
    path = folder / "before.csv"
    rows = [
        {"order_ref": f"FO{n}", "seller": f"s{n % 3}", "status": "open"} for n in range(0, 40, 2)
    ]
    path.write_text(orders_file(*rows))
    reviews = folder / "waiting.csv"
    reviews.write_text(reviews_file(*({"order_ref": f"FO{n}", "seller": "s1"} for n in (1, 7))))
    batch = create_batch(
        files=[
            NewFile(FileRole.ORDERS, path.name, path),
            NewFile(FileRole.REVIEWS, reviews.name, reviews),
        ],
        created_by=None,
        seller=None,
    )
    assert attempt(batch, [path, reviews]).state == ImportState.DONE


def a_batch(paths: list[Path], state: ImportState = ImportState.QUEUED) -> ImportBatch:
    files = [NewFile(role, path.name, path) for role, path in zip(ROLES, paths, strict=True)]
    return create_batch(files=files, created_by=None, seller=None, state=state)


def attempt(batch: ImportBatch, paths: list[Path]) -> ImportBatch:
    """Work on a batch in this process, as soon as nobody else does."""
    found: list[ImportBatch] = []

    def worked() -> bool:
        done = run_batch(batch_id=batch.pk, paths=_by_file(batch, paths))
        if done is not None:
            done.refresh_from_db()
            found.append(done)
        return bool(found)

    wait_until(worked, "the lock of the killed worker is free", seconds=60)
    return found[0]


def _by_file(batch: ImportBatch, paths: list[Path]) -> dict[int, Path]:
    return dict(zip(batch.files.order_by("pk").values_list("pk", flat=True), paths, strict=True))


def after_each_statement(monkeypatch: pytest.MonkeyPatch, act: Callable[[int, str], None]) -> None:
    """Call ``act`` with the number and words of every statement, once it has been executed."""
    execute, count = CursorWrapper.execute, 0

    def counted(cursor: CursorWrapper, *arguments: Any) -> Any:
        nonlocal count
        answer = execute(cursor, *arguments)
        count += 1
        act(count, str(arguments[0]))
        return answer

    monkeypatch.setattr(CursorWrapper, "execute", counted)


def killed(batch: ImportBatch, paths: list[Path], at: int, monkeypatch: pytest.MonkeyPatch) -> bool:
    """Work on a batch in a process that kills itself after a statement; False: it ended."""
    by_file = _by_file(batch, paths)
    connections.close_all()
    pid = os.fork()
    if pid == 0:
        try:
            after_each_statement(
                monkeypatch, lambda n, _: os.kill(os.getpid(), signal.SIGKILL) if n == at else None
            )
            run_batch(batch_id=batch.pk, paths=by_file)
        finally:
            os._exit(0)
    _, status = os.waitpid(pid, 0)
    return os.WIFSIGNALED(status)


def statements_of(batch: ImportBatch, paths: list[Path]) -> list[str]:
    """The statements that it takes to work on a batch undisturbed."""
    found: list[str] = []
    with pytest.MonkeyPatch.context() as patched:
        after_each_statement(patched, lambda _, words: found.append(words))
        attempt(batch, paths)
    return found


def boundaries(statements: list[str]) -> list[int]:
    """The statements just before each stage is told, and those that tell it."""
    told = [n for n, words in enumerate(statements, 1) if words.startswith(TELLS)]
    return sorted({at for n in told for at in (n - 1, n) if at > 0})


def points(statements: list[str], kills: int, seed: int | None = None) -> list[int]:
    """Statements to die after: one at random in each of as many equal spans."""
    dice = random.Random(seed)
    step = len(statements) / kills
    return [max(1, int(step * n + dice.random() * step)) for n in range(kills)]


@pytest.fixture
def begin_again(tmp_path: Path) -> Iterator[Callable[[], None]]:
    """What was known before; called, it puts all of that and nothing else there once more."""
    known_before(tmp_path)
    with connection.cursor() as cursor:
        names = connection.introspection.table_names(cursor)
        tables = [name for name in names if name.startswith("sellers_")]
        for name in tables:
            cursor.execute(f"CREATE TABLE kept_{name} AS TABLE {name}")

    def put_back() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"TRUNCATE {', '.join(tables)} CASCADE")
            for name in tables:
                cursor.execute(f"INSERT INTO {name} TABLE kept_{name}")

    yield put_back
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE {', '.join(f'kept_{name}' for name in tables)}")


def test_an_import_killed_anywhere_ends_as_if_undisturbed(
    paths: list[Path], begin_again: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    before = facts()
    batch = a_batch(paths)
    statements = statements_of(batch, paths)
    undisturbed = facts()
    assert undisturbed != before
    rejected = ImportRejection.objects.count()
    counts = (ImportChange.objects.count(), ImportRawBlock.objects.count(), rejected)
    stages = boundaries(statements)
    assert len(stages) >= 6  # looking, reading, saving; the end
    died = 0
    for at in (*stages, *points(statements, KILLS)):
        begin_again()
        batch = a_batch(paths)
        died += killed(batch, paths, at, monkeypatch)
        batch.refresh_from_db()
        # All or nothing, and the state says which.
        assert facts() == (undisturbed if batch.is_final else before), at
        batch = attempt(batch, paths)
        assert batch.state == ImportState.DONE, batch.message
        check_counts(batch)
        assert facts() == undisturbed, at
        assert counts == (
            ImportChange.objects.count(),
            ImportRawBlock.objects.count(),
            ImportRejection.objects.count(),
        ), at
    # The next attempt may take a statement less, and the last points then come after the end.
    assert died >= len(stages) + KILLS - 3


def test_a_preview_killed_anywhere_saves_nothing_and_is_begun_again(
    paths: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    known_before(tmp_path)
    before = facts()
    batch = a_batch(paths, ImportState.COLUMNS)
    preview_batch(batch_id=batch.pk)
    statements = statements_of(batch, paths)
    shown = ImportBatch.objects.get(pk=batch.pk).preview.effect["rows"]
    died = 0
    stages = boundaries(statements)
    for at in (*stages, *points(statements, KILLS_OF_PREVIEW)):
        batch = a_batch(paths, ImportState.COLUMNS)
        preview_batch(batch_id=batch.pk)
        died += killed(batch, paths, at, monkeypatch)
        assert facts() == before, at
        batch = attempt(batch, paths)
        assert batch.state == ImportState.READY, batch.message
        assert batch.preview.effect["rows"] == shown
        assert facts() == before
    assert died >= len(stages) + KILLS_OF_PREVIEW - 3
    commit_batch(batch_id=batch.pk)
    assert attempt(batch, paths).state == ImportState.DONE


def test_an_undo_killed_anywhere_is_done_wholly_or_not_at_all(
    paths: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    known_before(tmp_path)
    before = facts()
    batch = attempt(a_batch(paths), paths)
    after = facts()
    queue_undo(batch_id=batch.pk, undone_by=None)
    statements = statements_of(batch, paths)
    assert facts() == before
    died = 0
    for at in points(statements, KILLS_OF_UNDO):
        batch = attempt(a_batch(paths), paths)
        queue_undo(batch_id=batch.pk, undone_by=None)
        died += killed(batch, paths, at, monkeypatch)
        batch.refresh_from_db()
        assert facts() == (before if batch.is_final else after), at
        batch = attempt(batch, paths)
        assert batch.state == ImportState.UNDONE, batch.message
        assert facts() == before, at
    assert died >= KILLS_OF_UNDO - 2


def test_a_look_at_an_undo_killed_anywhere_changes_nothing_and_is_begun_again(
    paths: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    known_before(tmp_path)
    batch = attempt(a_batch(paths), paths)
    imported = facts()
    preview_undo(batch_id=batch.pk)
    statements = statements_of(batch, paths)
    shown = ImportUndoPreview.objects.get().effect
    for at in points(statements, KILLS_OF_LOOK):
        preview_undo(batch_id=batch.pk)
        assert not ImportUndoPreview.objects.exists()
        killed(batch, paths, at, monkeypatch)
        assert facts() == imported, at
        batch = attempt(batch, paths)
        assert batch.state == ImportState.DONE
        found = ImportUndoPreview.objects.get()
        assert (found.problem, found.effect, facts()) == ("", shown, imported), at
    queue_undo(batch_id=batch.pk, undone_by=None, shown=found.pk)
    assert attempt(batch, paths).state == ImportState.UNDONE


def test_an_import_survives_a_database_that_ends_its_connection(
    paths: list[Path], begin_again: Callable[[], None]
) -> None:
    batch = a_batch(paths)
    statements = statements_of(batch, paths)
    undisturbed = facts()
    for at in points(statements, 4, seed=7):
        begin_again()
        batch = a_batch(paths)
        with pytest.MonkeyPatch.context() as patched:
            after_each_statement(patched, lambda n, _, at=at: end_connection() if n == at else None)  # type: ignore[misc]
            with pytest.raises((OperationalError, InterfaceError)):
                run_batch(batch_id=batch.pk, paths=_by_file(batch, paths))
        connection.close()
        assert attempt(batch, paths).state == ImportState.DONE
        assert facts() == undisturbed, at


def end_connection() -> None:
    """End this process's connection from the server's side, as a restart would."""
    assert connection.connection is not None
    number = connection.connection.info.backend_pid
    with psycopg.connect(**connection.get_connection_params()) as other:
        other.execute("SELECT pg_terminate_backend(%s, 5000)", [number])
