"""One owner at a time of a data folder."""

from __future__ import annotations

import fcntl
import json
import os
from dataclasses import asdict, dataclass
from types import TracebackType
from typing import Self

from config.embedded.errors import cannot_use
from config.embedded.home import Home


@dataclass(frozen=True)
class Owner:
    """Who uses the folder: in words, by process, and where its pages are (if it serves any)."""

    what: str
    pid: int
    address: str = ""


class AlreadyOwned(Exception):
    """Somebody else uses the folder."""

    def __init__(self, owner: Owner | None) -> None:
        self.owner = owner
        super().__init__(str(owner))


class FolderLock:
    """Held while the servers of a folder run; the system lets go of it when the holder dies."""

    def __init__(self, home: Home, what: str, address: str = "") -> None:
        self._home = home
        self._owner = Owner(what, os.getpid(), address)

    def __enter__(self) -> Self:
        try:
            self._take()
        except OSError as error:
            raise cannot_use(self._home.root, error) from error
        return self

    def _take(self) -> None:
        self._file = self._home.lock.open("a+")
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            owner = read_owner(self._file.fileno())
            self._file.close()
            raise AlreadyOwned(owner) from None
        try:
            self._file.truncate(0)
            self._file.write(json.dumps(asdict(self._owner)))
            self._file.flush()
        except OSError:
            self._file.close()
            raise

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._file.truncate(0)
        self._file.close()


def read_owner(descriptor: int) -> Owner | None:
    """What the owner wrote; None when it had no time to write it."""
    try:
        return Owner(**json.loads(os.pread(descriptor, 4096, 0)))
    except (ValueError, TypeError):
        return None
