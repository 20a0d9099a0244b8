"""The words of eligibility: rules, rule sets, metrics, verdicts.

Thresholds, dates, grades and sources stand in the rule files (``eligibility/policies/*.toml``),
not here. Days are day numbers (:mod:`metrics.engine.days`); spans are half-open, [start, end).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import IntEnum, StrEnum
from fractions import Fraction

from metrics.engine.grades import Grade

#: In verdict arrays: the rule set was not in force on that day. No verdict, never stored.
OUT_OF_FORCE = -1


class Verdict(IntEnum):
    """What can be said about a rule on a day."""

    NOT_MET = 0
    MET = 1
    #: Cannot be checked from the data.
    UNKNOWN = 2


class Phase(IntEnum):
    """How firmly a level is held."""

    #: No rules for levels were in force.
    NO_RULES = 0
    HOLDS = 1
    #: Below a requirement; the clock runs.
    GRACE = 2
    #: The clock ran out; people decide.
    REVIEW = 3


class Group(StrEnum):
    """Published rules and guesses at unpublished ones are never mixed."""

    PUBLISHED = "published"
    INFERRED = "inferred"


class Scope(StrEnum):
    """Whose facts a metric is taken from."""

    SELLER = "seller"
    GIG = "gig"


class Metric(StrEnum):
    """What a rule looks at. Rates are shares of 1, ratings are stars, money is US dollars."""

    SUCCESS_SCORE = "success_score"
    RATING = "rating"
    REVIEW_COUNT = "review_count"
    RESPONSE_RATE = "response_rate"
    COMPLETED_ORDERS = "completed_orders"
    UNIQUE_CLIENTS = "unique_clients"
    EARNINGS_USD = "earnings_usd"
    DAYS_ACTIVE = "days_active"
    COMPLETION_RATE = "completion_rate"
    ON_TIME_RATE = "on_time_rate"
    #: Cancellations that count, as a share of them and the completed orders.
    CANCELLATION_RATE = "cancellation_rate"
    #: Cancellations that count, as a number.
    CANCELLATIONS = "cancellations"
    #: Rank of the level held (:mod:`eligibility.rules.levels`).
    LEVEL = "level"
    GIG_ACTIVE = "gig_active"
    CATEGORY = "category"
    #: Known only where the platform showed the level that the review grants.
    HUMAN_REVIEW = "human_review"
    #: Never shown to anybody outside the platform.
    PRIVATE_FEEDBACK = "private_feedback"


#: Estimated by the product, not counted from facts: pages mark it "our estimate".
ESTIMATED = frozenset({Metric.SUCCESS_SCORE})

#: Shares with their own numerator and denominator.
RATES = frozenset(metric for metric in Metric if metric.value.endswith("_rate"))


class Comparison(StrEnum):
    AT_LEAST = "at_least"
    AT_MOST = "at_most"
    #: The gig's category is none of :attr:`Rule.names`.
    NOT_IN = "not_in"


class WindowKind(StrEnum):
    ALL_TIME = "all_time"
    #: The last so many days, the judged day included.
    TRAILING = "trailing"
    #: So many days back from the most recent review, however long ago that was.
    FROM_LATEST_REVIEW = "from_latest_review"
    #: The platform does not say.
    UNPUBLISHED = "unpublished"
    #: The state of the day itself.
    STATE = "state"


@dataclass(frozen=True, slots=True)
class Window:
    """Which facts count on a day; ``days`` is None where the kind has no length."""

    kind: WindowKind
    days: int | None = None


class Empty(StrEnum):
    """What a rate or a rating is when nothing falls into its window."""

    UNKNOWN = "unknown"
    #: The platform showed 100%, or the full number of stars.
    FULL = "full"


class Doubt(StrEnum):
    """What a fact does whose treatment by the platform is unknown."""

    COUNTS = "counts"
    IGNORED = "ignored"
    #: Either may be true: the rule is unknown where that makes a difference.
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class MetricSpec:
    """A metric with everything that changes its number. Rules that share it share the work."""

    metric: Metric
    window: Window
    scope: Scope = Scope.SELLER
    empty: Empty = Empty.UNKNOWN
    #: Share of an order's amount that counts as earnings.
    earnings_share: Fraction = Fraction(1)
    #: Cancellations on both sides' wish after the requirements were in, and those whose side
    #: is unknown.
    mutual: Doubt = Doubt.UNKNOWN
    #: Every cancellation counts, whoever was at fault (the rules until 2024).
    every_cancellation: bool = True
    #: Hours within which a first reply counts as given.
    reply_hours: int = 24
    #: For so many days a value shown by the platform stands in where the data give none.
    shown_days: int = 0


@dataclass(frozen=True, slots=True)
class Rule:
    """One requirement of a rule set.

    ``id`` is unique within its set; rules of a level carry it in front (``level-2/rating``).
    """

    id: str
    title: str
    spec: MetricSpec
    comparison: Comparison
    #: A share, stars, dollars, a count, or the rank of a level; 0 for NOT_IN.
    threshold: Fraction
    grade: Grade
    source: str
    group: Group = Group.PUBLISHED
    enabled: bool = True
    #: Asked for on the way up only: a level once held is not lost over it.
    entry_only: bool = False
    #: The threshold for Pro sellers; None where Pro changes nothing.
    pro_threshold: Fraction | None = None
    #: Where two thresholds are told of: the stricter one. Between them the rule is unknown.
    disputed_threshold: Fraction | None = None
    #: Categories of a NOT_IN rule, in the form of :func:`category_key`.
    names: tuple[str, ...] = ()
    #: Narrower than the rule set's own days, where a rule came later or went earlier.
    start_day: int | None = None
    end_day: int | None = None
    #: Why the rule may be impossible to check, and the input that would resolve it.
    unknown_because: str = ""
    resolved_by: str = ""

    @property
    def level_id(self) -> str:
        """The level this rule belongs to; empty for rules of a promotion."""
        level, slash, _ = self.id.partition("/")
        return level if slash else ""

    @property
    def metric(self) -> Metric:
        return self.spec.metric

    def threshold_for(self, *, is_pro: bool) -> Fraction:
        """What this seller has to reach."""
        return self.pro_threshold if is_pro and self.pro_threshold is not None else self.threshold


@dataclass(frozen=True, slots=True)
class Level:
    """A level; ``rank`` counts from 1, and 0 is "no level yet" (New seller)."""

    id: str
    title: str
    rank: int
    rules: tuple[Rule, ...]

    @property
    def reviewed(self) -> bool:
        """Granted and taken away by people, not by the numbers alone."""
        return any(rule.metric is Metric.HUMAN_REVIEW for rule in self.rules)


class Kind(StrEnum):
    LEVELS = "levels"
    PROMOTION = "promotion"


class Demotion(StrEnum):
    """Where a seller falls who no longer holds a level."""

    #: To the highest level that the metrics support.
    SUPPORTED = "supported"
    ONE_LEVEL = "one_level"


@dataclass(frozen=True, slots=True)
class Setting:
    """A statement about a rule set that is no rule: shown with its grade and source."""

    name: str
    value: str
    grade: Grade
    source: str


@dataclass(frozen=True, slots=True)
class RuleSet:
    """Dated rules. In force on the days ``start_day <= t < end_day``; None is "until now"."""

    id: str
    version: int
    kind: Kind
    title: str
    platform: str
    start_day: int
    start_grade: Grade
    start_source: str
    end_day: int | None = None
    end_grade: Grade | None = None
    end_source: str = ""
    #: Rules of a promotion (one gig); empty for levels.
    rules: tuple[Rule, ...] = ()
    #: Ascending by rank; empty for a promotion.
    levels: tuple[Level, ...] = ()
    #: Day of the month on which levels are judged; None is every day.
    judged_on: int | None = None
    grace_days: int = 0
    demotion: Demotion = Demotion.SUPPORTED
    #: A level that people grant is looked at by people after its grace period, not dropped.
    review_before_loss: bool = False
    settings: tuple[Setting, ...] = ()

    @property
    def key(self) -> str:
        """Names the rule set in stored rows: id and version."""
        return f"{self.id}/{self.version}"

    @property
    def all_rules(self) -> tuple[Rule, ...]:
        """Every rule, switched off or not; those of levels from the lowest level on."""
        return self.rules + tuple(rule for level in self.levels for rule in level.rules)

    @property
    def overall_ids(self) -> tuple[str, ...]:
        """Names of the overall verdicts: each level's id, or "" for a promotion."""
        return tuple(level.id for level in self.levels) or ("",)

    def holds_on(self, day: int) -> bool:
        return self.start_day <= day and (self.end_day is None or day < self.end_day)

    def switched_off(self, rule_id: str) -> RuleSet:
        """The same rule set of a promotion with one rule switched off."""
        rules = (replace(r, enabled=False) if r.id == rule_id else r for r in self.rules)
        return replace(self, rules=tuple(rules))

    def on_all_days(self) -> RuleSet:
        """The same rules as if they had always been in force ("if today's rules had applied")."""
        return replace(self, start_day=-(10**6), end_day=None)


