"""Take one batch out of the rows of a table, as if it had never been.

The rows that the batch brought or changed are followed back to before it, with the values that
the log kept; then everything that later batches said about them is laid over that again, by
the rules of merging (``Logged.merged``). A row that the batch brought and a later one named too
stays, as the later one has it, and keeps its number. Entries of the later batches are rewritten
to say what they do now, so that they can be undone in their turn.

Works on temporary tables: ``unwound`` holds the rows as they go back and forth, ``restated``
what the later batches said about them.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db import connection
from psycopg.sql import SQL, Composable, Composed, Identifier, Literal

from sellers.importing.history import (
    FILLS_ONLY,
    Logged,
    changed_facts,
    execute,
    overruled_facts,
)

_TABLES = ("unwound", "restated", "remerged")


@dataclass(frozen=True, slots=True)
class Unwound:
    """What became of the rows of one table.

    Attributes
    ----------
    removed : rows that only this batch had brought; in the table ``removed``, not yet deleted
    kept : rows that it had brought, and that a later batch brings too
    restored : rows that were there before and have their earlier values again
    later : rows that later batches spoke of too, by batch
    """

    removed: int
    kept: int
    restored: int
    later: dict[int, int]


def unwind(logged: Logged, batch_id: int, *, removed: str) -> Unwound:
    """Unwind one table; creates ``removed``, a temporary table of one column ``id``."""
    execute(SQL("DROP TABLE IF EXISTS {}").format(SQL(", ").join(map(Identifier, _TABLES))))
    place = {"batch": batch_id, "kind": logged.kind.value}
    execute(SQL(_REMOVED).format(name=Identifier(removed), table=Identifier(logged.table)), place)
    _collect(logged, removed, place)
    turns = _turns()
    for turn in range(turns, 0, -1):
        _take_back(logged, turn)
    _take_back_own(logged, place)
    for turn in range(1, turns + 1):
        _state_again(logged, turn)
    counted = _counts(removed)
    if logged.gig_ref:
        execute(_MISSING_GIGS)
    execute(_write(logged))
    return counted


# Rows that nobody else has said anything about since: they just go.
_REMOVED = """
CREATE TEMPORARY TABLE {name} AS
SELECT row.id FROM {table} AS row
WHERE row.first_batch_id = %(batch)s AND NOT EXISTS (
    SELECT FROM sellers_importchange AS entry
    WHERE entry.kind = %(kind)s AND entry.row_id = row.id AND entry.batch_id <> %(batch)s
)
"""

_COLLECT = """
CREATE TEMPORARY TABLE unwound AS
SELECT {columns}, row.first_batch_id,
       row.first_batch_id IS NOT DISTINCT FROM %(batch)s AS was_brought, own.id AS entry_id,
       own.before AS own_before, true AS is_there
FROM {rows}
LEFT JOIN sellers_importchange AS own
    ON (own.kind, own.row_id, own.batch_id) = (%(kind)s, row.id, %(batch)s)
WHERE row.id IN (
    (SELECT id FROM {table} WHERE first_batch_id = %(batch)s EXCEPT SELECT id FROM {removed})
    UNION
    SELECT row_id FROM sellers_importchange
    WHERE batch_id = %(batch)s AND kind = %(kind)s AND before IS NOT NULL
)
"""

_RESTATED = """
CREATE TEMPORARY TABLE restated AS
SELECT entry.id AS entry_id, entry.row_id AS id, entry.batch_id, entry.before, entry.named,
       entry.overruled, entry.file_id, entry.line, entry.named & {fills_only} <> 0 AS fills_only,
       false AS is_first, {facts},
       row_number() OVER (PARTITION BY entry.row_id ORDER BY entry.id) AS turn
FROM unwound JOIN sellers_importchange AS entry
    ON entry.kind = %(kind)s AND entry.row_id = unwound.id
