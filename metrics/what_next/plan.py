"""The plan's answer: the target, the fewest orders in one sentence, and their proof."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.http import urlencode

from metrics.engine.days import date_of, day_number
from metrics.engine.plan import Plan
from metrics.engine.rating_plan import RatingPlan
from metrics.engine.what_orders_do import even_days
from metrics.forecasting.ground import Ground
from metrics.forecasting.plan_words import (
    QUALITY_NOTES,
    lowering_sentence,
    plan_sentence,
    proof_sentence,
    rating_proof,
    rating_sentence,
)
from metrics.forecasting.planning import (
    Quality,
    Target,
    smallest_plan,
    usual_amount,
)
from metrics.forecasting.rating_planning import RatingTarget, smallest_rating_plan
from metrics.models import Standing
from metrics.what_next.plan_form import PlanForm
from metrics.what_next.scenario_form import MOST_ROWS, MOST_TIMES

NO_USUAL = (
    "There is too little in your last twelve weeks to say what your usual orders are like."
    " Choose clean orders instead."
)


def plan_context(ground: Ground, standing: Standing, query: Mapping[str, Any]) -> dict[str, Any]:
    """The target, and the smallest plan to it in one sentence with its proof."""
    form = PlanForm(query, ground, standing.displayed)
    found: dict[str, Any] = {"plan_form": form, "plan": None, "seller": ground.seller}
    if not ground.gigs or not form.is_valid():
        return found
    found["plan"] = plan_of(ground, *form.asked()) or {"sentence": NO_USUAL}
    return found


def plan_of(
    ground: Ground, target: Target | RatingTarget, by: date, quality: Quality
) -> dict[str, Any] | None:
    """The plan in words; None where the last weeks hold too little for usual orders."""
    if isinstance(target, RatingTarget):
        return _to_rating(ground, target, by, quality)
    return _to_score(ground, target, by, quality)


def _to_score(ground: Ground, target: Target, by: date, quality: Quality) -> dict[str, Any] | None:
    answer = smallest_plan(ground, target, by, quality)
    if answer is None:
        return None
    holds = isinstance(answer.found, Plan)
    return {
        "sentence": plan_sentence(ground, answer),
        "proof": proof_sentence(answer),
        "lowering": lowering_sentence(ground, quality, answer.lowering),
        "note": QUALITY_NOTES[quality],
        "try_url": try_url(ground, answer.found.numbers, by, quality) if holds else "",
    }


def _to_rating(
    ground: Ground, target: RatingTarget, by: date, quality: Quality
) -> dict[str, Any] | None:
    answer = smallest_rating_plan(ground, target, by, quality)
    if answer is None:
        return None
    found, url = answer.found, ""
    if isinstance(found, RatingPlan):
        numbers = [found.orders * (gig == answer.gig) for gig in range(len(ground.gigs))]
        url = try_url(ground, numbers, by, quality)
    return {
        "sentence": rating_sentence(ground, answer),
        "proof": rating_proof(answer),
        "lowering": lowering_sentence(ground, quality, answer.lowering),
        "note": QUALITY_NOTES[quality],
        "try_url": url,
    }


def try_url(ground: Ground, numbers: Sequence[int], by: date, quality: Quality) -> str:
    """The plan in the simulator: a row for each day and gig, where they fit into its rows.

    Empty where they do not, where nothing is needed, and for orders of the usual quality, which
    are averages.
    """
    if quality is not Quality.CLEAN:
        return ""
    amount = usual_amount(ground.facts.orders)
    last = day_number(by)
    rows = Counter(
        (gig, day)
        for gig, number in enumerate(numbers)
        for day in (even_days(ground.today_number, last, number) if number else ())
    )
    if not rows or len(rows) > MOST_ROWS or max(rows.values()) > MOST_TIMES:
        return ""
    query: dict[str, str] = {"look": by.isoformat()}
    for index, ((gig, day), times) in enumerate(sorted(rows.items()), start=1):
        query |= {
            f"o{index}-gig": str(ground.gigs[gig].pk),
            f"o{index}-on": date_of(day).isoformat(),
            f"o{index}-times": str(times),
        }
        if amount is not None:
            query[f"o{index}-amount"] = f"{amount:.2f}"
    return simulator_url(ground, query)


def simulator_url(ground: Ground, query: Mapping[str, str]) -> str:
    """The page with something entered in its simulator."""
    return f"{reverse('metrics:next', args=[ground.seller.pk])}?{urlencode(query)}#simulator"
