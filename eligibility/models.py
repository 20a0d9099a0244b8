"""What rules say over time, as spans. All but notices and kept outlooks can be dropped and rebuilt.

A seller's rows are stamped by its :class:`EligibilityStanding`: rules, seller's revision, and
the score they were computed from. ``manage.py check_recompute`` proves stored = recomputed.

The database does not check of spans that their seller and gig exist: they come by thousands in a
transaction that has just read both, and the checks took longer than the rows.
"""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from eligibility.rules.flips import FlipCause
from eligibility.rules.types import Phase, Verdict
from sellers.models import Gig, Inquiry, Order, Seller


class VerdictChoice(models.IntegerChoices):
    """Same numbers as :class:`eligibility.rules.types.Verdict`."""

    NOT_MET = Verdict.NOT_MET.value, "not met"
    MET = Verdict.MET.value, "met"
    UNKNOWN = Verdict.UNKNOWN.value, "cannot be checked"


def _fact(model: type[models.Model]) -> models.ForeignKey:  # type: ignore[type-arg]
    """The fact that flipped a verdict. Facts come and go without asking what was computed from
    them; the recompute that follows a change replaces the row."""
    return models.ForeignKey(
        model,
        null=True,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        related_name="+",
    )


class Span(models.Model):
    """Days ``start <= day < end`` on which something held; ``end`` NULL: it still did on the
    last computed day."""

    start = models.DateField()
    end = models.DateField(null=True)

    class Meta:
        abstract = True


class RuleSpan(Span):
    """One verdict on one rule over a stretch of days.

    ``gig`` is NULL for levels. ``rule`` is a rule's id, or names an overall verdict: a
    level's id, or "" for a promotion.
    """

    seller = models.ForeignKey(
        Seller,
        on_delete=models.CASCADE,
        db_constraint=False,
        db_index=False,
        related_name="rule_spans",
    )
    gig = models.ForeignKey(
        Gig, null=True, on_delete=models.CASCADE, db_constraint=False, related_name="rule_spans"
    )
    rule_set = models.CharField(max_length=60)
    rule = models.CharField(max_length=120, blank=True)
    verdict = models.SmallIntegerField(choices=VerdictChoice)
    #: What began it: a :class:`eligibility.rules.flips.FlipCause`.
    cause = models.SmallIntegerField(choices=[(cause.value, cause.name) for cause in FlipCause])
    #: The rule that decided, for an overall verdict; else "".
    cause_rule = models.CharField(max_length=120, blank=True)
    cause_order = _fact(Order)
    cause_inquiry = _fact(Inquiry)
    #: How many more facts of the same day pushed the same way.
    cause_others = models.PositiveIntegerField(default=0)
    #: On the first day, in the metric's unit, positive on the good side; NULL where it cannot
    #: be told or there is no distance.
    margin = models.FloatField(null=True)

    class Meta:
        constraints = (
            # Serves the pages: all spans of a seller, or of one gig.
            models.UniqueConstraint(
                fields=("seller", "gig", "rule_set", "rule", "start"),
                name="rule_span_unique",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                condition=Q(end__isnull=True) | Q(end__gt=F("start")),
                name="rule_span_end_after_start",
            ),
        )

    def __str__(self) -> str:
        return f"{self.rule_set}:{self.rule} {self.get_verdict_display()} from {self.start}"


class LevelSpan(Span):
    """The level of a seller over a stretch of days; ranks, 0 is none yet.

    ``held`` is what the data can establish, ``least`` and ``most`` what the level may be;
    ``supported`` and ``possible`` are the highest level whose rules are all met on the day
    alone, and not certainly failed.
    """

    class PhaseChoice(models.IntegerChoices):
        """Same numbers as :class:`eligibility.rules.types.Phase`."""

        NO_RULES = Phase.NO_RULES.value, "no rules in force"
        HOLDS = Phase.HOLDS.value, "holds"
        GRACE = Phase.GRACE.value, "on grace"
        REVIEW = Phase.REVIEW.value, "looked at by people"

    seller = models.ForeignKey(
        Seller,
        on_delete=models.CASCADE,
        db_constraint=False,
        db_index=False,
        related_name="level_spans",
    )
    held = models.SmallIntegerField()
    phase = models.SmallIntegerField(choices=PhaseChoice)
    least = models.SmallIntegerField()
    most = models.SmallIntegerField()
    supported = models.SmallIntegerField()
    possible = models.SmallIntegerField()
    #: First day of the running grace period, and the day on which it is over.
    grace_start = models.DateField(null=True)
    grace_end = models.DateField(null=True)

    class Meta:
        constraints = (
            # Serves the pages: the levels of a seller over time.
            models.UniqueConstraint(fields=("seller", "start"), name="level_span_unique"),
            models.CheckConstraint(
                condition=Q(end__isnull=True) | Q(end__gt=F("start")),
                name="level_span_end_after_start",
            ),
            models.CheckConstraint(
                condition=Q(grace_start__isnull=True, grace_end__isnull=True)
                | Q(grace_end__gt=F("grace_start")),
                name="level_span_grace_has_both_ends",
            ),
        )

    def __str__(self) -> str:
        return f"level {self.held} of seller {self.seller_id} from {self.start}"


