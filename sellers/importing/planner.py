"""What PostgreSQL's planner believes of our tables.

A table whose rows were all taken back (every preview does that) and that was vacuumed then is on
record as empty, with pages. The planner goes on believing that of whatever comes into it, until
the next ANALYZE: joins of a few thousand rows then go through all of them for each.
"""

from __future__ import annotations

from django.apps import apps
from django.db import connection

from sellers.importing import staging

#: So many new rows are worth telling of at once.
_MANY = 20_000
_BELIEVED_EMPTY = """
    SELECT relname FROM pg_class
    WHERE oid = ANY (%s::regclass[]) AND relkind = 'r' AND reltuples = 0 AND relpages > 0
    ORDER BY relname
"""


def analyze_believed_empty() -> list[str]:
    """Look at the tables of facts that are on record as empty and are not; returns their names.

    Not in a transaction that does more: a table is held until its end.
    """
    tables = [model._meta.db_table for model in apps.get_app_config("sellers").get_models()]
    with connection.cursor() as cursor:
        cursor.execute(_BELIEVED_EMPTY, [tables])
        found = [str(name) for (name,) in cursor.fetchall()]
    staging.analyze(*found)
    return found


def tell_planner(new_rows: int) -> None:
    """After many new rows the planner's picture of the tables is of no use; show it anew."""
    if new_rows >= _MANY:
        staging.analyze("sellers_order", "sellers_review")
    else:
        analyze_believed_empty()
