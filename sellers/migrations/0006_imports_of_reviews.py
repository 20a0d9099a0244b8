"""Say of reviews that are there already which import brought them."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("sellers", "0005_log_of_imports"),
    ]

    operations = [
        migrations.RunSQL(
            # Reviews have named their file since the beginning.
            "UPDATE sellers_review SET first_batch_id = file.batch_id "
            "FROM sellers_importfile AS file WHERE file.id = source_file_id",
            migrations.RunSQL.noop,
        ),
    ]
