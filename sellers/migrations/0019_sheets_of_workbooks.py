from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("sellers", "0018_client_marks")]

    operations = [
        migrations.AddField(
            model_name="importfile",
            name="sheet",
            field=models.CharField(blank=True, max_length=100),
        ),
    ]
