"""What people noted by hand about a seller, ready for its list."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from sellers.access import Sight
from sellers.models import Note, Observation, User
from sellers.note_forms import NoteForm, ScoreForm
from sellers.writers import noted_by_words, writer_words

_KINDS = {
    Observation.Kind.SCORE: "success score",
    Observation.Kind.GIG_SCORE: "success score",
    Observation.Kind.IMPACT: "impact",
    Observation.Kind.RATING: "rating",
    Observation.Kind.RESPONSE_RATE: "response rate",
    Observation.Kind.LEVEL: "",
    Observation.Kind.PROMOTABLE: "can be promoted:",
    Observation.Kind.COMPLETED_ORDERS: "completed orders",
    Observation.Kind.UNIQUE_CLIENTS: "different clients",
    Observation.Kind.EARNINGS: "earnings in US dollars",
}


def observation_words(observation: Observation) -> str:
    """What was seen: "success score 9", "Level 2", "order cancellations: negative"."""
    kind = Observation.Kind(observation.kind)
    name = f"{observation.area}:" if observation.area else _KINDS[kind]
    if observation.value is None:
        return f"{name} {observation.label}".strip()
    number = f"{observation.value:,.2f}".rstrip("0").rstrip(".")
    unit = "%" if kind == Observation.Kind.RESPONSE_RATE else ""
    return f"{name} {number}{unit}"


@dataclass(frozen=True, slots=True)
class NoteRow:
    """A note, who wrote it, and whether this reader may remove it."""

    note: Note
    writer: str
    removable: bool


@dataclass(frozen=True, slots=True)
class ObservationRow:
    """What the platform showed, in words, and who noted it."""

    observation: Observation
    words: str
    noted_by: str


def notes_for(sight: Sight, reader: User) -> QuerySet[Note]:
    """The notes that this reader may see, wherever they are shown: one's own, and shared ones.

    Private notes of others are in no answer, whoever asks. Notes that others share belong to
    what only the scope "everything" opens.
    """
    mine = Q(author=reader)
    seen = mine if sight.hides_names else mine | Q(is_private=False)
    return Note.objects.filter(seen, seller=sight.seller)


def notes_removable_by(sight: Sight, reader: User) -> QuerySet[Note]:
    """One's own; who manages the seller also clears shared notes off its trajectory."""
    seen = notes_for(sight, reader)
    return seen if sight.manages else seen.filter(author=reader)


def notes_context(sight: Sight, reader: User, *, now: datetime) -> dict[str, Any]:
    """Notes and observations, newest first, and empty forms.

    ``observations`` is None for who may not see what was noted of the platform.
    """
    today = now.astimezone(sight.seller.zone).date()
    notes = notes_for(sight, reader).select_related("author").order_by("-day", "-pk")
    return {
        "notes": [
            NoteRow(
                note,
                writer_words(note.author, note.written_as, sight=sight, reader=reader),
                removable=sight.manages or note.author_id == reader.pk,
            )
            for note in notes
        ],
        "observations": None if sight.hides_names else _observation_rows(sight, reader),
        "note_form": NoteForm(today=today, role=sight.role),
        "score_form": ScoreForm(today=today),
    }


def _observation_rows(sight: Sight, reader: User) -> list[ObservationRow]:
    seen = Observation.objects.filter(seller=sight.seller).order_by("-day", "-pk")
    return [
        ObservationRow(one, observation_words(one), noted_by_words(one, sight=sight, reader=reader))
        for one in seen.select_related("gig", "created_by")
    ]
