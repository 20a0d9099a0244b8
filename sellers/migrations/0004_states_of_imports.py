"""Imports that wait for a decision, are cancelled or undone."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("sellers", "0003_shipped_rates"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="importbatch",
            name="import_final_has_finished_at",
        ),
        migrations.RemoveIndex(
            model_name="importbatch",
            name="import_unfinished",
        ),
        migrations.AddField(
            model_name="importbatch",
            name="cancel_requested_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="importbatch",
            name="is_logged",
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name="importbatch",
            name="left_out",
            field=models.JSONField(blank=True, default=list),
        ),
        migrations.AddField(
            model_name="importbatch",
            name="rows_left_out",
            field=models.PositiveBigIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="importbatch",
            name="undone_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="importbatch",
            name="undone_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AlterField(
            model_name="importbatch",
            name="state",
            field=models.CharField(
                choices=[
                    ("columns", "waiting for its columns to be named"),
                    ("checking", "being checked"),
                    ("ready", "checked, waiting for a decision"),
                    ("queued", "waiting for a worker"),
                    ("running", "running"),
                    ("done", "done"),
                    ("failed", "failed"),
                    ("dry", "checked, nothing saved"),
                    ("cancelled", "cancelled, nothing saved"),
                    ("undoing", "being undone"),
                    ("undone", "undone"),
                ],
                default="queued",
                max_length=16,
            ),
        ),
        migrations.AddIndex(
            model_name="importbatch",
            index=models.Index(
                condition=models.Q(("state__in", ("checking", "queued", "running", "undoing"))),
                fields=["id"],
                name="import_for_workers",
            ),
        ),
        migrations.AddConstraint(
            model_name="importbatch",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("finished_at__isnull", False),
                    models.Q(
                        ("state__in", ("done", "failed", "dry", "cancelled", "undone")),
                        _negated=True,
                    ),
                    _connector="OR",
                ),
                name="import_final_has_finished_at",
            ),
        ),
    ]
