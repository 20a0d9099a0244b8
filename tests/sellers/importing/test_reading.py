"""Blocks of text are cut as the csv module would read the whole of it."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from unittest.mock import patch

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from sellers.importing import reading
from sellers.importing.problems import FileProblemError
from sellers.importing.reading import ByColumn, Chunk, columns_of, rows_at, stripped
from sellers.importing.sniffing import Sniffed
from sellers.importing.sources.delimited import DelimitedTable

END = "\x00end"
HEADER = "a,b,c\n"
Rows = list[tuple[int, list[str]]]


def chunks_of(text: str, folder: Path, block_rows: int) -> list[Chunk]:
    path = folder / "some.csv"
    path.write_text(text, encoding="utf-8", newline="")
    with patch.object(reading, "BLOCK_ROWS", block_rows):
        return list(DelimitedTable(path, Sniffed("utf-8-sig", "strict", 0, ())).chunks())


def by_the_csv_module(text: str) -> tuple[Rows, Rows] | None:
    """Good and torn rows with their lines; None where a quotation is never closed."""
    plain = text.replace("\r\n", "\n").replace("\r", "\n")
    plain += "" if plain.endswith("\n") else "\n"
    reader = csv.reader(io.StringIO(plain + END))
    rows, begin = [], 1
    for row in reader:
        rows.append((begin, row))
        begin = reader.line_num + 1
    if rows.pop()[1] != [END]:
        return None
    held = [(line, row) for line, row in rows if any(row) and not "".join(row).isspace()]
    [(_, names), *held] = held
    good = [(n, row) for n, row in held if len(row) >= len(names) and not any(row[len(names) :])]
    torn = [(n, row) for n, row in held if (n, row) not in good]
    return [(n, row[: len(names)]) for n, row in good], torn


TEXTS = st.one_of(
    st.text(alphabet='ab,"\n\r \u00a0é\u3000\t', max_size=60),
    st.lists(
        st.lists(st.sampled_from(["", "x", "12.5", "é ü", 'say ""yes""']), min_size=3, max_size=3),
        max_size=12,
    ).map(lambda rows: "".join(",".join(row) + "\n" for row in rows)),
    st.lists(
        st.lists(st.text(alphabet='ab,"\n ', max_size=4), min_size=2, max_size=4), max_size=8
    ).map(lambda rows: _quoted(rows)),
)


def _quoted(rows: list[list[str]]) -> str:
    out = io.StringIO()
    csv.writer(out, quoting=csv.QUOTE_ALL).writerows(rows)
    return out.getvalue()


@settings(
    max_examples=600, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
@given(text=TEXTS, block_rows=st.sampled_from([1, 2, 3, 1_000]))
@example(text='1,2,"x\ny\nz"\n4,5,6\n', block_rows=2)
@example(text='1,2,3\n1,2,"open\n', block_rows=1)
@example(text="1,2,3\n\u00a0,,\n4,5,6", block_rows=1_000)
@example(text="1,2,3\n,,\n1,2,3,,\n", block_rows=1_000)
def test_blocks_hold_what_the_csv_module_reads_from_the_whole(
    text: str, block_rows: int, tmp_path: Path
) -> None:
    expected = by_the_csv_module(HEADER + text)
    if expected is None:
        with pytest.raises(FileProblemError, match="is not closed"):
            chunks_of(HEADER + text, tmp_path, block_rows)
        return
    chunks = chunks_of(HEADER + text, tmp_path, block_rows)
    good = [
        (line, list(row[:3]))
        for chunk in chunks
        for line, row in zip(chunk.lines, chunk.rows, strict=True)
    ]
    torn = [
        (problem.row, list(row))
        for chunk in chunks
        for problem, row in zip(chunk.torn, chunk.torn_rows, strict=True)
    ]
    assert (good, torn) == expected
    for chunk in chunks:
        assert columns_of(chunk.rows, 3) == [[row[n] for row in chunk.rows] for n in range(3)]


def test_rows_kept_as_columns_are_rows() -> None:
    rows = ByColumn([["1", "2", "3"], ["a", "b", "c"]])
    assert list(rows) == [["1", "a"], ["2", "b"], ["3", "c"]]
    assert (len(rows), rows[1], list(rows[1:])) == (3, ["2", "b"], [["2", "b"], ["3", "c"]])
    assert list(rows_at(rows, [2, 0])) == [["3", "c"], ["1", "a"]]
    assert columns_of([["1", "a", ""], ["2", "b"]], 2) == [["1", "2"], ["a", "b"]]
    assert columns_of([], 2) == [[], []]


@given(st.lists(st.text(alphabet="a \u00a0\x1f\u2003", max_size=4), max_size=5))
def test_blanks_around_cells_are_taken_off(column: list[str]) -> None:
    assert stripped(column) == [cell.strip() for cell in column]
