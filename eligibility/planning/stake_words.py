"""What an open order puts at stake, one sentence a stake."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from eligibility.coming.judging import Known
from eligibility.computing import in_force
from eligibility.planning.stakes import (
    OpenStake,
    RatingStake,
    RuleStake,
    ScoreStake,
    Stake,
    WayStakes,
    Weight,
)
from eligibility.rule_words import Levels, needed_words, number_words, value_words
from eligibility.rules.types import Kind, Metric, Phase
from eligibility.standing_words import last_day
from metrics.engine.days import date_of, day_number
from metrics.engine.reference import display
from metrics.forecasting.ground import Ground
from metrics.words import day_words, pair_decimals, unsigned

#: The gravest thing at stake, as the list names it.
WEIGHT_WORDS: Mapping[Weight, str] = {
    Weight.LEVEL: "the level",
    Weight.PROMOTION: "promotion",
    Weight.NEXT_LEVEL: "the next level",
    Weight.SCORE: "the displayed score",
    Weight.GIG_SCORE: "the gig’s score",
    Weight.RATING: "the rating",
    Weight.NOTHING: "nothing displayed",
}


@dataclass(frozen=True, slots=True)
class StakeReader:
    """What words about one seller's stakes depend on."""

    ground: Ground
    known: Known

    def lines(self, stake: OpenStake, way: WayStakes) -> list[str]:
        """A sentence for each stake of a way, the gravest first; never empty."""
        found = [self._line(stake, one) for one in way.stakes]
        if any(one.weight is Weight.LEVEL for one in way.stakes):
            last = sum(one.weight is Weight.LEVEL for one in way.stakes)
            found.insert(last, self._after_level(stake))
        return [line for line in found if line] or [_only_points(way)]

    def _line(self, stake: OpenStake, one: Stake) -> str:
        if isinstance(one, RuleStake):
            return self._rule(stake, one)
        if isinstance(one, ScoreStake):
            title = self.ground.gigs[stake.gig].title
            subject = f"“{title}” displays" if one.weight is Weight.GIG_SCORE else "Displays"
            return f"{subject} {_instead(one)} on {day_words(stake.day)}."
        return self._rating(stake.day, one)

    def _rule(self, stake: OpenStake, one: RuleStake) -> str:
        """``Level 2: completed orders 19 instead of 20 on 15 Jun 2024, 20 or more is asked.``"""
        is_pro, levels = bool(self.known.read.columns.is_pro[0]), self._titles(stake.day)
        wrong, well = (
            value_words(one.rule, value, is_pro=is_pro, levels=levels)
            for value in (one.wrong, one.well)
        )
        asked = needed_words(one.rule, is_pro=is_pro, levels=levels)
        subject = f"Promotion of “{self.ground.gigs[stake.gig].title}”"
        if one.level is not None:
            subject = one.level.title
        return (
            f"{subject}: {one.rule.title.lower()} {wrong} instead of {well} on"
            f" {day_words(stake.day)}, {asked} is asked."
        )

    def _after_level(self, stake: OpenStake) -> str:
        """What a broken rule of the level held begins, or keeps going."""
        ruling = in_force(self.known.rule_sets, Kind.LEVELS, day_number(stake.day))
        if ruling is None or stake.level is None:
            return ""
        title = self._titles(stake.day).get(stake.level.held, "the level")
        if stake.level.phase is Phase.REVIEW:
            return f"The grace period of {title} is over: people decide."
        running = stake.level.phase is Phase.GRACE
        start = date_of(stake.level.grace_start) if running else stake.day
        end = day_words(last_day(start + timedelta(days=ruling.grace_days)))
        if running:
            words = f"{title} is on grace until {end}, and this keeps it there"
        elif ruling.grace_days:
            words = f"A grace period of {title} begins, until {end}"
        else:
            words = f"{title} falls on the next day on which levels are judged"
        return f"{words}{self._and_promotion(stake)}."

    def _and_promotion(self, stake: OpenStake) -> str:
        """Promotion rests on a level: the lowest that it asks for takes it along."""
        ruling = in_force(self.known.rule_sets, Kind.PROMOTION, day_number(stake.day))
        is_pro = bool(self.known.read.columns.is_pro[0])
        asked = [
            int(rule.threshold_for(is_pro=is_pro))
            for rule in (() if ruling is None else ruling.rules)
            if rule.metric is Metric.LEVEL
        ]
        if stake.level is None or stake.level.held not in asked:
            return ""
        return "; promotion of your gigs goes with it"

    def _rating(self, day: date, one: RatingStake) -> str:
        """``A review with one star after it would make the rating 4.6 instead of 4.7.``"""
        then = number_words(Metric.RATING, one.then, one.now)
        now = number_words(Metric.RATING, one.now, one.then)
        text = (
            f"A review with one star after it would make the rating {then} instead of {now} on"
            f" {day_words(day)}"
        )
        if not one.lost:
            return f"{text}."
        level, rule = one.lost[0]
        asked = needed_words(
            rule, is_pro=bool(self.known.read.columns.is_pro[0]), levels=self._titles(day)
        )
        return f"{text}; {level.title} asks for {asked}."

    def _titles(self, day: date) -> Levels:
        ruling = in_force(self.known.rule_sets, Kind.LEVELS, day_number(day))
        return {} if ruling is None else {level.rank: level.title for level in ruling.levels}


def _instead(one: ScoreStake) -> str:
    """``8 instead of 9 (8.47 instead of 8.52)``."""
    if one.wrong is None:
        return f"no score instead of {display(one.well)}"
    decimals = pair_decimals(one.well, one.wrong)
    return (
        f"{display(one.wrong)} instead of {display(one.well)}"
        f" ({one.wrong:.{decimals}f} instead of {one.well:.{decimals}f})"
    )


def _only_points(way: WayStakes) -> str:
    """Nothing that is displayed, and no rule: the points alone."""
    if way.points is None:
        return "There is no score on that day, either way."
    if way.points <= 0:
        return "Nothing that is displayed: the score would not be lower."
    return f"Nothing that is displayed: {unsigned(way.points, 3)} of the score."
