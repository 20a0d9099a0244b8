"""What a plan is to reach, in the address: ``?target=level-2`` or ``?target=gig-17``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms

from eligibility.rules.types import Level, RuleSet
from metrics.forecasting.ground import Ground
from metrics.what_next.plan_form import PlanDayForm

_GIG = "gig-"


class EntitlementForm(PlanDayForm):
    """A level or a gig to be promoted, by when, and with what kind of orders."""

    def __init__(
        self, data: Mapping[str, Any], ground: Ground, levels: RuleSet | None, held: int
    ) -> None:
        self._levels = () if levels is None else levels.levels
        gigs = [(f"{_GIG}{gig.pk}", gig.title) for gig in ground.gigs]
        choices: list[Any] = []
        if self._levels:
            choices.append(("Level", [(level.id, level.title) for level in self._levels]))
        if gigs:
            choices.append(("Promoted gig", gigs))
        above = [level.id for level in self._levels if level.rank > held]
        default = [*above, *(level.id for level in self._levels[-1:]), *(key for key, _ in gigs)]
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
    def level(self) -> Level | None:
        """The level asked for; None for a gig."""
        wanted = self.cleaned_data["target"]
        return next((level for level in self._levels if level.id == wanted), None)

    @property
    def gig(self) -> int:
        """The engine number of the gig asked for."""
        keys = [f"{_GIG}{gig.pk}" for gig in self.ground.gigs]
        return keys.index(self.cleaned_data["target"])
