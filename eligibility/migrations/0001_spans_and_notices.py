import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("sellers", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="EligibilityStanding",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("rules", models.CharField(max_length=80)),
                ("rules_version", models.CharField(max_length=20)),
                ("revision", models.PositiveBigIntegerField()),
                ("score_policy", models.CharField(max_length=80)),
                ("score_engine", models.CharField(max_length=20)),
                ("as_of", models.DateField()),
                ("level_rules", models.CharField(blank=True, max_length=60)),
                ("promotion_rules", models.CharField(blank=True, max_length=60)),
                ("held", models.SmallIntegerField(null=True)),
                ("most", models.SmallIntegerField(null=True)),
                (
                    "phase",
                    models.SmallIntegerField(
                        choices=[
                            (0, "no rules in force"),
                            (1, "holds"),
                            (2, "on grace"),
                            (3, "looked at by people"),
                        ]
                    ),
                ),
                ("grace_end", models.DateField(null=True)),
                ("thin_margins", models.PositiveSmallIntegerField(default=0)),
                ("gigs_met", models.PositiveIntegerField(default=0)),
                ("gigs_not_met", models.PositiveIntegerField(default=0)),
                ("gigs_unknown", models.PositiveIntegerField(default=0)),
                ("computed_at", models.DateTimeField()),
                (
                    "seller",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="eligibility",
                        to="sellers.seller",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("grace_end__isnull", False)),
                        fields=["grace_end"],
                        name="eligibility_grace_end",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="LevelSpan",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("start", models.DateField()),
                ("end", models.DateField(null=True)),
                ("held", models.SmallIntegerField()),
                (
                    "phase",
                    models.SmallIntegerField(
                        choices=[
                            (0, "no rules in force"),
                            (1, "holds"),
                            (2, "on grace"),
                            (3, "looked at by people"),
                        ]
                    ),
                ),
                ("least", models.SmallIntegerField()),
                ("most", models.SmallIntegerField()),
                ("supported", models.SmallIntegerField()),
                ("possible", models.SmallIntegerField()),
                ("grace_start", models.DateField(null=True)),
                ("grace_end", models.DateField(null=True)),
                (
                    "seller",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="level_spans",
                        to="sellers.seller",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("seller", "start"), name="level_span_unique"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("end__isnull", True), ("end__gt", models.F("start")), _connector="OR"
                        ),
                        name="level_span_end_after_start",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("grace_end__isnull", True), ("grace_start__isnull", True)),
                            ("grace_end__gt", models.F("grace_start")),
                            _connector="OR",
                        ),
                        name="level_span_grace_has_both_ends",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Notice",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("day", models.DateField()),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("gig_gained", "a gig can be promoted now"),
                            ("gig_lost", "a gig can no longer be promoted"),
                            ("grace_started", "a grace period began"),
                        ],
                        max_length=16,
                    ),
                ),
                ("rule_set", models.CharField(max_length=60)),
                ("rule", models.CharField(blank=True, max_length=120)),
                ("level", models.SmallIntegerField(null=True)),
                ("grace_end", models.DateField(null=True)),
                ("created_at", models.DateTimeField()),
                ("read_at", models.DateTimeField(null=True)),
                (
                    "gig",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="notices",
                        to="sellers.gig",
                    ),
                ),
                (
                    "seller",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="notices",
                        to="sellers.seller",
                    ),
                ),
            ],
            options={
                "ordering": ("-day", "-id"),
                "indexes": [
                    models.Index(
                        condition=models.Q(("read_at", None)),
                        fields=["seller"],
                        name="notice_unread",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("seller", "day", "kind", "gig", "rule_set"),
                        name="notice_event_unique",
                        nulls_distinct=False,
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="RuleSpan",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("start", models.DateField()),
                ("end", models.DateField(null=True)),
                ("rule_set", models.CharField(max_length=60)),
                ("rule", models.CharField(blank=True, max_length=120)),
                (
                    "verdict",
                    models.SmallIntegerField(
                        choices=[(0, "not met"), (1, "met"), (2, "cannot be checked")]
                    ),
                ),
                (
                    "cause",
                    models.SmallIntegerField(
                        choices=[
                            (0, "BEGAN"),
                            (1, "RULES_CHANGED"),
                            (2, "ORDER_ENTERED"),
                            (3, "ORDER_LEFT"),
                            (4, "RULED_OUT"),
                            (5, "REVIEW_POSTED"),
                            (6, "REVIEW_EDITED"),
                            (7, "REVIEW_LEFT"),
                            (8, "REVIEW_REMOVED"),
                            (9, "INQUIRY_ENTERED"),
                            (10, "INQUIRY_LEFT"),
                            (11, "SCORE_MOVED"),
                            (12, "LEVEL_CHANGED"),
                            (13, "DAY_PASSED"),
                            (14, "SHOWN"),
                        ]
                    ),
                ),
                ("cause_rule", models.CharField(blank=True, max_length=120)),
                ("cause_others", models.PositiveIntegerField(default=0)),
                ("margin", models.FloatField(null=True)),
                (
                    "cause_inquiry",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="sellers.inquiry",
                    ),
                ),
                (
                    "cause_order",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="sellers.order",
                    ),
                ),
                (
                    "gig",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="rule_spans",
                        to="sellers.gig",
                    ),
                ),
                (
                    "seller",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="rule_spans",
                        to="sellers.seller",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("seller", "gig", "rule_set", "rule", "start"),
                        name="rule_span_unique",
                        nulls_distinct=False,
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("end__isnull", True), ("end__gt", models.F("start")), _connector="OR"
                        ),
                        name="rule_span_end_after_start",
                    ),
                ],
            },
        ),
    ]
