"""``import_copy``, ``import_peer``, ``import_memory``, ``preview_copy``: from CSV files to rows.

Ours is ``manage.py import_orders`` as a person would run it, its start included: a file of
orders and one of reviews, read, checked, deduplicated, logged and committed. The peers are

- psql copying the same rows into the same, emptied, indexed tables: what PostgreSQL itself
  takes for it, without a check or a look for what is known already;
- django-import-export with its bulk options: one resource for orders and one for reviews,
  batches of 1,000, known rows fetched in one query, sellers and gigs found in a dictionary,
  no diff for people; once with a check of every row (``import_peer``), as ours does, and once
  without (``import_peer_unchecked``). It takes minutes for what ours does in seconds, so it
  imports the first part of the same files; all are given in seconds a million rows.

``import_memory`` is the largest memory that the process of the command held;
``import_memory_growth`` is that against the memory at a fifth of the size. With ``BENCH_LARGE=1``
the larger one has five times as many rows as the others, which takes a quarter of an hour.

``preview_copy`` is measured by :mod:`benchmarks.import_preview`.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.database import in_own_process, psql, server
from benchmarks.import_preview import previews
from benchmarks.registry import Result, Scale

_TABLES = ("sellers_order", "sellers_review")
_BLOCK = 100_000
_REVIEWED = 0.7
_GIGS = 5
_START = np.datetime64("2022-01-01T00:00:00", "s")
_SPAN_SECONDS = 1000 * 86_400


def measure(scale: Scale) -> Iterator[Result]:
    """Half as many orders as the other groups; the peer gets a fiftieth."""
    orders = scale.orders // 2
    some = max(orders // 50, 10)
    found = in_own_process("benchmarks.imports", ("speed", orders, some, scale.seed))
    other = orders * 5 if os.environ.get("BENCH_LARGE") == "1" else max(orders // 5, 10)
    beside = in_own_process("benchmarks.imports", ("memory", other, 0, scale.seed))
    small, large = sorted((found, beside), key=lambda run: float(run["rows"]))
    rows = f"{found['rows']:,} rows of orders and reviews"
    yield Result(
        id="import_copy",
        what=f"{rows}: CSV files to committed, deduplicated rows",
        ours=found["ours"],
        peer=found["copy"],
        peer_name="COPY in",
        unit="s",
        target=0.4,
        at_least=True,
    )
    for peer, name, target in (
        ("checked", "import_peer", 20),
        ("unchecked", "import_peer_unchecked", 1),
    ):
        yield Result(
            id=name,
            what=f"the same for a million rows; the peer imported {found[f'{peer}_rows']:,}",
            ours=found["ours"] / found["rows"] * 1e6,
            peer=found[peer] / found[f"{peer}_rows"] * 1e6,
            peer_name=f"django-import-export, {peer}",
            unit="s",
            target=target,
            at_least=True,
        )
    yield Result(
        id="import_memory",
        what=f"largest memory of the command for {large['rows']:,} rows",
        ours=large["memory"],
        peer=None,
        peer_name="",
        unit="MiB",
        target=400,
        at_least=False,
    )
    yield Result(
        id="import_memory_growth",
        what=f"the same against {small['rows']:,} rows",
        ours=large["memory"],
        peer=small["memory"],
        peer_name="a fifth of the rows",
        unit="MiB",
        target=1.1,
        at_least=False,
    )
    yield from previews(scale)


def write_files(folder: Path, orders: int, seed: int, per_seller: int = 400) -> int:
    """``orders.csv`` and ``reviews.csv``; returns how many rows both hold.

    One order in twenty is cancelled, seven in ten of the others have a review. ``per_seller``
    is the mean number of orders of a seller.
    """
    rng = np.random.default_rng(seed)
    rows = 0
    with (
        (folder / "orders.csv").open("w", encoding="utf-8") as order_file,
        (folder / "reviews.csv").open("w", encoding="utf-8") as review_file,
    ):
        for first in range(0, orders, _BLOCK):
            size = min(_BLOCK, orders - first)
            sellers = max(orders // per_seller, 1)
            rows += _write_block(rng, first, size, sellers, (order_file, review_file))
    return rows


def _write_block(
    rng: np.random.Generator, first: int, size: int, sellers: int, files: tuple[Any, Any]
) -> int:
    import pandas as pd

    seller = rng.integers(0, sellers, size)
    gig = seller * _GIGS + rng.integers(0, _GIGS, size)
    ordered = _START + rng.integers(0, _SPAN_SECONDS, size).astype("timedelta64[s]")
    due = ordered + np.timedelta64(5 * 86_400, "s")
    delivered = ordered + rng.integers(86_400, 6 * 86_400, size).astype("timedelta64[s]")
    cancelled = rng.random(size) < 0.05
    done = delivered + np.timedelta64(86_400, "s")
    ended = np.datetime_as_string(done)
    ref = pd.Series([f"FO{number:010X}" for number in range(first, first + size)])
    handle = pd.Series(seller).map("seller-{}".format)
    frame = pd.DataFrame(
        {
            "order_ref": ref,
            "seller": handle,
            "gig": pd.Series(gig).map("gig-{}".format),
            "buyer": pd.Series(rng.integers(0, 10**6, size)).map("buyer_{}".format),
            "ordered_at": np.datetime_as_string(ordered),
            "status": np.where(cancelled, "cancelled", "completed"),
            "due_at": np.datetime_as_string(due),
            "delivered_at": np.datetime_as_string(delivered),
            "completed_at": np.where(cancelled, "", ended),
            "cancelled_at": np.where(cancelled, ended, ""),
            "cancelled_by": np.where(cancelled, "seller", ""),
            "amount": (rng.lognormal(4, 1, size)).round(2),
            "currency": "USD",
        }
    )
    frame.to_csv(files[0], header=not first, index=False)
    reviewed = (rng.random(size) < _REVIEWED) & ~cancelled
    stars = rng.choice([5, 4, 3, 1], size, p=[0.85, 0.1, 0.03, 0.02])
    posted = np.datetime_as_string(done + np.timedelta64(43_200, "s"))
    reviews = pd.DataFrame(
        {
            "order_ref": ref,
            "seller": handle,
            "posted_at": posted,
            "stars": stars,
            "quality_of_delivery": stars,
            "text": "as described",
        }
    )[reviewed]
    reviews.to_csv(files[1], header=not first, index=False)
    return size + len(reviews)


#: Runs the command from a small process: what a process held before it became another program
#: counts as that program's memory.
_LAUNCHER = """
import resource, subprocess, sys, time
start = time.perf_counter()
subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, check=True)
print(time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024)
"""


def _import(folder: Path) -> tuple[float, float]:
    """Seconds and the largest memory in MiB of the command."""
    command = [
        *(sys.executable, "manage.py", "import_orders", str(folder / "orders.csv")),
        *("--reviews", str(folder / "reviews.csv"), "--verbosity", "0"),
    ]
    found = subprocess.run(
        [sys.executable, "-c", _LAUNCHER, *command], check=True, stdout=subprocess.PIPE, text=True
    )
    seconds, memory = map(float, found.stdout.split())
    return seconds, memory


def copy_in(folder: Path) -> float:
    """The rows that the import wrote, out and then, timed, into the emptied tables."""
    for table in _TABLES:
        psql(f"\\copy {table} TO '{folder / table}' (FORMAT BINARY)")
    psql(f"TRUNCATE {', '.join(_TABLES)} CASCADE")
    start = time.perf_counter()
    for table in _TABLES:
        psql(f"\\copy {table} FROM '{folder / table}' (FORMAT BINARY)")
    return time.perf_counter() - start


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("what", choices=("speed", "memory"))
    for name in ("orders", "peer_orders", "seed"):
        parser.add_argument(name, type=int)
    asked = parser.parse_args()
    folder = Path(os.environ["STANDING_HOME"]) / "files"
    folder.mkdir(parents=True, exist_ok=True)
    with server():
        found: dict[str, float] = {"rows": write_files(folder, asked.orders, asked.seed)}
        found["ours"], found["memory"] = _import(folder)
        _tell(f"{found['rows']:,} rows: {found['ours']:.1f} s, {found['memory']:.0f} MiB")
        if asked.what == "speed":
            found["copy"] = copy_in(folder)
            _tell(f"COPY of the same rows: {found['copy']:.1f} s")
            found |= _by_peers(folder, asked.peer_orders, asked.seed)
    print(json.dumps(found))


def _by_peers(folder: Path, orders: int, seed: int) -> dict[str, float]:
    """The peer that checks what it writes is given a fifth of the rows of the one that does not."""
    from benchmarks.import_peer import import_by_peer

    found: dict[str, float] = {}
    for name, size in ("checked", max(orders // 5, 10)), ("unchecked", orders):
        psql(f"TRUNCATE {', '.join(_TABLES)} CASCADE")
        found[f"{name}_rows"] = rows = write_files(folder, size, seed)
        found[name] = seconds = import_by_peer(folder, checked=name == "checked")
        _tell(f"django-import-export, {name}, {rows:,} rows: {seconds:.1f} s")
    return found


def _tell(words: str) -> None:
    """A line for who waits; what is measured goes to standard output."""
    print(words, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
