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


def cannot_use(folder: Path, error: OSError) -> CannotStart:
    """Why the data folder cannot be made or written, and what to do."""
    if is_disk_full(error):
        return disk_full(folder)
    place = error.filename or folder
    if isinstance(error, PermissionError) or error.errno == errno.EROFS:
        what, remedy = "cannot be written by this user", "Make it yours (chown)"
    elif isinstance(error, FileExistsError | NotADirectoryError):
        what, remedy = "is no folder, and one is needed there", "Move it away"
    else:
        what, remedy = f"cannot be used ({error.strerror})", "Look at the disk"
    return CannotStart(
        f"{place} {what}.\n{remedy}, or choose another folder with STANDING_HOME=/some/folder."
    )


def from_log(what: str, log: Path) -> CannotStart:
    """An error built from the end of a program's own log."""
    if "No space left on device" in last_lines(log):
        return disk_full(log.parent)
    return CannotStart(f"{what} failed. {end_of(log)}")


def end_of(log: Path) -> str:
    return f"The end of its log {log} says:\n{last_lines(log) or '  (nothing)'}"


def last_lines(log: Path, lines: int = 8) -> str:
    if not log.exists():
        return ""
    tail = log.read_text(encoding="utf-8", errors="replace").splitlines()[-lines:]
    return "\n".join(f"  {line}" for line in tail)
