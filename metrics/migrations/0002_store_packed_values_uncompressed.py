"""Daily scores are doubles that hardly compress; do not spend time on trying."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("metrics", "0001_initial")]

    operations = [
        migrations.RunSQL(
            'ALTER TABLE metrics_series ALTER COLUMN "values" SET STORAGE EXTERNAL',
            'ALTER TABLE metrics_series ALTER COLUMN "values" SET STORAGE EXTENDED',
        ),
    ]
