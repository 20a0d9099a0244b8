"""Throw-away servers and workers for a test run."""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any
from urllib.parse import quote

from django.db import connections

from config.embedded import Home, postgres, processes, valkey
from config.embedded.binaries import find_postgres
from tests.environment import OWN_DATABASE, OWN_REDIS, PROJECT_VAR

ROOT = PROJECT_VAR.parent
#: Clusters that test runs copy instead of setting them up.
PREPARED = PROJECT_VAR / "test"


def start_throw_away(home: Home) -> list[Callable[[], object]]:
    """Start the servers that the environment does not name; returns what ends them."""
    home.prepare()
    ends: list[Callable[[], object]] = []
    if OWN_REDIS:
        broker = valkey.start(home, durable=False)
        ends.append(lambda: processes.end_child(broker, signal.SIGKILL, seconds=5))
    if OWN_DATABASE:
        copy_migrated_cluster(home)
        database = postgres.start(home, durable=False)
        ends.append(lambda: processes.end_child(database, signal.SIGQUIT, seconds=5))
    return ends


def copy_prepared_cluster(home: Home) -> None:
    """A new cluster by copying one that was set up once: a quarter of the time of a set-up."""
    with _alone():
        prepared = _prepared_cluster()
    shutil.copytree(prepared, home.postgres)


def copy_migrated_cluster(home: Home) -> None:
    """The same with every migration applied to its database."""
    shutil.copytree(migrated_cluster(), home.postgres)


def migrated_cluster() -> Path:
    """A cluster that is only copied; made once for each state of the migrations."""
    kept = PREPARED / f"migrated-{_migrations_key()}"
    with _alone():
        if not (kept / "PG_VERSION").exists():
            _remove_outdated()
            _migrate_into(kept)
        os.utime(kept)
    return kept


def copy_migrated_database(name: str) -> None:
    """Make the test database out of the migrated one."""
    migrated = connections["default"].settings_dict["NAME"]
    with connections["default"]._nodb_cursor() as cursor:  # as Django makes test databases
        cursor.execute(f'CREATE DATABASE "{name}" TEMPLATE "{migrated}" STRATEGY FILE_COPY')


@contextmanager
def _alone() -> Iterator[None]:
    """One process at a time prepares a cluster; the others wait and find it."""
    PREPARED.mkdir(parents=True, exist_ok=True)
    with (PREPARED / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _prepared_cluster() -> Path:
    binaries = find_postgres()
    prepared = PREPARED / f"cluster-{postgres.major_version(binaries)}"
    if not (prepared / "PG_VERSION").exists():
        log = PREPARED / "initdb.log"
        postgres.create_cluster(prepared, binaries, log=log, sync=False)
    return prepared


def _migrations_key() -> str:
    """Names a state of all migrations: another one is another cluster."""
    binaries = find_postgres()
    parts = [postgres.major_version(binaries), version("django"), version("django-allauth")]
    found = hashlib.sha256(" ".join(parts).encode())
    for file in sorted(ROOT.glob("*/migrations/*.py")):
        found.update(str(file.relative_to(ROOT)).encode() + b"\0" + file.read_bytes())
    return found.hexdigest()[:16]


def _remove_outdated() -> None:
    """Forget clusters of migrations that nobody has asked for in a day."""
    for left in PREPARED.glob("migrated-*"):
        if left.stat().st_mtime < time.time() - 86_400:
            shutil.rmtree(left, ignore_errors=True)


def _migrate_into(kept: Path) -> None:
    """Apply all migrations on a home of their own, and keep its cluster."""
    home = Home(PREPARED / f"home-{os.getpid()}")
    try:
        home.prepare()
        shutil.copytree(_prepared_cluster(), home.postgres)
        subprocess.run(
            [sys.executable, "manage.py", "migrate", "--verbosity", "0"],
            cwd=ROOT,
            env={**os.environ, "STANDING_HOME": str(home.root), "DATABASE_URL": ""},
            check=True,
        )
        home.postgres.rename(kept)
    finally:
        if (home.root / "run").is_symlink():
            shutil.rmtree((home.root / "run").readlink(), ignore_errors=True)
        shutil.rmtree(home.root, ignore_errors=True)


def database_url(settings: dict[str, Any]) -> str:
    """The URL of a database as Django's settings name it."""
    user = quote(settings["USER"], safe="")
    password = f":{quote(settings['PASSWORD'], safe='')}" if settings["PASSWORD"] else ""
    host = quote(settings["HOST"], safe="")
    port = f":{settings['PORT']}" if settings["PORT"] else ""
    return f"postgres://{user}{password}@{host}{port}/{settings['NAME']}"


def wait_until(condition: Callable[[], object], what: str, *, seconds: float = 30.0) -> None:
    """Wait for something to become true; fails saying what did not."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(f"after {seconds:.0f} s still not: {what}")
        time.sleep(0.02)


@dataclass
class Worker:
    """A Celery worker in a process of its own."""

    process: subprocess.Popen[bytes]
    log: Path

    def said(self) -> str:
        return self.log.read_text(errors="replace")

    def kill(self) -> None:
        """End it as a crash would: no time to put anything in order."""
        self.process.kill()
        self.process.wait()

    def stop(self) -> None:
        processes.end_child(self.process, signal.SIGTERM, seconds=15)


def start_worker(url: str, redis_url: str, log: Path, **environment: str) -> Worker:
    """Start a worker on a test database and wait until it takes tasks."""
    process = processes.launch(
        [
            *(sys.executable, "-m", "celery", "-A", "config.celery:app", "worker"),
            *("--concurrency", "1", "--loglevel", "INFO"),
            *("--without-gossip", "--without-mingle", "--without-heartbeat"),
        ],
        log=log,
        death_signal=signal.SIGKILL,
        cwd=ROOT,
        env={
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "DATABASE_URL": url,
            "REDIS_URL": redis_url,
            "LOG_LEVEL": "INFO",
            **environment,
        },
    )
    worker = Worker(process, log)
    wait_until(
        lambda: " ready." in worker.said() or process.poll() is not None, "the worker is ready"
    )
    if process.poll() is not None:
        raise AssertionError(f"the worker ended:\n{worker.said()}")
    return worker
