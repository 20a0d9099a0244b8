"""Which sheet of a workbook is read, where nobody has said it yet."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from sellers.importing.mapping.presets import preset_for
from sellers.importing.mapping.propose import canonical_role, propose_mapping
from sellers.importing.mapping.saved import recognise_mapping
from sellers.importing.problems import FileProblemError
from sellers.importing.reading import FirstRows
from sellers.importing.sources.opening import open_table, sheet_names
from sellers.models import User

#: Longest name of a sheet that is remembered; workbooks allow 31 characters.
_NAME_CHARS = 100
#: Rows of each sheet that are looked at.
_LOOKED_AT = 200


def best_sheet(path: Path, owner: User | None, today: dt.date) -> str:
    """The sheet to begin with: the first whose columns are known, else the likeliest.

    "" where there is nothing to choose: one sheet, or no workbook. Of sheets that have the
    columns of a saved mapping, the one that the mapping names comes first.
    """
    try:
        sheets = sheet_names(path)
    except FileProblemError:
        return ""
    tables: dict[str, list[str]] = {}
    for sheet in sheets if len(sheets) > 1 else ():
        try:
            tables[sheet] = open_table(path, sheet).names
        except FileProblemError:
            continue
    known = [sheet for sheet, names in tables.items() if _is_known(names, owner)]
    named = [sheet for sheet in known if _named(tables[sheet], owner) == sheet]
    likely = sorted(tables, key=lambda sheet: _promise(path, sheet, today), reverse=True)
    return next(iter([*named, *known, *likely]), "")[:_NAME_CHARS]


def _promise(path: Path, sheet: str, today: dt.date) -> int:
    """How much of a sheet can be guessed: a cover or a table of sums holds little of ours."""
    proposal = propose_mapping(FirstRows(open_table(path, sheet), _LOOKED_AT), today=today)
    return len(proposal.guesses) - sum(one.required for one in proposal.missing)


def _is_known(names: list[str], owner: User | None) -> bool:
    if canonical_role(names) is not None or preset_for(names) is not None:
        return True
    return recognise_mapping(owner=owner, names=names) is not None


def _named(names: list[str], owner: User | None) -> str:
    """The sheet that the saved mapping for these columns was made with."""
    saved = recognise_mapping(owner=owner, names=names)
    return str(saved.mapping.get("sheet", "")) if saved else ""
