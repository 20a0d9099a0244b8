"""Staged first messages → inquiries, in the caller's transaction."""

from __future__ import annotations

from sellers.importing.merge_facts import Facts, merge_facts
from sellers.importing.staging import INQUIRIES
from sellers.models import ChangeKind

_FACTS = Facts(
    kind="inquiries",
    change=ChangeKind.INQUIRY,
    table="sellers_inquiry",
    staged=INQUIRIES,
    keys={"ref": "ref"},
    facts={"first_message_at": "timestamptz", "first_reply_at": "timestamptz"},
    words=(),
    same="known.ref = incoming.ref",
    refused="CASE WHEN coalesce(incoming.first_reply_at, known.first_reply_at) "
    "< coalesce(incoming.first_message_at, known.first_message_at) "
    "THEN coalesce(incoming.first_message_at::text, '') END",
    column="first_message_at",
    reason="Together with what is already known, the reply would lie before the message.",
    fix="Compare the row with the inquiry as it is known: one of the times is wrong.",
)
INQUIRY_LOG = _FACTS.log


def merge_inquiries(batch_id: int) -> None:
    """Write the staged inquiries; what happened to each row is kept in ``merged_facts``."""
    merge_facts(_FACTS, batch_id=batch_id)