class EligibilityStanding(models.Model):
    """Where a seller stands on the last computed day, for lists; and what it was computed from."""

    seller = models.OneToOneField(Seller, on_delete=models.CASCADE, related_name="eligibility")
    #: All rule sets that were applied (:func:`eligibility.computing.rules_key`).
    rules = models.CharField(max_length=80)
    rules_version = models.CharField(max_length=20)
    revision = models.PositiveBigIntegerField()
    #: The score that the rules read: its policy and engine.
    score_policy = models.CharField(max_length=80)
    score_engine = models.CharField(max_length=20)
    as_of = models.DateField()
    #: The rule sets in force on that day; "" where there is none.
    level_rules = models.CharField(max_length=60, blank=True)
    promotion_rules = models.CharField(max_length=60, blank=True)
    #: As in :class:`LevelSpan`; NULL where there is no day to judge.
    held = models.SmallIntegerField(null=True)
    most = models.SmallIntegerField(null=True)
    phase = models.SmallIntegerField(choices=LevelSpan.PhaseChoice)
    grace_end = models.DateField(null=True)
    #: Rules of the held level that are met by a thin margin, in how many.
    thin_margins = models.PositiveSmallIntegerField(default=0)
    #: Gigs by their overall verdict under the rules for promotion.
    gigs_met = models.PositiveIntegerField(default=0)
    gigs_not_met = models.PositiveIntegerField(default=0)
    gigs_unknown = models.PositiveIntegerField(default=0)
    computed_at = models.DateTimeField()

    class Meta:
        indexes = (
            # Finds the sellers that are about to lose something, the soonest first.
            models.Index(
                fields=("grace_end",),
                condition=Q(grace_end__isnull=False),
                name="eligibility_grace_end",
            ),
        )

    def __str__(self) -> str:
        return f"seller {self.seller_id} on {self.as_of}: level {self.held}"

    @property
    def gigs_total(self) -> int:
        return self.gigs_met + self.gigs_not_met + self.gigs_unknown


class Notice(models.Model):
    """Something changed that the seller should know. Made once an event, and kept."""

    class Kind(models.TextChoices):
        GIG_GAINED = "gig_gained", "a gig can be promoted now"
        GIG_LOST = "gig_lost", "a gig can no longer be promoted"
        GRACE_STARTED = "grace_started", "a grace period began"

    seller = models.ForeignKey(
        Seller, on_delete=models.CASCADE, db_index=False, related_name="notices"
    )
    gig = models.ForeignKey(Gig, null=True, on_delete=models.CASCADE, related_name="notices")
    day = models.DateField()
    kind = models.CharField(max_length=16, choices=Kind)
    rule_set = models.CharField(max_length=60)
    #: The rule that decided, where one did.
    rule = models.CharField(max_length=120, blank=True)
    #: For grace: the level that is in danger, and the day on which the grace is over.
    level = models.SmallIntegerField(null=True)
    grace_end = models.DateField(null=True)
    created_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-day", "-id")
        constraints = (
            # Serves the list of a seller, and makes each event told once.
            models.UniqueConstraint(
                fields=("seller", "day", "kind", "gig", "rule_set"),
                name="notice_event_unique",
                nulls_distinct=False,
            ),
        )
        indexes = (
            # Counts what is unread, on every page.
            models.Index(fields=("seller",), condition=Q(read_at=None), name="notice_unread"),
        )

    def __str__(self) -> str:
        return f"{self.kind} of seller {self.seller_id} on {self.day}"


