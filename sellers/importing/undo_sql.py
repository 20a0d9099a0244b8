"""The statements of undo, and of finding out what it would do, that are about single tables."""

from __future__ import annotations

from psycopg.sql import SQL, Composed, Literal

from sellers.importing.merge_inquiries import INQUIRY_LOG
from sellers.importing.merge_observations import OBSERVATION_LOG
from sellers.importing.merge_orders import ORDER_LOG
from sellers.importing.merge_reviews import REVIEW_LOG, WAITING_LOG
from sellers.importing.merge_sellers import GIG_LOG
from sellers.models import ChangeKind

#: Every table whose rows are followed back.
LOGS = (ORDER_LOG, REVIEW_LOG, WAITING_LOG, GIG_LOG, INQUIRY_LOG, OBSERVATION_LOG)


def _sql(text: str) -> Composed:
    """A statement with the numbers of the kinds of entries, and the facts of a review."""
    kinds = {kind.name: Literal(kind.value) for kind in ChangeKind}
    return SQL(text).format(facts=SQL(", ".join(REVIEW_LOG.facts)), **kinds)


_LOCKED = "ORDER BY id FOR NO KEY UPDATE"
_TOUCHED = """
DROP TABLE IF EXISTS pg_temp.touched_sellers;
CREATE TEMPORARY TABLE touched_sellers ON COMMIT DROP AS
"""
_SELLERS_OF_BATCH = """
SELECT COLUMNS FROM sellers_seller WHERE id IN (
    SELECT seller_id FROM sellers_order WHERE first_batch_id = %(batch)s
    UNION SELECT seller_id FROM sellers_gig WHERE first_batch_id = %(batch)s
    UNION SELECT seller_id FROM sellers_waitingreview WHERE first_batch_id = %(batch)s
    UNION SELECT id FROM sellers_seller WHERE first_batch_id = %(batch)s
    UNION SELECT o.seller_id FROM sellers_review AS r JOIN sellers_order AS o ON o.id = r.order_id
          WHERE r.first_batch_id = %(batch)s
    UNION SELECT o.seller_id FROM sellers_importchange AS c JOIN sellers_order AS o
          ON o.id = c.row_id WHERE c.batch_id = %(batch)s AND c.kind = {ORDER}
    UNION SELECT o.seller_id FROM sellers_importchange AS c
          JOIN sellers_review AS r ON r.id = c.row_id JOIN sellers_order AS o ON o.id = r.order_id
          WHERE c.batch_id = %(batch)s AND c.kind IN ({REVIEW}, {JOINED})
    UNION SELECT w.seller_id FROM sellers_importchange AS c JOIN sellers_waitingreview AS w
          ON w.id = c.row_id WHERE c.batch_id = %(batch)s AND c.kind = {WAITING}
    UNION SELECT g.seller_id FROM sellers_importchange AS c JOIN sellers_gig AS g
          ON g.id = c.row_id WHERE c.batch_id = %(batch)s AND c.kind = {GIG}
    UNION SELECT seller_id FROM sellers_inquiry WHERE first_batch_id = %(batch)s
    UNION SELECT seller_id FROM sellers_observation WHERE first_batch_id = %(batch)s
    UNION SELECT i.seller_id FROM sellers_importchange AS c JOIN sellers_inquiry AS i
          ON i.id = c.row_id WHERE c.batch_id = %(batch)s AND c.kind = {INQUIRY}
    UNION SELECT o.seller_id FROM sellers_importchange AS c JOIN sellers_observation AS o
          ON o.id = c.row_id WHERE c.batch_id = %(batch)s AND c.kind = {OBSERVATION}
    UNION SELECT row_id FROM sellers_importchange
          WHERE batch_id = %(batch)s AND kind = {SELLER}
    UNION SELECT (before->>'seller_id')::bigint FROM sellers_importchange
          WHERE batch_id = %(batch)s AND kind = {DROPPED}
)
"""
SELLERS_OF_BATCH = _sql(_SELLERS_OF_BATCH.replace("COLUMNS", "id") + _LOCKED)
FIND_TOUCHED = _sql(_TOUCHED + _SELLERS_OF_BATCH.replace("COLUMNS", "platform, handle"))

