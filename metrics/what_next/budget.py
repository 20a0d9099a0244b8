"""What can go wrong before a number is lost: the number to keep, and what it absorbs, in words.

In the address: ``?keep=9&keep-gig=``; a public rating is ``keep=rating-4.7``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms

from metrics.engine.budget import GigBudget
from metrics.forecasting.ground import Ground
from metrics.forecasting.plan_words import (
    ERROR_WORDS,
    budget_sentence,
    rating_budget_sentence,
)
from metrics.forecasting.planning import (
    MOST_ERRORS,
    ErrorBudget,
    ErrorKind,
    Target,
    error_budgets,
)
from metrics.forecasting.rating_budget import rating_budget
from metrics.forecasting.rating_planning import RatingTarget
from metrics.models import Standing
from metrics.what_next.plan_form import TARGETS, gig_choices, target_of
from metrics.words import signed


class KeepForm(forms.Form):
    """A score or a rating that is to be kept, overall or on one gig."""

    keep = forms.ChoiceField(
        label="Keep at least",
        choices=TARGETS,
        error_messages={"invalid_choice": "This is neither a score nor a rating of the list."},
    )

    def __init__(self, data: Mapping[str, Any], ground: Ground, displayed: int | None) -> None:
        self.ground = ground
        default = str(max(displayed or 0, 2))
        shown = {"keep": data.get("keep") or default, "keep-gig": data.get("keep-gig") or ""}
        super().__init__(shown)
        self.fields["gig"] = forms.ChoiceField(
            label="Where",
            required=False,
            choices=gig_choices(ground),
            error_messages={"invalid_choice": "This is not an active gig of this seller's."},
        )

    def add_prefix(self, field_name: str) -> str:
        """The plan and the simulator have gigs too."""
        return "keep-gig" if field_name == "gig" else field_name

    def asked(self) -> Target | RatingTarget:
        """The question of a valid form."""
        return target_of(self.ground, self.cleaned_data["keep"], self.cleaned_data["gig"])


def budget_context(ground: Ground, standing: Standing, query: Mapping[str, Any]) -> dict[str, Any]:
    """The number to keep, a sentence for each kind of error, and a table by gig."""
    form = KeepForm(query, ground, standing.displayed)
    found: dict[str, Any] = {"seller": ground.seller, "keep_form": form, "budgets": []}
    if not ground.gigs or not form.is_valid():
        return found
    target = form.asked()
    if isinstance(target, RatingTarget):
        return found | {"budgets": [rating_budget_sentence(ground, rating_budget(ground, target))]}
    budgets = error_budgets(ground, target.displayed, target.gig)
    return found | {
        "budgets": [budget_sentence(ground, budget) for budget in budgets]
        or [_nothing_to_lose(target, standing)],
        "kinds": [ERROR_WORDS[kind][1] for kind in ErrorKind],
        "by_gig": _by_gig(ground, budgets) if target.gig is None else [],
    }


def _nothing_to_lose(target: Target, standing: Standing) -> str:
    if standing.displayed is None:
        return "There is no score to lose yet."
    if target.gig is None:
        return f"There is no {target.displayed} to lose today: {standing.displayed} is displayed."
    return f"There is no {target.displayed} to lose on this gig today."


def _by_gig(ground: Ground, budgets: Sequence[ErrorBudget]) -> list[dict[str, Any]]:
    """A row a gig, the one that takes a late order best first; nothing for a single gig."""
    if len(ground.gigs) < 2 or not budgets:
        return []
    of_kind = {budget.kind: {one.gig: one for one in budget.gigs} for budget in budgets}
    return [
        {
            "title": ground.gigs[gig].title,
            "cells": [_cell(of_kind[kind][gig]) for kind in ErrorKind],
        }
        for gig in of_kind[ErrorKind.LATE]
    ]


def _cell(budget: GigBudget) -> dict[str, str]:
    number = f"{MOST_ERRORS} or more" if budget.absorbed is None else str(budget.absorbed or "none")
    costs = "" if budget.one_costs is None else signed(-budget.one_costs)
    return {"number": number, "costs": costs}
