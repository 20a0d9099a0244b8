"""Staged orders → orders, set-based, in the caller's transaction.

Rules, in the words of docs/IMPORTING.md:

1. An order is known by seller and reference.
2. Status only advances: open < completed < cancelled.
3. A blank cell leaves a known fact as it is.
4. A row that is as advanced as what is known, or more, sets the facts that it names; one
   that is less advanced only fills what is unknown.
5. Two states of an open order cannot be told apart by age, so what can only grow (extended
   due time, revisions, disputes, requirements) keeps the larger value.
6. Rows of one order within a batch are laid over each other by the same rules in an order
   that depends on their content alone.
7. What would contradict itself afterwards is refused, and nothing of it is written.
"""

from __future__ import annotations

from django.db import connection
from psycopg.sql import SQL, Composable, Composed, Identifier

from sellers.importing.history import Logged, holds, log_statements
from sellers.importing.staging import ORDER_FACTS, analyze, slices
from sellers.models import ChangeKind, OrderStatus

_OPEN, _CANCELLED = OrderStatus.OPEN.value, OrderStatus.CANCELLED.value
#: Facts of an open order that only grow.
_GROWING = ("extended_due_at", "requirements_in", "revisions", "disputes")
#: Facts that are decided together with another one, not by themselves.
_PAIRED = {"currency": "amount", "buyer_label": "buyer_key"}
_FACTS = tuple(ORDER_FACTS)
_PLAIN = tuple(f for f in _FACTS if f not in (*_PAIRED, "status", "completed_at"))
#: Facts stored as an empty string, not as NULL, when unknown.
_WORDS = ("buyer_label", "excluded_reason")

#: What must not come out of merging rows that are each fine by themselves.
CONTRADICTIONS = (
    ("due_at", "due_at < ordered_at", "due before it was ordered"),
    ("extended_due_at", "extended_due_at < due_at", "extended to a time before it was due"),
    ("delivered_at", "delivered_at < ordered_at", "delivered before it was ordered"),
    ("completed_at", "completed_at < ordered_at", "completed before it was ordered"),
    ("cancelled_at", "cancelled_at < ordered_at", "cancelled before it was ordered"),
)

_REPEATS = """
CREATE TEMPORARY TABLE repeated_orders AS
SELECT seller_no, ref FROM staged_orders GROUP BY seller_no, ref
HAVING count(*) > 1
"""

# What the files say of each order. Most orders have one row: those are read where they are.
_SAID = """
CREATE TEMPORARY VIEW said_orders AS
SELECT seller_id, ref, file_id, line, fills_only, {facts}
FROM staged_orders JOIN touched_sellers USING (seller_no)
"""
_SAID_REPEATEDLY = """
WHERE NOT EXISTS (
    SELECT FROM repeated_orders AS repeated
    WHERE (repeated.seller_no, repeated.ref) = (staged_orders.seller_no, staged_orders.ref)
)
UNION ALL SELECT seller_id, ref, file_id, line, fills_only, {facts} FROM laid_orders
"""

_LAY = """
CREATE TEMPORARY TABLE laid_orders AS
SELECT seller_id, ref, (array_agg(file_id ORDER BY {rank}))[1] AS file_id,
       (array_agg(line ORDER BY {rank}))[1] AS line, bool_and(fills_only) AS fills_only, {overlaid}
FROM staged_orders
JOIN repeated_orders USING (seller_no, ref)
JOIN touched_sellers USING (seller_no)
GROUP BY seller_id, ref
"""

# OFFSET 0: a fact is laid over the known one once, and not again for each comparison.
_PROPOSE = """
CREATE TEMPORARY TABLE proposed_orders AS
SELECT proposed.*, {contradiction} AS contradiction, false AS is_changed FROM (
    SELECT incoming.seller_id, incoming.ref, incoming.file_id, incoming.line,
           known.id AS order_id, known_gig.ref AS known_gig, {merged}
    FROM said_orders AS incoming {known}
    OFFSET 0
) AS proposed
"""
_KNOWN = """
LEFT JOIN sellers_order AS known
    ON (known.seller_id, known.ref) = (incoming.seller_id, incoming.ref)
LEFT JOIN sellers_gig AS known_gig ON known_gig.id = known.gig_id
"""
# Of sellers who are all new nothing is known: the planner takes the rules of merging apart.
_NOTHING_KNOWN = """
CROSS JOIN (SELECT NULL::bigint AS id, {nothing}) AS known
CROSS JOIN (SELECT NULL::text AS ref) AS known_gig
"""

_REFUSE = """
CREATE TEMPORARY TABLE refused_orders AS
SELECT seller_id, ref, order_id IS NOT NULL AS is_known, contradiction
FROM proposed_orders WHERE contradiction IS NOT NULL
"""
_DROP_REFUSED = "DELETE FROM proposed_orders WHERE contradiction IS NOT NULL"