# Somebody corrected the order after the last import that wrote it.
HAND_EDITED = _sql("""
CREATE TEMPORARY TABLE hand_edited AS
SELECT orders.id FROM sellers_order AS orders
JOIN sellers_importbatch AS last ON last.id = orders.last_batch_id
WHERE orders.changed_at > last.finished_at + interval '5 seconds'
  AND (orders.first_batch_id = %(batch)s OR orders.id IN (
      SELECT row_id FROM sellers_importchange
      WHERE batch_id = %(batch)s AND kind = {ORDER} AND before IS NOT NULL))
""")

FORGET_DROPPED = _sql("""
DELETE FROM sellers_importchange
WHERE (kind = {DROPPED} AND before->>'first_batch_id' = %(batch)s::text)
   OR (kind = {JOINED}
       AND row_id IN (SELECT id FROM removed_sellers_review))
""")

# The numbers by the name of their sequence: a copy of the table has none of its own.
REVIEWS_BACK_TO_WAITING = _sql("""
CREATE TEMPORARY TABLE waiting_again AS
SELECT review.id, orders.seller_id, orders.ref AS order_ref,
       coalesce((joined.before->>'waiting_id')::bigint,
                nextval('sellers_waitingreview_id_seq')) AS waiting_id
FROM sellers_review AS review
JOIN removed_sellers_order AS removed ON removed.id = review.order_id
JOIN sellers_order AS orders ON orders.id = review.order_id
LEFT JOIN sellers_importchange AS joined
    ON joined.kind = {JOINED} AND joined.row_id = review.id
""")

WAITING_AGAIN = _sql("""
INSERT INTO sellers_waitingreview (id, seller_id, order_ref, ref, posted_at, {facts},
                                   source_file_id, source_line, first_batch_id)
SELECT waiting_id, seller_id, order_ref, ref, posted_at, {facts}, source_file_id, source_line,
       first_batch_id
FROM waiting_again JOIN sellers_review USING (id)
""")

LOG_OF_REVIEWS_BACK = _sql("""
WITH carried AS (
    UPDATE sellers_importchange AS entry SET kind = {WAITING}, row_id = again.waiting_id
    FROM waiting_again AS again
    WHERE entry.kind = {REVIEW} AND entry.row_id = again.id
)
DELETE FROM sellers_importchange AS entry USING waiting_again AS again
WHERE entry.kind = {JOINED} AND entry.row_id = again.id
""")

# The order stays because another import brings it: then that one is what they joined with.
MOVE_JOINED = _sql("""
WITH still AS (
    SELECT entry.id, orders.first_batch_id FROM sellers_importchange AS entry
    JOIN sellers_review AS review ON review.id = entry.row_id
    JOIN sellers_order AS orders ON orders.id = review.order_id
    WHERE entry.batch_id = %(batch)s AND entry.kind = {JOINED}
    UNION ALL
    SELECT entry.id, orders.first_batch_id FROM sellers_importchange AS entry
    JOIN sellers_order AS orders
        ON orders.seller_id = (entry.before->>'seller_id')::bigint
       AND orders.ref = entry.before->>'order_ref'
    WHERE entry.batch_id = %(batch)s AND entry.kind = {DROPPED}
)
UPDATE sellers_importchange AS entry SET batch_id = still.first_batch_id FROM still
WHERE entry.id = still.id AND still.first_batch_id IS NOT NULL
""")

DROPPED_BACK = _sql("""
WITH dropped AS (
    DELETE FROM sellers_importchange
    WHERE batch_id = %(batch)s AND kind = {DROPPED} RETURNING before
)
INSERT INTO sellers_waitingreview
SELECT (jsonb_populate_record(NULL::sellers_waitingreview, before)).* FROM dropped
""")

