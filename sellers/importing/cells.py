"""Checks of one column at a time; each returns text that COPY can write, or marks problems.

A cell that is unknown is "", which becomes NULL, never 0.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from sellers.importing.problems import Problems

#: A column as it is staged; "" is unknown.
Texts = list[str]

_NUMBER = re.compile(r"[0-9]{1,15}(\.[0-9]+)?")
#: A whole column of amounts, each ended by a line break, of which none can be wrong.
_FINE_AMOUNTS = re.compile(r"(?:(?:[0-9]{1,7}(?:\.[0-9]{1,2})?)?\n)*+")
_RATING = re.compile(r"[0-9]{1,3}(\.[0-9]{1,6})?")
MAX_AMOUNT = Decimal(10_000_000)
MAX_COUNT = 1_000
_RATING_FIX = "Use a number from 1 to 5, such as 4.7; leave it blank if nothing was rated."


def mark(cells: Sequence[str], wrong: Callable[[str], bool]) -> NDArray[np.bool_]:
    """Which cells are wrong; every distinct cell is looked at once."""
    return _place(cells, {cell for cell in set(cells) if wrong(cell)} if any(cells) else ())


def blank(cells: Sequence[str]) -> NDArray[np.bool_]:
    """Which cells are blank."""
    if "" not in cells:
        return np.zeros(len(cells), bool)
    return ~np.fromiter(map(bool, cells), bool, len(cells))


def _place(cells: Sequence[str], bad: Collection[str]) -> NDArray[np.bool_]:
    if not bad:
        return np.zeros(len(cells), bool)
    return np.fromiter((cell in bad for cell in cells), bool, len(cells))


def is_damaged(text: str) -> bool:
    """Whether it holds what no text does: zero bytes, or characters that were not decoded."""
    return "\x00" in text or "\ufffd" in text


def unreadable(damaged: Mapping[str, Sequence[str]], problems: Problems) -> None:
    """Refuse the damaged cells of the columns that hold some."""
    for name, column in damaged.items():
        problems.add(
            mark(column, is_damaged),
            name,
            None if name == "buyer" else column,
            "The cell holds bytes that are not text.",
            "Export the row again, or remove the damaged characters.",
        )


def text(cells: list[str], name: str, limit: int, problems: Problems) -> Texts:
    """Text of up to ``limit`` characters."""
    if any(cells) and max(map(len, cells)) > limit:
        problems.add(
            mark(cells, lambda cell: len(cell) > limit),
            name,
            cells,
            f"The text is longer than {limit:,} characters.",
            "Shorten it.",
        )
    return cells


def required(cells: Sequence[str], name: str, problems: Problems, fix: str) -> None:
    if "" in cells:
        problems.add(blank(cells), name, None, f"“{name}” is blank.", fix)


def choice(cells: list[str], name: str, words: Mapping[str, str], problems: Problems) -> Texts:
    """One of some words, whatever their case; ``words`` gives what each becomes."""
    if not any(cells):
        return cells
    table = {cell: words.get(cell.casefold()) for cell in set(cells) if cell}
    if None in table.values():
        problems.add(
            _place(cells, [cell for cell, word in table.items() if word is None]),
            name,
            cells,
            f"“{{value}}” is not a known {name.replace('_', ' ')}.",
            f"Use {_either(list(dict.fromkeys(words)))}.",
        )
    known = {cell: word or "" for cell, word in table.items()} | {"": ""}
    return [known[cell] for cell in cells]


def _either(words: Sequence[str]) -> str:
    return f"{', '.join(words[:-1])} or {words[-1]}" if len(words) > 1 else words[0]


def count(cells: list[str], name: str, problems: Problems) -> Texts:
    """A whole number from 0 to 1,000."""
    problems.add(
        mark(cells, lambda cell: bool(cell) and not _is_count(cell)),
        name,
        cells,
        "“{value}” is not a whole number from 0 to 1,000.",
        "Write the number in digits, or leave it blank if it is not known.",
    )
    return cells


def _is_count(cell: str) -> bool:
    return cell.isascii() and cell.isdecimal() and len(cell) < 6 and int(cell) <= MAX_COUNT


def amount(cells: list[str], name: str, problems: Problems) -> Texts:
    """A price with up to two decimals, not negative, not absurd."""
    column = "\n".join(cells) + "\n"
    if column.count("\n") == len(cells) and _FINE_AMOUNTS.fullmatch(column):
        return cells
    given = {cell for cell in set(cells) if cell}
    numbers = {cell for cell in given if _NUMBER.fullmatch(cell.lstrip("-"))}
    mend = "Write it like 1234.50: digits, a point before the cents, no sign and no separator."
    for bad, reason, fix in (
        (given - numbers, "“{value}” is not an amount.", mend),
        (
            {cell for cell in numbers if cell.startswith("-")},
            "The amount is negative.",
            "Enter what the order was worth; a refund is not part of it.",
        ),
        (
            {cell for cell in numbers if Decimal(cell.lstrip("-")) > MAX_AMOUNT},
            f"The amount is above {MAX_AMOUNT:,}, which no order is worth.",
            "Check for a missing decimal point.",
        ),
        (
            {cell for cell in numbers if len(_decimals(cell)) > 2},
            "The amount has more than two decimals.",
            mend,
        ),
    ):
        problems.add(_place(cells, bad), name, cells, reason, fix)
    return cells


def _decimals(number: str) -> str:
    """The decimals of a number, but for zeros at its end."""
    return number.partition(".")[2].rstrip("0")


def rating(cells: list[str], name: str, problems: Problems) -> Texts:
    """Stars from 1 to 5, rounded to hundredths; 0 and blank both mean "not rated"."""
    if not any(cells):
        return cells
    table = {cell: _hundredths(cell) for cell in set(cells)}
    problems.add(
        _place(cells, [cell for cell, number in table.items() if number is None]),
        name,
        cells,
        "“{value}” is not a rating from 1 to 5.",
        _RATING_FIX,
    )
    known = {cell: number or "" for cell, number in table.items()}
    return [known[cell] for cell in cells]


def _hundredths(cell: str) -> str | None:
    """The stars of a cell, "" where nothing was rated; None where it is no rating."""
    if not cell:
        return ""
    if not _RATING.fullmatch(cell):
        return None
    number = Decimal(cell)
    if number == 0:
        return ""
    return str(round(number, 2)) if 1 <= number <= 5 else None
