"""Staged rows of gigs files, laid over what the orders of the same import say about gigs.

A file of gigs is about the gigs themselves: what it names always wins over an order's words.
"""

from __future__ import annotations

from django.db import connection

from sellers.importing.merge_facts import MERGED

_TEXTS = ("title", "category", "price_band")

_FIRST = "(array_agg({0} ORDER BY {0} DESC) FILTER (WHERE {0} IS NOT NULL))[1] AS {0}"
_FILE_GIGS = f"""
CREATE TEMPORARY TABLE file_gigs AS
SELECT seller_id, ref, {", ".join(_FIRST.format(name) for name in _TEXTS)},
       bool_or(is_active) AS is_active, count(*) AS rows,
       min(file_id) AS file_id, min(line) AS line
FROM staged_gigs JOIN touched_sellers USING (seller_no)
GROUP BY seller_id, ref
"""  # noqa: S608 - made of constants

_OVERLAY = f"""
UPDATE incoming_gigs AS incoming SET is_active = file.is_active,
    {", ".join(f"{n} = coalesce(file.{n}, incoming.{n})" for n in _TEXTS)},
    {
    ", ".join(
        f"{n}_at = CASE WHEN file.{n} IS NULL THEN incoming.{n}_at ELSE 'infinity' END"
        for n in _TEXTS
    )
}
FROM file_gigs AS file
WHERE (file.seller_id, file.ref) = (incoming.seller_id, incoming.ref)
"""  # noqa: S608 - made of constants

_ADD = f"""
INSERT INTO incoming_gigs (seller_id, ref, is_new, is_changed, is_active,
                           {", ".join(f"{n}, {n}_at" for n in _TEXTS)})
SELECT seller_id, ref, false, false, is_active, {", ".join(f"{n}, 'infinity'" for n in _TEXTS)}
FROM file_gigs AS file
WHERE NOT EXISTS (
    SELECT FROM incoming_gigs AS incoming
    WHERE (incoming.seller_id, incoming.ref) = (file.seller_id, file.ref)
)
"""  # noqa: S608 - made of constants

_SET_ACTIVE = """
WITH changed AS (
    UPDATE sellers_gig AS gig SET is_active = incoming.is_active
    FROM incoming_gigs AS incoming
    WHERE (gig.seller_id, gig.ref) = (incoming.seller_id, incoming.ref)
      AND NOT incoming.is_new AND incoming.is_active <> gig.is_active
    RETURNING gig.seller_id, gig.ref
)
UPDATE incoming_gigs SET is_changed = true FROM changed
WHERE (incoming_gigs.seller_id, incoming_gigs.ref) = (changed.seller_id, changed.ref)
"""

_VERDICTS = f"""
INSERT INTO {MERGED} (kind, seller_id, file_id, line, rows, verdict)
SELECT 'gigs', seller_id, file.file_id, file.line, file.rows,
       CASE WHEN incoming.is_new THEN 'new' WHEN incoming.is_changed THEN 'changed'
            ELSE 'unchanged' END
FROM file_gigs AS file JOIN incoming_gigs AS incoming USING (seller_id, ref)
"""  # noqa: S608 - made of constants


def overlay_gig_files() -> None:
    """Lay the rows of gigs files over ``incoming_gigs``, before it is written."""
    with connection.cursor() as cursor:
        for statement in (_FILE_GIGS, _OVERLAY, _ADD):
            cursor.execute(statement)


def set_active() -> None:
    """Write whether known gigs can be ordered; new ones are created so."""
    with connection.cursor() as cursor:
        cursor.execute(_SET_ACTIVE)


def keep_gig_verdicts() -> None:
    """Keep what happened to each row, once all of them are written."""
    with connection.cursor() as cursor:
        cursor.execute(_VERDICTS)
