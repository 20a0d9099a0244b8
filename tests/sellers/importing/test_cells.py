"""Columns are judged as a whole like each of their cells alone; kept cells come back."""

from __future__ import annotations

import zlib

from hypothesis import given
from hypothesis import strategies as st

from sellers.importing import cells
from sellers.importing.problems import Problem, Problems
from sellers.importing.raw_cells import RawRow, unpacked
from sellers.importing.reading import ByColumn
from sellers.importing.staging import copy_text
from sellers.models import ImportRawBlock

AMOUNTS = st.one_of(
    st.sampled_from(["", "0", "12", "9999999.99", "10000000", "10000000.01", "1.500", "1.505"]),
    st.sampled_from(["-5", "--5", "-5.123", "1,5", "1.", ".5", "１２", "1\n2", "1e5", "9" * 16]),
    st.text(alphabet="0123456789.-", max_size=10),
)


def problems_of(column: list[str]) -> list[Problem]:
    problems = Problems(len(column))
    assert cells.amount(column, "amount", problems) == column
    return problems.found


@given(st.lists(AMOUNTS, max_size=8))
def test_a_column_of_amounts_is_judged_like_each_amount_alone(column: list[str]) -> None:
    together = {(p.row, p.value, p.reason, p.fix) for p in problems_of(column)}
    alone = {
        (row, p.value, p.reason, p.fix)
        for row, cell in enumerate(column)
        for p in problems_of([cell])
    }
    assert together == alone


def test_amounts_are_refused_for_each_of_their_reasons() -> None:
    found = problems_of(["12.50", "-5.123", "10000000.01", "1.5000", "x", "１２"])
    assert [(p.row, p.reason[:24]) for p in found] == [
        (4, "“x” is not an amount."),
        (5, "“１２” is not an amount."),
        (1, "The amount is negative."),
        (2, "The amount is above 10,0"),
        (1, "The amount has more than"),
    ]


SIGNS = st.text(alphabet="ab\\\t\n\r.N", max_size=4)


@given(st.lists(st.tuples(SIGNS, SIGNS), min_size=1, max_size=5))
def test_rows_for_copy_are_parted_by_their_marks_alone(rows: list[tuple[str, str]]) -> None:
    text = copy_text([[a for a, _ in rows], [b for _, b in rows]])
    back = {r"\\": "\\", r"\t": "\t", r"\n": "\n", r"\r": "\r"}
    lines = text.split("\n")
    assert lines.pop() == ""
    read = [tuple(_unescaped(cell, back) for cell in line.split("\t")) for line in lines]
    assert read == rows


def _unescaped(cell: str, back: dict[str, str]) -> str:
    out, place = "", 0
    while place < len(cell):
        size = 2 if cell[place] == "\\" else 1
        out += back[cell[place : place + 2]] if size == 2 else cell[place]
        place += size
    return out


def test_cells_that_were_kept_row_by_row_are_still_read() -> None:
    text = "\x1fline\x1fcell\x1e2\x1fa\x1fb\x1e3\x1fc"
    block = ImportRawBlock(data=zlib.compress(text.encode()))
    assert list(unpacked(block)) == [
        RawRow(2, ["line", "cell"], ["a", "b"]),
        RawRow(3, ["line", "cell"], ["c"]),
    ]
    assert list(ByColumn([["a"], ["b"]])) == [["a", "b"]]
