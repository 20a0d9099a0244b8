"""Columns of ours in a file of rejected rows, which are not there when it comes back."""

from __future__ import annotations

from collections.abc import Iterator

from sellers.importing.reading import Chunk, Table
from sellers.spreadsheets import restored

#: What stands beside the columns of the file: its own line, what is wrong, what would mend it.
REMARKS = ("standing: line", "standing: problem", "standing: fix")


def without_remarks(table: Table) -> Table:
    """The table as it was before rows of it were rejected."""
    return PlainTable(table) if set(REMARKS) & set(table.names) else table


class PlainTable:
    """A table without our remarks, and without the signs that kept formulas from running."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._places = [i for i, name in enumerate(table.names) if name not in REMARKS]
        self.names = [table.names[place] for place in self._places]
        self.rows, self.notes, self.place_word = table.rows, table.notes, table.place_word

    def chunks(self) -> Iterator[Chunk]:
        for chunk in self._table.chunks():
            rows = [[restored(row[place]) for place in self._places] for row in chunk.rows]
            yield Chunk(chunk.lines, rows, chunk.torn, chunk.torn_rows)
