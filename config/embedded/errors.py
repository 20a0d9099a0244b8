"""What a person reads when an embedded server cannot start."""

from __future__ import annotations

import errno
from pathlib import Path

SERVERS_BY_URL = (
    "Or use servers of your own: set DATABASE_URL=postgres://user:password@host:5432/name "
    "and REDIS_URL=redis://host:6379/0."
)


class CannotStart(Exception):
    """Says what is wrong and what to do, in words for the person who typed the command."""


def disk_full(folder: Path) -> CannotStart:
    return CannotStart(
        f"The disk that holds {folder} is full.\n"
        "Nothing that was saved is lost. Make some room, then run the same command again."
    )


def is_disk_full(error: OSError) -> bool:
    return error.errno in {errno.ENOSPC, errno.EDQUOT}


def from_log(what: str, log: Path, lines: int = 6) -> CannotStart:
    """An error built from the end of a server's own log."""
    tail = log.read_text(encoding="utf-8", errors="replace").splitlines()[-lines:]
    if any("No space left on device" in line for line in tail):
        return disk_full(log.parent)
    said = "\n".join(f"  {line}" for line in tail) or "  (nothing)"
    return CannotStart(f"{what} did not start. The end of its log {log} says:\n{said}")
