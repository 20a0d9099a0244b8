"""The log of imports: what each said about rows that were known, and the values before.

A row that an import adds needs no entry: its ``first_batch`` names the import. A row that was
known gets one entry a batch (:class:`sellers.models.ImportChange`):

- ``before``: the facts that changed, with their values before, and where they came from;
- ``named``: one bit for each fact that the row named;
- ``overruled``: facts that it named in vain, with what it named.

So what a batch said can be told from the entry and the state after it, and undo
(:mod:`sellers.importing.undo`) can do again what later batches said.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from django.db import connection
from psycopg.sql import SQL, Composable, Composed, Identifier, Literal

from sellers.models import ChangeKind, ImportState


@dataclass(frozen=True, slots=True)
class Logged:
    """A table whose rows are logged.

    Attributes
    ----------
    facts : columns with their types, in the order of their bits in ``named``; append only
    words : facts kept as '' where unknown
    unsaid : SQL of other facts that are never unknown, where no row names them
    origin : columns that say where the facts came from, with their types
    merged : SQL of one fact when ``incoming`` is laid over ``known``
    contradiction : SQL condition over the merged facts; such a statement is dropped
    gig_ref : whether the fact ``gig`` stands for the column ``gig_id``
    may_fill_only : whether statements may come from rows that replace nothing
    """

    kind: ChangeKind
    table: str
    facts: Mapping[str, str]
    words: tuple[str, ...]
    origin: Mapping[str, str]
    merged: Callable[[str], Composable]
    contradiction: str = ""
    gig_ref: bool = False
    may_fill_only: bool = False
    unsaid: Mapping[str, str] = field(default_factory=dict)

    def bit(self, fact: str) -> int:
        return 1 << list(self.facts).index(fact)

    def stored(self, alias: str, fact: str) -> Composed:
        """A fact as the table keeps it: words that are unknown are empty."""
        name = Identifier(alias, fact)
        if fact in self.unsaid:
            return SQL("coalesce({}, {})").format(name, SQL(self.unsaid[fact]))
        return (SQL("coalesce({}, '')") if fact in self.words else SQL("{}")).format(name)

    def known(self, alias: str, fact: str) -> Composed:
        """A fact as rows state it: NULL where unknown."""
        name = Identifier(alias, fact)
        return (SQL("nullif({}, '')") if fact in self.words else SQL("{}")).format(name)


def changed_facts(logged: Logged, new: Callable[[str], Composable], known: str) -> Composed:
    """JSON of the facts that become other ones, with their values before, and of the origin."""
    parts: list[Composable] = [
        SQL(
            "CASE WHEN {new} IS DISTINCT FROM {old} THEN jsonb_build_object({key}, {old}) "
            "ELSE '{{}}' END"
        ).format(new=new(fact), old=Identifier(known, fact), key=Literal(fact))
        for fact in logged.facts
    ]
    parts.append(origin_of(logged, known))
    return SQL(" || ").join(parts)


def origin_of(logged: Logged, known: str) -> Composed:
    pairs = SQL(", ").join(
        SQL("{}, {}").format(Literal(column), Identifier(known, column)) for column in logged.origin
    )
    return SQL("jsonb_build_object({})").format(pairs)


#: Bit of ``named``: the row replaced nothing, it only filled what was unknown.
FILLS_ONLY = 1 << 30


def named_facts(logged: Logged, said: str) -> Composed:
    """One bit for each fact that a row names."""
    bits = [
        SQL("({} IS NOT NULL)::int * {}").format(Identifier(said, fact), Literal(logged.bit(fact)))
        for fact in logged.facts
    ]
    if logged.may_fill_only:
        bits.append(SQL("{}::int * {}").format(Identifier(said, "fills_only"), Literal(FILLS_ONLY)))
    return SQL(" + ").join(bits)


def overruled_facts(logged: Logged, said: str, result: Callable[[str], Composable]) -> Composed:
    """JSON of facts that a row named and that did not come to be so; NULL where none."""
    lost = {
        fact: SQL("({said} IS NOT NULL AND {said} IS DISTINCT FROM {result})").format(
            said=Identifier(said, fact), result=result(fact)
        )
        for fact in logged.facts
    }
    parts = [
        SQL("CASE WHEN {} THEN jsonb_build_object({}, {}) ELSE '{{}}' END").format(
            test, Literal(fact), Identifier(said, fact)
        )
        for fact, test in lost.items()
    ]
    return SQL("CASE WHEN {} THEN {} END").format(
        SQL(" OR ").join(lost.values()), SQL(" || ").join(parts)
    )


_LOG = """
INSERT INTO sellers_importchange (batch_id, kind, row_id, before, named, overruled, file_id, line)
SELECT {batch}, {kind}, known.id, CASE WHEN {changed} THEN {before} END, {named}, {overruled},
       {place}
FROM {rows}
WHERE {changed} OR (SELECT state <> {preview} FROM sellers_importbatch WHERE id = {batch})
"""


def log_statements(
    logged: Logged,
    *,
    batch_id: int,
    rows: str,
    said: str,
    result: Callable[[str], Composable],
    changed: Composable,
    place: str,
) -> None:
    """Log what a batch says about known rows, before they are updated.

    A preview, whose log nobody undoes, only tells what would change.

    Parameters
    ----------
    rows : FROM clause in which ``known`` is the table with its facts as columns
    said : alias there of what the rows of the batch say
    result : SQL of a fact as the table will keep it
    changed : SQL condition: whether any fact becomes another one
    place : SQL of the file and the line
    """
    execute(
        SQL(_LOG).format(
            batch=Literal(batch_id),
            kind=Literal(logged.kind.value),
            changed=changed,
            before=changed_facts(logged, result, "known"),
            named=named_facts(logged, said),
            overruled=overruled_facts(logged, said, result),
            place=SQL(place),
            rows=SQL(rows),
            preview=Literal(ImportState.CHECKING.value),
        )
    )


def execute(statement: Composable, parameters: Mapping[str, int] | None = None) -> int:
    """Run one statement; returns how many rows it touched."""
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return int(cursor.rowcount)


def holds(rows: str) -> bool:
    """Whether a question has any answer."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT EXISTS ({rows})")
        return bool(cursor.fetchone()[0])
