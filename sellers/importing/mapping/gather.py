"""Several rows of one order → one row: the first that knows a fact gives it, amounts add up."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

from sellers.importing.problems import Problem
from sellers.importing.reading import Block, Raw, rows_at
from sellers.models import FileRole

#: Our columns that say which rows belong together.
KEYS: dict[FileRole, tuple[str, ...]] = {
    FileRole.ORDERS: ("platform", "seller", "order_ref"),
    FileRole.REVIEWS: ("platform", "seller", "order_ref", "review_ref", "posted_at"),
}
_ADDED = frozenset({"amount"})


def gathered(block: Block) -> Block:
    """The block with one row for each order or review; rows of one stand side by side."""
    groups = groups_of(block)
    if len(groups) == len(block.lines):
        return block
    of_row = {row: place for place, rows in enumerate(groups) for row in rows}
    faults: dict[tuple[int, str], Problem] = {}
    for p in block.faults:
        place = of_row[p.row]
        faults.setdefault((place, p.column), Problem(place, p.column, p.value, p.reason, p.fix))
    firsts = [rows[0] for rows in groups]
    return Block(
        [block.lines[row] for row in firsts],
        {
            name: [_together(name, [column[row] for row in rows]) for rows in groups]
            for name, column in block.cells.items()
        },
        block.torn,
        block.role,
        Raw(
            block.raw.names,
            rows_at(block.raw.rows, firsts),
            block.raw.torn,
            block.raw.personal,
            block.raw.words,
        ),
        block.places,
        list(faults.values()),
        block.fills_only,
        block.companion,
    )


def groups_of(block: Block) -> list[list[int]]:
    """The rows of a block, by the order or review that they are about."""
    names = [name for name in KEYS[block.role] if name in block.cells]
    keys = list(zip(*(block.cells[name] for name in names), strict=True))
    groups: list[list[int]] = []
    for row, key in enumerate(keys):
        if groups and keys[groups[-1][0]] == key:
            groups[-1].append(row)
        else:
            groups.append([row])
    return groups


def _together(name: str, cells: list[str]) -> str:
    known = [cell for cell in cells if cell]
    if name not in _ADDED or len(known) < 2:
        return known[0] if known else ""
    try:
        return str(sum(map(Decimal, known), Decimal()))
    except InvalidOperation:  # refused by the checks, with the cell as it is
        return known[0]
