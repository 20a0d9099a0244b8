"""Small changes that could flip a rule: one more event of a kind, or the passing of days."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from eligibility.rules.totals import Total
from eligibility.rules.types import Metric, MetricSpec


class StepKind(StrEnum):
    """What would have to happen; all on the judged day, WAIT without anything happening."""

    #: A public review with :attr:`Step.stars` stars.
    REVIEW = "review"
    COMPLETED = "completed"
    #: An order completed for a client who never bought before.
    NEW_CLIENT = "new_client"
    #: Completed orders of :attr:`Step.count` gross cents together.
    EARNED = "earned"
    ANSWERED = "answered"
    UNANSWERED = "unanswered"
    ON_TIME = "on_time"
    LATE = "late"
    #: A cancellation that counts.
    CANCELLED = "cancelled"
    #: The success score moves by so many whole points.
    SCORE = "score"
    #: The gig is switched on, or paused.
    ACTIVATED = "activated"
    PAUSED = "paused"
    #: Nothing happens until :attr:`Step.day`.
    WAIT = "wait"


@dataclass(frozen=True, slots=True)
class Step:
    """The smallest number of events of one kind that flips a rule, or the day until which to wait.

    Fewer events of this kind do not flip it, and no day before ``day`` does.
    """

    kind: StepKind
    count: int = 0
    stars: int | None = None
    day: int | None = None


@dataclass(frozen=True, slots=True)
class Event:
    """One hypothetical event and what it adds to a metric."""

    kind: StepKind
    adds: Total
    stars: int | None = None


def _count(kind: StepKind) -> Event:
    return Event(kind, Total(1, 0, 1, 0))


def _share(kind: StepKind, good: int) -> Event:
    return Event(kind, Total(good, 1, good, 1))


def _review(stars: int) -> Event:
    return Event(StepKind.REVIEW, Total(stars * 100, 100, stars * 100, 100), stars)


#: Events that raise a metric, and those that lower it, the mildest first.
_RAISE: dict[Metric, tuple[Event, ...]] = {
    Metric.RATING: (_review(5),),
    Metric.REVIEW_COUNT: (Event(StepKind.REVIEW, Total(1, 0, 1, 0), 5),),
    Metric.COMPLETED_ORDERS: (_count(StepKind.COMPLETED),),
    Metric.UNIQUE_CLIENTS: (_count(StepKind.NEW_CLIENT),),
    Metric.EARNINGS_USD: (_count(StepKind.EARNED),),
    Metric.RESPONSE_RATE: (_share(StepKind.ANSWERED, 1),),
    Metric.COMPLETION_RATE: (_share(StepKind.COMPLETED, 1),),
    Metric.ON_TIME_RATE: (_share(StepKind.ON_TIME, 1),),
    Metric.CANCELLATION_RATE: (_share(StepKind.CANCELLED, 1),),
    Metric.CANCELLATIONS: (_count(StepKind.CANCELLED),),
}
_LOWER: dict[Metric, tuple[Event, ...]] = {
    Metric.RATING: (_review(4), _review(3), _review(2), _review(1)),
    Metric.RESPONSE_RATE: (_share(StepKind.UNANSWERED, 0),),
    Metric.COMPLETION_RATE: (_share(StepKind.CANCELLED, 0),),
    Metric.ON_TIME_RATE: (_share(StepKind.LATE, 0),),
    Metric.CANCELLATION_RATE: (_share(StepKind.COMPLETED, 0),),
}


def events(spec: MetricSpec, *, rising: bool) -> tuple[Event, ...]:
    """What can move a metric up, or down; a count that only grows has nothing that lowers it."""
    return (_RAISE if rising else _LOWER).get(spec.metric, ())
