"""Note down what the platform counts: orders, clients, earnings."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("sellers", "0006_imports_of_reviews"),
    ]

    operations = [
        migrations.AlterField(
            model_name="observation",
            name="kind",
            field=models.CharField(
                choices=[
                    ("score", "overall success score"),
                    ("gig_score", "success score of a gig"),
                    ("impact", "impact label of an area"),
                    ("rating", "public rating"),
                    ("response_rate", "response rate in percent"),
                    ("level", "seller level"),
                    ("promotable", "gig can be promoted"),
                    ("completed_orders", "completed orders"),
                    ("unique_clients", "different clients"),
                    ("earnings", "earnings in US dollars"),
                ],
                max_length=16,
            ),
        ),
        migrations.AlterField(
            model_name="observation",
            name="value",
            field=models.DecimalField(blank=True, decimal_places=2, max_digits=14, null=True),
        ),
        migrations.AddConstraint(
            model_name="observation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("kind__in", ["completed_orders", "unique_clients", "earnings"]),
                        _negated=True,
                    ),
                    ("value__gte", 0),
                    _connector="OR",
                ),
                name="observation_counter_not_negative",
            ),
        ),
    ]
