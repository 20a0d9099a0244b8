"""The level held, as a machine that goes from day to day.

Each day has the verdict of every level's rules together. A level is granted when all its
rules are met. A level held is endangered only where one of its rules that hold beyond entry is
certainly not met: unknown neither grants nor takes. The machine runs twice. Once it grants only
what is certain: that is the level *held*, as far as the data can establish it. Once it grants
what may be: that is the most the level may be. What the platform showed sets both, and is the
last word on its day.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from eligibility.rules.axis import Axis
from eligibility.rules.facts import Bools, ShownColumns
from eligibility.rules.types import OUT_OF_FORCE, Demotion, RuleSet, Verdict
from metrics.engine.columns import Int8, Int32, Int64
from metrics.engine.compiled import compiled
from metrics.engine.days import NO_DAY, date_of


@dataclass(frozen=True, slots=True, eq=False)
class LevelDays:
    """The level of every seller on every day, shape (axis.size,) each; ranks, 0 is none yet.

    Attributes
    ----------
    held : the level held as far as certain
    phase : :class:`~eligibility.rules.types.Phase`
    least, most : what the level may be; a rule on the level uses them as bounds
    grace_start : first day of the running grace period, NO_DAY where none runs
    supported, possible : the highest level whose rules are all met today, and not certainly
        failed: the level evaluated from today's metrics alone
    """

    axis: Axis
    held: Int8
    phase: Int8
    least: Int8
    most: Int8
    grace_start: Int32
    supported: Int8
    possible: Int8


@dataclass(frozen=True, slots=True, eq=False)
class LevelRules:
    """Rule sets of levels as the machine reads them; set ``i`` rules the days ``day_set == i``.

    Attributes
    ----------
    first_day : day number of the first entry of the tables
    day_set : (days,) the rule set in force, −1 for none
    judged : (days,) whether levels are judged on that day
    grace_days, one_level : (sets,)
    by_people : (sets, ranks + 1) levels that people take away after the grace period
    """

    first_day: int
    day_set: Int8
    judged: Bools
    grace_days: Int64
    one_level: Bools
    by_people: NDArray[np.bool_]


def level_rules(rule_sets: list[RuleSet], first_day: int, last_day: int, ranks: int) -> LevelRules:
    """Tables over days; of two sets in force on one day the one that began later rules."""
    count = max(last_day - first_day + 1, 0)
    day_set, judged = np.full(count, -1, np.int8), np.zeros(count, bool)
    by_people = np.zeros((len(rule_sets), ranks + 1), bool)
    ascending = sorted(range(len(rule_sets)), key=lambda number: rule_sets[number].start_day)
    for number in ascending:
        rule_set = rule_sets[number]
        start = max(rule_set.start_day - first_day, 0)
        end = count if rule_set.end_day is None else min(rule_set.end_day - first_day, count)
        if start < end:
            day_set[start:end] = number
            judged[start:end] = [
                rule_set.judged_on is None or date_of(first_day + at).day == rule_set.judged_on
                for at in range(start, end)
            ]
        for level in rule_set.levels:
            by_people[number, level.rank] = level.reviewed and rule_set.review_before_loss
    return LevelRules(
        first_day,
        day_set,
        judged,
        np.array([r.grace_days for r in rule_sets], np.int64),
        np.array([r.demotion is Demotion.ONE_LEVEL for r in rule_sets], bool),
        by_people,
    )


@compiled
def _highest(verdicts: Int8, possibly: bool, rank_count: int) -> int:
    """The highest level that today's verdicts support."""
    for rank in range(rank_count, 0, -1):
        verdict = verdicts[rank - 1]
        if verdict == 1 or (possibly and verdict == 2):
            return rank
    return 0


@compiled
def _judge(
    state: tuple[int, int, int],
    day: int,
    endangered: bool,
    supported: int,
    process: tuple[int, bool, bool],
) -> tuple[int, int, int, int]:
    """A judged day: held and grace clock to held, least, phase and grace clock.

    ``process`` is the length of the grace period, whether people decide after it, and
    whether a lost level costs one step only.
    """
    held, grace, no_day = state
    grace_days, by_people, one_level = process
    if supported > held or not endangered:
        held = max(supported, held)
        return held, held, 1, no_day
    if grace == no_day:
        grace = day
    if day < grace + grace_days:
        return held, held, 2, grace
    if by_people:
        return held, supported, 3, grace
    held = held - 1 if one_level else supported
    return held, held, 1, no_day


