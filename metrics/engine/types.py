"""The words of the engine: areas, causes, a policy's parameters, facts and evidence.

Terms follow docs/FORMULAS.md; the grade and the source of every parameter stand in the
policy files (``metrics/policies/*.toml``), not here.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, StrEnum


class Factor(IntEnum):
    """The six areas of the success score, plus the gig's weight in the overall score."""

    CLIENT_SATISFACTION = 0
    COMMUNICATION = 1
    VALUE_FOR_MONEY = 2
    CONFLICT_FREE = 3
    CANCELLATIONS = 4
    DELIVERY_TIME = 5
    #: Not an area: how much of the overall score the gig carries. Only attribution uses it.
    GIG_WEIGHT = 6


#: The areas proper, in the order of every ``(…, 6)`` array.
AREAS = tuple(factor for factor in Factor if factor is not Factor.GIG_WEIGHT)
AREA_COUNT = len(AREAS)


class Cause(IntEnum):
    """Why a line of the ledger moved the score."""

    ENTERED = 0
    AGED_OUT = 1
    FADED = 2
    EDITED = 3
    REMOVED = 4
    GIG_BEGAN = 5
    GIG_CEASED = 6
    BENCHMARK = 7
    LEARNED_LATE = 8
    POLICY = 9


class OrderStatus(IntEnum):
    OPEN = 0
    COMPLETED = 1
    CANCELLED = 2


class CancelledBy(IntEnum):
    UNKNOWN = 0
    SELLER = 1
    CLIENT = 2
    MUTUAL = 3
    PLATFORM = 4


class Unscored(StrEnum):
    """What a gig without enough activity does to the overall score."""

    EXCLUDED = "excluded"
    NEUTRAL = "neutral"


Six = tuple[float, float, float, float, float, float]


@dataclass(frozen=True, slots=True)
class Policy:
    """Every number of a success-score formula. Six-tuples follow :data:`AREAS`."""

    id: str
    version: int
    window_days: int
    #: Days until an item's weight has halved; ``None`` means that nothing fades.
    half_life_days: float | None
    value_reference_usd: float
    value_exponent: float
    value_low: float
    value_high: float
    #: Outcome x at 1, 2, 3, 4 and 5 stars; straight lines between.
    star_curve: tuple[float, float, float, float, float]
    on_time_x: float
    late_x: float
    very_late_x: float
    #: Lateness up to this many hours is "late", above it "very late".
    late_limit_hours: float
    completed_x: float
    cancelled_by_seller_x: float
    cancelled_very_late_x: float
    cancelled_other_x: float
    no_dispute_x: float
    dispute_x: float
    benchmark_mean: Six
    benchmark_spread: Six
    #: How many full-weight items the benchmark is worth, per area.
    prior_strength: Six
    #: Weight of each area; they add up to 1.
    area_weight: Six
    intercept: float
    slope: float
    #: Finished orders that count, inside the window, before a gig has a score.
    min_activity: int
    unscored: Unscored
    #: Cut points of (q − μ)/σ between the five impact labels, ascending.
    label_cuts: tuple[float, float, float, float]
    #: Orders finished less than this many days ago may still get a private rating.
    immature_days: int

    def __post_init__(self) -> None:
        if self.window_days < 1 or self.min_activity < 1:
            raise ValueError("window_days and min_activity are at least 1")
        if self.half_life_days is not None and self.half_life_days <= 0:
            raise ValueError("half_life_days is positive, or absent when nothing fades")
        if self.value_low <= 0:
            raise ValueError("value_low is positive: an order that weighs nothing is no evidence")
        if self.half_life_days is not None and self.half_life_days * 1000 < self.window_days:
            raise ValueError("half_life_days is at least a thousandth of window_days")
        if min(self.prior_strength) <= 0 or min(self.benchmark_spread) <= 0:
            raise ValueError("prior_strength and benchmark_spread are positive in every area")
        if list(self.label_cuts) != sorted(self.label_cuts):
            raise ValueError("label_cuts ascend")


@dataclass(frozen=True, slots=True)
class OrderFacts:
    """One order as the formula sees it. Days are day numbers; ``None`` is unknown."""

    order: int
    gig: int
    status: OrderStatus
    #: Completed or cancelled on; for a finished order always known (see metrics.facts).
    finished_day: int | None = None
    delivered_day: int | None = None
    #: First delivery minus the (extended) due time; negative is early.
    late_hours: float | None = None
    cancelled_by: CancelledBy = CancelledBy.UNKNOWN
    requirements_in: bool | None = None
    #: Cancelled 24 hours or more past the due time with nothing delivered.
    cancelled_very_late: bool = False
    disputes: int | None = None
    amount_usd: float | None = None
    #: First day on which a ruling takes the cancellation out of the count.
    excluded_day: int | None = None


@dataclass(frozen=True, slots=True)
class ReviewFacts:
    """One version of an order's review, in force from ``start_day`` until ``end_day``.

    ``posted_day`` is the day of the order's first version: fading counts from it.
    """

    order: int
    posted_day: int
    start_day: int
    #: The day of the next edit or of the removal; ``None`` while in force.
    end_day: int | None = None
    #: True when ``end_day`` is an edit and not a removal.
    edited: bool = False
    stars: float | None = None
    quality: float | None = None
    communication: float | None = None
    value: float | None = None


@dataclass(frozen=True, slots=True)
class Evidence:
    """One dated item that can move the score.

    It counts on the days ``start_day <= t < end_day``; its weight on such a day is
    ``value_weight · 2^(−(t − origin_day)/half_life)``.
    """

    order: int
    gig: int
    factor: Factor
    origin_day: int
    start_day: int
    end_day: int
    x: float
    value_weight: float
    #: Why it stops counting on ``end_day``: AGED_OUT, EDITED or REMOVED.
    end_cause: Cause = Cause.AGED_OUT


@dataclass(frozen=True, slots=True)
class Benchmark:
    """Mean and spread of the comparison group of one gig on one day, per area."""

    mean: Six
    spread: Six
