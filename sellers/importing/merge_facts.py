"""Rows of inquiries and of observations → their tables, by one rule.

A row is known by its key. A fact that it names replaces the known one, a blank leaves it.
Several rows of one key in one import are laid over each other in an order that depends on
their content alone. What happened to each is kept in ``merged_facts`` until the outcome of
the import is read.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.db import connection
from psycopg.sql import SQL, Composed, Identifier, Literal

from sellers.importing.history import Logged, log_statements
from sellers.models import ChangeKind

MERGED = "merged_facts"

_CREATE_MERGED = f"""
CREATE TEMPORARY TABLE {MERGED} (
    kind text, seller_id bigint, file_id bigint, line bigint, rows bigint, verdict text,
    "column" text, value text, reason text, fix text
)
"""

_INCOMING = """
CREATE TEMPORARY TABLE {incoming} AS
SELECT touched.seller_id, {keys}, {facts}, count(*) AS rows,
       (array_agg(staged.file_id ORDER BY {rank}))[1] AS file_id,
       (array_agg(staged.line ORDER BY {rank}))[1] AS line
FROM {staged} AS staged JOIN touched_sellers AS touched USING (seller_no)
GROUP BY touched.seller_id, {group}
"""

_PROPOSED = """
CREATE TEMPORARY TABLE {proposed} AS
SELECT incoming.*{selected}, known.id AS known_id, {results}, {refused} AS refused,
       known.id IS NOT NULL AND ({laid}) IS DISTINCT FROM ({old}) AS is_changed
FROM {incoming} AS incoming {lookups}
LEFT JOIN {table} AS known ON known.seller_id = incoming.seller_id AND {same}
"""

_UPDATE = """
UPDATE {table} AS known SET {assignments} FROM {proposed} AS p
WHERE known.id = p.known_id AND p.is_changed AND p.refused IS NULL
"""

_INSERT = """
INSERT INTO {table} (seller_id, {columns}, first_batch_id{more})
SELECT p.seller_id, {values}, %(batch)s{more_values} FROM {proposed} AS p
WHERE p.known_id IS NULL AND p.refused IS NULL ORDER BY p.seller_id, {order}
"""

_VERDICTS = """
INSERT INTO {merged} (kind, seller_id, file_id, line, rows, verdict, "column", value, reason, fix)
SELECT {kind}, p.seller_id, coalesce(staged.file_id, p.file_id), coalesce(staged.line, p.line),
       CASE WHEN p.refused IS NULL THEN p.rows ELSE 1 END,
       CASE WHEN p.refused IS NOT NULL THEN 'refused' WHEN p.known_id IS NULL THEN 'new'
            WHEN p.is_changed THEN 'changed' ELSE 'unchanged' END,
       {column}, coalesce(p.refused, ''), {reason}, {fix}
FROM {proposed} AS p
LEFT JOIN (SELECT staged.*, touched.seller_id FROM {staged} AS staged
           JOIN touched_sellers AS touched USING (seller_no)) AS staged
    ON p.refused IS NOT NULL AND staged.seller_id = p.seller_id AND {matches}
