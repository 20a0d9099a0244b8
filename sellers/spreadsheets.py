"""Cells of our files that no spreadsheet program runs as a formula, and back."""

from __future__ import annotations

from functools import lru_cache

#: A cell that begins like this, white space apart, is a formula to some spreadsheet program.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def _is_formula(cell: str) -> bool:
    return cell.startswith(_FORMULA) or cell.lstrip().startswith(_FORMULA)


@lru_cache(maxsize=4096)
def neutralised(cell: str) -> str:
    """The cell as text: led by an apostrophe where a spreadsheet would take it for a formula."""
    return f"'{cell}" if _is_formula(cell) else cell


def restored(cell: str) -> str:
    """The cell without the apostrophe of :func:`neutralised`."""
    return cell[1:] if cell.startswith("'") and _is_formula(cell[1:]) else cell
