"""Homes that are thrown away, with paths short enough for sockets, and who runs on them."""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from config.embedded import Home
from tests.servers import copy_prepared_cluster


def processes_of(home: Home) -> dict[int, str]:
    """Every process that was started for a home: by its environment, its words or its folder."""
    mark = str(home.root).encode()
    found = {}
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            words = (entry / "cmdline").read_bytes()
            belongs = (
                mark in words
                or mark in (entry / "environ").read_bytes()
                or str((entry / "cwd").readlink()).startswith(str(home.root))
            )
        except OSError:
            continue
        if belongs and words and int(entry.name) != os.getpid():
            found[int(entry.name)] = words.replace(b"\0", b" ").decode()
    return found


@pytest.fixture
def home(monkeypatch: pytest.MonkeyPatch) -> Iterator[Home]:
    """An empty home. Whatever still runs on it at the end is killed."""
    for variable in ("DATABASE_URL", "REDIS_URL"):
        monkeypatch.delenv(variable, raising=False)
    root = Path(tempfile.mkdtemp(prefix="standing-f-"))
    one = Home(root)
    yield one
    for pid in processes_of(one):
        os.kill(pid, signal.SIGKILL)
    if (root / "run").is_symlink():
        shutil.rmtree((root / "run").readlink(), ignore_errors=True)
    shutil.rmtree(root, ignore_errors=True)


@pytest.fixture
def ready_home(home: Home) -> Home:
    """A home whose database was set up before."""
    home.prepare()
    copy_prepared_cluster(home)
    return home
