"""Staged rows → sellers and gigs: created where new, completed where known."""

from __future__ import annotations

from django.db import connection
from psycopg.sql import SQL, Composed, Identifier, Literal

from sellers.importing.history import Logged, holds, log_statements
from sellers.importing.merge_gigs import keep_gig_verdicts, overlay_gig_files, set_active
from sellers.models import ChangeKind

#: Columns of a gig, and the staged columns that they come from.
_GIG_COLUMNS = {"title": "gig_title", "category": "category", "price_band": "price_band"}

_TOUCHED = """
CREATE TEMPORARY TABLE touched_sellers AS
SELECT seller_no, platform, handle, zone AS main_zone,
       (array_agg(currency ORDER BY orders DESC, currency)
        FILTER (WHERE currency IS NOT NULL))[1] AS main_currency, sum(rows)::bigint AS rows,
       NULL::bigint AS seller_id, NULL::text AS time_zone, false AS is_new
FROM (
    SELECT seller_no, currency, count(*) AS orders, count(*) AS rows
    FROM staged_orders GROUP BY seller_no, currency
    UNION ALL SELECT seller_no, NULL, 0, count(*) FROM staged_reviews GROUP BY seller_no
    UNION ALL SELECT seller_no, NULL, 0, 1 FROM staged_gigs
    UNION ALL SELECT seller_no, NULL, 0, 1 FROM staged_inquiries
    UNION ALL SELECT seller_no, NULL, 0, 1 FROM staged_observations
) AS rows JOIN staged_sellers USING (seller_no)
GROUP BY seller_no, platform, handle, zone
"""

# Inserted in one order everywhere, so that two imports of the same new sellers cannot wait
# for each other in a ring.
_CREATE = """
WITH created AS (
    INSERT INTO sellers_seller (platform, handle, category, is_pro, time_zone, currency,
                                keeps_buyer_names, revision, first_batch_id, created_at)
    SELECT platform, handle, '', false, main_zone, coalesce(main_currency, 'USD'), false, 0,
           %(batch)s, clock_timestamp()
    FROM touched_sellers ORDER BY platform, handle
    ON CONFLICT (platform, handle) DO NOTHING
    RETURNING platform, handle
)
UPDATE touched_sellers SET is_new = true FROM created
WHERE (touched_sellers.platform, touched_sellers.handle) = (created.platform, created.handle)
"""

_IDENTIFY = """
UPDATE touched_sellers SET seller_id = seller.id, time_zone = seller.time_zone
FROM sellers_seller AS seller
WHERE (touched_sellers.platform, touched_sellers.handle) = (seller.platform, seller.handle)
"""

_LOCK = """
SELECT id FROM sellers_seller WHERE id IN (SELECT seller_id FROM touched_sellers)
ORDER BY id FOR NO KEY UPDATE
"""

# A seller that exists only because its reviews came first has no currency of its own yet.
_ADOPT_CURRENCY = """
WITH adopted AS (
    SELECT seller.id, seller.currency, touched.main_currency
    FROM touched_sellers AS touched JOIN sellers_seller AS seller ON seller.id = touched.seller_id
    WHERE touched.main_currency <> seller.currency
      AND NOT touched.is_new AND seller.owner_id IS NULL
      AND NOT EXISTS (SELECT FROM sellers_order WHERE seller_id = seller.id)
      AND EXISTS (SELECT FROM sellers_waitingreview WHERE seller_id = seller.id)
), logged AS (
    INSERT INTO sellers_importchange (batch_id, kind, row_id, before, named)
    SELECT %(batch)s, %(kind)s, id, jsonb_build_object('currency', currency), 1 FROM adopted
)
UPDATE sellers_seller AS seller SET currency = adopted.main_currency
FROM adopted WHERE seller.id = adopted.id
"""

# Whoever has a gig has something, and orders and observations of gigs come with theirs: so few
# sellers are left to be looked for in the larger tables.
_FORGET_EMPTY = """
WITH without_gig AS MATERIALIZED (
    SELECT seller_id FROM touched_sellers WHERE is_new
    EXCEPT SELECT seller_id FROM sellers_gig
)
DELETE FROM sellers_seller AS seller USING without_gig
WHERE seller.id = without_gig.seller_id
  AND NOT EXISTS (SELECT FROM sellers_waitingreview WHERE seller_id = seller.id)
  AND NOT EXISTS (SELECT FROM sellers_inquiry WHERE seller_id = seller.id)
  AND NOT EXISTS (SELECT FROM sellers_observation WHERE seller_id = seller.id)
"""


def find_sellers() -> None:
    """Tell whose rows are staged, and how many of whom."""
    with connection.cursor() as cursor:
        cursor.execute(_TOUCHED)


def create_and_lock_sellers(batch_id: int) -> None:
    """Make sure that every staged seller exists, and let nobody else write to them."""
    with connection.cursor() as cursor:
        cursor.execute(_CREATE, {"batch": batch_id})
        for statement in (_IDENTIFY, "ANALYZE touched_sellers", _LOCK):
            cursor.execute(statement)
        cursor.execute(_ADOPT_CURRENCY, {"batch": batch_id, "kind": ChangeKind.SELLER.value})


def forget_empty_sellers() -> None:
    """Take back sellers all of whose rows were refused in the end."""
    with connection.cursor() as cursor:
        cursor.execute(_FORGET_EMPTY)


