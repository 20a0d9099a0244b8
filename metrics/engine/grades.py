"""How sure a statement about the platform is: the grades that files, tables and pages share."""

from __future__ import annotations

from enum import StrEnum


class Grade(StrEnum):
    """How sure a statement about the platform is."""

    PUBLISHED = "P"
    OBSERVED = "O"
    ASSUMPTION = "A"
    UNKNOWN = "U"

    @property
    def word(self) -> str:
        return self.name.lower()
