"""What the page shows, part by part; a part is built the same for the page and for HTMX."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.urls import reverse

from metrics.charts.trajectory import turn_words
from metrics.forecasting.age_out import AgeOutRow, age_out_rows
from metrics.forecasting.feeds import feeds_in_force
from metrics.forecasting.ground import Ground
from metrics.forecasting.plan_words import budget_sentence
from metrics.forecasting.planning import OpenOrder, error_budgets, open_orders
from metrics.forecasting.quiet import ComingMove, explained_moves, quiet_forecast
from metrics.models import Standing
from metrics.what_next.futures import futures_context
from metrics.what_next.plan import plan_context, simulator_url
from metrics.words import score_words, signed
from sellers.models import Order, OrderStatus, User

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
        "budgets": [budget_sentence(ground, budget) for budget in error_budgets(ground)],
        "open_orders": open_order_rows(ground),
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


def open_order_rows(ground: Ground) -> list[dict[str, Any]]:
    """Open orders in words, the one with most at stake first."""
    known = {
        order.pk: order
        for order in Order.objects.filter(seller=ground.seller, status=OrderStatus.OPEN)
    }
    zone = ground.seller.zone
    due: dict[int, date | None] = {}
    for pk, order in known.items():
        at = order.extended_due_at or order.due_at
        due[pk] = None if at is None else at.astimezone(zone).date()
    return [
        _open_row(ground, known[one.order], one, due[one.order]) for one in open_orders(ground, due)
    ]


def _open_row(ground: Ground, order: Order, one: OpenOrder, due: date | None) -> dict[str, Any]:
    return {
        "ref": order.ref,
        "url": reverse("sellers:order", args=[ground.seller.pk, order.ref]),
        "gig": ground.gigs[one.gig].title,
        "due": due,
        "late": "" if one.if_late is None else signed(-one.if_late),
        "cancelled": "" if one.if_cancelled is None else signed(-one.if_cancelled),
    }
