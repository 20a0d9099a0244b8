"""Sellers and their gigs."""

from __future__ import annotations

import zoneinfo

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models


class Platform(models.TextChoices):
    FIVERR = "fiverr", "Fiverr"
    UPWORK = "upwork", "Upwork"
    OTHER = "other", "Other"


def validate_time_zone(name: str) -> None:
    """A name of the IANA time zone database."""
    if name not in zoneinfo.available_timezones():
        raise ValidationError(
            "“%(name)s” is not a time zone. Use a name such as Europe/Berlin or UTC.",
            params={"name": name},
        )


class Seller(models.Model):
    """One account on one marketplace. ``owner`` stays empty until somebody claims it."""

    platform = models.CharField(max_length=16, choices=Platform, default=Platform.FIVERR)
    handle = models.CharField(max_length=100, help_text="The name in the seller's public address.")
    category = models.CharField(max_length=100, blank=True)
    joined_on = models.DateField(null=True, blank=True)
    is_pro = models.BooleanField(default=False)
    time_zone = models.CharField(max_length=64, default="UTC", validators=[validate_time_zone])
    currency = models.CharField(max_length=3, default="USD")
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="sellers",
    )
    keeps_buyer_names = models.BooleanField(
        default=False,
        help_text="Show buyers by name. Off, a buyer is a short label that cannot be traced back.",
    )
    keeps_review_text = models.BooleanField(
        default=True,
        db_default=True,
        help_text="Keep what buyers wrote. Off, imports keep the stars and drop the words.",
    )
    #: Counts every change of the seller's facts; stored results name the one they saw.
    revision = models.PositiveBigIntegerField(default=0, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    #: The import that created it; NULL for one made by hand.
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
        ordering = ("handle", "id")
        constraints = (
            models.UniqueConstraint(
                fields=("platform", "handle"),
                name="seller_platform_handle_unique",
                violation_error_message="This marketplace already has a seller of that name.",
            ),
            models.CheckConstraint(
                condition=models.Q(currency__regex=r"^[A-Z]{3}$"),
                name="seller_currency_is_iso_code",
            ),
        )

    def __str__(self) -> str:
        return self.handle

    @property
    def zone(self) -> zoneinfo.ZoneInfo:
        return zoneinfo.ZoneInfo(self.time_zone)


class Gig(models.Model):
    """One offer of a seller. ``ref`` is the platform's identifier of it."""

    #: Found by the constraint on seller and reference.
    seller = models.ForeignKey(
        Seller, on_delete=models.CASCADE, related_name="gigs", db_index=False
    )
    ref = models.CharField(max_length=200)
    title = models.CharField(max_length=300, blank=True)
    category = models.CharField(max_length=100, blank=True)
    price_band = models.CharField(max_length=20, blank=True)
    is_active = models.BooleanField(default=True)
    #: The import that created it; NULL for one made by hand.
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
        ordering = ("id",)
        constraints = (
            models.UniqueConstraint(fields=("seller", "ref"), name="gig_seller_ref_unique"),
            # What an order names: its gig and its seller together.
            models.UniqueConstraint(fields=("seller", "id"), name="gig_of_seller"),
        )

    def __str__(self) -> str:
        return self.title or self.ref

    def clean(self) -> None:
        if self.pk is not None and self.orders.exclude(seller=self.seller_id).exists():
            raise ValidationError({"seller": "This gig has orders of another seller."})
