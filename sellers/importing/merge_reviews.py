"""Staged reviews → reviews, set-based, in the caller's transaction, after the orders.

A review is known by order, time of posting and reference; several of one order are versions
of it. Facts that a row names replace the known ones, blank cells leave them. A review whose
order is not known waits, and joins it with the import that brings the order.
"""

from __future__ import annotations

from dataclasses import replace

from django.db import connection
from psycopg.sql import SQL, Composable, Composed, Identifier

from sellers.importing.history import Logged, execute, holds, log_statements
from sellers.importing.staging import REVIEW_FACTS, analyze, slices
from sellers.models import ChangeKind

_FACTS = tuple(REVIEW_FACTS)
_NAMES = SQL(", ").join(map(Identifier, _FACTS))

# Days are compared, not instants: many exports give the day of a review alone. Looking up the
# zone takes longer than all the rest, and of most reviews the instants tell enough.
_TOO_EARLY = """
(posted_at < orders.ordered_at + interval '24 hours'
    AND (posted_at AT TIME ZONE touched.time_zone)::date
        < (orders.ordered_at AT TIME ZONE touched.time_zone)::date)
"""

_JOIN_WAITING = f"""
CREATE TEMPORARY TABLE joined_reviews AS
SELECT waiting.id AS waiting_id, waiting.seller_id, orders.id AS order_id,
       waiting.source_file_id AS file_id, waiting.source_line AS line,
       {_TOO_EARLY.replace("posted_at", "waiting.posted_at")} AS is_too_early
FROM sellers_waitingreview AS waiting
JOIN touched_sellers AS touched ON touched.seller_id = waiting.seller_id
JOIN sellers_order AS orders
    ON (orders.seller_id, orders.ref) = (waiting.seller_id, waiting.order_ref)
"""  # noqa: S608 - made of constants

_INSERT_JOINED = """
INSERT INTO sellers_review (order_id, ref, posted_at, {facts}, source_file_id, source_line,
                            first_batch_id, created_at)
SELECT joined.order_id, waiting.ref, waiting.posted_at, {waiting}, waiting.source_file_id,
       waiting.source_line, waiting.first_batch_id, clock_timestamp()
FROM joined_reviews AS joined JOIN sellers_waitingreview AS waiting
    ON waiting.id = joined.waiting_id
WHERE NOT joined.is_too_early
"""

# What was said while it waited is said of the review; what joined and what was refused can
# go back to waiting.
_CARRY_LOG = f"""
WITH joined AS (
    SELECT joined.waiting_id, review.id AS review_id
    FROM joined_reviews AS joined
    JOIN sellers_waitingreview AS waiting ON waiting.id = joined.waiting_id
    JOIN sellers_review AS review
        ON (review.order_id, review.posted_at, review.ref)
         = (joined.order_id, waiting.posted_at, waiting.ref)
    WHERE NOT joined.is_too_early
), carried AS (
    UPDATE sellers_importchange AS change
    SET kind = {ChangeKind.REVIEW.value}, row_id = joined.review_id
    FROM joined
    WHERE change.kind = {ChangeKind.WAITING.value} AND change.row_id = joined.waiting_id
)
INSERT INTO sellers_importchange (batch_id, kind, row_id, before, named)
SELECT %(batch)s, {ChangeKind.JOINED.value}, review_id,
       jsonb_build_object('waiting_id', waiting_id), 0
FROM joined
UNION ALL
SELECT %(batch)s, {ChangeKind.DROPPED.value}, waiting.id, to_jsonb(waiting), 0
FROM joined_reviews AS joined
JOIN sellers_waitingreview AS waiting ON waiting.id = joined.waiting_id
WHERE joined.is_too_early
"""  # noqa: S608 - made of constants

_END_WAITING = """
DELETE FROM sellers_waitingreview USING joined_reviews
WHERE sellers_waitingreview.id = joined_reviews.waiting_id
"""

_IDENTITY = "seller_no, order_ref, coalesce(ref, ''), posted_at"

_REPEATS = f"""
CREATE TEMPORARY TABLE repeated_reviews AS
SELECT seller_no, order_ref, coalesce(ref, '') AS ref, posted_at FROM staged_reviews
GROUP BY {_IDENTITY} HAVING count(*) > 1
"""  # noqa: S608 - made of constants

_SAID = """
CREATE TEMPORARY VIEW said_reviews AS
SELECT seller_id, order_ref, coalesce(ref, '') AS ref, posted_at, file_id, line, {facts}
FROM staged_reviews AS staged JOIN touched_sellers USING (seller_no)
"""
_SAID_REPEATEDLY = """
WHERE NOT EXISTS (
    SELECT FROM repeated_reviews AS repeated
    WHERE (repeated.seller_no, repeated.order_ref, repeated.ref, repeated.posted_at)
        = (staged.seller_no, staged.order_ref, coalesce(staged.ref, ''), staged.posted_at)
)
UNION ALL
SELECT seller_id, order_ref, ref, posted_at, file_id, line, {facts} FROM laid_reviews
"""

