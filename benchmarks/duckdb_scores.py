"""Daily gig and seller scores in DuckDB's SQL, on one thread.

w = v·2^(−(t − origin)/half-life) is a product of something of the item and something of the
day: v·2^((origin − base)/half-life) times 2^(−(t − base)/half-life). So the sums of a day are
running sums of what entered minus what left, times the day's factor: one window function, no
join of items with days.
"""

from __future__ import annotations

import duckdb
import numpy as np

from benchmarks.peers import Input, Scores
from metrics.engine.types import AREAS

_AREAS = range(len(AREAS))


def connect(given: Input) -> duckdb.DuckDBPyConnection:
    """A database in memory that holds the evidence as a table of its own."""
    connection = duckdb.connect(config={"threads": 1})
    evidence = {  # noqa: F841 - read by name in the SQL
        "gig": given.evidence.gig,
        "factor": given.evidence.factor,
        "origin_day": given.evidence.origin_day,
        "start_day": given.evidence.start_day,
        "end_day": given.evidence.end_day,
        "x": given.evidence.x,
        "v": given.evidence.value_weight,
    }
    gigs = {  # noqa: F841
        "gig": np.arange(len(given.gig_seller), dtype=np.int32),
        "seller": given.gig_seller,
    }
    connection.execute("CREATE TABLE items AS SELECT * FROM evidence")
    connection.execute("CREATE TABLE gigs AS SELECT * FROM gigs")
    return connection


def compute(connection: duckdb.DuckDBPyConnection, given: Input) -> str:
    """Create the tables gig_days and seller_days; returns the name of the second."""
    for statement in _statements(given):
        connection.execute(statement)
    return "seller_days"


def scores(connection: duckdb.DuckDBPyConnection) -> Scores:
    """The results, sorted for comparing."""
    gig = connection.execute("SELECT gig, day, s FROM gig_days ORDER BY gig, day").fetchnumpy()
    seller = connection.execute(
        "SELECT seller, day, s FROM seller_days ORDER BY seller, day"
    ).fetchnumpy()
    days = [np.asarray(table[name]) for table in (gig, seller) for name in table]
    return Scores(*days)


def _statements(given: Input) -> list[str]:
    policy, last = given.policy, given.last_day
    rate = 0.0 if policy.half_life_days is None else 1.0 / policy.half_life_days
    base = given.base_day
    per_area = ",\n".join(
        f"sum(a) FILTER (factor = {f}) AS w{f}, sum(a * x) FILTER (factor = {f}) AS x{f}"
        for f in _AREAS
    )
    running = ",\n".join(
        f"sum(w{f}) OVER span AS w{f}, sum(x{f}) OVER span AS x{f}" for f in _AREAS
    )
    u = " + ".join(
        f"{policy.slope * policy.area_weight[f] / policy.benchmark_spread[f]!r}"
        f" * coalesce(x{f} - {policy.benchmark_mean[f]!r} * w{f}, 0) * fade"
        f" / ({policy.prior_strength[f]!r} + coalesce(w{f}, 0) * fade)"
        for f in _AREAS
    )
    return [
        "DROP TABLE IF EXISTS gig_days",
        "DROP TABLE IF EXISTS seller_days",
        f"""
        CREATE TABLE gig_days AS
        WITH events AS (
            SELECT gig, factor, start_day AS day, x, 1 AS n,
                   v * exp2_((origin_day - {base}) * {rate!r}) AS a
            FROM items WHERE start_day <= {last}
            UNION ALL
            SELECT gig, factor, end_day, x, -1, -v * exp2_((origin_day - {base}) * {rate!r})
            FROM items WHERE end_day <= {last}
        ),
        changes AS (
            SELECT gig, day, {per_area}, sum(n) FILTER (factor = 4)::DOUBLE AS n
            FROM events GROUP BY gig, day
        ),
        spans AS (
            SELECT gig, day, {running}, sum(n) OVER span AS n,
                   lead(day, 1, {last + 1}) OVER span AS until
            FROM changes
            WINDOW span AS (PARTITION BY gig ORDER BY day)
        ),
        days AS (
            SELECT * EXCLUDE (day), exp2_(({base} - day) * {rate!r}) AS fade, day
            FROM (SELECT * EXCLUDE (day), unnest(range(day, until)) AS day FROM spans)
        )
        SELECT gig, day::INTEGER AS day, w4 * fade AS volume, n,
               1 + 9 / (1 + exp(-({policy.intercept!r} + {u}))) AS s
        FROM days WHERE n > 0
        """.replace("exp2_(", "pow(2.0, "),  # noqa: S608 - numbers of a policy, no text
        f"""
        CREATE TABLE seller_days AS
        SELECT seller, day, sum(volume * s) / sum(volume) AS s
        FROM gig_days JOIN gigs USING (gig)
        WHERE n >= {policy.min_activity}
        GROUP BY seller, day
        """,  # noqa: S608
    ]
