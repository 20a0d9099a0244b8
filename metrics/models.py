"""Numbers over time. Everything here can be dropped and rebuilt from the facts.

Each row names the policy, the engine version and the seller's revision that it was
computed from; ``manage.py check_recompute`` proves stored = recomputed.

Keys of rows that come by thousands are not checked by the database: the transaction that writes
them has just read what they are about and holds its seller, and the checks took longer than the
rows. They go with what they are about all the same (``on_delete``).
"""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from sellers.models import Gig, Seller


class DayStatus(models.IntegerChoices):
    """What is known of a subject on a day; only SCORED days have a value."""

    SCORED = 0, "scored"
    TOO_LITTLE = 1, "not enough activity"
    NOTHING = 2, "nothing in the window"


class Computed(models.Model):
    """What a stored number was computed from."""

    policy = models.CharField(max_length=80)
    engine_version = models.CharField(max_length=20)
    revision = models.PositiveBigIntegerField()

    class Meta:
        abstract = True


class Series(Computed):
    """Daily scores of one subject in one year, packed.

    ``gig`` NULL is the seller's overall score. ``statuses`` holds one byte a day from
    ``first_day`` on (:class:`DayStatus`); ``values`` one little-endian double for each
    day whose status is SCORED (for gigs also TOO_LITTLE: a gig below the minimum has a
    score that does not count), in order. Unknown days have no value at all.
    """

    class Metric(models.TextChoices):
        SUCCESS_SCORE = "success", "success score"

    #: Found by the constraint below.
    seller = models.ForeignKey(
        Seller,
        on_delete=models.CASCADE,
        related_name="series",
        db_constraint=False,
        db_index=False,
    )
    gig = models.ForeignKey(
        Gig,
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="series",
        db_constraint=False,
    )
    metric = models.CharField(max_length=8, choices=Metric, default=Metric.SUCCESS_SCORE)
    year = models.SmallIntegerField()
    first_day = models.DateField()
    statuses = models.BinaryField()
    values = models.BinaryField()

    class Meta:
        verbose_name_plural = "series"
        constraints = (
            # Serves every page: all years of one seller, the overall score and each gig.
            models.UniqueConstraint(
                fields=("seller", "gig", "metric", "year"),
                name="series_subject_year_unique",
                nulls_distinct=False,
            ),
        )

    def __str__(self) -> str:
        return f"{self.metric} of seller {self.seller_id}, gig {self.gig_id}, {self.year}"


class Standing(Computed):
    """Where a seller stands on the last computed day. One row a seller, for lists."""

    seller = models.OneToOneField(Seller, on_delete=models.CASCADE, related_name="standing")
    as_of = models.DateField()
    status = models.SmallIntegerField(choices=DayStatus)
    score = models.FloatField(null=True)
    displayed = models.SmallIntegerField(null=True)
    score_7_days_ago = models.FloatField(null=True)
    score_30_days_ago = models.FloatField(null=True)
    #: Orders finished so recently that a private rating may still come.
    immature_orders = models.PositiveIntegerField(default=0)
    finished_orders = models.PositiveIntegerField(default=0)
    open_orders = models.PositiveIntegerField(default=0)
    #: Public rating over the two years back from the most recent review.
    rating = models.DecimalField(max_digits=4, decimal_places=3, null=True)
    rating_reviews = models.PositiveIntegerField(default=0)
    rating_start = models.DateField(null=True)
    rating_end = models.DateField(null=True)
    lifetime_reviews = models.PositiveIntegerField(default=0)
    computed_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(
                    status=DayStatus.SCORED,
                    score__isnull=False,
                    displayed__isnull=False,
                )
                | (~Q(status=DayStatus.SCORED) & Q(score__isnull=True, displayed__isnull=True)),
                name="standing_score_only_if_scored",
            ),
        )
        indexes = (
            # Finds the sellers whose local day has moved on since the last computation.
            models.Index(fields=("as_of",), name="standing_as_of"),
        )

    def __str__(self) -> str:
        return f"seller {self.seller_id} on {self.as_of}: {self.score}"


class GigStanding(models.Model):
    """Where a gig stands on the seller's last computed day."""

    standing = models.ForeignKey(
        Standing, on_delete=models.CASCADE, related_name="gigs", db_constraint=False
    )
    gig = models.OneToOneField(
        Gig, on_delete=models.CASCADE, related_name="standing", db_constraint=False
    )
    status = models.SmallIntegerField(choices=DayStatus)
    score = models.FloatField(null=True)
    #: Share of the overall score, 0 to 1; NULL while the gig does not count.
    share = models.FloatField(null=True)
    #: Finished orders in the window that count towards the minimum.
    activity = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"gig {self.gig_id}: {self.score}"


class Move(Computed):
    """A day on which the displayed score changed, appeared or disappeared."""

    #: Found by the constraint below.
    seller = models.ForeignKey(
        Seller,
        on_delete=models.CASCADE,
        related_name="moves",
        db_constraint=False,
        db_index=False,
    )
    day = models.DateField()
    score_before = models.FloatField(null=True)
    score_after = models.FloatField(null=True)
    displayed_before = models.SmallIntegerField(null=True)
    displayed_after = models.SmallIntegerField(null=True)
    #: The largest lines of the move's ledger as the page words it; filled when first read.
    headline = models.JSONField(null=True)

    class Meta:
        ordering = ("-day",)
        constraints = (
            # Serves the list of moves of a seller, newest first.
            models.UniqueConstraint(fields=("seller", "day"), name="move_seller_day_unique"),
        )

    def __str__(self) -> str:
        return f"{self.displayed_before} → {self.displayed_after} on {self.day}"


