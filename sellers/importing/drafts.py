"""An import before it is checked: its files, and how each of them is read.

Nothing of it is a fact yet. Whatever is decided here throws a preview away that was made
with another decision, so that nobody commits what was not seen.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction

from sellers.importing.batches import NewFile, create_batch, keep_file, stored_path
from sellers.importing.formats import plain_name
from sellers.importing.mapping.model import VERSION
from sellers.importing.mapping.model import Mapping as FileMapping
from sellers.importing.mapping.propose import Proposal, propose_mapping
from sellers.importing.mapping.sets import guess_joins, propose_roles
from sellers.importing.problems import FileProblemError
from sellers.importing.reading import Chunk, Table
from sellers.importing.sources import file_stem
from sellers.importing.sources.joined import JoinedTable
from sellers.importing.sources.mail import MailTable
from sellers.importing.sources.opening import open_table
from sellers.models import (
    FileRole,
    ImportBatch,
    ImportFile,
    ImportPreview,
    ImportState,
    Seller,
    User,
)

#: Rows that are looked through when a file comes.
FIRST_ROWS = 50_000
#: What files of e-mails are recognised as.
MAIL_NAME = "order e-mails"
_READ = ("role", "mapping", "mapping_name")


@dataclass
class FirstRows:
    """The beginning of a table as a table of its own."""

    table: Table
    limit: int
    names: list[str] = field(init=False)

    def __post_init__(self) -> None:
        self.names, self.place_word = self.table.names, self.table.place_word
        self.rows, self.notes = self.table.rows, self.table.notes

    def chunks(self) -> Iterator[Chunk]:
        left = self.limit
        for chunk in self.table.chunks():
            yield Chunk(chunk.lines[:left], chunk.rows[:left], chunk.torn, chunk.torn_rows)
            left -= len(chunk.rows)
            if left <= 0:
                return


def start_draft(
    *,
    files: Sequence[NewFile],
    created_by: User,
    seller: Seller | None,
    time_zone: str = "UTC",
    keeps_review_text: bool = True,
    like: ImportBatch | None = None,
) -> ImportBatch:
    """Keep uploaded files; the import waits for its columns.

    ``like`` is an import whose files had the same columns: they are read in the same way.
    """
    with transaction.atomic():
        batch = create_batch(files=files, created_by=created_by, seller=seller, time_zone=time_zone)
        batch.state = ImportState.COLUMNS
        batch.save(update_fields=["state"])
        _recognise(batch, created_by, like)
    return batch


def set_mapping(
    *, file: ImportFile, role: FileRole, mapping: FileMapping | None, name: str = ""
) -> bool:
    """Say how a file is read; False where the import is past that.

    ``mapping`` None: the file has our own columns, or none are needed. ``name`` is the preset
    or the saved mapping that it came from. Files that the mapping looks up become tables for
    that, whatever they were taken for.
    """
    with transaction.atomic():
        if not _reopened(file.batch_id):
            return False
        _set(file, role, mapping, name)
        changed = [file, *_looked_up(file, mapping)] if mapping else [file]
        ImportFile.objects.bulk_update(changed, _READ)
    return True


def draft_json(mapping: FileMapping) -> dict[str, Any]:
    """A mapping as plain data, also one that names no column yet."""
    if any(mapping.columns.values()):
        return mapping.as_json()
    return {"version": VERSION, "role": mapping.role, "columns": {}}


def draft_mapping(file: ImportFile) -> FileMapping | None:
    """The mapping of a file as far as it has come; None where it needs none.

    Raises
    ------
    FileProblemError
        When it is no mapping.
    """
    if file.mapping is None:
        return None
    if not file.mapping.get("columns"):
        return FileMapping(file.role, {})
    return FileMapping.from_json(file.mapping)


def _set(file: ImportFile, role: FileRole, mapping: FileMapping | None, name: str) -> None:
    file.role, file.mapping_name = role, name
    file.mapping = draft_json(mapping) if mapping else None


def _looked_up(file: ImportFile, mapping: FileMapping) -> list[ImportFile]:
    wanted = {plain_name(join.file) for join in mapping.joins}
    others = ImportFile.objects.filter(batch=file.batch_id).exclude(pk=file.pk)
    found = [
        other
        for other in others
        if other.role != FileRole.TABLE and plain_name(file_stem(other.name)) in wanted
    ]
    for other in found:
        _set(other, FileRole.TABLE, None, "")
    return found


def _reopened(batch_id: int) -> bool:
    """Take a batch back to where its columns are named, unless a worker has it or had it."""
    batch = ImportBatch.objects.select_for_update().get(pk=batch_id)
    if batch.state not in ImportState.for_people():
        return False
    ImportPreview.objects.filter(batch=batch).delete()
    if batch.state != ImportState.COLUMNS:
        batch.state = ImportState.COLUMNS
        batch.save(update_fields=["state"])
    return True


def _recognise(batch: ImportBatch, owner: User, like: ImportBatch | None = None) -> None:
    """Propose for every file how it is read; what cannot be read is explained on its page.

    Files that were settled before keep what was said about them.
    """
    today, has_seller = batch.created_at.date(), batch.seller_id is not None
    files = {file_stem(file.name): file for file in batch.files.all()}
    tables = {name: table for name, file in files.items() if (table := _opened(file))}
    roles = propose_roles(tables, today=today, owner=owner, has_seller=has_seller)
    looked_up = {name: tables[name] for name, role in roles.items() if role is FileRole.TABLE}
    settled = [*(like.files.exclude(mapping=None) if like else ()), *files.values()]
    for name, table in tables.items():
        if files[name].mapping is not None:
            continue
        twin = next((file for file in settled if _fits(file, table)), None)
        if twin is not None:
            files[name].role, files[name].mapping = twin.role, twin.mapping
            files[name].mapping_name = twin.mapping_name
            continue
        if name in looked_up:
            _set(files[name], FileRole.TABLE, None, "")
            continue
        joins = guess_joins(table, looked_up)
        found = propose_mapping(
            JoinedTable(table, joins, _plain(looked_up)) if joins else table,
            today=today,
            owner=owner,
            has_seller=has_seller,
            joins=joins,
        )
        _set(files[name], found.role, found.mapping, _known_as(table, found))
    ImportFile.objects.bulk_update(files.values(), _READ)


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
        return FirstRows(open_table(stored_path(file)), FIRST_ROWS)
    except FileProblemError:
        return None


def _plain(tables: Mapping[str, Table]) -> dict[str, Table]:
    return {plain_name(name): table for name, table in tables.items()}


def add_files(*, batch: ImportBatch, files: Sequence[NewFile], owner: User) -> bool:
    """Add files to a draft; False where the import is past that."""
    with transaction.atomic():
        if not _reopened(batch.pk):
            return False
        for new in files:
            keep_file(batch=batch, new=new)
        _recognise(batch, owner)
    return True


def remove_file(*, file: ImportFile) -> bool:
    """Take a file out of a draft; False where the import is past that, or it is the last one."""
    with transaction.atomic():
        if not _reopened(file.batch_id):
            return False
        if not ImportFile.objects.filter(batch=file.batch_id).exclude(pk=file.pk).exists():
            return False
        stored_path(file).unlink(missing_ok=True)
        file.delete()
    return True
