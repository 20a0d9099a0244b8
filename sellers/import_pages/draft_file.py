"""One file of a draft, opened for its page: first rows, what they show, what to propose."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice

from sellers.import_pages.column_form import Asked
from sellers.import_pages.column_words import Key
from sellers.import_pages.looking import Look, look_at
from sellers.importing.batches import stored_path
from sellers.importing.drafts import FirstRows
from sellers.importing.formats import COLUMNS, Kind, plain_name
from sellers.importing.mapping.model import Join, Mapping
from sellers.importing.mapping.profile import ColumnProfile, Profile, profile_table
from sellers.importing.mapping.synonyms import words_of
from sellers.importing.problems import FileProblemError
from sellers.importing.reading import Table
from sellers.importing.sources import file_stem
from sellers.importing.sources.joined import JoinedTable
from sellers.importing.sources.opening import open_table
from sellers.models import ImportBatch, ImportFile

#: Rows that are looked through when a page is shown.
PAGE_ROWS = 5_000
#: Words of a column that are asked about.
MOST_WORDS = 40
_CHOICES = frozenset({"status", "cancelled_by", "requirements_in", "is_active"})


@dataclass(frozen=True)
class DraftFile:
    """A file with what its first rows show."""

    table: Table
    look: Look
    profile: Profile


def open_draft(
    file: ImportFile, batch: ImportBatch, mapping: Mapping | None, limit: int = PAGE_ROWS
) -> DraftFile:
    """Look at a file as its mapping lays it out, the tables that it looks up beside it.

    Raises
    ------
    FileProblemError
        When it cannot be read as a table.
    """
    table: Table = FirstRows(open_table(stored_path(file), mapping.sheet if mapping else ""), limit)
    joins = usable_joins(file, batch, mapping)
    if joins:
        table = JoinedTable(table, joins, other_tables(file, batch, joins))
    return DraftFile(table, look_at(table), profile_table(table, batch.created_at.date()))


def usable_joins(file: ImportFile, batch: ImportBatch, mapping: Mapping | None) -> list[Join]:
    """The joins of a mapping whose files and columns are there, as far as they hold."""
    found: list[Join] = []
    names = set(map(plain_name, open_table(stored_path(file)).names)) if mapping else set()
    for join in mapping.joins if mapping else ():
        table = other_tables(file, batch, [join]).get(plain_name(join.file))
        keys = set(map(plain_name, table.names)) if table else set()
        if plain_name(join.on) in names and plain_name(join.key) in keys and table:
            found.append(join)
            names |= {plain_name(f"{join.file}.{name}") for name in table.names}
    return found


def other_tables(file: ImportFile, batch: ImportBatch, joins: list[Join]) -> dict[str, Table]:
    """The tables that joins name, by their plain names; what cannot be read is left out."""
    wanted = {plain_name(join.file) for join in joins}
    found: dict[str, Table] = {}
    for other in batch.files.exclude(pk=file.pk):
        name = plain_name(file_stem(other.name))
        if name in wanted:
            try:
                found[name] = open_table(stored_path(other))
            except FileProblemError:
                continue
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
                if ours in _CHOICES and column.words and how.other is None:
                    found = dict.fromkeys(word.casefold() for word in column.words)
                    words[role.value, ours] = list(islice(found, MOST_WORDS))
    meanings = {key: list(dict.fromkeys(words_of(key[1]).values())) for key in words}
    return Asked(frozenset(dates), frozenset(marks), words, meanings)


def _columns(theirs: tuple[str, ...], profile: Profile) -> Iterator[tuple[int, ColumnProfile]]:
    for name in theirs:
        for place, column in enumerate(profile.columns):
            if plain_name(column.name) == plain_name(name):
                yield place, column
                break


def without_proofs(mapping: Mapping) -> Mapping:
    """The mapping as if nobody had said how dates and amounts are read."""
    columns = {
        role: {name: replace(how, date_order="", decimal="") for name, how in of.items()}
        for role, of in mapping.columns.items()
    }
    return replace(mapping, columns=columns)


def today_of(batch: ImportBatch) -> dt.date:
    """The day of the upload: it gives dates without a year theirs."""
    return batch.created_at.date()
