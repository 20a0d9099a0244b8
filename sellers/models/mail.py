"""Mail that was not sent, because no mail server is set."""

from __future__ import annotations

from django.db import models


class Letter(models.Model):
    """One letter as it would have gone out; kept for the page that admins see."""

    to = models.CharField(max_length=1000)
    subject = models.CharField(max_length=500)
    text = models.TextField()
    written_at = models.DateTimeField()

    class Meta:
        ordering = ("-written_at", "-id")
        indexes = (
            # Serves the page, newest first, and the removal of the old ones.
            models.Index(fields=("-written_at", "-id"), name="letter_newest_first"),
        )

    def __str__(self) -> str:
        return self.subject
