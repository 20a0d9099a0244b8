from django.conf import settings
from django.db import migrations, models

import sellers.models.working


class Migration(migrations.Migration):
    dependencies = [("sellers", "0013_effects_on_inquiries_and_observations")]

    operations = [
        migrations.AddField(
            model_name="note",
            name="is_private",
            field=models.BooleanField(default=False, verbose_name="only for its writer"),
        ),
        migrations.AddField(
            model_name="note",
            name="written_as",
            field=models.CharField(
                blank=True,
                choices=[("owner", "the seller"), ("coach", "a coach"), ("admin", "an admin")],
                max_length=5,
            ),
        ),
        migrations.AlterField(
            model_name="note",
            name="author",
            field=models.ForeignKey(
                null=True,
                on_delete=sellers.models.working.private_rows_go,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddConstraint(
            model_name="note",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("is_private", False), ("author__isnull", False), _connector="OR"
                ),
                name="note_private_has_writer",
            ),
        ),
    ]
