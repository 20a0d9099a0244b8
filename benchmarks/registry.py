"""What a benchmark reports, at which size it runs, and how it takes its time.

A group is a module of this package with a function ``measure(scale)`` that yields
:class:`Result`; its name is the module's. Nothing else has to be registered.
"""

from __future__ import annotations

import gc
import importlib
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Scale:
    """How much to generate. Every group derives its sizes from these."""

    sellers: int
    orders: int
    seed: int = 20_241_231
    #: A smoke run: sizes too small for the ratios to mean anything.
    quick: bool = False


FULL = Scale(sellers=5_000, orders=2_000_000)
QUICK = Scale(sellers=6, orders=400, quick=True)


@dataclass(frozen=True, slots=True)
class Result:
    """One line of the table.

    ``ratio`` says how much better we are than the peer (``peer / ours``) where ``at_least``,
    else how much more we take than the peer (``ours / peer``), or our own figure where there
    is no peer. ``target`` bounds it from below or from above.
    """

    id: str
    what: str
    ours: float
    peer: float | None
    peer_name: str
    unit: str
    target: float
    at_least: bool

    @property
    def ratio(self) -> float:
        if self.peer is None:
            return self.ours
        return self.peer / self.ours if self.at_least else self.ours / self.peer

    @property
    def holds(self) -> bool:
        return self.ratio >= self.target if self.at_least else self.ratio <= self.target

    def as_row(self) -> dict[str, object]:
        """The entry in ``var/bench.json``."""
        return {
            "id": self.id,
            "what": self.what,
            "ours": self.ours,
            "peer": self.peer,
            "peer_name": self.peer_name,
            "unit": self.unit,
            "ratio": self.ratio,
            "target": self.target,
            "holds": self.holds,
        }


class Group(Protocol):
    def measure(self, scale: Scale) -> Iterator[Result]: ...


def group_names() -> list[str]:
    """Modules of this package that measure something, in alphabetical order."""
    folder = Path(__file__).parent
    return sorted(
        path.stem for path in folder.glob("*.py") if "\ndef measure(" in path.read_text("utf-8")
    )


def group(name: str) -> Group:
    """The group's module; imported only when it runs."""
    module: Group = importlib.import_module(f"{__package__}.{name}")
    return module


def cpu_seconds(work: Callable[[], T], repeat: int) -> tuple[float, T]:
    """The least processor time (user and system) of several runs, and the last run's result.

    Processor time is what a single core needs; other programs on the machine do not count
    into it.
    """
    best = float("inf")
    result = None
    for _ in range(repeat):
        result = None
        gc.collect()
        start = time.process_time()
        result = work()
        best = min(best, time.process_time() - start)
    if result is None:
        raise ValueError("repeat is at least 1, and the work returns something")
    return best, result
