"""Letters that are kept where no mail server is set."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("sellers", "0008_import_sources")]

    operations = [
        migrations.CreateModel(
            name="Letter",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("to", models.CharField(max_length=1000)),
                ("subject", models.CharField(max_length=500)),
                ("text", models.TextField()),
                ("written_at", models.DateTimeField()),
            ],
            options={
                "ordering": ("-written_at", "-id"),
                "indexes": [
                    models.Index(fields=["-written_at", "-id"], name="letter_newest_first")
                ],
            },
        ),
    ]
