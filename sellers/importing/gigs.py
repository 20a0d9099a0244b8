"""One block of a gigs file → rows that can be staged, and what was refused."""

from __future__ import annotations

from sellers.importing import cells, columns
from sellers.importing.cells import Texts
from sellers.importing.columns import BlockCells, Checked
from sellers.importing.context import Context
from sellers.importing.orders import (
    BAND_CHARS,
    CATEGORY_CHARS,
    GIG_CHARS,
    TITLE_CHARS,
    YES_NO,
)
from sellers.importing.problems import Problems
from sellers.importing.reading import Block


def check_gigs(block: Block, context: Context) -> Checked:
    """Check every column of a block; rows with a problem are left out of what is staged."""
    given = BlockCells(block)
    problems = Problems(given.rows, list(block.faults))
    cells.unreadable(given.damaged, problems)
    owners = columns.sellers_of(given, context, problems)
    cells.required(given["gig"], "gig", problems, "Enter the platform's identifier of the gig.")
    staged: dict[str, Texts] = {
        "platform": owners.platforms,
        "handle": owners.handles,
        "zone": owners.spread({key: context.zone(key) for key in owners.distinct}),
        "ref": cells.text(given["gig"], "gig", GIG_CHARS, problems),
        "title": cells.text(given["gig_title"], "gig_title", TITLE_CHARS, problems),
        "category": cells.text(given["category"], "category", CATEGORY_CHARS, problems),
        "price_band": cells.text(given["price_band"], "price_band", BAND_CHARS, problems),
        "is_active": cells.choice(given["is_active"], "is_active", YES_NO, problems),
    }
    return Checked(staged, block.lines, problems)
