"""Saving the database, and putting a saved one back."""

from __future__ import annotations

from datetime import UTC, datetime

import psycopg
import pytest

from config import backup
from config.embedded import CannotStart, Home, start_servers
from config.embedded.lock import FolderLock

pytestmark = pytest.mark.faults
NOON = datetime(2024, 6, 12, 12, 0, 5, tzinfo=UTC)


def on_the_database(home: Home, statement: str) -> list[tuple[int]]:
    with psycopg.connect(
        host=str(home.sockets), user="standing", dbname="standing", autocommit=True
    ) as connection:
        cursor = connection.execute(statement)
        return cursor.fetchall() if cursor.description else []


def change(home: Home, *statements: str) -> list[tuple[int]]:
    servers = start_servers(home)
    try:
        return [row for statement in statements for row in on_the_database(home, statement)]
    finally:
        servers.stop()


def test_a_restored_database_is_the_saved_one_and_nothing_else(ready_home: Home) -> None:
    change(ready_home, "CREATE TABLE kept AS SELECT 1 AS n")
    file = backup.save(ready_home, NOON)
    assert file.name == "standing-2024-06-12-120005.dump"
    change(ready_home, "UPDATE kept SET n = 2", "CREATE TABLE later (n int)")

    backup.load(ready_home, file)

    assert change(ready_home, "SELECT n FROM kept") == [(1,)]
    tables = "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"
    databases = "SELECT count(*) FROM pg_database WHERE datname LIKE 'standing%'"
    assert change(ready_home, tables, databases) == [(1,), (1,)]


def test_a_file_that_is_no_backup_changes_nothing(ready_home: Home) -> None:
    change(ready_home, "CREATE TABLE kept AS SELECT 1 AS n")
    wrong = ready_home.root / "wrong.dump"
    wrong.write_text("not a backup")
    with pytest.raises(CannotStart, match="nothing was changed"):
        backup.load(ready_home, wrong)
    assert change(ready_home, "SELECT n FROM kept") == [(1,)]


def test_a_file_that_is_not_there_is_said(ready_home: Home) -> None:
    with pytest.raises(CannotStart, match="is not a file"):
        backup.load(ready_home, ready_home.root / "missing.dump")


def test_a_running_site_is_saved_but_not_replaced(ready_home: Home) -> None:
    servers = start_servers(ready_home)
    try:
        with FolderLock(ready_home, "make run", "http://127.0.0.1:8000"):
            file = backup.save(ready_home, NOON)
            with pytest.raises(CannotStart, match="`make run` uses the database"):
                backup.load(ready_home, file)
    finally:
        servers.stop()
