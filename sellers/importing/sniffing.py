"""What a text file is like: which encoding, which sign between the cells, how many rows.

One pass in pieces of a megabyte, so that memory stays flat whatever the file's size.
"""

from __future__ import annotations

import codecs
import csv
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from sellers.importing.content import open_bytes, open_text
from sellers.importing.problems import FileProblemError
from sellers.importing.reading import LINE_CHARS

PIECE_BYTES = 1 << 20
#: Share of NUL characters above which a file is no text.
NUL_SHARE = 0.01
#: Wrong bytes for each right character beyond ASCII, up to which a file is damaged UTF-8.
DAMAGE_SHARE = 0.1
#: A file that was not written to for so long has told all that its clock can tell.
_SETTLED_NS = 2_000_000_000
DELIMITERS = (",", ";", "\t", "|")
#: Lines that are looked at to find the sign between the cells.
SHAPE_LINES = 200
#: Rows that may stand above the column names, and cells that make a row look like these.
MAX_ABOVE, MIN_NAMES = 20, 3

_KINDS: tuple[tuple[bytes, str], ...] = (
    (b"BZh", "a bzip2 archive: unpack it first"),
    (b"\xfd7zXZ", "an xz archive: unpack it first"),
    (b"7z\xbc\xaf", "a 7-Zip archive: unpack it first"),
    (b"Rar!", "a RAR archive: unpack it first"),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook: open it and save it as CSV"),
    (b"%PDF", "a PDF: it holds no table that can be read safely; export the data as CSV"),
    (b"\x89PNG", "a picture: export the data as CSV"),
    (b"\xff\xd8\xff", "a picture: export the data as CSV"),
    (b"PAR1", "a Parquet file: export it as CSV"),
    (b"SQLite format 3", "an SQLite database: export the table as CSV"),
)
_ENCODING_NAMES = {
    "utf-8-sig": "UTF-8",
    "utf-16": "UTF-16",
    "utf-16-le": "UTF-16 without a mark",
    "utf-16-be": "UTF-16 without a mark",
    "cp1252": "Windows-1252 (Western European)",
    "cp1250": "Windows-1250 (Central European)",
    "cp1251": "Windows-1251 (Cyrillic)",
    "latin_1": "Latin-1 (Western European)",
}


@dataclass(frozen=True, slots=True)
class Sniffed:
    """How to read a file, the number of its lines after the header, and what was assumed."""

    encoding: str
    errors: str
    rows: int
    notes: tuple[str, ...]
    delimiter: str = ","
    #: Rows above the column names that hold one cell each: a title, an empty frame.
    skip: int = 0


def sniff_file(path: Path) -> Sniffed:
    """Look through a file once, and not again while it stays as it is.

    Raises
    ------
    FileProblemError
        For an empty file, an archive, a workbook, or anything else that is no text.
    """
    about = path.stat()
    if time.time_ns() - about.st_mtime_ns < _SETTLED_NS:
        return _sniffed(path)  # it could change again and be of the same time and size
    return _remembered(path, about.st_size, about.st_mtime_ns)


@lru_cache(maxsize=64)
def _remembered(path: Path, size: int, changed_ns: int) -> Sniffed:
    return _sniffed(path)


def _sniffed(path: Path) -> Sniffed:
    with open_bytes(path) as file:
        head = file.read(PIECE_BYTES)
    if not head.strip(b"\xef\xbb\xbf \t\r\n\x00"):
        raise FileProblemError("The file is empty. Export it again, or choose another file.")
    _refuse_other_kinds(head)
    encoding = _encoding_by_marks(head)
    counted = _count(path, encoding, "strict")
    notes: list[str] = []
    errors = "strict"
    if counted is None:
        encoding, errors, counted = _without_utf8(path, encoding)
        notes.append(_assumed(encoding, errors))
    elif encoding != "utf-8-sig":
        notes.append(f"The file was read as {_ENCODING_NAMES[encoding]}.")
    if counted.nuls > NUL_SHARE * counted.chars:
        raise FileProblemError(
            "This is not a text file: it is full of zero bytes. Export the data as CSV."
        )
    delimiter, skip = _shape(path, encoding, errors)
    return Sniffed(encoding, errors, max(counted.rows - skip, 0), tuple(notes), delimiter, skip)


def _shape(path: Path, encoding: str, errors: str) -> tuple[str, int]:
    """The sign between cells, proved by the first rows, and the rows above the column names."""
    lines: list[str] = []
    with open_text(path, encoding, errors) as file:
        while len(lines) < SHAPE_LINES and (line := file.readline(LINE_CHARS)):
            lines.append(line)
            if len(lines) * len(line) > PIECE_BYTES:
                break
    lines = [line for line in lines if line.strip()]
    if not lines:
        return ",", 0
    named = lines[0].strip().strip('"')
    if named.startswith("sep=") and named[4:] in DELIMITERS:  # how Excel names it
        _check_names(lines[1:2])
        return named[4:], 1
    tables = {sign: _split(lines, sign) for sign in DELIMITERS}
    # Where two signs do equally well, the one that makes more cells.
    best = max(DELIMITERS, key=lambda sign: _evenness(tables[sign]))
    above = rows_above(tables[best])
    _check_names(*tables[best][above : above + 1])
    return best, above


def _check_names(names: Sequence[str] = ()) -> None:
    """Names are kept with the mapping, where PostgreSQL takes no zero bytes."""
    if any("\x00" in name for name in names):
        raise FileProblemError(
            "The line of column names is damaged: it holds zero bytes. Export the file again."
        )


