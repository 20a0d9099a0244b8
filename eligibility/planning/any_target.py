"""One plan to whatever target is chosen: a score, a rating, a level, or a promoted gig."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from django import forms

from eligibility.coming.judging import known_of
from eligibility.computing import in_force
from eligibility.models import EligibilityStanding
from eligibility.planning.form import LevelOrGig, level_choices
from eligibility.planning.page import entitlement_plan
from eligibility.rule_files import rule_sets
from eligibility.rules.types import Kind, Phase, RuleSet
from metrics.forecasting.ground import Ground
from metrics.models import Standing
from metrics.what_next.plan import NO_USUAL, plan_of
from metrics.what_next.plan_form import TARGETS, PlanForm

#: The highest displayed score.
_HIGHEST = 10


class AnyTargetForm(PlanForm):
    """The targets of both plans in one list; ``gig`` counts for scores and ratings."""

    def __init__(
        self,
        data: Mapping[str, Any],
        ground: Ground,
        displayed: int | None,
        levels: RuleSet | None,
        default: str,
    ) -> None:
        super().__init__(data, ground, displayed, default)
        self._entitled = LevelOrGig(ground, levels)
        field = cast("forms.ChoiceField", self.fields["target"])
        field.label = "Plan to"
        field.choices = [*TARGETS, *level_choices(ground, levels)]
        field.error_messages["invalid_choice"] = "This is no target of the list. Choose one."

    @property
    def entitled(self) -> LevelOrGig | None:
        """Set for a level or a gig to be promoted; None for a score or a rating."""
        wanted = self.cleaned_data["target"]
        return self._entitled if self._entitled.names(wanted) else None


def any_plan_context(
    ground: Ground,
    standing: Standing,
    query: Mapping[str, Any],
    *,
    eligibility: EligibilityStanding | None,
    hides_orders: bool,
) -> dict[str, Any]:
    """The form, and the plan in words; ``hides_orders`` leaves out what only orders tell."""
    levels = in_force(rule_sets(ground.seller.platform), Kind.LEVELS, ground.today_number)
    default = default_target(standing.displayed, eligibility, levels)
    form = AnyTargetForm(query, ground, standing.displayed, levels, default)
    found: dict[str, Any] = {"plan_form": form, "plan": None}
    if not ground.gigs or not form.is_valid():
        return found
    entitled = form.entitled
    if entitled is None:
        found["plan"] = plan_of(ground, *form.asked()) or {"sentence": NO_USUAL}
        return found
    by, quality = form.cleaned_data["by"], form.wanted_quality
    wanted = entitled.wanted(form.cleaned_data["target"])
    plan = entitlement_plan(ground, known_of(ground), wanted, by, quality)
    if hides_orders and plan.get("reasons"):
        plan |= {"reasons": [plan["lacking"]]}
    found["plan"] = plan
    return found


def default_target(
    displayed: int | None, eligibility: EligibilityStanding | None, levels: RuleSet | None
) -> str:
    """The level on grace, else the next displayed score, else the next level.

    Empty for the form's own default.
    """
    held = 0 if eligibility is None else eligibility.held or 0
    titles = {} if levels is None else {level.rank: level.id for level in levels.levels}
    if eligibility is not None and eligibility.phase == Phase.GRACE and held in titles:
        return titles[held]
    if displayed is not None and displayed >= _HIGHEST:
        return titles.get(held + 1, "")
    return ""
