"""A coming loss in words: what, when, one reason, one next step. Facts, never advice."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from django.urls import reverse

from eligibility.models import ComingLoss
from eligibility.rule_words import Levels, level_title, needed_words, number_words
from eligibility.rules.steps import Step, StepKind
from eligibility.rules.types import Rule, RuleSet
from eligibility.standing_words import last_day
from eligibility.step_words import gain_words
from metrics.engine.reference import display
from metrics.words import counted, day_words, pair_decimals, score_words, window_words

Losses = ComingLoss.Kind


@dataclass(frozen=True, slots=True)
class LossWords:
    """``what`` "Level 2", ``when`` "in 6 days", ``until`` "grace ends 18 Jun 2024".

    ``today`` marks what leaves no day. ``step`` is one sentence, ``step_url`` where it can be
    followed up.
    """

    kind: str
    what: str
    when: str
    until: str
    today: bool
    reason: str
    step: str
    step_url: str
    day: date


@dataclass(frozen=True, slots=True)
class LossReader:
    """What words depend on besides the row.

    ``levels`` are those of the rules that the seller is under, ``window_days`` is that of the
    score. ``standing_only``: rules, rule by rule, are not shown to this reader.
    """

    rule_sets: Mapping[str, RuleSet]
    levels: Levels
    window_days: int
    standing_only: bool = False
    is_pro: bool = False

    def words(self, loss: ComingLoss) -> LossWords:
        kind = Losses(loss.kind)
        step, url = self._step(loss)
        return LossWords(
            kind=kind.name.lower(),
            what=self._what(loss),
            when=_when(loss),
            until=self._until(loss),
            today=loss.days_left == 0,
            reason=self._score_reason(loss) if kind is Losses.SCORE else self._rule_reason(loss),
            step=step,
            step_url=url,
            day=loss.day,
        )

    # --- what and why ---------------------------------------------------------------------

    def _what(self, loss: ComingLoss) -> str:
        if loss.kind == Losses.SCORE:
            before = display(loss.score_before or 0.0)
            after = "not scored" if loss.score_after is None else str(display(loss.score_after))
            return f"Score {before} → {after}"
        if loss.kind == Losses.GIG:
            return f"Promotion of “{loss.gig}”"
        return level_title(loss.level or 0, self.levels)

    def _rule(self, loss: ComingLoss) -> Rule | None:
        rules = self.rule_sets.get(loss.rule_set)
        if rules is None:
            return None
        return next((rule for rule in rules.all_rules if rule.id == loss.rule), None)

    def _rule_reason(self, loss: ComingLoss) -> str:
        rule = self._rule(loss)
        if self.standing_only or rule is None:
            of = "the promotion" if loss.kind == Losses.GIG else "this level"
            return f"A requirement of {of} {_lacks(loss)}."
        needed = needed_words(rule, is_pro=self.is_pro, levels=self.levels)
        value = self._value(loss, rule)
        more = f"; {counted(loss.others, 'more rule', 'more rules')} too" if loss.others else ""
        verb = "falls to" if loss.kind in (Losses.GRACE, Losses.GIG) else "is"
        now = f" {verb} {value}," if value else ":"
        return f"{rule.title}{now} {needed} is asked for{more}."

    def _value(self, loss: ComingLoss, rule: Rule) -> str:
        """Of what is measured in numbers; "" for states and for what is not known exactly."""
        if loss.value_num is None or not loss.value_den or not rule.threshold:
            return ""
        beside = rule.threshold_for(is_pro=self.is_pro)
        return number_words(rule.metric, Fraction(loss.value_num, loss.value_den), beside)

    def _score_reason(self, loss: ComingLoss) -> str:
        before = loss.score_before or 0.0
        if loss.gig is not None:
            return f"“{loss.gig}” ceases to count as its orders leave the window."
        causes = "what is known fades"
        if loss.leaving:
            window = window_words(self.window_days)
            verb = "leaves" if loss.leaving == 1 else "leave"
            causes = f"{counted(loss.leaving, 'order', 'orders')} {verb} the {window}"
        if loss.score_after is None:
            return f"{causes[0].upper()}{causes[1:]}."
        decimals = pair_decimals(before, loss.score_after)
        then = score_words(loss.score_after, decimals)
        return f"{score_words(before, decimals)} becomes {then}: {causes}."

    def _until(self, loss: ComingLoss) -> str:
        day, rules = day_words(loss.day), self.rule_sets.get(loss.rule_set)
        match Losses(loss.kind):
            case Losses.LEVEL:
                if rules is not None and not rules.grace_days:
                    return f"on {day}"
                return f"grace ends {day_words(last_day(loss.day))}"
            case Losses.REVIEW:
                if not loss.days_left:
                    return "grace is over, people decide"
                return f"people decide from {day}"
            case Losses.GRACE:
                return f"grace begins {day}"
            case Losses.GIG:
                return f"on {day}"
            case Losses.SCORE:
                return f"on {day}, if nothing new comes"

    # --- what would hold it ---------------------------------------------------------------

    def _step(self, loss: ComingLoss) -> tuple[str, str]:
        """One sentence, and the page on which it is worked out."""
        seller = [loss.seller_id]
        if loss.kind == Losses.SCORE:
            shown = display(loss.score_before or 0.0)
            if self.standing_only:
                return "Look at the trajectory", reverse("metrics:seller", args=seller)
            url = reverse("metrics:next", args=seller)
            return f"Weigh what would hold {shown}", f"{url}?target={shown}&by={loss.day}"
        if self.standing_only:
            return "Look at the standing", reverse("metrics:seller", args=seller)
        url = reverse("eligibility:seller", args=seller)
        if loss.kind == Losses.GIG and loss.gig_id is not None:
            url = reverse("eligibility:gig", args=[loss.seller_id, loss.gig_id])
        if loss.kind == Losses.REVIEW and not loss.days_left:
            return "Note what the platform decides", reverse("eligibility:outcomes", args=seller)
        gain = gain_words(steps_of(loss)[:1])
        if not gain:
            return "Look at what it asks for", url
        return f"{gain[0].upper()}{gain[1:]} would hold it", url


def steps_of(loss: ComingLoss) -> list[Step]:
    """The stored steps, the mildest first."""
    return [Step(StepKind(kind), count, stars) for kind, count, stars in loss.steps]


def _lacks(loss: ComingLoss) -> str:
    comes = loss.kind in (Losses.GRACE, Losses.GIG)
    return "will not be met" if comes else "is not met"


def _when(loss: ComingLoss) -> str:
    if loss.days_left:
        return f"in {counted(loss.days_left, 'day', 'days')}"
    return "now" if loss.kind == Losses.REVIEW else "today"