# Gigs that something still stands on stay.
GIGS_IN_USE = _sql("""
WITH used AS (
    DELETE FROM removed_sellers_gig AS removed
    WHERE EXISTS (SELECT FROM sellers_order WHERE gig_id = removed.id)
       OR EXISTS (SELECT FROM sellers_observation WHERE gig_id = removed.id)
    RETURNING removed.id
)
UPDATE sellers_gig SET first_batch_id = NULL FROM used WHERE sellers_gig.id = used.id
""")

UNDO_CURRENCY = _sql("""
WITH own AS (
    DELETE FROM sellers_importchange
    WHERE batch_id = %(batch)s AND kind = {SELLER} RETURNING id, row_id, before
), following AS (
    SELECT DISTINCT ON (later.row_id) later.id, later.row_id, own.before
    FROM own JOIN sellers_importchange AS later
        ON later.kind = {SELLER} AND later.row_id = own.row_id AND later.id > own.id
    ORDER BY later.row_id, later.id
), passed_on AS (
    UPDATE sellers_importchange AS entry SET before = following.before
    FROM following WHERE entry.id = following.id
)
UPDATE sellers_seller AS seller SET currency = own.before->>'currency'
FROM own WHERE seller.id = own.row_id
  AND NOT EXISTS (SELECT FROM following WHERE following.row_id = own.row_id)
""")

# Sellers of which nothing is left, and that nobody has taken as theirs.
SELLERS_UNUSED = _sql("""
CREATE TEMPORARY TABLE removed_sellers AS
SELECT seller.id FROM sellers_seller AS seller
WHERE seller.first_batch_id = %(batch)s AND seller.owner_id IS NULL
  AND NOT EXISTS (SELECT FROM sellers_order WHERE seller_id = seller.id)
  AND NOT EXISTS (SELECT FROM sellers_waitingreview WHERE seller_id = seller.id)
  AND NOT EXISTS (SELECT FROM sellers_gig WHERE seller_id = seller.id)
  AND NOT EXISTS (SELECT FROM sellers_inquiry WHERE seller_id = seller.id)
  AND NOT EXISTS (SELECT FROM sellers_observation WHERE seller_id = seller.id)
  AND NOT EXISTS (SELECT FROM sellers_note WHERE seller_id = seller.id)
  AND NOT EXISTS (SELECT FROM sellers_importbatch WHERE seller_id = seller.id)
""")

PASS_ON_SELLERS = _sql("""
UPDATE sellers_seller AS seller SET first_batch_id = (
    SELECT min(batch_id) FROM (
        SELECT first_batch_id AS batch_id FROM sellers_order WHERE seller_id = seller.id
        UNION ALL
        SELECT first_batch_id FROM sellers_waitingreview WHERE seller_id = seller.id
        UNION ALL
        SELECT first_batch_id FROM sellers_gig WHERE seller_id = seller.id
        UNION ALL
        SELECT first_batch_id FROM sellers_inquiry WHERE seller_id = seller.id
        UNION ALL
        SELECT first_batch_id FROM sellers_observation WHERE seller_id = seller.id
    ) AS brought
) WHERE seller.first_batch_id = %(batch)s
""")


_SPOKEN_OF = """
SELECT entry.id FROM {schema}sellers_importchange AS own
JOIN {schema}sellers_importchange AS entry USING (kind, row_id)
WHERE own.batch_id = {batch:d} AND {of}
"""
_BROUGHT = """
SELECT entry.id FROM {schema}{table} AS row
JOIN {schema}sellers_importchange AS entry ON entry.kind = {kind:d} AND entry.row_id = row.id
WHERE row.first_batch_id = {batch:d} AND {of}
"""


def entries_about(batch_id: int, *, schema: str = "", of: str = "true") -> str:
    """SQL of the ids of all entries of the log about rows that a batch brought or spoke of.

    Parameters
    ----------
    schema : put before the names of tables
    of : SQL condition on ``entry``
    """
    parts = [_SPOKEN_OF.format(schema=schema, batch=batch_id, of=of)]
    parts += (
        _BROUGHT.format(schema=schema, table=log.table, kind=log.kind, batch=batch_id, of=of)
        for log in LOGS
    )
    return " UNION ALL ".join(parts)