_WRITTEN = """
CREATE TEMPORARY TABLE written_orders (order_id bigint, seller_id bigint, ref text,
                                       ordered_at timestamptz)
"""

# Joins what this import has read and written by its own tables, of which the planner knows how
# many rows there are. Of tables that it has only just filled it does not.
_INSERT = """
WITH written AS (
    INSERT INTO sellers_order (seller_id, gig_id, ref, {stored}, first_batch_id, last_batch_id,
                               source_file_id, source_line, created_at, changed_at)
    SELECT p.seller_id, gig.gig_id, p.ref, {values}, %(batch)s, %(batch)s, p.file_id, p.line,
           clock_timestamp(), clock_timestamp()
    FROM proposed_orders AS p
    JOIN incoming_gigs AS gig ON (gig.seller_id, gig.ref) = (p.seller_id, p.gig)
    WHERE p.order_id IS NULL AND {slice}
    ORDER BY p.seller_id, p.ordered_at, p.ref
    RETURNING id, seller_id, ref, ordered_at
)
INSERT INTO written_orders SELECT id, seller_id, ref, ordered_at FROM written
"""

_FIND_CHANGED = """
UPDATE proposed_orders AS p SET is_changed = true FROM sellers_order AS known
WHERE known.id = p.order_id
  AND (p.gig <> p.known_gig OR ({values}) IS DISTINCT FROM ({known}))
"""

_UPDATE = """
UPDATE sellers_order AS known SET gig_id = gig.id, {assignments},
    last_batch_id = %(batch)s, source_file_id = p.file_id, source_line = p.line,
    changed_at = clock_timestamp()
FROM proposed_orders AS p
JOIN sellers_gig AS gig ON (gig.seller_id, gig.ref) = (p.seller_id, p.gig)
WHERE known.id = p.order_id AND p.is_changed
"""


def find_repeated_orders() -> None:
    """Tell which orders the staged rows speak of more than once."""
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS pg_temp.repeated_orders")
        cursor.execute(_REPEATS)
    analyze("repeated_orders")


def propose_orders() -> None:
    """Lay staged rows over what is known, without writing; contradictions are set aside."""
    contradiction = SQL("CASE {} END").format(
        SQL(" ").join(
            SQL(f"WHEN {test} THEN {number}") for number, (_, test, _) in enumerate(CONTRADICTIONS)
        )
    )
    merged = SQL(", ").join(
        SQL("{} AS {}").format(_merged(fact), Identifier(fact)) for fact in _FACTS
    )
    _gather()
    with connection.cursor() as cursor:
        known = _KNOWN if holds("SELECT FROM touched_sellers WHERE NOT is_new") else _NOTHING_KNOWN
        nothing = SQL(", ").join(
            SQL(f"NULL::{of_type} AS {{}}").format(Identifier(fact))
            for fact, of_type in ORDER_FACTS.items()
        )
        cursor.execute(
            SQL(_PROPOSE).format(
                merged=merged,
                contradiction=contradiction,
                known=SQL(known).format(nothing=nothing),
            )
        )
        cursor.execute(_REFUSE)
        if cursor.rowcount:
            cursor.execute(_DROP_REFUSED)
    analyze("proposed_orders")


def _gather() -> None:
    """One row for each order, however many the files hold."""
    facts = SQL(", ").join(map(Identifier, _FACTS))
    said = _SAID
    with connection.cursor() as cursor:
        if holds("SELECT FROM repeated_orders"):
            overlaid = SQL(", ").join(map(_overlaid, _FACTS))
            cursor.execute(SQL(_LAY).format(rank=_rank(), overlaid=overlaid))
            said += _SAID_REPEATEDLY
        cursor.execute(SQL(said).format(facts=facts))


def write_orders(batch_id: int) -> None:
    """Insert new orders and update those that changed; their gigs exist already.

    ``written_orders`` tells the numbers of the new ones.
    """
    stored = [fact for fact in _FACTS if fact != "gig"]
    values = SQL(", ").join(_stored(fact) for fact in stored)
    known = SQL(", ").join(Identifier("known", fact) for fact in stored)
    assignments = SQL(", ").join(
        SQL("{} = {}").format(Identifier(fact), _stored(fact)) for fact in stored
    )
    columns = SQL(", ").join(map(Identifier, stored))
    with connection.cursor() as cursor:
        if holds("SELECT FROM proposed_orders WHERE order_id IS NOT NULL"):
            cursor.execute(SQL(_FIND_CHANGED).format(values=values, known=known))
            _log(batch_id)
            cursor.execute(SQL(_UPDATE).format(assignments=assignments), {"batch": batch_id})
        cursor.execute(_WRITTEN)
        for part in slices("p"):
            insert = SQL(_INSERT).format(stored=columns, values=values, slice=part)
            cursor.execute(insert, {"batch": batch_id})
        analyze("written_orders")


def _log(batch_id: int) -> None:
    log_statements(
        ORDER_LOG,
        batch_id=batch_id,
        rows=_LOGGED_ROWS,
        said="said",
        result=lambda fact: ORDER_LOG.stored("p", fact),
        changed=SQL("p.is_changed"),
        place="p.file_id, p.line",
    )


