"""How many inquiries and observations an import brought to a seller."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("sellers", "0012_grants_and_looks")]

    operations = [
        migrations.AddField("importeffect", name, models.PositiveIntegerField(default=0))
        for name in (
            "inquiries_new",
            "inquiries_changed",
            "observations_new",
            "observations_changed",
        )
    ]
