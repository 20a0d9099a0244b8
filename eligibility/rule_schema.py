"""What a rule file may say, and how it becomes a rule set."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from eligibility.rules.facts import category_key
from eligibility.rules.types import (
    Comparison,
    Demotion,
    Doubt,
    Empty,
    Group,
    Kind,
    Level,
    Metric,
    MetricSpec,
    Rule,
    RuleSet,
    Scope,
    Setting,
    Window,
    WindowKind,
)
from metrics.engine.days import day_number
from metrics.engine.grades import Grade
from metrics.policy_files import Parameter

Id = Annotated[str, Field(pattern=r"^[a-z0-9-]+$", max_length=40)]
Words = Annotated[str, Field(min_length=1)]
Number = Annotated[Decimal, Field(ge=0, allow_inf_nan=False)]

SELLER, GIG = frozenset({Scope.SELLER}), frozenset({Scope.GIG})
EITHER = SELLER | GIG
TRAILING = frozenset({WindowKind.TRAILING, WindowKind.ALL_TIME})
STATE = frozenset({WindowKind.STATE})

#: What windows and scopes each metric can be taken over.
POSSIBLE: dict[Metric, tuple[frozenset[WindowKind], frozenset[Scope]]] = {
    Metric.SUCCESS_SCORE: (frozenset({WindowKind.UNPUBLISHED}), SELLER),
    Metric.RATING: (TRAILING | {WindowKind.FROM_LATEST_REVIEW}, EITHER),
    Metric.REVIEW_COUNT: (TRAILING, EITHER),
    Metric.RESPONSE_RATE: (TRAILING, SELLER),
    Metric.COMPLETED_ORDERS: (TRAILING, EITHER),
    Metric.UNIQUE_CLIENTS: (frozenset({WindowKind.ALL_TIME}), EITHER),
    Metric.EARNINGS_USD: (TRAILING, EITHER),
    Metric.DAYS_ACTIVE: (STATE, SELLER),
    Metric.COMPLETION_RATE: (TRAILING, EITHER),
    Metric.ON_TIME_RATE: (TRAILING, EITHER),
    Metric.CANCELLATION_RATE: (TRAILING, EITHER),
    Metric.CANCELLATIONS: (TRAILING, EITHER),
    Metric.LEVEL: (STATE, SELLER),
    Metric.GIG_ACTIVE: (STATE, GIG),
    Metric.CATEGORY: (STATE, GIG),
    Metric.HUMAN_REVIEW: (STATE, SELLER),
    Metric.PRIVATE_FEEDBACK: (frozenset({WindowKind.UNPUBLISHED}), SELLER),
}

#: Treatments without which a metric has no number.
NEEDED: dict[Metric, tuple[str, ...]] = {
    Metric.EARNINGS_USD: ("earnings", "net_share"),
    Metric.RESPONSE_RATE: ("reply_hours", "shown_days", "empty_window"),
    Metric.COMPLETION_RATE: ("cancellations", "empty_window"),
    Metric.CANCELLATION_RATE: ("cancellations", "empty_window"),
    Metric.CANCELLATIONS: ("cancellations",),
    Metric.ON_TIME_RATE: ("empty_window",),
}


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class InForce(_Strict):
    """The days of a rule set; without an end it is in force until now."""

    start: date
    grade: Grade
    source: Words
    end: date | None = None
    end_grade: Grade | None = None
    end_source: str = ""

    @model_validator(mode="after")
    def _ends_after_it_began(self) -> InForce:
        if self.end is not None and self.end <= self.start:
            raise ValueError("the end lies on or before the start")
        if (self.end is None) != (self.end_grade is None):
            raise ValueError("an end has an end_grade and an end_source, no end has none")
        return self


class Process(_Strict):
    """How levels are given and taken."""

    judged_on: Parameter[Annotated[int, Field(ge=1, le=28)]] | None = None
    grace_days: Parameter[Annotated[int, Field(ge=0, le=366)]] | None = None
    demotion: Parameter[Demotion] | None = None
    review_before_loss: Parameter[bool] | None = None


class Treatment(_Strict):
    """How facts count whose treatment is a choice."""

    earnings: Parameter[Literal["net", "gross"]] | None = None
    net_share: Parameter[Annotated[Decimal, Field(gt=0, le=1)]] | None = None
    cancellations: Parameter[Literal["every", "at_fault"]] | None = None
    mutual_cancellations: Parameter[Doubt] | None = None
    reply_hours: Parameter[Annotated[int, Field(ge=1, le=720)]] | None = None
    shown_days: Parameter[Annotated[int, Field(ge=0, le=730)]] | None = None
    empty_window: Parameter[Empty] | None = None

    def spec(self, metric: Metric, window: Window, scope: Scope) -> MetricSpec:
        """The metric with the treatments that matter to it, so that equal ones are shared."""
        needed = NEEDED.get(metric, ())
        if metric is Metric.RATING and window.kind is WindowKind.TRAILING:
            needed = ("empty_window",)
        share = Decimal(1)
        if "earnings" in needed and self.earnings and self.earnings.value == "net":
            share = self.net_share.value if self.net_share else share
        counted = "cancellations" in needed and self.cancellations
        at_fault = bool(counted and self.cancellations and self.cancellations.value == "at_fault")
        defaults = MetricSpec(metric, window, scope)
        empty = self.empty_window.value if self.empty_window else defaults.empty
        reply = self.reply_hours.value if self.reply_hours else defaults.reply_hours
        shown = self.shown_days.value if self.shown_days else defaults.shown_days
        return MetricSpec(
            metric=metric,
            window=window,
            scope=scope,
            empty=empty if "empty_window" in needed else defaults.empty,
            earnings_share=Fraction(share),
            mutual=self.mutual_cancellations.value
            if at_fault and self.mutual_cancellations
            else defaults.mutual,
            every_cancellation=not at_fault,
            reply_hours=reply if "reply_hours" in needed else defaults.reply_hours,
            shown_days=shown if "shown_days" in needed else defaults.shown_days,
        )


class WindowEntry(_Strict):
    kind: WindowKind
    days: Annotated[int, Field(ge=1, le=3660)] | None = None

    @model_validator(mode="after")
    def _has_its_length(self) -> WindowEntry:
        lasting = self.kind in (WindowKind.TRAILING, WindowKind.FROM_LATEST_REVIEW)
        if lasting != (self.days is not None):
            raise ValueError(
                "a window of this kind needs days" if lasting else "this kind has no days"
            )
        return self


class LevelEntry(_Strict):
    id: Id
    title: Words


class SettingEntry(_Strict):
    name: Words
    value: Words
    grade: Grade
    source: Words


class RuleEntry(_Strict):
    """One rule; in a set of levels the thresholds may differ from level to level."""

    id: Id
    title: Words
    metric: Metric
    window: WindowEntry
    scope: Scope | None = None
    at_least: Number | dict[str, Number] | None = None
    at_most: Number | dict[str, Number] | None = None
    not_in: tuple[Words, ...] = ()
    pro_at_least: Number | None = None
    disputed: Number | None = None
    start: date | None = Field(default=None, alias="from")
    until: date | None = None
    group: Group = Group.PUBLISHED
    enabled: bool = True
    #: Asked for on the way up only.
    entry: bool = False
    grade: Grade
    source: Words
    unknown_because: str = ""
    resolved_by: str = ""

    @model_validator(mode="after")
    def _compares_once(self) -> RuleEntry:
        given = [
            name
            for name, value in (
                ("at_least", self.at_least),
                ("at_most", self.at_most),
                ("not_in", self.not_in or None),
            )
            if value is not None
        ]
        if len(given) != 1:
            raise ValueError("a rule has exactly one of at_least, at_most and not_in")
        if (given[0] == "not_in") != (self.metric is Metric.CATEGORY):
            raise ValueError("not_in is for the metric category, and only that")
        if self.group is Group.PUBLISHED and not self.enabled:
            raise ValueError("enabled: a published rule cannot be switched off")
        if (self.pro_at_least is not None or self.disputed is not None) and self.at_least is None:
            raise ValueError("pro_at_least and disputed go with at_least")
        if self.start and self.until and self.until <= self.start:
            raise ValueError("until: lies on or before from")
        return self

    @model_validator(mode="after")
    def _can_be_taken(self) -> RuleEntry:
        kinds, scopes = POSSIBLE[self.metric]
        if self.window.kind not in kinds:
            raise ValueError(f"window: {self.metric} is taken over {', '.join(sorted(kinds))}")
        if self.own_scope not in scopes:
            raise ValueError(f"scope: {self.metric} is known of a {next(iter(scopes))} only")
        return self

    @property
    def own_scope(self) -> Scope:
        if self.scope is not None:
            return self.scope
        return Scope.GIG if POSSIBLE[self.metric][1] == GIG else Scope.SELLER

    @property
    def comparison(self) -> Comparison:
        if self.not_in:
            return Comparison.NOT_IN
        return Comparison.AT_LEAST if self.at_least is not None else Comparison.AT_MOST

    def threshold(self, level: str) -> Decimal | None:
        """The threshold for a level, or for a gig where ``level`` is empty."""
        given = self.at_least if self.at_least is not None else self.at_most
        if isinstance(given, Mapping):
            return given.get(level)
        return given

    def rule(self, treatment: Treatment, level: str = "") -> Rule | None:
        """The rule for one level; None where the rule does not ask anything there."""
        threshold = Decimal(0) if self.not_in else self.threshold(level)
        if threshold is None:
            return None
        window = Window(self.window.kind, self.window.days)
        return Rule(
            id=f"{level}/{self.id}" if level else self.id,
            title=self.title,
            spec=treatment.spec(self.metric, window, self.own_scope),
            comparison=self.comparison,
            threshold=Fraction(threshold),
            grade=self.grade,
            source=self.source,
            group=self.group,
            enabled=self.enabled,
            entry_only=self.entry,
            pro_threshold=None if self.pro_at_least is None else Fraction(self.pro_at_least),
            disputed_threshold=None if self.disputed is None else Fraction(self.disputed),
            names=tuple(category_key(name) for name in self.not_in),
            start_day=None if self.start is None else day_number(self.start),
            end_day=None if self.until is None else day_number(self.until),
            unknown_because=self.unknown_because,
            resolved_by=self.resolved_by,
        )


class RuleFile(_Strict):
    """One rule set as its file says it."""

    id: Id
    version: Annotated[int, Field(ge=1)]
    kind: Kind
    title: Words
    platform: Words
    in_force: InForce
    levels: tuple[LevelEntry, ...] = ()
    process: Process = Process()
    treatment: Treatment = Treatment()
    settings: tuple[SettingEntry, ...] = ()
    rules: Annotated[tuple[RuleEntry, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _holds_together(self) -> RuleFile:
        is_levels = self.kind is Kind.LEVELS
        if is_levels != bool(self.levels):
            raise ValueError("levels: a set of levels lists them, lowest first; others have none")
        if not is_levels and self.process != Process():
            raise ValueError("process: only levels are given and taken in this way")
        names = [rule.id for rule in self.rules]
        doubled = sorted({name for name in names if names.count(name) > 1})
        if doubled:
            raise ValueError(f"rules: “{doubled[0]}” stands there twice")
        ranks = {level.id: number + 1 for number, level in enumerate(self.levels)}
        if len(ranks) < len(self.levels):
            raise ValueError("levels: two of them have the same id")
        for rule in self.rules:
            self._check_rule(rule, ranks)
        return self

    def _check_rule(self, rule: RuleEntry, ranks: Mapping[str, int]) -> None:
        """What a rule may say only in this kind of set, or only with these treatments."""
        where = f"rule “{rule.id}”: "
        given = rule.at_least if rule.at_least is not None else rule.at_most
        if isinstance(given, Mapping) and (unknown := sorted(set(given) - set(ranks))):
            raise ValueError(f"{where}at_least: there is no level “{unknown[0]}” in this file")
        if ranks and rule.own_scope is Scope.GIG:
            raise ValueError(f"{where}scope: levels are about the seller, not about a gig")
        if rule.entry and not ranks:
            raise ValueError(f"{where}entry: only levels are entered")
        if ranks and rule.metric is Metric.LEVEL:
            raise ValueError(f"{where}metric: a level cannot ask for a level")
        if rule.metric is Metric.HUMAN_REVIEW and any(
            (wanted := rule.threshold(level)) is not None and wanted != rank
            for level, rank in ranks.items()
        ):
            raise ValueError(f"{where}at_least: a review grants its own level; give its rank")
        for name in NEEDED.get(rule.metric, ()):
            if getattr(self.treatment, name) is None:
                raise ValueError(f"{where}metric: needs [treatment.{name}]")
        at_fault = self.treatment.cancellations
        if at_fault and at_fault.value == "at_fault" and not self.treatment.mutual_cancellations:
            raise ValueError("treatment: at_fault needs [treatment.mutual_cancellations]")

    def rule_set(self) -> RuleSet:
        """The rule set as the evaluator takes it."""
        end = self.in_force.end
        process = self.process
        return RuleSet(
            id=self.id,
            version=self.version,
            kind=self.kind,
            title=self.title,
            platform=self.platform,
            start_day=day_number(self.in_force.start),
            start_grade=self.in_force.grade,
            start_source=self.in_force.source,
            end_day=None if end is None else day_number(end),
            end_grade=self.in_force.end_grade,
            end_source=self.in_force.end_source,
            rules=self._rules() if self.kind is Kind.PROMOTION else (),
            levels=tuple(
                Level(level.id, level.title, number + 1, self._rules(level.id))
                for number, level in enumerate(self.levels)
            ),
            judged_on=process.judged_on.value if process.judged_on else None,
            grace_days=process.grace_days.value if process.grace_days else 0,
            demotion=process.demotion.value if process.demotion else Demotion.SUPPORTED,
            review_before_loss=bool(
                process.review_before_loss and process.review_before_loss.value
            ),
            settings=self._settings(),
        )

    def _rules(self, level: str = "") -> tuple[Rule, ...]:
        found = (entry.rule(self.treatment, level) for entry in self.rules)
        return tuple(rule for rule in found if rule is not None)

    def _settings(self) -> tuple[Setting, ...]:
        """Process and treatments as statements, with those that are words only."""
        found = []
        for part in (self.process, self.treatment):
            for name in type(part).model_fields:
                given = getattr(part, name)
                if given is not None:
                    value = (
                        str(given.value).lower() if isinstance(given.value, bool) else given.value
                    )
                    found.append(Setting(name, str(value), Grade(given.grade.value), given.source))
        return tuple(found) + tuple(
            Setting(s.name, s.value, s.grade, s.source) for s in self.settings
        )
