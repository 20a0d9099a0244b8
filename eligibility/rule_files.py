"""Rule sets as dated data: TOML files, read, checked, and handed to the evaluator.

Shipped files lie in ``eligibility/policies``; a deployment adds folders by
``STANDING_RULE_DIRS`` and so a rule set of its own without touching code. A file that does not
hold gives an error with the file, the rule, the field and what is wrong with it.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from pydantic import ValidationError

from eligibility.rule_schema import RuleFile
from eligibility.rules.types import Group, Kind, RuleSet

SHIPPED = Path(__file__).parent / "policies"


class RuleFileError(Exception):
    """A rule file does not hold; the text names file, rule, field and reason."""


def read_rule_file(path: Path) -> RuleSet:
    """Read and check one file.

    Raises
    ------
    RuleFileError
        Names the file, the rule, the field and what is wrong.
    """
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise RuleFileError(f"{path.name}: this is not TOML: {error}") from error
    try:
        return RuleFile.model_validate(raw).rule_set()
    except ValidationError as error:
        lines = [f"{path.name}: {_where(raw, e['loc'])}{_reason(e['msg'])}" for e in error.errors()]
        raise RuleFileError("\n".join(lines)) from error


def _where(raw: Mapping[str, Any], location: tuple[int | str, ...]) -> str:
    """Rule by its name and field, as a person finds it in the file."""
    words = [str(part) for part in location]
    if len(location) > 1 and location[0] in ("rules", "levels", "settings"):
        entry = raw[str(location[0])][int(location[1])]
        name = entry.get("id", entry.get("name")) if isinstance(entry, dict) else None
        kind = str(location[0]).removesuffix("s")
        named = f"{kind} “{name}”" if name else f"{kind} number {int(location[1]) + 1}"
        words = [named, *words[2:]]
    return ": ".join(words) + ": " if words else ""


def _reason(message: str) -> str:
    return message.removeprefix("Value error, ")


def read_rule_folders(folders: Sequence[Path]) -> dict[str, RuleSet]:
    """All rule sets by id, the earliest first; of one id the highest version counts.

    Raises
    ------
    RuleFileError
        Also where two rule sets of levels of one platform are in force on the same day.
    """
    found: dict[str, RuleSet] = {}
    for folder in folders:
        for path in sorted(folder.glob("*.toml")):
            rule_set = read_rule_file(path)
            if rule_set.id not in found or rule_set.version > found[rule_set.id].version:
                found[rule_set.id] = rule_set
    ascending = sorted(found.values(), key=lambda one: (one.start_day, one.id))
    levels = [rule_set for rule_set in ascending if rule_set.kind is Kind.LEVELS]
    for number, one in enumerate(levels):
        for other in levels[number + 1 :]:
            overlap = one.end_day is None or other.start_day < one.end_day
            if one.platform == other.platform and overlap:
                raise RuleFileError(
                    f"{one.id} and {other.id}: both say what the levels of {one.platform} are on "
                    f"the same days; give the earlier one an end in [in_force]."
                )
    return {rule_set.id: rule_set for rule_set in ascending}


@cache
def rule_sets_by_id() -> dict[str, RuleSet]:
    """The rule sets of this deployment, shipped and its own, read once."""
    found = read_rule_folders([SHIPPED, *map(Path, settings.STANDING_RULE_DIRS)])
    return without_rules(found, settings.STANDING_RULES_OFF)


def rule_sets(platform: str) -> tuple[RuleSet, ...]:
    """The rule sets of one platform, the earliest first."""
    return tuple(one for one in rule_sets_by_id().values() if one.platform == platform)


def without_rules(found: Mapping[str, RuleSet], off: Sequence[str]) -> dict[str, RuleSet]:
    """Inferred rules switched off, each named ``rule-set/rule``.

    Raises
    ------
    RuleFileError
        A name is unknown, or names a published rule: those hold whether we like them or not.
    """
    changed = dict(found)
    for name in off:
        set_id, _, rule_id = name.partition("/")
        rules = changed[set_id].rules if set_id in changed else ()
        inferred = {rule.id for rule in rules if rule.group is Group.INFERRED}
        if rule_id not in inferred:
            known = sorted(
                f"{one.id}/{rule.id}"
                for one in found.values()
                for rule in one.rules
                if rule.group is Group.INFERRED
            )
            raise RuleFileError(
                f"STANDING_RULES_OFF: “{name}” is no inferred rule; there are {', '.join(known)}."
            )
        changed[set_id] = changed[set_id].switched_off(rule_id)
    return changed
