"""``recompute_copy``: from PostgreSQL to PostgreSQL against moving the same rows by bare COPY.

Ours reads the facts of every seller, computes all daily scores of sellers and gigs, and
replaces what is stored. The peer is psql, which copies the columns that ours reads into a file,
and the rows that ours wrote back into the same, emptied, indexed tables. Both talk to the same
embedded server with its durable settings. Ours is timed with the two worker processes that
`make run` starts, and with one.

It runs in a process of its own (``python -m benchmarks.recompute SELLERS ORDERS SEED``): the
database is chosen before Django is set up.
"""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmarks.histories import LAST_DAY, Batch, generate
from benchmarks.registry import Result, Scale
from metrics.engine.days import NO_DAY, date_of
from metrics.engine.types import OrderStatus

if TYPE_CHECKING:
    import pandas as pd

_TABLES = ("metrics_standing", "metrics_gigstanding", "metrics_series", "metrics_move")


def measure(scale: Scale) -> Iterator[Result]:
    """Run the comparison in a fresh process; wall-clock times, since two programs work."""
    with tempfile.TemporaryDirectory(prefix="standing-bench-") as folder:
        environment = {**os.environ, "STANDING_HOME": folder, "LOG_LEVEL": "ERROR"}
        for name in ("DATABASE_URL", "REDIS_URL"):
            environment.pop(name, None)
        sizes = [str(scale.sellers), str(scale.orders), str(scale.seed)]
        found = subprocess.run(
            [sys.executable, "-m", "benchmarks.recompute", *sizes],
            env=environment,
            stdout=subprocess.PIPE,
            check=True,
            text=True,
        )
    times: dict[str, float] = json.loads(found.stdout.splitlines()[-1])
    what = f"{scale.sellers:,} sellers, {scale.orders:,} orders: facts to stored results"
    for name, ours, workers in (
        ("recompute_copy", "two", "two worker processes, as make run starts"),
        ("recompute_copy_one", "one", "one worker process"),
    ):
        yield Result(
            id=name,
            what=f"{what}, {workers}",
            ours=times[ours],
            peer=times["peer"],
            peer_name="COPY out + in",
            unit="s",
            target=2.0,
            at_least=False,
        )


@contextmanager
def _server() -> Iterator[None]:
    import django

    from config.embedded import Home, postgres, processes

    home = Home.from_environment()
    home.prepare()
    server = postgres.start(home)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    from django.conf import settings

    settings.STANDING_ON_RECOMPUTED = ""  # scores alone; eligibility has a measure of its own
    try:
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
        yield
    finally:
        from django.db import connections

        connections.close_all()
        processes.end_child(server, signal.SIGINT, seconds=20)


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
def _workers(count: int) -> Iterator[ProcessPoolExecutor]:
    """Processes like those of a Celery worker: forked, each with a connection of its own."""
    from django.db import connections

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


def _psql(command: str) -> None:
    """Run one command in the server's own client, which moves COPY data in C."""
    from django.conf import settings

    from config.embedded.binaries import find_postgres

    database = settings.DATABASES["default"]
    subprocess.run(
        [
            *(find_postgres().folder / "psql", "-X", "-q", "-v", "ON_ERROR_STOP=1"),
            *("-h", database["HOST"], "-U", database["USER"], "-d", database["NAME"]),
            *("-c", command),
        ],
        check=True,
    )


def _bare_copy(folder: Path) -> float:
    """The same columns out, then the same rows into the same tables, by psql."""
    from django.db import connection

    from metrics.facts import ORDERS_QUERY, REVIEWS_QUERY

    for table in _TABLES:
        _psql(f"\\copy {table} TO '{folder / table}' (FORMAT BINARY)")
    with connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {', '.join(_TABLES)}")
    start = time.perf_counter()
    for query in (ORDERS_QUERY, REVIEWS_QUERY):
        out = " ".join(query.partition("WHERE")[0].split())
        _psql(f"\\copy ({out}) TO '{folder / 'facts'}' (FORMAT BINARY)")
    for table in _TABLES:
        _psql(f"\\copy {table} FROM '{folder / table}' (FORMAT BINARY)")
    return time.perf_counter() - start


def main() -> None:
    sellers, orders, seed = map(int, sys.argv[1:4])
    with _server():
        from django.db import connection

        _load(generate(sellers=sellers, orders=orders, seed=seed))
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")
        times = {}
        for name, count in ("two", 2), ("one", 1):
            with _workers(count) as pool:
                times[name] = min(_recompute(pool, sellers) for _ in range(2))
        times["peer"] = min(_bare_copy(Path(os.environ["STANDING_HOME"])) for _ in range(2))
    print(json.dumps(times))


if __name__ == "__main__":
    main()
