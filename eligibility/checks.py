"""System check: every rule file of the deployment holds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.apps.config import AppConfig
from django.core.checks import CheckMessage, Error, register

from eligibility.rule_files import RuleFileError, rule_sets_by_id


@register("formulas")
def rule_files_hold(app_configs: Sequence[AppConfig] | None, **_: Any) -> list[CheckMessage]:
    """A rule that cannot be read would only be noticed in the night, by the recompute."""
    try:
        rule_sets_by_id()
    except RuleFileError as error:
        hint = "Mend the file, or take its folder out of STANDING_RULE_DIRS."
        return [Error(str(error), hint=hint, id="eligibility.E001")]
    return []
