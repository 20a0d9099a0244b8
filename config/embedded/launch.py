"""Starts one program so that it dies with its parent, and never as root where that is refused.

Run as a script, isolated and without site-packages, between a supervisor and a server:

    python -I -S launch.py [--namespace] [--watch] --signal N --parent PID -- PROGRAM ARGUMENT…

`--namespace` steps into a user namespace in which this user is uid 65534: PostgreSQL refuses to
run as root, and files made there still belong to the real user. `--signal` is what the program
gets when the parent dies. On Linux the kernel sends it and this script becomes the program;
elsewhere, or with `--watch`, this script stays and looks after its parent.
"""

from __future__ import annotations

import argparse
import ctypes
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import NoReturn

NOT_ALLOWED = 77  # exit code: this machine does not allow the namespace
PARENT_GONE = 78  # exit code: the parent died before the program was started
UNPRIVILEGED_UID = 65534
CLONE_NEWUSER = 0x10000000
PR_SET_PDEATHSIG = 1
PARENT_CHECK_SECONDS = 0.2


def enter_user_namespace() -> None:
    """Become uid 65534 in a namespace of one user. Raises OSError where that is not allowed."""
    user, group = os.geteuid(), os.getegid()
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(CLONE_NEWUSER):
        raise OSError(ctypes.get_errno(), "unshare")
    own = Path("/proc/self")
    (own / "setgroups").write_text("deny")
    (own / "uid_map").write_text(f"{UNPRIVILEGED_UID} {user} 1")
    (own / "gid_map").write_text(f"{UNPRIVILEGED_UID} {group} 1")


def die_with_parent(number: int) -> None:
    """Ask the kernel for signal `number` when the thread that started this process ends."""
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, number)


def watch(program: list[str], number: int, parent: int) -> int:
    """Run the program as a child; pass signals on; end it when the parent is gone."""
    child = subprocess.Popen(program)  # noqa: S603 - the caller's own program
    for passed in (signal.SIGINT, signal.SIGTERM, signal.SIGQUIT, signal.SIGHUP):
        signal.signal(passed, lambda got, _frame: child.send_signal(got))
    while (code := child.poll()) is None:
        if os.getppid() != parent:
            child.send_signal(number)
            return child.wait()
        time.sleep(PARENT_CHECK_SECONDS)
    return code


def become(program: list[str], number: int, parent: int) -> NoReturn:
    """Replace this script by the program, which the kernel signals when the parent ends."""
    die_with_parent(number)
    if os.getppid() != parent:
        raise SystemExit(PARENT_GONE)
    os.execv(program[0], program)  # noqa: S606 - the caller's own program


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--namespace", action="store_true")
    parser.add_argument("--watch", action="store_true")
    parser.add_argument("--signal", type=int, required=True)
    parser.add_argument("--parent", type=int, required=True)
    parser.add_argument("program", nargs="+")
    asked = parser.parse_args()
    if asked.namespace:
        try:
            enter_user_namespace()
        except OSError as error:
            sys.stderr.write(f"user namespace: {error}\n")
            return NOT_ALLOWED
    if asked.watch or not sys.platform.startswith("linux"):
        return watch(asked.program, asked.signal, asked.parent)
    # After the namespace, because a change of credentials clears it.
    become(asked.program, asked.signal, asked.parent)


if __name__ == "__main__":
    raise SystemExit(main())