"""


@dataclass(frozen=True, slots=True)
class Facts:
    """A table that imports write by key.

    Attributes
    ----------
    kind : what the rows are called in the outcome
    table, staged : where they go, where they wait
    keys : staged columns that say which row it is, with the column of the table
    facts : columns of the table with their SQL types
    words : columns kept as '' where unknown
    same : SQL condition that ``known`` is the row of ``incoming``
    lookups, selected : further joins of ``incoming``, and what is taken from them
    key_values : SQL of a key column, where it is not the staged text
    refused : SQL of the value for which a merged row is refused; NULL where it is fine
    column, reason, fix : what the report says about a refused row
    more : columns that are set when a row is created, with their SQL
    """

    kind: str
    change: ChangeKind
    table: str
    staged: str
    keys: Mapping[str, str]
    facts: Mapping[str, str]
    words: tuple[str, ...]
    same: str
    lookups: str = ""
    selected: str = ""
    refused: str = "NULL::text"
    column: str = ""
    reason: str = ""
    fix: str = ""
    key_values: Mapping[str, str] | None = None
    more: Mapping[str, str] | None = None

    @property
    def incoming(self) -> str:
        return f"incoming_{self.kind}"

    @property
    def proposed(self) -> str:
        return f"proposed_{self.kind}"

    @property
    def log(self) -> Logged:
        return Logged(
            kind=self.change,
            table=self.table,
            facts=self.facts,
            words=self.words,
            origin={},
            merged=lambda fact: SQL("coalesce({}, {})").format(
                Identifier("incoming", fact), self.known(fact)
            ),
        )

    def known(self, fact: str) -> Composed:
        name = Identifier("known", fact)
        return (SQL("nullif({}, '')") if fact in self.words else SQL("{}")).format(name)

    def stored(self, fact: str) -> Composed:
        name = Identifier("p", f"merged_{fact}")
        return (SQL("coalesce({}, '')") if fact in self.words else SQL("{}")).format(name)


def create_merged() -> None:
    with connection.cursor() as cursor:
        cursor.execute(_CREATE_MERGED)


def merge_facts(of: Facts, *, batch_id: int) -> None:
    """Write the staged rows of one kind, and keep what happened to each."""
    names = {
        "table": Identifier(of.table),
        "staged": Identifier(of.staged),
        "incoming": Identifier(of.incoming),
        "proposed": Identifier(of.proposed),
        "merged": Identifier(MERGED),
    }
    with connection.cursor() as cursor:
        cursor.execute(SQL("SELECT EXISTS (SELECT FROM {staged})").format(**names))
        if not cursor.fetchone()[0]:
            return
        cursor.execute(_gather(of, names))
        cursor.execute(_propose(of, names))
        _log(of, batch_id)
        cursor.execute(_update(of, names))
        cursor.execute(_insert(of, names), {"batch": batch_id})
        cursor.execute(_verdicts(of, names))


def _gather(of: Facts, names: Mapping[str, Identifier]) -> Composed:
    """Rows of one key together: each fact of the first, by content, that knows it."""
    every = [*of.keys, *of.facts]
    rank = SQL(", ").join(
        [SQL("{} DESC NULLS LAST").format(Identifier("staged", name)) for name in every]
        + [SQL("staged.file_id, staged.line")]
    )
    keys = [SQL("coalesce({}, '')").format(Identifier("staged", key)) for key in of.keys]
    facts = [
        SQL("(array_agg({f} ORDER BY {rank}) FILTER (WHERE {f} IS NOT NULL))[1] AS {n}").format(
            f=Identifier("staged", fact), n=Identifier(fact), rank=rank
        )
        for fact in of.facts
    ]
    return SQL(_INCOMING).format(
        keys=SQL(", ").join(
            SQL("{} AS {}").format(value, Identifier(key))
            for value, key in zip(keys, of.keys, strict=True)
        ),
        group=SQL(", ").join(keys),
        facts=SQL(", ").join(facts),
        rank=rank,
        **names,
    )


def _propose(of: Facts, names: Mapping[str, Identifier]) -> Composed:
    merged = {fact: of.log.merged(fact) for fact in of.facts}
    return SQL(_PROPOSED).format(
        results=SQL(", ").join(
            SQL("{} AS {}").format(value, Identifier(f"merged_{fact}"))
            for fact, value in merged.items()
        ),
        laid=SQL(", ").join(merged.values()),
        old=SQL(", ").join(of.known(fact) for fact in of.facts),
        refused=SQL(of.refused),
        lookups=SQL(of.lookups),
        selected=SQL(of.selected),
        same=SQL(of.same),
        **names,
    )


def _log(of: Facts, batch_id: int) -> None:
    log_statements(
        of.log,
        batch_id=batch_id,
        rows=f"{of.proposed} AS p JOIN {of.table} AS known "
        "ON known.id = p.known_id AND p.refused IS NULL",
        said="p",
        result=of.stored,
        changed=SQL("p.is_changed"),
        place="p.file_id, p.line",
    )


def _update(of: Facts, names: Mapping[str, Identifier]) -> Composed:
    assignments = SQL(", ").join(
        SQL("{} = {}").format(Identifier(fact), of.stored(fact)) for fact in of.facts
    )
    return SQL(_UPDATE).format(assignments=assignments, **names)


def _insert(of: Facts, names: Mapping[str, Identifier]) -> Composed:
    more = of.more or {}
    values = of.key_values or {}
    keys = {column: SQL(values.get(key, f"p.{key}")) for key, column in of.keys.items()}
    return SQL(_INSERT).format(
        columns=SQL(", ").join(map(Identifier, [*keys, *of.facts])),
        values=SQL(", ").join([*keys.values(), *(of.stored(fact) for fact in of.facts)]),
        more=SQL("").join(SQL(", {}").format(Identifier(name)) for name in more),
        more_values=SQL("").join(SQL(f", {value}") for value in more.values()),
        order=SQL(", ").join(Identifier("p", key) for key in of.keys),
        **names,
    )


def _verdicts(of: Facts, names: Mapping[str, Identifier]) -> Composed:
    return SQL(_VERDICTS).format(
        kind=Literal(of.kind),
        column=Literal(of.column),
        reason=Literal(of.reason),
        fix=Literal(of.fix),
        matches=SQL(" AND ").join(
            SQL("coalesce({}, '') = {}").format(Identifier("staged", key), Identifier("p", key))
            for key in of.keys
        ),
        **names,
    )
