"""A server of the benchmark's own, and the server's own client, which moves COPY data in C.

A benchmark that needs one runs in a process of its own (:func:`in_own_process`): the database
is chosen before Django is set up.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any


def in_own_process(module: str, arguments: Sequence[object]) -> Any:
    """Run ``python -m module`` on a new, empty home; gives the JSON of its last line."""
    with tempfile.TemporaryDirectory(prefix="standing-bench-") as folder:
        environment = {**os.environ, "STANDING_HOME": folder, "LOG_LEVEL": "ERROR"}
        for name in ("DATABASE_URL", "REDIS_URL"):
            environment.pop(name, None)
        found = subprocess.run(
            [sys.executable, "-m", module, *map(str, arguments)],
            env=environment,
            stdout=subprocess.PIPE,
            check=True,
            text=True,
        )
    return json.loads(found.stdout.splitlines()[-1])


@contextmanager
def server() -> Iterator[None]:
    """An embedded PostgreSQL under STANDING_HOME, migrated; Django is set up on it."""
    import django

    from config.embedded import Home
    from config.embedded.session import servers_available

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    with servers_available(Home.from_environment(), "a benchmark"):
        from django.core.management import call_command
        from django.db import connections

        call_command("migrate", verbosity=0)
        try:
            yield
        finally:
            connections.close_all()


def psql(command: str) -> None:
    """Run one command in the server's own client, which moves COPY data in C."""
    from django.conf import settings

    from config.embedded.binaries import find_postgres

    database = settings.DATABASES["default"]
    subprocess.run(
        [
            *(find_postgres().folder / "psql", "-X", "-q", "-v", "ON_ERROR_STOP=1"),
            *("-h", database["HOST"], "-U", database["USER"], "-d", database["NAME"]),
            *("-c", command),
        ],
        check=True,
    )
