"""Changes that people make by hand to what is known of a seller, beside its orders."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from django.db import transaction
from django.db.models import QuerySet

from sellers.changes import facts_changed
from sellers.models import Note, Observation, Seller, User, WrittenAs

#: Notes that one person may have on one seller: each is a mark on the trajectory.
MOST_NOTES = 500


class TooManyNotes(Exception):
    """This person has as many notes on this seller as there may be."""


def add_note(
    *,
    seller: Seller,
    author: User,
    written_as: WrittenAs,
    day: date,
    text: str,
    until: date | None = None,
    is_private: bool = False,
) -> Note:
    """Put a dated remark on the trajectory; a private one is its writer's alone.

    :class:`TooManyNotes` where the writer has :data:`MOST_NOTES` on this seller already.
    """
    if Note.objects.filter(seller=seller, author=author).count() >= MOST_NOTES:
        raise TooManyNotes
    note = Note(
        seller=seller,
        author=author,
        written_as=written_as,
        day=day,
        until=until,
        text=text,
        is_private=is_private,
    )
    note.full_clean()
    note.save()
    return note


def delete_note(*, notes: QuerySet[Note], note_id: int) -> bool:
    """Remove one of the notes that a person may remove; False where it is not among them."""
    deleted, _ = notes.filter(pk=note_id).delete()
    return bool(deleted)


def note_score(*, seller: Seller, author: User, day: date, value: int) -> Observation:
    """Note the overall score that the platform displayed on a day.

    A second number for the same day corrects the first.
    """
    observation, _ = Observation.objects.update_or_create(
        seller=seller,
        gig=None,
        day=day,
        kind=Observation.Kind.SCORE,
        area="",
        defaults={"value": Decimal(value), "label": "", "created_by": author},
    )
    return observation


def note_counters(
    *, seller: Seller, author: User, day: date, values: Mapping[str, Decimal]
) -> list[Observation]:
    """Note counters that the platform displayed on a day, by kind of observation.

    A second number for the same day corrects the first.
    """
    with transaction.atomic():
        return [
            Observation.objects.update_or_create(
                seller=seller,
                gig=None,
                day=day,
                kind=kind,
                area="",
                defaults={"value": value, "label": "", "created_by": author},
            )[0]
            for kind, value in values.items()
        ]


def delete_observation(*, seller: Seller, observation_id: int) -> bool:
    """Remove what was noted; False where it is not there (any more)."""
    with transaction.atomic():
        observation = Observation.objects.filter(seller=seller, pk=observation_id).first()
        if observation is None:
            return False
        observation.delete()
        if observation.kind in Observation.JUDGED:
            facts_changed(seller_ids=[seller.pk], reason="what the platform displayed")
    return True
