"""Who may see a seller besides its owner, who owns it, and who has looked."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models.functions import Lower


class Scope(models.IntegerChoices):
    """How much a coach sees; each scope holds those before it."""

    STANDING = 1, "Standing only"
    ORDERS = 2, "Orders without names and texts"
    EVERYTHING = 3, "Everything"


class Claim(models.Model):
    """An invitation to own a seller that an admin has imported."""

    seller = models.ForeignKey("sellers.Seller", on_delete=models.CASCADE, related_name="claims")
    email = models.EmailField("e-mail address")
    #: SHA-256 of the secret in the letter's link; the secret itself is kept nowhere.
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    invited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    invited_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-invited_at", "-id")
        constraints = (
            models.UniqueConstraint(
                fields=("seller",),
                condition=models.Q(accepted_at=None, withdrawn_at=None),
                name="claim_one_open_per_seller",
            ),
        )

    def __str__(self) -> str:
        return f"{self.seller_id} for {self.email}"


class Grant(models.Model):
    """A seller's leave for a coach to look, up to a day, within a scope."""

    seller = models.ForeignKey("sellers.Seller", on_delete=models.CASCADE, related_name="grants")
    given_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="grants_given"
    )
    email = models.EmailField("e-mail address")
    #: Who accepted it; NULL until then.
    coach = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="grants_held",
    )
    scope = models.PositiveSmallIntegerField(choices=Scope)
    reason = models.CharField(max_length=200)
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    given_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )

    class Meta:
        ordering = ("-given_at", "-id")
        constraints = (
            models.UniqueConstraint(
                "seller",
                Lower("email"),
                condition=models.Q(ended_at=None),
                name="grant_one_open_per_address",
            ),
            models.CheckConstraint(
                condition=models.Q(scope__in=[1, 2, 3]), name="grant_scope_is_known"
            ),
            models.CheckConstraint(
                condition=models.Q(coach__isnull=True, accepted_at__isnull=True)
                | models.Q(coach__isnull=False, accepted_at__isnull=False),
                name="grant_accepted_by_somebody",
            ),
        )
        indexes = (
            # Serves the one question of access: what may this coach see?
            models.Index(
                fields=("coach", "seller"),
                condition=models.Q(ended_at=None, coach__isnull=False),
                name="grant_live_of_coach",
            ),
        )

    def __str__(self) -> str:
        return f"{self.seller_id} to {self.email}"


class Look(models.Model):
    """Somebody other than the owner looked at a page of a seller; one row an hour and page."""

    class Role(models.TextChoices):
        COACH = "coach", "Coach"
        ADMIN = "admin", "Admin"

    seller = models.ForeignKey("sellers.Seller", on_delete=models.CASCADE, related_name="looks")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    #: As it was then: the account may be gone.
    email = models.EmailField("e-mail address")
    role = models.CharField(max_length=5, choices=Role)
    scope = models.PositiveSmallIntegerField(choices=Scope)
    #: Name of the address, and which one of many (an order's reference).
    page = models.CharField(max_length=80)
    detail = models.CharField(max_length=200, blank=True)
    hour = models.DateTimeField()
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()
    times = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ("-last_at", "-id")
        constraints = (
            models.UniqueConstraint(
                fields=("seller", "user", "page", "detail", "hour"), name="look_one_an_hour"
            ),
        )
        indexes = (
            # Serves the seller's page of who looked, newest first.
            models.Index(fields=("seller", "-last_at"), name="look_of_seller_newest_first"),
        )

    def __str__(self) -> str:
        return f"{self.email} at {self.page} of {self.seller_id}"
