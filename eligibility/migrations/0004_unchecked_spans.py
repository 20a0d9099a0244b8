import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("eligibility", "0003_kept_outlooks"),
        ("sellers", "0023_gigs_of_their_sellers"),
    ]

    operations = [
        migrations.AlterField(
            model_name="levelspan",
            name="seller",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="level_spans",
                to="sellers.seller",
            ),
        ),
        migrations.AlterField(
            model_name="rulespan",
            name="gig",
            field=models.ForeignKey(
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="rule_spans",
                to="sellers.gig",
            ),
        ),
        migrations.AlterField(
            model_name="rulespan",
            name="seller",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="rule_spans",
                to="sellers.seller",
            ),
        ),
    ]
