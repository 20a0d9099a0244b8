"""Two days whose ledger cannot be found: their scores, and what can be done."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.urls import reverse

from metrics.engine.path import PathNotConverged
from metrics.engine.reference import display
from metrics.explain import Explainer
from metrics.forms import DaysForm
from metrics.unexplained import WHY_NOT, note_unexplained
from metrics.words import day_words, score_words


def unexplained_of(explainer: Explainer, days: DaysForm, error: PathNotConverged) -> dict[str, Any]:
    """What the page shows in place of its ledger; noted in the log."""
    start, end = days.days
    seller = explainer.seller.pk
    note_unexplained(error, seller=seller, start=start.isoformat(), end=end.isoformat())
    return {
        "unexplained": {
            "title": "The ledger of these two days cannot be shown",
            "text": (
                f"From {day_words(start)} to {day_words(end)}: {WHY_NOT}. Two days that lie"
                " closer together can mostly be explained. The scores as they are known now:"
            ),
            "scores": [_score_words(explainer, day) for day in days.days],
            "url": reverse("metrics:why", args=[seller]),
        }
    }


def _score_words(explainer: Explainer, day: date) -> str:
    score = explainer.score_on(day)
    if score is None:
        return f"{day_words(day)}: not scored."
    return f"{day_words(day)}: displays {display(score)} ({score_words(score)})."
