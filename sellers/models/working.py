"""What seller and coach write for each other, and when each of them last looked."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q


class WrittenAs(models.TextChoices):
    """As what somebody wrote; the account may be gone, or be something else by now."""

    OWNER = "owner", "the seller"
    COACH = "coach", "a coach"
    ADMIN = "admin", "an admin"


def private_rows_go(collector: Any, field: models.Field[Any, Any], rows: Any, using: str) -> None:
    """What happens to rows when their writer's account is deleted.

    Nobody else may ever read a private row, so it goes with its writer; a shared one stays
    without a name.
    """
    models.CASCADE(collector, field, rows.filter(is_private=True), using)
    models.SET_NULL(collector, field, rows.filter(is_private=False), using)


class Note(models.Model):
    """A dated remark on the trajectory: an illness, a holiday, a change of price.

    A private one is its writer's alone: no other person reads it, admins included.
    """

    seller = models.ForeignKey("sellers.Seller", on_delete=models.CASCADE, related_name="notes")
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=private_rows_go, related_name="+"
    )
    #: "" where it is not known.
    written_as = models.CharField(max_length=5, choices=WrittenAs, blank=True)
    is_private = models.BooleanField("only for its writer", default=False)
    day = models.DateField()
    until = models.DateField(null=True, blank=True)
    text = models.CharField(max_length=200)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("day", "id")
        constraints = (
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gte=F("day")),
                name="note_until_after_day",
                violation_error_message="The last day lies before the first.",
            ),
            models.CheckConstraint(
                condition=Q(is_private=False) | Q(author__isnull=False),
                name="note_private_has_writer",
            ),
        )

    def __str__(self) -> str:
        # Lists of the admin site print this for whoever deletes a seller.
        return f"private note {self.pk}" if self.is_private else self.text


class Promise(models.Model):
    """Something that seller or coach promised until a day; a person decides how it went.

    ``measure`` names what the page counts beside it: facts for who decides, never a verdict.
    """

    class Side(models.TextChoices):
        SELLER = "seller", "the seller"
        COACH = "coach", "the coach"

    class State(models.TextChoices):
        OPEN = "open", "open"
        KEPT = "kept", "kept"
        BROKEN = "broken", "broken"
        WITHDRAWN = "withdrawn", "withdrawn"

    class Measure(models.TextChoices):
        NONE = "", "nothing: people judge"
        LATE = "late", "late deliveries"
        CANCELLED = "cancelled", "cancellations by the seller"

    seller = models.ForeignKey(
        "sellers.Seller", on_delete=models.CASCADE, db_index=False, related_name="promises"
    )
    side = models.CharField(max_length=6, choices=Side)
    text = models.CharField(max_length=200)
    #: The day on which it was made, and the last day that it covers, in the seller's zone.
    made_on = models.DateField()
    due = models.DateField()
    measure = models.CharField(max_length=9, choices=Measure, blank=True)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    written_as = models.CharField(max_length=5, choices=WrittenAs)
    created_at = models.DateTimeField()
    state = models.CharField(max_length=9, choices=State, default=State.OPEN)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    decided_as = models.CharField(max_length=5, choices=WrittenAs, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("due", "id")
        constraints = (
            models.CheckConstraint(
                condition=Q(due__gte=F("made_on")), name="promise_due_after_made"
            ),
            models.CheckConstraint(
                condition=Q(state="open", decided_at__isnull=True, decided_as="")
                | (~Q(state="open") & Q(decided_at__isnull=False) & ~Q(decided_as="")),
                name="promise_decided_by_somebody",
            ),
        )
        indexes = (
            # Serves the promises of a seller, the next one due first.
            models.Index(fields=("seller", "due"), name="promise_of_seller"),
        )

    def __str__(self) -> str:
        return self.text


class Visit(models.Model):
    """When somebody last looked at the page of a seller, and the visit before that.

    ``seen_at`` and ``seen_to`` are of the newest look: its time, and the day up to which the
    numbers were computed. ``since_at`` and ``since_to`` are those of the last look of the
    visit before; NULL while there was none.
    """

    seller = models.ForeignKey("sellers.Seller", on_delete=models.CASCADE, related_name="+")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, db_index=False, related_name="+"
    )
    seen_at = models.DateTimeField()
    seen_to = models.DateField()
    since_at = models.DateTimeField(null=True)
    since_to = models.DateField(null=True)

    class Meta:
        constraints = (
            # Serves the page of a seller: one row a person.
            models.UniqueConstraint(fields=("user", "seller"), name="visit_one_a_person"),
            models.CheckConstraint(
                condition=Q(since_at__isnull=True, since_to__isnull=True)
                | Q(since_at__isnull=False, since_to__isnull=False),
                name="visit_since_has_both",
            ),
        )

    def __str__(self) -> str:
        return f"user {self.user_id} at seller {self.seller_id}"
