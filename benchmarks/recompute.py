"""``recompute_copy``: from PostgreSQL to PostgreSQL against moving the same rows by bare COPY.

Ours reads the facts of every seller, computes all daily scores of sellers and gigs, and
replaces what is stored. The peer is psql, which copies the columns that ours reads into a file,
and the rows that ours wrote back into the same, emptied, indexed tables. Both talk to the same
embedded server with its durable settings. Ours is timed with the two worker processes that
`make run` starts, and with one; and once with all that follows in the same transaction, which
is eligibility: its rows are the peer's too.

Run alone: ``python -m benchmarks.recompute SELLERS ORDERS SEED`` with a STANDING_HOME.
"""

from __future__ import annotations

import io
import json
import os
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmarks.database import in_own_process, psql, server
from benchmarks.histories import LAST_DAY, Batch, generate
from benchmarks.registry import Result, Scale
from metrics.engine.days import NO_DAY, date_of
from metrics.engine.types import OrderStatus

if TYPE_CHECKING:
    import pandas as pd

_TABLES = ("metrics_standing", "metrics_gigstanding", "metrics_series", "metrics_move")
_FOLLOWING = (
    "eligibility_eligibilitystanding",
    "eligibility_rulespan",
    "eligibility_levelspan",
    "eligibility_notice",
    "eligibility_comingloss",
)


def measure(scale: Scale) -> Iterator[Result]:
    """Run the comparison in a fresh process; wall-clock times, since two programs work."""
    sizes = (scale.sellers, scale.orders, scale.seed)
    times: dict[str, float] = in_own_process("benchmarks.recompute", sizes)
    what = f"{scale.sellers:,} sellers, {scale.orders:,} orders: facts to stored results"
    for name, ours, peer, how in (
        ("recompute_copy", "two", "peer", "two worker processes, as make run starts"),
        ("recompute_copy_one", "one", "peer", "one worker process"),
        ("recompute_copy_all", "all", "peer_all", "two worker processes, eligibility included"),
    ):
        yield Result(
            id=name,
            what=f"{what}, {how}",
            ours=times[ours],
            peer=times[peer],
            peer_name="COPY out + in",
            unit="s",
            target=2.0,
            at_least=False,
        )


def _copy_in(table: str, frame: pd.DataFrame) -> None:
    from django.db import connection

    names = ", ".join(frame.columns)
    with (
        connection.cursor() as cursor,
        cursor.copy(f"COPY {table} ({names}) FROM STDIN (FORMAT CSV, NULL '-')") as copy,
    ):
        for start in range(0, len(frame), 100_000):
            text = io.StringIO()
            frame.iloc[start : start + 100_000].to_csv(text, header=False, index=False, na_rep="-")
            copy.write(text.getvalue())


def _times(days: np.ndarray[Any, Any]) -> Any:
    """Noon UTC of day numbers; missing where the day is unknown."""
    import pandas as pd

    seconds = days.astype(np.int64) * 86_400 + 43_200
    known = pd.Series(pd.to_datetime(seconds.clip(0), unit="s", utc=True))
    return known.where(days != NO_DAY)


_CREATED = "2025-01-01 00:00:00+00"
#: What follows the scores in the product, in the same transaction.
_HOOK = "eligibility.services.recompute_eligibility"


def _load(batch: Batch) -> None:
    """Put generated facts into the tables."""
    _load_sellers(batch)
    _load_orders(batch)
    _load_reviews(batch)


def _load_sellers(batch: Batch) -> None:
    import pandas as pd

    number = np.arange(1, batch.sellers + 1)
    _copy_in(
        "sellers_seller",
        pd.DataFrame({"id": number, "handle": [f"seller{n}" for n in number]}).assign(
            platform="fiverr",
            category="writing",
            is_pro=False,
            time_zone="UTC",
            currency="USD",
            keeps_buyer_names=False,
            revision=1,
            created_at=_CREATED,
        ),
    )
    gig_id = np.arange(1, len(batch.gig_seller) + 1)
    _copy_in(
        "sellers_gig",
        pd.DataFrame({"id": gig_id, "seller_id": batch.gig_seller + 1}).assign(
            ref=[f"gig{n}" for n in gig_id],
            title="a gig",
            category="writing",
            price_band="mid",
            is_active=True,
        ),
    )


