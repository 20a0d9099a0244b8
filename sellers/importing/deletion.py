"""Delete many rows at once with everything that hangs on them, also in apps that build on this.

What Django's own ``delete`` does row by row in Python is done here in a statement a table; what
is to happen to related rows is read from the models.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.db import models
from psycopg.sql import SQL, Identifier

from sellers.importing.history import execute


def delete_rows(
    model: type[models.Model], ids: str, within: Collection[type[models.Model]] | None = None
) -> int:
    """Delete the rows of ``model`` whose ids are in the temporary table ``ids``.

    Parameters
    ----------
    within : look after what hangs on them in these tables alone; None: wherever it is

    Returns
    -------
    The number of rows deleted from the model's own table.
    """
    for relation in _relations(model):
        related = relation.related_model
        if within is not None and related not in within:
            continue
        column = Identifier(relation.field.column)
        table = Identifier(related._meta.db_table)
        if relation.on_delete is models.SET_NULL:
            execute(
                SQL(
                    "UPDATE {table} SET {column} = NULL WHERE {column} IN (SELECT id FROM {ids})"
                ).format(table=table, column=column, ids=Identifier(ids))
            )
        elif relation.on_delete is models.CASCADE:
            below = f"{related._meta.db_table}_of_{ids}"[:60]
            found = execute(
                SQL(
                    "CREATE TEMPORARY TABLE {below} ON COMMIT DROP AS "
                    "SELECT id FROM {table} WHERE {column} IN (SELECT id FROM {ids})"
                ).format(below=Identifier(below), table=table, column=column, ids=Identifier(ids))
            )
            if found:
                delete_rows(related, below, within)
            execute(SQL("DROP TABLE {}").format(Identifier(below)))
    return execute(
        SQL("DELETE FROM {} WHERE id IN (SELECT id FROM {})").format(
            Identifier(model._meta.db_table), Identifier(ids)
        )
    )


def _relations(model: type[models.Model]) -> list[Any]:
    """What points to a model, also where it is given no name to be found by."""
    return [
        field
        for field in model._meta.get_fields(include_hidden=True)
        if field.auto_created and not field.concrete and (field.one_to_many or field.one_to_one)
    ]
