"""Opening a file as bytes or text, packed by gzip or not.

What is packed is unpacked while it is read, never as a whole, and never without end: a few
kilobytes of gzip can hold gigabytes of zeros.
"""

from __future__ import annotations

import gzip
import io
import zlib
from pathlib import Path
from typing import BinaryIO, TextIO, cast

from sellers.importing.problems import FileProblemError

_GZIP = b"\x1f\x8b"
#: Unpacked bytes that every file may have, and how many times its size beyond them.
FREE_BYTES = 64 << 20
#: Read at once: whoever asks for little waits for other threads as often as it asks.
_READ_BYTES = 1 << 20
MAX_RATIO = 100


def open_bytes(path: Path) -> BinaryIO:
    """The bytes of a file; those inside where it is packed by gzip."""
    file = path.open("rb", _READ_BYTES)
    if file.read(2) != _GZIP:
        file.seek(0)
        return file
    file.seek(0)
    limit = FREE_BYTES + MAX_RATIO * path.stat().st_size
    return cast("BinaryIO", io.BufferedReader(_Unpacked(file, limit), _READ_BYTES))


def open_text(path: Path, encoding: str, errors: str = "strict") -> TextIO:
    """The text of a file, line ends as ``\\n``."""
    return io.TextIOWrapper(open_bytes(path), encoding=encoding, errors=errors)


class _Unpacked(io.RawIOBase):
    """What a gzip archive holds, up to a limit; damage is a problem of the file."""

    def __init__(self, file: BinaryIO, limit: int) -> None:
        self.file, self.inside, self.left = file, gzip.GzipFile(fileobj=file), limit

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        try:
            data = self.inside.read(len(buffer))
        except (EOFError, OSError, zlib.error):
            raise FileProblemError(
                "The gzip archive is damaged or was cut off. Pack or download it again."
            ) from None
        self.left -= len(data)
        if self.left < 0:
            raise FileProblemError(
                "The gzip archive unpacks to more than a hundred times its size, which no export "
                "does. Unpack it first, and look at what it holds."
            )
        buffer[: len(data)] = data
        return len(data)

    def close(self) -> None:
        super().close()
        self.inside.close()
        self.file.close()
