"""Exchange rates to the US dollar, dated. Never fetched: shipped, or loaded by an admin."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class ExchangeRate(models.Model):
    """US dollars for one unit of ``currency`` from ``day`` until the next dated rate."""

    currency = models.CharField(max_length=3)
    day = models.DateField()
    usd_per_unit = models.DecimalField(max_digits=14, decimal_places=8)
    source = models.CharField(max_length=200)

    class Meta:
        ordering = ("currency", "day")
        constraints = (
            models.UniqueConstraint(fields=("currency", "day"), name="rate_currency_day_unique"),
            models.CheckConstraint(condition=Q(usd_per_unit__gt=0), name="rate_is_positive"),
        )

    def __str__(self) -> str:
        return f"{self.currency} {self.usd_per_unit} on {self.day}"
