"""What people noted by hand about a seller, ready for its list."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar
from urllib.parse import urlencode

from django.db.models import Model, Q, QuerySet
from django.urls import reverse

from sellers.access import Sight
from sellers.filters import NotesQuery
from sellers.models import Note, Observation, User
from sellers.note_forms import NoteForm, ScoreForm
from sellers.writers import noted_by_words, writer_words

#: Rows of each list on one page.
LISTED = 20

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


def notes_context(
    sight: Sight, reader: User, *, now: datetime, query: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """A page of notes and one of observations, newest first, and empty forms.

    ``observations`` is None for who may not see what was noted of the platform; ``query`` may
    ask for other pages than the first (:class:`sellers.filters.NotesQuery`).
    """
    today = now.astimezone(sight.seller.zone).date()
    asked = NotesQuery(query or {}).asked()
    seen = notes_for(sight, reader).select_related("author").order_by("-day", "-pk")
    notes, older_remarks = _page_of(seen, asked, "remarks")
    shown, older_shown = _page_of(_observations_for(sight), asked, "shown")
    return {
        "notes": [
            NoteRow(
                note,
                writer_words(note.author, note.written_as, sight=sight, reader=reader),
                removable=sight.manages or note.author_id == reader.pk,
            )
            for note in notes
        ],
        "observations": None if sight.hides_names else _observation_rows(shown, sight, reader),
        "remarks_pages": _pages(sight, asked, "remarks", more=older_remarks),
        "shown_pages": _pages(sight, asked, "shown", more=older_shown),
        "notes_at": _at(asked),
        "note_form": NoteForm(today=today, role=sight.role),
        "score_form": ScoreForm(today=today),
    }


def _observations_for(sight: Sight) -> QuerySet[Observation]:
    if sight.hides_names:
        return Observation.objects.none()
    seen = Observation.objects.filter(seller=sight.seller).order_by("-day", "-pk")
    return seen.select_related("gig", "created_by")


def _observation_rows(shown: list[Observation], sight: Sight, reader: User) -> list[ObservationRow]:
    return [
        ObservationRow(one, observation_words(one), noted_by_words(one, sight=sight, reader=reader))
        for one in shown
    ]


_Row = TypeVar("_Row", bound=Model)


def _page_of(rows: QuerySet[_Row], asked: dict[str, int], name: str) -> tuple[list[_Row], bool]:
    """The rows of the page that is asked for, and whether older ones follow.

    A page that has become empty, because its rows were removed, gives way to the first.
    """
    first = (asked[name] - 1) * LISTED
    found = list(rows[first : first + LISTED + 1])
    if not found and first:
        asked[name] = 1
        found = list(rows[: LISTED + 1])
    return found[:LISTED], len(found) > LISTED


def _pages(sight: Sight, asked: dict[str, int], name: str, *, more: bool) -> dict[str, str]:
    """Addresses of the newer and the older page of one list; "" where there is none."""
    path, page = reverse("sellers:notes", args=[sight.seller.pk]), asked[name]
    return {
        "newer": path + _at({**asked, name: page - 1}) if page > 1 else "",
        "older": path + _at({**asked, name: page + 1}) if more else "",
    }


def _at(asked: dict[str, int]) -> str:
    """The query string of some pages; "" for the first of both."""
    query = {name: page for name, page in asked.items() if page > 1}
    return f"?{urlencode(query)}" if query else ""
