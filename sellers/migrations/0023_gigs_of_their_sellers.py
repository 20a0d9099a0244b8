import django.db.models.deletion
from django.db import migrations, models

ADD_KEY = """
    ALTER TABLE sellers_order ADD CONSTRAINT order_gig_of_seller
    FOREIGN KEY (seller_id, gig_id) REFERENCES sellers_gig (seller_id, id)
    DEFERRABLE INITIALLY DEFERRED
"""
DROP_KEY = "ALTER TABLE sellers_order DROP CONSTRAINT order_gig_of_seller"


class Migration(migrations.Migration):
    """One key of seller and gig in place of one of each: less to check, and it says more."""

    dependencies = [
        ("sellers", "0022_unchecked_log"),
    ]

    operations = [
        migrations.AddConstraint(
            model_name="gig",
            constraint=models.UniqueConstraint(fields=("seller", "id"), name="gig_of_seller"),
        ),
        migrations.AlterField(
            model_name="gig",
            name="seller",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="gigs",
                to="sellers.seller",
            ),
        ),
        migrations.AlterField(
            model_name="order",
            name="gig",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="orders",
                to="sellers.gig",
            ),
        ),
        migrations.AlterField(
            model_name="order",
            name="seller",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="orders",
                to="sellers.seller",
            ),
        ),
        migrations.RunSQL(ADD_KEY, DROP_KEY),
    ]
