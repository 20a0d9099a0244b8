import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("sellers", "0021_indexes_of_orders"),
    ]

    operations = [
        migrations.AlterField(
            model_name="importchange",
            name="batch",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="changes",
                to="sellers.importbatch",
            ),
        ),
        migrations.AlterField(
            model_name="importchange",
            name="file",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="sellers.importfile",
            ),
        ),
    ]