@dataclass(frozen=True, slots=True)
class Bounds:
    """The value of a metric on a day, as far as it is known.

    The value lies between ``low_num / low_den`` and ``high_num / high_den``; a denominator of
    0 means that nothing is known on that side. Both sides equal: the value is exact. The
    numbers are those of the metric's numerator and denominator, not cancelled down.
    """

    low_num: int = 0
    low_den: int = 0
    high_num: int = 0
    high_den: int = 0

    @property
    def low(self) -> Fraction | None:
        return Fraction(self.low_num, self.low_den) if self.low_den else None

    @property
    def high(self) -> Fraction | None:
        return Fraction(self.high_num, self.high_den) if self.high_den else None

    @property
    def exact(self) -> Fraction | None:
        """The value where it is known for certain."""
        return self.low if self.low is not None and self.low == self.high else None


class Reason(StrEnum):
    """Why an order, review or inquiry counts or does not."""

    COUNTS = "counts"
    #: Counts below the line only.
    COUNTS_AGAINST = "counts_against"
    #: May count or may not: the platform does not say, or the data do not.
    DOUBTFUL = "doubtful"
    LEFT_WINDOW = "left_window"
    NOT_YET = "not_yet"
    OPEN = "open"
    CANCELLED = "cancelled"
    NOT_CANCELLED = "not_cancelled"
    BEFORE_REQUIREMENTS = "before_requirements"
    CLIENTS_CHOICE = "clients_choice"
    BY_THE_PLATFORM = "by_the_platform"
    MUTUAL = "mutual"
    RULED_OUT = "ruled_out"
    SAME_CLIENT = "same_client"
    CLIENT_UNKNOWN = "client_unknown"
    AMOUNT_UNKNOWN = "amount_unknown"
    DUE_UNKNOWN = "due_unknown"
    NO_REVIEW = "no_review"
    REMOVED = "removed"
    REPLACED = "replaced"
    NO_STARS = "no_stars"
    WAITING = "waiting"


