"""What open orders put at stake: displayed scores, levels, promotion and the rating.

Each open order ends alone, on the day it is due, while all others stay open. What it says of a
rule is put before the one evaluator: the sum that the day has anyway and what the ending adds
(:mod:`eligibility.planning.one_order`). At stake is what is certainly met if the order goes well
and certainly not met if it does not. Everything that the orders share is worked out once, so the
time hangs on the orders that are open and hardly on those that are finished.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from enum import IntEnum
from fractions import Fraction

import numpy as np

from eligibility.coming.judging import Coming, Known, course_of, judge_courses
from eligibility.computing import in_force
from eligibility.planning.one_order import ORDER_SUMS, OneOrder, sums_on
from eligibility.rules.evaluate import counted_rules, force_of, verdict_on
from eligibility.rules.totals import Total, bounds_of, exactly
from eligibility.rules.types import (
    Bounds,
    Kind,
    Level,
    Metric,
    Phase,
    Rule,
    RuleSet,
    Scope,
    Verdict,
    WindowKind,
)
from metrics.engine.days import date_of
from metrics.engine.rating_plan import RatedOrders, rating_ground, rating_with
from metrics.engine.reference import display
from metrics.forecasting.ground import Ground
from metrics.forecasting.open_orders import (
    Due,
    Endings,
    EndScore,
    Way,
    endings_of_open,
    scores_of_endings,
)

#: A review that a late order may bring (A).
POOR = RatedOrders(Fraction(1), 100)


_LevelRule = tuple[Level, Rule]


class Weight(IntEnum):
    """What is at stake, the gravest first: the order of the list."""

    LEVEL = 0
    PROMOTION = 1
    NEXT_LEVEL = 2
    SCORE = 3
    GIG_SCORE = 4
    RATING = 5
    NOTHING = 6


@dataclass(frozen=True, slots=True)
class RuleStake:
    """A rule that is met if the order goes well and not met if it does not.

    ``level`` is the level held or the next one; None where a promotion asks for the rule.
    """

    weight: Weight
    rule: Rule
    level: Level | None
    well: Bounds
    wrong: Bounds


@dataclass(frozen=True, slots=True)
class ScoreStake:
    """A displayed number that would be lower; ``wrong`` is None where there would be no score."""

    weight: Weight
    well: float
    wrong: float | None


@dataclass(frozen=True, slots=True)
class RatingStake:
    """What a poor review after it would make of the rating; ``lost`` are rules it then breaks."""

    weight: Weight
    now: Fraction
    then: Fraction
    lost: tuple[_LevelRule, ...]


Stake = RuleStake | ScoreStake | RatingStake


@dataclass(frozen=True, slots=True)
class WayStakes:
    """What one way of going wrong costs, the gravest first.

    ``points`` are what the overall score has less than if it goes well; None while one of the
    two is not scored.
    """

    points: float | None
    stakes: tuple[Stake, ...]

    @property
    def gravest(self) -> Weight:
        return min((stake.weight for stake in self.stakes), default=Weight.NOTHING)


@dataclass(frozen=True, slots=True)
class LevelThen:
    """The level held on a day if the order stays open: for what a broken rule begins or ends."""

    held: int
    phase: Phase
    grace_start: int


@dataclass(frozen=True, slots=True)
class OpenStake:
    """One open order; ``late`` is None where it is delivered, or late already."""

    order: int
    gig: int
    day: date
    overdue: bool
    late: WayStakes | None
    cancelled: WayStakes
    level: LevelThen | None

    @property
    def rank(self) -> tuple[int, int, float, date, int]:
        """The gravest thing at stake, the other way's, the points at stake, the day it is due."""
        ways = [self.cancelled] if self.late is None else [self.late, self.cancelled]
        weights = sorted(way.gravest for way in ways)
        points = max(way.points or 0.0 for way in ways)
        return (weights[0], weights[-1], -round(points, 9), self.day, self.order)


