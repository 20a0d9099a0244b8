from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("sellers", "0023_gigs_of_their_sellers")]

    operations = [
        migrations.AddField(
            model_name="importbatch",
            name="wants_all_scores",
            field=models.BooleanField(default=False),
        ),
    ]
