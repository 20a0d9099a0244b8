"""Facts of a batch of sellers to everything that is stored about their eligibility.

Writes nothing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from eligibility.facts import ReadFacts, read_eligibility_facts
from eligibility.margins import is_thin
from eligibility.rules.evaluate import counted_rules
from eligibility.rules.judge import Judgement, judge, metric_of
from eligibility.rules.spans import LevelSpans, RuleSpans, all_spans, level_spans
from eligibility.rules.types import Kind, Phase, RuleSet, Verdict
from metrics.facts import FactColumns
from metrics.series import DailySeries

#: Sellers that are judged at once: their days are arrays in memory.
SELLERS_AT_ONCE = 200


def rules_key(sets: Sequence[RuleSet]) -> str:
    """Names in stored rows every rule that was applied: it differs when any of them does."""
    return _digest(tuple(sets))


@lru_cache(maxsize=64)
def _digest(sets: tuple[RuleSet, ...]) -> str:
    return hashlib.sha256(repr(sets).encode()).hexdigest()[:32]


@dataclass(frozen=True, slots=True)
class StandingNow:
    """Where a seller stands on its last day; ranks and phase as in the level machine."""

    seller_id: int
    level_rules: RuleSet | None
    promotion_rules: RuleSet | None
    held: int | None
    most: int | None
    phase: Phase
    grace_start: int | None
    thin_margins: int
    gigs: Mapping[Verdict, int]


@dataclass(frozen=True, slots=True)
class Judged:
    """A batch with all its spans."""

    read: ReadFacts
    found: Judgement
    rules: tuple[RuleSpans, ...]
    levels: LevelSpans | None

    def standings(self) -> Iterator[StandingNow]:
        """One for each seller, in the order of the batch."""
        gigs_of = self._gigs_on_last_day()
        for number, seller_id in enumerate(self.read.seller_ids.tolist()):
            yield self._standing(number, seller_id, gigs_of.get(number, {}))

    def _standing(self, number: int, seller_id: int, gigs: Mapping[Verdict, int]) -> StandingNow:
        last = int(self.found.facts.last_day[number])
        ruling = in_force(self.found.rule_sets, Kind.LEVELS, last)
        promotion = in_force(self.found.rule_sets, Kind.PROMOTION, last)
        state = self._level_state(number)
        held = None if state is None else state[0]
        return StandingNow(
            seller_id=seller_id,
            level_rules=ruling,
            promotion_rules=promotion,
            held=held,
            most=None if state is None else state[1],
            phase=Phase.NO_RULES if state is None else state[2],
            grace_start=None if state is None else state[3],
            thin_margins=0 if ruling is None else self._thin(ruling, number, last, held or 0),
            gigs=gigs,
        )

    def _level_state(self, number: int) -> tuple[int, int, Phase, int | None] | None:
        days = self.found.levels
        if days is None or days.axis.offset[number] == days.axis.offset[number + 1]:
            return None
        at = int(days.axis.offset[number + 1]) - 1
        phase = Phase(int(days.phase[at]))
        grace = int(days.grace_start[at]) if phase in (Phase.GRACE, Phase.REVIEW) else None
        return int(days.held[at]), int(days.most[at]), phase, grace

    def _thin(self, ruling: RuleSet, number: int, day: int, held: int) -> int:
        level = next((one for one in ruling.levels if one.rank == held), None)
        if level is None:
            return 0
        is_pro = bool(self.found.facts.is_pro[number])
        return sum(
            is_thin(rule, metric_of(self.found, rule.spec).on(number, day), is_pro=is_pro)
            for rule in counted_rules(level.rules)
        )

    def _gigs_on_last_day(self) -> dict[int, dict[Verdict, int]]:
        """Gigs by their verdict under the promotion rules in force, for each seller number."""
        facts, gig_axis = self.found.facts, self.found.axes.gig
        counts: dict[int, dict[Verdict, int]] = {}
        for gig, seller in enumerate(facts.gig_seller.tolist()):
            day = int(facts.last_day[seller])
            ruling = in_force(self.found.rule_sets, Kind.PROMOTION, day)
            if ruling is None or gig_axis.offset[gig] == gig_axis.offset[gig + 1]:
                continue
            verdict = Verdict(int(self.found.days_of(ruling, "", gig)[-1]))
            of_seller = counts.setdefault(seller, {})
            of_seller[verdict] = of_seller.get(verdict, 0) + 1
        return counts


def in_force(sets: Sequence[RuleSet], kind: Kind, day: int) -> RuleSet | None:
    """The rule set of a kind that rules a day: of several the one that began last."""
    ruling = [one for one in sets if one.kind is kind and one.holds_on(day)]
    return max(ruling, key=lambda one: one.start_day, default=None)


def judge_sellers(
    last_days: Mapping[int, int],
    sets: Sequence[RuleSet],
    scores: Mapping[int, DailySeries] | None = None,
    facts: FactColumns | None = None,
) -> Judged:
    """Judge sellers of one marketplace on every day of their history.

    Parameters
    ----------
    last_days : seller id → day number of the last day, that of the stored score
    scores : seller id → overall score, where it is not the stored one that counts
    facts : of these sellers, where they have been read already
    """
    read = read_eligibility_facts(last_days, scores, facts)
    found = judge(read.columns, sets)
    levels = None if found.levels is None else level_spans(found.levels)
    return Judged(read, found, tuple(all_spans(found)), levels)