def _split(lines: Sequence[str], sign: str) -> list[list[str]]:
    csv.field_size_limit(LINE_CHARS)
    rows: list[list[str]] = []
    try:
        for row in csv.reader(lines, delimiter=sign):
            rows.append(row)  # noqa: PERF402 - what came before an error counts
    except csv.Error:
        pass
    return rows


def _evenness(rows: list[list[str]]) -> tuple[float, int]:
    """Share of rows that are as wide as the names, then the width; nothing for single cells."""
    rows = rows[rows_above(rows) :]
    width = len(rows[0]) if rows else 1
    if width == 1:
        return 0.0, 1
    usual, _ = Counter(map(len, rows)).most_common(1)[0]
    even = sum(1 for row in rows if len(row) in (width, usual)) / len(rows)
    return (even if usual == width else even / 2), width


def rows_above(rows: list[list[str]]) -> int:
    """How many rows with a single cell stand above the first that looks like column names."""
    for place, row in enumerate(rows[:MAX_ABOVE]):
        if sum(1 for cell in row if cell.strip()) >= MIN_NAMES:
            return place
    return 0


def _assumed(encoding: str, errors: str) -> str:
    if errors == "replace":
        return "The file is UTF-8 with damaged characters; rows that hold one were not imported."
    return (
        f"The file is not UTF-8; it was read as {_ENCODING_NAMES[encoding]}. If names look "
        "wrong, save it as UTF-8 and import it again."
    )


def _refuse_other_kinds(head: bytes) -> None:
    if head.startswith(b"PK\x03\x04"):
        workbook = b"xl/" in head or b"[Content_Types].xml" in head
        raise FileProblemError(
            "This is an Excel workbook, whatever its name says: open it and save it as CSV."
            if workbook
            else "This is a ZIP archive, whatever its name says: unpack it first."
        )
    for magic, words in _KINDS:
        if head.startswith(magic):
            raise FileProblemError(f"This is not a CSV file but {words}.")
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")[:200].lower()
    if start.startswith((b"<!doctype", b"<html", b"<?xml")):
        raise FileProblemError(
            "This is a web page, not a CSV file: perhaps the download asked for a log-in."
        )
    if start.startswith((b"{", b"[{", b"[[")):
        raise FileProblemError("This is a JSON file: export the data as CSV.")


def _encoding_by_marks(head: bytes) -> str:
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    sample = head[:4096]
    # Plain text in UTF-16 has a zero in every other byte.
    if sample[1::2].count(0) > 0.4 * len(sample) // 2 and sample[::2].count(0) < 8:
        return "utf-16-le"
    if sample[::2].count(0) > 0.4 * len(sample) // 2 and sample[1::2].count(0) < 8:
        return "utf-16-be"
    return "utf-8-sig"


@dataclass
class _Count:
    chars: int = 0
    rows: int = 0
    nuls: int = 0
    beyond_ascii: int = 0
    damaged: int = 0


def _count(path: Path, encoding: str, errors: str) -> _Count | None:
    """Characters and rows, or None where the bytes are not this encoding.

    A row is a line that holds something and does not begin inside quotation marks; the
    header is not counted. The number leads the progress bar, the reading itself is exact.
    """
    count, quoted, last = _Count(rows=-1), False, "\n"
    try:
        for text in _decoded(path, encoding, errors):
            count.chars += len(text)
            count.nuls += text.count("\x00")
            if not text.isascii():
                count.beyond_ascii += sum(1 for c in text if c > "\x7f")
                count.damaged += text.count("\ufffd")
            for place, part in enumerate(text.split('"')):
                quoted ^= place > 0
                if not quoted:
                    count.rows += part.count("\n")
            last = text[-1]
    except UnicodeError:
        return None
    count.rows = max(count.rows + (last != "\n"), 0)
    return count


def _decoded(path: Path, encoding: str, errors: str) -> Iterator[str]:
    with open_text(path, encoding, errors) as file:
        while text := file.read(PIECE_BYTES):
            yield text


def _without_utf8(path: Path, tried: str) -> tuple[str, str, _Count]:
    """The encoding of a file that is not what its marks say."""
    if tried == "utf-8-sig":
        damaged = _count(path, tried, "replace")
        if damaged is not None and damaged.damaged <= DAMAGE_SHARE * damaged.beyond_ascii:
            return tried, "replace", damaged
        for encoding in (_likely_encoding(path), "cp1252", "latin_1"):
            counted = _count(path, encoding, "strict")
            if counted is not None:
                return encoding, "strict", counted
    raise FileProblemError(
        "The file begins like UTF-16, but is damaged. Save it as UTF-8 and try again."
    )


def _likely_encoding(path: Path) -> str:
    """The most likely of the encodings that spreadsheets still write, from lines beyond ASCII."""
    from charset_normalizer import from_bytes

    sample = b""
    with open_bytes(path) as file:
        while len(sample) < 64_000 and (line := file.readline(PIECE_BYTES)):
            if not line.isascii():
                sample += line[:4000]
    matches = list(from_bytes(sample, cp_isolation=["cp1252", "cp1250", "cp1251"]))
    least = min((match.chaos for match in matches), default=0.0)
    # Where several read equally well, Western European is by far the most common.
    likely = [e for match in matches if match.chaos <= least for e in match.could_be_from_charset]
    return "cp1252" if "cp1252" in likely or not likely else likely[0]
