"""The files of a demo seller, imported like those of any other."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from sellers.demo.rows import ORDER_COLUMNS, REVIEW_COLUMNS, StoryFacts, csv_bytes
from sellers.importing.batches import NewFile, create_batch
from sellers.importing.run import run_batch
from sellers.models import FileRole, ImportFile, ImportState, Seller, User


class DemoImportError(Exception):
    """The import did not take every row of the demo; a mistake in the story."""


def story_files(facts: StoryFacts) -> Mapping[FileRole, bytes]:
    """The canonical files of a story."""
    return {
        FileRole.ORDERS: csv_bytes(ORDER_COLUMNS, facts.orders),
        FileRole.REVIEWS: csv_bytes(REVIEW_COLUMNS, facts.reviews),
    }


def is_loaded(facts: StoryFacts) -> bool:
    """Whether the latest demo import of this seller brought exactly these files."""
    for role, content in story_files(facts).items():
        latest = (
            ImportFile.objects.filter(
                batch__seller__handle=facts.handle,
                batch__state=ImportState.DONE,
                name=_name(facts, role),
            )
            .order_by("pk")
            .last()
        )
        if latest is None or latest.sha256 != hashlib.sha256(content).hexdigest():
            return False
    return True


def import_story(facts: StoryFacts, *, seller: Seller, by: User) -> None:
    """Import the files of a story for a seller that exists, within the caller's transaction.

    Raises
    ------
    DemoImportError
        If a row was rejected, or a review found no order.
    """
    with TemporaryDirectory() as folder:
        files = []
        for role, content in story_files(facts).items():
            path = Path(folder) / _name(facts, role)
            path.write_bytes(content)
            files.append(NewFile(role=role, name=path.name, content=path))
        batch = create_batch(files=files, created_by=by, seller=seller)
        paths = {file.pk: Path(folder) / file.name for file in batch.files.all()}
        done = run_batch(batch_id=batch.pk, paths=paths)
    rows = len(facts.orders) + len(facts.reviews)
    if done is None or done.state != ImportState.DONE or done.rows_new != rows:
        said = done.message if done else "another process is at it"
        raise DemoImportError(f"{facts.handle}: the import did not take all {rows} rows. {said}")


def _name(facts: StoryFacts, role: FileRole) -> str:
    return f"{facts.handle}-{role.value}.csv"