@compiled
def _run(
    axis: tuple[Int64, Int64],
    verdicts: Int8,
    failing: NDArray[np.bool_],
    tables: tuple[int, Int8, Bools, Int64, Bools, NDArray[np.bool_]],
    shown: tuple[Int64, Int64, Int64],
    possibly: bool,
    out: tuple[Int8, Int8, Int8, Int8, Int32],
) -> None:
    """One machine over all sellers. ``out``: held, phase, least, supported, grace start."""
    first_day, offset = axis
    base, day_set, judged, grace_days, one_level, by_people = tables
    shown_range, shown_day, shown_rank = shown
    rank_count = verdicts.shape[1]
    for seller in range(len(first_day)):
        held, least, phase, grace = 0, 0, 0, NO_DAY
        next_shown, end_shown = shown_range[seller], shown_range[seller + 1]
        for entry in range(offset[seller], offset[seller + 1]):
            day = first_day[seller] + entry - offset[seller]
            rules, told = day_set[day - base], -1
            while next_shown < end_shown and shown_day[next_shown] <= day:
                told = shown_rank[next_shown]
                if shown_day[next_shown] < day:
                    held, least, told = told, told, -1
                next_shown += 1
            supported = 0
            if rules < 0:
                least, phase, grace = held, 0, NO_DAY
            else:
                supported = _highest(verdicts[entry], possibly, rank_count)
                phase = max(phase, 1)
            if rules >= 0 and judged[day - base]:
                process = (grace_days[rules], by_people[rules, held], one_level[rules])
                endangered = held > 0 and failing[entry, held - 1]
                held, least, phase, grace = _judge(
                    (held, grace, NO_DAY), day, endangered, supported, process
                )
            if told >= 0 and told != held:
                held, phase, grace = told, min(phase, 1), NO_DAY
                below = rules >= 0 and judged[day - base] and supported <= held
                if below and held > 0 and failing[entry, held - 1] and grace_days[rules] > 0:
                    phase, grace = 2, day
            if told >= 0:
                least = held
            out[0][entry], out[1][entry], out[2][entry] = held, phase, least
            out[3][entry], out[4][entry] = supported, grace


def level_days(
    axis: Axis,
    verdicts: dict[int, Int8],
    kept: dict[int, Int8],
    rules: LevelRules,
    shown: ShownColumns,
) -> LevelDays:
    """Run the machine over every seller's days.

    Parameters
    ----------
    verdicts : rank to the overall verdicts of that level, each of shape (axis.size,), of the
        set that rules on that day; OUT_OF_FORCE where none does
    kept : the same of the rules that a level once held still has to meet
    """
    ranks = max(verdicts, default=0)
    stacked = np.full((axis.size, ranks), OUT_OF_FORCE, np.int8)
    failing = np.zeros((axis.size, ranks), np.bool_)
    for rank, days in verdicts.items():
        stacked[:, rank - 1] = days
        failing[:, rank - 1] = kept[rank] == Verdict.NOT_MET
    order = np.lexsort((shown.day, shown.seller))
    owner = shown.seller[order]
    shown_range = np.searchsorted(owner, np.arange(axis.subjects + 1)).astype(np.int64)
    shown_rank = np.clip(shown.num[order] // np.maximum(shown.den[order], 1), 0, ranks)
    seen = (shown_range, shown.day[order].astype(np.int64), shown_rank.astype(np.int64))
    tables = (
        rules.first_day,
        rules.day_set,
        rules.judged,
        rules.grace_days,
        rules.one_level,
        rules.by_people,
    )
    certain, hopeful = _outs(axis.size), _outs(axis.size)
    for possibly, out in ((False, certain), (True, hopeful)):
        _run((axis.first_day, axis.offset), stacked, failing, tables, seen, possibly, out)
    held, phase, least, supported, grace = certain
    return LevelDays(
        axis, held, phase, least, np.maximum(hopeful[0], held), grace, supported, hopeful[3]
    )


def _outs(size: int) -> tuple[Int8, Int8, Int8, Int8, Int32]:
    return (
        np.zeros(size, np.int8),
        np.zeros(size, np.int8),
        np.zeros(size, np.int8),
        np.zeros(size, np.int8),
        np.full(size, NO_DAY, np.int32),
    )