class BenchmarkSnapshot(models.Model):
    """Mean and spread of one cohort of gigs in one area, in force from ``start`` on."""

    start = models.DateField()
    category = models.CharField(max_length=100, blank=True)
    price_band = models.CharField(max_length=20, blank=True)
    factor = models.SmallIntegerField()
    mean = models.FloatField()
    spread = models.FloatField()
    gigs = models.PositiveIntegerField()
    policy = models.CharField(max_length=80)

    class Meta:
        ordering = ("start", "category", "price_band", "factor")
        constraints = (
            models.UniqueConstraint(
                fields=("policy", "start", "category", "price_band", "factor"),
                name="snapshot_cohort_unique",
            ),
            models.CheckConstraint(condition=Q(spread__gt=0), name="snapshot_spread_positive"),
        )

    def __str__(self) -> str:
        return f"{self.category}/{self.price_band} from {self.start}"


class Run(models.Model):
    """One background job, as the truth about it: Celery's own state may be lost."""

    class Kind(models.TextChoices):
        RECOMPUTE = "recompute", "recompute one seller"
        RECOMPUTE_ALL = "recompute_all", "recompute all sellers"
        NIGHTLY = "nightly", "nightly"
        BENCHMARKS = "benchmarks", "benchmark snapshots"

    class State(models.TextChoices):
        QUEUED = "queued", "waiting for a worker"
        RUNNING = "running", "running"
        DONE = "done", "done"
        FAILED = "failed", "failed"

    kind = models.CharField(max_length=16, choices=Kind)
    seller = models.ForeignKey(
        Seller, null=True, blank=True, on_delete=models.CASCADE, related_name="runs"
    )
    state = models.CharField(max_length=12, choices=State, default=State.QUEUED)
    #: What asked for it, in words: "import 14", "the day has passed".
    reason = models.CharField(max_length=200, blank=True)
    #: Rewrite every stored year, even where the facts are the same (benchmarks changed).
    from_scratch = models.BooleanField(default=False)
    sellers_total = models.PositiveIntegerField(default=0)
    sellers_done = models.PositiveIntegerField(default=0)
    #: Why it failed, in words.
    message = models.TextField(blank=True)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    queued_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True)
    seen_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-id",)
        indexes = (
            # The reaper looks for runs that were started and never finished.
            models.Index(
                fields=("state", "seen_at"),
                name="run_unfinished",
                condition=Q(state__in=["queued", "running"]),
            ),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}: {self.state}"


class RunChunk(models.Model):
    """A share of a run's sellers: what one task does in one transaction, once."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="chunks")
    seller_ids = ArrayField(models.BigIntegerField())
    is_done = models.BooleanField(default=False)
    attempts = models.PositiveSmallIntegerField(default=0)

    class Meta:
        indexes = (
            # The reaper and the end of a run look for chunks that are not done.
            models.Index(fields=("run",), name="chunk_not_done", condition=Q(is_done=False)),
        )

    def __str__(self) -> str:
        return f"{len(self.seller_ids)} sellers of run {self.run_id}"


class CalendarFeed(models.Model):
    """A private address under which a calendar program finds a seller's age-out days.

    The address holds a secret; only its hash is stored. Revoked is for ever.
    """

    seller = models.ForeignKey(Seller, on_delete=models.CASCADE, related_name="calendar_feeds")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="calendar_feeds"
    )
    secret_hash = models.CharField(max_length=64)
    created_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-id",)
        constraints = (
            # One address a person and seller at a time: a new one takes the old one's place.
            models.UniqueConstraint(
                fields=("seller", "user"),
                name="feed_one_in_force",
                condition=Q(revoked_at__isnull=True),
            ),
        )

    def __str__(self) -> str:
        return f"calendar feed {self.pk} of seller {self.seller_id}"


class KeptForecast(Computed):
    """What was forecast on one day for a later one, kept to be held against what came.

    NULL is "not scored" for ``quiet_score``, "no review" for ``quiet_rating``, and "too little to
    go by" for the own pace. Rows of days on which ratings were not kept have none either.
    """

    seller = models.ForeignKey(Seller, on_delete=models.CASCADE, related_name="kept_forecasts")
    made_on = models.DateField()
    horizon_days = models.PositiveSmallIntegerField()
    #: If nothing new happens.
    quiet_score = models.FloatField(null=True)
    #: At the seller's own pace: the median of the draws, and the band of four draws of five.
    pace_score = models.FloatField(null=True)
    pace_low = models.FloatField(null=True)
    pace_high = models.FloatField(null=True)
    #: The public rating in stars, not rounded, in the same two futures.
    quiet_rating = models.FloatField(null=True)
    pace_rating = models.FloatField(null=True)
    pace_rating_low = models.FloatField(null=True)
    pace_rating_high = models.FloatField(null=True)
    made_at = models.DateTimeField()

    class Meta:
        ordering = ("-made_on", "horizon_days")
        constraints = (
            # Serves the track record of one seller, newest first.
            models.UniqueConstraint(
                fields=("seller", "made_on", "horizon_days"), name="forecast_made_once"
            ),
            models.CheckConstraint(
                condition=Q(pace_score__isnull=True, pace_low__isnull=True, pace_high__isnull=True)
                | Q(pace_low__lte=F("pace_score"), pace_high__gte=F("pace_score")),
                name="forecast_median_in_band",
            ),
            models.CheckConstraint(
                condition=Q(
                    pace_rating__isnull=True,
                    pace_rating_low__isnull=True,
                    pace_rating_high__isnull=True,
                )
                | Q(pace_rating_low__lte=F("pace_rating"), pace_rating_high__gte=F("pace_rating")),
                name="forecast_rating_in_band",
            ),
        )

    def __str__(self) -> str:
        return f"seller {self.seller_id} on {self.made_on}, {self.horizon_days} days ahead"
