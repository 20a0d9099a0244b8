"""Where everything that this project writes is kept: one folder."""

from __future__ import annotations

import os
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from config.embedded.errors import cannot_use

ROOT = Path(__file__).resolve().parent.parent.parent
POSTGRES_SOCKET = ".s.PGSQL.5432"
VALKEY_SOCKET = "valkey.sock"
# sun_path holds 108 bytes on Linux and 104 on macOS, the closing zero included.
LONGEST_SOCKET_PATH = 103 if sys.platform == "darwin" else 107


@dataclass(frozen=True)
class Home:
    """The layout of the data folder (`STANDING_HOME`, by default `var/` in the project)."""

    root: Path

    @classmethod
    def from_environment(cls) -> Home:
        chosen = os.environ.get("STANDING_HOME", "").strip()
        return cls(Path(chosen).expanduser().absolute() if chosen else ROOT / "var")

    @property
    def postgres(self) -> Path:
        return self.root / "postgres"

    @property
    def valkey(self) -> Path:
        return self.root / "valkey"

    @property
    def logs(self) -> Path:
        return self.root / "log"

    @property
    def lock(self) -> Path:
        return self.root / "lock"

    @property
    def sockets(self) -> Path:
        """The folder of the sockets: `run/`, or the short folder that `run` links to."""
        run = self.root / "run"
        return run.readlink() if run.is_symlink() else run

    @property
    def postgres_socket(self) -> Path:
        return self.sockets / POSTGRES_SOCKET

    @property
    def valkey_socket(self) -> Path:
        return self.sockets / VALKEY_SOCKET

    def database(self) -> dict[str, str]:
        """Name, user and socket folder of the embedded database, as Django's settings."""
        return {"NAME": "standing", "USER": "standing", "HOST": str(self.sockets), "PORT": ""}

    def redis_url(self) -> str:
        return f"unix://{self.valkey_socket}?db=0"

    def prepare(self) -> None:
        """Make the folders, readable by nobody else; a short socket folder where `run/` is long."""
        try:
            self.root.mkdir(mode=0o700, parents=True, exist_ok=True)
            for folder in (self.logs, self.valkey):
                folder.mkdir(mode=0o700, exist_ok=True)
            self._prepare_sockets()
        except OSError as error:
            raise cannot_use(self.root, error) from error

    def _prepare_sockets(self) -> None:
        run = self.root / "run"
        if run.is_symlink() and not _is_private_folder(run.readlink()):
            run.unlink()  # a restart of the machine emptied the folder of temporary files
        if run.is_symlink():
            return
        if len(os.fsencode(run / POSTGRES_SOCKET)) <= LONGEST_SOCKET_PATH:
            run.mkdir(mode=0o700, exist_ok=True)
            run.chmod(0o700)
            return
        short = Path(tempfile.mkdtemp(prefix="standing-"))  # mode 0700
        if len(os.fsencode(short / POSTGRES_SOCKET)) > LONGEST_SOCKET_PATH:
            short.rmdir()
            short = Path(tempfile.mkdtemp(prefix="standing-", dir="/tmp"))
        if run.is_dir():
            run.rmdir()
        run.symlink_to(short)


def _is_private_folder(folder: Path) -> bool:
    try:
        found = folder.lstat()
    except FileNotFoundError:
        return False
    return folder.is_dir() and found.st_uid == os.geteuid() and not found.st_mode & 0o077