_LAY = """
CREATE TEMPORARY TABLE laid_reviews AS
SELECT seller_id, order_ref, repeated.ref, posted_at,
       (array_agg(file_id ORDER BY {rank}))[1] AS file_id,
       (array_agg(line ORDER BY {rank}))[1] AS line, {overlaid}
FROM staged_reviews AS staged
JOIN repeated_reviews AS repeated USING (seller_no, order_ref, posted_at)
JOIN touched_sellers USING (seller_no)
WHERE coalesce(staged.ref, '') = repeated.ref
GROUP BY seller_id, order_ref, repeated.ref, posted_at
"""

# An order that this import brought has no review yet, unless one had waited for it.
_PROPOSE_OF_WRITTEN = f"""
CREATE TEMPORARY TABLE proposed_reviews AS
SELECT incoming.*, orders.order_id, NULL::bigint AS review_id, NULL::bigint AS waiting_id,
       false AS is_known, false AS is_changed,
       {_TOO_EARLY.replace("posted_at", "incoming.posted_at")} AS is_too_early
FROM said_reviews AS incoming
JOIN touched_sellers AS touched ON touched.seller_id = incoming.seller_id
JOIN written_orders AS orders
    ON (orders.seller_id, orders.ref) = (incoming.seller_id, incoming.order_ref)
WHERE NOT EXISTS (SELECT FROM joined_reviews)
"""  # noqa: S608 - made of constants

_PROPOSE_OTHERS = f"""
INSERT INTO proposed_reviews
SELECT incoming.*, orders.id AS order_id, known.id AS review_id, waiting.id AS waiting_id,
       known.id IS NOT NULL OR waiting.id IS NOT NULL AS is_known,
       false AS is_changed, coalesce({_TOO_EARLY.replace("posted_at", "incoming.posted_at")},
                                     false) AS is_too_early
FROM said_reviews AS incoming
JOIN touched_sellers AS touched ON touched.seller_id = incoming.seller_id
LEFT JOIN sellers_order AS orders
    ON (orders.seller_id, orders.ref) = (incoming.seller_id, incoming.order_ref)
LEFT JOIN sellers_review AS known
    ON (known.order_id, known.posted_at, known.ref)
     = (orders.id, incoming.posted_at, incoming.ref)
LEFT JOIN sellers_waitingreview AS waiting
    ON (waiting.seller_id, waiting.order_ref, waiting.posted_at, waiting.ref)
     = (incoming.seller_id, incoming.order_ref, incoming.posted_at, incoming.ref)
WHERE EXISTS (SELECT FROM joined_reviews) OR NOT EXISTS (
    SELECT FROM written_orders AS written
    WHERE (written.seller_id, written.ref) = (incoming.seller_id, incoming.order_ref)
)
"""  # noqa: S608 - made of constants

_FIND_CHANGED = """
UPDATE proposed_reviews AS p SET is_changed = true FROM sellers_review AS known
WHERE known.id = p.review_id AND NOT p.is_too_early
  AND {differs}
"""

_UPDATE = """
UPDATE {table} AS known SET {assignments}, source_file_id = p.file_id, source_line = p.line
FROM proposed_reviews AS p WHERE known.id = p.{id} AND NOT p.is_too_early AND {differs}
"""

_INSERT = """
INSERT INTO sellers_review (order_id, ref, posted_at, {facts}, source_file_id, source_line,
                            first_batch_id, created_at)
SELECT p.order_id, p.ref, p.posted_at, {values}, p.file_id, p.line, %(batch)s,
       clock_timestamp()
FROM proposed_reviews AS p
WHERE p.order_id IS NOT NULL AND p.review_id IS NULL AND NOT p.is_too_early AND {slice}
ORDER BY p.order_id, p.posted_at, p.ref
"""

_WAIT = """
INSERT INTO sellers_waitingreview (seller_id, order_ref, ref, posted_at, {facts},
                                   source_file_id, source_line, first_batch_id)
SELECT p.seller_id, p.order_ref, p.ref, p.posted_at, {values}, p.file_id, p.line, %(batch)s
FROM proposed_reviews AS p
WHERE p.order_id IS NULL AND p.waiting_id IS NULL
ORDER BY p.seller_id, p.order_ref, p.posted_at, p.ref
"""