def open_stakes(ground: Ground, known: Known, due: Mapping[int, Due]) -> list[OpenStake]:
    """Every open order, the one with most at stake first (:attr:`OpenStake.rank`).

    Parameters
    ----------
    due : when each open order is due, by number
    """
    endings = endings_of_open(ground, due)
    if not endings:
        return []
    judged = _Judged(ground, known, endings)
    scores = scores_of_endings(ground, endings)
    found = [
        judged.stake(at, ending, of_ways)
        for at, (ending, of_ways) in enumerate(zip(endings, scores, strict=True))
    ]
    return sorted(found, key=lambda one: one.rank)


@dataclass(frozen=True, slots=True)
class _Asked:
    """One rule that an order may break on a day, and what it is a rule of.

    Attributes
    ----------
    base : the sums of the day while every open order stays open, of the seller or of each gig;
        empty for the score
    adds : what each ending adds to them
    """

    weight: Weight
    level: Level | None
    rule: Rule
    base: Sequence[Total] = ()
    adds: Mapping[tuple[int, Way], Total] = field(default_factory=dict)

    @property
    def of_gig(self) -> bool:
        return self.rule.spec.scope is Scope.GIG


@dataclass(slots=True)
class _Judged:
    """Everything that the endings share."""

    ground: Ground
    known: Known
    endings: Sequence[Endings]
    part: Coming = field(init=False)
    orders: OneOrder = field(init=False)
    _ratings: dict[int, list[RatingStake]] = field(default_factory=dict)
    _verdicts: dict[tuple[str, Bounds], Verdict] = field(default_factory=dict)
    _rules: dict[int, list[_Asked]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        last = date_of(max(ending.day for ending in self.endings))
        quiet = course_of(self.known, self.ground.facts, self.ground.future(last).now())
        self.part = judge_courses(self.known, [quiet], last)
        self.orders = OneOrder(self.known.read.columns, self.endings)

    @property
    def is_pro(self) -> bool:
        return bool(self.known.read.columns.is_pro[0])

    def stake(self, at: int, ending: Endings, scores: Mapping[Way, EndScore]) -> OpenStake:
        return OpenStake(
            order=ending.order,
            gig=ending.gig,
            day=date_of(ending.day),
            overdue=ending.overdue,
            late=None if ending.late is None else self._way(at, ending, Way.LATE, scores),
            cancelled=self._way(at, ending, Way.CANCELLED, scores),
            level=self._level_on(ending.day),
        )

    def _way(self, at: int, ending: Endings, way: Way, scores: Mapping[Way, EndScore]) -> WayStakes:
        well, wrong = scores[Way.WELL], scores[way]
        stakes: list[Stake] = [
            *self._of_rules(at, ending, way, scores),
            *_of_scores(Weight.SCORE, well.overall, wrong.overall),
            *_of_scores(Weight.GIG_SCORE, well.gig, wrong.gig),
        ]
        if way is Way.LATE:
            stakes += self._of_rating(ending.day)
        points = None
        if well.overall is not None and wrong.overall is not None:
            points = well.overall - wrong.overall
        return WayStakes(points, tuple(sorted(stakes, key=lambda stake: stake.weight)))

    # --- rules ----------------------------------------------------------------------------

    def _of_rules(
        self, at: int, ending: Endings, way: Way, scores: Mapping[Way, EndScore]
    ) -> Iterator[RuleStake]:
        for asked in self._asked(ending.day):
            if asked.adds and asked.adds[at, Way.WELL] == asked.adds[at, way]:
                continue
            well = _bounds(asked, at, ending, Way.WELL, scores)
            wrong = _bounds(asked, at, ending, way, scores)
            if self._verdict(asked.rule, well) is not Verdict.MET:
                continue
            if self._verdict(asked.rule, wrong) is Verdict.NOT_MET:
                yield RuleStake(asked.weight, asked.rule, asked.level, well, wrong)

    def _asked(self, day: int) -> list[_Asked]:
        """The rules of the day that an order can move: level held, next level, promotion."""
        if day not in self._rules:
            every = (*self._of_levels(day), *self._of_promotion(day))
            sums = [self._summed(one, day) for one in every if one.rule.metric in ORDER_SUMS]
            scores = [one for one in every if one.rule.metric is Metric.SUCCESS_SCORE]
            self._rules[day] = [*scores, *sums]
        return self._rules[day]

    def _of_levels(self, day: int) -> Iterator[_Asked]:
        ruling = in_force(self.known.rule_sets, Kind.LEVELS, day)
        then = self._level_on(day)
        if ruling is None or then is None:
            return
        for level in ruling.levels:
            if level.rank not in (then.held, then.held + 1):
                continue
            held = level.rank == then.held
            for rule in _ruling(counted_rules(level.rules), ruling, day):
                if not (held and rule.entry_only):
                    weight = Weight.LEVEL if held else Weight.NEXT_LEVEL
                    yield _Asked(weight, level, rule)

    def _of_promotion(self, day: int) -> Iterator[_Asked]:
        ruling = in_force(self.known.rule_sets, Kind.PROMOTION, day)
        if ruling is not None:
            for rule in _ruling(counted_rules(ruling.rules), ruling, day):
                yield _Asked(Weight.PROMOTION, None, rule)

    def _summed(self, one: _Asked, day: int) -> _Asked:
        spec = one.rule.spec
        subjects = self.known.gigs if one.of_gig else 1
        sums = sums_on(self.part.found.items(spec), np.full(subjects, day))
        base = [Total(*row) for row in sums.tolist()]
        return replace(one, base=base, adds=self.orders.changes(spec))

    def _verdict(self, rule: Rule, bounds: Bounds) -> Verdict:
        key = rule.id, bounds
        if key not in self._verdicts:
            self._verdicts[key] = verdict_on(rule, bounds, is_pro=self.is_pro)
        return self._verdicts[key]

    # --- the level and the rating ---------------------------------------------------------

    def _level_on(self, day: int) -> LevelThen | None:
        at = day - self.known.today
        held, phase, start = (self.part.level(n) for n in ("held", "phase", "grace_start"))
        if held is None or phase is None or start is None:
            return None
        return LevelThen(int(held[0, at]), Phase(int(phase[0, at])), int(start[0, at]))

    def _of_rating(self, day: int) -> list[RatingStake]:
        """A poor review on the day, where it shows in the rating as platforms show it: tenths."""
        if day not in self._ratings:
            known = rating_ground(self.ground.facts.reviews, day)
            now, then = known.still.mean, rating_with(known, POOR, 1)
            self._ratings[day] = []
            if now is not None and then is not None and _tenths(then) < _tenths(now):
                lost = tuple(self._lost_ratings(day, now, then))
                self._ratings[day] = [RatingStake(Weight.RATING, now, then, lost)]
        return self._ratings[day]

    def _lost_ratings(self, day: int, now: Fraction, then: Fraction) -> Iterator[_LevelRule]:
        """The rules of the level held and of the next one that such a review breaks."""
        for one in self._of_levels(day):
            if (
                one.level is not None
                and one.rule.metric is Metric.RATING
                and one.rule.spec.window.kind is WindowKind.FROM_LATEST_REVIEW
                and self._verdict(one.rule, _exact(now)) is Verdict.MET
                and self._verdict(one.rule, _exact(then)) is Verdict.NOT_MET
            ):
                yield one.level, one.rule


def _bounds(
    asked: _Asked, at: int, ending: Endings, way: Way, scores: Mapping[Way, EndScore]
) -> Bounds:
    """The value of a rule's metric on the day of an ending."""
    if asked.rule.metric is Metric.SUCCESS_SCORE:
        overall = scores[way].overall
        return Bounds() if overall is None else exactly(display(overall), 1)
    base = asked.base[ending.gig if asked.of_gig else 0]
    return bounds_of(asked.rule.spec, base.plus(asked.adds[at, way]))


def _of_scores(weight: Weight, well: float | None, wrong: float | None) -> Iterator[ScoreStake]:
    """A displayed number that is lower if the order goes wrong, or is gone."""
    if well is not None and (wrong is None or display(wrong) < display(well)):
        yield ScoreStake(weight, well, wrong)


def _ruling(rules: Sequence[Rule], rule_set: RuleSet, day: int) -> Iterator[Rule]:
    for rule in rules:
        start, end = force_of(rule, rule_set)
        if start <= day and (end is None or day < end):
            yield rule


def _tenths(stars: Fraction) -> int:
    """Half up, as ratings are shown."""
    return int(stars * 10 + Fraction(1, 2))


def _exact(value: Fraction) -> Bounds:
    return exactly(value.numerator, value.denominator)
