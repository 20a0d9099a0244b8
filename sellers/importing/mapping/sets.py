"""Several files at once: which holds facts, which is looked up, and by which columns."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from sellers.importing.formats import plain_name
from sellers.importing.mapping.model import Join
from sellers.importing.mapping.propose import Proposal, propose_mapping
from sellers.importing.reading import Table
from sellers.models import FileRole, User

#: What a column that others refer to is called at its end.
_KEYS = ("id", "ref", "number", "no", "name", "code", "key")
#: What a file of facts may lack, because another file may bring it.
_MAY_COME_BY_JOIN = frozenset({"seller", "gig", "currency"})


def propose_roles(
    tables: Mapping[str, Table],
    *,
    today: dt.date,
    owner: User | None = None,
    has_seller: bool = False,
) -> dict[str, FileRole]:
    """What each file of a set holds, by the names of the files.

    A file that lacks what every kind of facts needs is a table that others look up, where
    there are others; alone it is whatever it comes nearest to.
    """
    roles: dict[str, FileRole] = {}
    for name, table in tables.items():
        proposal = propose_mapping(table, today=today, owner=owner, has_seller=has_seller)
        holds_facts = len(tables) == 1 or _holds_facts(proposal)
        roles[name] = proposal.role if holds_facts else FileRole.TABLE
    if roles and set(roles.values()) == {FileRole.TABLE}:
        first = next(iter(tables))
        roles[first] = propose_mapping(tables[first], today=today, has_seller=has_seller).role
    return roles


def _holds_facts(proposal: Proposal) -> bool:
    lacking = {one.ours for one in proposal.missing if one.required}
    if proposal.role is FileRole.GIGS:
        # Any list of products has identifiers; one of gigs says what they are called.
        return not lacking and any(guess.ours == "gig_title" for guess in proposal.guesses)
    return lacking <= _MAY_COME_BY_JOIN


def guess_joins(base: Table, others: Mapping[str, Table]) -> tuple[Join, ...]:
    """How to lay tables beside the rows of one: by columns of the same name, one after the other.

    Parameters
    ----------
    base : the table whose rows are facts
    others : tables that may be looked up, by the names of their files
    """
    known: dict[str, str] = {}
    for name in base.names:
        known.setdefault(plain_name(name), name)
    joins: list[Join] = []
    left = dict(others)
    while left:
        found = next(
            (
                Join(file, known[plain_name(key)], key)
                for file, table in left.items()
                if (key := _shared_key(table, known)) is not None
            ),
            None,
        )
        if found is None:
            break
        joins.append(found)
        for name in left.pop(found.file).names:
            known.setdefault(plain_name(name), f"{found.file}.{name}")
    return tuple(joins)


def _shared_key(table: Table, known: Mapping[str, str]) -> str | None:
    """The first column of a table that is known already and looks like a key."""
    shared = [name for name in table.names if plain_name(name) in known]
    keys = [name for name in shared if plain_name(name).endswith(_KEYS)]
    return keys[0] if keys else None
