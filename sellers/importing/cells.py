"""Checks of one column at a time; each returns text that COPY can write, or marks problems.

A cell that is unknown becomes ``None``, never 0 and never an empty word.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from sellers.importing.problems import Problems

Texts = list[str | None]

_NUMBER = re.compile(r"\d{1,15}(\.\d+)?")
_RATING = re.compile(r"[0-9]{1,3}(\.[0-9]{1,6})?")
MAX_AMOUNT = Decimal(10_000_000)
MAX_COUNT = 1_000
_RATING_FIX = "Use a number from 1 to 5, such as 4.7; leave it blank if nothing was rated."


def _mark(cells: Sequence[str], wrong: Callable[[str], bool]) -> NDArray[np.bool_]:
    """Which cells are wrong; every distinct cell is looked at once."""
    bad = {cell for cell in set(cells) if wrong(cell)}
    if not bad:
        return np.zeros(len(cells), bool)
    return np.fromiter((cell in bad for cell in cells), bool, len(cells))


def unreadable(cells: Mapping[str, Sequence[str]], problems: Problems) -> None:
    """Refuse what no text holds: zero bytes, and characters that could not be decoded."""
    for name, column in cells.items():
        joined = "".join(column)
        if "\x00" not in joined and "\ufffd" not in joined:
            continue
        wrong = _mark(column, lambda cell: "\x00" in cell or "\ufffd" in cell)
        problems.add(
            wrong,
            name,
            None if name == "buyer" else column,
            "The cell holds bytes that are not text.",
            "Export the row again, or remove the damaged characters.",
        )


def text(cells: Sequence[str], name: str, limit: int, problems: Problems) -> Texts:
    """Text of up to ``limit`` characters; blank is unknown."""
    if cells and max(map(len, cells)) > limit:
        problems.add(
            _mark(cells, lambda cell: len(cell) > limit),
            name,
            cells,
            f"The text is longer than {limit:,} characters.",
            "Shorten it.",
        )
    return [cell or None for cell in cells]


def required(cells: Sequence[str], name: str, problems: Problems, fix: str) -> None:
    if "" in cells:
        problems.add(_mark(cells, lambda cell: not cell), name, None, f"“{name}” is blank.", fix)


def choice(cells: Sequence[str], name: str, words: Mapping[str, str], problems: Problems) -> Texts:
    """One of some words, whatever their case; ``words`` gives what each becomes."""
    table = {cell: words.get(cell.casefold()) for cell in set(cells) if cell}
    if None in table.values():
        problems.add(
            _mark(cells, lambda cell: bool(cell) and table[cell] is None),
            name,
            cells,
            f"“{{value}}” is not a known {name.replace('_', ' ')}.",
            f"Use {_either(list(dict.fromkeys(words)))}.",
        )
    return [table.get(cell) for cell in cells]


def _either(words: Sequence[str]) -> str:
    return f"{', '.join(words[:-1])} or {words[-1]}" if len(words) > 1 else words[0]


def count(cells: Sequence[str], name: str, problems: Problems) -> Texts:
    """A whole number from 0 to 1,000."""
    wrong = _mark(
        cells,
        lambda cell: (
            bool(cell)
            and not (
                cell.isascii() and cell.isdecimal() and len(cell) < 6 and int(cell) <= MAX_COUNT
            )
        ),
    )
    problems.add(
        wrong,
        name,
        cells,
        "“{value}” is not a whole number from 0 to 1,000.",
        "Write the number in digits, or leave it blank if it is not known.",
    )
    return [cell or None for cell in cells]


def amount(cells: Sequence[str], name: str, problems: Problems) -> Texts:
    """A price with up to two decimals, not negative, not absurd."""

    def shape(cell: str) -> bool:
        return bool(cell) and not _NUMBER.fullmatch(cell.lstrip("-"))

    def fits(cell: str) -> bool:
        return bool(cell) and not shape(cell) and Decimal(cell.lstrip("-")) > MAX_AMOUNT

    def fine(cell: str) -> bool:
        return "." in cell and not shape(cell) and len(cell.rstrip("0").partition(".")[2]) > 2

    mend = "Write it like 1234.50: digits, a point before the cents, no sign and no separator."
    problems.add(_mark(cells, shape), name, cells, "“{value}” is not an amount.", mend)
    problems.add(
        _mark(cells, lambda cell: cell.startswith("-") and not shape(cell)),
        name,
        cells,
        "The amount is negative.",
        "Enter what the order was worth; a refund is not part of it.",
    )
    problems.add(
        _mark(cells, fits),
        name,
        cells,
        f"The amount is above {MAX_AMOUNT:,}, which no order is worth.",
        "Check for a missing decimal point.",
    )
    problems.add(_mark(cells, fine), name, cells, "The amount has more than two decimals.", mend)
    return [cell or None for cell in cells]


def rating(cells: Sequence[str], name: str, problems: Problems) -> Texts:
    """Stars from 1 to 5, rounded to hundredths; 0 and blank both mean "not rated"."""

    def wrong(cell: str) -> bool:
        if not cell:
            return False
        if not _RATING.fullmatch(cell):
            return True
        number = Decimal(cell)
        return number != 0 and not 1 <= number <= 5

    table = {cell: _hundredths(cell) for cell in set(cells) if not wrong(cell)}
    if len(table) < len(set(cells)):
        problems.add(
            _mark(cells, wrong), name, cells, "“{value}” is not a rating from 1 to 5.", _RATING_FIX
        )
    return [table.get(cell) for cell in cells]


def _hundredths(cell: str) -> str | None:
    return str(round(Decimal(cell), 2)) if cell and Decimal(cell) else None
