"""Level and promoted gigs as forecast, kept to be held against what came."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

VERDICTS = [(0, "not met"), (1, "met"), (2, "cannot be checked")]


class Migration(migrations.Migration):
    dependencies = [
        ("eligibility", "0002_coming_losses"),
        ("sellers", "0022_unchecked_log"),
    ]

    operations = [
        migrations.CreateModel(
            name="KeptOutlook",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("made_on", models.DateField()),
                ("horizon_days", models.PositiveSmallIntegerField()),
                ("quiet_held", models.SmallIntegerField(null=True)),
                ("quiet_most", models.SmallIntegerField(null=True)),
                ("pace_held", models.SmallIntegerField(null=True)),
                ("pace_most", models.SmallIntegerField(null=True)),
                ("pace_low", models.SmallIntegerField(null=True)),
                ("pace_high", models.SmallIntegerField(null=True)),
                (
                    "gigs",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(), size=None
                    ),
                ),
                (
                    "quiet_verdicts",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.SmallIntegerField(choices=VERDICTS), size=None
                    ),
                ),
                (
                    "pace_verdicts",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.SmallIntegerField(choices=VERDICTS), size=None
                    ),
                ),
                ("rules", models.CharField(max_length=80)),
                ("rules_version", models.CharField(max_length=20)),
                ("score_policy", models.CharField(max_length=80)),
                ("score_engine", models.CharField(max_length=20)),
                ("revision", models.PositiveBigIntegerField()),
                ("made_at", models.DateTimeField()),
                (
                    "seller",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="kept_outlooks",
                        to="sellers.seller",
                    ),
                ),
            ],
            options={
                "ordering": ("-made_on", "horizon_days"),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("seller", "made_on", "horizon_days"), name="outlook_made_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("quiet_held__isnull", True), ("quiet_most__isnull", True)),
                            ("quiet_most__gte", models.F("quiet_held")),
                            _connector="OR",
                        ),
                        name="outlook_most_is_held_or_more",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("pace_held__isnull", True),
                                ("pace_high__isnull", True),
                                ("pace_low__isnull", True),
                            ),
                            models.Q(
                                ("pace_high__gte", models.F("pace_held")),
                                ("pace_low__lte", models.F("pace_held")),
                            ),
                            _connector="OR",
                        ),
                        name="outlook_median_in_band",
                    ),
                ],
            },
        ),
    ]
