"""What is lost in the coming days: the first of each kind, its rule, and what would hold it.

Rows are :class:`~eligibility.models.ComingLoss` that are not saved. Writes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from eligibility.coaching.foresight import HORIZON_DAYS, Ahead
from eligibility.computing import in_force
from eligibility.models import ComingLoss
from eligibility.rules.evaluate import counted_rules
from eligibility.rules.judge import metric_of
from eligibility.rules.levels import LevelDays
from eligibility.rules.nearest import Situation, nearest
from eligibility.rules.records import SellerRecord, record_of
from eligibility.rules.steps import StepKind
from eligibility.rules.types import Bounds, Kind, Phase, Rule, RuleSet, Scope, Verdict
from metrics.engine.columns import Int8
from metrics.engine.days import date_of

Losses = ComingLoss.Kind


def coming_losses(ahead: Ahead) -> Iterator[ComingLoss]:
    """The losses of every seller of the batch."""
    for seller in range(len(ahead.last_day)):
        yield from _OfSeller(ahead, seller).losses()


@dataclass(slots=True)
class _OfSeller:
    """One seller of the batch; its facts become records only where a rule has to be put to it."""

    ahead: Ahead
    seller: int
    _record: SellerRecord | None = field(default=None)

    @property
    def today(self) -> int:
        return int(self.ahead.last_day[self.seller])

    @property
    def record(self) -> SellerRecord:
        if self._record is None:
            self._record = record_of(self.ahead.found.facts, self.seller)
        return self._record

    def losses(self) -> Iterator[ComingLoss]:
        levels = self.ahead.found.levels
        if levels is not None and self._has_days(levels):
            yield from self._of_level(levels)
        yield from self._of_gigs()
        yield from self._of_score()

    def _has_days(self, levels: LevelDays) -> bool:
        low, high = levels.axis.offset[self.seller : self.seller + 2].tolist()
        return bool(high - low > HORIZON_DAYS)

    # --- the level ------------------------------------------------------------------------

    def _of_level(self, levels: LevelDays) -> Iterator[ComingLoss]:
        """The level gone, or in people's hands; else the day on which its clock begins."""
        now = levels.axis.index(self.seller, self.today)
        span = slice(now, now + HORIZON_DAYS + 1)
        held, phase = levels.held[span], levels.phase[span]
        level = int(held[0])
        if not level:
            return
        if phase[0] == Phase.REVIEW:
            yield self._level_loss(Losses.REVIEW, level, 0, 0, 0)
            return
        lost = _first((held < level) | (phase == Phase.REVIEW))
        if phase[0] == Phase.GRACE:
            if lost is not None:
                kind = Losses.REVIEW if phase[lost] == Phase.REVIEW else Losses.LEVEL
                # The day before is the last of the grace, as everywhere else; what lacks is
                # asked of today.
                yield self._level_loss(kind, level, lost, lost - 1, 0)
            return
        if lost is not None and phase[lost] != Phase.REVIEW:
            yield self._level_loss(Losses.LEVEL, level, lost, lost, lost)
            return
        begins = _first(phase == Phase.GRACE)
        if begins is not None:
            yield self._level_loss(Losses.GRACE, level, begins, begins, begins)

    def _level_loss(
        self, kind: Losses, level: int, offset: int, left: int, asked: int
    ) -> ComingLoss:
        row = self._row(kind, offset, left)
        row.level = level
        ruling = in_force(self.ahead.found.rule_sets, Kind.LEVELS, self.today + asked)
        own = next((one for one in ruling.levels if one.rank == level), None) if ruling else None
        if ruling is not None and own is not None:
            lasting = [rule for rule in counted_rules(own.rules) if not rule.entry_only]
            self._name_rule(row, ruling, lasting, self.seller, asked)
        return row

    # --- promotion ------------------------------------------------------------------------

    def _of_gigs(self) -> Iterator[ComingLoss]:
        found = self.ahead.found
        low, high = np.searchsorted(found.facts.gig_seller, (self.seller, self.seller + 1)).tolist()
        ruling = in_force(found.rule_sets, Kind.PROMOTION, self.today)
        if ruling is None:
            return
        for gig in range(low, high):
            days = self._promotion_days(ruling, gig)
            lost = _first(days == Verdict.NOT_MET) if len(days) else None
            if lost is None or days[0] != Verdict.MET:
                continue
            row = self._row(Losses.GIG, lost, lost)
            row.gig_id = int(self.ahead.read.gig_ids[gig])
            self._name_rule(row, ruling, counted_rules(ruling.rules), gig, lost)
            yield row

    def _promotion_days(self, ruling: RuleSet, gig: int) -> Int8:
        """From today on; none where the gig has no days up to today."""
        axis = self.ahead.found.axes.gig
        if axis.end_day[gig] <= self.today or axis.first_day[gig] > self.today:
            return np.empty(0, np.int8)
        return self.ahead.found.days_of(ruling, "", gig)[self.today - int(axis.first_day[gig]) :]

    # --- the score ------------------------------------------------------------------------

    def _of_score(self) -> Iterator[ComingLoss]:
        scores = self.ahead.scores
        shown = scores.displayed[self.seller]
        if not shown[0]:
            return
        falls = _first(shown < shown[0])
        if falls is None:
            return
        row = self._row(Losses.SCORE, falls, falls)
        row.score_before = float(scores.score[self.seller, 0])
        after = float(scores.score[self.seller, falls])
        row.score_after = None if np.isnan(after) else after
        self._why_it_falls(row, falls)
        yield row

    def _why_it_falls(self, row: ComingLoss, offset: int) -> None:
        """A gig that ceases to count, and how many finished orders leave the window."""
        scores, gig_seller = self.ahead.scores, self.ahead.found.facts.gig_seller
        own = slice(*np.searchsorted(gig_seller, (self.seller, self.seller + 1)).tolist())
        now, then = scores.activity[own, 0], scores.activity[own, offset]
        row.leaving = int(np.maximum(now - then, 0).sum())
        ceased = np.flatnonzero((now >= scores.need) & (then < scores.need))
        if len(ceased):
            row.gig_id = int(self.ahead.read.gig_ids[own.start + int(ceased[0])])

    # --- rows -----------------------------------------------------------------------------

    def _row(self, kind: Losses, offset: int, left: int) -> ComingLoss:
        return ComingLoss(
            seller_id=int(self.ahead.read.seller_ids[self.seller]),
            kind=kind,
            day=date_of(self.today + offset),
            days_left=max(left, 0),
        )

    def _name_rule(
        self, row: ComingLoss, ruling: RuleSet, rules: Iterable[Rule], subject: int, offset: int
    ) -> None:
        """The rules that fail on a day: the first by name, with what would hold it."""
        row.rule_set = ruling.id
        failing = self._failing(ruling, rules, subject, offset)
        if not failing:
            return
        rule, row.others = failing[0], len(failing) - 1
        row.rule = rule.id
        day = self.today + offset
        own = self.seller if rule.spec.scope is Scope.SELLER else subject
        bounds = metric_of(self.ahead.found, rule.spec).on(own, day)
        if bounds.exact is not None:
            row.value_num, row.value_den = bounds.low_num, bounds.low_den
        row.steps = self._steps(rule, day, subject if ruling.kind is Kind.PROMOTION else None)

    def _failing(
        self, ruling: RuleSet, rules: Iterable[Rule], subject: int, offset: int
    ) -> list[Rule]:
        found, axis = self.ahead.found, self.ahead.found.axis(ruling)
        at = axis.index(subject, self.today + offset)
        return [rule for rule in rules if found.verdicts[ruling.id, rule.id][at] == Verdict.NOT_MET]

    def _steps(
        self, rule: Rule, day: int, gig: int | None
    ) -> Sequence[tuple[str, int, int | None]]:
        """Waiting is left out: the loss comes by waiting."""
        low = int(np.searchsorted(self.ahead.found.facts.gig_seller, self.seller))
        place = None if gig is None else gig - low
        situation = Situation(self.record, day, place, self._level_bounds(day))
        return [
            (step.kind.value, step.count, step.stars)
            for step in nearest(situation, rule).grants
            if step.kind is not StepKind.WAIT
        ]

    def _level_bounds(self, day: int) -> Bounds:
        levels = self.ahead.found.levels
        if levels is None:
            return Bounds()
        at = levels.axis.index(self.seller, day)
        return Bounds(int(levels.least[at]), 1, int(levels.most[at]), 1)


def _first(days: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> int | None:
    """The first day on which it is so, counted from today."""
    at = np.flatnonzero(days)
    return int(at[0]) if len(at) else None
