"""More kinds of files, how their columns become ours, and review text that is dropped."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

ROLES = [
    ("orders", "orders"),
    ("reviews", "reviews"),
    ("gigs", "gigs"),
    ("inquiries", "first messages of new clients"),
    ("observations", "what the platform showed"),
    ("mixed", "orders with their reviews"),
    ("mail", "order e-mails"),
    ("table", "a table that other files look up"),
]


class Migration(migrations.Migration):
    dependencies = [("sellers", "0007_platform_counters")]

    operations = [
        migrations.AddField("importbatch", "keeps_review_text", models.BooleanField(default=True)),
        migrations.AddField(
            "seller",
            "keeps_review_text",
            models.BooleanField(
                db_default=True,
                default=True,
                help_text="Keep what buyers wrote. Off, imports keep the stars and drop the words.",
            ),
        ),
        migrations.AlterField("importfile", "role", models.CharField(choices=ROLES, max_length=16)),
        migrations.AddField("importfile", "mapping", models.JSONField(blank=True, null=True)),
        migrations.AddField(
            "importfile", "mapping_name", models.CharField(blank=True, max_length=100)
        ),
        migrations.CreateModel(
            name="ImportMapping",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=100)),
                ("fingerprint", models.CharField(max_length=64)),
                ("role", models.CharField(choices=ROLES, max_length=16)),
                ("mapping", models.JSONField()),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("used_at", models.DateTimeField(auto_now=True)),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="import_mappings",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ("name", "id"),
                "indexes": [
                    models.Index(
                        fields=["owner", "fingerprint", "-used_at"], name="import_mapping_fits"
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("owner", "name"),
                        name="import_mapping_owner_name_unique",
                        violation_error_message="You already have a mapping of that name.",
                    )
                ],
            },
        ),
    ]
