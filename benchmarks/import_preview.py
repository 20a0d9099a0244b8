"""``preview_copy``: what an import would do, worked out before anything is saved.

100,000 rows of 200 sellers, orders and their reviews, from the files to the stored effect: the
work of a worker that has worked before, so that modules and compiled code are in memory. Once
the whole history is new; once the earlier half of it is known and its scores and levels are
stored, as when a person sends a longer export some months later. The peer is psql copying the
same rows into the same, emptied, indexed tables.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.database import in_own_process, server
from benchmarks.registry import Result, Scale

_PER_SELLER = 300
#: Orders before this day are known when the longer export comes.
_MIDDLE = "2023-05-16"


def previews(scale: Scale) -> Iterator[Result]:
    """Three orders in a hundred of the other groups: with their reviews 100,000 rows."""
    orders = max(scale.orders * 3 // 100, 10)
    found = in_own_process("benchmarks.import_preview", (orders, scale.seed))
    for name, seconds, what in (
        ("preview_copy", found["again"], "half of them known already"),
        ("preview_copy_first", found["first"], "all of them new"),
    ):
        copied = f"COPY in takes {found['copy']:.2f} s, {seconds / found['copy']:.1f}×"
        yield Result(
            id=name,
            what=f"preview of {found['rows']:,} rows, {what}; {copied}",
            ours=seconds,
            peer=None,
            peer_name="",
            unit="s",
            target=5.0,
            at_least=False,
        )


def _earlier(folder: Path) -> Path:
    """Files of the orders before the middle, and of their reviews."""
    earlier = folder / "earlier"
    earlier.mkdir()
    known: set[str] = set()
    for name in ("orders.csv", "reviews.csv"):
        head, *rows = (folder / name).read_text("utf-8").splitlines(keepends=True)
        if name == "orders.csv":
            place = head.split(",").index("ordered_at")
            known = {row.split(",")[0] for row in rows if row.split(",")[place] < _MIDDLE}
        kept = [row for row in rows if row.split(",")[0] in known]
        (earlier / name).write_text(head + "".join(kept), "utf-8")
    return earlier


def _seconds(folder: Path, state: str) -> float:
    """One batch from its files to the state that it ends in."""
    from sellers.importing.batches import NewFile, create_batch
    from sellers.importing.run import run_batch
    from sellers.models import FileRole, ImportState

    files = {FileRole.ORDERS: folder / "orders.csv", FileRole.REVIEWS: folder / "reviews.csv"}
    batch = create_batch(
        files=[NewFile(role, path.name, path) for role, path in files.items()],
        created_by=None,
        seller=None,
        state=ImportState(state),
    )
    paths = {file.pk: files[FileRole(file.role)] for file in batch.files.all()}
    start = time.perf_counter()
    run = run_batch(batch_id=batch.pk, paths=paths)
    seconds = time.perf_counter() - start
    expected = ImportState.READY if state == ImportState.CHECKING else ImportState.DONE
    if run is None or run.state != expected:
        raise RuntimeError(f"the import ended otherwise: {run and run.message}")
    return seconds


def _measure(folder: Path, orders: int, seed: int) -> dict[str, Any]:
    from benchmarks.imports import copy_in, write_files

    rows = write_files(folder, orders, seed, _PER_SELLER)
    earlier = _earlier(folder)
    _seconds(earlier, "checking")
    first = _seconds(folder, "checking")
    _seconds(earlier, "queued")
    _store_standings()
    again = _seconds(folder, "checking")
    _seconds(folder, "queued")
    return {"rows": rows, "first": first, "again": again, "copy": copy_in(folder)}


def _store_standings() -> None:
    from django.utils import timezone

    from metrics.services import recompute_sellers
    from sellers.models import Seller

    ids = list(Seller.objects.values_list("pk", flat=True))
    recompute_sellers(seller_ids=ids, now=timezone.now())


def main() -> None:
    parser = argparse.ArgumentParser()
    for name in ("orders", "seed"):
        parser.add_argument(name, type=int)
    asked = parser.parse_args()
    folder = Path(os.environ["STANDING_HOME"]) / "files"
    folder.mkdir(parents=True)
    with server():
        found = _measure(folder, asked.orders, asked.seed)
    print(json.dumps(found))


if __name__ == "__main__":
    main()