class Missing(StrEnum):
    """Why a metric has no value at all on a day."""

    NO_SCORE = "no_score"
    NO_REVIEWS = "no_reviews"
    NO_INQUIRIES = "no_inquiries"
    EMPTY_WINDOW = "empty_window"
    NOT_RECORDED = "not_recorded"
    NOT_PUBLIC = "not_public"


@dataclass(frozen=True, slots=True)
class Counted:
    """One order (or inquiry) in the list behind a metric's value.

    ``number`` is the order's number, for response rates the inquiry's. ``day`` is the day
    that decides about the window, ``until`` the first day on which it no longer counts.
    ``stars`` (ratings) and ``cents`` (earnings) are what it brings in.
    """

    number: int
    day: int | None
    until: int | None
    reason: Reason
    stars: Fraction | None = None
    cents: int | None = None

    @property
    def counts(self) -> bool:
        return self.reason in (Reason.COUNTS, Reason.COUNTS_AGAINST, Reason.DOUBTFUL)


@dataclass(frozen=True, slots=True)
class MetricValue:
    """A metric of one subject on one day, with everything that went into it.

    ``start_day <= t < end_day`` is the window; None where it is open on that side.
    """

    bounds: Bounds
    start_day: int | None = None
    end_day: int | None = None
    missing: Missing | None = None
    #: The day on which the platform showed the value, where that stands in for our data.
    shown_day: int | None = None
    items: tuple[Counted, ...] = ()
