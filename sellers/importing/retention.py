"""How long the cells and the log of imports are kept; both for ever unless the deployment says."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from sellers.models import ImportBatch, ImportChange, ImportRawBlock


def prune_imports(*, now: dt.datetime, raw_days: int, log_days: int) -> tuple[int, int]:
    """Remove cells and entries of the log that are older than so many days; 0 keeps them.

    An import whose entries are gone cannot be undone any more. Imports lose their entries
    oldest first, so that those that can still be undone have all later entries.

    Returns
    -------
    Blocks of cells and entries of the log that were removed.
    """
    blocks = entries = 0
    with transaction.atomic():
        if raw_days:
            old = ImportRawBlock.objects.filter(
                file__batch__finished_at__lt=now - dt.timedelta(days=raw_days)
            )
            blocks, _ = old.delete()
        if log_days:
            batches = ImportBatch.objects.filter(
                finished_at__lt=now - dt.timedelta(days=log_days), is_logged=True
            )
            ids = list(batches.select_for_update().order_by("pk").values_list("pk", flat=True))
            entries, _ = ImportChange.objects.filter(batch__in=ids).delete()
            ImportBatch.objects.filter(pk__in=ids).update(is_logged=False)
    return blocks, entries
