"""The nearest flip in words: what would grant a rule, or cost it. Facts, never advice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from eligibility.rules.steps import Step, StepKind
from metrics.engine.days import date_of
from metrics.words import counted, day_words, listed

_STARS = {5: "five-star", 4: "four-star", 3: "three-star", 2: "two-star", 1: "one-star"}

#: What is counted, one and many.
_COUNTED: Mapping[StepKind, tuple[str, str]] = {
    StepKind.COMPLETED: ("completed order", "completed orders"),
    StepKind.NEW_CLIENT: (
        "completed order of a client who is new",
        "completed orders, each of a client who is new",
    ),
    StepKind.ANSWERED: ("first message answered in time", "first messages answered in time"),
    StepKind.UNANSWERED: (
        "first message not answered in time",
        "first messages not answered in time",
    ),
    StepKind.ON_TIME: ("delivery on time", "deliveries on time"),
    StepKind.LATE: ("late delivery", "late deliveries"),
    StepKind.CANCELLED: ("cancellation that counts", "cancellations that count"),
}


def step_words(step: Step, *, gain: bool) -> str:
    """One way to a flip: what it would take, or what would cost it."""
    match step.kind:
        case StepKind.REVIEW:
            stars = f"{_STARS[step.stars]} " if step.stars in _STARS else ""
            return _counted(step.count, f"{stars}review", f"{stars}reviews", gain=gain)
        case StepKind.EARNED:
            dollars = f"${step.count / 100:,.2f}".removesuffix(".00")
            return f"{dollars} {'more ' if gain else ''}in completed orders"
        case StepKind.SCORE:
            points = counted(step.count, "point", "points")
            return f"a success score {points} {'higher' if gain else 'lower'}"
        case StepKind.ACTIVATED:
            return "the gig switched on again"
        case StepKind.PAUSED:
            return "the gig paused"
        case StepKind.WAIT:
            day = "" if step.day is None else day_words(date_of(step.day))
            return f"waiting until {day} with nothing new" if gain else f"time alone, on {day}"
    return _counted(step.count, *_COUNTED[step.kind], gain=gain)


def _counted(number: int, one: str, many: str, *, gain: bool) -> str:
    more = "more " if gain else ""
    return counted(number, f"{more}{one}", f"{more}{many}")


def gain_words(steps: Sequence[Step]) -> str:
    """ "3 more five-star reviews, or waiting until 12 Mar 2025 with nothing new"; "" for none."""
    return _joined([step_words(step, gain=True) for step in steps])


def loss_words(steps: Sequence[Step]) -> str:
    """ "1 four-star review, or time alone, on 12 Mar 2025"; "" for none."""
    return _joined([step_words(step, gain=False) for step in steps])


def _joined(parts: Sequence[str]) -> str:
    return listed(parts, "or") if len(parts) != 2 else ", or ".join(parts)
