"""Whole lines of a text, a block at a time, counted."""

from __future__ import annotations

from typing import TextIO

import numpy as np

from sellers.importing.problems import FileProblemError
from sellers.importing.reading import BLOCK_CHARS, LINE_CHARS

_PIECE_CHARS = 1 << 16


class Lines:
    """The lines of a file, each ended by a line break, the last one too."""

    def __init__(self, file: TextIO) -> None:
        self._file, self._held, self._ended = file, "", False
        #: Lines that were taken.
        self.number = 0

    def take(self, count: int) -> str:
        """The next lines, ``count`` or fewer; "" where there are none.

        Fewer come at the end of the file, and where lines are long.

        Raises
        ------
        FileProblemError
            For a line that is too long.
        """
        self._fill(count)
        # One number for each character, whatever it is: places are those of the text.
        codes = np.frombuffer(self._held.encode("ascii", "replace"), np.uint8)
        breaks = np.flatnonzero(codes == ord("\n"))[:count]
        end = int(breaks[-1]) + 1 if len(breaks) else 0
        if self._ended and len(breaks) < count and end < len(codes):
            breaks = np.append(breaks, len(codes))
            self._held += "\n"
            end = len(self._held)
        sizes = np.diff(breaks, prepend=-1) if end else np.array([len(codes)])
        if sizes.max() > LINE_CHARS:
            raise _too_long(self.number + 1 + int(sizes.argmax()))
        taken, self._held = self._held[:end], self._held[end:]
        self.number += len(breaks)
        return taken

    def give_back(self, text: str, after: int) -> None:
        """Take a text back but for its first lines: it comes again."""
        back = text.split("\n", after)[after]
        self._held = back + self._held
        self.number -= back.count("\n")

    def pass_over(self, count: int) -> None:
        """Leave the next lines out."""
        while count and (text := self.take(count)):
            count -= text.count("\n")

    def _fill(self, count: int) -> None:
        """Hold so many lines, if there are as many and they are not too long to be held."""
        parts, chars = [self._held], len(self._held)
        count -= self._held.count("\n")
        tail = chars - self._held.rfind("\n") - 1
        while count > 0 and chars < BLOCK_CHARS and tail < LINE_CHARS and not self._ended:
            piece = self._file.read(_PIECE_CHARS)
            self._ended = not piece
            parts.append(piece)
            chars += len(piece)
            count -= piece.count("\n")
            end = piece.rfind("\n")
            tail = len(piece) - end - 1 if end >= 0 else tail + len(piece)
        self._held = "".join(parts)


def _too_long(line: int) -> FileProblemError:
    return FileProblemError(
        f"Line {line} is longer than {LINE_CHARS:,} characters, which no order or review is. "
        "Is a line break or a quotation mark missing there?"
    )
