"""Forecasts, kept to be held against what came."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("metrics", "0003_calendar_feed"),
    ]

    operations = [
        migrations.CreateModel(
            name="KeptForecast",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("policy", models.CharField(max_length=80)),
                ("engine_version", models.CharField(max_length=20)),
                ("revision", models.PositiveBigIntegerField()),
                ("made_on", models.DateField()),
                ("horizon_days", models.PositiveSmallIntegerField()),
                ("quiet_score", models.FloatField(null=True)),
                ("pace_score", models.FloatField(null=True)),
                ("pace_low", models.FloatField(null=True)),
                ("pace_high", models.FloatField(null=True)),
                ("made_at", models.DateTimeField()),
                (
                    "seller",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="kept_forecasts",
                        to="sellers.seller",
                    ),
                ),
            ],
            options={
                "ordering": ("-made_on", "horizon_days"),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("seller", "made_on", "horizon_days"), name="forecast_made_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("pace_high__isnull", True),
                                ("pace_low__isnull", True),
                                ("pace_score__isnull", True),
                            ),
                            models.Q(
                                ("pace_high__gte", models.F("pace_score")),
                                ("pace_low__lte", models.F("pace_score")),
                            ),
                            _connector="OR",
                        ),
                        name="forecast_median_in_band",
                    ),
                ],
            },
        ),
    ]
