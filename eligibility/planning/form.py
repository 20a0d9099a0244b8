"""What a plan is to reach, in the address: ``?target=level-2`` or ``?target=gig-17``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django import forms

from eligibility.rules.types import Level, RuleSet
from metrics.forecasting.ground import Ground
from metrics.what_next.plan_form import PlanDayForm

_GIG = "gig-"


@dataclass(frozen=True, slots=True)
class LevelOrGig:
    """The levels and gigs that a target may name."""

    ground: Ground
    levels: RuleSet | None

    def names(self, target: str) -> bool:
        """Whether it names one of them."""
        return target in {key for _, group in level_choices(*self._parts) for key, _ in group}

    def wanted(self, target: str) -> Level | int:
        """A level, or the engine number of a gig.

        Raises
        ------
        ValueError
            If it names neither.
        """
        levels = () if self.levels is None else self.levels.levels
        level = next((one for one in levels if one.id == target), None)
        if level is not None:
            return level
        return [f"{_GIG}{gig.pk}" for gig in self.ground.gigs].index(target)

    @property
    def _parts(self) -> tuple[Ground, RuleSet | None]:
        return self.ground, self.levels


def level_choices(
    ground: Ground, levels: RuleSet | None
) -> list[tuple[str, list[tuple[str, str]]]]:
    """Choices in groups; a group without any is left out."""
    of_levels = [] if levels is None else [(level.id, level.title) for level in levels.levels]
    of_gigs = [(f"{_GIG}{gig.pk}", gig.title) for gig in ground.gigs]
    groups = [("Level", of_levels), ("Promoted gig", of_gigs)]
    return [(name, group) for name, group in groups if group]


class EntitlementForm(PlanDayForm):
    """A level or a gig to be promoted, by when, and with what kind of orders."""

    def __init__(
        self, data: Mapping[str, Any], ground: Ground, levels: RuleSet | None, held: int
    ) -> None:
        self._named = LevelOrGig(ground, levels)
        choices = level_choices(ground, levels)
        known = () if levels is None else levels.levels
        above = [level.id for level in known if level.rank > held]
        every = [key for _, group in choices for key, _ in group]
        default = [*above, *(level.id for level in known[-1:]), *every]
        # The page "what next" has another plan beside this one.
        super().__init__(
            data, ground, {"target": default[0] if default else ""}, auto_id="id_entitled_%s"
        )
        self.fields["target"] = forms.ChoiceField(
            label="Reach",
            choices=choices,
            error_messages={"invalid_choice": "This is neither a level nor one of the gigs."},
        )
        self.order_fields(["target", "by", "quality"])

    @property
    def wanted(self) -> Level | int:
        """Of a valid form: the level, or the engine number of the gig asked for."""
        return self._named.wanted(self.cleaned_data["target"])
