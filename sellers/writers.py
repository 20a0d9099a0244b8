"""Who wrote or noted something, in words for the person who reads it.

Owners and admins read the address of a coach, as on the page of who may look. Coaches read
no address: neither that of another coach nor that of an admin is theirs to know.
"""

from __future__ import annotations

from sellers.access import Role, Sight
from sellers.models import Observation, Seller, User, WrittenAs

_AS = {
    Role.OWNER: WrittenAs.OWNER,
    Role.COACH: WrittenAs.COACH,
    Role.ADMIN: WrittenAs.ADMIN,
}


def written_as(sight: Sight) -> WrittenAs:
    """As what somebody writes who sees a seller like this."""
    return _AS[sight.role]


def writer_words(writer: User | None, as_what: str, *, sight: Sight, reader: User) -> str:
    """ "you", "the seller", "coach anna@example.com"; "" where it is not known."""
    if writer is not None and writer.pk == reader.pk:
        return "you"
    if as_what == WrittenAs.OWNER:
        return _owner_words(writer, sight.seller)
    if as_what == WrittenAs.COACH:
        if not sight.manages:
            return "another coach"
        return "a coach whose account is gone" if writer is None else f"coach {writer.email}"
    if as_what == WrittenAs.ADMIN:
        if writer is None or not sight.manages:
            return "an admin"
        return f"admin {writer.email}"
    return ""


def _owner_words(writer: User | None, seller: Seller) -> str:
    is_former = writer is not None and writer.pk != seller.owner_id
    return "a former owner" if is_former else "the seller"


def noted_by_words(observation: Observation, *, sight: Sight, reader: User) -> str:
    """Who noted what the platform showed, or the import that brought it; "" where unknown."""
    if observation.first_batch_id is not None:
        return f"import {observation.first_batch_id}"
    writer = observation.created_by
    return "" if writer is None else person_words(writer, sight=sight, reader=reader)


def person_words(person: User, *, sight: Sight, reader: User) -> str:
    """The owner, or an admin: nobody else changes facts."""
    is_owner = person.pk == sight.seller.owner_id
    as_what = WrittenAs.OWNER if is_owner or not person.is_staff else WrittenAs.ADMIN
    return writer_words(person, as_what, sight=sight, reader=reader)
