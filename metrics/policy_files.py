"""Policies as dated data: TOML files, read, checked, and handed to the engine.

Shipped files lie in ``metrics/policies``; a deployment adds folders by
``STANDING_POLICY_DIRS``. A file that does not hold gives an error with the file, the
field and what is wrong with it.
"""

from __future__ import annotations

import dataclasses
import tomllib
from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Generic, TypeVar

from django.conf import settings
from django.utils.text import slugify
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from metrics.engine.grades import Grade
from metrics.engine.types import AREAS, Policy, Unscored

SHIPPED = Path(__file__).parent / "policies"


class PolicyFileError(Exception):
    """A policy file does not hold; the text names file, field and reason."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


T = TypeVar("T")
Share = Annotated[float, Field(ge=0, le=1)]
Positive = Annotated[float, Field(gt=0)]


class Parameter(_Strict, Generic[T]):
    """One number with how sure it is and where it comes from."""

    value: T
    grade: Grade
    source: str = Field(min_length=1)


class PerArea(_Strict):
    """One number for each of the six areas."""

    client_satisfaction: float
    communication: float
    value_for_money: float
    conflict_free: float
    cancellations: float
    delivery_time: float

    def six(self) -> tuple[float, float, float, float, float, float]:
        values = [getattr(self, area.name.lower()) for area in AREAS]
        return (values[0], values[1], values[2], values[3], values[4], values[5])


Curve = tuple[Share, Share, Share, Share, Share]
Cuts = tuple[float, float, float, float]


class Parameters(_Strict):
    """The fields of :class:`metrics.engine.types.Policy`, each graded and sourced."""

    window_days: Parameter[Annotated[int, Field(ge=1, le=3660)]]
    #: 0 means that nothing fades.
    half_life_days: Parameter[Annotated[float, Field(ge=0)]]
    value_reference_usd: Parameter[Positive]
    value_exponent: Parameter[Annotated[float, Field(ge=0)]]
    value_low: Parameter[Positive]
    value_high: Parameter[Positive]
    star_curve: Parameter[Curve]
    on_time_x: Parameter[Share]
    late_x: Parameter[Share]
    very_late_x: Parameter[Share]
    late_limit_hours: Parameter[Annotated[float, Field(ge=0)]]
    completed_x: Parameter[Share]
    cancelled_by_seller_x: Parameter[Share]
    cancelled_very_late_x: Parameter[Share]
    cancelled_other_x: Parameter[Share]
    no_dispute_x: Parameter[Share]
    dispute_x: Parameter[Share]
    benchmark_mean: Parameter[PerArea]
    benchmark_spread: Parameter[PerArea]
    prior_strength: Parameter[PerArea]
    area_weight: Parameter[PerArea]
    intercept: Parameter[float]
    slope: Parameter[Positive]
    min_activity: Parameter[Annotated[int, Field(ge=1)]]
    unscored: Parameter[Unscored]
    label_cuts: Parameter[Cuts]
    immature_days: Parameter[Annotated[int, Field(ge=0)]]

    @model_validator(mode="after")
    def _holds_together(self) -> Parameters:
        if abs(sum(self.area_weight.value.six()) - 1) > 1e-9:
            raise ValueError("area_weight: the six weights have to add up to 1")
        if min(self.benchmark_spread.value.six()) <= 0:
            raise ValueError("benchmark_spread: every spread is above 0")
        if min(self.prior_strength.value.six()) <= 0:
            raise ValueError("prior_strength: every strength is above 0")
        if not all(0 <= mean <= 1 for mean in self.benchmark_mean.value.six()):
            raise ValueError("benchmark_mean: every mean lies between 0 and 1")
        if self.value_low.value > self.value_high.value:
            raise ValueError("value_low is above value_high")
        return self


class Threshold(_Strict):
    """A score that the platform asks for, drawn on the chart."""

    score: Annotated[int, Field(ge=1, le=10)]
    label: str
    grade: Grade


class Variant(_Strict):
    """Another setting of some parameters, just as likely; a number for all six areas is
    given once."""

    title: str
    set: Mapping[str, float | str]


class PolicyFile(_Strict):
    """One policy as its file says it."""

    id: str = Field(pattern=r"^[a-z0-9-]+$", max_length=60)
    version: Annotated[int, Field(ge=1)]
    title: str
    platform: str
    published_from: date
    in_force_from: date
    parameters: Parameters
    thresholds: tuple[Threshold, ...] = ()
    variants: tuple[Variant, ...] = ()

    @property
    def key(self) -> str:
        """Names the policy in stored rows: id and version."""
        return f"{self.id}/{self.version}"

    def policy(self) -> Policy:
        """The parameters as the engine takes them."""
        values: dict[str, Any] = {}
        for name in Parameters.model_fields:
            value = getattr(self.parameters, name).value
            values[name] = value.six() if isinstance(value, PerArea) else value
        values["half_life_days"] = values["half_life_days"] or None
        return Policy(id=self.id, version=self.version, **values)

    @property
    def benchmarks_key(self) -> str:
        """Names the policy in benchmark snapshots."""
        return self.key

    def variant_policies(self) -> list[tuple[str, Policy]]:
        """Title and policy of every variant."""
        base = self.policy()
        return [(v.title, dataclasses.replace(base, **_changes(base, v))) for v in self.variants]


@dataclasses.dataclass(frozen=True, slots=True)
class PolicyVariant:
    """One variant of a policy, to ask under in its place. Nothing is stored under it."""

    base: PolicyFile
    title: str
    settings: Policy

    @property
    def key(self) -> str:
        """The policy's key and the variant's name."""
        return f"{self.base.key}~{slugify(self.title)}"

    @property
    def benchmarks_key(self) -> str:
        """Gigs are compared as under the policy itself."""
        return self.base.benchmarks_key

    def policy(self) -> Policy:
        return self.settings


AnyPolicy = PolicyFile | PolicyVariant


def _changes(base: Policy, variant: Variant) -> dict[str, Any]:
    changes: dict[str, Any] = {}
    for name, value in variant.set.items():
        if name not in Parameters.model_fields:
            raise PolicyFileError(f"{base.id}: variant “{variant.title}” sets “{name}”, unknown")
        if isinstance(getattr(base, name), tuple):
            changes[name] = (value,) * len(AREAS)
        elif name == "unscored":
            changes[name] = Unscored(str(value))
        else:
            changes[name] = value
    return changes


def read_policy_file(path: Path) -> PolicyFile:
    """Read and check one file.

    Raises
    ------
    PolicyFileError
        Names the file, the field and what is wrong.
    """
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise PolicyFileError(f"{path.name}: this is not TOML: {error}") from error
    try:
        found = PolicyFile.model_validate(raw)
        found.variant_policies()
        return found
    except ValidationError as error:
        lines = [
            f"{path.name}: {'.'.join(str(part) for part in e['loc']) or 'file'}: {e['msg']}"
            for e in error.errors()
        ]
        raise PolicyFileError("\n".join(lines)) from error
    except ValueError as error:
        raise PolicyFileError(f"{path.name}: {error}") from error


def read_policy_folders(folders: Sequence[Path]) -> dict[str, PolicyFile]:
    """All policies by id; of one id the highest version counts."""
    found: dict[str, PolicyFile] = {}
    for folder in folders:
        for path in sorted(folder.glob("*.toml")):
            policy = read_policy_file(path)
            if policy.id not in found or policy.version > found[policy.id].version:
                found[policy.id] = policy
    return found


@cache
def policy_files() -> dict[str, PolicyFile]:
    """The policies of this deployment, shipped and its own, read once."""
    return read_policy_folders([SHIPPED, *map(Path, settings.STANDING_POLICY_DIRS)])


def current_policy_file() -> PolicyFile:
    """The policy that stored results are computed with (STANDING_POLICY)."""
    try:
        return policy_files()[settings.STANDING_POLICY]
    except KeyError:
        known = ", ".join(sorted(policy_files()))
        raise PolicyFileError(
            f"STANDING_POLICY is “{settings.STANDING_POLICY}”; this deployment has {known}."
        ) from None


def policies_to_ask_under() -> dict[str, AnyPolicy]:
    """What a question may be asked under, by its name in an address.

    The policy of the deployment has the empty name; then come its variants, by their titles,
    and the other policies, by their ids.
    """
    current = current_policy_file()
    found: dict[str, AnyPolicy] = {"": current}
    for title, settings_ in current.variant_policies():
        found[slugify(title)] = PolicyVariant(current, title, settings_)
    others = {name: file for name, file in policy_files().items() if file is not current}
    return found | others
