"""A small seeded generator, so that the demo is the same on every machine and version.

SplitMix64 (Steele, Lea and Flood, "Fast splittable pseudorandom number generators", 2014).
Python's own ``random`` promises the same numbers only for some of its methods.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import TypeVar

_MASK = (1 << 64) - 1

T = TypeVar("T")


class Dice:
    """Numbers that depend on the seed alone."""

    def __init__(self, seed: str) -> None:
        digest = hashlib.sha256(seed.encode()).digest()
        self._state = int.from_bytes(digest[:8], "big")

    def _next(self) -> int:
        self._state = (self._state + 0x9E3779B97F4A7C15) & _MASK
        z = self._state
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & _MASK
        return z ^ (z >> 31)

    def unit(self) -> float:
        """At least 0, below 1."""
        return (self._next() >> 11) / (1 << 53)

    def whole(self, low: int, high: int) -> int:
        """A whole number, both ends included."""
        return low + int(self.unit() * (high - low + 1))

    def between(self, low: float, high: float) -> float:
        return low + self.unit() * (high - low)

    def chance(self, share: float) -> bool:
        """True in this share of the throws."""
        return self.unit() < share

    def pick(self, options: Sequence[T]) -> T:
        return options[self.whole(0, len(options) - 1)]

    def weighted(self, options: Sequence[tuple[T, float]]) -> T:
        """One of the options, each as likely as its weight says."""
        mark = self.unit() * sum(weight for _, weight in options)
        for option, weight in options:
            mark -= weight
            if mark < 0:
                return option
        return options[-1][0]

    def spread(self, count: int, low: int, high: int) -> list[int]:
        """``count`` whole numbers from low to high, ascending; the same one may come twice."""
        return sorted(self.whole(low, high) for _ in range(count))
