"""Excel workbooks: dates are dates, formulas their results, bombs are refused."""

from __future__ import annotations

import io
import tracemalloc
import zipfile
from collections.abc import Sequence
from pathlib import Path
from xml.sax.saxutils import escape

import pytest

from sellers.importing.problems import FileProblemError
from sellers.importing.sources import workbook_parts
from sellers.importing.sources.opening import open_table
from sellers.importing.sources.workbook import WorkbookTable

Cell = tuple[str, str, str]  # type, style, XML inside

RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
STYLES = (
    '<styleSheet><numFmts><numFmt numFmtId="165" formatCode="dd\\.mm\\.yyyy"/>'
    '<numFmt numFmtId="166" formatCode="#,##0.00 &quot;days&quot;"/></numFmts>'
    '<cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="165"/><xf numFmtId="166"/>'
    "</cellXfs></styleSheet>"
)


def number(value: object, style: int = 0) -> Cell:
    return "n", str(style), f"<v>{value}</v>"


def text(value: str) -> Cell:
    return "inlineStr", "0", f"<is><t>{escape(value)}</t></is>"


def sheet(rows: Sequence[Sequence[Cell | None]]) -> str:
    lines = []
    for at, row in enumerate(rows, start=1):
        cells = "".join(
            f'<c r="{chr(65 + i)}{at}" t="{c[0]}" s="{c[1]}">{c[2]}</c>'
            for i, c in enumerate(row)
            if c is not None
        )
        lines.append(f'<row r="{at}">{cells}</row>')
    last = f"A1:Z{len(rows)}"
    return (
        f'<worksheet><dimension ref="{last}"/><sheetData>{"".join(lines)}</sheetData></worksheet>'
    )


def book(
    *sheets: str, names: Sequence[str] = ("Orders", "Other"), extra: str = "", **more: str
) -> bytes:
    out = io.BytesIO()
    listed = "".join(
        f'<sheet name="{name}" sheetId="{i}" r:id="rId{i}"{extra if i == 1 else ""}/>'
        for i, name in enumerate(names[: len(sheets)], start=1)
    )
    related = "".join(
        f'<Relationship Id="rId{i}" Target="worksheets/sheet{i}.xml"/>'
        for i in range(1, len(sheets) + 1)
    )
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr(
            "xl/workbook.xml",
            f'<workbook xmlns:r="{RELATIONS}">{more.get("properties", "")}'
            f"<sheets>{listed}</sheets></workbook>",
        )
        archive.writestr("xl/_rels/workbook.xml.rels", f"<Relationships>{related}</Relationships>")
        archive.writestr("xl/styles.xml", STYLES)
        if "texts" in more:
            archive.writestr("xl/sharedStrings.xml", more["texts"])
        for i, xml in enumerate(sheets, start=1):
            archive.writestr(f"xl/worksheets/sheet{i}.xml", xml)
    return out.getvalue()


def saved(folder: Path, content: bytes) -> Path:
    path = folder / "book.xlsx"
    path.write_bytes(content)
    return path


def rows_of(folder: Path, content: bytes, name: str = "") -> list[list[str]]:
    table = open_table(saved(folder, content), name)
    return [table.names, *(list(row) for chunk in table.chunks() for row in chunk.rows)]


HEADER = [text("order_ref"), text("ordered_at"), text("amount")]


def test_dates_numbers_and_texts_are_what_the_sheet_shows(tmp_path: Path) -> None:
    texts = (
        "<sst><si><t>FO1</t></si><si><r><t>F</t></r><r><t>O2</t></r><rPh><t>x</t></rPh></si></sst>"
    )
    content = book(
        sheet(
            [
                HEADER,
                # 45292 is 1 Jan 2024; .5 is noon.
                [("s", "0", "<v>0</v>"), number(45292, 1), number("12.5")],
                [("s", "0", "<v>1</v>"), number(45292.5, 2), number("0.1", 3)],
                [text("FO3 & more"), number(45292), ("str", "0", "<f>1+1</f><v>2</v>")],
                [number("1.0000000000000002E2"), None, ("b", "0", "<v>1</v>")],
                [("e", "0", "<v>#N/A</v>"), None, number(1e3)],
            ]
        ),
        texts=texts,
    )
    assert rows_of(tmp_path, content)[1:] == [
        ["FO1", "2024-01-01", "12.5"],
        ["FO2", "2024-01-01 12:00:00", "0.1"],
        ["FO3 & more", "45292", "2"],
        ["100", "", "yes"],
        ["", "", "1000"],
    ]


