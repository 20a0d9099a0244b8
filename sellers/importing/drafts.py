"""An import before it is checked: its files, and how each of them is read.

Nothing of it is a fact yet. Whatever is decided here throws a preview away that was made
with another decision, so that nobody commits what was not seen.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import PurePath

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction

from sellers.importing.batches import NewFile, create_batch, keep_file, stored_path
from sellers.importing.formats import plain_name
from sellers.importing.mapping.model import Mapping as FileMapping
from sellers.importing.problems import FileProblemError
from sellers.importing.recognising import READ_AS, recognise_files, settle
from sellers.importing.sources import file_stem
from sellers.importing.sources.opening import sheet_names
from sellers.models import (
    FileRole,
    ImportBatch,
    ImportFile,
    ImportPreview,
    ImportState,
    Seller,
    User,
)


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
        batch = create_batch(
            files=_told_apart(files, ()),
            created_by=created_by,
            seller=seller,
            time_zone=time_zone,
            keeps_review_text=keeps_review_text,
        )
        batch.state = ImportState.COLUMNS
        batch.save(update_fields=["state"])
        recognise_files(batch, created_by, like)
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
        settle(file, role, mapping, name)
        changed = [file, *_looked_up(file, mapping)] if mapping else [file]
        ImportFile.objects.bulk_update(changed, READ_AS)
    return True


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


def _looked_up(file: ImportFile, mapping: FileMapping) -> list[ImportFile]:
    wanted = {plain_name(join.file) for join in mapping.joins}
    others = ImportFile.objects.filter(batch=file.batch_id).exclude(pk=file.pk)
    found = [
        other
        for other in others
        if other.role != FileRole.TABLE and plain_name(file_stem(other.name)) in wanted
    ]
    for other in found:
        settle(other, FileRole.TABLE, None, "")
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


def add_files(*, batch: ImportBatch, files: Sequence[NewFile], owner: User) -> bool:
    """Add files to a draft; False where the import is past that."""
    with transaction.atomic():
        if not _reopened(batch.pk):
            return False
        names = list(batch.files.values_list("name", flat=True))
        kept = [keep_file(batch=batch, new=new) for new in _told_apart(files, names)]
        recognise_files(batch, owner, fresh={file.pk for file in kept})
    return True


def choose_sheet(*, file: ImportFile, sheet: str, owner: User) -> bool:
    """Read another sheet of a workbook; False where the import is past that.

    What was said about the columns of the sheet before does not count for this one.
    """
    with transaction.atomic():
        if not _reopened(file.batch_id):
            return False
        file.sheet, file.mapping, file.mapping_name = sheet, None, ""
        file.save(update_fields=["sheet", "mapping", "mapping_name"])
        recognise_files(file.batch, owner, fresh={file.pk})
    file.refresh_from_db()
    return True


def sheets_of(file: ImportFile) -> tuple[str, ...]:
    """The sheets of an uploaded workbook; none where it is none, or is gone or damaged."""
    try:
        return sheet_names(stored_path(file)) if file.path else ()
    except (FileProblemError, FileNotFoundError):
        return ()


def add_sheet(*, file: ImportFile, sheet: str, owner: User) -> ImportFile | None:
    """Read one more sheet of a workbook as a file of its own; None where it is too late."""
    with transaction.atomic():
        if not _reopened(file.batch_id):
            return None
        with stored_path(file).open("rb") as content:
            upload = SimpleUploadedFile(f"{file_stem(file.name)} {sheet}.xlsx", content.read())
        names = file.batch.files.values_list("name", flat=True)
        [new] = _told_apart([NewFile(FileRole.ORDERS, upload.name or "file", upload)], names)
        added = keep_file(batch=file.batch, new=new)
        added.sheet = sheet
        added.save(update_fields=["sheet"])
        recognise_files(file.batch, owner, fresh={added.pk})
    added.refresh_from_db()
    return added


def _told_apart(files: Sequence[NewFile], taken: Iterable[str]) -> list[NewFile]:
    """Files of one import have different names: mappings and reports know them by these."""
    known = {plain_name(file_stem(name)) for name in taken}
    found = []
    for new in files:
        name, number = new.name, 1
        while plain_name(file_stem(name)) in known:
            number += 1
            stem = file_stem(new.name)
            name = f"{stem} {number}{PurePath(new.name).name[len(stem) :]}"
        known.add(plain_name(file_stem(name)))
        found.append(replace(new, name=name))
    return found


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
