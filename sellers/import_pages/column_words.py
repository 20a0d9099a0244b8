"""What our columns are called on pages, and which of them a column of a file may become."""

from __future__ import annotations

from collections.abc import Mapping

from sellers.importing.formats import COLUMNS
from sellers.models import FileRole

#: Names of our columns where the column's own name does not say it well enough.
_NAMES: Mapping[str, str] = {
    "gig": "gig (its identifier)",
    "gig_title": "gig title",
    "order_ref": "order number",
    "ordered_at": "ordered",
    "due_at": "due",
    "extended_due_at": "due after an extension",
    "delivered_at": "first delivery",
    "completed_at": "completed",
    "cancelled_at": "cancelled",
    "requirements_in": "requirements sent",
    "amount": "price",
    "excluded_on": "ruling takes it out from",
    "excluded_reason": "the ruling in words",
    "review_ref": "review number",
    "posted_at": "review posted",
    "removed_at": "review removed",
    "text": "what the buyer wrote",
    "working_with": "working with the freelancer",
    "first_message_at": "first message",
    "first_reply_at": "first reply",
}
#: Kinds of facts that a file of a role may hold.
HOLDS: Mapping[FileRole, tuple[FileRole, ...]] = {
    **{role: (role,) for role in COLUMNS},
    FileRole.MIXED: (FileRole.ORDERS, FileRole.REVIEWS),
}
Key = tuple[str, str]


def column_name(name: str) -> str:
    """One of our columns as pages call it."""
    return _NAMES.get(name, name.replace("_", " "))


def field_name(key: Key) -> str:
    """A column of ours as part of a field's name: ``orders.order_ref``."""
    return ".".join(key)


def target_choices(role: FileRole) -> list[tuple[str, object]]:
    """What a column of such a file may become, grouped by kind of fact."""
    groups: list[tuple[str, object]] = [("", "pass over")]
    for kind in HOLDS.get(role, ()):
        choices = [(field_name((kind.value, c.name)), column_name(c.name)) for c in COLUMNS[kind]]
        groups.append((kind.label, choices))
    return groups


def keys_of(role: FileRole) -> list[Key]:
    """All columns of ours that such a file may fill."""
    return [(kind.value, c.name) for kind in HOLDS.get(role, ()) for c in COLUMNS[kind]]
