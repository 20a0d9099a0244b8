"""Numbers of imagined orders on each gig as courses that the rules can judge."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction

import numpy as np

from eligibility.coming.judging import Coming, Course, Known, course_of, judge_courses
from metrics.engine.days import day_number
from metrics.engine.future import Future
from metrics.engine.hypothetical import Hypothetical, Scenario, applied
from metrics.engine.pace import OwnWeeks, own_weeks
from metrics.engine.types import CancelledBy, Factor
from metrics.engine.what_orders_do import Grid, Kind, even_days
from metrics.forecasting.ground import Ground
from metrics.forecasting.planning import (
    LATE_HOURS,
    Quality,
    check_day,
    clean_order,
    grid_by,
    kind_of_quality,
    plan_items,
)
from metrics.forecasting.rating_planning import rated_of_weeks
from metrics.forecasting.simulation import imagined_facts


@dataclass(frozen=True, slots=True)
class Usual:
    """What came of the seller's orders in the last weeks: parts of one order, exactly.

    ``stars`` are those of a review on average, in whole hundredths.
    """

    completed: Fraction
    reviewed: Fraction
    late: Fraction
    stars: float


@dataclass(frozen=True, slots=True, eq=False)
class Courses:
    """Everything that courses of one seller up to one day share.

    Attributes
    ----------
    kind, grid : what one order says of the score, and the scores of the day by numbers of them
    clean : a clean order, on any gig and day
    usual : None for clean orders
    pace : orders that finish by the day at the pace of the last weeks; None for too few weeks
    """

    ground: Ground
    known: Known
    by: date
    quality: Quality
    kind: Kind
    grid: Grid
    future: Future
    clean: Hypothetical
    usual: Usual | None
    pace: int | None

    def judged(self, numbers: Sequence[tuple[int, ...]]) -> Coming:
        """The rules on every day up to :attr:`by`, a course for each way of sharing out."""
        courses = [self.course(each) for each in numbers]
        return judge_courses(self.known, courses, self.by)

    def course(self, numbers: tuple[int, ...]) -> Course:
        """So many orders more on each gig, finished evenly, each of a client who is new."""
        ground, last = self.ground, day_number(self.by)
        window = ground.policy.window_days
        items = plan_items(numbers, self.kind, ground.today_number, last, window)
        score = self.future.simulate(items if len(items) else None)
        scenario = Scenario(added=tuple(self._orders(numbers)))
        change = applied(scenario, ground.facts.orders, ground.facts.reviews)
        return course_of(self.known, imagined_facts(ground.facts, change), score)

    def _orders(self, numbers: tuple[int, ...]) -> list[Hypothetical]:
        today, last = self.ground.today_number, day_number(self.by)
        days = sorted(
            (day, gig)
            for gig, number in enumerate(numbers)
            for day in (even_days(today, last, number) if number else ())
        )
        clean = [replace(self.clean, gig=gig, day=day) for day, gig in days]
        return clean if self.usual is None else as_usual(clean, self.usual)


def as_usual(clean: list[Hypothetical], usual: Usual) -> list[Hypothetical]:
    """Whole orders in the seller's usual parts: what comes well is rounded down.

    The first ones are cancelled and the last ones reviewed, so that the latest review is of the
    last day.
    """
    number = len(clean)
    completed = math.floor(number * usual.completed)
    reviewed = min(math.floor(number * usual.reviewed), completed)
    late = min(math.ceil(number * usual.late), completed)
    found = []
    for at, order in enumerate(clean):
        if at < number - completed:
            found.append(replace(order, stars=None, cancelled_by=CancelledBy.SELLER))
            continue
        found.append(
            replace(
                order,
                stars=usual.stars if at >= number - reviewed else None,
                late_hours=LATE_HOURS if at < number - completed + late else 0.0,
            )
        )
    return found


def usual_of(own: OwnWeeks) -> Usual:
    """From the last weeks; a cancellation that counts half or not at all was no completed order."""
    finished = own.items.factor == Factor.CANCELLATIONS
    delivered = own.items.factor == Factor.DELIVERY_TIME
    rated = rated_of_weeks(own)
    return Usual(
        completed=Fraction(int((own.items.x[finished] == 1).sum()), own.orders),
        reviewed=rated.reviews,
        late=Fraction(int((own.items.x[delivered] < 1).sum()), own.orders),
        stars=rated.hundredths / 100,
    )


def courses_by(ground: Ground, known: Known, by: date, quality: Quality) -> Courses | None:
    """None where orders of the usual quality are asked for and the last weeks hold too little.

    Raises
    ------
    ValueError
        If the day is not after today or beyond the window.
    """
    check_day(ground, by)
    kind = kind_of_quality(ground, quality)
    if kind is None:
        return None
    own = own_weeks(ground.evidence, ground.facts.reviews, ground.today_number)
    usual, pace = None, None
    if isinstance(own, OwnWeeks):
        usual = usual_of(own) if quality is Quality.OWN_AVERAGE else None
        pace = own.orders * (by - ground.today).days // (7 * own.weeks)
    return Courses(
        ground=ground,
        known=known,
        by=by,
        quality=quality,
        kind=kind,
        grid=grid_by(ground, kind, by),
        future=ground.future(by),
        clean=clean_order(ground, 0, ground.today_number),
        usual=usual,
        pace=pace,
    )


def day_verdicts(coming: Coming, rule_set: str, rule: str) -> np.ndarray:
    """Verdicts of a rule of levels on the last day, shape (courses,)."""
    verdicts = coming.found.verdicts[rule_set, rule]
    return verdicts.reshape(coming.courses, coming.days)[:, -1]


def held_today(known: Known) -> int:
    """Rank of the level held when today began, as far as certain; 0 for none."""
    levels = known.before.levels
    return 0 if levels is None or not len(levels.held) else int(levels.held[-1])
