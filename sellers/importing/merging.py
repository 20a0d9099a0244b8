"""From staged rows to facts: every step of the merge, in the caller's transaction."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from django.db import connection

from sellers.importing import (
    merge_facts,
    merge_inquiries,
    merge_observations,
    merge_orders,
    merge_reviews,
    merge_sellers,
    staging,
)
from sellers.importing.outcome import Outcome, read_outcome
from sellers.models import ImportBatch


def leave_out(batch: ImportBatch) -> int:
    """Take rows that a person left out from what is staged; returns how many those were."""
    rows = [(int(file), int(line)) for file, line in batch.left_out]
    if not rows:
        return 0
    files, lines = zip(*rows, strict=True)
    left_out = 0
    with connection.cursor() as cursor:
        for table in staging.TABLES:
            cursor.execute(
                f"DELETE FROM {table} USING unnest(%s::bigint[], %s::bigint[]) AS rows(f, l) "  # noqa: S608 - names of our own tables
                "WHERE (file_id, line) = (f, l)",
                [list(files), list(lines)],
            )
            left_out += cursor.rowcount
    return left_out


def merge_staged(
    batch: ImportBatch, *, watch: Callable[[], None], locked: Callable[[], None]
) -> Outcome:
    """Merge everything that is staged.

    Parameters
    ----------
    watch : called between the steps; may raise to stop
    locked : called once, when the sellers are locked and nothing is written yet
    """
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    merge_sellers.create_and_lock_sellers(batch.pk)
    locked()
    steps: Sequence[Callable[[], None]] = (
        merge_facts.create_merged,
        merge_orders.propose_orders,
        lambda: merge_sellers.merge_gigs(batch.pk),
        lambda: merge_orders.write_orders(batch.pk),
        lambda: merge_reviews.join_waiting_reviews(batch.pk),
        lambda: merge_reviews.merge_reviews(batch.pk),
        lambda: merge_inquiries.merge_inquiries(batch.pk),
        lambda: merge_observations.merge_observations(batch.pk),
    )
    for step in steps:
        watch()
        step()
    watch()
    outcome = read_outcome(batch.pk)
    merge_sellers.forget_empty_sellers()
    return outcome


def touched_sellers(*, known_only: bool = False) -> list[int]:
    """The sellers of the rows that are being merged."""
    known = "AND NOT is_new" if known_only else ""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT seller_id FROM touched_sellers WHERE seller_id IS NOT NULL {known} "  # noqa: S608 - a constant
            "ORDER BY seller_id"
        )
        return [row[0] for row in cursor.fetchall()]