class ComingLoss(models.Model):
    """What a seller loses within :data:`eligibility.coaching.foresight.HORIZON_DAYS` days if
    nothing new happens: the first of its kind, for promotion the first of each gig.

    Dropped and rebuilt with the seller's :class:`EligibilityStanding`, which says from what.
    """

    class Kind(models.IntegerChoices):
        """The heaviest first, where two come on the same day."""

        LEVEL = 1, "the level is lost"
        REVIEW = 2, "people decide about the level"
        GRACE = 3, "a grace period begins"
        GIG = 4, "a gig can no longer be promoted"
        SCORE = 5, "the displayed score falls"

    seller = models.ForeignKey(
        Seller, on_delete=models.CASCADE, db_index=False, related_name="coming_losses"
    )
    kind = models.SmallIntegerField(choices=Kind)
    #: For GIG the gig that is lost, for SCORE the one that ceases to count, where one does.
    gig = models.ForeignKey(Gig, null=True, on_delete=models.CASCADE, related_name="+")
    #: The first day without it, and the days until then as they are told ("in 6 days").
    day = models.DateField()
    days_left = models.SmallIntegerField()
    #: The level that is lost or at risk.
    level = models.SmallIntegerField(null=True)
    #: The first published rule that decides, and how many more do.
    rule_set = models.CharField(max_length=60, blank=True)
    rule = models.CharField(max_length=120, blank=True)
    others = models.PositiveSmallIntegerField(default=0)
    #: The rule's value, as a fraction; NULL where it is not exactly known.
    value_num = models.BigIntegerField(null=True)
    value_den = models.BigIntegerField(null=True)
    #: What would hold it: :class:`eligibility.rules.steps.Step` as [kind, count, stars].
    steps = models.JSONField(default=list)
    #: Of SCORE: both scores, NULL where there is none any more, and the finished orders that
    #: leave the window until then.
    score_before = models.FloatField(null=True)
    score_after = models.FloatField(null=True)
    leaving = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = (
            # Serves the roster: what each seller loses.
            models.UniqueConstraint(
                fields=("seller", "kind", "gig"),
                name="coming_loss_unique",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                condition=Q(days_left__gte=0), name="coming_loss_lies_ahead_or_is_today"
            ),
        )

    def __str__(self) -> str:
        return f"{self.get_kind_display()}, seller {self.seller_id}, {self.day}"


class KeptOutlook(models.Model):
    """Level and promoted gigs as forecast on one day for a later one, held against what came.

    Made on the days of :class:`metrics.models.KeptForecast`. Ranks are those of
    :class:`LevelSpan`: held for certain, and the most it may be; NULL where no rules for levels
    were in force, and at the own pace where there was too little to go by. Verdicts, in the order
    of ``gigs``, are :class:`VerdictChoice`; a gig that was not judged is not among them, and
    ``pace_verdicts`` is empty where there was too little to go by.
    """

    seller = models.ForeignKey(Seller, on_delete=models.CASCADE, related_name="kept_outlooks")
    made_on = models.DateField()
    horizon_days = models.PositiveSmallIntegerField()
    #: If nothing new happens.
    quiet_held = models.SmallIntegerField(null=True)
    quiet_most = models.SmallIntegerField(null=True)
    #: At the seller's own pace: the median of the draws, and the band of four draws of five.
    pace_held = models.SmallIntegerField(null=True)
    pace_most = models.SmallIntegerField(null=True)
    pace_low = models.SmallIntegerField(null=True)
    pace_high = models.SmallIntegerField(null=True)
    gigs = ArrayField(models.BigIntegerField())
    quiet_verdicts = ArrayField(models.SmallIntegerField(choices=VerdictChoice))
    pace_verdicts = ArrayField(models.SmallIntegerField(choices=VerdictChoice))
    rules = models.CharField(max_length=80)
    rules_version = models.CharField(max_length=20)
    score_policy = models.CharField(max_length=80)
    score_engine = models.CharField(max_length=20)
    revision = models.PositiveBigIntegerField()
    made_at = models.DateTimeField()

    class Meta:
        ordering = ("-made_on", "horizon_days")
        constraints = (
            # Serves the track record of one seller, newest first.
            models.UniqueConstraint(
                fields=("seller", "made_on", "horizon_days"), name="outlook_made_once"
            ),
            models.CheckConstraint(
                condition=Q(quiet_held__isnull=True, quiet_most__isnull=True)
                | Q(quiet_most__gte=F("quiet_held")),
                name="outlook_most_is_held_or_more",
            ),
            models.CheckConstraint(
                condition=Q(pace_held__isnull=True, pace_low__isnull=True, pace_high__isnull=True)
                | Q(pace_low__lte=F("pace_held"), pace_high__gte=F("pace_held")),
                name="outlook_median_in_band",
            ),
        )

    def __str__(self) -> str:
        return f"seller {self.seller_id} on {self.made_on}, {self.horizon_days} days ahead"
