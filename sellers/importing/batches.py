"""Begin an import: keep its files, hand it to the workers, and look after lost ones."""

from __future__ import annotations

import datetime as dt
import hashlib
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import structlog
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import connection, transaction
from django.utils import timezone

from sellers.models import (
    FileRole,
    ImportBatch,
    ImportFile,
    ImportState,
    Platform,
    Seller,
    User,
)

log = structlog.get_logger(__name__)

#: First number of the advisory locks of imports; the second is the batch.
LOCK_SPACE = 0x5747
#: How often a batch is begun before it counts as failed.
MAX_ATTEMPTS = 3
#: A batch that nobody works on is handed out again after this time.
LOST_AFTER = dt.timedelta(seconds=30)
#: A batch that no worker took is handed out again after this time.
UNTAKEN_AFTER = dt.timedelta(minutes=10)
_PIECE = 1 << 20


@dataclass(frozen=True, slots=True)
class NewFile:
    """A file to import: uploaded, or lying on this machine (then it is read where it is)."""

    role: FileRole
    name: str
    content: UploadedFile[Any] | Path
    #: How its columns become ours, as JSON; None: it has our own.
    mapping: Mapping[str, Any] | None = None
    mapping_name: str = ""


def create_batch(
    *,
    files: Sequence[NewFile],
    created_by: User | None,
    seller: Seller | None,
    platform: str = Platform.FIVERR,
    time_zone: str = "UTC",
    is_dry: bool = False,
    keeps_review_text: bool = True,
    state: ImportState = ImportState.QUEUED,
) -> ImportBatch:
    """A batch with its files; either all of it is kept or nothing.

    ``state`` is COLUMNS for an import that asks before it saves.
    """
    with transaction.atomic():
        batch = ImportBatch.objects.create(
            created_by=created_by,
            seller=seller,
            platform=seller.platform if seller else platform,
            time_zone=seller.time_zone if seller else time_zone,
            is_dry=is_dry,
            keeps_review_text=keeps_review_text,
            state=state,
        )
        try:
            for new in files:
                keep_file(batch=batch, new=new)
        except BaseException:
            shutil.rmtree(_folder(batch), ignore_errors=True)
            raise
    return batch


def keep_file(*, batch: ImportBatch, new: NewFile) -> ImportFile:
    """Add a file to a batch; an uploaded one is copied into the batch's folder."""
    file = ImportFile(
        batch=batch,
        role=new.role,
        name=new.name[:255],
        mapping=new.mapping,
        mapping_name=new.mapping_name,
        size=0,
    )
    digest = hashlib.sha256()
    if isinstance(new.content, Path):
        with new.content.open("rb") as source:
            for piece in _pieces(source):
                digest.update(piece)
                file.size += len(piece)
    else:
        _folder(batch).mkdir(parents=True, exist_ok=True)
        # A file may have been taken out before: numbers may have gaps.
        number = max((int(file.stem) for file in _folder(batch).iterdir()), default=0) + 1
        file.path = f"imports/{batch.pk}/{number}.csv"
        with stored_path(file).open("xb") as target:
            for piece in new.content.chunks(_PIECE):
                digest.update(piece)
                file.size += target.write(piece)
    file.sha256 = digest.hexdigest()
    file.save()
    return file


def _pieces(source: BinaryIO) -> Iterable[bytes]:
    while piece := source.read(_PIECE):
        yield piece


def _folder(batch: ImportBatch) -> Path:
    return Path(settings.MEDIA_ROOT) / "imports" / str(batch.pk)


def stored_path(file: ImportFile) -> Path:
    """Where an uploaded file lies; web and workers must see the same ``MEDIA_ROOT``."""
    return Path(settings.MEDIA_ROOT) / file.path


def remove_files(batch: ImportBatch) -> None:
    """Uploads hold names of buyers: they go when the import has ended."""
    shutil.rmtree(_folder(batch), ignore_errors=True)
    batch.files.exclude(path="").update(path="")


def queue_batch(*, batch_id: int) -> None:
    """Hand a batch to the workers on commit. Handing it out twice does no harm."""
    ImportBatch.objects.filter(pk=batch_id).update(queued_at=timezone.now())
    # Where the broker cannot be reached, the batch stays queued and is handed out later.
    transaction.on_commit(lambda: _send(batch_id), robust=True)


def _send(batch_id: int) -> None:
    from sellers.tasks import import_batch  # the tasks import this module

    import_batch.delay(batch_id)


def requeue_lost_batches(*, now: dt.datetime) -> list[int]:
    """Hand out again what no worker is at; the run itself counts attempts and gives up.

    A worker at work holds the advisory lock of its batch, which PostgreSQL lets go when the
    worker's connection ends, however it ended.
    """
    unfinished = ImportBatch.objects.filter(state__in=ImportState.for_workers())
    lost = []
    for batch in unfinished.order_by("pk"):
        patience = LOST_AFTER if batch.attempts else UNTAKEN_AFTER
        signs = [at for at in (batch.seen_at, batch.queued_at, batch.created_at) if at]
        if max(signs) < now - patience and not is_worked_on(batch.pk):
            lost.append(batch.pk)
    for batch_id in lost:
        log.warning("import handed out again", batch=batch_id)
        queue_batch(batch_id=batch_id)
    return lost


@contextmanager
def only_worker(batch_id: int) -> Iterator[bool]:
    """Hold the lock that says "somebody is at this batch"; it ends with the connection."""
    number = batch_id % (1 << 31)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [LOCK_SPACE, number])
        row = cursor.fetchone()
    alone = bool(row and row[0])
    try:
        yield alone
    finally:
        if alone and connection.is_usable():
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [LOCK_SPACE, number])


def is_worked_on(batch_id: int) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND granted "
            "AND database = (SELECT oid FROM pg_database WHERE datname = current_database()) "
            "AND classid = %s AND objid = %s)",
            [LOCK_SPACE, batch_id % (1 << 31)],
        )
        row = cursor.fetchone()
    return bool(row and row[0])
