"""Rows that passed, in temporary tables of this connection, written by COPY.

Temporary tables are not logged and end with the connection: a worker that is killed leaves
nothing. They lie outside the transaction that merges them, so that progress can be seen.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.db import connection
from psycopg import Connection
from psycopg.sql import SQL, Composed, Identifier, Literal

from sellers.importing.cells import Texts
from sellers.models.orders import RATING_FIELDS

ORDERS, REVIEWS = "staged_orders", "staged_reviews"
GIGS, INQUIRIES, OBSERVATIONS = "staged_gigs", "staged_inquiries", "staged_observations"
#: Whose rows are staged; the rows name their seller by number.
SELLERS = "staged_sellers"
_PLACE = {"file_id": "bigint", "line": "bigint"}
_SELLER = {"seller_no": "int"}
SELLER_COLUMNS = {"seller_no": "int", "platform": "text", "handle": "text", "zone": "text"}
#: Facts of an order with their types; ``gig`` is the platform's identifier here.
ORDER_FACTS = {
    "gig": "text",
    "status": "smallint",
    "ordered_at": "timestamptz",
    "due_at": "timestamptz",
    "extended_due_at": "timestamptz",
    "delivered_at": "timestamptz",
    "completed_at": "timestamptz",
    "cancelled_at": "timestamptz",
    "cancelled_by": "smallint",
    "requirements_in": "boolean",
    "amount": "numeric(14,2)",
    "currency": "text",
    "revisions": "smallint",
    "disputes": "smallint",
    "buyer_key": "text",
    "buyer_label": "text",
    "excluded_on": "date",
    "excluded_reason": "text",
}
GIG_FACTS = {"gig_title": "text", "category": "text", "price_band": "text"}
REVIEW_FACTS = {
    "removed_at": "timestamptz",
    **dict.fromkeys(RATING_FIELDS, "numeric(3,2)"),
    "text": "text",
}
TABLES: Mapping[str, Mapping[str, str]] = {
    ORDERS: {
        **_PLACE,
        **_SELLER,
        "ref": "text",
        # Such a row never replaces what another row or an earlier import says.
        "fills_only": "boolean NOT NULL DEFAULT false",
        **ORDER_FACTS,
        **GIG_FACTS,
    },
    REVIEWS: {
        **_PLACE,
        **_SELLER,
        "order_ref": "text",
        "ref": "text",
        "posted_at": "timestamptz",
        **REVIEW_FACTS,
    },
    GIGS: {
        **_PLACE,
        **_SELLER,
        **dict.fromkeys(("ref", "title", "category", "price_band"), "text"),
        "is_active": "boolean",
    },
    INQUIRIES: {
        **_PLACE,
        **_SELLER,
        "ref": "text",
        "first_message_at": "timestamptz",
        "first_reply_at": "timestamptz",
    },
    OBSERVATIONS: {
        **_PLACE,
        **_SELLER,
        **dict.fromkeys(("gig", "day", "kind", "area"), "text"),
        "value": "numeric(14,2)",
        **dict.fromkeys(("label", "words"), "text"),
    },
}
#: Tables that the merge derives from the staged ones.
DERIVED = (
    "touched_sellers",
    "repeated_orders",
    "proposed_orders",
    "refused_orders",
    "written_orders",
    "incoming_gigs",
    "known_gigs",
    "file_gigs",
    "repeated_reviews",
    "proposed_reviews",
    "joined_reviews",
    "incoming_inquiries",
    "proposed_inquiries",
    "incoming_observations",
    "proposed_observations",
    "merged_facts",
    "refused_rows",
)

_ESCAPES = str.maketrans({"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r"})


def names(columns: Sequence[str]) -> Composed:
    return SQL(", ").join(Identifier(column) for column in columns)


def create_staging() -> None:
    """Empty staging tables on this connection."""
    drop_staging()
    with connection.cursor() as cursor:
        for table, columns in {SELLERS: SELLER_COLUMNS, **TABLES}.items():
            types = SQL(", ").join(
                Identifier(name) + SQL(f" {of_type}") for name, of_type in columns.items()
            )
            cursor.execute(SQL("CREATE TEMPORARY TABLE {} ({})").format(Identifier(table), types))


def drop_staging() -> None:
    every = SQL(", ").join(Identifier("pg_temp", table) for table in (SELLERS, *TABLES, *DERIVED))
    with connection.cursor() as cursor:
        cursor.execute(SQL("DROP TABLE IF EXISTS {}").format(every))


def stage(
    server: Connection[Any],
    table: str,
    *,
    file_id: int,
    lines: Sequence[int],
    columns: Mapping[str, Texts],
) -> None:
    """Append rows to a staging table with one COPY; "" is unknown.

    Columns that hold nothing are left out.
    """
    if lines:
        named: dict[str, Texts] = {
            "file_id": [str(file_id)] * len(lines),
            "line": list(map(str, lines)),
        }
        named |= {name: column for name, column in columns.items() if any(column)}
        copy_rows(server, table, named, blank_is_null=True)


def copy_rows(
    server: Connection[Any],
    table: str,
    columns: Mapping[str, Texts],
    *,
    blank_is_null: bool = False,
) -> None:
    """COPY columns of text into a table."""
    copied = SQL("COPY {} ({}) FROM STDIN (NULL {})").format(
        Identifier(table), names(list(columns)), Literal("" if blank_is_null else r"\N")
    )
    with server.cursor() as cursor, cursor.copy(copied) as copy:
        copy.write(copy_text(list(columns.values())))


def copy_text(columns: Sequence[Texts]) -> str:
    """Columns of equal length as COPY reads them, row by row."""
    text = _joined(columns)
    rows, marks = len(columns[0]), len(columns) - 1
    # Signs with a meaning to COPY are rare: joined first, and looked for in all of it.
    if (text.count("\n"), text.count("\t")) != (rows, rows * marks) or "\\" in text or "\r" in text:
        return _joined([[cell.translate(_ESCAPES) for cell in column] for column in columns])
    return text


def _joined(columns: Sequence[Texts]) -> str:
    return "\n".join(map("\t".join, zip(*columns, strict=True))) + "\n"


#: Columns that rows are found and joined by: a look at all of them takes many times as long.
_KEYS = {
    ORDERS: ("seller_no", "ref"),
    REVIEWS: ("seller_no", "order_ref"),
    "repeated_orders": ("seller_no", "ref"),
    "proposed_orders": ("seller_id", "ref", "gig", "order_id"),
    "written_orders": ("seller_id", "ref"),
    "joined_reviews": ("waiting_id", "order_id"),
    "repeated_reviews": ("seller_no", "order_ref"),
    "proposed_reviews": ("order_id", "review_id", "waiting_id"),
    "sellers_order": ("seller_id", "gig_id", "ref", "ordered_at"),
    "sellers_review": ("order_id", "posted_at"),
}


def analyze(*tables: str) -> None:
    """Let the planner see what is in the tables."""
    with connection.cursor() as cursor:
        for table in tables:
            keys = SQL("({})").format(names(_KEYS[table])) if table in _KEYS else SQL("")
            cursor.execute(SQL("ANALYZE {} {}").format(Identifier(table), keys))


#: Rows that are written at once, if there are not so many more that it would take long to look
#: for them each time.
_SLICE_ROWS, _MOST_SLICES = 400_000, 8
_SLICES = """
SELECT min(seller_id), max(seller_id) FROM (
    SELECT seller_id, div(sum(rows) OVER (ORDER BY seller_id) - rows,
                          greatest(%s, sum(rows) OVER () / %s)) AS slice
    FROM touched_sellers WHERE seller_id IS NOT NULL
) AS parted GROUP BY slice ORDER BY slice
"""


def slices(alias: str) -> Iterator[Composed]:
    """Conditions that part the rows of the touched sellers, in the order of the sellers.

    The server remembers every written row until its foreign keys are checked, at the end of
    the statement: in slices that takes a bounded memory, however many rows there are. Sellers
    one after the other lie side by side in the indexes too: no slice touches every page of them.
    """
    with connection.cursor() as cursor:
        cursor.execute(_SLICES, [_SLICE_ROWS, _MOST_SLICES])
        parted = cursor.fetchall()
    for first, last in parted:
        yield SQL("{alias}.seller_id BETWEEN {first} AND {last}").format(
            alias=Identifier(alias), first=Literal(first), last=Literal(last)
        )
