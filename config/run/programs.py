"""The programs of the project: how web, worker, beat and the preparation are started."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from config.embedded import Home, processes
from config.embedded.errors import from_log
from config.embedded.home import ROOT
from config.embedded.servers import KINDS
from config.run.children import Process

CELERY = (sys.executable, "-m", "celery", "-A", "config.celery:app")
Account = tuple[str, str, str]  # e-mail, password, what it is for
# Lines of the preparation that are no words: pages can be served; all that they show is there.
SERVABLE, READY = "servable", "ready"
COMPILER = "STANDING_COMPILER"  # the number of its process, for the preparation


@dataclass(frozen=True)
class Program:
    """A command line, the variables it gets, and the seconds it may take to stop."""

    name: str
    command: tuple[str, ...]
    stop_seconds: float
    variables: dict[str, str]


def programs(home: Home, host: str, port: int) -> list[Program]:
    """In the order of starting: web, worker, and beat, for which nobody waits."""
    only_worker = all(kind.is_wanted for kind in KINDS)  # nobody else reaches private servers
    return [
        Program(
            "web",
            (
                *(sys.executable, "-m", "granian", "--interface", "wsgi", "--no-ws"),
                *("--host", host, "--port", str(port), "--workers", "1"),
                *("--blocking-threads", "4", "--respawn-failed-workers"),
                *("--workers-kill-timeout", "5", "config.wsgi:application"),
            ),
            stop_seconds=10,
            variables={"DATABASE_POOL": "8"},
        ),
        Program(
            "worker",
            (
                *(*CELERY, "worker", "--loglevel", "INFO", "--concurrency", "2"),
                *("--without-gossip", "--without-mingle"),
            ),
            stop_seconds=10,
            variables={"STANDING_SINGLE_WORKER": str(int(only_worker))},
        ),
        Program(
            "beat",
            (
                *(*CELERY, "beat", "--loglevel", "INFO", "--pidfile", ""),
                *("--schedule", str(home.root / "beat")),
            ),
            stop_seconds=5,
            variables={},
        ),
    ]


def starter(program: Program, home: Home) -> Callable[[], Process]:
    return partial(
        processes.launch,
        program.command,
        log=home.logs / f"{program.name}.log",
        death_signal=signal.SIGKILL,
        env=environment(home, program.variables),
        cwd=ROOT,
    )


def environment(home: Home, variables: dict[str, str]) -> dict[str, str]:
    """What suits a site that answers to its own machine alone, unless the environment says more."""
    local = {"HTTPS": "0", "STATIC_COMPRESS": "0"}
    return {**local, **os.environ, "STANDING_HOME": str(home.root), **variables}


def start_compiler(home: Home) -> Process:
    """Compile the engine, on the other core, while servers start and the database is set up.

    It takes a second where that was done before.
    """
    return processes.launch(
        (sys.executable, "-m", "eligibility.rules.warm_up"),
        log=home.logs / "prepare.log",
        death_signal=signal.SIGKILL,
        cwd=ROOT,
    )


class Preparation:
    """`config.run.prepare` in a process of its own: it loads far more than a supervisor needs."""

    def __init__(self, home: Home, *, demo: bool, compiler: Process) -> None:
        self._log = home.logs / "prepare.log"
        command = [sys.executable, "-m", "config.run.prepare"]
        with self._log.open("ab") as errors:
            self._process = subprocess.Popen(  # noqa: S603 - our own module
                processes.launch_command(command, death_signal=signal.SIGKILL),
                cwd=ROOT,
                env=environment(
                    home, {"STANDING_DEMO": str(int(demo)), COMPILER: str(compiler.pid)}
                ),
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
                start_new_session=True,
            )

    def wait_until(self, reached: str, say: Callable[[str], None]) -> None:
        """Pass on what it says until it is SERVABLE or READY."""
        for line in self._process.stdout or ():
            if line.strip() == reached:
                return
            say(f"  {line.strip()} …")
        self._process.wait()
        raise from_log("Setting up", self._log)

    def accounts(self) -> list[Account]:
        """The demo accounts that can be used."""
        said = self._process.stdout.read() if self._process.stdout else ""
        if self._process.wait():
            raise from_log("Setting up", self._log)
        return [tuple(account) for account in json.loads(said)]

    def end(self) -> None:
        self._process.kill()
        self._process.wait()
        if self._process.stdout:
            self._process.stdout.close()
