"""What must be true before anything is started, each said in words when it is not."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

from config.embedded import CannotStart, Home, processes
from config.embedded.lock import Owner

LEAST_FREE_BYTES = 300 * 1024 * 1024
PYTHON = (3, 11)
PORT_SECONDS = 3.0  # what a run that was killed a moment ago may still need to let go


def check_python(version: tuple[int, ...] = sys.version_info[:3]) -> None:
    if version < PYTHON:
        raise CannotStart(
            f"This is Python {'.'.join(map(str, version))}; Standing needs 3.11 or newer."
        )


def free_bytes(folder: Path) -> int:
    return shutil.disk_usage(folder).free


def check_disk(home: Home, free: Callable[[Path], int] = free_bytes) -> None:
    left = free(home.root)
    if left < LEAST_FREE_BYTES:
        raise CannotStart(
            f"The disk that holds {home.root} has {left / 1e6:.0f} MB left; "
            f"Standing needs {LEAST_FREE_BYTES / 1e6:.0f} MB to be safe.\n"
            "Make some room, or keep the data elsewhere with STANDING_HOME=/some/folder."
        )


def check_writable(home: Home) -> None:
    if not os.access(home.root, os.W_OK | os.X_OK):
        raise CannotStart(
            f"{home.root} cannot be written by this user.\n"
            "Make it yours (chown), or choose another folder with STANDING_HOME=/some/folder."
        )


def check_port(host: str, port: int, *, seconds: float = PORT_SECONDS) -> None:
    deadline = time.monotonic() + seconds
    while not is_free(host, port):
        if time.monotonic() >= deadline:
            holder = port_holder(port)
            by = f" by {holder}" if holder else ""
            raise CannotStart(
                f"Port {port} is taken{by}.\nChoose another one: make run PORT={port + 1}"
            )
        time.sleep(0.1)


def is_free(host: str, port: int) -> bool:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except PermissionError as error:
            raise CannotStart(
                f"Port {port} may only be used by root.\nChoose another one: make run PORT=8000"
            ) from error
        except OSError:
            return False
        return True


def port_holder(port: int) -> str:
    """The process that listens on a port, in words; empty when this user cannot see it."""
    pid = _listener_by_proc(port) or _listener_by_lsof(port)
    if pid is None:
        return ""
    command = processes.command_line(pid)
    return f"process {pid} ({command[:60]})" if command else f"process {pid}"


def _listener_by_proc(port: int) -> int | None:
    """Linux: the socket of the port in the kernel's table, then whose it is."""
    inodes = set()
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        try:
            rows = Path(table).read_text().splitlines()[1:]
        except OSError:
            continue
        for row in rows:
            cells = row.split()
            listening = cells[3] == "0A"
            if listening and int(cells[1].rpartition(":")[2], 16) == port:
                inodes.add(f"socket:[{cells[9]}]")
    for entry in Path("/proc").glob("[0-9]*") if inodes else ():
        try:
            if any(str(opened.readlink()) in inodes for opened in (entry / "fd").iterdir()):
                return int(entry.name)
        except OSError:
            continue
    return None


def _listener_by_lsof(port: int) -> int | None:
    lsof = shutil.which("lsof")
    if lsof is None:
        return None
    found = subprocess.run(  # noqa: S603 - a number as the only variable part
        [lsof, "-nP", f"-iTCP:{port}", "-sTCP:LISTEN", "-t"],
        capture_output=True,
        text=True,
        check=False,
    ).stdout.split()
    return int(found[0]) if found else None


def another_port(address: str) -> int:
    taken = urlsplit(address).port or 8000
    return taken + 1 if taken < 65535 else 8000


def already_running(owner: Owner | None, home: Home) -> CannotStart:
    if owner is None:
        return CannotStart(f"Another command is starting on {home.root}. Try again in a moment.")
    if owner.address:
        return CannotStart(
            f"Standing is running already: {owner.address}\n"
            f"Stop it with Ctrl-C in its terminal (process {owner.pid}), or start a second one "
            "beside it with its own folder and port:\n"
            f"  make run STANDING_HOME=/some/folder PORT={another_port(owner.address)}"
        )
    return CannotStart(
        f"`{owner.what}` (process {owner.pid}) uses the database in {home.root} at the moment.\n"
        "Try again when it has ended."
    )