def _rank() -> Composable:
    """A total order of rows by content: most advanced first, then all that distinguishes them.

    Rows that only fill what is unknown come last.
    """
    rest = [f for f in _FACTS if f not in ("status", *_GROWING)]
    keys = [SQL("fills_only, status DESC")] + [
        SQL("{} DESC NULLS LAST").format(Identifier(fact)) for fact in (*_GROWING, *rest)
    ]
    return SQL(", ").join([*keys, SQL("file_id, line")])


def _first(fact: str, decided_by: str | None = None) -> Composed:
    """The value of the first row, by rank, that knows the fact."""
    return SQL("(array_agg({fact} ORDER BY {rank}) FILTER (WHERE {by} IS NOT NULL))[1]").format(
        fact=Identifier(fact), rank=_rank(), by=Identifier(decided_by or fact)
    )


def _overlaid(fact: str) -> Composed:
    """One fact of several rows of the same order in one batch."""
    name = Identifier(fact)
    if fact == "currency":
        return SQL("coalesce({}, {}) AS currency").format(_first(fact, "amount"), _first(fact))
    if fact in _PAIRED:
        return SQL("{} AS {}").format(_first(fact, _PAIRED[fact]), name)
    if fact == "status":
        return SQL("max({}) AS {}").format(name, name)
    if fact == "completed_at":
        return SQL(f"CASE WHEN max(status) <> {_CANCELLED} THEN {{}} END AS {{}}").format(
            _first(fact), name
        )
    if fact in _GROWING:
        largest = SQL("bool_or({})" if fact == "requirements_in" else "max({})").format(name)
        return SQL(f"CASE WHEN max(status) = {_OPEN} THEN {{}} ELSE {{}} END AS {{}}").format(
            largest, _first(fact), name
        )
    return SQL("{} AS {}").format(_first(fact), name)


_AHEAD = SQL("known.id IS NULL OR (incoming.status >= known.status AND NOT incoming.fills_only)")


def _known(fact: str) -> Composed:
    """A stored fact, NULL where it is unknown."""
    if fact == "gig":
        return SQL("{}").format(Identifier("known_gig", "ref"))
    if fact in _WORDS:
        return SQL("nullif({}, '')").format(Identifier("known", fact))
    return SQL("{}").format(Identifier("known", fact))


def _merged(fact: str) -> Composed:
    """One fact of an incoming order laid over the stored one."""
    new, old = Identifier("incoming", fact), _known(fact)
    if fact == "status":
        return SQL("greatest({}, {})").format(new, old)
    if fact in _PAIRED:
        # An amount brings its currency, a buyer the label: never one of each.
        new_key, old_key = Identifier("incoming", _PAIRED[fact]), _known(_PAIRED[fact])
        return SQL(
            "CASE WHEN known.id IS NULL THEN {new} "
            "WHEN {new_key} IS NOT NULL AND (({ahead}) OR {old_key} IS NULL) THEN {new} "
            "WHEN {old_key} IS NULL AND ({ahead}) THEN coalesce({new}, {old}) "
            "ELSE {old} END"
        ).format(new=new, old=old, new_key=new_key, old_key=old_key, ahead=_AHEAD)
    laid = SQL("CASE WHEN {} THEN coalesce({new}, {old}) ELSE coalesce({old}, {new}) END").format(
        _AHEAD, new=new, old=old
    )
    if fact == "completed_at":
        return SQL(
            f"CASE WHEN greatest(incoming.status, known.status) <> {_CANCELLED} THEN {{}} END"
        ).format(laid)
    if fact in _GROWING:
        return SQL(
            f"CASE WHEN incoming.status = {_OPEN} AND known.status = {_OPEN} "
            "THEN greatest({new}, {old}) ELSE {laid} END"
        ).format(new=new, old=old, laid=laid)
    return laid


ORDER_LOG = Logged(
    kind=ChangeKind.ORDER,
    table="sellers_order",
    facts=ORDER_FACTS,
    words=_WORDS,
    origin={
        "last_batch_id": "bigint",
        "source_file_id": "bigint",
        "source_line": "int",
        "changed_at": "timestamptz",
    },
    merged=_merged,
    contradiction=" OR ".join(f"coalesce({test}, false)" for _, test, _ in CONTRADICTIONS),
    gig_ref=True,
    may_fill_only=True,
)
_LOGGED_ROWS = """
proposed_orders AS p
JOIN said_orders AS said USING (seller_id, ref)
JOIN (SELECT orders.*, gig.ref AS gig FROM sellers_order AS orders
      JOIN sellers_gig AS gig ON gig.id = orders.gig_id) AS known ON known.id = p.order_id
"""


def _stored(fact: str) -> Composed:
    """A proposed fact as the table keeps it."""
    return ORDER_LOG.stored("p", fact)
