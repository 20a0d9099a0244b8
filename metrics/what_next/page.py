"""What the page shows, part by part; a part is built the same for the page and for HTMX."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.urls import reverse

from metrics.charts.trajectory import turn_words
from metrics.forecasting.age_out import AgeOutRow, age_out_rows
from metrics.forecasting.feeds import feeds_in_force
from metrics.forecasting.ground import Ground
from metrics.forecasting.quiet import ComingMove, explained_moves, quiet_forecast
from metrics.models import Standing
from metrics.what_next.budget import budget_context
from metrics.what_next.futures import futures_context
from metrics.what_next.plan import plan_context, simulator_url
from metrics.words import score_words, signed
from sellers.models import User

#: Rows of the calendar that stand open; the others are folded.
SHOWN_ROWS = 8
#: Less than this prints as nothing.
NO_HARM = 0.0005


def page_context(
    ground: Ground, standing: Standing, user: User, query: Mapping[str, Any]
) -> dict[str, Any]:
    """Everything but the simulator."""
    quiet = quiet_forecast(ground)
    rows = age_out_rows(ground, quiet)
    return {
        "seller": ground.seller,
        "standing": standing,
        "crumbs": [
            {"label": "Sellers", "url": reverse("sellers:roster")},
            {
                "label": ground.seller.handle,
                "url": reverse("metrics:seller", args=[ground.seller.pk]),
            },
        ],
        **futures_context(ground, quiet),
        "moves": [move_row(move) for move in explained_moves(ground, quiet)],
        "age_out": [age_out_row(ground, row) for row in rows[:SHOWN_ROWS]],
        "age_out_more": [age_out_row(ground, row) for row in rows[SHOWN_ROWS:]],
        "feed": feeds_in_force(seller=ground.seller, user=user).first(),
        **plan_context(ground, standing, query),
        **budget_context(ground, standing, query),
    }


def move_row(move: ComingMove) -> dict[str, Any]:
    """A coming move in words."""
    return {
        "day": move.day,
        "turn": turn_words(move.before, move.after),
        "text": move.headline["text"],
    }


def age_out_row(ground: Ground, row: AgeOutRow) -> dict[str, Any]:
    """One line of the calendar in words."""
    seller = ground.seller.pk
    rating = row.rating
    return {
        "ref": row.ref,
        "url": reverse("sellers:order", args=[seller, row.ref]),
        "gig": row.gig,
        "faults": ", ".join(row.faults),
        "harms": [_harm_words(harm) for harm in row.harms],
        "ends_on": row.ends_on,
        "score_then": "" if row.score_then is None else score_words(row.score_then),
        "rating": None
        if rating is None
        else {
            "harm": f"{rating.harm:.3f}",
            "leaves_from": rating.leaves_from,
            "frozen": rating.is_frozen,
        },
        "try_url": simulator_url(ground, {"without": row.ref}),
    }


def _harm_words(harm: float | None) -> str:
    if harm is None:
        return "no score"
    return "–" if abs(harm) < NO_HARM else signed(-harm)
