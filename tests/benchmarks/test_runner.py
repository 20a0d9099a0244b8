"""The runner prints its table and writes its file; sizes here are too small for ratios."""

from __future__ import annotations

import json
import math
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from benchmarks.__main__ import table
from benchmarks.histories import FIRST_DAY, LAST_DAY, generate
from benchmarks.registry import Result, cpu_seconds, group_names
from metrics.engine.columns import OrderColumns, ReviewColumns

KEYS = {"id", "what", "ours", "peer", "peer_name", "unit", "ratio", "target", "holds"}


def result(*, ours: float, peer: float | None, target: float, at_least: bool) -> Result:
    return Result("some_id", "something", ours, peer, "peer", "s", target, at_least)


def test_faster_than_a_peer_is_the_peers_time_over_ours() -> None:
    # 10 s against 0.4 s is 25 times as fast: the target of 25 just holds.
    found = result(ours=0.4, peer=10.0, target=25.0, at_least=True)
    assert math.isclose(found.ratio, 25.0)
    assert found.holds


def test_times_a_peer_is_ours_over_the_peers() -> None:
    # 0.9 s against 0.02 s is 45 times as long: more than 40.
    found = result(ours=0.9, peer=0.02, target=40.0, at_least=False)
    assert math.isclose(found.ratio, 45.0)
    assert not found.holds


def test_without_a_peer_the_figure_itself_is_held_against_the_target() -> None:
    assert result(ours=9.9, peer=None, target=10.0, at_least=False).holds


def test_the_table_says_what_fell_short() -> None:
    text = table([result(ours=1.0, peer=2.0, target=25.0, at_least=True)])
    assert "some_id" in text
    assert "2×" in text
    assert "≥ 25×" in text
    assert "SHORT" in text


def test_the_kernel_is_a_group() -> None:
    assert "kernel" in group_names()
    assert "histories" not in group_names()


def test_processor_time_is_that_of_the_quickest_run() -> None:
    seconds, answer = cpu_seconds(lambda: sum(range(1000)), 3)
    assert seconds >= 0
    assert answer == 499_500


def test_the_same_seed_gives_the_same_histories() -> None:
    first, again = (generate(sellers=5, orders=300, seed=3) for _ in range(2))
    for columns in (OrderColumns, ReviewColumns):
        side = "orders" if columns is OrderColumns else "reviews"
        for name in columns.__slots__:
            np.testing.assert_array_equal(
                getattr(getattr(first, side), name), getattr(getattr(again, side), name)
            )


def test_generated_histories_are_plausible() -> None:
    batch = generate(sellers=20, orders=2_000, seed=1)
    orders, reviews = batch.orders, batch.reviews
    assert len(orders.order) == 2_000
    assert batch.sellers == 20
    assert 40 <= len(batch.gig_seller) <= 160  # 2 to 8 gigs each
    finished = orders.finished_day[orders.status != 0]
    assert finished.min() >= FIRST_DAY
    assert finished.max() <= LAST_DAY
    assert (orders.finished_day[reviews.row] <= reviews.posted_day).all()
    assert 0.5 < len(np.unique(reviews.row)) / len(finished) < 0.8


@pytest.mark.timeout(280)
def test_a_quick_run_writes_every_key(tmp_path: Path) -> None:
    pytest.importorskip("duckdb")
    pytest.importorskip("polars")
    output = tmp_path / "bench.json"
    command = [sys.executable, "-m", "benchmarks", "--quick", "--only", "kernel"]
    done = subprocess.run(
        [*command, "--output", str(output)],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=True,
    )
    rows = json.loads(output.read_text("utf-8"))
    assert {row["id"] for row in rows} == {
        "kernel_column_read",
        "kernel_duckdb",
        "kernel_polars",
        "kernel_pandas",
    }
    assert all(set(row) == KEYS for row in rows)
    assert all(row["id"] in done.stdout for row in rows)
