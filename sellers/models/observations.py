"""What the platform displayed, and first contacts of new clients."""

from __future__ import annotations

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q

from sellers.models.sellers import Gig, Seller


class Inquiry(models.Model):
    """First message of a new client and the seller's first reply (NULL: no reply known)."""

    seller = models.ForeignKey(Seller, on_delete=models.CASCADE, related_name="inquiries")
    ref = models.CharField(max_length=100)
    first_message_at = models.DateTimeField()
    first_reply_at = models.DateTimeField(null=True, blank=True)
    #: The import that brought it; NULL where it was entered by hand.
    first_batch = models.ForeignKey(
        "sellers.ImportBatch",
        null=True,
        blank=True,
        editable=False,
        on_delete=models.SET_NULL,
        related_name="+",
        db_index=False,
    )

    class Meta:
        ordering = ("first_message_at", "id")
        verbose_name_plural = "inquiries"
        constraints = (
            models.UniqueConstraint(fields=("seller", "ref"), name="inquiry_seller_ref_unique"),
            models.CheckConstraint(
                condition=Q(first_reply_at__isnull=True)
                | Q(first_reply_at__gte=F("first_message_at")),
                name="inquiry_reply_after_message",
            ),
        )

    def __str__(self) -> str:
        return self.ref


class Observation(models.Model):
    """Something that the platform displayed on a day, noted down by hand.

    ``value`` holds a number (score 1–10, rating 1–5, response rate in percent, a counter),
    ``label`` a word (level, impact label, "yes"/"no"). It is never an estimate.
    """

    class Kind(models.TextChoices):
        SCORE = "score", "overall success score"
        GIG_SCORE = "gig_score", "success score of a gig"
        IMPACT = "impact", "impact label of an area"
        RATING = "rating", "public rating"
        RESPONSE_RATE = "response_rate", "response rate in percent"
        LEVEL = "level", "seller level"
        PROMOTABLE = "promotable", "gig can be promoted"
        COMPLETED_ORDERS = "completed_orders", "completed orders"
        UNIQUE_CLIENTS = "unique_clients", "different clients"
        EARNINGS = "earnings", "earnings in US dollars"

    NUMERIC = (
        Kind.SCORE,
        Kind.GIG_SCORE,
        Kind.RATING,
        Kind.RESPONSE_RATE,
        Kind.COMPLETED_ORDERS,
        Kind.UNIQUE_CLIENTS,
        Kind.EARNINGS,
    )

    #: What stored results depend on; a change of these is a change of facts.
    JUDGED = (Kind.LEVEL, Kind.RESPONSE_RATE)

    seller = models.ForeignKey(Seller, on_delete=models.CASCADE, related_name="observations")
    gig = models.ForeignKey(
        Gig, null=True, blank=True, on_delete=models.CASCADE, related_name="observations"
    )
    day = models.DateField()
    kind = models.CharField(max_length=16, choices=Kind)
    area = models.CharField(max_length=40, blank=True, help_text="Which area, for impact labels.")
    value = models.DecimalField(max_digits=14, decimal_places=2, null=True, blank=True)
    label = models.CharField(max_length=60, blank=True)
    words = models.TextField(blank=True, help_text="What the platform said, word for word.")
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    #: The import that brought it; NULL where it was entered by hand.
    first_batch = models.ForeignKey(
        "sellers.ImportBatch",
        null=True,
        blank=True,
        editable=False,
        on_delete=models.SET_NULL,
        related_name="+",
        db_index=False,
    )

    class Meta:
        ordering = ("-day", "-id")
        constraints = (
            models.UniqueConstraint(
                fields=("seller", "gig", "day", "kind", "area"),
                name="observation_once_a_day",
                nulls_distinct=False,
                violation_error_message="There is already an observation of this kind on this day.",
            ),
            models.CheckConstraint(
                condition=~Q(kind="score") | Q(value__gte=1, value__lte=10),
                name="observation_score_1_to_10",
            ),
            models.CheckConstraint(
                condition=Q(value__isnull=False) | ~Q(label=""), name="observation_says_something"
            ),
            models.CheckConstraint(
                condition=~Q(kind__in=["completed_orders", "unique_clients", "earnings"])
                | Q(value__gte=0),
                name="observation_counter_not_negative",
            ),
        )

    def __str__(self) -> str:
        said = self.label if self.value is None else f"{self.value.normalize():f}"
        return f"{self.get_kind_display()} {said} on {self.day}"

    def clean(self) -> None:
        if self.kind in self.NUMERIC and self.value is None:
            raise ValidationError({"value": "Enter the number that the platform showed."})
        if self.gig is not None and self.gig.seller_id != self.seller_id:
            raise ValidationError({"gig": "This gig belongs to another seller."})
