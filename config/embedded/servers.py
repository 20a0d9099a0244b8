"""The pair of embedded servers on one data folder."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass

from config.embedded import postgres, valkey
from config.embedded.errors import disk_full, is_disk_full
from config.embedded.home import Home


@dataclass
class Servers:
    """Running servers. Who starts them holds the lock of the folder, and stops them."""

    home: Home
    postgres: subprocess.Popen[bytes]
    valkey: subprocess.Popen[bytes]

    def stop(self) -> None:
        valkey.stop(self.valkey)
        postgres.stop(self.postgres)


def start_servers(home: Home, *, durable: bool = True) -> Servers:
    """Start both. `durable=False` is for data that is thrown away: nothing is forced to disk."""
    try:
        home.prepare()
        broker = valkey.start(home, durable=durable)
        try:
            database = postgres.start(home, durable=durable)
        except BaseException:
            valkey.stop(broker)
            raise
    except OSError as error:
        if is_disk_full(error):
            raise disk_full(home.root) from error
        raise
    return Servers(home, database, broker)