def merge_gigs(batch_id: int) -> None:
    """Create gigs and complete known ones.

    A title, category or band is that of a file of gigs, else of the newest order that names
    one.
    """
    with connection.cursor() as cursor:
        # None is refused in most imports, and looking each row up takes as long as the rest.
        unless = _UNLESS_REFUSED if holds("SELECT FROM refused_orders") else ""
        cursor.execute(_INCOMING_GIGS.format(unless_refused=unless))
        overlay_gig_files()
        cursor.execute("ANALYZE incoming_gigs")
        cursor.execute(_CREATE_GIGS, {"batch": batch_id})
        cursor.execute(_GIGS_AS_KNOWN)
        cursor.execute(_IDENTIFY_KNOWN)
        set_active()
        for column in _GIG_COLUMNS:
            cursor.execute(
                SQL(_UPDATE_GIGS).format(column=Identifier(column), at=Identifier(f"{column}_at"))
            )
        log_statements(
            GIG_LOG,
            batch_id=batch_id,
            rows="incoming_gigs AS p JOIN known_gigs AS known USING (seller_id, ref) "
            "JOIN sellers_gig AS gig ON gig.id = known.id",
            said="p",
            result=lambda fact: SQL("{}").format(Identifier("gig", fact)),
            changed=SQL("p.is_changed"),
            place="NULL::bigint, NULL::bigint",
        )
    keep_gig_verdicts()


_NEWEST = """
(array_agg({staged} ORDER BY ordered_at DESC, {staged} DESC)
    FILTER (WHERE {staged} IS NOT NULL))[1] AS {column},
max(ordered_at) FILTER (WHERE {staged} IS NOT NULL) AS {column}_at
"""
# The words first, each once: there are few, and only those have to be sorted by time.
_INCOMING_GIGS = f"""
CREATE TEMPORARY TABLE incoming_gigs AS
WITH named AS (
    SELECT seller_id, gig, {", ".join(_GIG_COLUMNS.values())}, max(ordered_at) AS ordered_at
    FROM staged_orders JOIN touched_sellers USING (seller_no)
    WHERE (NOT staged_orders.fills_only OR EXISTS (
        SELECT FROM proposed_orders AS proposed
        WHERE (proposed.seller_id, proposed.ref, proposed.gig)
            = (touched_sellers.seller_id, staged_orders.ref, staged_orders.gig)
      )) {{unless_refused}}
    GROUP BY seller_id, gig, {", ".join(_GIG_COLUMNS.values())}
)
SELECT seller_id, gig AS ref, NULL::bigint AS gig_id, false AS is_new, false AS is_changed,
       NULL::boolean AS is_active,
       {", ".join(_NEWEST.format(column=c, staged=s) for c, s in _GIG_COLUMNS.items())}
FROM named GROUP BY seller_id, gig
"""  # noqa: S608 - made of constants

_UNLESS_REFUSED = """
AND NOT EXISTS (
    SELECT FROM refused_orders
    WHERE (refused_orders.seller_id, refused_orders.ref) = (touched_sellers.seller_id,
                                                            staged_orders.ref)
)
"""

_CREATE_GIGS = """
WITH created AS (
    INSERT INTO sellers_gig (seller_id, ref, title, category, price_band, is_active,
                             first_batch_id)
    SELECT seller_id, ref, coalesce(title, ''), coalesce(category, ''),
           coalesce(price_band, ''), coalesce(is_active, true), %(batch)s
    FROM incoming_gigs ORDER BY seller_id, ref
    ON CONFLICT (seller_id, ref) DO NOTHING
    RETURNING id, seller_id, ref
)
UPDATE incoming_gigs SET is_new = true, gig_id = created.id FROM created
WHERE (incoming_gigs.seller_id, incoming_gigs.ref) = (created.seller_id, created.ref)
"""

_GIGS_AS_KNOWN = """
CREATE TEMPORARY TABLE known_gigs AS
SELECT gig.* FROM sellers_gig AS gig JOIN incoming_gigs USING (seller_id, ref)
WHERE NOT incoming_gigs.is_new
"""
_IDENTIFY_KNOWN = """
UPDATE incoming_gigs AS incoming SET gig_id = known.id FROM known_gigs AS known
WHERE (incoming.seller_id, incoming.ref) = (known.seller_id, known.ref)
"""

_UPDATE_GIGS = """
WITH changed AS (
    UPDATE sellers_gig AS gig SET {column} = incoming.{column}
    FROM incoming_gigs AS incoming
    WHERE (gig.seller_id, gig.ref) = (incoming.seller_id, incoming.ref)
      AND NOT incoming.is_new AND incoming.{column} <> gig.{column}
      AND (gig.{column} = '' OR incoming.{at} >= coalesce(
              (SELECT max(ordered_at) FROM sellers_order WHERE gig_id = gig.id), '-infinity'))
    RETURNING gig.seller_id, gig.ref
)
UPDATE incoming_gigs SET is_changed = true FROM changed
WHERE (incoming_gigs.seller_id, incoming_gigs.ref) = (changed.seller_id, changed.ref)
"""


def _gig_laid_over(fact: str) -> Composed:
    """A statement that is done again: what lost against what was known only fills a gap."""
    if fact == "is_active":
        return SQL("coalesce({}, {})").format(
            Identifier("incoming", fact), Identifier("known", fact)
        )
    return SQL(
        "coalesce(CASE WHEN {old} = '' OR NOT coalesce(incoming.overruled ? {key}, false) "
        "THEN {new} END, {old})"
    ).format(old=Identifier("known", fact), new=Identifier("incoming", fact), key=Literal(fact))


GIG_LOG = Logged(
    kind=ChangeKind.GIG,
    table="sellers_gig",
    facts={**dict.fromkeys(_GIG_COLUMNS, "text"), "is_active": "boolean"},
    words=tuple(_GIG_COLUMNS),
    origin={},
    merged=_gig_laid_over,
    unsaid={"is_active": "true"},
)
