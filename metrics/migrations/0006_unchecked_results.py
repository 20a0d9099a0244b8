import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("metrics", "0005_keep_rating_forecasts"),
        ("sellers", "0023_gigs_of_their_sellers"),
    ]

    operations = [
        migrations.AlterField(
            model_name="gigstanding",
            name="gig",
            field=models.OneToOneField(
                db_constraint=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="standing",
                to="sellers.gig",
            ),
        ),
        migrations.AlterField(
            model_name="gigstanding",
            name="standing",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="gigs",
                to="metrics.standing",
            ),
        ),
        migrations.AlterField(
            model_name="move",
            name="seller",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="moves",
                to="sellers.seller",
            ),
        ),
        migrations.AlterField(
            model_name="series",
            name="gig",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="series",
                to="sellers.gig",
            ),
        ),
        migrations.AlterField(
            model_name="series",
            name="seller",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="series",
                to="sellers.seller",
            ),
        ),
    ]
