"""How somebody keeps an eye on the sellers they may see. Theirs alone: nobody else reads it."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models


class ClientMark(models.Model):
    """One user's order among the sellers: group, tags, snooze, and what was seen last.

    It opens nothing. A seller that may no longer be seen is not listed, mark or no mark.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="client_marks"
    )
    seller = models.ForeignKey(
        "sellers.Seller", on_delete=models.CASCADE, related_name="client_marks"
    )
    group = models.CharField(max_length=60, blank=True)
    tags = ArrayField(models.CharField(max_length=30), default=list, blank=True)
    #: Asked to be left alone until this day, on which the seller is listed again.
    snoozed_until = models.DateField(null=True, blank=True)
    seen_at = models.DateTimeField(null=True, blank=True)
    #: What stood there then, to be compared with what stands there now.
    seen = models.JSONField(null=True, blank=True)

    class Meta:
        constraints = (
            # Serves the roster: the marks of one user.
            models.UniqueConstraint(fields=("user", "seller"), name="client_mark_unique"),
            models.CheckConstraint(
                condition=models.Q(seen__isnull=True, seen_at__isnull=True)
                | models.Q(seen__isnull=False, seen_at__isnull=False),
                name="client_mark_seen_at_some_time",
            ),
        )

    def __str__(self) -> str:
        return f"{self.user_id} on {self.seller_id}"
