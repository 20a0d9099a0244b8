"""From staged rows to facts: every step of the merge, in the caller's transaction."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass

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

#: Room for joins and groups of many rows in memory, where the server's own setting is less;
#: no compiling of statements that are long and run once; rough statistics of tables that are
#: read a few times and thrown away.
_SETTINGS = """
SET CONSTRAINTS ALL IMMEDIATE;
SELECT set_config('work_mem', '64MB', true)
WHERE pg_size_bytes(current_setting('work_mem')) < pg_size_bytes('64MB');
SET LOCAL jit = off;
SET LOCAL default_statistics_target = 10
"""


def gather_staged(batch: ImportBatch, *, look: Callable[[], None] = lambda: None) -> None:
    """Find out what is staged: what is there more than once, and of whom it is.

    Parameters
    ----------
    look : called before rows that a person left out are taken away
    """
    with connection.cursor() as cursor:
        cursor.execute(_SETTINGS)
    staging.analyze(*staging.TABLES)
    find_repeated()
    look()
    batch.rows_left_out = _leave_out(batch)
    if batch.rows_left_out:
        find_repeated()
    merge_sellers.find_sellers()


def find_repeated() -> None:
    """Tell what the staged rows speak of more than once."""
    merge_orders.find_repeated_orders()
    merge_reviews.find_repeated_reviews()


def _leave_out(batch: ImportBatch) -> int:
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
    """Merge everything that is staged and was gathered, in the caller's transaction.

    Parameters
    ----------
    watch : called between the steps; may raise to stop
    locked : called once, when the sellers are locked and nothing is written yet
    """
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
    with ExitStack() as ends:
        ends.callback(outcome.close)
        merge_sellers.forget_empty_sellers()
        with connection.cursor() as cursor:
            cursor.execute(_TIDY)
        ends.pop_all()  # it is the caller's now
    return outcome


# What is read from staged tables goes before these can go.
_TIDY = """
DROP VIEW IF EXISTS pg_temp.said_orders, pg_temp.said_reviews;
DROP TABLE IF EXISTS pg_temp.laid_orders, pg_temp.laid_reviews
"""


@dataclass(frozen=True, slots=True)
class Touched:
    """A seller of the rows that are being merged."""

    seller_id: int
    is_new: bool


def touched_sellers() -> list[Touched]:
    """The sellers of the rows that are being merged, those with most rows first."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT seller_id, is_new FROM touched_sellers WHERE seller_id IS NOT NULL "
            "ORDER BY rows DESC, seller_id"
        )
        return [Touched(*row) for row in cursor.fetchall()]
