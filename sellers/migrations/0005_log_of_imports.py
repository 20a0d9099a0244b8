"""Log what each import said and changed, and keep its cells."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("sellers", "0004_states_of_imports"),
    ]

    operations = [
        migrations.CreateModel(
            name="ImportChange",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.SmallIntegerField(
                        choices=[
                            (1, "order"),
                            (2, "review"),
                            (3, "waiting review"),
                            (4, "gig"),
                            (5, "seller"),
                            (6, "inquiry"),
                            (7, "observation"),
                            (8, "review that joined its order"),
                            (9, "waiting review that was refused"),
                        ]
                    ),
                ),
                ("row_id", models.BigIntegerField()),
                ("before", models.JSONField(null=True)),
                ("named", models.IntegerField(default=0)),
                ("overruled", models.JSONField(null=True)),
                ("line", models.BigIntegerField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="ImportPreview",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("computed_at", models.DateTimeField()),
                ("effect", models.JSONField()),
                ("revisions", models.JSONField(default=dict)),
            ],
        ),
        migrations.CreateModel(
            name="ImportRawBlock",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("first_line", models.BigIntegerField()),
                ("last_line", models.BigIntegerField()),
                ("rows", models.PositiveIntegerField()),
                ("data", models.BinaryField()),
            ],
            options={
                "ordering": ("file", "first_line"),
            },
        ),
        migrations.AddField(
            model_name="gig",
            name="first_batch",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="sellers.importbatch",
            ),
        ),
        migrations.AddField(
            model_name="inquiry",
            name="first_batch",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="sellers.importbatch",
            ),
        ),
        migrations.AddField(
            model_name="observation",
            name="first_batch",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="sellers.importbatch",
            ),
        ),
        migrations.AddField(
            model_name="review",
            name="first_batch",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="sellers.importbatch",
            ),
        ),
        migrations.AddField(
            model_name="seller",
            name="first_batch",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="sellers.importbatch",
            ),
        ),
        migrations.AddField(
            model_name="waitingreview",
            name="first_batch",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="sellers.importbatch",
            ),
        ),
        migrations.AddField(
            model_name="importchange",
            name="batch",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="changes",
                to="sellers.importbatch",
            ),
        ),
        migrations.AddField(
            model_name="importchange",
            name="file",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="sellers.importfile",
            ),
        ),
        migrations.AddField(
            model_name="importpreview",
            name="batch",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="preview",
                to="sellers.importbatch",
            ),
        ),
        migrations.AddField(
            model_name="importrawblock",
            name="file",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="raw_blocks",
                to="sellers.importfile",
            ),
        ),
        migrations.AddConstraint(
            model_name="importchange",
            constraint=models.UniqueConstraint(
                fields=("kind", "row_id", "batch"), name="import_change_once_a_batch"
            ),
        ),
        migrations.AddIndex(
            model_name="importrawblock",
            index=models.Index(fields=["file", "first_line"], name="import_raw_block_place"),
        ),
    ]