def join_waiting_reviews(batch_id: int) -> None:
    """Give reviews that came before their order to the order, now that it is there."""
    waiting = SQL(", ").join(Identifier("waiting", fact) for fact in _FACTS)
    with connection.cursor() as cursor:
        cursor.execute(_JOIN_WAITING)
        if not holds("SELECT FROM joined_reviews"):
            return
        analyze("joined_reviews")
        cursor.execute(SQL(_INSERT_JOINED).format(facts=_NAMES, waiting=waiting))
        cursor.execute(_CARRY_LOG, {"batch": batch_id})
        cursor.execute(_END_WAITING)


def find_repeated_reviews() -> None:
    """Tell which reviews the staged rows speak of more than once."""
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS pg_temp.repeated_reviews")
        cursor.execute(_REPEATS)
    analyze("repeated_reviews")


def merge_reviews(batch_id: int) -> None:
    """Write the staged reviews: to their orders, or among those that wait."""
    _gather()
    values = SQL(", ").join(_stored(fact) for fact in _FACTS)
    with connection.cursor() as cursor:
        cursor.execute(_PROPOSE_OF_WRITTEN)
        found = cursor.rowcount
        cursor.execute("SELECT count(*) FROM said_reviews")
        if found < cursor.fetchone()[0]:
            cursor.execute(_PROPOSE_OTHERS)
        analyze("proposed_reviews")
        if holds("SELECT FROM proposed_reviews WHERE is_known"):
            _write_known(batch_id)
        place = {"batch": batch_id}
        for part in slices("p"):
            cursor.execute(SQL(_INSERT).format(facts=_NAMES, values=values, slice=part), place)
        cursor.execute(SQL(_WAIT).format(facts=_NAMES, values=values), place)


def _gather() -> None:
    """One row for each review, however many the files hold."""
    said = _SAID
    with connection.cursor() as cursor:
        if holds("SELECT FROM repeated_reviews"):
            overlaid = SQL(", ").join(map(_first, _FACTS))
            cursor.execute(SQL(_LAY).format(rank=_rank(), overlaid=overlaid))
            said += _SAID_REPEATEDLY
        cursor.execute(SQL(said).format(facts=_NAMES))


def _write_known(batch_id: int) -> None:
    """Log and update the reviews that were known, and those that still wait."""
    merged = SQL(", ").join(_merged(fact) for fact in _FACTS)
    known = SQL(", ").join(Identifier("known", fact) for fact in _FACTS)
    differs = SQL("({}) IS DISTINCT FROM ({})").format(merged, known)
    assignments = SQL(", ").join(
        SQL("{} = {}").format(Identifier(fact), _merged(fact)) for fact in _FACTS
    )
    execute(SQL(_FIND_CHANGED).format(differs=differs))
    for log, key in ((REVIEW_LOG, "review_id"), (WAITING_LOG, "waiting_id")):
        log_statements(
            log,
            batch_id=batch_id,
            rows=f"proposed_reviews AS p JOIN {log.table} AS known "
            f"ON known.id = p.{key} AND NOT p.is_too_early",
            said="p",
            result=_merged,
            changed=differs,
            place="p.file_id, p.line",
        )
        execute(
            SQL(_UPDATE).format(
                table=Identifier(log.table),
                assignments=assignments,
                id=Identifier(key),
                differs=differs,
            )
        )


def _rank() -> Composable:
    """A total order of rows that describe the same version, by content."""
    keys = [SQL("{} DESC NULLS LAST").format(Identifier(fact)) for fact in _FACTS]
    return SQL(", ").join([*keys, SQL("file_id, line")])


def _first(fact: str) -> Composed:
    return SQL(
        "(array_agg({fact} ORDER BY {rank}) FILTER (WHERE {fact} IS NOT NULL))[1] AS {fact}"
    ).format(fact=Identifier(fact), rank=_rank())


def _merged(fact: str) -> Composable:
    if fact == "text":
        return SQL("coalesce(p.text, known.text)")
    return SQL("coalesce({}, {})").format(Identifier("p", fact), Identifier("known", fact))


def _laid_over(fact: str) -> Composable:
    """The same rule over statements that are done again."""
    return SQL("coalesce({}, {})").format(Identifier("incoming", fact), Identifier("known", fact))


_ORIGIN = {"source_file_id": "bigint", "source_line": "int"}
REVIEW_LOG = Logged(
    kind=ChangeKind.REVIEW,
    table="sellers_review",
    facts=REVIEW_FACTS,
    words=("text",),
    origin=_ORIGIN,
    merged=_laid_over,
)
WAITING_LOG = replace(REVIEW_LOG, kind=ChangeKind.WAITING, table="sellers_waitingreview")


def _stored(fact: str) -> Composable:
    if fact == "text":
        return SQL("coalesce(p.text, '')")
    return SQL("{}").format(Identifier("p", fact))
