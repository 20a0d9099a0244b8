"""Leave for coaches to look at a seller, and who has looked."""

import django.db.models.deletion
import django.db.models.functions.text
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("sellers", "0011_claims")]

    operations = [
        migrations.CreateModel(
            name="Grant",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("email", models.EmailField(max_length=254, verbose_name="e-mail address")),
                (
                    "scope",
                    models.PositiveSmallIntegerField(
                        choices=[
                            (1, "Standing only"),
                            (2, "Orders without names and texts"),
                            (3, "Everything"),
                        ]
                    ),
                ),
                ("reason", models.CharField(max_length=200)),
                ("token_hash", models.CharField(editable=False, max_length=64, unique=True)),
                ("given_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("accepted_at", models.DateTimeField(blank=True, null=True)),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                (
                    "coach",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="grants_held",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "ended_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "given_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="grants_given",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "seller",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="grants",
                        to="sellers.seller",
                    ),
                ),
            ],
            options={
                "ordering": ("-given_at", "-id"),
                "indexes": [
                    models.Index(
                        condition=models.Q(("coach__isnull", False), ("ended_at", None)),
                        fields=["coach", "seller"],
                        name="grant_live_of_coach",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        models.F("seller"),
                        django.db.models.functions.text.Lower("email"),
                        condition=models.Q(("ended_at", None)),
                        name="grant_one_open_per_address",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("scope__in", [1, 2, 3])), name="grant_scope_is_known"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("accepted_at__isnull", True), ("coach__isnull", True)),
                            models.Q(("accepted_at__isnull", False), ("coach__isnull", False)),
                            _connector="OR",
                        ),
                        name="grant_accepted_by_somebody",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Look",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("email", models.EmailField(max_length=254, verbose_name="e-mail address")),
                (
                    "role",
                    models.CharField(
                        choices=[("coach", "Coach"), ("admin", "Admin")], max_length=5
                    ),
                ),
                (
                    "scope",
                    models.PositiveSmallIntegerField(
                        choices=[
                            (1, "Standing only"),
                            (2, "Orders without names and texts"),
                            (3, "Everything"),
                        ]
                    ),
                ),
                ("page", models.CharField(max_length=80)),
                ("detail", models.CharField(blank=True, max_length=200)),
                ("hour", models.DateTimeField()),
                ("first_at", models.DateTimeField()),
                ("last_at", models.DateTimeField()),
                ("times", models.PositiveIntegerField(default=1)),
                (
                    "seller",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="looks",
                        to="sellers.seller",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ("-last_at", "-id"),
                "indexes": [
                    models.Index(fields=["seller", "-last_at"], name="look_of_seller_newest_first")
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("seller", "user", "page", "detail", "hour"), name="look_one_an_hour"
                    )
                ],
            },
        ),
    ]
