"""What people noted by hand about a seller, ready for its list."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sellers.models import Note, Observation, Seller
from sellers.note_forms import NoteForm, ScoreForm

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


def notes_context(seller: Seller, *, now: datetime) -> dict[str, Any]:
    """Notes and observations, newest first, and empty forms."""
    today = now.astimezone(seller.zone).date()
    notes = Note.objects.filter(seller=seller).select_related("author").order_by("-day", "-pk")
    seen = Observation.objects.filter(seller=seller).select_related("gig").order_by("-day", "-pk")
    return {
        "notes": list(notes),
        "observations": [(observation, observation_words(observation)) for observation in seen],
        "note_form": NoteForm(today=today),
        "score_form": ScoreForm(today=today),
    }
