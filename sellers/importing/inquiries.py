"""One block of a file of first messages → rows that can be staged, and what was refused."""

from __future__ import annotations

from sellers.importing import cells, columns
from sellers.importing.cells import Texts
from sellers.importing.columns import REF_CHARS, BlockCells, Checked
from sellers.importing.context import Context
from sellers.importing.problems import Problems
from sellers.importing.reading import Block


def check_inquiries(block: Block, context: Context) -> Checked:
    """Check every column of a block; rows with a problem are left out of what is staged."""
    given = BlockCells(block)
    problems = Problems(given.rows, list(block.faults))
    cells.unreadable(given.damaged, problems)
    owners = columns.sellers_of(given, context, problems)
    zones = columns.zones_of(given, owners, context, problems)
    cells.required(
        given["inquiry_ref"],
        "inquiry_ref",
        problems,
        "Enter what tells this conversation from others, such as its number.",
    )
    cells.required(
        given["first_message_at"], "first_message_at", problems, "Enter when the client wrote."
    )
    message, reply = (
        columns.times(given[name], name, zones, context, problems)
        for name in ("first_message_at", "first_reply_at")
    )
    problems.add(
        columns.before(reply, message),
        "first_reply_at",
        given["first_reply_at"],
        "The reply lies before the message.",
        "Compare the two times, and their time zones.",
    )
    staged: dict[str, Texts] = {
        "platform": owners.platforms,
        "handle": owners.handles,
        "zone": zones,
        "ref": cells.text(given["inquiry_ref"], "inquiry_ref", REF_CHARS, problems),
        "first_message_at": columns.as_text(message),
        "first_reply_at": columns.as_text(reply),
    }
    return Checked(staged, block.lines, problems)
