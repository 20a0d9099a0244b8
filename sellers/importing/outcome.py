"""What a merge did: counts that add up, effects per seller, rows refused by the merge."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from tempfile import SpooledTemporaryFile

from django.db import connection
from psycopg.sql import SQL, Composed

from sellers.importing.merge_orders import CONTRADICTIONS

_SPOOL_BYTES = 4 << 20

_COUNTS = """
SELECT staged.rows, o.added + r.added + f.added, o.changed + r.changed + f.changed,
       r.waiting, j.joined,
       EXISTS (SELECT FROM refused_orders), r.early, f.refused, j.early
FROM (
    SELECT (SELECT count(*) FROM staged_orders) + (SELECT count(*) FROM staged_reviews)
         + (SELECT count(*) FROM staged_gigs) + (SELECT count(*) FROM staged_inquiries)
         + (SELECT count(*) FROM staged_observations) AS rows
) AS staged, (
    SELECT count(*) FILTER (WHERE order_id IS NULL) AS added,
           count(*) FILTER (WHERE is_changed) AS changed
    FROM proposed_orders
) AS o, (
    SELECT count(*) FILTER (WHERE order_id IS NOT NULL AND review_id IS NULL
                            AND NOT is_too_early) AS added,
           count(*) FILTER (WHERE is_changed) AS changed,
           count(*) FILTER (WHERE order_id IS NULL) AS waiting,
           coalesce(bool_or(is_too_early), false) AS early
    FROM proposed_reviews
) AS r, (
    SELECT count(*) FILTER (WHERE verdict = 'new') AS added,
           count(*) FILTER (WHERE verdict = 'changed') AS changed,
           coalesce(bool_or(verdict = 'refused'), false) AS refused
    FROM merged_facts
) AS f, (
    SELECT count(*) FILTER (WHERE NOT is_too_early) AS joined,
           coalesce(bool_or(is_too_early), false) AS early
    FROM joined_reviews
) AS j
"""

# Every staged row of an order that contradicts itself, and of a review that is too early;
# last, reviews of earlier imports that turned out to be too early: those are no rows of
# this one.
_REFUSED_ORDERS = """
SELECT file_id, line, {column} AS column, {value} AS value, {reason} AS reason,
       'Compare the row with the order as it is known: one of the times is wrong.' AS fix,
       true AS is_row
FROM staged_orders JOIN touched_sellers USING (seller_no)
JOIN refused_orders USING (seller_id, ref)
"""
_REFUSED_REVIEWS = """
SELECT staged.file_id, staged.line, 'posted_at' AS column, {posted} AS value, {early} AS reason,
       {early_fix} AS fix, true AS is_row
FROM staged_reviews AS staged JOIN touched_sellers AS touched USING (seller_no)
JOIN proposed_reviews AS proposed
    ON (proposed.seller_id, proposed.order_ref, proposed.posted_at, proposed.ref)
     = (touched.seller_id, staged.order_ref, staged.posted_at, coalesce(staged.ref, ''))
WHERE proposed.is_too_early
"""
_REFUSED_FACTS = """
SELECT file_id, line, "column", value, reason, fix, true AS is_row
FROM merged_facts WHERE verdict = 'refused'
"""
_REFUSED_JOINED = """
SELECT file_id, line, 'posted_at' AS column, '' AS value, {early} AS reason, {early_fix} AS fix,
       false AS is_row
FROM joined_reviews WHERE is_too_early AND file_id IS NOT NULL
"""

_EFFECTS = """
WITH per_order AS (
    SELECT seller_id, count(*) FILTER (WHERE order_id IS NULL) AS added,
           count(*) FILTER (WHERE is_changed) AS changed
    FROM proposed_orders GROUP BY seller_id
), per_review AS (
    SELECT seller_id,
           count(*) FILTER (WHERE order_id IS NOT NULL AND review_id IS NULL
                            AND NOT is_too_early) AS added,
           count(*) FILTER (WHERE is_changed) AS changed
    FROM proposed_reviews GROUP BY seller_id
), per_gig AS (
    SELECT seller_id, count(*) FILTER (WHERE is_new) AS added,
           count(*) FILTER (WHERE is_changed) AS changed
    FROM incoming_gigs GROUP BY seller_id
), per_fact AS (
    SELECT seller_id,
           count(*) FILTER (WHERE kind = 'inquiries' AND verdict = 'new') AS inquiries,
           count(*) FILTER (WHERE kind = 'inquiries' AND verdict = 'changed') AS inquiries_too,
           count(*) FILTER (WHERE kind = 'observations' AND verdict = 'new') AS observations,
           count(*) FILTER (WHERE kind = 'observations' AND verdict = 'changed')
               AS observations_too
    FROM merged_facts GROUP BY seller_id
), per_joined AS (
    SELECT seller_id, count(*) FILTER (WHERE NOT is_too_early) AS joined
    FROM joined_reviews GROUP BY seller_id
)
SELECT touched.seller_id, touched.is_new,
       coalesce(g.added, 0), coalesce(g.changed, 0), coalesce(o.added, 0),
       coalesce(o.changed, 0), coalesce(r.added, 0), coalesce(r.changed, 0),
       coalesce(j.joined, 0), coalesce(f.inquiries, 0), coalesce(f.inquiries_too, 0),
       coalesce(f.observations, 0), coalesce(f.observations_too, 0)
