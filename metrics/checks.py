"""System check: the policy files of the deployment hold, and the chosen policy is among them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.apps.config import AppConfig
from django.core.checks import CheckMessage, Error, register

from metrics.policy_files import PolicyFileError, current_policy_file


@register("formulas")
def policy_files_hold(app_configs: Sequence[AppConfig] | None, **_: Any) -> list[CheckMessage]:
    """A policy that cannot be read would else be noticed by the first page that needs it."""
    try:
        current_policy_file()
    except PolicyFileError as error:
        hint = "Set STANDING_POLICY to one that is there, or mend the file in STANDING_POLICY_DIRS."
        return [Error(str(error), hint=hint, id="metrics.E001")]
    return []
