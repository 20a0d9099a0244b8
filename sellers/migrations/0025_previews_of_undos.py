"""What an undo would do is worked out by a worker, and kept with what it was worked out from."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("sellers", "0024_scores_of_previews")]

    operations = [
        migrations.CreateModel(
            name="ImportUndoPreview",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("computed_at", models.DateTimeField()),
                ("effect", models.JSONField(null=True)),
                ("problem", models.TextField(blank=True)),
                ("ground", models.JSONField(default=dict)),
                (
                    "batch",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="undo_preview",
                        to="sellers.importbatch",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=Q(effect__isnull=True) ^ Q(problem=""),
                        name="import_undo_preview_effect_or_problem",
                    )
                ],
            },
        ),
        migrations.RemoveIndex(model_name="importbatch", name="import_for_workers"),
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
                    ("undo_trial", "done, its undo being worked out"),
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
                condition=Q(state__in=("checking", "queued", "running", "undo_trial", "undoing")),
                fields=["id"],
                name="import_for_workers",
            ),
        ),
    ]
