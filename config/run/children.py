"""The processes that `make run` looks after: started, restarted when they die, stopped in order."""

from __future__ import annotations

import signal
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from config.embedded import CannotStart, Home, processes
from config.embedded.errors import end_of

Process = subprocess.Popen[bytes]
MOST_RESTARTS = 5
WITHIN_SECONDS = 60.0


@dataclass
class Child:
    """One process: how it starts and stops, and when it had to be started again."""

    name: str
    start: Callable[[], Process]
    stop: Callable[[Process], object]
    is_program: bool
    process: Process = field(init=False)
    restarts: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.process = self.start()

    def restart(self, now: float) -> None:
        self.restarts.append(now)
        self.process = self.start()

    def has_died(self) -> bool:
        return self.process.poll() is not None

    def may_restart(self, now: float) -> bool:
        self.restarts = [at for at in self.restarts if now - at < WITHIN_SECONDS]
        return len(self.restarts) < MOST_RESTARTS


def describe_end(code: int) -> str:
    """An exit code in words."""
    if code < 0:
        return f"was ended by signal {-code} ({signal.Signals(-code).name})"
    return f"ended with code {code}"


class Children:
    """Starts in the given order, stops in the opposite one."""

    def __init__(self, home: Home, say: Callable[[str], None]) -> None:
        self._home, self._say = home, say
        self._children: list[Child] = []

    def add_server(
        self, name: str, start: Callable[[], Process], stop: Callable[[Process], object]
    ) -> None:
        self._children.append(Child(name, start, stop, is_program=False))

    def add_program(self, name: str, start: Callable[[], Process], stop_seconds: float) -> None:
        def stop(process: Process) -> int:
            return processes.end_child(process, signal.SIGTERM, seconds=stop_seconds)

        self._children.append(Child(name, start, stop, is_program=True))

    def check(self) -> None:
        """Start again what has died. Raises CannotStart for one that keeps dying."""
        for child in self._children:
            if not child.has_died():
                continue
            how = describe_end(child.process.returncode)
            now = time.monotonic()
            if not child.may_restart(now):
                log = self._home.logs / f"{child.name}.log"
                raise CannotStart(f"{child.name} {how}, again and again.\n{end_of(log)}")
            child.restart(now)
            self._say(f"{child.name} {how}; it was started again.")

    def stop(self) -> None:
        """Programs are asked together, so that none waits for another; servers end after them."""
        for child in self._children:
            if child.is_program:
                child.process.terminate()
        while self._children:
            child = self._children.pop()
            child.stop(child.process)