WHERE entry.batch_id <> %(batch)s AND (unwound.was_brought OR entry.id > unwound.entry_id)
"""


def _collect(logged: Logged, removed: str, place: dict[str, int]) -> None:
    names = [name for name in ("id", *logged.facts, *logged.origin) if name != "gig"]
    columns: list[Composable] = [Identifier("row", name) for name in names]
    rows = SQL("{} AS row").format(Identifier(logged.table))
    if logged.gig_ref:
        columns.append(SQL("gig.ref AS gig, row.seller_id"))
        rows = SQL("{} JOIN sellers_gig AS gig ON gig.id = row.gig_id").format(rows)
    execute(
        SQL(_COLLECT).format(
            columns=SQL(", ").join(columns),
            rows=rows,
            table=Identifier(logged.table),
            removed=Identifier(removed),
        ),
        place,
    )
    empty = SQL(", ").join(
        SQL("NULL::{} AS {}").format(SQL(of_type), Identifier(fact))
        for fact, of_type in logged.facts.items()
    )
    execute(SQL(_RESTATED).format(facts=empty, fills_only=Literal(FILLS_ONLY)), place)
    execute(SQL("CREATE INDEX ON unwound (id)"))
    execute(SQL("ANALYZE unwound (id)"))
    execute(SQL("ANALYZE restated (id, turn)"))


def _turns() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(max(turn), 0) FROM restated")
        return int(cursor.fetchone()[0])


# --- Backwards ---------------------------------------------------------------------------


def _take_back(logged: Logged, turn: int) -> None:
    """Read off what a later batch said, from the state after it; then go to before it."""
    said = SQL(", ").join(
        SQL(
            "{fact} = CASE WHEN restated.overruled ? {key} "
            "THEN (restated.overruled->>{key})::{of_type} "
            "WHEN restated.named & {bit} <> 0 THEN {state} END"
        ).format(
            fact=Identifier(fact),
            key=Literal(fact),
            of_type=SQL(of_type),
            bit=Literal(logged.bit(fact)),
            state=logged.known("unwound", fact),
        )
        for fact, of_type in logged.facts.items()
    )
    here = SQL("restated.id = unwound.id AND restated.turn = {}").format(Literal(turn))
    execute(SQL("UPDATE restated SET {} FROM unwound WHERE {}").format(said, here))
    execute(
        SQL("UPDATE unwound SET {} FROM restated WHERE {} AND restated.before IS NOT NULL").format(
            _as_before(logged, "restated", "before"), here
        )
    )


def _take_back_own(logged: Logged, place: dict[str, int]) -> None:
    """To before the batch itself, and its entries out of the log."""
    execute(
        SQL("UPDATE unwound SET {} WHERE own_before IS NOT NULL AND NOT was_brought").format(
            _as_before(logged, "unwound", "own_before")
        )
    )
    execute(SQL("UPDATE unwound SET is_there = false WHERE was_brought"))
    execute(
        SQL("DELETE FROM sellers_importchange WHERE batch_id = %(batch)s AND kind = %(kind)s"),
        place,
    )


def _as_before(logged: Logged, table: str, column: str) -> Composed:
    return SQL(", ").join(
        SQL(
            "{name} = CASE WHEN {before} ? {key} THEN ({before}->>{key})::{of_type} "
            "ELSE unwound.{name} END"
        ).format(
            name=Identifier(name),
            before=Identifier(table, column),
            key=Literal(name),
            of_type=SQL(of_type),
        )
        for name, of_type in {**logged.facts, **logged.origin}.items()
    )


# --- Forwards ----------------------------------------------------------------------------

_REMERGED = """
CREATE TEMPORARY TABLE remerged AS
SELECT incoming.entry_id, incoming.id, {merged}
FROM restated AS incoming JOIN unwound AS known USING (id)
{gig}
WHERE incoming.turn = {turn} AND NOT incoming.is_first
"""

_REWRITE = """
UPDATE sellers_importchange AS entry
SET before = CASE WHEN ({new}) IS DISTINCT FROM ({old}) THEN {before} END, overruled = {overruled}
FROM remerged AS p JOIN restated AS said USING (entry_id) JOIN unwound AS known ON known.id = p.id
WHERE entry.id = p.entry_id
"""

_STATE = """
UPDATE unwound AS known SET {facts}, {origin}
FROM remerged AS p JOIN restated AS said USING (entry_id)
WHERE known.id = p.id AND ({new}) IS DISTINCT FROM ({old})
"""


def _state_again(logged: Logged, turn: int) -> None:
    """Lay what a later batch said over the rows; the first to name a gone row brings it."""
    _bring(logged, turn)
    execute(SQL("DROP TABLE IF EXISTS remerged"))
    merged = SQL(", ").join(
        SQL("{} AS {}").format(logged.merged(fact), Identifier(fact)) for fact in logged.facts
    )
    gig = SQL("CROSS JOIN LATERAL (SELECT known.gig AS ref) AS known_gig" * logged.gig_ref)
    execute(SQL(_REMERGED).format(merged=merged, gig=gig, turn=Literal(turn)))
    if logged.contradiction:
        execute(SQL(_DROP_CONTRADICTIONS).format(SQL(logged.contradiction)))

    def result(fact: str) -> Composable:
        return logged.stored("p", fact)

    new = SQL(", ").join(map(result, logged.facts))
    old = SQL(", ").join(Identifier("known", fact) for fact in logged.facts)
    execute(
        SQL(_REWRITE).format(
            new=new,
            old=old,
            before=changed_facts(logged, result, "known"),
            overruled=overruled_facts(logged, "said", result),
        )
    )
    facts = SQL(", ").join(
        SQL("{} = {}").format(Identifier(fact), result(fact)) for fact in logged.facts
    )
    origin = _origin(logged) or SQL("is_there = true")
    execute(SQL(_STATE).format(facts=facts, origin=origin, new=new, old=old))


_DROP_CONTRADICTIONS = """
WITH refused AS (DELETE FROM remerged WHERE {} RETURNING entry_id)
DELETE FROM sellers_importchange USING refused WHERE sellers_importchange.id = refused.entry_id
"""

_BRING = """
UPDATE unwound AS known SET is_there = true, first_batch_id = said.batch_id, {facts}
FROM restated AS said
WHERE said.id = known.id AND said.turn = {turn} AND NOT known.is_there
"""

_FIRST = """
WITH firsts AS (
    UPDATE restated SET is_first = true FROM unwound
    WHERE restated.id = unwound.id AND restated.turn = {turn} AND NOT unwound.is_there
    RETURNING restated.entry_id
)
DELETE FROM sellers_importchange USING firsts WHERE sellers_importchange.id = firsts.entry_id
"""


def _bring(logged: Logged, turn: int) -> None:
    execute(SQL(_FIRST).format(turn=Literal(turn)))
    facts = [
        SQL("{} = {}").format(Identifier(fact), logged.stored("said", fact))
        for fact in logged.facts
    ]
    origin = _origin(logged)
    if origin is not None:
        facts.append(origin)
    execute(SQL(_BRING).format(facts=SQL(", ").join(facts), turn=Literal(turn)))


def _origin(logged: Logged) -> Composed | None:
    """Assignments of where the facts come from, when a batch's word is what counts."""
    sources = {
        "last_batch_id": "said.batch_id",
        "source_file_id": "said.file_id",
        "source_line": "said.line",
        "changed_at": "(SELECT finished_at FROM sellers_importbatch WHERE id = said.batch_id)",
    }
    if not logged.origin:
        return None
    return SQL(", ").join(
        SQL("{} = {}").format(Identifier(column), SQL(sources[column])) for column in logged.origin
    )


