"""One file of a draft, opened for its page: first rows, what they show, what to propose."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from pathlib import Path

from sellers.import_pages.column_form import Asked
from sellers.import_pages.column_words import Key
from sellers.import_pages.looking import Look, look_at
from sellers.importing.batches import stored_path
from sellers.importing.formats import COLUMNS, Kind, plain_name
from sellers.importing.mapping.model import Join, Mapping
from sellers.importing.mapping.profile import ColumnProfile, Profile, profile_table
from sellers.importing.mapping.synonyms import words_of
from sellers.importing.problems import FileProblemError
from sellers.importing.reading import FirstRows, Table
from sellers.importing.sources import file_stem
from sellers.importing.sources.joined import JoinedTable
from sellers.importing.sources.opening import open_table, sheet_names
from sellers.models import ImportBatch, ImportFile
from sellers.money import RateTable

#: Rows that are looked through when a page is shown.
PAGE_ROWS = 5_000
#: Words of a column that are asked about.
MOST_WORDS = 40
_CHOICES = frozenset({"status", "cancelled_by", "requirements_in", "is_active"})


@dataclass(frozen=True)
class DraftFile:
    """What the first rows of a file show, with the sheets of the workbook if it is one."""

    look: Look
    profile: Profile
    sheets: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Stored:
    """A stored file and the sheet that is read; the hash says which file it really is."""

    path: Path
    sha256: str
    sheet: str


@dataclass(frozen=True)
class _Layout:
    """Everything that decides what a page of columns sees: the same layout looks the same."""

    file: _Stored
    joins: tuple[Join, ...]
    others: tuple[tuple[str, _Stored], ...]
    today: dt.date
    limit: int


def open_draft(
    file: ImportFile, batch: ImportBatch, mapping: Mapping | None, limit: int = PAGE_ROWS
) -> DraftFile:
    """Look at a file as its mapping lays it out, the tables that it looks up beside it.

    Raises
    ------
    FileProblemError
        When it cannot be read as a table.
    """
    joins = usable_joins(file, batch, mapping)
    others = tuple((name, _stored(other)) for name, other in _others(file, batch, joins).items())
    return _looked_at(_Layout(_stored(file), tuple(joins), others, batch.created_at.date(), limit))


# Every answer on the page asks for the same rows again.
@lru_cache(maxsize=32)
def _looked_at(layout: _Layout) -> DraftFile:
    table: Table = FirstRows(open_table(layout.file.path, layout.file.sheet), layout.limit)
    if layout.joins:
        others = {name: open_table(one.path, one.sheet) for name, one in layout.others}
        table = JoinedTable(table, layout.joins, others)
    look = look_at(table)
    return DraftFile(look, profile_table(table, layout.today), sheet_names(layout.file.path))


def columns_of(file: ImportFile) -> tuple[str, ...]:
    """The names of the columns of a file of a draft.

    Raises
    ------
    FileProblemError
        When it cannot be read as a table.
    """
    return _names(_stored(file))


@lru_cache(maxsize=128)
def _names(stored: _Stored) -> tuple[str, ...]:
    return tuple(open_table(stored.path, stored.sheet).names)


def _stored(file: ImportFile) -> _Stored:
    return _Stored(stored_path(file), file.sha256, file.sheet)


def usable_joins(file: ImportFile, batch: ImportBatch, mapping: Mapping | None) -> list[Join]:
    """The joins of a mapping whose files and columns are there, as far as they hold."""
    if mapping is None or not mapping.joins:
        return []
    found: list[Join] = []
    names = set(map(plain_name, columns_of(file)))
    others = _others(file, batch, mapping.joins)
    for join in mapping.joins:
        other = others.get(plain_name(join.file))
        columns = columns_of(other) if other else ()
        if plain_name(join.on) in names and plain_name(join.key) in set(map(plain_name, columns)):
            found.append(join)
            names |= {plain_name(f"{join.file}.{name}") for name in columns}
    return found


def _others(file: ImportFile, batch: ImportBatch, joins: Sequence[Join]) -> dict[str, ImportFile]:
    """The files that joins name, by their plain names; what cannot be read is left out."""
    wanted = {plain_name(join.file) for join in joins}
    found: dict[str, ImportFile] = {}
    for other in batch.files.exclude(pk=file.pk) if wanted else ():
        name = plain_name(file_stem(other.name))
        if name in wanted:
            try:
                columns_of(other)
            except FileProblemError:
                continue
            found[name] = other
    return found


def asked_of(mapping: Mapping, profile: Profile) -> Asked:
    """What has to be said about values: dates and amounts with two readings, words."""
    dates, marks = set(), set()
    words: dict[Key, list[str]] = {}
    for role in mapping.roles:
        known = {column.name: column for column in COLUMNS[role]}
        for ours, how in mapping.of(role).items():
            for place, column in _columns(how.theirs, profile):
                kind = known[ours].kind
                if kind in (Kind.TIME, Kind.DAY) and (column.dates.ways or column.dates.doubt):
                    dates.add(place)
                if kind in (Kind.AMOUNT, Kind.NUMBER) and (column.marks.ways or column.marks.doubt):
                    marks.add(place)
                if ours in _CHOICES and column.words:
                    found = dict.fromkeys(word.casefold() for word in column.words)
                    words[role.value, ours] = list(islice(found, MOST_WORDS))
    meanings = {key: list(dict.fromkeys(words_of(key[1]).values())) for key in words}
    currencies = sorted(RateTable.load().currencies)
    return Asked(frozenset(dates), frozenset(marks), words, meanings, currencies)


def _columns(theirs: tuple[str, ...], profile: Profile) -> Iterator[tuple[int, ColumnProfile]]:
    for name in theirs:
        for place, column in enumerate(profile.columns):
            if plain_name(column.name) == plain_name(name):
                yield place, column
                break


def today_of(batch: ImportBatch) -> dt.date:
    """The day of the upload: it gives dates without a year theirs."""
    return batch.created_at.date()