def test_a_workbook_that_counts_from_1904_is_read_so(tmp_path: Path) -> None:
    content = book(
        sheet([HEADER, [text("FO1"), number(43830, 1)]]),
        properties='<workbookPr date1904="1"/>',
    )
    # 43,830 days after 1 January 1904.
    assert rows_of(tmp_path, content)[1][1] == "2024-01-01"


def test_the_first_visible_sheet_with_a_table_is_read_or_the_chosen_one(tmp_path: Path) -> None:
    first, other = sheet([HEADER, [text("FO1")]]), sheet([HEADER, [text("FO2")]])
    assert rows_of(tmp_path, book(first, other))[1][0] == "FO1"
    assert rows_of(tmp_path, book(first, other), "Other")[1][0] == "FO2"
    assert rows_of(tmp_path, book(sheet([]), other))[1][0] == "FO2"
    assert rows_of(tmp_path, book(first, other, extra=' state="hidden"'))[1][0] == "FO2"
    path = saved(tmp_path, book(first, other))
    assert WorkbookTable(path).notes == ["The sheet “Orders” was read; 1 other was not."]
    with pytest.raises(FileProblemError, match="no sheet “Reviews”; it has “Orders”, “Other”"):
        WorkbookTable(path, "Reviews")


def test_rows_keep_their_numbers_and_titles_above_are_passed_over(tmp_path: Path) -> None:
    content = book(sheet([[text("My orders")], [], HEADER, [], [text("FO1")], [text("FO2")]]))
    table = open_table(saved(tmp_path, content))
    assert (table.names, table.place_word) == (["order_ref", "ordered_at", "amount"], "row")
    assert [line for chunk in table.chunks() for line in chunk.lines] == [5, 6]


BAD: dict[str, tuple[bytes, str]] = {
    "no sheet": (book(), "holds no table"),
    "cut off": (book(sheet([HEADER]))[:200], "damaged or was cut off"),
    "not XML": (book("<worksheet><sheetData><row"), "damaged or was cut off"),
    "entities": (
        book('<!DOCTYPE w [<!ENTITY a "aaaa">]><worksheet><sheetData/></worksheet>'),
        "defines entities",
    ),
    "too many columns": (
        book("<worksheet><sheetData><row r='1'>" + "<c t='str'><v>x</v></c>" * 1_001 + "</row>"
             "</sheetData></worksheet>"),
        "more than 1,000 columns",
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", BAD)
def test_a_workbook_that_cannot_be_read_is_refused_in_words(kind: str, tmp_path: Path) -> None:
    content, words = BAD[kind]
    with pytest.raises(FileProblemError, match=words):
        rows_of(tmp_path, content)


def test_a_bomb_is_refused_before_it_fills_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workbook_parts, "FREE_BYTES", 100_000)
    path = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("xl/_rels/workbook.xml.rels", "<Relationships/>")
        archive.writestr("xl/workbook.xml", "<workbook>" + " " * 50_000_000 + "</workbook>")
    with pytest.raises(FileProblemError, match="unpacks to more"):
        open_table(path)


def test_memory_stays_flat_however_many_rows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sellers.importing.reading.BLOCK_ROWS", 500)

    def peak(rows: int) -> int:
        content = book(sheet([HEADER, *([text(f"FO{n}"), number(45292, 1)] for n in range(rows))]))
        table = open_table(saved(tmp_path, content))
        del content
        tracemalloc.start()
        count = sum(len(chunk.rows) for chunk in table.chunks())
        used = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert count == rows
        return used

    small, large = peak(2_000), peak(12_000)
    # Held in memory, a row takes half a kilobyte.
    assert (large - small) / 10_000 < 50