def _load_orders(batch: Batch) -> None:
    import pandas as pd

    orders = batch.orders
    done = orders.status == OrderStatus.COMPLETED
    cancelled = orders.status == OrderStatus.CANCELLED
    ordered = np.where(orders.finished_day == NO_DAY, LAST_DAY, orders.finished_day) - 15
    finished, delivered = _times(orders.finished_day), _times(orders.delivered_day)
    late = pd.to_timedelta(np.nan_to_num(orders.late_hours), unit="h")
    side = pd.array(orders.cancelled_by, dtype="Int16")
    _copy_in(
        "sellers_order",
        pd.DataFrame(
            {
                "id": orders.order + 1,
                "seller_id": batch.gig_seller[orders.gig] + 1,
                "gig_id": orders.gig + 1,
                "ref": [f"FO{n:010X}" for n in orders.order],
                "status": orders.status,
                "ordered_at": _times(ordered),
                "due_at": delivered - late,
                "delivered_at": delivered,
                "completed_at": finished.where(done),
                "cancelled_at": finished.where(cancelled),
                "cancelled_by": pd.Series(side).where(cancelled),
                "requirements_in": orders.requirements_in.astype(bool),
                "amount": orders.amount_usd,
                "disputes": orders.disputes,
            }
        ).assign(
            currency="USD",
            buyer_label="",
            excluded_reason="",
            created_at=_CREATED,
            changed_at=_CREATED,
        ),
    )


def _load_reviews(batch: Batch) -> None:
    import pandas as pd

    reviews = batch.reviews
    removed = (reviews.edited == 0) & (reviews.end_day != NO_DAY)
    _copy_in(
        "sellers_review",
        pd.DataFrame(
            {
                "order_id": reviews.row + 1,
                "posted_at": _times(reviews.start_day),
                "removed_at": _times(np.where(removed, reviews.end_day, NO_DAY)),
                "stars": reviews.stars.round(2),
                "quality_of_delivery": reviews.quality,
                "working_with": reviews.communication,
                "value_for_money": reviews.value,
            }
        )
        .assign(ref="", text="", created_at=_CREATED)
        .drop_duplicates(["order_id", "posted_at"]),
    )


def _recompute_chunk(first: int, last: int) -> None:
    from metrics.services import recompute_sellers

    now = datetime.combine(date_of(LAST_DAY), datetime.min.time(), UTC).replace(hour=20)
    recompute_sellers(seller_ids=range(first, last + 1), now=now, from_scratch=True)


@contextmanager
def _workers(count: int, *, follow: bool) -> Iterator[ProcessPoolExecutor]:
    """Processes like those of a Celery worker: forked, each with a connection of its own.

    ``follow``: whether what builds on the scores follows, as it does in the product.
    """
    from django.conf import settings
    from django.db import connections

    settings.STANDING_ON_RECOMPUTED = _HOOK if follow else ""
    connections.close_all()
    with ProcessPoolExecutor(count, get_context("fork")) as pool:
        for warm in [pool.submit(_recompute_chunk, n + 1, n + 1) for n in range(count)]:
            warm.result()
        yield pool


def _recompute(pool: ProcessPoolExecutor, sellers: int) -> float:
    """Seconds for all sellers, in the chunks in which the product hands them to workers."""
    from metrics.services import CHUNK_SELLERS

    start = time.perf_counter()
    chunks = [
        pool.submit(_recompute_chunk, first, min(first + CHUNK_SELLERS - 1, sellers))
        for first in range(1, sellers + 1, CHUNK_SELLERS)
    ]
    for chunk in chunks:
        chunk.result()
    return time.perf_counter() - start


def _bare_copy(folder: Path, *, follow: bool) -> float:
    """The same columns out, then the same rows into the same tables, by psql."""
    from django.db import connection

    from eligibility.facts import BUYERS_QUERY, INQUIRIES_QUERY
    from metrics.facts import ORDERS_QUERY, REVIEWS_QUERY

    tables = (*_TABLES, *_FOLLOWING) if follow else _TABLES
    queries = [ORDERS_QUERY, REVIEWS_QUERY]
    queries += [BUYERS_QUERY, INQUIRIES_QUERY] if follow else []
    for table in tables:
        psql(f"\\copy {table} TO '{folder / table}' (FORMAT BINARY)")
    with connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {', '.join(tables)}")
    start = time.perf_counter()
    for query in queries:
        out = " ".join(query.partition("WHERE")[0].split())
        psql(f"\\copy ({out}) TO '{folder / 'facts'}' (FORMAT BINARY)")
    for table in tables:
        psql(f"\\copy {table} FROM '{folder / table}' (FORMAT BINARY)")
    return time.perf_counter() - start


def main() -> None:
    sellers, orders, seed = map(int, sys.argv[1:4])
    with server():
        from django.db import connection

        _load(generate(sellers=sellers, orders=orders, seed=seed))
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")
        times = {}
        for name, count, follow in ("two", 2, False), ("one", 1, False), ("all", 2, True):
            with _workers(count, follow=follow) as pool:
                times[name] = min(_recompute(pool, sellers) for _ in range(2))
        folder = Path(os.environ["STANDING_HOME"])
        for name, follow in ("peer_all", True), ("peer", False):
            times[name] = min(_bare_copy(folder, follow=follow) for _ in range(2))
    print(json.dumps(times))


if __name__ == "__main__":
    main()
