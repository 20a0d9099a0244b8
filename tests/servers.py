"""Throw-away servers and workers for a test run."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from config.embedded import Home, postgres, processes, valkey
from config.embedded.binaries import find_postgres
from tests.environment import OWN_DATABASE, OWN_REDIS, PROJECT_VAR

ROOT = PROJECT_VAR.parent


def start_throw_away(home: Home) -> list[Callable[[], object]]:
    """Start the servers that the environment does not name; returns what ends them."""
    home.prepare()
    ends: list[Callable[[], object]] = []
    if OWN_REDIS:
        broker = valkey.start(home, durable=False)
        ends.append(lambda: processes.end_child(broker, signal.SIGKILL, seconds=5))
    if OWN_DATABASE:
        copy_prepared_cluster(home)
        database = postgres.start(home, durable=False)
        ends.append(lambda: processes.end_child(database, signal.SIGQUIT, seconds=5))
    return ends


def copy_prepared_cluster(home: Home) -> None:
    """A new cluster by copying one that was set up once: a quarter of the time of a set-up."""
    binaries = find_postgres()
    version = postgres.major_version(binaries)
    prepared = PROJECT_VAR / "test" / f"cluster-{version}"
    if not (prepared / "PG_VERSION").exists():
        prepared.parent.mkdir(parents=True, exist_ok=True)
        own = prepared.with_name(f"{prepared.name}-{os.getpid()}")
        postgres.create_cluster(own, binaries, log=home.logs / "initdb.log", sync=False)
        try:
            own.rename(prepared)
        except OSError:  # another run was first
            shutil.rmtree(own)
    shutil.copytree(prepared, home.postgres)


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
