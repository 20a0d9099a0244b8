"""Saves the embedded database into one file, and puts such a file in its place.

    python -m config.backup save
    python -m config.backup load FILE

The file is what `pg_dump --format=custom` writes: any PostgreSQL of the same or a newer version
reads it.
"""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import psycopg
from psycopg import sql

from config.embedded import CannotStart, Home, start_servers
from config.embedded.binaries import find_postgres
from config.embedded.lock import AlreadyOwned, FolderLock
from config.embedded.session import servers_available

NAME = "standing"
INCOMING, FORMER = "standing_incoming", "standing_former"


def save(home: Home, now: datetime) -> Path:
    """Write the whole database, consistent as of one moment; the site may keep running."""
    folder = home.root / "backup"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    target = folder / f"standing-{now:%Y-%m-%d-%H%M%S}.dump"
    unfinished = target.with_suffix(".unfinished")
    with servers_available(home, "make backup"):
        _call(find_postgres().pg_dump, home, "--format=custom", f"--file={unfinished}", NAME)
    unfinished.rename(target)
    return target


def load(home: Home, file: Path) -> None:
    """Replace the database by a saved one: whole or not at all."""
    if not file.is_file():
        raise CannotStart(f"{file} is not a file. Name one: make restore FILE=var/backup/….dump")
    home.prepare()
    try:
        with FolderLock(home, "make restore"):
            servers = start_servers(home)
            try:
                _replace(home, file)
            finally:
                servers.stop()
    except AlreadyOwned as error:
        who = error.owner.what if error.owner else "another command"
        raise CannotStart(
            f"`{who}` uses the database. Stop it first, then run this again."
        ) from None


def _replace(home: Home, file: Path) -> None:
    with psycopg.connect(
        host=str(home.sockets), user=NAME, dbname="postgres", autocommit=True
    ) as connection:
        _drop(connection, INCOMING)
        _drop(connection, FORMER)
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(INCOMING)))
        _call(
            find_postgres().pg_restore,
            home,
            *("--no-owner", "--exit-on-error", f"--dbname={INCOMING}", str(file.absolute())),
        )
        _rename(connection, NAME, FORMER)
        _rename(connection, INCOMING, NAME)
        _drop(connection, FORMER)


def _drop(connection: psycopg.Connection, name: str) -> None:
    connection.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(name)))


def _rename(connection: psycopg.Connection, old: str, new: str) -> None:
    connection.execute(
        sql.SQL("ALTER DATABASE {} RENAME TO {}").format(sql.Identifier(old), sql.Identifier(new))
    )


def _call(program: Path, home: Home, *arguments: str) -> None:
    done = subprocess.run(  # noqa: S603 - a program of the wheel, our own arguments
        [program, f"--host={home.sockets}", f"--username={NAME}", *arguments],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise CannotStart(f"{program.name} failed; nothing was changed:\n{done.stderr.strip()}")


def main(arguments: list[str]) -> int:
    home = Home.from_environment()
    if os.environ.get("DATABASE_URL", "").strip():
        sys.stderr.write("DATABASE_URL names a server of your own: use its pg_dump, pg_restore.\n")
        return 1
    try:
        match arguments:
            case ["save"]:
                sys.stdout.write(f"Saved as {save(home, datetime.now(UTC))}\n")
            case ["load", file] if file:
                load(home, Path(file))
                sys.stdout.write(f"The database is now what {file} holds.\n")
            case _:
                sys.stderr.write("make backup, or make restore FILE=var/backup/….dump\n")
                return 2
    except CannotStart as error:
        sys.stderr.write(f"\n{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
