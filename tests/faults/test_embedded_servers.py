"""The embedded servers after crashes, on odd folders and on machines that forbid things."""

from __future__ import annotations

import errno
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
import redis

from config.embedded import CannotStart, Home, Servers, postgres, processes, start_servers, valkey
from config.embedded.home import LONGEST_SOCKET_PATH
from config.embedded.launch import NOT_ALLOWED, PARENT_GONE
from tests.faults.conftest import processes_of
from tests.servers import wait_until

pytestmark = [
    pytest.mark.faults,
    pytest.mark.skipif(sys.platform != "linux", reason="reads /proc to see what is left"),
]


# Starts a program through the launcher, which gets the arguments from the second one on.
PARENT = """
import signal, subprocess, sys
from config.embedded import processes
program = ["/bin/sh", "-c", f"echo $$ > {sys.argv[1]}; exec sleep 60"]
command = processes.launch_command(program, death_signal=signal.SIGTERM)
at = command.index("--signal")
command[at:at] = sys.argv[2:]
subprocess.run(command)
"""


@contextmanager
def running(home: Home) -> Iterator[Servers]:
    servers = start_servers(home)
    try:
        yield servers
    finally:
        servers.stop()


def connect(home: Home) -> psycopg.Connection[tuple[Any, ...]]:
    return psycopg.connect(
        host=str(home.sockets), user="standing", dbname="standing", autocommit=True
    )


def write_rows(home: Home, rows: int) -> None:
    with connect(home) as connection:
        connection.execute("CREATE TABLE kept (n int)")
        for n in range(rows):
            connection.execute("INSERT INTO kept VALUES (%s)", (n,))


def count_rows(home: Home) -> int:
    with connect(home) as connection:
        row = connection.execute("SELECT count(*) FROM kept").fetchone()
    assert row is not None
    return int(row[0])


def kill(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGKILL)
    process.wait()


def test_a_killed_database_loses_no_committed_row(ready_home: Home) -> None:
    servers = start_servers(ready_home)
    write_rows(ready_home, 50)
    kill(servers.processes["PostgreSQL"])
    servers.processes["PostgreSQL"] = postgres.start(ready_home)
    assert count_rows(ready_home) == 50
    servers.stop()
    assert processes_of(ready_home) == {}


def test_a_killed_broker_loses_no_message(ready_home: Home) -> None:
    first = valkey.start(ready_home)
    with redis.Redis(unix_socket_path=str(ready_home.valkey_socket)) as client:
        client.rpush("queue", *range(50))
    kill(first)
    second = valkey.start(ready_home)
    with redis.Redis(unix_socket_path=str(ready_home.valkey_socket)) as client:
        assert client.llen("queue") == 50
    valkey.stop(second)


def test_a_database_that_outlived_its_supervisor_is_ended_first(ready_home: Home) -> None:
    left = start_servers(ready_home)
    write_rows(ready_home, 3)
    with running(ready_home):
        assert left.processes["PostgreSQL"].wait(1) == 0
        assert left.processes["Valkey"].wait(1) == 0
        assert count_rows(ready_home) == 3


def test_a_number_in_postmaster_pid_that_now_belongs_to_another_program_is_no_obstacle(
    ready_home: Home,
) -> None:
    with running(ready_home):
        record = (ready_home.postgres / "postmaster.pid").read_text()
    other = subprocess.Popen(["sleep", "60"])
    try:
        lines = record.splitlines()
        lines[0] = str(other.pid)
        (ready_home.postgres / "postmaster.pid").write_text("\n".join(lines) + "\n")
        with running(ready_home), connect(ready_home) as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)
        assert other.poll() is None
    finally:
        other.kill()
        other.wait()


def test_a_first_set_up_that_was_cut_short_begins_anew(home: Home) -> None:
    home.prepare()
    unfinished = home.root / "postgres.unfinished"
    unfinished.mkdir()
    (unfinished / "PG_VERSION").write_text("18\n")
    with running(home), connect(home) as connection:
        found = connection.execute(
            "SELECT datlocprovider, datlocale FROM pg_database WHERE datname = 'standing'"
        ).fetchone()
    assert found == ("b", "C.UTF-8")
    assert not unfinished.exists()


def test_data_of_another_major_version_is_not_touched_and_the_way_is_told(
    ready_home: Home,
) -> None:
    (ready_home.postgres / "PG_VERSION").write_text("17\n")
    before = sorted(path.name for path in ready_home.postgres.iterdir())
    with pytest.raises(CannotStart) as caught:
        start_servers(ready_home)
    said = str(caught.value)
    assert "was written by PostgreSQL 17" in said
    assert "brings PostgreSQL 18" in said
    assert "make backup" in said
    assert "make restore" in said
    assert sorted(path.name for path in ready_home.postgres.iterdir()) == before
    assert processes_of(ready_home) == {}