FROM touched_sellers AS touched
LEFT JOIN per_order AS o USING (seller_id)
LEFT JOIN per_review AS r USING (seller_id)
LEFT JOIN per_gig AS g USING (seller_id)
LEFT JOIN per_joined AS j USING (seller_id)
LEFT JOIN per_fact AS f USING (seller_id)
WHERE touched.is_new OR coalesce(g.added, 0) + coalesce(g.changed, 0) + coalesce(o.added, 0)
    + coalesce(o.changed, 0) + coalesce(r.added, 0) + coalesce(r.changed, 0)
    + coalesce(j.joined, 0) + coalesce(f.inquiries, 0) + coalesce(f.inquiries_too, 0)
    + coalesce(f.observations, 0) + coalesce(f.observations_too, 0) > 0
ORDER BY touched.seller_id
"""
EFFECT_COLUMNS = (
    "seller_id",
    "is_new",
    "gigs_new",
    "gigs_changed",
    "orders_new",
    "orders_changed",
    "reviews_new",
    "reviews_changed",
    "reviews_joined",
    "inquiries_new",
    "inquiries_changed",
    "observations_new",
    "observations_changed",
)


@dataclass(frozen=True)
class Outcome:
    """Rows by verdict, what changed per seller, and refused rows waiting to be written."""

    new: int
    changed: int
    unchanged: int
    waiting: int
    refused: int
    joined: int
    effects: list[tuple[int, ...]]
    rejections: SpooledTemporaryFile[bytes]

    def of_sellers(self) -> list[dict[str, int]]:
        """Effects by name, of every seller that is new or has changed."""
        return [dict(zip(EFFECT_COLUMNS, row, strict=True)) for row in self.effects]

    def of_changed_sellers(self) -> list[dict[str, int]]:
        """Those whose facts have changed: the others were only created."""
        return [
            effect
            for effect in self.of_sellers()
            if any(n for name, n in effect.items() if name not in {"seller_id", "is_new"})
        ]

    def write_rejections(self) -> None:
        self.rejections.seek(0)
        columns = 'batch_id, file_id, line, "column", value, reason, fix'
        with (
            connection.cursor() as cursor,
            cursor.copy(f"COPY sellers_importrejection ({columns}) FROM STDIN") as copy,
        ):
            while data := self.rejections.read(1 << 20):
                copy.write(data)
        self.close()

    def close(self) -> None:
        self.rejections.close()


def read_outcome(batch_id: int) -> Outcome:
    """Read the temporary tables of a merge before its transaction ends."""
    refused = 0
    with ExitStack() as unless_read, connection.cursor() as cursor:
        spool = unless_read.enter_context(SpooledTemporaryFile(max_size=_SPOOL_BYTES))
        cursor.execute(_COUNTS)
        staged, new, changed, waiting, joined, *there = cursor.fetchone()
        if any(there):
            cursor.execute(SQL("CREATE TEMPORARY TABLE refused_rows AS {}").format(_refused(there)))
            cursor.execute("SELECT count(*) FROM refused_rows WHERE is_row")
            (refused,) = cursor.fetchone()
            for data in _copied(batch_id):
                spool.write(data)
            cursor.execute("DROP TABLE refused_rows")
        cursor.execute(_EFFECTS)
        effects = cursor.fetchall()
        unless_read.pop_all()  # the outcome holds it from here on
    unchanged = staged - new - changed - waiting - refused
    return Outcome(new, changed, unchanged, waiting, refused, joined, effects, spool)


def _copied(batch_id: int) -> Iterator[bytes]:
    query = SQL(
        'COPY (SELECT {}, file_id, line, "column", value, reason, fix FROM refused_rows) TO STDOUT'
    ).format(batch_id)
    with connection.cursor() as cursor, cursor.copy(query) as copy:
        for data in copy:
            yield bytes(data)


def _refused(there: Sequence[bool]) -> Composed:
    """Every refused row; ``there`` says which kinds of refusal there are."""

    def case(texts: list[str]) -> SQL:
        whens = " ".join(f"WHEN {i} THEN {text}" for i, text in enumerate(texts))
        return SQL(f"CASE contradiction {whens} END")

    words = [f"'{what}'" for _, _, what in CONTRADICTIONS]
    reason = SQL(
        "CASE WHEN is_known THEN 'Together with what is already known, the order would be ' "
        "ELSE 'The rows of this order contradict each other: it would be ' END || {} || '.'"
    ).format(case(words))
    kinds = (_REFUSED_ORDERS, _REFUSED_REVIEWS, _REFUSED_FACTS, _REFUSED_JOINED)
    asked = [kind for kind, is_there in zip(kinds, there, strict=True) if is_there]
    return SQL(" UNION ALL ".join(asked)).format(
        column=case([f"'{column}'" for column, _, _ in CONTRADICTIONS]),
        value=case([f"coalesce({column}::text, '')" for column, _, _ in CONTRADICTIONS]),
        reason=reason,
        posted=SQL("to_char(staged.posted_at AT TIME ZONE touched.time_zone, 'YYYY-MM-DD')"),
        early=SQL("'The review was posted before its order was placed.'"),
        early_fix=SQL("'Compare posted_at with the day of the order, and the order number.'"),
    )
