"""Accounts made before addresses were confirmed were made by admins, who vouched for them."""

from django.db import migrations


def confirm(apps, _schema_editor):
    user_model = apps.get_model("sellers", "User")
    address_model = apps.get_model("account", "EmailAddress")
    known = set(address_model.objects.values_list("user_id", flat=True))
    address_model.objects.bulk_create(
        address_model(user_id=pk, email=email.lower(), verified=True, primary=True)
        for pk, email in user_model.objects.values_list("pk", "email")
        if pk not in known
    )


class Migration(migrations.Migration):
    dependencies = [
        ("sellers", "0009_letters"),
        ("account", "0009_emailaddress_unique_primary_email"),
    ]

    operations = [migrations.RunPython(confirm, migrations.RunPython.noop)]
