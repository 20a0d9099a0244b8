"""What an import would do, read from the very merge that would do it, before that is rolled back.

The answer is JSON, stored with the batch (:class:`sellers.models.ImportPreview`)::

    {"rows": {"rows_new": 2, …},                     every verdict of COUNTS
     "fields": [{"kind", "field", "rows"}],           facts that change, most rows first
     "changed": [{"kind", "ref", "seller_id", "seller", "file_id", "line",
                  "fields": {"amount": [before, after], …}}],
     "new": [{"kind", "ref", "seller_id", "seller", "file_id", "line"}],
     "duplicates": [{"kind", "ref", "seller", "same", "differing",
                     "rows": [{"file_id", "line", "left_out", "says": {…}}]}],
     "duplicates_count": 1,
     "sellers": [SellerShift.as_json(), …],           those that move most first
     "sellers_worked_out": 3, "sellers_moving": 2, "sellers_displayed": 1,
     "sellers_count": 3, "sellers_new": 1}

Lists of rows hold the first :data:`SHOWN`, that of sellers :data:`KEPT_SELLERS`; the counts are of
all. A fact that is unknown is null.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from django.db import connection
from psycopg.sql import SQL, Composed, Identifier, Literal

from sellers.importing.history import Logged, holds
from sellers.importing.merge_orders import ORDER_LOG
from sellers.importing.merge_reviews import REVIEW_LOG, WAITING_LOG
from sellers.importing.merge_sellers import GIG_LOG
from sellers.importing.standings import SellerShift
from sellers.models import ChangeKind, FileRole, ImportBatch

#: Rows of each list that are shown.
SHOWN = 50
#: Sellers that are kept with the preview.
KEPT_SELLERS = 200

_FIELDS = """
SELECT kind, field, count(*)
FROM sellers_importchange, jsonb_object_keys(before - %(origin)s::text[]) AS field
WHERE batch_id = %(batch)s AND kind = ANY(%(kinds)s) AND before IS NOT NULL
GROUP BY kind, field ORDER BY count(*) DESC, kind, field
"""

_CHANGED = """
WITH entries AS MATERIALIZED (
    SELECT * FROM sellers_importchange
    WHERE batch_id = %(batch)s AND kind = {kind} AND before IS NOT NULL
    ORDER BY id LIMIT {shown}
)
SELECT entry.kind, {ref}, seller.id, seller.handle, entry.file_id, entry.line, entry.before,
       {after}
FROM entries AS entry
JOIN {table} AS row ON row.id = entry.row_id
{joins}
JOIN sellers_seller AS seller ON seller.id = {seller}
ORDER BY entry.id
"""

_NEW = f"""
(SELECT 1, ref, seller_id, handle, file_id, line
 FROM proposed_orders JOIN touched_sellers USING (seller_id)
 WHERE order_id IS NULL ORDER BY file_id, line LIMIT {SHOWN})
UNION ALL
(SELECT 2, order_ref, seller_id, handle, file_id, line
 FROM proposed_reviews JOIN touched_sellers USING (seller_id)
 WHERE order_id IS NOT NULL AND review_id IS NULL AND NOT is_too_early
 ORDER BY file_id, line LIMIT {SHOWN})
"""  # noqa: S608 - made of constants

# Messages about one order are meant to be several: those are no duplicates.
_DUPLICATES = """
WITH given AS (
    SELECT staged.* FROM {table} AS staged
    WHERE file_id NOT IN (SELECT id FROM sellers_importfile WHERE role = {mail})
), repeated AS (
    SELECT {identity} FROM given GROUP BY {names} HAVING count(*) > 1
), rows AS (
    SELECT repeated.*, file_id, line, to_jsonb(given) - '{{file_id,line}}'::text[] AS said
    FROM given JOIN repeated ON ({values}) = ({repeated})
), groups AS (
    SELECT {names}, count(*) OVER () AS groups, count(DISTINCT said) = 1 AS same,
           min(file_id) AS first_file, min(line) AS first_line,
           jsonb_agg(jsonb_build_object('file_id', file_id, 'line', line, 'says', said)
                     ORDER BY file_id, line) AS rows
    FROM rows GROUP BY {names} HAVING count(*) > 1
)
SELECT {ref}, handle, same, rows, groups FROM groups JOIN staged_sellers USING (seller_no)
ORDER BY first_file, first_line LIMIT {shown}
"""


def effect_of(batch: ImportBatch, duplicates: dict[str, Any]) -> dict[str, Any]:
    """The effect of the merge in whose transaction this is called, without the sellers' part."""
    origin = [column for log in (ORDER_LOG, REVIEW_LOG) for column in log.origin]
    kinds = [log.kind.value for log in (ORDER_LOG, REVIEW_LOG, WAITING_LOG, GIG_LOG)]
    found = _rows(_FIELDS, {"batch": batch.pk, "origin": origin, "kinds": kinds})
    return {
        "fields": [
            {"kind": _word(kind), "field": field, "rows": rows} for kind, field, rows in found
        ],
        "changed": [
            row
            for log in (ORDER_LOG, REVIEW_LOG, WAITING_LOG, GIG_LOG)
            for row in _changed(log, batch)
        ][:SHOWN],
        "new": [
            dict(zip(("ref", "seller_id", "seller", "file_id", "line"), rest, strict=True))
            | {"kind": _word(kind)}
            for kind, *rest in _rows(_NEW)
        ][:SHOWN],
        **duplicates,
    }


