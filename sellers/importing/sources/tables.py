"""What every kind of file becomes first: rows under column names."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from sellers.importing.reading import Chunk


class Table(Protocol):
    """Rows under column names; ``chunks`` may be asked for more than once."""

    names: list[str]
    #: How many rows there are, or about how many.
    rows: int
    #: What was assumed while reading, in sentences; it may grow while rows are read.
    notes: list[str]
    #: What one counts to find a row again: line, row, message.
    place_word: str

    def chunks(self) -> Iterator[Chunk]: ...
