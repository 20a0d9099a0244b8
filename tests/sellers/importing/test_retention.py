"""Old cells and old entries of the log go when the deployment says so, and not before."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from django.utils import timezone

from sellers.importing.retention import prune_imports
from sellers.importing.undo import why_not_undoable
from sellers.models import ImportBatch, ImportChange, ImportRawBlock
from tests.sellers.importing.files import import_files, orders_file

pytestmark = pytest.mark.django_db


def test_what_is_older_than_is_kept_goes_and_what_is_younger_stays(tmp_path: Path) -> None:
    now = timezone.now()
    batches = [import_files(tmp_path, orders=[orders_file({"amount": n})]) for n in (1, 2, 3)]
    for batch, days in zip(batches, (400, 200, 1), strict=True):
        ImportBatch.objects.filter(pk=batch.pk).update(finished_at=now - dt.timedelta(days=days))
    assert prune_imports(now=now, raw_days=0, log_days=0) == (0, 0)
    # Cells of the two older imports; of the log the second one's word on the order and its gig.
    assert prune_imports(now=now, raw_days=100, log_days=100) == (2, 2)
    assert ImportRawBlock.objects.get().file.batch_id == batches[2].pk
    assert set(ImportChange.objects.values_list("batch", flat=True)) == {batches[2].pk}
    reasons = []
    for batch in batches:
        batch.refresh_from_db()
        reasons.append(why_not_undoable(batch) == "")
    assert reasons == [False, False, True]
