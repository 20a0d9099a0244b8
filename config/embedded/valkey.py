"""The embedded Valkey (the open Redis): broker of the jobs, and the cache."""

from __future__ import annotations

import contextlib
import signal
import subprocess
import time

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from config.embedded import processes
from config.embedded.binaries import find_valkey
from config.embedded.errors import CannotStart, from_log
from config.embedded.home import Home

READY_SECONDS = 30.0


def start(home: Home, *, durable: bool = True) -> subprocess.Popen[bytes]:
    """Start Valkey on `home` and return once it answers."""
    _end_leftover(home)
    log = home.logs / "valkey.log"
    process = processes.launch(
        [
            *(str(find_valkey()), "--port", "0", "--daemonize", "no", "--loglevel", "notice"),
            *("--unixsocket", str(home.valkey_socket), "--unixsocketperm", "700"),
            *("--dir", str(home.valkey)),
            *("--appendonly", "yes" if durable else "no", "--save", ""),
        ],
        log=log,
        death_signal=signal.SIGTERM,
    )
    deadline = time.monotonic() + READY_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        if _answers(home):
            return process
        time.sleep(0.005)
    process.kill()
    process.wait()
    raise from_log("Starting Valkey", log)


def stop(process: subprocess.Popen[bytes], *, seconds: float = 10.0) -> None:
    processes.end_child(process, signal.SIGTERM, seconds=seconds)


def _client(home: Home) -> redis.Redis:
    return redis.Redis(
        unix_socket_path=str(home.valkey_socket), socket_timeout=5, retry=Retry(NoBackoff(), 0)
    )


def _answers(home: Home) -> bool:
    """False as well while the log of changes is still being read."""
    with contextlib.closing(_client(home)) as client:
        try:
            return bool(client.ping())
        except redis.RedisError:
            return False


def _end_leftover(home: Home) -> None:
    """End a server that outlived its supervisor (the caller holds the lock of the folder)."""
    with contextlib.closing(_client(home)) as client:
        try:
            pid = int(client.info("server")["process_id"])
        except redis.RedisError:
            return
    if not processes.end(pid, [(signal.SIGTERM, 10.0), (signal.SIGKILL, 5.0)]):
        raise CannotStart(
            f"A Valkey of an earlier run (process {pid}) still uses {home.valkey} and cannot be "
            "ended. End it, then run the same command again."
        )
