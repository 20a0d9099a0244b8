"""Child processes that end with us, and what can be learnt about others."""

from __future__ import annotations

import os
import pwd
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

LAUNCHER = Path(__file__).with_name("launch.py")


def needs_namespace() -> bool:
    """PostgreSQL refuses root, and a user without an entry in the user database."""
    if os.geteuid() == 0:
        return True
    try:
        pwd.getpwuid(os.geteuid())
    except KeyError:
        return True
    return False


def launch_command(
    program: Sequence[str | Path], *, death_signal: signal.Signals, namespace: bool = False
) -> list[str]:
    """The command line that runs `program` through the launcher."""
    return [
        *(sys.executable, "-I", "-S", str(LAUNCHER)),
        *(["--namespace"] if namespace else []),
        *("--signal", str(int(death_signal)), "--parent", str(os.getpid()), "--"),
        *map(str, program),
    ]


def launch(
    program: Sequence[str | Path],
    *,
    log: Path,
    death_signal: signal.Signals,
    namespace: bool = False,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
) -> subprocess.Popen[bytes]:
    """Start a program in its own session, its output appended to `log`.

    Its own session keeps Ctrl-C from reaching it, so that we can stop things in order.
    """
    with log.open("ab") as output:
        return subprocess.Popen(  # noqa: S603 - our own command line
            launch_command(program, death_signal=death_signal, namespace=namespace),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            env=None if env is None else dict(env),
            cwd=cwd,
            start_new_session=True,
        )


def is_alive(pid: int) -> bool:
    """Whether a process runs; one that ended and was not collected yet does not count."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return not sys.platform.startswith("linux")
    return state != "Z"


def command_line(pid: int) -> str:
    """What a process was started as; empty when that cannot be known."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode().strip()
    except OSError:
        pass
    try:
        found = subprocess.run(  # noqa: S603 - a number as the only argument
            ["ps", "-o", "command=", "-p", str(pid)],  # noqa: S607 - wherever ps is
            capture_output=True,
            text=True,
            check=False,
        )
    except FileNotFoundError:
        return ""
    return found.stdout.strip()


def end(pid: int, steps: Sequence[tuple[signal.Signals, float]]) -> bool:
    """Send signals, each with the seconds to wait for it, until the process is gone."""
    for number, seconds in steps:
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            return True
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if not is_alive(pid):
                return True
            time.sleep(0.02)
    return not is_alive(pid)


def end_child(child: subprocess.Popen[bytes], number: signal.Signals, *, seconds: float) -> int:
    """Stop a child of ours and collect it; killed when it takes longer than `seconds`."""
    if child.poll() is None:
        child.send_signal(number)
    try:
        return child.wait(seconds)
    except subprocess.TimeoutExpired:
        child.kill()
        return child.wait()
