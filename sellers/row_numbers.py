"""Numbers of rows as addresses and forms name them."""

from __future__ import annotations

#: Digits that fit into a column of the database, whatever they are.
_DIGITS = 18


def row_number(text: str) -> int | None:
    """The number that a visitor wrote; None where it can be the number of no row."""
    return int(text) if text.isdecimal() and len(text) <= _DIGITS else None
