"""What can be wrong with a file or with a row, in words for the person who sent it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

#: Lengths of the columns of :class:`sellers.models.ImportRejection`.
COLUMN_CHARS, VALUE_CHARS, WORDS_CHARS = 100, 300, 300


class FileProblemError(Exception):
    """The file as a whole cannot be read; the text says why and what to do."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One reason why one row was not imported."""

    row: int
    column: str
    value: str
    reason: str
    fix: str


@dataclass
class Problems:
    """The problems of one block of ``rows`` rows; a row with any of them is not imported.

    It begins with the cells that could not be read at all, if there are any.
    """

    rows: int
    found: list[Problem] = field(default_factory=list)
    bad: NDArray[np.bool_] = field(init=False)
    #: Rows of cells that could not be read, by column: nothing more is said about them.
    _unread: dict[str, set[int]] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        self.bad = np.zeros(self.rows, dtype=bool)
        for problem in self.found:
            self.bad[problem.row] = True
            self._unread.setdefault(problem.column, set()).add(problem.row)

    def add(
        self,
        where: NDArray[np.bool_],
        column: str,
        values: Sequence[str] | None,
        reason: str,
        fix: str,
    ) -> None:
        """Reject the rows of the mask; ``{value}`` in the reason becomes the cell."""
        unread = self._unread.get(column, ())
        for row in np.flatnonzero(where).tolist():
            if row in unread:
                continue
            value = shown(values[row]) if values is not None else ""
            words = reason.replace("{value}", value)[:WORDS_CHARS]
            self.found.append(Problem(row, column, value, words, fix[:WORDS_CHARS]))
        self.bad |= where


def shown(value: str) -> str:
    """A cell as a report can hold it: unprintable characters visible, cut to length."""
    short = value[:VALUE_CHARS]
    clean = "".join(c if c.isprintable() else f"\\x{ord(c):02x}" for c in short)
    if len(value) > VALUE_CHARS or len(clean) > VALUE_CHARS:
        return clean[: VALUE_CHARS - 1] + "…"
    return clean
