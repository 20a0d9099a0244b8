"""`make run` as a whole: killed, started twice, stopped."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import psycopg
import pytest

from config.embedded import Home, processes
from config.healthcheck import is_well
from config.run import __main__ as supervisor
from config.run import programs
from tests.faults.conftest import processes_of
from tests.servers import ROOT, copy_prepared_cluster, wait_until

pytestmark = [
    pytest.mark.faults,
    pytest.mark.timeout(400),
    pytest.mark.skipif(sys.platform != "linux", reason="reads /proc to see what is left"),
]


class Started:
    """A `make run` on a home and a port of its own, without the demo."""

    def __init__(self, home: Home, port: int) -> None:
        self.home, self.port = home, port
        self.output = home.root / f"output-{len(list(home.root.glob('output-*')))}"
        with self.output.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "config.run"],
                cwd=ROOT,
                env={
                    **os.environ,
                    "DJANGO_SETTINGS_MODULE": "config.settings",
                    "STANDING_HOME": str(home.root),
                    "PORT": str(port),
                    "STANDING_DEMO": "0",
                },
                stdout=output,
                stderr=output,
            )

    def said(self) -> str:
        return self.output.read_text()

    def wait_until_open(self) -> None:
        wait_until(
            lambda: "Open http" in self.said() or self.process.poll() is not None,
            "it says where it is",
            seconds=120,
        )
        assert self.process.poll() is None, self.said()

    def is_well(self) -> bool:
        return is_well(port=self.port)

    def stop(self, number: signal.Signals = signal.SIGINT) -> int:
        self.process.send_signal(number)
        return self.process.wait(60)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def port() -> int:
    return free_port()


@pytest.fixture(scope="session")
def used_home() -> Iterator[Home]:
    """A home after a first start that was stopped: what a later start finds."""
    home = Home(Path(tempfile.mkdtemp(prefix="standing-f-")))
    home.prepare()
    copy_prepared_cluster(home)
    with pytest.MonkeyPatch.context() as patch:
        for variable in ("DATABASE_URL", "REDIS_URL"):
            patch.delenv(variable, raising=False)
        first = Started(home, free_port())
    first.wait_until_open()
    assert first.stop() == 0, first.said()
    yield home
    shutil.rmtree(home.root)


@pytest.fixture
def started(used_home: Home, home: Home, port: int) -> Iterator[Started]:
    shutil.copytree(used_home.root, home.root, dirs_exist_ok=True)
    one = Started(home, port)
    one.wait_until_open()
    yield one
    if one.process.poll() is None:
        one.process.kill()
        one.process.wait()


def database(home: Home) -> psycopg.Connection[tuple[int]]:
    return psycopg.connect(
        host=str(home.sockets), user="standing", dbname="standing", autocommit=True
    )


def pid_of(home: Home, words: str) -> int:
    """The first process of a home whose command line holds some words, launchers left out."""
    found = [pid for pid, line in processes_of(home).items() if words in line]
    assert found, processes_of(home)
    return min(found)


def test_everything_may_be_killed_and_the_next_start_has_lost_nothing(started: Started) -> None:
    home = started.home
    with database(home) as connection:
        connection.execute("CREATE TABLE kept AS SELECT generate_series(1, 100) AS n")
    for pid in processes_of(home):
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            pass  # it ended together with another one
    started.process.wait(10)
    wait_until(lambda: not processes_of(home), "nothing is left", seconds=10)

    again = Started(home, started.port)
    again.wait_until_open()
    assert again.is_well()
    with database(home) as connection:
        row = connection.execute("SELECT count(*) FROM kept").fetchone()
    assert row == (100,)
    assert again.stop() == 0, again.said()
    assert processes_of(home) == {}


def test_a_killed_supervisor_leaves_no_orphans(started: Started) -> None:
    assert len(processes_of(started.home)) > 5
    started.process.kill()
    started.process.wait()
    wait_until(
        lambda: not processes_of(started.home),
        f"all are gone: {processes_of(started.home)}",
        seconds=15,
    )
    again = Started(started.home, started.port)
    again.wait_until_open()
    assert again.stop(signal.SIGTERM) == 0, again.said()


def test_what_dies_is_started_again_and_a_second_start_is_sent_to_the_first(
    started: Started,
) -> None:
    home = started.home
    jobs = "celery -A config.celery:app"
    victims = ("bin/postgres -D", "valkey-server", f"{jobs} beat", f"{jobs} worker", "granian")
    for words in victims:
        pid = pid_of(home, words)
        os.kill(pid, signal.SIGKILL)
        wait_until(lambda pid=pid: not processes.is_alive(pid), f"{words} is gone")  # type: ignore[misc]
        wait_until(started.is_well, f"well again without {words}", seconds=30)
    for name in ("postgresql", "valkey", "beat", "worker", "web"):
        wait_until(
            lambda name=name: f"{name} was ended by signal 9" in started.said(),  # type: ignore[misc]
            f"it says that {name} was started again",
        )

    second = Started(home, started.port)
    assert second.process.wait(30) == 1
    assert f"Standing is running already: http://127.0.0.1:{started.port}" in second.said()
    assert started.is_well()
    assert started.stop() == 0, started.said()
    assert "Stopped. Everything is kept." in started.said()
    assert processes_of(home) == {}


def test_a_taken_port_is_said_before_anything_is_started(ready_home: Home, port: int) -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", port))
        listener.listen()
        run = Started(ready_home, port)
        assert run.process.wait(30) == 1
    assert f"Port {port} is taken by process {os.getpid()}" in run.said()
    assert f"make run PORT={port + 1}" in run.said()
    assert not (ready_home.logs / "postgres.log").exists()


def test_clients_of_the_servers_are_not_loaded_before_the_compiler_runs() -> None:
    loaded = subprocess.run(
        [sys.executable, "-c", "import config.run.__main__, sys; print(*sys.modules)"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    assert not {"psycopg", "redis", "django.conf"} & set(loaded)


def test_web_is_started_before_the_scores_are_there_and_beat_after_the_first_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home, done = Home(tmp_path), []
    preparation = SimpleNamespace(
        wait_until=lambda reached, _: done.append(reached), accounts=list, end=lambda: None
    )
    monkeypatch.setenv("DATABASE_URL", "postgres://elsewhere")
    monkeypatch.setenv("REDIS_URL", "redis://elsewhere")
    monkeypatch.setattr(programs, "Preparation", lambda *_, **__: preparation)
    monkeypatch.setattr(supervisor, "wait_for_page", lambda *_: done.append("page"))
    children = SimpleNamespace(add_program=lambda name, *_: done.append(name))
    supervisor.start_everything(children, None, home, "127.0.0.1", 8000, "http://…")  # type: ignore[arg-type]
    assert done == ["servable", "web", "ready", "worker", "page", "beat"]


def test_a_setting_that_cannot_be_read_is_said_in_one_line(
    ready_home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "config.run"],
        cwd=ROOT,
        env={**os.environ, "STANDING_HOME": str(ready_home.root), "PORT": "eighty"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr.strip() == ("PORT: read 'eighty', allowed: a whole number from 1 to 65535.")


def test_a_policy_that_is_not_there_stops_the_start_with_what_to_set(
    ready_home: Home, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STANDING_POLICY", "nonsense")
    run = Started(ready_home, port)
    assert run.process.wait(60) == 1
    assert "STANDING_POLICY is “nonsense”; this deployment has" in run.said()
    assert "Set STANDING_POLICY to one that is there" in run.said()
    assert "Traceback" not in run.said()
    assert processes_of(ready_home) == {}


def test_data_of_another_major_version_stops_the_start_with_the_way_to_move(
    ready_home: Home, port: int
) -> None:
    (ready_home.postgres / "PG_VERSION").write_text("16\n")
    run = Started(ready_home, port)
    assert run.process.wait(30) == 1
    assert "was written by PostgreSQL 16" in run.said()
    assert "Traceback" not in run.said()
    assert processes_of(ready_home) == {}


def test_a_command_brings_its_own_servers_and_ends_them(ready_home: Home) -> None:
    done = subprocess.run(
        [sys.executable, "manage.py", "migrate", "sessions", "--verbosity", "0"],
        cwd=ROOT,
        env={
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "STANDING_HOME": str(ready_home.root),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert processes_of(ready_home) == {}
    assert (ready_home.postgres / "PG_VERSION").exists()
    assert not Path(ready_home.postgres / "postmaster.pid").exists()