def sellers_part(shifted: Sequence[SellerShift], sellers: int) -> dict[str, Any]:
    """What becomes of the sellers: how many move of those that were worked out, and the first."""
    ranked = sorted(shifted, key=lambda shift: shift.rank)
    return {
        "sellers": [shift.as_json() | {"is_new": shift.is_new} for shift in ranked[:KEPT_SELLERS]],
        "sellers_worked_out": len(ranked),
        "sellers_moving": sum(shift.moves for shift in ranked),
        "sellers_displayed": sum(shift.moves_display for shift in ranked),
        "sellers_count": sellers,
    }


#: What is repeated at all, messages included.
_REPEATED = {ChangeKind.ORDER: "repeated_orders", ChangeKind.REVIEW: "repeated_reviews"}


def duplicates_in(batch: ImportBatch) -> dict[str, Any]:
    """Rows of the files that are about the same thing, before any is left out."""
    left_out = {(int(file), int(line)) for file, line in batch.left_out}
    found, count = [], 0
    for kind, table, ref, identity in (
        (ChangeKind.ORDER, "staged_orders", "ref", {"seller_no": "", "ref": ""}),
        (
            ChangeKind.REVIEW,
            "staged_reviews",
            "order_ref",
            {
                "seller_no": "",
                "order_ref": "",
                "review": "coalesce(given.ref, '')",
                "posted_at": "",
            },
        ),
    ):
        if not holds(f"SELECT FROM {_REPEATED[kind]}"):
            continue
        query = SQL(_DUPLICATES).format(
            identity=SQL(", ").join(
                SQL("{} AS {}").format(_value(name, of), Identifier(name))
                for name, of in identity.items()
            ),
            values=SQL(", ").join(_value(name, of) for name, of in identity.items()),
            repeated=SQL(", ").join(Identifier("repeated", name) for name in identity),
            names=SQL(", ").join(map(Identifier, identity)),
            table=Identifier(table),
            mail=Literal(FileRole.MAIL.value),
            ref=Identifier(ref),
            shown=Literal(SHOWN),
        )
        groups = _rows(query)
        count += groups[0][4] if groups else 0
        found += [_duplicate(kind, group, left_out) for group in groups]
    return {"duplicates": found[:SHOWN], "duplicates_count": count}


def _value(name: str, of: str) -> Composed:
    """A part of what makes two rows be about the same thing."""
    return SQL(of).format() if of else SQL("{}").format(Identifier("given", name))


def _duplicate(
    kind: ChangeKind, group: tuple[Any, ...], left_out: set[tuple[int, int]]
) -> dict[str, Any]:
    ref, handle, same, rows_json, _ = group
    rows = json.loads(rows_json)
    facts = rows[0]["says"]
    differing = [name for name in facts if len({str(row["says"][name]) for row in rows}) > 1]
    for row in rows:
        row["says"] = {name: row["says"][name] for name in differing}
        row["left_out"] = (row["file_id"], row["line"]) in left_out
    return {
        "kind": _word(kind),
        "ref": ref,
        "seller": handle,
        "same": same,
        "differing": differing,
        "rows": rows[:SHOWN],
    }


def _changed(log: Logged, batch: ImportBatch) -> list[dict[str, Any]]:
    found = _rows(_changed_query(log), {"batch": batch.pk})
    names = ("ref", "seller_id", "seller", "file_id", "line")
    rows = []
    for kind, *rest, before_json, after_json in found:
        before, after = json.loads(before_json), json.loads(after_json)
        fields = {
            fact: [before[fact] or None, after[fact] or None]
            if fact in log.words
            else [before[fact], after[fact]]
            for fact in log.facts
            if fact in before
        }
        rows.append(dict(zip(names, rest, strict=True)) | {"kind": _word(kind), "fields": fields})
    return rows


def _changed_query(log: Logged) -> Composed:
    joins, seller, ref, after = "", "row.seller_id", "row.ref", "to_jsonb(row)"
    if log is ORDER_LOG:
        joins = "JOIN sellers_gig AS gig ON gig.id = row.gig_id"
        after = "to_jsonb(row) || jsonb_build_object('gig', gig.ref)"
    elif log is REVIEW_LOG:
        joins = "JOIN sellers_order AS orders ON orders.id = row.order_id"
        seller, ref = "orders.seller_id", "orders.ref"
    elif log is WAITING_LOG:
        ref = "row.order_ref"
    return SQL(_CHANGED).format(
        ref=SQL(ref),
        after=SQL(after),
        table=Identifier(log.table),
        joins=SQL(joins),
        seller=SQL(seller),
        kind=Literal(log.kind.value),
        shown=Literal(SHOWN),
    )


def _word(kind: int) -> str:
    return ChangeKind(kind).name.lower()


def _rows(query: str | Composed, parameters: dict[str, Any] | None = None) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query, parameters)
        return list(cursor.fetchall())
