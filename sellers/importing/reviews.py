"""One block of a reviews file → rows that can be staged, and what was refused."""

from __future__ import annotations

import numpy as np

from sellers.importing import cells, columns
from sellers.importing.cells import Texts
from sellers.importing.columns import REF_CHARS, BlockCells, Checked, Owners
from sellers.importing.context import Context
from sellers.importing.problems import Problems
from sellers.importing.reading import Block
from sellers.models.orders import RATING_FIELDS

TEXT_CHARS = 50_000


def check_reviews(block: Block, context: Context) -> Checked:
    """Check every column of a block.

    A row whose only rating is 0 says "no review was left": it is counted, not staged. A row
    without any rating is refused.
    """
    given = BlockCells(block)
    problems = Problems(given.rows, list(block.faults))
    cells.unreadable(given.damaged, problems)
    owners = columns.sellers_of(given, context, problems)
    zones = columns.zones_of(given, owners, context, problems)
    cells.required(given["order_ref"], "order_ref", problems, "Enter the number of the order.")
    cells.required(given["posted_at"], "posted_at", problems, "Enter the day of the review.")
    posted = columns.times(given["posted_at"], "posted_at", zones, context, problems)
    removed = columns.times(given["removed_at"], "removed_at", zones, context, problems)
    problems.add(
        columns.before(removed, posted),
        "removed_at",
        given["removed_at"],
        "The review was removed before it was posted.",
        "Compare removed_at with posted_at.",
    )
    ratings = {name: cells.rating(given[name], name, problems) for name in RATING_FIELDS}
    staged: dict[str, Texts] = {
        "platform": owners.platforms,
        "handle": owners.handles,
        "zone": zones,
        "order_ref": cells.text(given["order_ref"], "order_ref", REF_CHARS, problems),
        "ref": cells.text(given["review_ref"], "review_ref", REF_CHARS, problems),
        "posted_at": columns.as_text(posted),
        "removed_at": columns.as_text(removed),
        **ratings,
        "text": _kept_words(
            cells.text(given["text"], "text", TEXT_CHARS, problems), owners, context
        ),
    }
    return _without_ratings(given, ratings, staged, block, problems)


def _kept_words(texts: Texts, owners: Owners, context: Context) -> Texts:
    """What buyers wrote, where both the import and the seller keep it."""
    if all(context.keeps_words(key) for key in owners.distinct):
        return texts
    keeps = owners.spread({key: context.keeps_words(key) for key in owners.distinct})
    return [text if is_kept else "" for text, is_kept in zip(texts, keeps, strict=True)]


def _without_ratings(
    given: BlockCells,
    ratings: dict[str, Texts],
    staged: dict[str, Texts],
    block: Block,
    problems: Problems,
) -> Checked:
    """Tell rows that say "not rated" from rows that say nothing."""
    rated = np.zeros(given.rows, bool)
    said = np.zeros(given.rows, bool)
    for name, values in ratings.items():
        if any(given[name]):
            rated |= ~cells.blank(values)
            said |= ~cells.blank(given[name])
    problems.add(
        ~said,
        "stars",
        None,
        "The row holds no rating.",
        "Enter the stars, or 0 if the buyer left no review.",
    )
    none_left = ~rated & said & ~problems.bad
    kept = np.flatnonzero(~none_left)
    if len(kept) == given.rows:
        return Checked(staged, block.lines, problems)
    return _dropped(staged, block, problems, kept.tolist())


def _dropped(
    staged: dict[str, Texts], block: Block, problems: Problems, kept: list[int]
) -> Checked:
    place = {row: i for i, row in enumerate(kept)}
    left = Problems(
        len(kept),
        [type(p)(place[p.row], p.column, p.value, p.reason, p.fix) for p in problems.found],
    )
    return Checked(
        {name: [values[row] for row in kept] for name, values in staged.items()},
        [block.lines[row] for row in kept],
        left,
        rows=kept,
        no_review=len(block.lines) - len(kept),
    )
