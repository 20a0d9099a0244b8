"""Doubles hardly compress; trying it cost more than half of the time of storing a series."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("metrics", "0001_initial")]

    operations = [
        migrations.RunSQL(
            'ALTER TABLE metrics_series ALTER COLUMN "values" SET STORAGE EXTERNAL',
            'ALTER TABLE metrics_series ALTER COLUMN "values" SET STORAGE EXTENDED',
        ),
    ]
