"""Group "kernel": daily scores of all gigs and sellers against DuckDB, polars and pandas.

Everything runs on one core. Each peer starts from the evidence in its own form and ends with
scores in its own form; loading and comparing are not timed. The results are asserted to agree
with ours to 1e-9 on every day.
"""

from __future__ import annotations

from collections.abc import Iterator
from statistics import median

from benchmarks.histories import generate
from benchmarks.peers import Input, Scores, assert_same, scores_of_sweep
from benchmarks.registry import Result, Scale, cpu_seconds
from metrics.engine.columns import Float64, Int8, Int32
from metrics.engine.compiled import compiled
from metrics.engine.evidence import evidence_of_columns
from metrics.engine.kernel import sweep
from metrics.engine.sweep import Sweep
from metrics.policy_files import SHIPPED, read_policy_file

#: The targets: this much faster than each peer, at most this many times one column read.
FASTER, COLUMN_READS = 25.0, 40.0


def measure(scale: Scale) -> Iterator[Result]:
    """Yields kernel_column_read, kernel_duckdb, kernel_polars and kernel_pandas."""
    given = _input(scale)
    swept = _sweep(given)  # compiles
    yield _column_read(given, scale)
    expected = scores_of_sweep(swept)
    for name, peer in (("DuckDB", _duckdb), ("polars", _polars), ("pandas", _pandas)):
        before = _sweep_seconds(given, scale)
        seconds, found = peer(given)
        ours = median([*before, *_sweep_seconds(given, scale)])
        assert_same(expected, found, name)
        yield Result(
            id=f"kernel_{name.lower()}",
            what=f"daily scores, {len(expected.gig):,} gig days and {len(expected.seller):,}"
            " seller days, one core",
            ours=ours,
            peer=seconds,
            peer_name=name,
            unit="s",
            target=FASTER,
            at_least=True,
        )


def _sweep_seconds(given: Input, scale: Scale) -> list[float]:
    """Several runs of ours, taken on both sides of a peer.

    A peer runs for so long that whatever else the machine does averages out; the median of
    our runs is the like of that, their least would not be.
    """
    return [cpu_seconds(lambda: _sweep(given), 1)[0] for _ in range(1 if scale.quick else 7)]


def _input(scale: Scale) -> Input:
    policy = read_policy_file(SHIPPED / "fiverr-success-2024.toml").policy()
    batch = generate(sellers=scale.sellers, orders=scale.orders, seed=scale.seed)
    evidence = evidence_of_columns(batch.orders, batch.reviews, policy)
    return Input(evidence, batch.gig_seller, batch.last_day, policy)


def _sweep(given: Input) -> Sweep:
    return sweep(given.evidence, given.gig_seller, given.last_day, given.policy)


def _column_read(given: Input, scale: Scale) -> Result:
    evidence = given.evidence
    columns = (
        evidence.gig,
        evidence.factor,
        evidence.origin_day,
        evidence.start_day,
        evidence.end_day,
        evidence.x,
        evidence.value_weight,
    )
    _read_columns(*columns)  # compiles
    ours = median(_sweep_seconds(given, scale))
    reads = [cpu_seconds(lambda: _read_columns(*columns), 1)[0] for _ in range(9)]
    return Result(
        id="kernel_column_read",
        what=f"the same sweep of {len(evidence):,} items against adding up its input columns once",
        ours=ours,
        peer=median(reads),
        peer_name="column read",
        unit="s",
        target=COLUMN_READS,
        at_least=False,
    )


@compiled
def _read_columns(
    gig: Int32,
    factor: Int8,
    origin_day: Int32,
    start_day: Int32,
    end_day: Int32,
    x: Float64,
    value_weight: Float64,
) -> float:
    """The sum of every input column of the sweep, each read once, compiled like the sweep."""
    total = 0.0
    for days in (gig, origin_day, start_day, end_day):
        whole = 0
        for i in range(len(days)):
            whole += days[i]
        total += whole
    areas = 0
    for i in range(len(factor)):
        areas += factor[i]
    total += areas
    for numbers in (x, value_weight):
        part = 0.0
        for i in range(len(numbers)):
            part += numbers[i]
        total += part
    return total


def _duckdb(given: Input) -> tuple[float, Scores]:
    from benchmarks import duckdb_scores

    connection = duckdb_scores.connect(given)
    seconds, _table = cpu_seconds(lambda: duckdb_scores.compute(connection, given), 1)
    found = duckdb_scores.scores(connection)
    connection.close()
    return seconds, found


def _polars(given: Input) -> tuple[float, Scores]:
    from benchmarks import polars_scores

    items, gigs = polars_scores.frames(given)
    seconds, found = cpu_seconds(lambda: polars_scores.compute(items, gigs, given), 1)
    return seconds, polars_scores.scores(*found)


def _pandas(given: Input) -> tuple[float, Scores]:
    from benchmarks import pandas_scores

    items = pandas_scores.frame(given)
    seconds, found = cpu_seconds(lambda: pandas_scores.compute(items, given), 1)
    return seconds, pandas_scores.scores(*found)
