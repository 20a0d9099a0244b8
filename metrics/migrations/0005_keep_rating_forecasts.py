"""Forecasts of the public rating are kept beside those of the score."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("metrics", "0004_kept_forecast"),
    ]

    operations = [
        *(
            migrations.AddField(
                model_name="keptforecast",
                name=name,
                field=models.FloatField(null=True),
            )
            for name in ("quiet_rating", "pace_rating", "pace_rating_low", "pace_rating_high")
        ),
        migrations.AddConstraint(
            model_name="keptforecast",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("pace_rating__isnull", True),
                        ("pace_rating_high__isnull", True),
                        ("pace_rating_low__isnull", True),
                    ),
                    models.Q(
                        ("pace_rating_high__gte", models.F("pace_rating")),
                        ("pace_rating_low__lte", models.F("pace_rating")),
                    ),
                    _connector="OR",
                ),
                name="forecast_rating_in_band",
            ),
        ),
    ]
