"""The embedded servers for the time of one command."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from config.embedded.home import Home
from config.embedded.lock import AlreadyOwned, FolderLock
from config.embedded.servers import KINDS, start_servers

NEEDS_NO_SERVER = frozenset(
    {"", "check", "collectstatic", "diffsettings", "findstatic", "help", "makemigrations"}
    | {"makemessages", "compilemessages", "startapp", "version"}
)


@contextmanager
def servers_for_command(arguments: list[str]) -> Iterator[None]:
    """The servers that a `manage.py` command needs: those of `make run`, or its own."""
    name = arguments[1] if len(arguments) > 1 else ""
    asks_for_help = bool({"-h", "--help"} & set(arguments))
    unneeded = name in NEEDS_NO_SERVER or name.startswith("-") or asks_for_help
    if unneeded or not any(kind.is_wanted for kind in KINDS):
        yield
        return
    with servers_available(Home.from_environment(), f"manage.py {name}"):
        yield


@contextmanager
def servers_available(home: Home, what: str) -> Iterator[None]:
    """Start the servers and stop them at the end, unless somebody else runs them already."""
    home.prepare()
    lock = FolderLock(home, what)
    try:
        lock.__enter__()
    except AlreadyOwned:
        yield
        return
    try:
        servers = start_servers(home)
        try:
            yield
        finally:
            servers.stop()
    finally:
        lock.__exit__(None, None, None)
