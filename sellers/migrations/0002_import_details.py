"""Record what an import assumed, how often it was tried, and what it changed per seller."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("sellers", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="ImportEffect",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("is_new", models.BooleanField(default=False)),
                ("gigs_new", models.PositiveIntegerField(default=0)),
                ("gigs_changed", models.PositiveIntegerField(default=0)),
                ("orders_new", models.PositiveIntegerField(default=0)),
                ("orders_changed", models.PositiveIntegerField(default=0)),
                ("reviews_new", models.PositiveIntegerField(default=0)),
                ("reviews_changed", models.PositiveIntegerField(default=0)),
                ("reviews_joined", models.PositiveIntegerField(default=0)),
            ],
            options={
                "ordering": ("batch", "seller"),
            },
        ),
        migrations.AddField(
            model_name="importbatch",
            name="attempts",
            field=models.PositiveSmallIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="importbatch",
            name="is_dry",
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name="importbatch",
            name="notes",
            field=models.JSONField(blank=True, default=list),
        ),
        migrations.AddField(
            model_name="importbatch",
            name="platform",
            field=models.CharField(
                choices=[("fiverr", "Fiverr"), ("upwork", "Upwork"), ("other", "Other")],
                default="fiverr",
                max_length=16,
            ),
        ),
        migrations.AddField(
            model_name="importbatch",
            name="queued_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="importbatch",
            name="reviews_joined",
            field=models.PositiveBigIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="importbatch",
            name="rows_no_review",
            field=models.PositiveBigIntegerField(default=0),
        ),
        migrations.AddIndex(
            model_name="importbatch",
            index=models.Index(
                condition=models.Q(("state__in", ["queued", "running"])),
                fields=["id"],
                name="import_unfinished",
            ),
        ),
        migrations.AddField(
            model_name="importeffect",
            name="batch",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="effects",
                to="sellers.importbatch",
            ),
        ),
        migrations.AddField(
            model_name="importeffect",
            name="seller",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="import_effects",
                to="sellers.seller",
            ),
        ),
        migrations.AddConstraint(
            model_name="importeffect",
            constraint=models.UniqueConstraint(
                fields=("batch", "seller"), name="import_effect_batch_seller_unique"
            ),
        ),
    ]
