"""The page of the columns: theirs left, ours right, and how sure anyone can be."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from django.forms import BoundField

Level = Literal["chosen", "high", "likely", "unsure", "passed"]

#: Columns that are passed over and need not be folded away.
FEW_COLUMNS = 8
#: How sure the guess is, in words.
CONFIDENCE: dict[Level, str] = {
    "chosen": "your choice",
    "high": "sure",
    "likely": "likely",
    "unsure": "unsure",
    "passed": "passed over",
}


@dataclass(frozen=True, slots=True)
class ReadCell:
    """One cell as it would be read: "" is unknown; ``is_fault``: it cannot be read."""

    text: str
    is_fault: bool = False


@dataclass(frozen=True, slots=True)
class ColumnRow:
    """One column of the file: what it holds, what it becomes, and why.

    ``samples`` are up to three cells as given, ``read`` the same three as they would be read.
    ``also`` are ours that are taken from it as well.
    """

    theirs: str
    samples: tuple[str, ...]
    field: BoundField
    read: tuple[ReadCell, ...]
    level: Level
    why: str
    also: tuple[str, ...] = ()

    @property
    def confidence(self) -> str:
        return CONFIDENCE[self.level]


@dataclass(frozen=True, slots=True)
class Question:
    """Something that the file does not prove. ``is_open``: it has to be answered first."""

    field: BoundField
    evidence: str
    is_open: bool


@dataclass(frozen=True, slots=True)
class WordPair:
    """A word that stands in a column, and the field that says what it means."""

    theirs: str
    field: BoundField


@dataclass(frozen=True, slots=True)
class Words:
    """The words of one column."""

    ours: str
    pairs: tuple[WordPair, ...]
    #: What every word means that is not answered.
    other: BoundField
    #: Why some of them have to be answered; "" where all are known.
    evidence: str = ""


@dataclass(frozen=True, slots=True)
class Missing:
    """Something of ours that no column of the file holds."""

    ours: str
    consequence: str
    required: bool
    #: From which of their columns it could be taken; None where none makes sense.
    source: BoundField | None
    #: One value for all rows; None where that makes no sense.
    constant: BoundField | None


@dataclass(frozen=True, slots=True)
class FileTab:
    """One file of the import."""

    label: str
    url: str
    current: bool
    #: Tabs may carry a number; files carry none.
    count: None = None


@dataclass(frozen=True, slots=True)
class FileColumns:
    """Everything that the page says about one file."""

    name: str
    holds: str
    reading: str
    recognised: str
    rows: tuple[ColumnRow, ...]
    passed: tuple[ColumnRow, ...]
    questions: tuple[Question, ...]
    words: tuple[Words, ...]
    missing: tuple[Missing, ...]
    #: What the values show, in sentences.
    proofs: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    #: Names of the columns of a file that has our own.
    own: tuple[str, ...] = ()
    #: The file is one of e-mails.
    is_mail: bool = False

    @property
    def open_questions(self) -> int:
        """Dates, decimal marks and words that could mean several things."""
        asked = sum(question.is_open for question in self.questions)
        return asked + sum(bool(group.evidence) for group in self.words)

    @property
    def open_count(self) -> int:
        """Everything that has to be said before the rows can be checked."""
        return self.open_questions + len(self.wanting)

    @property
    def shows_passed(self) -> bool:
        """Whether columns that are passed over stand open: they are few, or one is wrong."""
        few = len(self.passed) <= FEW_COLUMNS or not self.rows
        return few or any(row.field.errors for row in self.passed)

    @property
    def wanting(self) -> tuple[Missing, ...]:
        """What cannot be left out."""
        return tuple(one for one in self.missing if one.required)

    @property
    def unknown(self) -> tuple[Missing, ...]:
        """What stays unknown, where that has a consequence."""
        return tuple(one for one in self.missing if not one.required and one.consequence)

    @property
    def rest(self) -> tuple[Missing, ...]:
        """What could be filled as well."""
        return tuple(one for one in self.missing if not one.required and not one.consequence)
