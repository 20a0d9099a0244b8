"""How a file that comes is read, before anybody said anything: roles, sheets, columns, joins."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

from sellers.importing.batches import stored_path
from sellers.importing.formats import plain_name
from sellers.importing.mapping.model import VERSION, Join
from sellers.importing.mapping.model import Mapping as FileMapping
from sellers.importing.mapping.profile import profile_table
from sellers.importing.mapping.proofs import proved_anew
from sellers.importing.mapping.propose import Proposal, propose_mapping
from sellers.importing.mapping.saved import note_use
from sellers.importing.mapping.sets import guess_joins, propose_roles
from sellers.importing.problems import FileProblemError
from sellers.importing.reading import FirstRows, Table
from sellers.importing.sheets import best_sheet
from sellers.importing.sources import file_stem
from sellers.importing.sources.joined import JoinedTable
from sellers.importing.sources.mail import MailTable
from sellers.importing.sources.opening import open_table
from sellers.models import FileRole, ImportBatch, ImportFile, User

#: Rows that are looked through when a file comes.
FIRST_ROWS = 50_000
#: What files of e-mails are recognised as.
MAIL_NAME = "order e-mails"
#: Fields of a file that say how it is read.
READ_AS = ("role", "mapping", "mapping_name", "sheet")


def recognise_files(
    batch: ImportBatch,
    owner: User,
    like: ImportBatch | None = None,
    fresh: Collection[int] | None = None,
) -> None:
    """Propose how files are read; what cannot be read is explained on its page.

    ``like`` is an import whose files had the same columns; ``fresh`` are the files that nobody
    has said anything about yet, all where it is None.
    """
    today, has_seller = batch.created_at.date(), batch.seller_id is not None
    files = {file_stem(file.name): file for file in batch.files.all()}
    new = {name: file for name, file in files.items() if fresh is None or file.pk in fresh}
    for file in new.values():
        file.sheet = file.sheet or best_sheet(stored_path(file), owner, today)
    tables = {name: table for name, file in files.items() if (table := _opened(file))}
    roles = propose_roles(tables, today=today, owner=owner, has_seller=has_seller)
    roles |= {name: FileRole(file.role) for name, file in files.items() if name not in new}
    looked_up = {name: table for name, table in tables.items() if roles[name] is FileRole.TABLE}
    before = [file for name, file in files.items() if name not in new]
    settled = [*(like.files.exclude(mapping=None) if like else ()), *before]
    for name, table in tables.items():
        if name not in new or _read_like_another(new[name], table, settled, today):
            continue
        if name in looked_up:
            settle(new[name], FileRole.TABLE, None, "")
            continue
        joins = guess_joins(table, looked_up)
        found = propose_mapping(
            JoinedTable(table, joins, _plain(looked_up)) if joins else table,
            today=today,
            owner=owner,
            has_seller=has_seller,
            joins=joins,
            by_cells=True,
        )
        settle(new[name], found.role, _pruned(found.mapping), _known_as(table, found))
    ImportFile.objects.bulk_update(new.values(), READ_AS)
    note_use(owner=owner, names={file.mapping_name for file in new.values()})


def _read_like_another(
    file: ImportFile, table: Table, settled: Sequence[ImportFile], today: dt.date
) -> bool:
    """Whether a file has the columns of one that was settled; then it is read like that one.

    What it shows itself about its dates and amounts comes first.
    """
    twin = next((other for other in settled if _fits(other, table)), None)
    if twin is None or twin.mapping is None:
        return False
    # What was looked up before stands in the file itself.
    mapping = replace(FileMapping.from_json(twin.mapping), joins=())
    mapping = proved_anew(mapping, profile_table(table, today), today)
    settle(file, FileRole(twin.role), mapping, twin.mapping_name)
    return True


def _pruned(mapping: FileMapping | None) -> FileMapping | None:
    """The mapping without files that are looked up and of which nothing is used."""
    if mapping is None:
        return None
    used = {name for of in mapping.columns.values() for one in of.values() for name in one.theirs}
    joins: list[Join] = []
    for join in reversed(mapping.joins):
        if any(name.startswith(f"{join.file}.") for name in used):
            joins.insert(0, join)
            used.add(join.on)
    return replace(mapping, joins=tuple(joins), gathers=mapping.gathers and bool(joins))


def _fits(settled: ImportFile, table: Table) -> bool:
    """Whether a table has all columns from which a settled file was read."""
    columns = (settled.mapping or {}).get("columns", {})
    used = {
        name for of in columns.values() for one in of.values() for name in one.get("theirs", ())
    }
    return bool(used) and used <= set(table.names)


def _known_as(table: Table, found: Proposal) -> str:
    is_mail = isinstance(table, FirstRows) and isinstance(table.table, MailTable)
    return MAIL_NAME if is_mail else found.known_as


def _opened(file: ImportFile) -> Table | None:
    try:
        return FirstRows(open_table(stored_path(file), file.sheet), FIRST_ROWS)
    except FileProblemError:
        return None


def _plain(tables: Mapping[str, Table]) -> dict[str, Table]:
    return {plain_name(name): table for name, table in tables.items()}


def draft_json(mapping: FileMapping) -> dict[str, Any]:
    """A mapping as plain data, also one that names no column yet."""
    if any(mapping.columns.values()):
        return mapping.as_json()
    return {"version": VERSION, "role": mapping.role, "columns": {}}


def settle(file: ImportFile, role: FileRole, mapping: FileMapping | None, name: str) -> None:
    """Note on a file how it is read, without saving it."""
    file.role, file.mapping_name = role, name
    file.mapping = draft_json(mapping) if mapping else None
