"""The files of a draft as tabs, and which of them comes next."""

from __future__ import annotations

from django.urls import reverse

from sellers.import_pages.columns import FileTab
from sellers.import_pages.columns_step import ColumnsStep
from sellers.import_pages.draft_file import columns_of
from sellers.importing.problems import FileProblemError
from sellers.models import FileRole, ImportBatch, ImportFile, User


def file_tabs(batch: ImportBatch, here: ImportFile) -> list[FileTab]:
    """Every file of the import with its address."""
    return [
        FileTab(
            label=file.name,
            url=reverse("sellers:import_file_columns", args=[batch.pk, file.pk]),
            current=file.pk == here.pk,
        )
        for file in batch.files.all()
    ]


def file_lines(batch: ImportBatch) -> list[tuple[ImportFile, str]]:
    """Every file of the import, with why it cannot be read; "" where it can, or has gone."""
    return [(file, _problem_of(file)) for file in batch.files.all()]


def _problem_of(file: ImportFile) -> str:
    try:
        if file.path:
            columns_of(file)
    except FileProblemError as problem:
        return str(problem)
    except FileNotFoundError:
        return "The uploaded file is no longer there. Upload it again."
    return ""


def following(batch: ImportBatch, here: ImportFile) -> ImportFile | None:
    """The next file whose columns somebody should look at."""
    later = batch.files.filter(pk__gt=here.pk).exclude(role=FileRole.TABLE)
    return later.order_by("pk").first()


def first_open(batch: ImportBatch, user: User) -> ImportFile | None:
    """The first file that cannot be checked yet: it cannot be read, or something is open."""
    for file in batch.files.order_by("pk"):
        try:
            if not ColumnsStep(file, batch, user).proposal.is_complete:
                return file
        except FileProblemError:
            return file
    return None
