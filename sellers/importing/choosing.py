"""Which mapping each file of a command is read with, where nobody sits at a page to choose."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any

from sellers.importing.batches import NewFile
from sellers.importing.formats import COLUMNS, Kind
from sellers.importing.mapping.model import Mapping as FileMapping
from sellers.importing.mapping.presets import presets
from sellers.importing.mapping.profile import profile_table
from sellers.importing.mapping.propose import Proposal, canonical_role, judged, propose_mapping
from sellers.importing.mapping.saved import note_use, recognise_mapping
from sellers.importing.problems import FileProblemError
from sellers.importing.reading import Table
from sellers.importing.sources.mail import MailTable
from sellers.importing.sources.opening import open_table
from sellers.models import FileRole, User


@dataclass(frozen=True)
class Choice:
    """What the command was told about the files of orders.

    Attributes
    ----------
    preset : key of a preset; "" finds out
    mapping : a mapping as JSON; None finds out
    date_order, decimal : answers where the file does not prove them; "" leaves them open
    owner : whose saved mappings are recognised by the columns of a file
    """

    today: dt.date
    preset: str = ""
    mapping: Any = None
    date_order: str = ""
    decimal: str = ""
    has_seller: bool = False
    owner: User | None = None


def choose_mappings(files: Sequence[tuple[FileRole | None, Path]], choice: Choice) -> list[NewFile]:
    """Every file with its role and mapping, in the order given.

    Raises
    ------
    FileProblemError
        Where a file's columns have to be chosen by a person.
    """
    return [_chosen(role, path, choice) for role, path in files]


def _chosen(role: FileRole | None, path: Path, choice: Choice) -> NewFile:
    if role in (FileRole.MAIL, FileRole.TABLE):
        return NewFile(role, path.name, path)
    if role is None and choice.mapping is not None:
        mapping = FileMapping.from_json(choice.mapping)
        return NewFile(FileRole(mapping.role), path.name, path, mapping.as_json(), mapping.name)
    try:
        table = open_table(path)
    except FileProblemError:
        # The import says what is wrong with it, and fails as one.
        return NewFile(role or FileRole.ORDERS, path.name, path)
    if isinstance(table, MailTable):
        return NewFile(FileRole.MAIL, path.name, path)
    return _with_proposal(role, path, table, choice)


def _with_proposal(role: FileRole | None, path: Path, table: Table, choice: Choice) -> NewFile:
    canonical = canonical_role(table.names)
    saved = recognise_mapping(owner=choice.owner, names=table.names)
    if role is None and choice.preset:
        mapping = presets()[choice.preset].mapping(table.names)
        proposal = judged(
            mapping,
            profile_table(table, choice.today),
            choice.today,
            known_as=presets()[choice.preset].name,
            has_seller=choice.has_seller,
        )
    elif canonical is not None or (saved is None and _is_nearly_ours(table, role)):
        return NewFile(role or canonical or FileRole.ORDERS, path.name, path)
    else:
        proposal = propose_mapping(
            table,
            today=choice.today,
            owner=choice.owner,
            role=role,
            has_seller=choice.has_seller,
        )
        if choice.owner is not None:
            note_use(owner=choice.owner, names=[proposal.known_as])
    return _answered(proposal, path, choice)


def _is_nearly_ours(table: Table, role: FileRole | None) -> bool:
    """Most columns are called like ours: the import says what is missing or wrong."""
    known = {column.name for column in COLUMNS[role or FileRole.ORDERS]}
    ours = sum(name.strip().casefold() in known for name in table.names)
    return ours > len(table.names) / 2 or len(table.names) == 1


def _answered(proposal: Proposal, path: Path, choice: Choice) -> NewFile:
    """The proposal with the answers of the command; what is still open is an error."""
    if proposal.mapping is None:
        return NewFile(proposal.role, path.name, path)
    given = {"date_order": choice.date_order, "decimal": choice.decimal}
    still_open = [q for q in proposal.questions if not given.get(q.about)]
    # A line that holds an order and its review lacks a column twice.
    lacking = list(dict.fromkeys(one.ours for one in proposal.missing if one.required))
    if still_open or lacking:
        raise FileProblemError(_open_words(path, still_open, lacking))
    mapping = with_answers(proposal.mapping, choice.date_order, choice.decimal)
    return NewFile(proposal.role, path.name, path, mapping.as_json(), proposal.known_as)


def with_answers(mapping: FileMapping, date_order: str, decimal: str) -> FileMapping:
    """A mapping whose open dates and amounts are read as answered."""
    columns: dict[str, Mapping[str, Any]] = {}
    for role in mapping.roles:
        kinds = {column.name: column.kind for column in COLUMNS[role]}
        columns[role.value] = {
            ours: replace(
                how,
                date_order=how.date_order or (date_order if kinds[ours] in _DATES else ""),
                decimal=how.decimal or (decimal if kinds[ours] in _NUMBERS else ""),
            )
            for ours, how in mapping.of(role).items()
        }
    return replace(mapping, columns=columns)


_DATES = frozenset({Kind.TIME, Kind.DAY})
_NUMBERS = frozenset({Kind.AMOUNT, Kind.NUMBER})
_OPTIONS = {"date_order": "Answer with --date-order.", "decimal": "Answer with --decimal."}


def _open_words(path: Path, questions: Sequence[Any], lacking: Sequence[str]) -> str:
    words = [f"{path.name}: its columns have to be chosen."]
    if lacking:
        words.append(f"No column was found for {', '.join(f'“{name}”' for name in lacking)}.")
    words += [
        f"{question.evidence} {_OPTIONS.get(question.about, '')}".strip()
        for question in islice(questions, 3)
    ]
    if "seller" in lacking:
        words.append("Say whose the rows are by --seller.")
    words.append(
        "What else is open, choose on the page and save it there, then name yourself by "
        "--mappings-of; or give --preset or --mapping."
    )
    return " ".join(words)
