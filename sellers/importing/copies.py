"""Copies of the tables that an import writes, put in front of the real ones for a trial.

A temporary table hides a real one of the same name. So the very statements of the merge can be
tried on what is known of the sellers that an import touches, and those of an undo likewise:
nothing is written to the real tables, nobody waits for it, and it leaves no dead rows behind. The
copies are read by one statement, so that they are of one moment; they end with the transaction,
which is rolled back.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connection, models
from psycopg.sql import SQL, Composed, Identifier, Literal

from sellers.models import (
    Gig,
    ImportChange,
    Inquiry,
    Observation,
    Order,
    Review,
    Seller,
    WaitingReview,
)

#: With more known orders than this, copying takes longer than an import and to take it back.
MOST_COPIED = 500_000

_OF_SELLERS = "seller_id IN (SELECT id FROM known)"
#: What is copied of each table; of the log nothing, unless it is asked for.
_COPIED: dict[type[models.Model], str] = {
    Seller: "id IN (SELECT id FROM known)",
    Gig: _OF_SELLERS,
    Order: _OF_SELLERS,
    Review: "order_id IN (SELECT id FROM {schema}.sellers_order WHERE seller_id IN "
    "(SELECT id FROM known))",
    WaitingReview: _OF_SELLERS,
    Inquiry: _OF_SELLERS,
    Observation: _OF_SELLERS,
    ImportChange: "{log}",
}
#: The tables that are copied: what hangs on them in others is out of reach of a trial.
COPIED = frozenset(_COPIED)
#: Small tables, whose rows are told apart by their keys while they are written.
_WITH_KEYS = (Seller, Gig, WaitingReview)

_KNOWN = """
SELECT seller.id FROM {schema}.sellers_seller AS seller
JOIN touched_sellers USING (platform, handle)
"""
_MANY = f"""
SELECT FROM {{schema}}.sellers_order WHERE seller_id IN ({_KNOWN}) OFFSET {{most}} LIMIT 1
"""
_SHAPE = """
CREATE TEMPORARY TABLE {name} (
    LIKE {schema}.{name} INCLUDING DEFAULTS INCLUDING CONSTRAINTS {keys}
) ON COMMIT DROP
"""
_NUMBERS = """
ALTER TABLE pg_temp.{name} ALTER COLUMN id
SET DEFAULT nextval({numbers}::regclass)
"""


def put_copies_in_front(*, log: str = "false", most: int | None = None) -> bool:
    """Have the rest of the transaction write to copies; False where there is too much to copy.

    The transaction has to be rolled back. The sellers in question must be in ``touched_sellers``.

    Parameters
    ----------
    log : SQL condition on the entries of the log that are copied, with ``{schema}`` before the
        names of the tables themselves
    most : more known orders are too much; None: :data:`MOST_COPIED`
    """
    schema = _schema()
    if _is_much(schema, MOST_COPIED if most is None else most):
        return False
    with connection.cursor() as cursor:
        for model in _COPIED:
            for statement in _shape(model, schema):
                cursor.execute(statement)
        cursor.execute(_copy(schema, log))
        if cursor.fetchone()[0]:
            # Serves the newest order of a gig.
            cursor.execute("CREATE INDEX ON pg_temp.sellers_order (gig_id)")
            cursor.execute(SQL("ANALYZE {}").format(_names(list(_COPIED))))
    return True


def _is_much(schema: Identifier, most: int) -> bool:
    """Whether more is known of the touched sellers than is worth copying."""
    with connection.cursor() as cursor:
        cursor.execute(SQL(_MANY).format(schema=schema, most=Literal(most)))
        return cursor.fetchone() is not None


def _schema() -> Identifier:
    """Where the real tables are."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nspname FROM pg_class JOIN pg_namespace AS schema "
            "ON schema.oid = relnamespace WHERE pg_class.oid = 'sellers_seller'::regclass"
        )
        return Identifier(cursor.fetchone()[0])


def _shape(model: type[models.Model], schema: Identifier) -> Sequence[Composed]:
    """An empty table like the real one, whose new rows take their numbers from where that does."""
    name = _name(model)
    with connection.cursor() as cursor:
        real = SQL("{}.{}").format(schema, name).as_string(cursor.connection)
        cursor.execute("SELECT pg_get_serial_sequence(%s, 'id')", [real])
        numbers = Literal(cursor.fetchone()[0])
    keys = SQL("INCLUDING INDEXES" if model in _WITH_KEYS else "")
    return (
        SQL(_SHAPE).format(name=name, schema=schema, keys=keys),
        SQL(_NUMBERS).format(name=name, numbers=numbers),
    )


def _copy(schema: Identifier, log: str) -> Composed:
    """One statement for all tables: each part of it sees the same moment."""
    parts = [
        SQL(
            "copied_{name} AS (INSERT INTO pg_temp.{table} SELECT * FROM {schema}.{table} WHERE "
        ).format(name=SQL(model._meta.model_name or ""), table=_name(model), schema=schema)
        + SQL(what.replace("{log}", log)).format(schema=schema)
        + SQL(")")
        for model, what in _COPIED.items()
    ]
    return SQL("WITH known AS MATERIALIZED ({known}), {parts} SELECT count(*) FROM known").format(
        known=SQL(_KNOWN).format(schema=schema), parts=SQL(", ").join(parts)
    )


def _name(model: type[models.Model]) -> Identifier:
    return Identifier(model._meta.db_table)


def _names(tables: Sequence[type[models.Model]]) -> Composed:
    return SQL(", ").join(SQL("pg_temp.{}").format(_name(model)) for model in tables)