def test_a_folder_with_other_files_in_the_place_of_the_data_is_left_alone(home: Home) -> None:
    home.prepare()
    home.postgres.mkdir()
    (home.postgres / "letters.txt").write_text("mine")
    with pytest.raises(CannotStart, match="holds files but no PostgreSQL data"):
        start_servers(home)
    assert (home.postgres / "letters.txt").read_text() == "mine"


def test_a_path_too_long_for_sockets_gets_a_short_private_folder(home: Home) -> None:
    deep = Home(home.root / ("d" * 60) / ("e" * 60))
    assert len(str(deep.root / "run" / ".s.PGSQL.5432")) > LONGEST_SOCKET_PATH
    with running(deep):
        assert len(str(deep.postgres_socket)) <= LONGEST_SOCKET_PATH
        assert deep.sockets.stat().st_mode & 0o777 == 0o700
        first = deep.sockets
    with running(deep):
        assert deep.sockets == first
    shutil.rmtree(first)  # as a restart of the machine would
    with running(deep), connect(deep) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
    shutil.rmtree(deep.sockets)


def test_nobody_else_can_enter_the_folder_of_the_sockets(ready_home: Home) -> None:
    with running(ready_home):
        assert ready_home.sockets.stat().st_mode & 0o077 == 0
        assert ready_home.postgres_socket.stat().st_mode & 0o077 == 0
        assert ready_home.valkey_socket.stat().st_mode & 0o077 == 0


def test_a_full_disk_is_said_in_words(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_room(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "mkdir", no_room)
    with pytest.raises(CannotStart, match="is full"):
        start_servers(home)


def test_a_server_that_says_the_disk_is_full_is_believed(tmp_path: Path) -> None:
    from config.embedded.errors import from_log

    log = tmp_path / "postgres.log"
    log.write_text('FATAL:  could not write to file "pg_wal/x": No space left on device\n')
    assert "is full" in str(from_log("Starting PostgreSQL", log))


def test_a_server_that_does_not_start_shows_the_end_of_its_log(tmp_path: Path) -> None:
    from config.embedded.errors import from_log

    log = tmp_path / "postgres.log"
    log.write_text("\n".join(f"line {n}" for n in range(20)))
    said = str(from_log("Starting PostgreSQL", log))
    assert said.startswith("Starting PostgreSQL failed.")
    assert "line 19" in said
    assert "line 3\n" not in said


def test_where_the_namespace_is_forbidden_the_way_out_is_named(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    refused = subprocess.Popen([sys.executable, "-c", f"raise SystemExit({NOT_ALLOWED})"])
    monkeypatch.setattr(processes, "launch", lambda *_, **__: refused)
    home.prepare()
    with pytest.raises(CannotStart) as caught:
        postgres.start(home)
    assert "as an ordinary user" in str(caught.value)
    assert "DATABASE_URL" in str(caught.value)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may drop capabilities")
@pytest.mark.skipif(shutil.which("setpriv") is None, reason="there is no setpriv")
def test_the_launcher_reports_a_machine_that_forbids_the_namespace() -> None:
    command = processes.launch_command(["/bin/true"], death_signal=signal.SIGTERM, namespace=True)
    dropped = ["setpriv", "--bounding-set=-all", "--inh-caps=-all", "--no-new-privs"]
    done = subprocess.run([*dropped, *command], check=False, capture_output=True)
    assert done.returncode == NOT_ALLOWED


def test_a_program_is_not_started_for_a_parent_that_is_gone(tmp_path: Path) -> None:
    command = processes.launch_command(
        ["/bin/touch", tmp_path / "made"], death_signal=signal.SIGTERM
    )
    command[command.index("--parent") + 1] = "1"
    assert subprocess.run(command, check=False).returncode == PARENT_GONE
    assert not (tmp_path / "made").exists()


@pytest.mark.parametrize("extra", [[], ["--watch"]], ids=["by the kernel", "by watching"])
def test_a_program_dies_with_a_parent_that_was_killed(extra: list[str], tmp_path: Path) -> None:
    # The watching way is the one of systems other than Linux.
    note = tmp_path / "pid"
    parent = subprocess.Popen([sys.executable, "-c", PARENT, str(note), *extra])
    wait_until(lambda: note.exists() and note.read_text().strip(), "the program runs")
    pid = int(note.read_text())
    kill(parent)
    wait_until(lambda: not processes.is_alive(pid), "the program is gone", seconds=5)
