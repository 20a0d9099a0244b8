"""Amounts and numbers as people write them → digits with a point, and what a cell proves.

``1,234.50`` and ``1.234,50`` say themselves which sign is the decimal mark, ``1,234`` does
not. As with dates, nothing here chooses.
"""

from __future__ import annotations

import re

#: Signs of currencies, longest first, and the codes that each may mean.
SIGNS: dict[str, tuple[str, ...]] = {
    "US$": ("USD",),
    "CA$": ("CAD",),
    "AU$": ("AUD",),
    "NZ$": ("NZD",),
    "R$": ("BRL",),
    "A$": ("AUD",),
    "C$": ("CAD",),
    "$": ("USD", "CAD", "AUD", "NZD", "SGD", "HKD", "MXN"),
    "€": ("EUR",),
    "£": ("GBP",),
    "₹": ("INR",),
    "₪": ("ILS",),
    "₽": ("RUB",),
    "₺": ("TRY",),
    "¥": ("JPY", "CNY"),
    "zł": ("PLN",),
}
_SIGN = re.compile("|".join(map(re.escape, SIGNS)))
_CODE = re.compile(r"(?<![A-Za-z])[A-Z]{3}(?![A-Za-z])")
_SPACES = re.compile("[\\s\u00a0\u202f\u2009']+")
_DIGITS = re.compile(r"[\d.,]*\d[\d.,]*")
_BY_MARK = {
    ".": re.compile(r"(?:\d{1,3}(?:,\d{3})+|\d+)?(?:\.\d*)?"),
    ",": re.compile(r"(?:\d{1,3}(?:\.\d{3})+|\d+)?(?:,\d*)?"),
}


class NotANumberError(ValueError):
    """The cell is no number; the text says why in the words of a report."""


def currency_of(cell: str) -> tuple[str, ...]:
    """The currencies that a cell may be in, the likeliest first; none where it names none."""
    code = _CODE.search(cell)
    if code:
        return (code[0],)
    if cell.isascii() and "$" not in cell:
        return ()
    return next((codes for sign, codes in SIGNS.items() if sign in cell), ())


def bare(cell: str) -> str:
    """The digits and marks of an amount with a minus sign before it, if it has one.

    Signs and codes of currencies, blanks and apostrophes between digits are left out;
    brackets mean less than zero, as in accounts.
    """
    if _DIGITS.fullmatch(cell):
        return cell
    text = _SIGN.sub("", _CODE.sub("", cell))
    text = _SPACES.sub("", text).replace("−", "-")
    if text.startswith("(") and text.endswith(")"):
        text = f"-{text[1:-1]}"
    return text.removeprefix("+")


def read_number(cell: str, decimal: str) -> str:
    """A number as digits with a point: ``$1,234.50`` with "." is ``1234.50``.

    Raises
    ------
    NotANumberError
        Where it is no number, or one that could be another than it seems.
    """
    text = bare(cell)
    minus = "-" if text.startswith("-") else ""
    digits = text.removeprefix("-")
    if not digits.isascii() or not _DIGITS.fullmatch(digits):
        raise NotANumberError("It is not a number.")
    marks = {decimal} if decimal else marks_of(digits)
    if len(marks) != 1:
        raise NotANumberError(
            "It could be two numbers: nothing says whether the comma or the point is the decimal "
            "mark."
            if marks
            else "It is not a number."
        )
    mark = marks.pop()
    if not _BY_MARK[mark].fullmatch(digits):
        words = "a comma" if mark == "," else "a point"
        raise NotANumberError(f"It does not fit amounts with {words} as decimal mark.")
    other = "." if mark == "," else ","
    whole, _, cents = digits.replace(other, "").partition(mark)
    return f"{minus}{whole or '0'}{'.' + cents if cents else ''}"


def marks_of(digits: str) -> set[str]:
    """The decimal marks with which a number can be read; one alone where it makes no difference.

    ``12`` and ``12.50`` are read with a point only, ``12,50`` with a comma, ``1,234`` with
    either: twelve hundred thirty-four or one and a bit.
    """
    if "," not in digits and "." not in digits:
        return {"."}
    return {mark for mark, shape in _BY_MARK.items() if shape.fullmatch(digits)}


def is_number(cell: str) -> bool:
    """Whether a cell is a number with either decimal mark."""
    digits = bare(cell).removeprefix("-")
    return bool(digits.isascii() and _DIGITS.fullmatch(digits) and marks_of(digits))