# --- To the table ------------------------------------------------------------------------

# A gig that is named again may have gone meanwhile.
_MISSING_GIGS = SQL("""
INSERT INTO sellers_gig (seller_id, ref, title, category, price_band, is_active)
SELECT DISTINCT seller_id, gig, '', '', '', true FROM unwound
ON CONFLICT (seller_id, ref) DO NOTHING
""")


def _write(logged: Logged) -> Composed:
    columns = [name for name in (*logged.facts, *logged.origin) if name != "gig"]
    assignments = [
        SQL("{name} = unwound.{name}").format(name=Identifier(name))
        for name in [*columns, "first_batch_id"]
    ]
    if not logged.gig_ref:
        return SQL("UPDATE {} AS row SET {} FROM unwound WHERE row.id = unwound.id").format(
            Identifier(logged.table), SQL(", ").join(assignments)
        )
    return SQL(
        "UPDATE {} AS row SET gig_id = gig.id, {} FROM unwound JOIN sellers_gig AS gig "
        "ON (gig.seller_id, gig.ref) = (unwound.seller_id, unwound.gig) WHERE row.id = unwound.id"
    ).format(Identifier(logged.table), SQL(", ").join(assignments))


def _counts(removed: str) -> Unwound:
    with connection.cursor() as cursor:
        cursor.execute(
            SQL(
                "SELECT (SELECT count(*) FROM {}), count(*) FILTER (WHERE was_brought), "
                "count(*) FILTER (WHERE NOT was_brought) FROM unwound"
            ).format(Identifier(removed))
        )
        gone, kept, restored = cursor.fetchone()
        cursor.execute("SELECT batch_id, count(*) FROM restated GROUP BY batch_id")
        return Unwound(gone, kept, restored, dict(cursor.fetchall()))
