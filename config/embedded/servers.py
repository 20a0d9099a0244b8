"""The embedded servers on one data folder."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass, field
from importlib import import_module

from config.embedded.errors import disk_full, is_disk_full
from config.embedded.home import Home

Process = subprocess.Popen[bytes]


@dataclass(frozen=True)
class Kind:
    """One of the servers: the module that starts and stops it, the variable that replaces it.

    The module is loaded when it is needed: it brings its client along, and `make run` has to do
    before that what it can do without.
    """

    name: str
    variable: str
    module: str

    def start(self, home: Home, *, durable: bool = True) -> Process:
        process: Process = import_module(self.module).start(home, durable=durable)
        return process

    def stop(self, process: Process) -> None:
        import_module(self.module).stop(process)

    @property
    def is_wanted(self) -> bool:
        """Whether the environment names no other server."""
        return not os.environ.get(self.variable, "").strip()


# In the order of starting; stopped the other way round.
KINDS = (
    Kind("PostgreSQL", "DATABASE_URL", "config.embedded.postgres"),
    Kind("Valkey", "REDIS_URL", "config.embedded.valkey"),
)


@dataclass
class Servers:
    """Running servers. Who starts them holds the lock of the folder, and stops them."""

    home: Home
    durable: bool = True
    processes: dict[str, Process] = field(default_factory=dict)

    def start(self, kind: Kind) -> Process:
        try:
            process = kind.start(self.home, durable=self.durable)
        except OSError as error:
            if is_disk_full(error):
                raise disk_full(self.home.root) from error
            raise
        self.processes[kind.name] = process
        return process

    def stop(self) -> None:
        for kind in reversed(KINDS):
            process = self.processes.pop(kind.name, None)
            if process is not None:
                kind.stop(process)


def start_servers(home: Home, *, durable: bool = True) -> Servers:
    """Start what `DATABASE_URL` and `REDIS_URL` do not name.

    `durable=False` is for data that is thrown away: nothing is forced to disk.
    """
    servers = Servers(home, durable)
    try:
        home.prepare()
        for kind in KINDS:
            if kind.is_wanted:
                servers.start(kind)
    except BaseException as error:
        servers.stop()
        if isinstance(error, OSError) and is_disk_full(error):
            raise disk_full(home.root) from error
        raise
    return servers
