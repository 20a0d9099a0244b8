"""The parts of an XLSX archive: sheets, shared texts, styles, and how they are streamed.

The parts that matter are three small files of XML and one large one in a ZIP archive. They are
read by the standard library's parser as a stream; archives that unpack without end, entities
and damage are problems of the file.
"""

from __future__ import annotations

import re
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath
from typing import IO
from xml.parsers import expat

from sellers.importing.problems import FileProblemError

_PIECE = 1 << 16
#: Unpacked bytes that a part may have, and how many times its packed size beyond the first.
FREE_BYTES, MAX_BYTES, MAX_RATIO = 16 << 20, 2 << 30, 200
#: Characters of shared texts that are held in memory.
MAX_TEXTS = 128 << 20
_DATE_FORMATS = frozenset({*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)})
_QUOTED = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]')
_DATE_SIGNS = re.compile(r"[ymdhs]", re.IGNORECASE)
#: What the standard library raises where an archive or its XML is not whole.
_DAMAGE = (
    expat.ExpatError,
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    OSError,
    LookupError,
    ValueError,
    OverflowError,
)

_Start = Callable[[str, dict[str, str]], None]
_End = Callable[[str], None]


#: Digits of the largest number that counts something in a workbook.
_DIGITS = 9


def number_of(text: str, otherwise: int) -> int:
    """A whole number as a workbook writes it; ``otherwise`` where it is none, or beyond all."""
    return int(text) if text.isdecimal() and len(text) <= _DIGITS else otherwise


class Workbook:
    """The archive and what its small parts say: sheets, shared texts, which styles are dates."""

    def __init__(self, path: Path) -> None:
        try:
            self.archive = zipfile.ZipFile(path)
        except (*_DAMAGE, NotImplementedError):
            raise _damaged() from None
        self.sheets: list[tuple[str, str]] = []
        self.epoch_1904 = False
        self.texts: list[str] = []
        self.dates: list[bool] = []
        self._read_sheets()
        if "xl/sharedStrings.xml" in self.archive.NameToInfo:
            self._read_texts()
        if "xl/styles.xml" in self.archive.NameToInfo:
            self._read_styles()

    def _read_sheets(self) -> None:
        targets: dict[str, str] = {}
        found: list[tuple[str, str]] = []

        def relation(name: str, given: dict[str, str]) -> None:
            if name == "Relationship":
                targets[given.get("Id", "")] = given.get("Target", "")

        def sheet(name: str, given: dict[str, str]) -> None:
            if name == "sheet" and given.get("state", "visible") == "visible":
                found.append((given.get("name", ""), given.get("r:id", given.get("id", ""))))
            elif name == "workbookPr":
                self.epoch_1904 = given.get("date1904", "0") in ("1", "true")

        self.parse("xl/_rels/workbook.xml.rels", relation)
        self.parse("xl/workbook.xml", sheet)
        for name, identifier in found:
            target = targets.get(identifier, "")
            part = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
            if str(PurePosixPath(part)) in self.archive.NameToInfo:
                self.sheets.append((name, part))

    def _read_texts(self) -> None:
        parts: list[str] = []
        state = {"in_text": False, "phonetic": False, "chars": 0}

        def start(name: str, given: dict[str, str]) -> None:
            if name == "si":
                parts.clear()
            elif name == "rPh":
                state["phonetic"] = True
            elif name == "t":
                state["in_text"] = not state["phonetic"]

        def end(name: str) -> None:
            if name == "t":
                state["in_text"] = False
            elif name == "rPh":
                state["phonetic"] = False
            elif name == "si":
                self.texts.append("".join(parts))
                state["chars"] += len(self.texts[-1])
                if state["chars"] > MAX_TEXTS:
                    raise _too_large()

        def text(data: str) -> None:
            if state["in_text"]:
                parts.append(data)

        self.parse("xl/sharedStrings.xml", start, end, text)

    def _read_styles(self) -> None:
        formats: dict[str, bool] = {}
        state = {"cells": False}

        def start(name: str, given: dict[str, str]) -> None:
            if name == "numFmt":
                code = _QUOTED.sub("", given.get("formatCode", ""))
                formats[given.get("numFmtId", "")] = bool(_DATE_SIGNS.search(code))
            elif name == "cellXfs":
                state["cells"] = True
            elif name == "xf" and state["cells"]:
                number = given.get("numFmtId", "0")
                builtin = number_of(number, 0) in _DATE_FORMATS
                self.dates.append(formats.get(number, builtin))

        def end(name: str) -> None:
            if name == "cellXfs":
                state["cells"] = False

        self.parse("xl/styles.xml", start, end)

    def parse(
        self,
        part: str,
        start: _Start,
        end: _End | None = None,
        text: Callable[[str], None] | None = None,
    ) -> None:
        """Run through one part of the archive."""
        for _ in self.stream(part, start, end, text):
            pass

    def stream(
        self,
        part: str,
        start: _Start,
        end: _End | None = None,
        text: Callable[[str], None] | None = None,
    ) -> Iterator[None]:
        """Run through one part, pausing after each piece of it."""
        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartElementHandler = lambda name, given: start(_local(name), given)
        if end is not None:
            parser.EndElementHandler = lambda name: end(_local(name))
        if text is not None:
            parser.CharacterDataHandler = text
        parser.EntityDeclHandler = _refuse_entities
        try:
            info = self.archive.getinfo(part)
            left = min(MAX_BYTES, FREE_BYTES + MAX_RATIO * info.compress_size)
            with self.archive.open(info) as file:
                for piece in _pieces(file, left):
                    parser.Parse(piece, False)
                    yield
            parser.Parse(b"", True)
        except _DAMAGE:
            raise _damaged() from None
        except (NotImplementedError, RuntimeError):  # an unknown packing, a password
            raise FileProblemError(
                "The workbook is protected or packed in a way that cannot be read. Save it "
                "without a password, or as CSV."
            ) from None


def _pieces(file: IO[bytes], left: int) -> Iterator[bytes]:
    while piece := file.read(_PIECE):
        left -= len(piece)
        if left < 0:
            raise _too_large()
        yield piece


def _local(name: str) -> str:
    return name.rpartition(":")[2]


def _refuse_entities(*_: object) -> None:
    raise FileProblemError("The workbook defines entities, which no export does. Save it anew.")


def _damaged() -> FileProblemError:
    return FileProblemError(
        "The workbook is damaged or was cut off. Open it, save it again, and upload that."
    )


def _too_large() -> FileProblemError:
    return FileProblemError(
        "The workbook unpacks to more than any export of orders holds. Save the sheet as CSV."
    )
